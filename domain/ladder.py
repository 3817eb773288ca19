"""Which step is next, and when? The plan's ladder as a case stands on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.business_calendar import contact_moment, local_day
from domain.plan_calendar import PlannedStep, plan_calendar
from schemas.case import REACHED, CollectionCase, StepOutcome, StepRecord
from schemas.plan import DunningPlan, DunningStep


def pending_steps(case: CollectionCase) -> tuple[DunningStep, ...]:
    """The steps of the plan that have neither been taken, nor failed for good, nor skipped."""
    gone = {record.step for record in case.steps}
    return tuple(step for step in case.plan.steps if step.name not in gone)


def pending_step(case: CollectionCase) -> DunningStep | None:
    """The first step that is still to be taken; None at the end of the plan."""
    return next(iter(pending_steps(case)), None)


def cycle_of(case: CollectionCase, step: str) -> int:
    """How many times the step will have been done: more than once after a restart or a retry."""
    return 1 + case.given_back.count(step) + case.restarts


def level_of(case: CollectionCase, step: DunningStep) -> int:
    """The rung of the ladder that a step stands on, from 1."""
    return 1 + case.plan.steps.index(step)


def places_of(case: CollectionCase) -> dict[str, PlannedStep]:
    """Every step of the plan with its place in the calendar, by name."""
    planned = plan_calendar(case.plan, case.day_zero, case.calendar, case.case_id)
    return {one.step.name: one for one in planned}


def due_moment(case: CollectionCase, step: DunningStep) -> datetime:
    """When a step is due: its place in the plan's calendar, later when the ladder runs late.

    When the step before it came later than planned (an outage, a pause, a case opened late), the
    ladder keeps its distances: the delay is carried on, so nothing ever leaves in a burst. A step
    that was taken back waits for its distance again. A step that a person brought forward is due
    since the case was opened.
    """
    if case.brought_forward == step.name:
        return case.opened_at
    moment = _by_the_plan(case, step)
    if case.undone_step == step.name and case.undone_at:
        day = local_day(case.calendar, case.undone_at) + distance_before(case.plan, step)
        return max(moment, contact_moment(case.calendar, day, case.case_id).at)
    return moment


def distance_before(plan: DunningPlan, step: DunningStep) -> timedelta:
    """The plan's days between a step and the one before it; of the first, to the one after it."""
    place = plan.steps.index(step)
    if place:
        days = step.day - plan.steps[place - 1].day
    elif len(plan.steps) > 1:
        days = plan.steps[1].day - step.day
    else:
        days = step.pay_within_days
    return timedelta(days=max(days, 1))


def _by_the_plan(case: CollectionCase, step: DunningStep) -> datetime:
    places = places_of(case)
    place, last = places[step.name], last_taken(case)
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


def taken_today(case: CollectionCase, now: datetime) -> StepRecord | None:
    """The latest step that reached the debtor on the local day of a moment, or may have."""
    today = local_day(case.calendar, now)
    reached = [one for one in case.steps if one.outcome in REACHED]
    return next(
        (one for one in reversed(reached) if local_day(case.calendar, one.at) == today), None
    )


def last_taken(case: CollectionCase) -> StepRecord | None:
    """The latest step on record; one that was skipped left no distance to keep."""
    taken = (record for record in case.steps if record.outcome is not StepOutcome.SKIPPED)
    return max(taken, key=lambda record: record.at, default=None)
