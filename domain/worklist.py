"""Who is called first? Tasks in the order of the money at risk, and whose each is by now."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum

from domain.business_calendar import local_day
from schemas.base import Frozen
from schemas.case import CollectionCase, OpenTask, TaskKind

LEGAL_NOTICE = timedelta(days=14)
"""A day that the law sets comes before all money when it is as near as this."""

AGE_DOUBLES = 90
"""After so many days overdue a claim is weighed twice, after as many again three times: the chance
to see the money falls with age (practice; no law)."""

OLDEST = 365
LEVEL_WEIGHT = Decimal("0.25")
"""Each contact that reached the debtor without effect adds a quarter."""


class Urgency(IntEnum):
    """What comes first, whatever the sums."""

    LEGAL_DEADLINE = 0
    BROKEN_PROMISE = 1
    MONEY = 2
    LATER = 3
    """The next call was asked for, or makes sense, at a later moment."""


class Place(Frozen):
    """Where a task stands in the worklist; the smallest comes first.

    Attributes:
        at_risk: the money owed, weighed by age and behaviour; in the claim's currency.
        owner: whose the task is now; empty for whoever takes it.
        passed_on: its time was over, so it is no longer with whom it was.
    """

    urgency: Urgency
    at_risk: Decimal
    owner: str = ""
    passed_on: bool = False
    overdue: bool = False

    @property
    def order(self) -> tuple[int, Decimal]:
        """What the worklist is sorted by."""
        return self.urgency, -self.at_risk


def place(case: CollectionCase, task: OpenTask, now: datetime) -> Place:
    """Where an open task of a case stands.

    A task that is not done in time passes to whom the plan names. Nothing waits for it: the ladder
    goes its way, so a forgotten call never freezes a debtor.

    Args:
        case: as it stands.
        task: one of its open tasks.
        now: aware.
    """
    late = task.due_at is not None and task.due_at <= now
    passes_to = case.plan.tasks_pass_to
    return Place(
        urgency=_urgency(case, task, now),
        at_risk=money_at_risk(case, local_day(case.calendar, now)),
        owner=passes_to if late and passes_to else task.owner,
        passed_on=late and bool(passes_to) and passes_to != task.owner,
        overdue=late,
    )


def money_at_risk(case: CollectionCase, today: date) -> Decimal:
    """What is owed, weighed by its age and by what the debtor has already let pass."""
    days = min(max((today - case.due_date).days, 0), OLDEST)
    age = 1 + Decimal(days) / AGE_DOUBLES
    behaviour = 1 + LEVEL_WEIGHT * case.level + case.promises_broken
    return (case.outstanding.amount * age * behaviour).quantize(Decimal(1))


def _urgency(case: CollectionCase, task: OpenTask, now: datetime) -> Urgency:
    if task.kind is TaskKind.LIMITATION:
        return Urgency.LEGAL_DEADLINE
    if task.kind is TaskKind.CONTACT_STOPPED and case.stops:
        days = [stop.deadline for stop in case.stops if stop.deadline]
        today = local_day(case.calendar, now)
        if days and min(days) - today <= LEGAL_NOTICE:
            return Urgency.LEGAL_DEADLINE
    if task.not_before is not None and task.not_before > now:
        return Urgency.LATER
    if task.kind is TaskKind.PROMISE_BROKEN or case.promises_broken:
        return Urgency.BROKEN_PROMISE
    return Urgency.MONEY
