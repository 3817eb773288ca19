"""What may people do to the steps of a case? Skip, bring forward, undo; and reopen the case."""

from __future__ import annotations

from datetime import datetime

from domain.evolve import evolve
from domain.ladder import cycle_of, pending_step
from domain.refusals import not_pursued
from domain.resume import resumed
from schemas.case import REACHED, CollectionCase
from schemas.commands import Refusal, Request
from schemas.events import (
    CaseEvent,
    CaseReopened,
    StepBroughtForward,
    StepSkipped,
    StepUndone,
)
from schemas.plan import DunningStep
from schemas.requests import DoStepNow, ReopenCase, SkipStep, UndoStep

Answer = tuple[CaseEvent, ...] | Refusal


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


def as_meant(case: CollectionCase, request: Request) -> Request:
    """What a person means who says "the next step" or "the last one": the one that is so now.

    Should a message turn out to have taken it meanwhile, the request is asked again, and must not
    then be about another step, of which nobody spoke.
    """
    if isinstance(request, SkipStep | DoStepNow) and not request.step:
        step = pending_step(case)
        return request.model_copy(update={"step": step.name if step else ""})
    if isinstance(request, UndoStep) and not request.step:
        return request.model_copy(update={"step": _last_reached(case)})
    return request


def do_now(case: CollectionCase, command: DoStepNow, now: datetime) -> Answer:
    """The next step need not wait for its day; contact hours and pauses still count."""
    step = _next(case, command.step)
    if isinstance(step, Refusal):
        return step
    return (StepBroughtForward(at=now, by=command.by, cause=command.command_id, step=step.name),)


def undo(case: CollectionCase, command: UndoStep, now: datetime) -> Answer:
    """The last performed step is taken back, and only the last: the level goes down in order.

    It waits for the plan's distance again, counted from now: what a person takes back must not
    leave once more in the same minute. To have it sooner, bring it forward.
    """
    if refusal := not_pursued(case):
        return refusal
    last = _last_reached(case)
    if not last:
        return Refusal(code="NothingToUndo", sentence="No step has been performed yet.")
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


def _last_reached(case: CollectionCase) -> str:
    return next((one.step for one in reversed(case.steps) if one.outcome in REACHED), "")


def _next(case: CollectionCase, named: str) -> DunningStep | Refusal:
    if refusal := not_pursued(case):
        return refusal
    step = pending_step(case)
    if step is None:
        return Refusal(code="NoStepLeft", sentence="Every step of the plan has been taken.")
    if named not in {"", step.name}:
        return Refusal(
            code="StepIsNotNext", sentence=f"The next step is {step.name!r}, not {named!r}."
        )
    return step
