"""Is every mailbox read? The house's and the creditors' own, each by itself, no message twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.imap_mailbox import InboxUnreachable
from activities.inbox import Inbox
from activities.library import read_creditors
from activities.mail_accounts import MailAccountIncomplete, mailboxes_of
from domain.creditor import CreditorError, read_creditor
from schemas.parties import Creditor
from schemas.settings import Settings
from store import facts, inbound
from store.pool import Pool
from tests.support.answers import answer, written_to
from tests.support.mail_source import FakeMailbox, Listening

CREDITORS = read_creditors(Path("creditors"))
FILE = Path("creditors/atelier.yaml").read_text("utf-8")


class Away(FakeMailbox):
    """A mailbox whose server does not answer."""

    def open(self) -> int:
        """It does not."""
        raise InboxUnreachable("nobody answers at mail.example")


def reader(pool: Pool, listening: Listening, *mailboxes: FakeMailbox) -> Inbox:
    """The reader of these mailboxes."""
    ways = [lambda box=box: box for box in mailboxes]
    return Inbox(pool, CREDITORS, listening, ways)  # type: ignore[arg-type] # it tells


async def test_a_message_in_two_mailboxes_is_one(pool: Pool, listening: Listening) -> None:
    """The debtor writes to one and copies the other: one answer, told once, seen in both."""
    case, reference = await written_to(pool)
    house, own = FakeMailbox("house"), FakeMailbox("own")
    own.validity = 9
    raw = answer("reply-gmail-french", reference)
    house.put(raw)
    own.put(b"Delivered-To: own@atelier.example\r\n" + raw)
    own.put(answer("reply-iphone", reference))
    inbox = reader(pool, listening, house, own)
    summary = await inbox.read(lambda _: None)
    assert (summary.seen, summary.new, summary.mailboxes) == (3, {"reply": 2}, 2)
    assert len(await facts.untold(pool, case.case_id)) == len(listening.heard) == 2
    found = await inbound.list_mail(pool, "", 10, unlinked=False)
    assert sorted(one.mailboxes for one in found) == [("house", "own"), ("own",)]
    for box, last in ((house, 1), (own, 2)):
        position = await inbound.position(pool, box.name)
        assert position is not None
        assert (position.uid_validity, position.last_uid) == (box.validity, last)
    own.renumber()
    assert (await inbox.read(lambda _: None)).new == {}
    assert house.fetched == [1]


async def test_one_that_is_away_keeps_no_other_from_being_read(
    pool: Pool, listening: Listening
) -> None:
    """It is named; what the others hold comes in, and its own comes in once it answers."""
    case, reference = await written_to(pool)
    away, good = Away("away"), FakeMailbox("good")
    good.put(answer("reply-gmail-french", reference))
    away.put(answer("reply-iphone", reference))
    inbox = reader(pool, listening, away, good)
    summary = await ActivityEnvironment().run(inbox.read_inbox)
    assert summary.unreachable == {"away": "nobody answers at mail.example"}
    assert summary.new == {"reply": 1}
    back = FakeMailbox("away", messages=away.messages)
    assert (await reader(pool, listening, back, good).read(lambda _: None)).new == {"reply": 1}
    assert len(await facts.untold(pool, case.case_id)) == 2


async def test_a_reading_of_nothing_but_silence_is_tried_again(
    pool: Pool, listening: Listening
) -> None:
    """No mailbox answers: the engine asks again soon, not only when the schedule does."""
    inbox = reader(pool, listening, Away("one"), Away("other"))
    with pytest.raises(InboxUnreachable):
        await ActivityEnvironment().run(inbox.read_inbox)


def own(**mailbox: Any) -> dict[str, Creditor]:
    """The creditor with a mailbox of its own."""
    place = {"host": "imap.atelier.example", "username": "compta", **mailbox}
    raw = {**CREDITORS["atelier"].model_dump(), "inbox": place}
    return {"atelier": Creditor.model_validate(raw)}


def test_each_mailbox_is_read_once_with_its_own_password(tmp_path: Path) -> None:
    """The house's by the settings, a creditor's by its file; one that several name is one."""
    house = Settings(
        INBOX_HOST="imap.house.example", INBOX_USERNAME="relance", INBOX_PASSWORD="h0use"
    )
    file = tmp_path / "secret"
    file.write_text("s3cret\n", "utf-8")
    by_file = mailboxes_of(house, own(password_file=str(file), folder="Relance"), {})
    assert [way().name for way in by_file] == [
        "relance@imap.house.example:993/INBOX",
        "compta@imap.atelier.example:993/Relance",
    ]
    (by_name,) = mailboxes_of(Settings(), own(password_variable="PW"), {"PW": "s3cret"})
    for way in (by_file[1], by_name):
        assert way()._account.password == "s3cret"
    same = own(host="imap.house.example", username="relance", password_variable="PW")
    (only,) = mailboxes_of(house, same, {"PW": "s3cret"})
    assert only()._account.password == "h0use"
    assert [way().creditors for way in (*by_file, by_name, only)] == [
        *((), ("atelier",)),
        *(("atelier",), ()),
    ]
    two = {name: same["atelier"].model_copy(update={"creditor": name}) for name in ("a", "b")}
    (together,) = mailboxes_of(Settings(), two, {"PW": "s3cret"})
    assert together().creditors == ("a", "b")
    assert mailboxes_of(Settings(), CREDITORS, {}) == []


@pytest.mark.parametrize("place", [{"password_variable": "PW"}, {"password_file": "/no/such"}])
def test_a_password_that_is_missing_is_named(place: dict[str, str]) -> None:
    """Before anything is read; which creditor, which place, never what."""
    with pytest.raises(MailAccountIncomplete, match=r"creditor atelier: inbox\.password_"):
        mailboxes_of(Settings(), own(**place), {})


def test_a_password_in_the_creditors_file_is_a_mistake() -> None:
    """The field does not exist, so the mistake is named with its line."""
    wrong = f"{FILE}\ninbox:\n  host: imap.atelier.example\n  username: x\n  password: s3cret\n"
    with pytest.raises(CreditorError, match=r"inbox\.password"):
        read_creditor(wrong, "atelier.yaml")
