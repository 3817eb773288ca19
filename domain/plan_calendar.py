"""When does each step of a plan leave? The plan's days laid over the debtor's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from domain.business_calendar import DueMoment, contact_moment
from schemas.base import Frozen
from schemas.calendar import ContactCalendar
from schemas.plan import DunningPlan, DunningStep

CASES_REMEMBERED = 2048
"""A turn asks several times where its steps lie; the answer follows from the arguments alone."""


class PlannedStep(Frozen):
    """A step of a plan on a calendar.

    Attributes:
        nominal: due date plus the step's days.
        moment: when it leaves; ``moment.moved`` says why that is not the nominal day.
    """

    step: DunningStep
    nominal: date
    moment: DueMoment


@lru_cache(maxsize=CASES_REMEMBERED)
def plan_calendar(
    plan: DunningPlan, due_date: date, calendar: ContactCalendar, spread_key: str
) -> tuple[PlannedStep, ...]:
    """Every step with the moment at which it leaves, in the order of the plan.

    Steps of the same nominal day belong together: they leave on the same day, at the same moment,
    in the order of the plan. A step of a later nominal day never lands on or before the day of an
    earlier one: where a weekend or holidays would pile both on the first day that is open, the
    later one moves on to the next open day.

    Args:
        plan: its steps stand in the order of their days.
        due_date: of the invoice.
        calendar: the debtor's.
        spread_key: as for ``contact_moment``.

    Raises:
        NeverOpenError: when the calendar has no open moment.
    """
    planned: list[PlannedStep] = []
    for step in plan.steps:
        nominal = due_date + timedelta(days=step.day)
        before = planned[-1] if planned else None
        if before and before.nominal == nominal:
            moment = before.moment
        elif before and nominal <= before.moment.day:
            moment = _after(before, nominal, calendar, spread_key)
        else:
            moment = contact_moment(calendar, nominal, spread_key)
        planned.append(PlannedStep(step=step, nominal=nominal, moment=moment))
    return tuple(planned)


def _after(
    before: PlannedStep, nominal: date, calendar: ContactCalendar, spread_key: str
) -> DueMoment:
    """The first open moment after the day of an earlier step, with the reasons for the move."""
    would_be = contact_moment(calendar, nominal, spread_key)
    taken = f"step {before.step.name} leaves on {before.moment.day.isoformat()}"
    moment = contact_moment(calendar, before.moment.day + timedelta(days=1), spread_key)
    return moment.model_copy(update={"moved": (*would_be.moved, taken, *moment.moved)})
