"""Does every fact reach its case, whoever is away when it comes in?"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities import telling
from activities.cases import Cases
from activities.sweep import Sweep
from activities.telling import Telling
from schemas.case import ClosingReason, CollectionCase
from schemas.commands import CorrectInvoice
from schemas.identifiers import case_id
from schemas.requests import ReversePayment
from schemas.turns import SweepOrder, SweepSummary
from store import facts
from store.read_models import list_tasks
from store.receivables import invoices_without_case
from tests.support.cases import euros, payment
from tests.support.house import ATELIER, House

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def keep(house: House, number: str, amount: str, payment_id: str) -> None:
    """Money comes in, and nobody tells the case."""
    async with house.pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, ATELIER, number, payment(amount, payment_id))


async def open_for(house: House, queue: str, *numbers: str) -> list[CollectionCase]:
    """Open and start cases on the queue of some worker, or of none."""
    cases = Cases(house.pool, house.client, house.means.creditors, house.means.plans, queue)
    for number in numbers:
        await house.invoice(number, due=TODAY)
    wanted = await invoices_without_case(house.pool, ATELIER, numbers)
    opened = await cases.open_invoices(
        house.means.creditors[ATELIER], wanted, datetime.now(UTC), by="test"
    )
    with house.skipper.with_time_skipping_disabled():
        await cases.start(opened)
    return opened


async def test_a_running_case_hears_and_a_closed_one_records(house: House) -> None:
    """Paid twice: the first payment ends the case, the second is cash for a person to allocate."""
    await open_for(house, house.means.settings.task_queue, "TELL-11")
    assert await house.pay("TELL-11", "1200.00", payment_id="first", on=TODAY)
    case = await house.until("TELL-11", lambda case: case.is_closed)
    await house.client.get_workflow_handle(case.case_id).result()
    assert await house.pay("TELL-11", "1200.00", payment_id="second", on=TODAY)
    again = await house.case("TELL-11")
    assert (again.closing, again.unallocated) == (ClosingReason.PAID, (euros("1200.00"),))
    (task,) = await list_tasks(house.pool)
    assert task.kind == "unallocated-cash"
    assert await house.telling.tell_all() == (0, 0)


async def test_a_case_whose_engine_is_gone_hears_after_resuming(house: House) -> None:
    """Open on record, gone from the engine: the fact waits, and is told once the case is back."""
    (case,) = await open_for(house, house.means.settings.task_queue, "TELL-21")
    await house.client.get_workflow_handle(case.case_id).terminate("the engine was lost")
    assert not await house.pay("TELL-21", "1200.00", on=TODAY)
    assert await house.telling.tell_all() == (0, 1)
    assert not (await house.case("TELL-21")).is_closed
    with house.skipper.with_time_skipping_disabled():
        assert await house.cases.start([case]) == 1
    assert await house.telling.tell_all() == (1, 0)
    await house.until("TELL-21", lambda case: case.is_closed)


async def test_those_who_do_not_answer_keep_nobody_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases whose worker is away are passed over, each once, and everybody else is told."""
    monkeypatch.setattr(telling, "TELL_TIMEOUT", timedelta(seconds=0.5))
    monkeypatch.setattr(facts, "all_untold", functools.partial(facts.all_untold, limit=2))
    await open_for(house, "nobody-works-here", "TELL-31", "TELL-32")
    await open_for(house, house.means.settings.task_queue, "TELL-33")
    for number in ("TELL-31", "TELL-32", "TELL-33"):
        await keep(house, number, "100.00", f"{number}-a")
        await keep(house, number, "200.00", f"{number}-b")
    beats: list[int] = []
    assert await house.telling.tell_all(beats.append) == (2, 4)
    assert (await house.case("TELL-33")).paid == euros("300.00")
    assert len(beats) >= 3
    assert len(await facts.all_untold(house.pool, limit=10)) == 4


