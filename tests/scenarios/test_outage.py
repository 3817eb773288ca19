"""What follows an outage? Everything stood still for ten days, and then everything is due."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from domain.business_calendar import closed_because, local_day
from domain.holidays import contact_calendar
from schemas.case import CollectionCase
from schemas.events import CaseEvent, CaseOpened, StepPerformed
from schemas.identifiers import case_id, contact_reference
from schemas.money import Money
from schemas.parties import Capacity
from schemas.plan import Channel
from store import event_store
from tests.support.house import ATELIER, House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
PARIS = contact_calendar("FR", Capacity.BUSINESS, TODAY.year - 1, TODAY.year + 1, "Europe/Paris")
STEPS = ["courtesy", "reminder", "call", "firm", "formal-notice", "hand-over"]
OWED = Money(amount=Decimal("100.00"), currency="EUR")
OUTAGE_DAYS = 10
LONG_WEEKEND = 3
"""The first of two steps may have waited for its end, and the second not."""

GAP_DAYS = 2
"""From one contact with a debtor to the next, by the default policy; letters keep it to letters."""

# Debtor, days from the due date to the beginning of the outage, steps taken by then.
RUNGS = {
    "A-1": ("A", 2, 0),
    "A-2": ("A", 9, 1),
    "A-3": ("A", 14, 2),
    "A-4": ("A", 29, 3),
    "B-1": ("B", 2, 0),
    "B-2": ("B", 2, 0),
    "B-3": ("B", 44, 4),
}


def _working_days(first: date, count: int) -> list[date]:
    days = (first + timedelta(days=number) for number in range(4 * count))
    return [day for day in days if not closed_because(PARIS, day)][:count]


async def _on_record(
    house: House, number: str, due: date, done: int, debtor: str
) -> CollectionCase:
    """A case as it stood when everything stopped: its steps taken in time."""
    await house.invoice(number, due=due, debtor=debtor, amount="100.00")
    plan = house.means.plans["standard"]
    case = case_id(ATELIER, number)
    opening = CaseOpened(
        at=at(due + timedelta(days=1), 6),
        case_id=case,
        creditor=ATELIER,
        invoice=number,
        debtor_id=debtor,
        claim=OWED,
        due_date=due,
        plan=plan,
        calendar=PARIS,
    )
    events: list[CaseEvent] = [
        StepPerformed(
            at=at(due + timedelta(days=step.day)),
            cause=contact_reference(case, step.name, 1),
            step=step.name,
            channel=step.channel,
            reference=contact_reference(case, step.name, 1),
            asked=OWED,
        )
        for step in plan.steps[:done]
    ]
    async with house.pool.acquire() as connection, connection.transaction():
        (found,) = await event_store.open_streams(connection, [opening])
        if events:
            found = await event_store.append(connection, case, 1, events)
    return found


async def _pass(house: House, day: date) -> None:
    """Let a day pass for every case, until nothing more happens on it."""
    evening = at(day, 17)
    await asyncio.gather(*(house.skip_to(number, evening) for number in RUNGS))
    for _ in range(100):
        before = await house.pool.fetchval("select sum(version) from cases")
        await asyncio.sleep(0.15)
        under_way = await house.pool.fetchval(
            "select count(*) from contacts where state in ('claimed', 'handing over')"
        )
        if not under_way and before == await house.pool.fetchval("select sum(version) from cases"):
            return
    raise AssertionError(f"{day} does not come to rest")


async def test_ten_days_of_outage_lose_no_step_and_end_in_no_burst(house: House) -> None:
    """Seven invoices of two debtors are due for a step: one contact each, the next days later."""
    days = _working_days(TODAY + timedelta(days=1), 8)
    stopped = days[0] - timedelta(days=OUTAGE_DAYS)
    cases = [
        await _on_record(house, number, stopped - timedelta(days=late), done, debtor)
        for number, (debtor, late, done) in RUNGS.items()
    ]
    with house.skipper.with_time_skipping_disabled():
        assert await house.cases.start(cases) == len(RUNGS)
    contacts: defaultdict[str, dict[str, tuple[date, Channel]]] = defaultdict(dict)
    for day in days:
        await _pass(house, day)
    for number, (debtor, _, done) in RUNGS.items():
        case = await house.case(number)
        assert [one.step for one in case.steps] == STEPS[: len(case.steps)]
        assert len(case.steps) > done, number
        for one in case.steps[done:]:
            when = local_day(case.calendar, one.at)
            contacts[debtor][one.reference] = (when, one.channel)
        _keeps_its_distances(case, done)
    for debtor, own in contacts.items():
        spoken = [when for when, channel in own.values() if channel is not Channel.LETTER]
        assert spoken.count(days[0]) <= 1, (debtor, own)
        assert days[0] in {when for when, _ in own.values()}, (debtor, own)
        for earlier, later in pairwise(sorted(set(spoken))):
            assert (later - earlier).days >= GAP_DAYS, (debtor, own)


def _keeps_its_distances(case: CollectionCase, done: int) -> None:
    """Late by days as a whole, never hurried: no two steps nearer than the plan has them."""
    planned = {step.name: step.day for step in case.plan.steps}
    for earlier, later in pairwise(case.steps[done:]):
        apart = local_day(case.calendar, later.at) - local_day(case.calendar, earlier.at)
        assert apart.days >= planned[later.step] - planned[earlier.step] - LONG_WEEKEND
