"""What does an event of a step change?"""

from __future__ import annotations

from typing import assert_never

from schemas.case import CaseState, CollectionCase, OpenTask, StepOutcome, StepRecord, TaskKind
from schemas.case_changes import CaseChanges
from schemas.step_events import (
    CallTried,
    ContactBounced,
    LadderRestarted,
    PlanChanged,
    StepBroughtForward,
    StepFailed,
    StepGivenBack,
    StepPerformed,
    StepSkipped,
    StepUndone,
)

StepEvent = (
    StepPerformed
    | StepFailed
    | ContactBounced
    | StepGivenBack
    | StepSkipped
    | StepBroughtForward
    | StepUndone
    | LadderRestarted
    | PlanChanged
    | CallTried
)


def after_step(case: CollectionCase, event: StepEvent) -> CaseChanges:  # noqa: PLR0911 - one branch an event
    """The fields that change."""
    match event:
        case StepPerformed() | StepFailed() | StepSkipped():
            return _taken(case, _record(event))
        case ContactBounced():
            return _never_arrived(case, event.reference)
        case StepGivenBack():
            return _to_take_again(case, event.step)
        case StepUndone():
            changes = _to_take_again(case, event.step)
            tasks: tuple[OpenTask, ...] = changes["tasks"]
            left = tuple(one for one in tasks if one.step != event.step)
            return {**changes, "tasks": left, "undone_step": event.step, "undone_at": event.at}
        case StepBroughtForward():
            return {"brought_forward": event.step}
        case CallTried():
            return {"tasks": tuple(_tried(task, event) for task in case.tasks)}
        case LadderRestarted():
            return {
                "anchor": event.anchor,
                "restarts": case.restarts + 1,
                "steps": (),
                "brought_forward": "",
                "undone_step": "",
                **_pursued_again(case),
            }
        case PlanChanged():
            return _on_another_plan(case, event)
        case _:
            assert_never(event)


def _tried(task: OpenTask, event: CallTried) -> OpenTask:
    if task.task_id != event.task_id:
        return task
    due = {"attempts": event.attempt, "not_before": event.again_at, "due_at": event.due_at}
    return task.model_copy(update=due)


def _taken(case: CollectionCase, record: StepRecord) -> CaseChanges:
    forward = "" if case.brought_forward == record.step else case.brought_forward
    undone = "" if case.undone_step == record.step else case.undone_step
    return {
        "steps": (*case.steps, record),
        "brought_forward": forward,
        "undone_step": undone,
    }


def _on_another_plan(case: CollectionCase, event: PlanChanged) -> CaseChanges:
    """The case on its new plan: its steps stay taken, but for those that are to be taken again."""
    left = tuple(record for record in case.steps if record.step not in event.again)
    gone = {record.step for record in left}
    steps_left = any(step.name not in gone for step in event.plan.steps)
    return {
        "plan": event.plan,
        "anchor": event.anchor or case.anchor,
        "steps": left,
        "given_back": (*case.given_back, *event.again),
        "brought_forward": "",
        "undone_step": "",
        **(_pursued_again(case) if steps_left else {}),
    }


def _never_arrived(case: CollectionCase, reference: str) -> CaseChanges:
    """The message of a reference came back: its steps have failed, and nobody asks any more."""
    failed = [one for one in case.steps if one.reference == reference]
    places = {(one.step, one.cycle) for one in failed}
    return {
        "steps": tuple(
            one.model_copy(update={"outcome": StepOutcome.FAILED}) if one in failed else one
            for one in case.steps
        ),
        "tasks": tuple(
            task
            for task in case.tasks
            if task.kind is not TaskKind.DELIVERY_UNKNOWN or (task.step, task.cycle) not in places
        ),
    }


def arrived(case: CollectionCase, task: OpenTask) -> tuple[StepRecord, ...]:
    """The steps, once a person has found out that the message of a task did arrive."""
    return tuple(
        one.model_copy(update={"outcome": StepOutcome.PERFORMED, "claims": None})
        if one.outcome is StepOutcome.UNKNOWN and (one.step, one.cycle) == (task.step, task.cycle)
        else one
        for one in case.steps
    )


def _to_take_again(case: CollectionCase, step: str) -> CaseChanges:
    """The step is pending again; it comes first, so no later step stays brought forward."""
    return {
        "given_back": (*case.given_back, step),
        "steps": tuple(record for record in case.steps if record.step != step),
        "brought_forward": "",
        **_pursued_again(case),
    }


def _pursued_again(case: CollectionCase) -> CaseChanges:
    """There is a step to take: the plan is not exhausted any more, and no decision is asked for."""
    return {
        "tasks": tuple(task for task in case.tasks if task.kind is not TaskKind.DECIDE),
        "state": CaseState.OPEN if case.state is CaseState.EXHAUSTED else case.state,
    }


def _record(event: StepPerformed | StepFailed | StepSkipped) -> StepRecord:
    outcome, reference, claims = StepOutcome.SKIPPED, "", None
    if isinstance(event, StepPerformed):
        unknown = event.delivery == "unknown"
        outcome = StepOutcome.UNKNOWN if unknown else StepOutcome.PERFORMED
        reference, claims = event.reference, event.claims
    elif isinstance(event, StepFailed):
        outcome, reference = StepOutcome.FAILED, event.reference
    return StepRecord(
        step=event.step,
        channel=event.channel,
        outcome=outcome,
        at=event.at,
        cycle=event.cycle,
        reference=reference,
        claims=claims,
    )
