"""What needs a person, and what may come of it?"""

from __future__ import annotations

from datetime import datetime

from schemas.case import CaseState, ClosingReason, CollectionCase, OpenTask, TaskKind
from schemas.commands import CancelCase, WriteOff
from schemas.events import (
    CaseEvent,
    CaseRecalled,
    CaseReferred,
    CaseReopened,
    ContactsAllowed,
    ContactsStopped,
    CreditNoteIssued,
    DisputeOverdue,
    DisputeResolved,
    FactUnreadable,
    HoldReleased,
    InstalmentMissed,
    InvoiceCorrected,
    PaymentReceived,
    PaymentReversed,
    PlanExhausted,
    PromiseBroken,
    PromiseKept,
    ReferralProposed,
    StepFailed,
    StepPerformed,
)
from schemas.identifiers import task_id
from schemas.money import Money
from schemas.pauses import ContactStop
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
    TaskKind.APPROVE: ("approved", "rejected"),
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

NOT_ENDED_BY_MONEY = frozenset(
    {ClosingReason.CANCELLED, ClosingReason.WRITTEN_OFF, ClosingReason.UNCOLLECTIBLE}
)
"""A person ended the case, so only a person pursues it again."""


def task_opened_by(case: CollectionCase, event: CaseEvent) -> OpenTask | None:
    """The task that an event opens, if it opens one.

    Args:
        case: the state before the event; the task's id is that of the version the event gets.
        event: what happens.
    """
    found = (
        _about_money(case, event)
        or _about_referral(case, event)
        or _what_to_do(event)
        or _nothing_left_to_wait_for(case, event)
    )
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
            paid = case.closing in {ClosingReason.PAID, ClosingReason.RECOVERED}
            return (TaskKind.DECIDE, what) if paid and owed.is_positive else None
        case PaymentReversed() if case.closing in NOT_ENDED_BY_MONEY and event.amount.is_positive:
            what = f"Taken back: {event.amount} is owed again, but the case is {case.closing}"
            return TaskKind.DECIDE, what
        case _:
            return None


def _about_referral(case: CollectionCase, event: CaseEvent) -> tuple[TaskKind, str] | None:
    """What the agency or the lawyer who has the case must hear of, and who must agree first."""
    match event:
        case ReferralProposed():
            return TaskKind.APPROVE, what_to_approve(event)
        case CaseRecalled() if not any(one.kind is TaskKind.HAND_OVER for one in case.tasks):
            what = f"Recalled ({event.reason}): tell {case.destination} to stop"
            return TaskKind.TELL_AGENCY, what
        case CaseReopened() if case.closing is ClosingReason.RECOVERED:
            return TaskKind.TELL_AGENCY, f"{event.reason}: tell {case.destination}"
        case _ if case.state is not CaseState.REFERRED:
            return None
        case PaymentReceived() if event.allocated.is_positive:
            what = f"{event.allocated} came in directly: tell {case.destination}"
        case PaymentReversed() if event.amount.is_positive:
            what = f"{event.amount} was taken back: tell {case.destination}"
        case CreditNoteIssued() if event.taken.is_positive:
            what = f"{event.taken} was credited: tell {case.destination}"
        case InvoiceCorrected():
            what = f"The invoice is now {event.amount}: tell {case.destination}"
        case _:
            return None
    return TaskKind.TELL_AGENCY, what


def taken_back(
    case: CollectionCase, command: CancelCase | WriteOff, now: datetime
) -> tuple[CaseRecalled, ...]:
    """A case that ends while somebody else has it is recalled first, so that they hear of it."""
    if case.state is not CaseState.REFERRED:
        return ()
    recalled = CaseRecalled(at=now, by=command.by, cause=command.command_id, reason=command.reason)
    return (recalled,)


def what_to_approve(event: ReferralProposed) -> str:
    """What a second person is asked, with everything that speaks against it."""
    who = event.proposal.by or "the plan"
    but = f"; but {', '.join(event.proposal.against)}" if event.proposal.against else ""
    return f"Hand {event.outstanding} over to {event.proposal.to}? Proposed by {who}{but}"


def _nothing_left_to_wait_for(
    case: CollectionCase, event: CaseEvent
) -> tuple[TaskKind, str] | None:
    """What kept a case waiting whose plan is at its end has ended: a person decides again."""
    if case.state is not CaseState.EXHAUSTED or case.outstanding.amount <= 0:
        return None
    if any(task.kind is TaskKind.DECIDE for task in case.tasks):
        return None
    match event:
        case (
            HoldReleased()
            | ContactsAllowed()
            | PromiseKept()
            | DisputeResolved(in_favour_of="creditor")
        ):
            what = f"The plan is at its end, {case.outstanding} still owed, and nothing is awaited"
            return TaskKind.DECIDE, what
        case _:
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
            return TaskKind.UNALLOCATED_CASH, not_allocated(event.unallocated, event.payment_id)
        case PromiseBroken():
            return (
                TaskKind.PROMISE_BROKEN,
                f"Promised {event.promised}, received {event.received}",
            )
        case InstalmentMissed():
            return TaskKind.PROMISE_BROKEN, f"An instalment was missed: {event.missing} is lacking"
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
