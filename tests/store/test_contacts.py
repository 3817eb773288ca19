"""Is a contact handed over by one attempt only, and a fact told once?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from schemas.commands import CorrectInvoice
from schemas.contact import Contact, ContactState
from schemas.events import InvoiceCorrected
from store import contacts, event_store, facts
from store.contacts import Claim, Settled
from store.pool import Pool, open_pool
from store.read_models import due_before, find_case, list_cases, list_tasks, open_amount
from tests.support.cases import (
    MORNING,
    euros,
    failed,
    lived,
    opened,
    payment,
    performed,
    put,
    received,
)

LEASE = 60.0


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 8) as pool:
        yield pool


async def claim(pool: Pool, owner: str) -> Contact:
    """Claim the one contact of these tests for an attempt."""
    wanted = Claim(
        reference="R1",
        case_id="c",
        step="courtesy",
        cycle=1,
        channel="email",
        owner=owner,
        at=MORNING,
    )
    async with pool.acquire() as connection, connection.transaction():
        return await contacts.claim(connection, wanted, LEASE)


async def state(pool: Pool) -> tuple[str, str, int]:
    """How the contact stands: its state, its owner, the number of attempts."""
    (found,) = await contacts.contacts_of(pool, "c")
    return found.state.value, found.owner, found.attempts


async def test_a_claim_changes_hands_until_it_is_handed_over(pool: Pool) -> None:
    """A later attempt takes a mere claim over; the former one may not hand over any more."""
    assert (await claim(pool, "first")).owner == "first"
    assert (await claim(pool, "second")).owner == "second"
    assert not await contacts.begin_hand_over(pool, "R1", "first", LEASE)
    assert await contacts.begin_hand_over(pool, "R1", "second", LEASE)
    assert not await contacts.begin_hand_over(pool, "R1", "second", LEASE)
    third = await claim(pool, "third")
    assert (third.owner, third.state) == ("second", ContactState.HANDING_OVER)
    assert not third.lease_is_over
    assert not await contacts.begin_hand_over(pool, "R1", "third", LEASE)
    assert await state(pool) == ("handing over", "second", 2)


async def test_of_many_attempts_one_begins(pool: Pool) -> None:
    """Claims that collide are taken by one owner, and he alone hands over."""

    async def attempt(owner: str) -> bool:
        await claim(pool, owner)
        return await contacts.begin_hand_over(pool, "R1", owner, LEASE)

    begun = await asyncio.gather(*(attempt(f"attempt {number}") for number in range(8)))
    assert sum(begun) == 1


async def test_a_hand_over_that_did_not_happen_is_taken_back(pool: Pool) -> None:
    """The owner says that nothing left; anybody may go on, and the reason is kept."""
    await claim(pool, "first")
    await contacts.begin_hand_over(pool, "R1", "first", LEASE)
    await contacts.take_back(pool, "R1", "somebody else", "not mine")
    assert await state(pool) == ("handing over", "first", 1)
    await contacts.take_back(pool, "R1", "first", "451 later" + "!" * 1000)
    (found,) = await contacts.contacts_of(pool, "c")
    assert (found.state, len(found.last_error)) == (ContactState.CLAIMED, 500)
    await claim(pool, "second")
    assert await contacts.begin_hand_over(pool, "R1", "second", LEASE)


async def test_a_settled_contact_is_settled(pool: Pool) -> None:
    """What was accepted is neither claimed, nor taken over, nor taken back."""
    await claim(pool, "first")
    await contacts.begin_hand_over(pool, "R1", "first", LEASE)
    async with pool.acquire() as connection:
        accepted = Settled(state=ContactState.ACCEPTED, detail="<r1@x>", sha256="ab")
        await contacts.settle(connection, "R1", accepted)
    await contacts.take_over(pool, "R1", "second", LEASE)
    await contacts.take_back(pool, "R1", "first", "no")
    assert (await claim(pool, "third")).detail == "<r1@x>"
    assert await state(pool) == ("accepted", "first", 1)


async def test_what_lies_about_is_listed(pool: Pool) -> None:
    """A contact that was claimed and left lying, or of which nobody knows, is shown to people."""
    await claim(pool, "first")
    now = datetime.now(UTC)
    assert await contacts.unsettled(pool, now - timedelta(minutes=1)) == []
    (left,) = await contacts.unsettled(pool, now + timedelta(minutes=1))
    assert left.reference == "R1"


async def test_news_stops_the_hand_over(pool: Pool) -> None:
    """A payment that came in while the message was written keeps it in the house."""
    case = await opened(pool)
    wanted = Claim(
        reference="R2",
        case_id=case.case_id,
        step="s",
        cycle=1,
        channel="email",
        owner="me",
        at=MORNING,
    )
    async with pool.acquire() as connection, connection.transaction():
        await contacts.claim(connection, wanted, LEASE)
        await facts.keep_payment(connection, "atelier", "F-1", payment("10.00"))
    assert not await contacts.begin_hand_over(pool, "R2", "me", LEASE)
    await put(pool, case, received("10.00", "pay-1"))
    assert await contacts.begin_hand_over(pool, "R2", "me", LEASE)


async def test_a_payment_counts_once(pool: Pool) -> None:
    """The bank reports a payment twice: it is one payment, one fact, and one event."""
    case = await opened(pool)
    async with pool.acquire() as connection, connection.transaction():
        assert await facts.keep_payment(connection, "atelier", "F-1", payment("200.00"))
        assert not await facts.keep_payment(connection, "atelier", "F-1", payment("999.00"))
    (waiting,) = await facts.all_untold(pool)
    assert waiting.fact.amount == euros("200.00")
    await put(pool, case, received("200.00", "pay-1"))
    assert await facts.all_untold(pool) == []
    assert await pool.fetchval("select sum(amount) from payments") == 200


async def test_a_payment_that_only_the_case_was_told_is_kept_too(pool: Pool) -> None:
    """A payment signalled straight to the case is money on record, and counts for the invoice."""
    case = await opened(pool)
    await put(pool, case, received("200.00", "direct"))
    async with pool.acquire() as connection, connection.transaction():
        assert not await facts.keep_payment(
            connection, "atelier", "F-1", payment("200.00", "direct")
        )
    assert await facts.all_untold(pool) == []


async def test_a_fact_is_told_in_the_transaction_that_records_it(pool: Pool) -> None:
    """If the event is not recorded after all, the fact is still untold."""
    case = await opened(pool)
    correction = CorrectInvoice(command_id="c1", amount=euros("900.00"), due_date=case.due_date)
    async with pool.acquire() as connection:
        await facts.keep_fact(connection, case.case_id, correction)
    event = InvoiceCorrected(
        at=MORNING, cause="c1", amount=correction.amount, due_date=correction.due_date
    )
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await event_store.append(connection, case.case_id, 1, [event])
        assert await facts.untold(connection, case.case_id) == ()
        await transaction.rollback()
    assert len(await facts.all_untold(pool)) == 1
    await put(pool, case, event)
    assert await facts.all_untold(pool) == []
    assert await pool.fetchval("select told_as from facts") == "InvoiceCorrected"


async def test_untold_facts_come_in_pages_and_in_order(pool: Pool) -> None:
    """Oldest first, each once, and none of an invoice that has no case yet."""
    await opened(pool)
    for number in range(5):
        async with pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", "F-1", payment("1.00", f"p{number}"))
            await facts.keep_payment(connection, "atelier", "none", payment("1.00", f"n{number}"))
    seen: list[str] = []
    last = None
    while page := await facts.all_untold(pool, last, limit=2):
        last = page[-1]
        seen += [one.fact.command_id for one in page]
    assert seen == [f"p{number}" for number in range(5)]


async def test_the_open_amount_is_net_of_payments(pool: Pool) -> None:
    """What an invoice still asks for is its amount less the payments in its own currency."""
    await pool.execute(
        "insert into debtors (creditor, debtor_id, name) values ('atelier', 'D1', 'Dubois')"
    )
    await pool.execute(
        """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
        currency, reference) values
        ('atelier', 'F-1', 'D1', '2026-10-01', '2026-11-01', 1200, 'EUR', 'RF1')"""
    )
    assert await open_amount(pool, "atelier", "F-1") == Decimal(1200)
    async with pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, "atelier", "F-1", payment("200.50"))
    await pool.execute(
        """insert into payments (payment_id, creditor, invoice, amount, currency, received_on,
        source) values ('usd', 'atelier', 'F-1', 500, 'USD', '2026-11-01', 'bank')"""
    )
    assert await open_amount(pool, "atelier", "F-1") == Decimal("999.50")
    assert await open_amount(pool, "atelier", "none") is None


async def test_lists_show_what_people_need(pool: Pool) -> None:
    """Open cases first, each with its next date; tasks by age; a case by its invoice number."""
    await lived(pool, "F-1")
    waiting = await opened(pool, "F-2")
    stuck = await opened(pool, "F-3")
    await put(pool, stuck, failed(stuck))
    lines = await list_cases(pool)
    assert [line.invoice for line in lines][-1] == "F-1"
    assert {line.invoice: line.open_tasks for line in lines} == {"F-1": 1, "F-2": 0, "F-3": 1}
    assert [line.invoice for line in await list_cases(pool, state="closed")] == ["F-1"]
    assert {task.kind for task in await list_tasks(pool)} == {"delivery-failed", "unallocated-cash"}
    assert len(await list_tasks(pool, status="")) == 4
    assert await find_case(pool, "F-2") == waiting.case_id
    assert await due_before(pool, MORNING + timedelta(days=1)) == [waiting.case_id]
    await put(pool, waiting, performed(waiting))
    assert await due_before(pool, MORNING) == []
