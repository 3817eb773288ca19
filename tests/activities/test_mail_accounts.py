"""Whose account does a message leave by, and how fast? And who gets it when one of them cannot."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.exceptions import ApplicationError

from activities import outgoing_mail
from activities.errors import DeliveryPostponed
from activities.library import read_creditors
from activities.mail_accounts import MailAccountIncomplete, mailer_at, own_mailers
from activities.mail_pace import Pace, Turn
from activities.smtp import Mailer, SmtpAccount
from activities.smtp_conversation import Handed
from activities.texts import render_email
from domain.creditor import CreditorError, read_creditor
from schemas.contact import ContactState
from schemas.notice import EmailMessageText, Notice
from schemas.parties import Creditor
from schemas.settings import SmtpSecurity
from store import mail_pace
from store.pool import Pool, open_pool
from tests.support.smtp_server import HANG_UP, SILENCE, Server, by_name, smtp_server
from tests.support.turns import Make

ATELIER = read_creditors(Path("creditors"))["atelier"]
NO_POOL = cast("Pool", None)
"""For what asks no database."""
FILE = Path("creditors/atelier.yaml").read_text("utf-8")


async def handed(server: Server, says: dict[str, bytes], *, copies: list[str]) -> Handed:
    """Hand a message over to one, two and copies, at a server that answers each by name."""
    mailer = Mailer(
        SmtpAccount(
            host="127.0.0.1", port=server.port, security=SmtpSecurity.NONE, timeout_seconds=0.4
        )
    )
    by_name(server, lambda address: says.get(address.partition("@")[0], b"250 ok"))

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


@pytest.fixture
async def processes(database: str) -> AsyncIterator[list[Pool]]:
    """Two processes' connections to one database."""
    async with open_pool(database, 4) as one, open_pool(database, 4) as other:
        yield [one, other]


async def test_an_account_is_not_used_faster_than_agreed(processes: list[Pool]) -> None:
    """600 a minute are one in a tenth of a second, however many processes want to send at once."""
    began = time.monotonic()
    left: list[float] = []

    async def one(pool: Pool) -> None:
        await Pace(pool, "a@mail:25", 600).wait()
        left.append(time.monotonic() - began)

    await asyncio.gather(*(one(processes[number % 2]) for number in range(10)))
    for number, moment in enumerate(sorted(left)):
        assert moment >= 0.1 * number - 0.01  # the clocks of two processes
    other = Pace(processes[0], "b@mail:25", 600)
    assert await mail_pace.take_turn(processes[0], "b@mail:25", 0.1, 0) == 0
    await asyncio.wait_for(other.wait(), 5)


async def test_a_turn_that_is_far_away_is_not_waited_for(processes: list[Pool]) -> None:
    """One a minute: whoever comes next is told when to ask again, one after the other."""
    paces = [Pace(pool, "a@mail:25", 1) for pool in processes]
    await paces[0].wait()
    minutes = []
    for pace in (paces[1], paces[0], paces[1]):
        with pytest.raises(DeliveryPostponed, match="again in") as later:
            await pace.wait()
        assert later.value.after is not None
        minutes.append(round(later.value.after.total_seconds() / 60))
    assert minutes == [1, 2, 3]
    await processes[0].execute("update mail_pace set next_free_at = now() + interval '4 s'")
    assert await mail_pace.take_turn(processes[1], "a@mail:25", 60, 3) is None
    assert await mail_pace.take_turn(processes[1], "a@mail:25", 60, 5) == pytest.approx(4, abs=1)


async def test_those_who_are_sent_away_are_spread_over_an_hour(processes: list[Pool]) -> None:
    """Three hours' worth wait: some ask every minute, none an hour later, so the account is used.

    Were they all told to come back in an hour, they would come at once, and no one for an hour.
    """
    pace = Pace(processes[0], "a@mail:25", 1)
    await pace.wait()
    minutes: Counter[int] = Counter()
    for _ in range(180):
        with pytest.raises(DeliveryPostponed, match="again in") as later:
            await pace.wait()
        assert later.value.after is not None
        assert timedelta(0) < later.value.after <= timedelta(hours=1)
        minutes[round(later.value.after.total_seconds() / 60)] += 1
    assert set(minutes) == set(range(1, 61))
    assert max(minutes.values()) <= 4


