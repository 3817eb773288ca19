"""How many cases end to end a second? Against bare workflows on the same server, in turn.

A case here: opened on record, its workflow started, five steps taken by the real activities (three
e-mails over SMTP, a phone task, a letter printed as PDF), the payment put on record and told, the
case closed. All five steps stand on one day of the plan, and that day is past, so each is due as
soon as the one before it was taken: no timer is waited for, no time is skipped. The calendar is
open at every hour, and the creditor's contact policy asks for no gap. Opposite stand workflows that
call as many activities, which do nothing and record nothing, are told by an update too, and have
next to no payload. Both run in one process beside their client, against the same Temporal; rounds
of both alternate, and medians are compared.
"""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from bench.bare import STEPS, Bare, nothing
from bench.ground import Ground
from schemas.calendar import ContactCalendar, ContactWindow
from schemas.case import CollectionCase
from schemas.commands import RecordPayment
from schemas.contact_policy import ContactPolicy, ContactRules
from schemas.events import CaseOpened
from schemas.identifiers import case_id
from schemas.money import Money
from schemas.plan import Channel, DunningPlan, DunningStep
from store import event_store, facts
from store.facts import UntoldFact
from tests.support.house import ATELIER, House

AT_ONCE = 50
"""How many calls of the engine are under way at one time, on both sides."""

PLANS = {
    "all channels": (Channel.EMAIL, Channel.EMAIL, Channel.PHONE, Channel.EMAIL, Channel.LETTER),
    "without letter": (Channel.EMAIL, Channel.EMAIL, Channel.PHONE, Channel.EMAIL, Channel.PHONE),
}
TEMPLATES = {Channel.EMAIL: "reminder", Channel.PHONE: "call", Channel.LETTER: "formal-notice"}
OPEN = ContactCalendar(
    weekdays=(1, 2, 3, 4, 5, 6, 7),
    windows=(ContactWindow(opens=clock(0), closes=clock(23, 59, 59)),),
    spread_minutes=0,
)


async def measure(here: Ground, *, quick: bool) -> list[dict[str, object]]:
    """Rounds of cases and of bare workflows, in turn."""
    count, rounds = (30, 1) if quick else (100, 3)
    found: list[dict[str, object]] = []
    async with here.house() as house, bare_worker(house.means.client) as queue:
        _allow_contacts_in_a_row(house)
        await _cases(house, _plan("all channels"), 5)  # warms both up
        await _bare(house.means.client, queue, 5)
        for name in PLANS:
            ours, bare = [], []
            for _ in range(rounds):
                ours.append(count / await _cases(house, _plan(name), count))
                bare.append(count / await _bare(house.means.client, queue, count))
            rate, bare_rate = statistics.median(ours), statistics.median(bare)
            found.append(
                {
                    "bench": "cases",
                    "plan": name,
                    "cases": count,
                    "rounds": rounds,
                    "cases_per_second": round(rate, 2),
                    "bare_per_second": round(bare_rate, 2),
                    "ratio": round(rate / bare_rate, 2),
                    "all_cases_per_second": [round(one, 2) for one in ours],
                    "all_bare_per_second": [round(one, 2) for one in bare],
                }
            )
    return found


def _allow_contacts_in_a_row(house: House) -> None:
    """Five steps of one day are what is measured; the ordinary policy keeps days between them."""
    creditors = house.means.creditors
    assert isinstance(creditors, dict)  # noqa: S101 - as the house has read them
    rules = ContactRules(gap_days=0, per_week=0)
    changes = {"contact": ContactPolicy(business=rules)}
    creditors[ATELIER] = creditors[ATELIER].model_copy(update=changes)


@asynccontextmanager
async def bare_worker(client: Client) -> AsyncIterator[str]:
    """Serve the bare workflows, with the settings of ours; yields the name of their queue."""
    queue = f"bare-{uuid.uuid4().hex[:8]}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Bare],
        activities=[nothing],
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    ):
        yield queue


def _plan(name: str) -> DunningPlan:
    steps = [
        DunningStep(name=f"step-{number}", day=3, channel=channel, template=TEMPLATES[channel])
        for number, channel in enumerate(PLANS[name], start=1)
    ]
    return DunningPlan(plan="bench", steps=tuple(steps))


async def openings(house: House, plan: DunningPlan, due: date, count: int) -> list[CaseOpened]:
    """New invoices with their debtors in the ledger, and the first events of their cases."""
    batch, now = uuid.uuid4().hex[:6], datetime.now(UTC)
    numbers = [f"B{batch}-{number}" for number in range(count)]
    for number in numbers:
        await house.invoice(number, due=due, debtor=f"D-{number}")
    return [
        CaseOpened(
            at=now,
            by="bench",
            case_id=case_id(ATELIER, number),
            creditor=ATELIER,
            invoice=number,
            debtor_id=f"D-{number}",
            claim=Money(amount=Decimal("1200.00"), currency="EUR"),
            due_date=due,
            plan=plan,
            calendar=OPEN,
        )
        for number in numbers
    ]


async def put_on_record(house: House, first: list[CaseOpened]) -> list[CollectionCase]:
    """Open the cases as the sweep does, in one transaction."""
    async with house.pool.acquire() as connection, connection.transaction():
        return await event_store.open_streams(connection, first)


async def _cases(house: House, plan: DunningPlan, count: int) -> float:
    """Seconds for so many cases, from nothing to closed."""
    first = await openings(house, plan, date.today() - timedelta(days=10), count)  # noqa: DTZ011
    began = time.perf_counter()
    cases = await put_on_record(house, first)
    with house.skipper.with_time_skipping_disabled():
        await house.cases.start(cases)
    ids = [case.case_id for case in cases]
    done = "select count(*) from cases where case_id = any($1) and level >= $2"
    while await house.pool.fetchval(done, ids, STEPS) < count:  # noqa: ASYNC110 - another process's
        await asyncio.sleep(0.02)

    async def end(case: CollectionCase) -> None:
        paid = RecordPayment(
            command_id=f"pay-{case.invoice}",
            by="bank",
            amount=case.claim,
            received_on=case.due_date,
        )
        async with house.pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, ATELIER, case.invoice, paid)
        await house.telling.tell_one(UntoldFact(case_id=case.case_id, fact=paid))
        await house.client.get_workflow_handle(case.case_id).result()

    await at_once([end(case) for case in cases])
    return time.perf_counter() - began


async def _bare(client: Client, queue: str, count: int) -> float:
    """Seconds for so many bare workflows, from nothing to ended."""
    batch = uuid.uuid4().hex[:6]
    began = time.perf_counter()

    async def start(number: int) -> None:
        await client.start_workflow(Bare.run, "", id=f"bare-{batch}-{number}", task_queue=queue)

    async def end(number: int) -> None:
        handle = client.get_workflow_handle(f"bare-{batch}-{number}")
        await handle.execute_update(Bare.tell, number)
        await handle.result()

    await at_once([start(number) for number in range(count)])
    await at_once([end(number) for number in range(count)])
    return time.perf_counter() - began


async def at_once(calls: list[Coroutine[Any, Any, None]]) -> None:
    """Make calls, ``AT_ONCE`` at one time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(call: Coroutine[Any, Any, None]) -> None:
        async with places:
            await call

    await asyncio.gather(*(one(call) for call in calls))
