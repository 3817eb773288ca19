"""Where does the ladder go on after a pause? As the plan's resume policy says."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.business_calendar import local_day
from domain.ladder import cycle_of, due_moment, pending_steps
from schemas.case import CaseState, CollectionCase
from schemas.events import CaseEvent
from schemas.plan import ResumePolicy
from schemas.step_events import LadderRestarted, StepSkipped


def is_paused(case: CollectionCase) -> bool:
    """Whether anything still keeps the whole case waiting."""
    whole = bool(case.disputes) and not case.asked.is_positive
    waits = case.arrangement is not None and not case.arrangement.missing.is_positive
    return bool(case.stops or case.hold or waits or whole)


def resumed(case: CollectionCase, now: datetime, cause: str = "") -> tuple[CaseEvent, ...]:
    """What follows from the end of a pause, for the record.

    Args:
        case: after the pause has ended; another pause may still be on.
        now: the case's own clock.
        cause: of the events.
    """
    if is_paused(case) or case.state is not CaseState.OPEN:
        return ()
    match case.plan.resume:
        case ResumePolicy.CONTINUE:
            return ()
        case ResumePolicy.RESTART:
            return restarted(case, now, cause, "resumed after a pause")
        case ResumePolicy.NEAREST:
            return _nearest(case, now, cause)


def restarted(
    case: CollectionCase, now: datetime, cause: str, reason: str, *, by: str = "relance"
) -> tuple[CaseEvent, ...]:
    """The first step that can still be taken is due today.

    Steps before the due date can be taken up to it only. A ladder of which no step was taken, and
    whose first is still to come, does not restart.
    """
    today, steps = local_day(case.calendar, now), case.plan.steps
    still = (step for step in steps if step.day >= 0 or today <= case.due_date)
    first = next(still, steps[0])
    if not case.steps and due_moment(case, first) > now:
        return ()
    anchor = today - timedelta(days=first.day)
    return (LadderRestarted(at=now, by=by, cause=cause, anchor=anchor, reason=reason),)


def _nearest(case: CollectionCase, now: datetime, cause: str) -> tuple[CaseEvent, ...]:
    """Of the steps whose day has passed, as late as the ladder runs, only the latest is taken."""
    passed = [step for step in pending_steps(case) if due_moment(case, step) <= now]
    return tuple(
        StepSkipped(
            at=now,
            cause=cause,
            step=step.name,
            channel=step.channel,
            cycle=cycle_of(case, step.name),
            reason=f"its day passed during the pause; {passed[-1].name!r} is nearer",
        )
        for step in passed[:-1]
    )
