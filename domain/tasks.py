"""What needs a person, and what may come of it?"""

from __future__ import annotations

from schemas.case import (
    REACHED,
    CaseState,
    ClosingReason,
    CollectionCase,
    OpenTask,
    TaskKind,
)
from schemas.events import (
    CaseEvent,
    CaseReferred,
    ContactBounced,
    ContactsStopped,
    CreditNoteIssued,
    DisputeOverdue,
    FactUnreadable,
    InvoiceCorrected,
    PaymentReceived,
    PaymentReversed,
    PlanExhausted,
    PromiseBroken,
    StepFailed,
    StepPerformed,
)
from schemas.identifiers import task_id
from schemas.money import Money
from schemas.pauses import ContactStop
from schemas.plan import Channel

TRY_AGAIN = "try-again"
"""The outcome with which a person gives a step back."""

ARRIVED = "arrived"
"""The outcome that a message of which nobody knew has reached the debtor."""

OUTCOMES: dict[TaskKind, tuple[str, ...]] = {
    TaskKind.CALL: (
        "promised",
        "reached",
        "disputes",
        "says-paid",
        "voicemail",
        "no-answer",
        "wrong-number",
    ),
    TaskKind.DELIVERY_FAILED: (TRY_AGAIN, "leave"),
    TaskKind.DELIVERY_UNKNOWN: (ARRIVED, TRY_AGAIN, "leave"),
    TaskKind.DECIDE: ("referred", "written-off", "waiting", "done"),
    TaskKind.HAND_OVER: ("handed-over",),
    TaskKind.UNALLOCATED_CASH: ("allocated", "refunded", "done"),
    TaskKind.UNREADABLE_FACT: ("done",),
    TaskKind.PROMISE_BROKEN: ("called", "promised-again", "leave"),
    TaskKind.DISPUTE_OVERDUE: ("reminded", "leave"),
    TaskKind.TELL_AGENCY: ("told",),
    TaskKind.CONTACT_STOPPED: ("claim-declared", "address-found", "done"),
}
"""What may come of a task, by its kind."""

OUTLIVES_THE_CASE = frozenset(
    {TaskKind.UNALLOCATED_CASH, TaskKind.TELL_AGENCY, TaskKind.UNREADABLE_FACT}
)
"""Tasks about money or messages that stay open when the case closes."""

PURSUED = frozenset({CaseState.OPEN, CaseState.EXHAUSTED})
"""States in which the creditor itself asks for its money."""

NOT_ENDED_BY_MONEY = frozenset({ClosingReason.CANCELLED, ClosingReason.WRITTEN_OFF})
"""A person ended the case, so only a person pursues it again."""


def task_opened_by(case: CollectionCase, event: CaseEvent) -> OpenTask | None:
    """The task that an event opens, if it opens one.

    Args:
        case: the state before the event; the task's id is that of the version the event gets.
        event: what happens.
    """
    found = _about_money(case, event) or _about_the_way(case, event) or _what_to_do(event)
    if found is None:
        return None
    kind, summary = found
    return OpenTask(
        task_id=task_id(case.case_id, case.version + 1),
        kind=kind,
        opened_at=event.at,
        summary=summary,
        step=getattr(event, "step", ""),
        cycle=getattr(event, "cycle", 1),
    )


def _about_money(case: CollectionCase, event: CaseEvent) -> tuple[TaskKind, str] | None:
    """Money that others must hear of, that a fact frees, or that is owed again."""
    match event:
        case PaymentReceived() if case.state is CaseState.REFERRED and event.allocated.is_positive:
            what = f"{event.allocated} came in directly: tell {case.plan.refer_to}"
            return TaskKind.TELL_AGENCY, what
        case CreditNoteIssued():
            surplus = event.taken - case.outstanding
            what = f"{surplus} of credit note {event.credit_id} are left"
            return (TaskKind.UNALLOCATED_CASH, what) if surplus.is_positive else None
        case InvoiceCorrected():
            surplus = case.paid - event.amount
            what = f"{surplus} was paid beyond the corrected amount"
            if surplus.is_positive and event.amount.amount < case.claim.amount:
                return TaskKind.UNALLOCATED_CASH, what
            owed = event.amount - case.paid - case.credited
            what = f"Corrected after it was paid: {owed} is owed again"
            paid = case.closing is ClosingReason.PAID
            return (TaskKind.DECIDE, what) if paid and owed.is_positive else None
        case PaymentReversed() if case.closing in NOT_ENDED_BY_MONEY and event.amount.is_positive:
            what = f"Taken back: {event.amount} is owed again, but the case is {case.closing}"
            return TaskKind.DECIDE, what
        case _:
            return None


def _about_the_way(case: CollectionCase, event: CaseEvent) -> tuple[TaskKind, str] | None:
    """A message that came back is for a person, once, and while the case is pursued."""
    if not isinstance(event, ContactBounced) or case.state not in PURSUED:
        return None
    if not any(one.reference == event.reference and one.outcome in REACHED for one in case.steps):
        return None
    said = event.diagnostic or "the other side gave no reason"
    return TaskKind.DELIVERY_FAILED, f"{event.step!r} came back ({event.kind}): {said}"


def _what_to_do(  # noqa: PLR0911, C901 - one branch an event
    event: CaseEvent,
) -> tuple[TaskKind, str] | None:
    match event:
        case StepPerformed(channel=Channel.PHONE):
            return TaskKind.CALL, f"Call about {event.asked}"
        case StepPerformed(delivery="unknown"):
            question = (
                f"Did {event.step!r} ({event.reference}) arrive? Nobody knows whether it left"
            )
            return TaskKind.DELIVERY_UNKNOWN, question
        case StepFailed():
            return TaskKind.DELIVERY_FAILED, f"{event.step!r} failed: {event.explanation}"
        case PlanExhausted():
            return TaskKind.DECIDE, f"The plan is at its end, {event.outstanding} still owed"
        case CaseReferred():
            return TaskKind.HAND_OVER, f"Hand the file to: {event.to} ({event.outstanding})"
        case PaymentReceived() if event.unallocated.is_positive:
            return TaskKind.UNALLOCATED_CASH, not_allocated(event.unallocated, event.payment_id)
        case PromiseBroken():
            return (
                TaskKind.PROMISE_BROKEN,
                f"Promised {event.promised}, received {event.received}",
            )
        case DisputeOverdue():
            return (
                TaskKind.DISPUTE_OVERDUE,
                f"The dispute about {event.amount} is not decided; it is with {event.owner}",
            )
        case ContactsStopped():
            return TaskKind.CONTACT_STOPPED, what_a_stop_asks(event.stop)
        case FactUnreadable():
            return TaskKind.UNREADABLE_FACT, f"{event.name!r} could not be read: {event.problem}"
        case _:
            return None


def not_allocated(amount: Money, payment_id: str) -> str:
    """What is to be done about money that no claim took; a reversal finds the task by it."""
    return f"{amount} of payment {payment_id} are not allocated"


def what_a_stop_asks(stop: ContactStop) -> str:
    """What is to be done instead of contacts; the end of the stop finds the task by it."""
    if stop.deadline:
        return f"{stop.kind.value} of {stop.on}: declare the claim by {stop.deadline} at the latest"
    return f"{stop.kind.value}, known since {stop.on}: decide what follows"
