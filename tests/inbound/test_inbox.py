"""Does each message come in once, and does its case hear of it? From any mailbox, read anyhow."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.testing import ActivityEnvironment

from activities import inbox as inbox_module
from activities.imap_mailbox import InboxUnreachable
from activities.inbox import Inbox
from schemas.commands import ReceiveReply
from schemas.inbound import InboundKind, InboundMail
from store import facts, inbound
from store.inbound import KeptMail
from store.pool import Pool
from tests.support.answers import answer, written_to
from tests.support.cases import opened
from tests.support.ledger import owe
from tests.support.mail_source import FakeMailbox, Listening


async def kept(pool: Pool) -> list[KeptMail]:
    """Everything that was kept."""
    return await inbound.list_mail(pool, "", 100, unlinked=False)


async def read(inbox: Inbox) -> dict[str, int]:
    """What a reading brought."""
    return (await inbox.read(lambda _: None)).new


async def test_an_answer_reaches_its_case_once(
    pool: Pool, inbox: Inbox, source: FakeMailbox, listening: Listening
) -> None:
    """The fact is in the database before anybody is told; reading again changes nothing."""
    case, reference = await written_to(pool)
    source.put(answer("reply-gmail-french", reference))
    assert await read(inbox) == {"reply": 1}
    assert await read(inbox) == {}
    (fact,) = await facts.untold(pool, case.case_id)
    assert isinstance(fact, ReceiveReply)
    assert fact.excerpt.startswith("Bonjour, / Le virement est parti hier")
    assert fact.hold_days == 3
    assert [one.fact for one in listening.heard] == [fact]
    assert source.fetched == [1]


async def test_a_renumbered_mailbox_brings_nothing_twice(
    pool: Pool, inbox: Inbox, source: FakeMailbox, listening: Listening
) -> None:
    """UIDVALIDITY has changed: all is looked at again, and only what is new is new."""
    _, reference = await written_to(pool)
    names = ["reply-gmail-french", "reply-iphone", "bounce-exim", "absent-gmail-english"]
    for name in names:
        source.put(answer(name, reference))
    await read(inbox)
    source.renumber()
    source.put(answer("reply-original-message", reference))
    assert await read(inbox) == {"reply": 1}
    assert len(await kept(pool)) == 5
    told = [one.fact.type for one in listening.heard]
    assert sorted(told) == ["contact_bounced", *["reply_received"] * 3]
    assert source.since[-1] is not None
    assert await read(inbox) == {}
    assert source.since[-1] is None


async def test_the_same_message_by_two_ways_is_one(
    pool: Pool, inbox: Inbox, source: FakeMailbox, listening: Listening
) -> None:
    """Sent to two addresses that lead to one mailbox, with different traces of the way."""
    _, reference = await written_to(pool)
    raw = answer("reply-gmail-french", reference)
    source.put(raw)
    source.put(b"Received: from elsewhere\r\nDelivered-To: second@atelier.example\r\n" + raw)
    assert await read(inbox) == {"reply": 1}
    assert len(listening.heard) == 1


async def test_two_readers_at_once_take_in_one(
    pool: Pool, inbox: Inbox, source: FakeMailbox
) -> None:
    """The schedule and a person read at the same moment."""
    case, reference = await written_to(pool)
    source.put(answer("reply-gmail-french", reference))
    both = await asyncio.gather(read(inbox), read(inbox))
    assert sorted(map(len, both)) == [0, 1]
    assert len(await facts.untold(pool, case.case_id)) == 1


async def test_a_reading_that_breaks_off_goes_on_where_it_was(
    pool: Pool, inbox: Inbox, source: FakeMailbox
) -> None:
    """The line drops in the middle: what was taken in stays, the rest comes next time."""
    _, reference = await written_to(pool)
    for name in ("reply-iphone", "reply-original-message", "reply-html-only"):
        source.put(answer(name, reference))
    source.fails_at = 2
    summary = await inbox.read(lambda _: None)
    assert summary.unreachable == {source.name: "the line dropped"}
    assert (summary.new, len(await kept(pool))) == ({"reply": 1}, 1)
    with pytest.raises(InboxUnreachable, match="the line dropped"):
        await ActivityEnvironment().run(inbox.read_inbox)
    source.fails_at = 0
    assert await read(inbox) == {"reply": 2}
    assert source.fetched == [1, 2, 3]


async def test_a_message_nobody_understands_keeps_no_other_out(
    pool: Pool, inbox: Inbox, source: FakeMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in one message is kept with it, and the next one comes in."""
    understand = inbox_module.understand

    def mistaken(raw: bytes) -> InboundMail:
        if b"iPhone" in raw:
            raise ZeroDivisionError
        return understand(raw)

    monkeypatch.setattr(inbox_module, "understand", mistaken)
    _, reference = await written_to(pool)
    source.put(answer("reply-iphone", reference))
    source.put(answer("reply-html-only", reference))
    assert await read(inbox) == {"other": 1, "reply": 1}
    (broken,) = [one for one in await kept(pool) if one.kind is InboundKind.OTHER]
    assert broken.evidence == "it could not be read: ZeroDivisionError"
    assert await inbound.raw_mail(pool, broken.inbound_id) == answer("reply-iphone", reference)


