"""What needs a person, and what may come of it?"""

from __future__ import annotations

from schemas.case import CaseState, ClosingReason, CollectionCase, OpenTask, TaskKind
from schemas.events import (
    CaseEvent,
    CaseReferred,
    ContactsStopped,
    CreditNoteIssued,
    DisputeOverdue,
    FactUnreadable,
    InvoiceCorrected,
    PaymentReceived,
    PlanExhausted,
    PromiseBroken,
    StepFailed,
    StepPerformed,
)
from schemas.identifiers import task_id
from schemas.plan import Channel

TRY_AGAIN = "try-again"
"""The outcome with which a person gives a step back."""

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
    TaskKind.DELIVERY_UNKNOWN: ("arrived", TRY_AGAIN, "leave"),
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


def task_opened_by(case: CollectionCase, event: CaseEvent) -> OpenTask | None:
    """The task that an event opens, if it opens one.

    Args:
        case: the state before the event; the task's id is that of the version the event gets.
        event: what happens.
    """
    found = _about_money(case, event) or _what_to_do(event)
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
    """Money that others must hear of, that a correction frees, or that is owed again."""
    match event:
        case PaymentReceived() if case.state is CaseState.REFERRED and event.allocated.is_positive:
            words = f"{event.allocated} came in directly: tell {case.plan.refer_to}"
            return TaskKind.TELL_AGENCY, words
        case CreditNoteIssued():
            surplus = event.taken - case.outstanding
            words = f"{surplus} of credit note {event.credit_id} are left"
            return (TaskKind.UNALLOCATED_CASH, words) if surplus.is_positive else None
        case InvoiceCorrected():
            return _after_correction(case, event)
        case _:
            return None


def _after_correction(case: CollectionCase, event: InvoiceCorrected) -> tuple[TaskKind, str] | None:
    surplus = case.paid - event.amount
    if surplus.is_positive and event.amount.amount < case.claim.amount:
        return TaskKind.UNALLOCATED_CASH, f"{surplus} was paid beyond the corrected amount"
    owed = event.amount - case.paid
    if case.closing is ClosingReason.PAID and owed.is_positive:
        return TaskKind.DECIDE, f"Corrected after it was paid: {owed} is owed again"
    return None


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
            return (
                TaskKind.UNALLOCATED_CASH,
                f"{event.unallocated} of payment {event.payment_id} are not allocated",
            )
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
            return TaskKind.CONTACT_STOPPED, _what_the_stop_asks(event)
        case FactUnreadable():
            return TaskKind.UNREADABLE_FACT, f"{event.name!r} could not be read: {event.problem}"
        case _:
            return None


def _what_the_stop_asks(event: ContactsStopped) -> str:
    stop = event.stop
    if stop.deadline:
        return f"{stop.kind.value} of {stop.on}: declare the claim by {stop.deadline} at the latest"
    return f"{stop.kind.value}, known since {stop.on}: decide what follows"
