"""What does a case need next? It looks at the case as it stands, never at the last message."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.business_calendar import contact_moment, is_open, local_day, next_open_moment
from domain.plan_calendar import plan_calendar
from schemas.actions import Action, PerformStep, Record, Wait
from schemas.case import CaseState, ClosingReason, CollectionCase, StepRecord
from schemas.events import CaseClosed, PlanExhausted
from schemas.plan import DunningStep


def next_action(case: CollectionCase, now: datetime) -> Action:
    """The one next thing, or what is waited for.

    Missed, doubled or late messages cannot derail it: a missed day loses no step, and whatever
    happened, the answer follows from the case and the clock alone.

    Args:
        case: as it stands.
        now: the case's own clock, aware.
    """
    if resting := _at_rest(case):
        return resting
    if not case.outstanding.is_positive:
        return Record(events=(CaseClosed(at=now, reason=ClosingReason.PAID),))
    step = pending_step(case)
    if step is None:
        return Record(events=(PlanExhausted(at=now, outstanding=case.outstanding),))
    due_at = due_moment(case, step)
    if due_at > now:
        return Wait(
            until=due_at,
            reason="NextStepNotDue",
            sentence=f"Step {step.name!r} is due on {due_at:%Y-%m-%d at %H:%M} UTC.",
        )
    if not is_open(case.calendar, now):
        return Wait(
            until=next_open_moment(case.calendar, now, case.case_id),
            reason="OutsideContactHours",
            sentence=f"Step {step.name!r} is due, but now is outside the debtor's contact hours.",
        )
    return PerformStep(
        step=step, cycle=cycle_of(case, step.name), level=level_of(case, step), due_at=due_at
    )


def _at_rest(case: CollectionCase) -> Wait | None:
    """Why the clock alone will never change this case."""
    match case.state:
        case CaseState.CLOSED:
            ended = case.closing.value if case.closing else "closed"
            return Wait(until=None, reason="CaseIsClosed", sentence=f"The case is {ended}.")
        case CaseState.REFERRED if case.outstanding.is_positive:
            return Wait(
                until=None,
                reason="CaseIsReferred",
                sentence=f"The case is with: {case.plan.refer_to}; own contacts have stopped.",
            )
        case CaseState.EXHAUSTED if case.outstanding.is_positive and pending_step(case) is None:
            return Wait(
                until=None,
                reason="PlanIsExhausted",
                sentence="Every step of the plan has been taken; a person decides what follows.",
            )
        case _:
            return None


def pending_step(case: CollectionCase) -> DunningStep | None:
    """The first step of the plan that has neither been taken nor failed for good."""
    taken = {record.step for record in case.steps}
    return next((step for step in case.plan.steps if step.name not in taken), None)


def cycle_of(case: CollectionCase, step: str) -> int:
    """Which time the step is about to be done: one more than it was given back."""
    return 1 + case.given_back.count(step)


def level_of(case: CollectionCase, step: DunningStep) -> int:
    """The rung of the ladder that a step stands on, from 1."""
    return 1 + case.plan.steps.index(step)


def due_moment(case: CollectionCase, step: DunningStep) -> datetime:
    """When a step is due: its place in the plan's calendar, later when the ladder runs late.

    When the step before it came later than planned (an outage, a case opened late), the ladder
    keeps its distances: the delay is carried on, so nothing ever leaves in a burst.
    """
    places = {
        planned.step.name: planned
        for planned in plan_calendar(case.plan, case.due_date, case.calendar, case.case_id)
    }
    place, last = places[step.name], _last_taken(case)
    if last is None or last.step not in places:
        return place.moment.at
    before = places[last.step]
    taken_on = local_day(case.calendar, last.at)
    behind = taken_on - before.moment.day
    if behind <= timedelta(0):
        return place.moment.at
    if place.nominal == before.nominal:
        return last.at
    return contact_moment(case.calendar, place.moment.day + behind, case.case_id).at


def _last_taken(case: CollectionCase) -> StepRecord | None:
    return max(case.steps, key=lambda record: record.at, default=None)
