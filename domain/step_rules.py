"""What may people do to the steps of a case? Answer tasks, skip, bring forward, undo, recall."""

from __future__ import annotations

from datetime import datetime

from domain.call_rules import call_ended
from domain.charge_rules import waive_charges
from domain.evolve import evolve
from domain.ladder import cycle_of, pending_step
from domain.refusals import case_is_closed
from domain.resume import resumed
from domain.tasks import OUTCOMES, TRY_AGAIN
from schemas.case import REACHED, CaseState, CollectionCase, OpenTask, StepOutcome, TaskKind
from schemas.commands import CompleteTask, Refusal
from schemas.events import (
    CaseEvent,
    CaseRecalled,
    CaseReopened,
    StepBroughtForward,
    StepGivenBack,
    StepSkipped,
    StepUndone,
    TaskCompleted,
)
from schemas.plan import DunningStep
from schemas.requests import DoStepNow, RecallCase, ReopenCase, SkipStep, UndoStep, WaiveCharges

Answer = tuple[CaseEvent, ...] | Refusal


def complete(case: CollectionCase, command: CompleteTask, now: datetime) -> Answer:
    """A person says what came of a task."""
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
    if task.kind is TaskKind.CALL:
        return call_ended(case, task, command, now)
    if command.outcome != TRY_AGAIN:
        return _with_what_it_commands(case, task, command, done)
    if refusal := _may_not_try_again(case, task):
        return refusal
    given_back = StepGivenBack(at=now, by=command.by, cause=command.command_id, step=task.step)
    return (done, given_back)


def _with_what_it_commands(
    case: CollectionCase, task: OpenTask, command: CompleteTask, done: TaskCompleted
) -> Answer:
    """Some outcomes are decisions about the case, and take effect with their task."""
    if (task.kind, command.outcome) != (TaskKind.CHARGES_LEFT, "waived"):
        return (done,)
    reason = command.note or "waived with its task"
    said = WaiveCharges(command_id=command.command_id, by=command.by, reason=reason)
    waived = waive_charges(case, said, done.at)
    return waived if isinstance(waived, Refusal) else (done, *waived)


def skip(case: CollectionCase, command: SkipStep, now: datetime) -> Answer:
    """The next step is passed over."""
    step = _next(case, command.step)
    if isinstance(step, Refusal):
        return step
    return (
        StepSkipped(
            at=now,
            by=command.by,
            cause=command.command_id,
            step=step.name,
            channel=step.channel,
            cycle=cycle_of(case, step.name),
            reason=command.reason,
        ),
    )


def do_now(case: CollectionCase, command: DoStepNow, now: datetime) -> Answer:
    """The next step need not wait for its day; contact hours and pauses still count."""
    step = _next(case, command.step)
    if isinstance(step, Refusal):
        return step
    return (StepBroughtForward(at=now, by=command.by, cause=command.command_id, step=step.name),)


def undo(case: CollectionCase, command: UndoStep, now: datetime) -> Answer:
    """The last performed step is taken back, and only the last: the level goes down in order."""
    if refusal := _not_pursued(case):
        return refusal
    reached = [record for record in case.steps if record.outcome in REACHED]
    if not reached:
        return Refusal(code="NothingToUndo", sentence="No step has been performed yet.")
    last = reached[-1].step
    if command.step not in {"", last}:
        return Refusal(
            code="StepIsNotLast",
            sentence=f"Only the last performed step can be taken back, which is {last!r}.",
        )
    return (
        StepUndone(
            at=now, by=command.by, cause=command.command_id, step=last, reason=command.reason
        ),
    )


def recall(case: CollectionCase, command: RecallCase, now: datetime) -> Answer:
    """The case comes back from the agency or the lawyer."""
    if case.state is not CaseState.REFERRED:
        return Refusal(
            code="CaseIsNotReferred", sentence=f"Case {case.case_id} is {case.state.value}."
        )
    return (CaseRecalled(at=now, by=command.by, cause=command.command_id, reason=command.reason),)


def reopen(case: CollectionCase, command: ReopenCase, now: datetime) -> Answer:
    """A closed case is pursued again, when there is something to pursue."""
    if not case.is_closed:
        return Refusal(
            code="CaseIsNotClosed", sentence=f"Case {case.case_id} is {case.state.value}."
        )
    reopened = CaseReopened(at=now, by=command.by, cause=command.command_id, reason=command.reason)
    after = evolve(case, reopened)
    if not after.outstanding.is_positive:
        return Refusal(code="NothingOwed", sentence="Nothing is owed, so nothing is pursued.")
    return (reopened, *resumed(after, now, command.command_id))


def _next(case: CollectionCase, named: str) -> DunningStep | Refusal:
    if refusal := _not_pursued(case):
        return refusal
    step = pending_step(case)
    if step is None:
        return Refusal(code="NoStepLeft", sentence="Every step of the plan has been taken.")
    if named not in {"", step.name}:
        return Refusal(
            code="StepIsNotNext", sentence=f"The next step is {step.name!r}, not {named!r}."
        )
    return step


def _not_pursued(case: CollectionCase) -> Refusal | None:
    if case.is_closed:
        return case_is_closed(case)
    if case.state is CaseState.REFERRED:
        return Refusal(
            code="CaseIsReferred",
            sentence=f"Case {case.case_id} is with: {case.plan.refer_to}; recall it first.",
        )
    return None


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
