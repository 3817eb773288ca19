"""What does one case cost the engine? Events and billable actions of the reference case.

Three e-mails, one phone task, one letter, then the payment, with real activities on real engines;
time is skipped. Events of the skipping itself are not counted: nobody skips time in production.
Actions are counted as Temporal Cloud bills them: a start, a timer, each attempt of an activity, a
signal, an accepted update, an upsert of search attributes and a continue-as-new are one each.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.ground import Ground
from tests.support.house import House, at

BARE = {"events": 66, "actions": 13}
"""The same case as a bare workflow: timer and no-op activity a step, the payment as a signal."""

STEP_DAYS = (3, 10, 15, 30, 45)
SKIPPING = "WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED"
OPTIONS = "WORKFLOW_EXECUTION_OPTIONS_UPDATED"
ONE_ACTION = (
    *("WORKFLOW_EXECUTION_STARTED", "TIMER_STARTED", "WORKFLOW_EXECUTION_SIGNALED"),
    *("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"),
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
)


async def measure(here: Ground, *, quick: bool) -> list[dict[str, object]]:
    """Play the case, paid by update and paid by signal."""
    del quick
    async with here.house() as house:
        return [await play(house, way) for way in ("update", "signal")]


async def play(house: House, way: str) -> dict[str, object]:
    """Play the case once and count what its history cost.

    Args:
        house: its clock is moved.
        way: how the payment is told: ``update`` or ``signal``.
    """
    today = datetime.now(UTC).date()
    number = f"REF-{way}"
    # A debtor of its own: the contact policy would keep it apart from the other's contacts.
    await house.invoice(number, due=today, debtor=f"D-{way}")
    handle = await house.open(number, datetime.now(UTC))
    for count, day in enumerate(STEP_DAYS, start=1):
        await house.skip_to(number, at(today + timedelta(days=day + 4), 20))
        await house.steps(number, count)
    if way == "update":
        await house.pay(number, "1200.00", on=today)
    else:
        paid = {"payment_id": "P-1", "amount": "1200.00", "currency": "EUR"}
        await handle.signal("payment_received", paid | {"received_on": today.isoformat()})
    await handle.result()
    events = list((await handle.fetch_history()).events)
    kinds = Counter(_kind(event) for event in events)
    counted = [event for event in events if _kind(event) not in (SKIPPING, OPTIONS)]
    attempts = sum(event.activity_task_started_event_attributes.attempt for event in events)
    return {
        "bench": "reference_case",
        "paid_by": way,
        "events": len(counted),
        "actions": attempts + sum(kinds[kind] for kind in ONE_ACTION),
        "history_bytes": sum(event.ByteSize() for event in counted),
        "activities": attempts,
        "timers": kinds["TIMER_STARTED"],
        "workflow_tasks": kinds["WORKFLOW_TASK_STARTED"],
        "on_record": len(await house.events(number)),
        "bare_events": BARE["events"],
        "bare_actions": BARE["actions"],
    }


def _kind(event: HistoryEvent) -> str:
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
