"""What needs a person, and what may come of it?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.bounce_rules import about_a_bounce
from domain.business_calendar import NeverOpenError, local_day, working_days_after
from domain.referral_tasks import about_referral, nothing_left_to_wait_for
from domain.task_figures import (
    PLAN_AT_ITS_END,
    NewTask,
    charges_left,
    instalment_missed,
    plan_at_its_end,
    to_call_about,
    to_hand_over,
)
from domain.telephone import NO_USABLE_NUMBER
from schemas.case import ClosingReason, CollectionCase, OpenTask, TaskKind
from schemas.charge_events import ChargesCorrected, PaymentFreed
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseReferred,
    ContactsStopped,
    CreditNoteIssued,
    DisputeOverdue,
    FactUnreadable,
    InstalmentMissed,
    InvoiceCorrected,
    LimitationNear,
    PaymentReceived,
    PaymentReversed,
    PlanExhausted,
    PromiseBroken,
    ReplyReceived,
    StepFailed,
    StepPerformed,
    TaskCompleted,
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
        "needs-invoice",
        "asks-instalments",
        "refused",
        "voicemail",
        "no-answer",
        "wrong-number",
        "not-in-service",
    ),
    TaskKind.DELIVERY_FAILED: (TRY_AGAIN, "leave"),
    TaskKind.DELIVERY_UNKNOWN: (ARRIVED, TRY_AGAIN, "leave"),
    TaskKind.DECIDE: ("referred", "written-off", "waiting", "done"),
    TaskKind.HAND_OVER: ("handed-over",),
    TaskKind.APPROVE: ("approved", "rejected"),
    TaskKind.UNALLOCATED_CASH: ("allocated", "refunded", "done"),
    TaskKind.UNREADABLE_FACT: ("done",),
    TaskKind.REPLY_RECEIVED: ("answered", "promised", "disputes", "says-paid", "done"),
    TaskKind.PROMISE_BROKEN: ("called", "promised-again", "leave"),
    TaskKind.DISPUTE_OVERDUE: ("reminded", "leave"),
    TaskKind.TELL_AGENCY: ("told",),
    TaskKind.CONTACT_STOPPED: ("claim-declared", "address-found", "done"),
    TaskKind.SEND_INVOICE: ("sent", "leave"),
    TaskKind.AGREE_INSTALMENTS: ("agreed", "declined"),
    TaskKind.CORRECT_NUMBER: (TRY_AGAIN, "leave"),
    TaskKind.CHARGES_LEFT: ("waived", "claimed-apart", "leave"),
    TaskKind.LIMITATION: ("done", "leave"),
}
"""What may come of a task, by its kind."""

AFTER_A_CALL: dict[str, NewTask] = {
    "needs-invoice": NewTask(TaskKind.SEND_INVOICE, "Send the invoice again"),
    "asks-instalments": NewTask(
        TaskKind.AGREE_INSTALMENTS, "Instalments are asked for: agree or decline"
    ),
    "refused": NewTask(TaskKind.DECIDE, "The debtor refuses to pay: go on, refer, or write off"),
    "wrong-number": NewTask(
        TaskKind.CORRECT_NUMBER, "The number is somebody else's: find the right one"
    ),
    "not-in-service": NewTask(
        TaskKind.CORRECT_NUMBER, "The number is not in service: find another"
    ),
}
"""What a person has to do after a call, by its outcome."""

WORKING_DAYS: dict[TaskKind, int] = {
    TaskKind.DECIDE: 5,
    TaskKind.CONTACT_STOPPED: 5,
    TaskKind.UNALLOCATED_CASH: 3,
    TaskKind.PROMISE_BROKEN: 1,
    TaskKind.DISPUTE_OVERDUE: 1,
    TaskKind.TELL_AGENCY: 1,
    TaskKind.APPROVE: 1,
    TaskKind.UNREADABLE_FACT: 1,
    TaskKind.SEND_INVOICE: 1,
}
"""In how many working days a task is to be done; two where none is named. Practice, not law."""

USUAL_WORKING_DAYS = 2

OUTLIVES_THE_CASE = frozenset(
    {
        TaskKind.UNALLOCATED_CASH,
        TaskKind.TELL_AGENCY,
        TaskKind.UNREADABLE_FACT,
        TaskKind.CHARGES_LEFT,
        TaskKind.REPLY_RECEIVED,
    }
)
"""Tasks about money or messages that stay open when the case closes."""

OWN_CONTACTS = frozenset({TaskKind.CALL, TaskKind.CORRECT_NUMBER})
"""Tasks that are contacts of our own: off the list when these have stopped."""

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
        or about_a_bounce(case, event)
        or about_referral(case, event)
        or _about_charges(case, event)
        or _after_a_call(case, event)
        or _what_to_do(event)
        or nothing_left_to_wait_for(case, event)
    )
    if found is None:
        return None
    place = _finished(case, event) or event
    step: str = getattr(place, "step", "")
    return OpenTask(
        task_id=task_id(case.case_id, case.version + 1),
        kind=found.kind,
        opened_at=event.at,
        summary=found.summary,
        about=found.about,
        step=step,
        cycle=getattr(place, "cycle", 1),
        owner=case.plan.tasks_go_to,
        due_at=_due_at(case, event, found.kind, step),
    )


def task_deadline(case: CollectionCase, since: datetime, working_days: int) -> datetime | None:
    """The end of the day by which a task is to be done; None when the calendar has no such day.

    Args:
        case: whose calendar counts.
        since: when the task was opened.
        working_days: zero is that very day.
    """
    today = local_day(case.calendar, since)
    try:
        last = working_days_after(case.calendar, today, working_days)
    except NeverOpenError:
        return None
    return _end_of(case, last)


def _due_at(case: CollectionCase, event: CaseEvent, kind: TaskKind, step: str) -> datetime | None:
    if isinstance(event, ContactsStopped) and event.stop.deadline:
        return _end_of(case, event.stop.deadline)
    planned = case.plan.step(step) if kind is TaskKind.CALL else None
    days = WORKING_DAYS.get(kind, USUAL_WORKING_DAYS)
    return task_deadline(case, event.at, planned.done_within_days if planned else days)


def _end_of(case: CollectionCase, day: date) -> datetime | None:
    zone = ZoneInfo(case.calendar.time_zone)
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    except OverflowError:  # A fact may name any day; at the ends of the calendar there is no next.
        return None


def _finished(case: CollectionCase, event: CaseEvent) -> OpenTask | None:
    """The task that an event ends, while the case still has it."""
    if not isinstance(event, TaskCompleted):
        return None
    return next((task for task in case.tasks if task.task_id == event.task_id), None)


def _about_money(case: CollectionCase, event: CaseEvent) -> NewTask | None:
    """Money that a fact leaves over, or that is owed again although the case was closed."""
    match event:
        case CreditNoteIssued():
            surplus = event.taken - case.outstanding
            what = f"{surplus} of credit note {event.credit_id} are left"
            return NewTask(TaskKind.UNALLOCATED_CASH, what) if surplus.is_positive else None
        case InvoiceCorrected():
            surplus = case.paid - event.amount
            what = f"{surplus} was paid beyond the corrected amount"
            if surplus.is_positive and event.amount.amount < case.claim.amount:
                return NewTask(TaskKind.UNALLOCATED_CASH, what)
            owed = event.amount - case.paid - case.credited
            what = f"Corrected after it was paid: {owed} is owed again"
            paid = case.closing in {ClosingReason.PAID, ClosingReason.RECOVERED}
            return NewTask(TaskKind.DECIDE, what) if paid and owed.is_positive else None
        case PaymentReversed() if case.closing in NOT_ENDED_BY_MONEY and event.amount.is_positive:
            what = f"Taken back: {event.amount} is owed again, but the case is {case.closing}"
            return NewTask(TaskKind.DECIDE, what)
        case _:
            return None


def _about_charges(case: CollectionCase, event: CaseEvent) -> NewTask | None:
    """Charges that are still owed when the case ends; a person pursues or waives them."""
    match event:
        case CaseClosed():
            left = case.charges_owed
        case PaymentReversed() if case.is_closed and event.charges:
            left = case.charges_owed + event.charges
        case ChargesCorrected() if case.is_closed and case.charges:
            corrected = {"interest": event.interest, "indemnity": event.indemnity}
            charges = case.charges.model_copy(update=corrected)
            left = case.model_copy(update={"charges": charges}).charges_owed
        case _:
            return None
    if any(task.kind is TaskKind.CHARGES_LEFT for task in case.tasks):
        return None
    return NewTask(TaskKind.CHARGES_LEFT, charges_left(left)) if left.is_positive else None


def _after_a_call(case: CollectionCase, event: CaseEvent) -> NewTask | None:
    task = _finished(case, event)
    if task is None or task.kind is not TaskKind.CALL or not isinstance(event, TaskCompleted):
        return None
    return AFTER_A_CALL.get(event.outcome)


def _what_to_do(event: CaseEvent) -> NewTask | None:  # noqa: PLR0911, PLR0912, C901 - one branch an event
    match event:
        case StepPerformed(channel=Channel.PHONE, detail=detail) if detail == NO_USABLE_NUMBER:
            what = "Nobody can dial the number on file: find the right one"
            return NewTask(TaskKind.CORRECT_NUMBER, what)
        case StepPerformed(channel=Channel.PHONE):
            return NewTask(TaskKind.CALL, to_call_about(event.asked))
        case StepPerformed(delivery="unknown"):
            what = f"Did {event.step!r} ({event.reference}) arrive? Nobody knows whether it left"
            return NewTask(TaskKind.DELIVERY_UNKNOWN, what)
        case StepFailed():
            what = f"{event.step!r} failed: {event.explanation}"
            return NewTask(TaskKind.DELIVERY_FAILED, what)
        case PlanExhausted():
            what = plan_at_its_end(event.outstanding)
            return NewTask(TaskKind.DECIDE, what, PLAN_AT_ITS_END)
        case CaseReferred():
            return NewTask(TaskKind.HAND_OVER, to_hand_over(event.to, event.outstanding))
        case PaymentReceived() if event.unallocated.is_positive:
            return _not_allocated(event.unallocated, event.payment_id)
        case PaymentFreed():
            return _not_allocated(event.amount, event.payment_id)
        case PromiseBroken():
            what = f"Promised {event.promised}, received {event.received}"
            return NewTask(TaskKind.PROMISE_BROKEN, what)
        case InstalmentMissed():
            what = instalment_missed(event.missing)
            return NewTask(TaskKind.PROMISE_BROKEN, what, event.arrangement_id)
        case DisputeOverdue():
            what = f"The dispute about {event.amount} is not decided; it is with {event.owner}"
            return NewTask(TaskKind.DISPUTE_OVERDUE, what)
        case ContactsStopped():
            return _stopped(event.stop)
        case ReplyReceived(for_a_person=True):
            what = f"Reply received: {event.excerpt or 'no words'}"
            return NewTask(TaskKind.REPLY_RECEIVED, what)
        case LimitationNear():
            what = f"Limitation on {event.limitation_day}: court or acknowledgement needed"
            return NewTask(TaskKind.LIMITATION, f"{what} ({event.law}); record it with interrupt")
        case FactUnreadable():
            what = f"{event.name!r} could not be read: {event.problem}"
            return NewTask(TaskKind.UNREADABLE_FACT, what)
        case _:
            return None


def _not_allocated(amount: Money, payment_id: str) -> NewTask:
    what = f"{amount} of payment {payment_id} are not allocated"
    return NewTask(TaskKind.UNALLOCATED_CASH, what, payment_id)


def _stopped(stop: ContactStop) -> NewTask:
    what = f"{stop.kind.value}, known since {stop.on}: decide what follows"
    if stop.deadline:
        declare = f"declare the claim by {stop.deadline} at the latest"
        what = f"{stop.kind.value} of {stop.on}: {declare}"
    return NewTask(TaskKind.CONTACT_STOPPED, what, stop.kind.value)