async def test_nothing_is_written_before_its_turn_is_near(
    processes: list[Pool], turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is spent: no text, no PDF; the contact is merely claimed, and asks in time."""
    step = await turn()
    written: list[Notice] = []

    def write(notice: Notice, templates: Path) -> EmailMessageText:
        written.append(notice)
        return render_email(notice, templates)

    monkeypatch.setattr(outgoing_mail, "render_email", write)
    house = step.steps._mail._room.house
    monkeypatch.setattr(house, "_pace", Pace(processes[0], "a@mail:25", 2))
    await house._pace.wait()  # type: ignore[union-attr] # set above
    with pytest.raises(ApplicationError, match="spent") as later:
        await step.attempt()
    assert later.value.next_retry_delay is not None
    assert 25 < later.value.next_retry_delay.total_seconds() <= 30
    assert (await step.contact()).state is ContactState.CLAIMED
    assert written == []
    await processes[0].execute("update mail_pace set next_free_at = now()")
    assert (await step.attempt()).events
    assert len(written) == 1


async def test_what_is_not_sent_takes_no_turn(processes: list[Pool]) -> None:
    """A text that cannot be written costs the others nothing; one that is sent costs one turn."""
    pace = Pace(processes[0], "a@mail:25", 1)
    for _ in range(3):
        with pytest.raises(LookupError):
            async with Turn(pace):
                raise LookupError
    async with Turn(pace) as turn:
        await turn.take()
        await turn.take()  # Told to the mail server once more, without one of its recipients.
    assert 55 < await mail_pace.next_turn(processes[1], "a@mail:25") <= 60


async def test_no_more_is_written_than_has_turns_near(processes: list[Pool]) -> None:
    """Thirty a minute are three in the next seconds: three write, the fourth comes back later."""
    pace, written, go_on = Pace(processes[0], "a@mail:25", 30), Counter[str](), asyncio.Event()

    async def one() -> None:
        try:
            async with Turn(pace):
                written["now"] += 1
                await go_on.wait()
        except DeliveryPostponed:
            written["later"] += 1

    tasks = [asyncio.create_task(one()) for _ in range(6)]
    for _ in range(200):
        await asyncio.sleep(0.01)
        if sum(written.values()) == len(tasks):
            break
    assert written == {"now": 3, "later": 3}
    go_on.set()
    await asyncio.gather(*tasks)
    async with Turn(pace):
        assert pace._being_written == 1


def test_an_account_without_a_limit_asks_nobody(processes: list[Pool]) -> None:
    """No statement at all: there is nothing to ask with."""
    account = SmtpAccount(host="mail", port=25)
    assert mailer_at(account, processes[0], 0)._pace is None
    assert mailer_at(account, processes[0], 30)._pace is not None


def own(**account: Any) -> dict[str, Creditor]:
    """The creditor with an account of its own."""
    raw = {**ATELIER.model_dump(), "smtp": {"host": "smtp.atelier.example", **account}}
    return {"atelier": Creditor.model_validate(raw)}


def test_the_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """Never from the creditor's file; a line end in a file is none of it."""
    file = tmp_path / "secret"
    file.write_text("s3cret\n", "utf-8")
    by_file = own_mailers(NO_POOL, own(username="c", password_file=str(file)), {}, 30)
    by_name = own_mailers(NO_POOL, own(username="c", password_variable="PW"), {"PW": "s3cret"}, 30)
    for mailers in (by_file, by_name):
        assert mailers["atelier"]._account.password == "s3cret"
    assert own_mailers(NO_POOL, {"atelier": ATELIER}, {}, 30) == {}


@pytest.mark.parametrize("place", [{"password_variable": "PW"}, {"password_file": "/no/such"}])
def test_a_password_that_is_missing_is_named_before_anything_is_sent(place: dict[str, str]) -> None:
    """The worker does not begin; it says which creditor and which place."""
    with pytest.raises(MailAccountIncomplete, match=r"creditor atelier: smtp\.password_"):
        own_mailers(NO_POOL, own(**place), {}, 30)


def test_a_password_in_the_file_is_a_mistake() -> None:
    """The field does not exist, so the mistake is named with its line."""
    wrong = f"{FILE}\nsmtp:\n  host: smtp.atelier.example\n  password: s3cret\n"
    with pytest.raises(CreditorError, match=r"smtp\.password"):
        read_creditor(wrong, "atelier.yaml")