async def test_an_absence_is_in_the_timeline_and_stops_nothing(
    pool: Pool, inbox: Inbox, source: FakeMailbox, listening: Listening
) -> None:
    """Out of office: kept with its case, which is not told and goes on."""
    case, reference = await written_to(pool)
    source.put(answer("absent-exchange-french", reference))
    assert await read(inbox) == {"out-of-office": 1}
    assert await facts.untold(pool, case.case_id) == ()
    assert listening.heard == []
    (mail,) = await inbound.mail_of_case(pool, case.case_id)
    assert mail.kind is InboundKind.OUT_OF_OFFICE


async def test_one_answer_to_one_message_about_two_invoices(
    pool: Pool, inbox: Inbox, source: FakeMailbox
) -> None:
    """Both cases wait; one of them asks a person to read it."""
    first, reference = await written_to(pool, "F-1")
    await owe(pool, "F-2")
    second = await opened(pool, "F-2")
    await pool.execute(
        "insert into contact_items (reference, case_id, step, cycle) values ($1, $2, $3, 1)",
        *(reference, second.case_id, "courtesy"),
    )
    source.put(answer("reply-iphone", reference))
    await read(inbox)
    for case, for_a_person in ((first, True), (second, False)):
        (fact,) = await facts.untold(pool, case.case_id)
        assert isinstance(fact, ReceiveReply)
        assert fact.for_a_person is for_a_person


@pytest.mark.parametrize(
    ("name", "email", "linked_by"),
    [
        ("reply-new-message-with-number", "factures@menuiserie.example", "invoice-number"),
        ("reply-new-message-with-number", "jean@menuiserie.example", "invoice-number"),
        ("reply-new-message-with-number", "compta@somebody-else.example", ""),
        ("reply-new-message-with-reference", "compta@somebody-else.example", "creditor-reference"),
    ],
)
async def test_a_new_message_is_linked_by_what_it_names(
    pool: Pool, inbox: Inbox, source: FakeMailbox, name: str, email: str, linked_by: str
) -> None:
    """Our reference is enough; an invoice number counts only from the debtor's own house."""
    await written_to(pool, "F-2026-0117", email=email)
    await pool.execute("update invoices set reference = 'RF18F20260117'")
    source.put(answer(name))
    summary = await inbox.read(lambda _: None)
    (mail,) = await kept(pool)
    assert mail.linked_by == linked_by
    assert summary.unlinked == (not linked_by)
    waiting = await inbound.list_mail(pool, "", 10, unlinked=True)
    assert len(waiting) == (not linked_by)


async def test_without_a_mailbox_nothing_is_read(pool: Pool, listening: Listening) -> None:
    """Off by default: no settings, no reading, no error."""
    summary = await Inbox(pool, {}, listening, []).read(lambda _: None)  # type: ignore[arg-type] # it tells
    assert not summary.configured
