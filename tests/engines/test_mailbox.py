"""Does the mailbox keep what it accepts, and fail as asked?"""

from __future__ import annotations

import asyncio
import stat
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from engines import mailbox as under_test
from engines.mailbox import Mailbox, mailbox, received
from tests.support.engines import mailbox_for_tests


def reminder(to: str, *, message_id: str = "<c-1@relance.example>") -> EmailMessage:
    """Build a reminder as a plan would send it."""
    message = EmailMessage()
    message["From"] = "compta@atelier.example"
    message["To"] = to
    message["Subject"] = "Facture F-2026-1 échue"
    message["Message-ID"] = message_id
    message.set_content("Bonjour, notre facture reste impayée.\n.\n")
    return message


async def send(box: Mailbox, message: EmailMessage) -> str:
    """Hand a message over and return the answer."""
    _, answer = await aiosmtplib.send(
        message, hostname=box.host, port=box.port, start_tls=False, timeout=5
    )
    return answer


async def test_keeps_a_message_as_it_was_sent() -> None:
    """What the debtor would have got can be read afterwards, with who it really went to."""
    async with mailbox_for_tests() as box:
        await send(box, reminder("paul@client.example"))
        (kept,) = box.received()
    assert kept.recipients == ("paul@client.example",)
    assert kept.sender == "compta@atelier.example"
    assert kept.message["Subject"] == "Facture F-2026-1 échue"
    assert kept.message.get_content() == "Bonjour, notre facture reste impayée.\r\n.\r\n"
    assert kept.path.suffix == ".eml"


async def test_keeps_before_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is on the disk before its sender hears that it was accepted."""
    kept_when_answered: list[int] = []
    keep = under_test._keep

    def slowly(path: Path, content: bytes) -> None:
        assert not list(path.parent.glob("*.eml"))
        keep(path, content)
        kept_when_answered.append(len(list(path.parent.glob("*.eml"))))

    monkeypatch.setattr(under_test, "_keep", slowly)
    async with mailbox_for_tests() as box:
        await send(box, reminder("paul@client.example"))
        assert kept_when_answered == [1]


async def test_says_so_when_it_cannot_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk makes the mailbox ask for a later attempt; it never accepts and forgets."""

    def full(_path: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(under_test, "_keep", full)
    async with mailbox_for_tests() as box:
        with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
            await send(box, reminder("paul@client.example"))
        assert refusal.value.code == 451
        assert box.received() == []


async def test_keeps_doubles_apart() -> None:
    """The same message sent twice is seen twice, in the order of arrival."""
    async with mailbox_for_tests() as box:
        for _ in range(2):
            await send(box, reminder("paul@client.example"))
        assert len(box.received()) == 2
        assert len({kept.path.stem.rpartition("-")[2] for kept in box.received()}) == 1


async def test_refuses_for_good() -> None:
    """An address that does not exist is refused with 550 and nothing is kept."""
    async with mailbox_for_tests() as box:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
            await send(box, reminder("Refused+f1@client.example"))
        assert refusal.value.recipients[0].code == 550
        assert box.received() == []


async def test_refuses_for_now() -> None:
    """A busy mailbox says 451 as often as it was told to, then accepts."""
    async with mailbox_for_tests(later_times=2) as box:
        for _ in range(2):
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
                await send(box, reminder("later@client.example"))
            assert refusal.value.recipients[0].code == 451
        await send(box, reminder("later@client.example"))
        assert len(box.received()) == 1


async def test_leaves_the_sender_in_doubt() -> None:
    """When the answer is lost the message is there, and the sender cannot know."""
    async with mailbox_for_tests() as box:
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await send(box, reminder("unanswered@client.example"))
        assert len(box.received()) == 1


async def test_leaves_the_sender_in_doubt_about_nothing() -> None:
    """The line drops and nothing was kept: to the sender it looks like an answer that was lost."""
    async with mailbox_for_tests() as box:
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await send(box, reminder("vanished+f1@client.example"))
        assert box.received() == []


async def test_takes_addresses_and_names_beyond_ascii() -> None:
    """A debtor whose address has an accent is written to as any other."""
    async with mailbox_for_tests() as box:
        await send(box, reminder("hélène@société.example"))
        (kept,) = box.received()
    assert kept.recipients == ("hélène@société.example",)


async def test_refuses_what_is_too_large(tmp_path: Path) -> None:
    """A message beyond the size limit is refused and not kept."""
    large = reminder("paul@client.example")
    large.set_content("x" * 70 + "\n" + "y" * 900)
    async with mailbox(tmp_path / "m", size_bytes_max=800) as box:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
            await send(box, large)
        assert refusal.value.code == 552
        assert box.received() == []


async def test_closes_with_a_conversation_open() -> None:
    """Closing the mailbox does not wait for a sender that says nothing."""
    async with mailbox_for_tests() as box:
        reader, writer = await asyncio.open_connection(box.host, box.port)
        await reader.readline()
    assert await asyncio.wait_for(reader.read(), 2) == b""
    writer.close()


def test_keeps_messages_private(tmp_path: Path) -> None:
    """Letters to debtors are nobody else's to read; a folder that is missing is simply empty."""
    assert received(tmp_path / "none") == []

    async def once() -> None:
        async with mailbox(tmp_path / "made"):
            pass

    asyncio.run(once())
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o700
