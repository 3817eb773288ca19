"""What does a case look like? One to put on record, with everything a test may want to change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.holidays import contact_calendar
from schemas.calendar import ContactCalendar, ContactWindow
from schemas.case import CollectionCase
from schemas.commands import RecordPayment
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    PaymentReceived,
    StepFailed,
    StepPerformed,
    TaskCompleted,
)
from schemas.identifiers import case_id, contact_reference, task_id
from schemas.money import Money
from schemas.parties import Capacity
from schemas.plan import Channel, DunningPlan, DunningStep, IfUnknown
from store import event_store
from store.pool import Pool

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""A Friday, within everybody's contact hours."""

ALWAYS_OPEN = ContactCalendar(
    time_zone="UTC",
    weekdays=(1, 2, 3, 4, 5, 6, 7),
    windows=(ContactWindow.model_validate({"opens": "00:00", "closes": "23:59:59.999999"}),),
)
"""For turns whose clock is not the point."""


def euros(amount: str) -> Money:
    """An amount of euros."""
    return Money(amount=Decimal(amount), currency="EUR")


def one_step_plan(
    channel: Channel = Channel.EMAIL, if_unknown: IfUnknown = IfUnknown.ASK
) -> DunningPlan:
    """A plan whose first step is the one to try."""
    template = "formal-notice" if channel is Channel.LETTER else "courtesy"
    step = DunningStep(
        name="courtesy", day=3, channel=channel, template=template, if_unknown=if_unknown
    )
    return DunningPlan(plan="short", steps=(step,))


def opening(number: str = "F-1", **changes: Any) -> CaseOpened:
    """The first event of a case."""
    facts: dict[str, Any] = {
        "at": MORNING,
        "case_id": case_id("atelier", number),
        "creditor": "atelier",
        "invoice": number,
        "debtor_id": "D1",
        "claim": euros("1200.00"),
        "due_date": date(2026, 11, 10),
        "plan": one_step_plan(),
        "calendar": contact_calendar("FR", Capacity.BUSINESS, 2026, 2027, "Europe/Paris"),
    }
    return CaseOpened(**{**facts, **changes})


async def opened(pool: Pool, number: str = "F-1", **changes: Any) -> CollectionCase:
    """A case whose stream has begun."""
    async with pool.acquire() as connection, connection.transaction():
        (case,) = await event_store.open_streams(connection, [opening(number, **changes)])
    return case


async def put(pool: Pool, case: CollectionCase, *events: CaseEvent) -> CollectionCase:
    """Append events in a transaction of their own."""
    async with pool.acquire() as connection, connection.transaction():
        return await event_store.append(connection, case.case_id, case.version, events)


def payment(amount: str, payment_id: str = "pay-1") -> RecordPayment:
    """A payment as the bank reports it."""
    return RecordPayment(
        command_id=payment_id, by="bank", amount=euros(amount), received_on=date(2026, 11, 20)
    )


def received(amount: str, payment_id: str, unallocated: str = "0.00") -> PaymentReceived:
    """Money on record."""
    return PaymentReceived(
        at=MORNING,
        cause=payment_id,
        payment_id=payment_id,
        amount=euros(amount),
        received_on=date(2026, 11, 20),
        allocated=euros(amount) - euros(unallocated),
        unallocated=euros(unallocated),
    )


def performed(case: CollectionCase, step: str = "courtesy", **changes: Any) -> StepPerformed:
    """A step on record."""
    reference = contact_reference(case.case_id, step, 1)
    facts: dict[str, Any] = {
        "at": MORNING,
        "cause": reference,
        "step": step,
        "channel": Channel.EMAIL,
        "reference": reference,
        "asked": case.outstanding,
    }
    return StepPerformed(**{**facts, **changes})


def failed(case: CollectionCase, step: str = "courtesy") -> StepFailed:
    """A step that failed for good, on record."""
    reference = contact_reference(case.case_id, step, 1)
    return StepFailed(
        at=MORNING,
        cause=reference,
        step=step,
        channel=Channel.EMAIL,
        reference=reference,
        reason="RefusedByServer",
        explanation="550 no such mailbox",
    )


async def lived(pool: Pool, number: str = "F-1") -> CollectionCase:
    """A case with a life behind it: two calls done or obsolete, a failure, money, its end."""
    case = await opened(pool, number)
    case = await put(pool, case, performed(case, "call", channel=Channel.PHONE))
    case = await put(pool, case, received("200.00", f"{number}-a"), failed(case))
    done = TaskCompleted(
        at=MORNING + timedelta(days=1),
        by="anna",
        cause=f"{number}-done",
        task_id=task_id(case.case_id, 2),
        outcome="reached",
        note="will pay",
    )
    case = await put(pool, case, done)
    last = received("1050.00", f"{number}-b", unallocated="50.00")
    return await put(pool, case, last, CaseClosed(at=MORNING, reason="paid"))
