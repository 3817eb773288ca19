"""What does a call change? What the debtor said becomes what a collector would do about it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.business_calendar import (
    NeverOpenError,
    closed_because,
    contact_moment,
    is_open,
    local_day,
    next_open_moment,
    working_days_after,
)
from domain.evolve import evolve
from domain.pause_rules import promise, raise_dispute
from domain.tasks import task_deadline
from schemas.case import CollectionCase, OpenTask
from schemas.commands import CompleteTask, Refusal
from schemas.events import CaseEvent, HoldPlaced, TaskCompleted
from schemas.pauses import DisputeReason, Hold
from schemas.requests import PromiseToPay, RaiseDispute
from schemas.step_events import CallTried

Answer = tuple[CaseEvent, ...] | Refusal

NOT_REACHED = frozenset({"voicemail", "no-answer"})
"""Outcomes after which the call is made again, as often as the step allows."""

RESTS = {
    "says-paid": "the debtor says that it is paid",
    "needs-invoice": "the debtor asked for the invoice again",
    "asks-instalments": "the debtor asked for instalments",
}
"""Outcomes after which the ladder rests for some days, and the reason that is shown."""

AGAIN_WITHIN_DAYS = 90
"""A call that is asked for later than this is forgotten rather than made: a hold says it better."""

NOON = time(12)
MORNING = time(9, 30)
AFTERNOON = time(14, 30)


def call_ended(
    case: CollectionCase, task: OpenTask, command: CompleteTask, now: datetime
) -> Answer:
    """What a call leads to; the outcome has been checked to be one of a call's.

    A promise and a dispute are what they would be by themselves, with the same refusals; a debtor
    who says that it is paid, or wants the invoice or instalments, is left in peace for some days.

    Args:
        case: as it stands, with the task open.
        task: the call.
        command: what came of it.
        now: the case's own clock.
    """
    if command.outcome in NOT_REACHED and task.attempts + 1 < _attempts(case, task):
        return _tried(case, task, command, now)
    done = TaskCompleted(
        at=now,
        by=command.by,
        cause=command.command_id,
        task_id=task.task_id,
        outcome=command.outcome,
        note=command.note,
    )
    after = evolve(case, done)
    match command.outcome:
        case "promised":
            return _joined(done, _promised(after, command, now))
        case "disputes":
            return _joined(done, _disputed(after, command, now))
        case outcome if outcome in RESTS:
            return (done, *_rest(after, command, RESTS[outcome], now))
        case _:
            return (done,)


def _promised(case: CollectionCase, command: CompleteTask, now: datetime) -> Answer:
    if command.promised_on is None:
        return Refusal(
            code="PromiseWithoutDay",
            sentence="A promise needs its day; without one the outcome is 'reached'.",
        )
    said = PromiseToPay(
        command_id=command.command_id,
        by=command.by,
        amount=command.amount,
        on=command.promised_on,
        means="on the phone",
    )
    return promise(case, said, now)


def _disputed(case: CollectionCase, command: CompleteTask, now: datetime) -> Answer:
    if command.reason is None:
        reasons = ", ".join(reason.value for reason in DisputeReason)
        return Refusal(
            code="DisputeWithoutReason",
            sentence=f"A dispute needs its reason; expected one of: {reasons}.",
        )
    said = RaiseDispute(
        command_id=command.command_id,
        by=command.by,
        amount=command.amount,
        reason=command.reason,
        note=command.note,
    )
    return raise_dispute(case, said, now)


def _joined(done: CaseEvent, more: Answer) -> Answer:
    return more if isinstance(more, Refusal) else (done, *more)


def _rest(
    case: CollectionCase, command: CompleteTask, reason: str, now: datetime
) -> tuple[CaseEvent, ...]:
    """The ladder rests for some working days, unless it rests for longer already."""
    days = case.plan.call_pause_days
    if not days:
        return ()
    last = working_days_after(case.calendar, local_day(case.calendar, now), days)
    until = contact_moment(case.calendar, last + timedelta(days=1), case.case_id).at
    if case.hold and (case.hold.until is None or case.hold.until >= until):
        return ()
    hold = Hold(reason=reason, by=command.by, since=now, until=until)
    return (HoldPlaced(at=now, by=command.by, cause=command.command_id, hold=hold),)


def _tried(case: CollectionCase, task: OpenTask, command: CompleteTask, now: datetime) -> Answer:
    if refusal := _not_then(case, command.again_at, now):
        return refusal
    again = command.again_at or _another_time(case, now)
    tried = CallTried(
        at=now,
        by=command.by,
        cause=command.command_id,
        task_id=task.task_id,
        outcome=command.outcome,
        attempt=task.attempts + 1,
        again_at=again,
        due_at=task_deadline(case, again, 0),
        note=command.note,
    )
    return (tried,)


def _not_then(case: CollectionCase, again: datetime | None, now: datetime) -> Refusal | None:
    """Why no call is made at a moment that somebody named, told on the debtor's clock.

    A person promised that moment to somebody, so it is refused rather than moved in silence; the
    next moment that would do is named.
    """
    if again is None:
        return None
    zone = ZoneInfo(case.calendar.time_zone)
    local = again.astimezone(zone)
    shown = f"{local:%Y-%m-%d %H:%M} ({zone.key})"
    if again <= now:
        return Refusal(code="CallAgainInThePast", sentence=f"{shown} has passed.")
    if again > now + timedelta(days=AGAIN_WITHIN_DAYS):
        sentence = f"{shown} is more than {AGAIN_WITHIN_DAYS} days ahead; place a hold instead."
        return Refusal(code="CallAgainTooFarAhead", sentence=sentence)
    if is_open(case.calendar, again):
        return None
    hours = ", ".join(f"{one.opens:%H:%M} to {one.closes:%H:%M}" for one in case.calendar.windows)
    closed = closed_because(case.calendar, local.date())
    why = f"nobody calls then ({closed})" if closed else f"they may be called from {hours}"
    sentence = f"{shown}: {why}; {_next_opening(case, again)}."
    return Refusal(code="CallAgainOutsideHours", sentence=sentence)


def _next_opening(case: CollectionCase, moment: datetime) -> str:
    on_the_stroke = case.calendar.model_copy(update={"spread_minutes": 0})
    try:
        opening = next_open_moment(on_the_stroke, moment, "")
    except NeverOpenError:
        return "their calendar has no moment that would do"
    local = opening.astimezone(ZoneInfo(case.calendar.time_zone))
    return f"the next moment that would do is {local:%Y-%m-%d %H:%M}"


def _another_time(case: CollectionCase, now: datetime) -> datetime:
    """The next working day, in the other half of it: who is out in the morning may be in later."""
    zone = ZoneInfo(case.calendar.time_zone)
    local = now.astimezone(zone)
    day: date = working_days_after(case.calendar, local.date(), 1)
    hour = AFTERNOON if local.time() < NOON else MORNING
    moment = datetime.combine(day, hour, zone)
    return next_open_moment(case.calendar, moment, case.case_id)


def _attempts(case: CollectionCase, task: OpenTask) -> int:
    step = case.plan.step(task.step)
    return step.attempts if step else 1
