"""What may happen to a case, and what is true afterwards?

``decide`` answers people and the bank, ``evolve`` folds what was recorded. Time is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Any, assert_never

from domain.facts import EXCERPT_CHARACTERS
from domain.tasks import OUTCOMES, OUTLIVES_THE_CASE, TRY_AGAIN, task_opened_by
from schemas.case import (
    Allocation,
    CaseState,
    ClosingReason,
    CollectionCase,
    OpenTask,
    StepOutcome,
    StepRecord,
    TaskKind,
)
from schemas.commands import (
    CancelCase,
    Command,
    CompleteTask,
    CorrectInvoice,
    NoteUnreadableFact,
    RecordPayment,
    Refusal,
)
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReferred,
    FactUnreadable,
    InvoiceCorrected,
    PaymentReceived,
    PlanExhausted,
    StepFailed,
    StepGivenBack,
    StepPerformed,
    TaskCompleted,
)
from schemas.money import Money

REMEMBERED_COMMANDS = 200
"""How many command ids a case remembers to recognise a repeated one."""

DUE_YEARS = range(1970, 2200)
"""Due dates beyond these, which an import refuses too, are mistakes; no calendar reaches them."""

Events = tuple[CaseEvent, ...]


def decide(case: CollectionCase, command: Command, now: datetime) -> Events | Refusal:
    """What a command means for a case.

    Facts (payments, corrections, unreadable messages) are never refused: they have happened.

    Args:
        case: as it stands.
        command: what is asked or reported; a command id the case has seen means nothing more.
        now: the case's own clock, aware.

    Returns:
        The events to put on record, possibly none; or the named refusal of a request.
    """
    if isinstance(command, RecordPayment):
        return _receive(case, command, now)
    if command.command_id in case.commands:
        return ()
    match command:
        case CorrectInvoice():
            return _correct(case, command, now)
        case NoteUnreadableFact():
            return (_unreadable(command, now),)
        case CancelCase():
            return _cancel(case, command, now)
        case CompleteTask():
            return _complete(case, command, now)
        case _:
            assert_never(command)


def _receive(case: CollectionCase, payment: RecordPayment, now: datetime) -> Events:
    """Money takes off the claim what it can; the rest is unallocated cash.

    Only an earlier payment makes a payment a repeated one: banks number as they like, and money
    must not vanish because a correction or a request had the same id.
    """
    if any(seen.payment_id == payment.command_id for seen in case.allocations):
        return ()
    if not payment.amount.is_positive:
        if payment.command_id in case.commands:
            return ()
        return _left_to_a_person(payment, f"a payment of {payment.amount}", now)
    none = Money.zero(case.claim.currency)
    fits = payment.amount.currency == case.claim.currency and not case.is_closed
    allocated = payment.amount.at_most(case.outstanding) if fits else none
    received = PaymentReceived(
        at=now,
        by=payment.by,
        cause=payment.command_id,
        payment_id=payment.command_id,
        amount=payment.amount,
        received_on=payment.received_on,
        allocated=allocated,
        unallocated=payment.amount - allocated if fits else payment.amount,
        source=payment.source,
    )
    return _and_close_if_settled(case, received)


def _correct(case: CollectionCase, correction: CorrectInvoice, now: datetime) -> Events:
    """The ledger of record is right; what makes no sense is for a person to sort out."""
    if (correction.amount, correction.due_date) == (case.claim, case.due_date):
        return ()
    if correction.amount.currency != case.claim.currency:
        problem = f"the currency changed from {case.claim.currency} to {correction.amount.currency}"
        return _left_to_a_person(correction, problem, now)
    if correction.amount.amount < 0:
        return _left_to_a_person(correction, f"an invoice of {correction.amount}", now)
    if correction.due_date.year not in DUE_YEARS:
        return _left_to_a_person(correction, f"a due date of {correction.due_date}", now)
    corrected = InvoiceCorrected(
        at=now,
        by=correction.by,
        cause=correction.command_id,
        amount=correction.amount,
        due_date=correction.due_date,
    )
    return _and_close_if_settled(case, corrected)


def _left_to_a_person(fact: RecordPayment | CorrectInvoice, problem: str, now: datetime) -> Events:
    """It cannot be true as it stands, and is no less a fact that it was said."""
    said = NoteUnreadableFact(
        command_id=fact.command_id,
        by=fact.by,
        name=fact.type,
        problem=problem,
        excerpt=fact.model_dump_json()[:EXCERPT_CHARACTERS],
    )
    return (_unreadable(said, now),)


def _unreadable(fact: NoteUnreadableFact, now: datetime) -> FactUnreadable:
    return FactUnreadable(
        at=now,
        by=fact.by,
        cause=fact.command_id,
        name=fact.name,
        problem=fact.problem,
        excerpt=fact.excerpt,
    )


def _and_close_if_settled(case: CollectionCase, event: CaseEvent) -> Events:
    after = evolve(case, event)
    if case.is_closed or after.outstanding.is_positive:
        return (event,)
    return (event, CaseClosed(at=event.at, reason=ClosingReason.PAID, cause=event.cause))


def _cancel(case: CollectionCase, command: CancelCase, now: datetime) -> Events | Refusal:
    if case.is_closed:
        reason = case.closing.value if case.closing else "closed"
        return Refusal(
            code="CaseIsClosed",
            sentence=f"Case {case.case_id} is already closed ({reason}); nothing was changed.",
        )
    return (
        CaseClosed(
            at=now,
            by=command.by,
            cause=command.command_id,
            reason=ClosingReason.CANCELLED,
            note=command.reason,
        ),
    )


def _complete(case: CollectionCase, command: CompleteTask, now: datetime) -> Events | Refusal:
    task = next((task for task in case.tasks if task.task_id == command.task_id), None)
    if task is None:
        return Refusal(
            code="TaskIsNotOpen",
            sentence=f"Task {command.task_id} is not open; `tasks` lists those that are.",
        )
    allowed = OUTCOMES[task.kind]
    if command.outcome not in allowed:
        return Refusal(
            code="OutcomeUnknown",
            sentence=f"{command.outcome!r} is no outcome of a {task.kind} task; "
            f"expected one of: {', '.join(allowed)}.",
        )
    done = TaskCompleted(
        at=now,
        by=command.by,
        cause=command.command_id,
        task_id=task.task_id,
        outcome=command.outcome,
        note=command.note,
    )
    if command.outcome != TRY_AGAIN:
        return (done,)
    if refusal := _may_not_try_again(case, task):
        return refusal
    given_back = StepGivenBack(at=now, by=command.by, cause=command.command_id, step=task.step)
    return (done, given_back)


def _may_not_try_again(case: CollectionCase, task: OpenTask) -> Refusal | None:
    if case.is_closed or case.state is CaseState.REFERRED:
        return Refusal(
            code="CaseIsNotPursued",
            sentence=f"Case {case.case_id} is {case.state}; no step of it is tried again.",
        )
    names = [step.name for step in case.plan.steps]
    later = names[names.index(task.step) + 1 :] if task.step in names else []
    done = [step.step for step in case.steps if step.outcome is not StepOutcome.FAILED]
    overtaken = next((name for name in later if name in done), None)
    if overtaken:
        return Refusal(
            code="LaterStepDone",
            sentence=f"Step {task.step!r} cannot be tried again: {overtaken!r} has left since; "
            "answer with outcome 'leave'.",
        )
    return None


def fold(events: Iterable[CaseEvent], case: CollectionCase | None = None) -> CollectionCase:
    """The state that a stream folds into.

    Raises:
        ValueError: when the stream does not begin with ``CaseOpened``.
    """
    iterator = iter(events)
    if case is None:
        first = next(iterator, None)
        if not isinstance(first, CaseOpened):
            raise ValueError(f"a case begins with CaseOpened, not with {first!r}")
        case = opened(first)
    return reduce(evolve, iterator, case)


def opened(event: CaseOpened) -> CollectionCase:
    """The case that its first event makes."""
    return CollectionCase(
        case_id=event.case_id,
        creditor=event.creditor,
        invoice=event.invoice,
        debtor_id=event.debtor_id,
        claim=event.claim,
        due_date=event.due_date,
        plan=event.plan,
        calendar=event.calendar,
        opened_at=event.at,
        version=1,
        commands=(event.cause,) if event.cause else (),
    )


def evolve(case: CollectionCase, event: CaseEvent) -> CollectionCase:
    """What is true after an event; total, it never refuses."""
    changes = _changes(case, event)
    tasks: tuple[OpenTask, ...] = changes.get("tasks", case.tasks)
    if task := task_opened_by(case, event):
        tasks = (*tasks, task)
    commands = case.commands
    if event.cause and event.cause not in commands:
        commands = (*commands, event.cause)[-REMEMBERED_COMMANDS:]
    return case.model_copy(
        update={**changes, "tasks": tasks, "commands": commands, "version": case.version + 1}
    )


def _changes(case: CollectionCase, event: CaseEvent) -> dict[str, Any]:  # noqa: PLR0911, C901 - one branch an event
    match event:
        case CaseOpened():
            return {}
        case StepPerformed():
            return {"steps": (*case.steps, _performed(event))}
        case StepFailed():
            return {"steps": (*case.steps, _tried(event, StepOutcome.FAILED))}
        case StepGivenBack():
            return {
                "given_back": (*case.given_back, event.step),
                "steps": tuple(step for step in case.steps if step.step != event.step),
                "tasks": tuple(t for t in case.tasks if t.kind is not TaskKind.DECIDE),
                "state": CaseState.OPEN if case.state is CaseState.EXHAUSTED else case.state,
            }
        case PaymentReceived():
            return {
                "allocations": (*case.allocations, _allocation(event)),
                "unallocated": (*case.unallocated, event.unallocated)
                if event.unallocated.is_positive
                else case.unallocated,
            }
        case InvoiceCorrected():
            return {"claim": event.amount, "due_date": event.due_date}
        case TaskCompleted():
            return {"tasks": tuple(t for t in case.tasks if t.task_id != event.task_id)}
        case FactUnreadable():
            return {}
        case PlanExhausted():
            return {"state": CaseState.EXHAUSTED}
        case CaseReferred():
            return {"state": CaseState.REFERRED}
        case CaseClosed():
            return {
                "state": CaseState.CLOSED,
                "closing": event.reason,
                "closed_at": event.at,
                "tasks": tuple(t for t in case.tasks if t.kind in OUTLIVES_THE_CASE),
            }
        case _:
            assert_never(event)


def _performed(event: StepPerformed) -> StepRecord:
    unknown = event.delivery == "unknown"
    return _tried(event, StepOutcome.UNKNOWN if unknown else StepOutcome.PERFORMED)


def _tried(event: StepPerformed | StepFailed, outcome: StepOutcome) -> StepRecord:
    return StepRecord(
        step=event.step,
        channel=event.channel,
        outcome=outcome,
        at=event.at,
        cycle=event.cycle,
        reference=event.reference,
    )


def _allocation(event: PaymentReceived) -> Allocation:
    return Allocation(
        payment_id=event.payment_id, amount=event.allocated, received_on=event.received_on
    )
