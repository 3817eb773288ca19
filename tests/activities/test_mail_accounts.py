"""Whose account does a message leave by, and how fast? And who gets it when one of them cannot."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from activities.errors import DeliveryPostponed
from activities.library import read_creditors
from activities.mail_accounts import MailAccountIncomplete, own_mailers
from activities.smtp import Handed, Mailer, Pace, SmtpAccount
from domain.creditor import CreditorError, read_creditor
from schemas.parties import Creditor
from schemas.settings import SmtpSecurity
from tests.support.smtp_server import HANG_UP, SILENCE, Server, smtp_server

ATELIER = read_creditors(Path("creditors"))["atelier"]
FILE = Path("creditors/atelier.yaml").read_text("utf-8")


async def handed(server: Server, says: dict[str, bytes], *, copies: list[str]) -> Handed:
    """Hand a message over to one, two and copies, at a server that answers each by name."""
    mailer = Mailer(
        SmtpAccount(
            host="127.0.0.1", port=server.port, security=SmtpSecurity.NONE, timeout_seconds=0.4
        )
    )
    answer = server._answer

    async def by_name(stage: str, writer: asyncio.StreamWriter) -> bool:
        if stage == "RCPT":
            name = server.recipients[-1].partition("@")[0]
            server.says["RCPT"] = says.get(name, b"250 ok")
        return await answer(stage, writer)

    server._answer = by_name  # type: ignore[method-assign] # for this test

    async def begin() -> None:
        return None

    try:
        return await mailer.send(
            b"Subject: x\r\n\r\nx\r\n",
            sender="a@x.example",
            recipients=["one@y.example", "two@y.example"],
            copies=copies,
            begin=begin,
        )
    finally:
        await mailer.close()


@pytest.mark.parametrize("no", [b"550 5.1.1 nobody", b"451 4.2.0 later"])
async def test_a_copy_never_keeps_a_message_back(no: bytes) -> None:
    """Refused or put off: the copy is left out, and those addressed get the message."""
    async with smtp_server() as server:
        result = await handed(server, {"copy": no}, copies=["copy@x.example"])
        assert list(result.left_out) == ["copy@x.example"]
        assert len(server.messages) == 1


@pytest.mark.parametrize("answer", [b"451 4.2.0 later", SILENCE, HANG_UP])
async def test_one_who_is_put_off_is_waited_for(answer: bytes) -> None:
    """One of two is greylisted: nobody gets it now, so nobody gets it twice later."""
    async with smtp_server() as server:
        with pytest.raises(DeliveryPostponed):
            await handed(server, {"two": answer}, copies=[])
        assert server.messages == []


async def test_one_who_is_refused_is_left_out() -> None:
    """One of two does not exist: the other gets the message, and who did not is told."""
    async with smtp_server() as server:
        result = await handed(server, {"one": b"550 5.1.1 nobody"}, copies=[])
        assert list(result.left_out) == ["one@y.example"]
        assert len(server.messages) == 1


async def test_an_account_is_not_used_faster_than_agreed() -> None:
    """600 a minute are one in a tenth of a second, however many want to leave at once."""
    pace, began = Pace(600), time.monotonic()
    await asyncio.gather(*(pace.wait(10) for _ in range(5)))
    assert time.monotonic() - began >= 0.4
    spent = Pace(1)
    await spent.wait(1)
    with pytest.raises(DeliveryPostponed):
        await spent.wait(1)
    await asyncio.wait_for(asyncio.gather(*(Pace(0).wait(1) for _ in range(1000))), 5)


def own(**account: Any) -> dict[str, Creditor]:
    """The creditor with an account of its own."""
    raw = {**ATELIER.model_dump(), "smtp": {"host": "smtp.atelier.example", **account}}
    return {"atelier": Creditor.model_validate(raw)}


def test_the_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """Never from the creditor's file; a line end in a file is none of it."""
    file = tmp_path / "secret"
    file.write_text("s3cret\n", "utf-8")
    by_file = own_mailers(own(username="c", password_file=str(file)), {}, 30)
    by_name = own_mailers(own(username="c", password_variable="PW"), {"PW": "s3cret"}, 30)
    for mailers in (by_file, by_name):
        assert mailers["atelier"]._account.password == "s3cret"
    assert own_mailers({"atelier": ATELIER}, {}, 30) == {}


@pytest.mark.parametrize("place", [{"password_variable": "PW"}, {"password_file": "/no/such"}])
def test_a_password_that_is_missing_is_named_before_anything_is_sent(place: dict[str, str]) -> None:
    """The worker does not begin; it says which creditor and which place."""
    with pytest.raises(MailAccountIncomplete, match=r"creditor atelier: smtp\.password_"):
        own_mailers(own(**place), {}, 30)


def test_a_password_in_the_file_is_a_mistake() -> None:
    """The field does not exist, so the mistake is named with its line."""
    wrong = f"{FILE}\nsmtp:\n  host: smtp.atelier.example\n  password: s3cret\n"
    with pytest.raises(CreditorError, match=r"smtp\.password"):
        read_creditor(wrong, "atelier.yaml")