async def test_a_case_is_told_in_order_or_not_at_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When one fact is not heard, the later ones of its case wait behind it."""
    await open_for(house, house.means.settings.task_queue, "TELL-41")
    for number in range(3):
        await keep(house, "TELL-41", "10.00", f"p{number}")
    asked: list[str] = []

    async def deaf(_self: Telling, untold: facts.UntoldFact) -> bool:
        asked.append(untold.fact.command_id)
        return False

    monkeypatch.setattr(Telling, "tell_one", deaf)
    assert await house.telling.tell_all() == (0, 3)
    assert asked == ["p0"]


async def test_a_reversal_never_overtakes_its_payment(house: House) -> None:
    """The payment was not heard, its reversal is told: the case hears both, and is owed it all."""
    await open_for(house, house.means.settings.task_queue, "TELL-45")
    await keep(house, "TELL-45", "1200.00", "bounced")
    reversal = ReversePayment(command_id="back", by="bank", payment_id="bounced", reason="AM04")
    async with house.pool.acquire() as connection, connection.transaction():
        await facts.keep_reversal(connection, ATELIER, "TELL-45", reversal)
    case = case_id(ATELIER, "TELL-45")
    assert await house.telling.tell([facts.UntoldFact(case_id=case, fact=reversal)]) == [True]
    assert await house.telling.tell_all() == (0, 0)
    found = await house.case("TELL-45")
    assert (found.is_closed, found.outstanding, found.tasks) == (False, euros("1200.00"), ())


async def test_what_was_heard_before_is_told(house: House) -> None:
    """A correction reached the case from elsewhere first: the same one from the ledger is done."""
    await open_for(house, house.means.settings.task_queue, "TELL-51")
    correction = CorrectInvoice(command_id="c1", amount=euros("900.00"), due_date=TODAY)
    handle = house.client.get_workflow_handle(case_id(ATELIER, "TELL-51"))
    await handle.execute_update("invoice_corrected", correction)
    async with house.pool.acquire() as connection:
        await facts.keep_fact(connection, case_id(ATELIER, "TELL-51"), correction)
    assert await house.telling.tell_all() == (1, 0)
    assert await house.telling.tell_all() == (0, 0)
    assert (await house.events("TELL-51")).count("InvoiceCorrected") == 1


async def test_the_sweep_opens_starts_and_tells_once(house: House) -> None:
    """Swept twice, the second time changes nothing; what came in before the case is told to it."""
    await house.invoice("TELL-61", due=TODAY - timedelta(days=1))
    await house.invoice("TELL-62", due=TODAY + timedelta(days=9))
    await keep(house, "TELL-61", "200.00", "early")
    sweep = Sweep(house.pool, house.cases, house.telling)
    order = SweepOrder(now=datetime.now(UTC))

    async def swept() -> SweepSummary:
        with house.skipper.with_time_skipping_disabled():
            return await ActivityEnvironment().run(sweep.sweep_overdue, order)

    first = await swept()
    assert (first.opened, first.started, first.told, first.untold) == (1, 1, 1, 0)
    second = await swept()
    assert (second.opened, second.started, second.told, second.untold) == (0, 0, 0, 0)
    assert (first.problems, second.problems) == ((), ())
    assert (await house.case("TELL-61")).outstanding == euros("1000.00")


async def test_the_sweep_names_new_cases_that_no_court_hears_any_more(house: House) -> None:
    """Five years and a month old: one is barred; of the other a payment gave five new years."""
    due = TODAY - timedelta(days=5 * 366 + 2)
    for number in ("TELL-71", "TELL-72"):
        await house.invoice(number, due=due)
    await house.invoice("TELL-73", due=TODAY - timedelta(days=1))
    early = payment("200.00", "early").model_copy(update={"received_on": due + timedelta(days=300)})
    async with house.pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, ATELIER, "TELL-72", early)
    sweep = Sweep(house.pool, house.cases, house.telling)
    order = SweepOrder(now=datetime.now(UTC))
    with house.skipper.with_time_skipping_disabled():
        swept = await ActivityEnvironment().run(sweep.sweep_overdue, order)
    assert (swept.opened, swept.barred_count, swept.problems) == (3, 1, ())
    [told] = swept.barred
    issued = due - timedelta(days=30)
    last = issued.replace(year=issued.year + 5)
    assert told.startswith(f"TELL-71: the last day to go to court was {last}, counted from")
    assert told.endswith("; 1200.00 EUR outstanding")
