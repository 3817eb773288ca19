"""Whose invoices may a message be about? Of a creditor's own mailbox, this creditor's alone."""

from __future__ import annotations

import pytest

from activities.inbox import Inbox
from schemas.case import CollectionCase
from schemas.commands import ReceiveReply
from schemas.identifiers import case_id, contact_reference
from store import facts, inbound
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.inbound.test_mailboxes import reader
from tests.support.answers import answer, written_to
from tests.support.cases import opened
from tests.support.mail_source import FakeMailbox, Listening

NUMBER = "F-2026-0117"
WAYS = {
    "message-id": "reply-iphone",
    "creditor-reference": "reply-new-message-with-reference",
    "invoice-number": "reply-new-message-with-number",
}


NEIGHBOURS = """
with n as (select generate_series(1, 2100) as n), d as (
    insert into debtors (creditor, debtor_id, name, email)
    select creditor, 'N' || n, name, 'n' || n || '@gmail.com' from debtors, n
), i as (
    insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount, currency,
        reference)
    select creditor, 'N-' || n, 'N' || n, issue_date, due_date, amount, currency, 'N' || n
    from invoices, n
)
insert into cases (case_id, creditor, invoice, debtor_id, version, hash, state, level, claim, paid,
    outstanding, currency, due_date, opened_at, folded)
select case_id || n, creditor, 'N-' || n, 'N' || n, version, hash, state, level, claim, paid,
    outstanding, currency, due_date, opened_at + interval '1 day', '{}'
from cases, n
"""


async def of_two_creditors(pool: Pool) -> tuple[CollectionCase, CollectionCase]:
    """A debtor of two creditors, with an invoice of one number, and one reference, at each."""
    await written_to(pool, NUMBER)
    await pool.execute(
        """insert into debtors (creditor, debtor_id, name, email)
        select 'forge', debtor_id, name, email from debtors"""
    )
    await pool.execute(
        """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
        currency, reference) select 'forge', number, debtor_id, issue_date, due_date, amount,
        currency, reference from invoices"""
    )
    await pool.execute("update invoices set reference = 'RF18F20260117'")
    identity = case_id("forge", NUMBER)
    forge = await opened(pool, NUMBER, case_id=identity, creditor="forge")
    await pool.execute(
        """insert into contacts (reference, case_id, creditor, debtor_id, step, cycle, channel,
        state, owner, lease_until, at) select $1, $2, 'forge', debtor_id, step, cycle, channel,
        state, owner, lease_until, at from contacts""",
        *(contact_reference(identity, "courtesy", 1), identity),
    )
    return await case_as_it_stands(pool, case_id("atelier", NUMBER)), forge


def box(creditor: str) -> FakeMailbox:
    """A creditor's own mailbox; the house's where none is named."""
    return FakeMailbox(creditor or "house", creditors=(creditor,) if creditor else ())


async def told(pool: Pool, case: CollectionCase) -> list[ReceiveReply]:
    """The answers that a case is to hear of."""
    return [one for one in await facts.untold(pool, case.case_id) if isinstance(one, ReceiveReply)]


@pytest.mark.parametrize("way", WAYS)
async def test_a_creditors_own_mailbox_speaks_of_its_own_invoices_alone(
    pool: Pool, listening: Listening, way: str
) -> None:
    """Both creditors have such an invoice, and such a debtor: only the one whose mailbox it is."""
    atelier, forge = await of_two_creditors(pool)
    raw = answer(WAYS[way], contact_reference(forge.case_id, "courtesy", 1))
    for creditor, case, other in (("forge", forge, atelier), ("atelier", atelier, forge)):
        mailbox = box(creditor)
        mailbox.put(raw)
        await reader(pool, listening, mailbox).read(lambda _: None)
        if way == "message-id" and creditor == "atelier":
            assert await told(pool, atelier) == []  # The contact it names is the other's.
            continue
        (fact,) = await told(pool, case)
        assert fact.for_a_person
        if creditor == "forge":
            assert await told(pool, other) == []


async def test_the_houses_mailbox_is_about_anybodys(pool: Pool, listening: Listening) -> None:
    """One mailbox for all: the number says whose invoice it is, and both creditors have it."""
    atelier, forge = await of_two_creditors(pool)
    mailbox = box("")
    mailbox.put(answer(WAYS["invoice-number"]))
    await reader(pool, listening, mailbox).read(lambda _: None)
    assert [len(await told(pool, case)) for case in (atelier, forge)] == [1, 1]


async def test_a_bounce_in_anothers_mailbox_marks_nothing(pool: Pool, listening: Listening) -> None:
    """What names the contact of another creditor is kept, and changes nothing of theirs."""
    _, forge = await of_two_creditors(pool)
    reference = contact_reference(forge.case_id, "courtesy", 1)
    mailbox = box("atelier")
    mailbox.put(answer("bounce-exim", reference))
    inbox = reader(pool, listening, mailbox)
    assert (await inbox.read(lambda _: None)).new == {"bounce": 1}
    assert (listening.heard, await facts.untold(pool, forge.case_id)) == ([], ())
    assert await pool.fetchval("select count(*) from bad_addresses") == 0
    own = box("forge")
    own.messages = mailbox.messages
    await reader(pool, listening, own).read(lambda _: None)
    assert await pool.fetchval("select creditor from bad_addresses") == "forge"


async def test_what_went_to_the_wrong_mailbox_is_heard_when_it_comes_to_the_right_one(
    pool: Pool, listening: Listening
) -> None:
    """Written to one creditor, with a copy to the other: heard once, by the one whose it is."""
    _, forge = await of_two_creditors(pool)
    raw = answer(WAYS["message-id"], contact_reference(forge.case_id, "courtesy", 1))
    wrong, right = box("atelier"), box("forge")
    for mailbox in (wrong, right):
        mailbox.put(raw)
    inbox = reader(pool, listening, wrong, right)
    assert (await inbox.read(lambda _: None)).new == {"reply": 1}
    assert len(await told(pool, forge)) == len(listening.heard) == 1
    (kept,) = await inbound.list_mail(pool, "", 10, unlinked=False)
    assert (kept.cases, kept.linked_by) == ((forge.case_id,), "message-id")
    for mailbox in (wrong, right):
        mailbox.renumber()
    await inbox.read(lambda _: None)
    assert len(listening.heard) == 1


async def test_a_providers_other_customers_hide_nobody(
    pool: Pool, inbox: Inbox, source: FakeMailbox
) -> None:
    """Thousands of debtors have their mailbox at one provider: each is found by its own address."""
    await written_to(pool, NUMBER, email="jean@gmail.com")
    await pool.execute(NEIGHBOURS)
    raw = answer(WAYS["invoice-number"]).replace(b"@menuiserie.example", b"@gmail.com")
    source.put(raw)
    await inbox.read(lambda _: None)
    (kept,) = await inbound.list_mail(pool, "", 10, unlinked=False)
    assert kept.linked_by == "invoice-number"
