"""What follows from the outcome of a task? What it says is done, or the outcome is refused."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from domain import charge_rules, money_rules, pause_rules, referral_rules
from domain.call_rules import call_ended
from domain.refusals import case_is_closed
from domain.tasks import ARRIVED, OUTCOMES, TRY_AGAIN
from schemas.case import CaseState, CollectionCase, OpenTask, StepOutcome, TaskKind
from schemas.commands import CompleteTask, Refusal
from schemas.events import CaseEvent, StepGivenBack, TaskCompleted
from schemas.requests import (
    ApproveReferral,
    PlaceHold,
    PromiseToPay,
    ReferCase,
    RejectReferral,
    WaiveCharges,
    WriteOff,
)

Answer = tuple[CaseEvent, ...] | Refusal


def complete(case: CollectionCase, command: CompleteTask, now: datetime) -> Answer:
    """A person says what came of a task; where that asks something of the case, it is done.

    An outcome whose consequence the rules refuse is refused with it: the task stays open.
    """
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
    if task.kind is TaskKind.CALL:
        return call_ended(case, task, command, now)
    following = _consequence(case, task, command, now)
    if isinstance(following, Refusal):
        return following
    done = TaskCompleted(
        at=now,
        by=command.by,
        cause=command.command_id,
        task_id=task.task_id,
        outcome=command.outcome,
        note=command.note,
    )
    return (done, *following)


def _consequence(  # noqa: PLR0911 - one branch an outcome
    case: CollectionCase, task: OpenTask, command: CompleteTask, now: datetime
) -> Answer:
    match task.kind, command.outcome:
        case _, outcome if outcome == TRY_AGAIN:
            return _given_back(case, task, command, now)
        case TaskKind.DELIVERY_UNKNOWN, outcome if outcome == ARRIVED:
            return charge_rules.claimed_after_all(case, task, command, now)
        case TaskKind.DECIDE, outcome:
            return _decided(case, outcome, command, now)
        case TaskKind.PROMISE_BROKEN, "promised-again":
            return _promised_again(case, command, now)
        case TaskKind.CHARGES_LEFT, "waived":
            reason = command.note or "waived with its task"
            waiver = WaiveCharges(command_id=command.command_id, by=command.by, reason=reason)
            return charge_rules.waive_charges(case, waiver, now)
        case TaskKind.APPROVE, "approved":
            approval = ApproveReferral(command_id=command.command_id, by=command.by)
            return referral_rules.approve(case, approval, now)
        case TaskKind.APPROVE, "rejected":
            reason = command.note[:500] or "rejected in a task"
            rejection = RejectReferral(command_id=command.command_id, by=command.by, reason=reason)
            return referral_rules.reject(case, rejection, now)
        case _:
            return ()


def _decided(case: CollectionCase, outcome: str, command: CompleteTask, now: datetime) -> Answer:
    """What a person decided about a case of which every step was taken, or that has ended."""
    words = command.note[:500] or f"decided in a task: {outcome}"
    said = {"command_id": command.command_id, "by": command.by, "reason": words}
    if case.is_closed:  # It asked about money that came back; nothing is pursued meanwhile.
        return case_is_closed(case) if outcome in {"referred", "waiting"} else ()
    match outcome:
        case "written-off":
            return money_rules.write_off(case, WriteOff(**said), now)
        case "referred":
            # The plan is at its end: no notice is left that could leave first.
            return referral_rules.refer(case, ReferCase(without_notice=True, **said), now)
        case "waiting":
            until = _morning(command.promised_on, case)
            return pause_rules.place_hold(case, PlaceHold(until=until, **said), now)
        case _:
            return ()


def _morning(day: date | None, case: CollectionCase) -> datetime | None:
    zone = ZoneInfo(case.calendar.time_zone)
    return datetime.combine(day, time(), zone) if day else None


def _promised_again(case: CollectionCase, command: CompleteTask, now: datetime) -> Answer:
    if command.promised_on is None:
        return Refusal(
            code="DayMissing",
            sentence=f"By which day? Say `task done {command.task_id} --outcome promised-again "
            "--on 2026-12-31`, with --amount for a part.",
        )
    promise = PromiseToPay(
        command_id=command.command_id, by=command.by, on=command.promised_on, amount=command.amount
    )
    return pause_rules.promise(case, promise, now)


def _given_back(
    case: CollectionCase, task: OpenTask, command: CompleteTask, now: datetime
) -> Answer:
    if refusal := _may_not_try_again(case, task):
        return refusal
    return (StepGivenBack(at=now, by=command.by, cause=command.command_id, step=task.step),)


def _may_not_try_again(case: CollectionCase, task: OpenTask) -> Refusal | None:
    if case.is_closed or case.state is CaseState.REFERRED:
        return Refusal(
            code="CaseIsNotPursued",
            sentence=f"Case {case.case_id} is {case.state}; no step of it is tried again.",
        )
    if not any((one.step, one.cycle) == (task.step, task.cycle) for one in case.steps):
        return Refusal(
            code="StepTriedSince",
            sentence=f"Step {task.step!r} was taken back or begun again since; "
            "answer with outcome 'leave'.",
        )
    names = [step.name for step in case.plan.steps]
    if task.step not in names:
        return Refusal(
            code="StepNotInPlan",
            sentence=f"Plan {case.plan.plan!r}, by which the case goes now, has no step "
            f"{task.step!r}; answer with outcome 'leave'.",
        )
    later = names[names.index(task.step) + 1 :]
    done = [step.step for step in case.steps if step.outcome is not StepOutcome.FAILED]
    overtaken = next((name for name in later if name in done), None)
    if overtaken:
        return Refusal(
            code="LaterStepDone",
            sentence=f"Step {task.step!r} cannot be tried again: {overtaken!r} has left since; "
            "answer with outcome 'leave'.",
        )
    return None
