"""When must a person be warned that a claim will be barred, and what gives it new time?

A case watches its own last day to go to court: six months, three months and thirty days before it
one task says so, once, until the day moves or the case ends.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.business_calendar import local_day
from domain.limitation import alarm_days, limitation_alarm
from domain.refusals import case_is_closed
from domain.time_to_sue import interruptions_of, limitation_of
from schemas.case import CollectionCase, OpenTask, TaskKind
from schemas.case_changes import CaseChanges
from schemas.commands import Refusal
from schemas.events import CaseEvent
from schemas.limitation import (
    Interruption,
    InterruptionKind,
    Limitation,
    LimitationAlarm,
    LimitationWarned,
)
from schemas.limitation_events import (
    InterruptionRecorded,
    InterruptionWithdrawn,
    LimitationNear,
    RecordInterruption,
    WithdrawInterruption,
)
from schemas.parties import Capacity
from schemas.requests import AgreeInstalments, PromiseToPay, Said

_NEARER = (
    LimitationAlarm.NONE,
    LimitationAlarm.SIX_MONTHS,
    LimitationAlarm.THREE_MONTHS,
    LimitationAlarm.THIRTY_DAYS,
)

Answer = tuple[CaseEvent, ...] | Refusal


def watched(case: CollectionCase) -> Limitation | None:
    """The limitation of a case that is pursued; None where nothing is known of it, or it ended."""
    if case.is_closed or case.invoiced_on is None or case.capacity is None or not case.country:
        return None
    return _limitation(
        *(case.country, case.capacity, case.invoiced_on, case.due_date, case.delivered_on),
        tuple((one.kind, one.day, one.proof) for one in interruptions_of(case)),
    )


@lru_cache(maxsize=65536)
def _limitation(
    country: str,
    capacity: Capacity,
    invoiced_on: date,
    due_date: date,
    delivered_on: date | None,
    happened: tuple[tuple[InterruptionKind, date, str], ...],
) -> Limitation | None:
    events = [Interruption(kind=kind, day=day, proof=proof) for kind, day, proof in happened]
    return limitation_of(country, capacity, invoiced_on, due_date, events, delivered_on)


def due_warning(case: CollectionCase, now: datetime) -> LimitationNear | None:
    """The warning that is due and was not given yet; the nearest alone, if several have passed."""
    limit = watched(case)
    if limit is None or not case.outstanding.is_positive:
        return None
    alarm = limitation_alarm(limit.limitation_day, local_day(case.calendar, now))
    given = case.limitation_warned
    before = given.alarm if given and given.day == limit.limitation_day else LimitationAlarm.NONE
    if alarm not in _NEARER or _NEARER.index(alarm) <= _NEARER.index(before):
        return None
    return LimitationNear(at=now, limitation_day=limit.limitation_day, alarm=alarm, law=limit.law)


def next_warning(case: CollectionCase, now: datetime) -> datetime | None:
    """The morning on which the next warning is due; None when none is to come."""
    limit = watched(case)
    if limit is None or not case.outstanding.is_positive:
        return None
    today = local_day(case.calendar, now)
    coming = next((day for day in alarm_days(limit.limitation_day) if day > today), None)
    if coming is None:
        return None
    return datetime.combine(coming, time(), ZoneInfo(case.calendar.time_zone)).astimezone(UTC)


def unwatched(case: CollectionCase) -> CollectionCase:
    """The case without its warnings: they are no contacts, and no pause ends with them."""
    return case.model_copy(update={"invoiced_on": None})


def answer(
    case: CollectionCase, command: RecordInterruption | WithdrawInterruption, now: datetime
) -> Answer:
    """What people say of the time limit."""
    if isinstance(command, RecordInterruption):
        return interrupt(case, command, now)
    return withdraw(case, command, now)


def interrupt(case: CollectionCase, command: RecordInterruption, now: datetime) -> Answer:
    """Put on record what starts the time limit afresh; what the law does not count is refused."""
    if case.is_closed:
        return case_is_closed(case)
    new = command.interruption
    if new.day > local_day(case.calendar, now):
        return Refusal(
            code="InterruptionInTheFuture",
            sentence=f"{new.day} is still to come; record it when it has happened.",
        )
    if new in case.interruptions:
        return ()
    after = watched(case.model_copy(update={"interruptions": (*case.interruptions, new)}))
    for step in after.steps if after else ():
        if step.interruption == new.model_copy(update={"sha256": ""}) and not step.counted:
            return Refusal(code="DoesNotInterrupt", sentence=f"{step.reason}.")
    return (_recorded(new, command, now),)


def acknowledged(
    case: CollectionCase, command: PromiseToPay | AgreeInstalments, now: datetime
) -> tuple[InterruptionRecorded, ...]:
    """What a promise or a plan says of the debt, when the debtor has put it in writing.

    A plan that was signed is an acknowledgement (Code civil 2240); one that was only agreed on the
    telephone is nothing that anybody could prove.
    """
    if not command.acknowledged:
        return ()
    written = Interruption(
        kind=InterruptionKind.ACKNOWLEDGEMENT,
        day=local_day(case.calendar, now),
        proof=command.acknowledged,
        sha256=command.acknowledged_sha256,
    )
    return (_recorded(written, command, now),)


def _recorded(new: Interruption, command: Said, now: datetime) -> InterruptionRecorded:
    return InterruptionRecorded(at=now, by=command.by, cause=command.command_id, interruption=new)


def withdraw(case: CollectionCase, command: WithdrawInterruption, now: datetime) -> Answer:
    """Take back what was recorded by mistake; a part payment is taken back with its payment."""
    if case.is_closed:
        return case_is_closed(case)
    wanted = (command.kind, command.on)
    if wanted not in {(one.kind, one.day) for one in case.interruptions}:
        known = ", ".join(f"{one.kind.value} on {one.day}" for one in case.interruptions)
        return Refusal(
            code="InterruptionUnknown",
            sentence=f"No {command.kind.value} on {command.on} is on record; "
            f"there is: {known or 'none'}.",
        )
    withdrawn = InterruptionWithdrawn(
        at=now,
        by=command.by,
        cause=command.command_id,
        kind=command.kind,
        on=command.on,
        reason=command.reason,
    )
    return (withdrawn,)


def after_limitation(
    case: CollectionCase, event: InterruptionRecorded | InterruptionWithdrawn | LimitationNear
) -> CaseChanges:
    """The fields that change; a nearer warning takes the place of the one before."""
    match event:
        case InterruptionRecorded():
            return {"interruptions": (*case.interruptions, event.interruption)}
        case InterruptionWithdrawn():
            left = tuple(
                one for one in case.interruptions if (one.kind, one.day) != (event.kind, event.on)
            )
            return {"interruptions": left}
        case LimitationNear():
            warned = LimitationWarned(day=event.limitation_day, alarm=event.alarm)
            return {"limitation_warned": warned, "tasks": _without_warnings(case)}


def rewatched(case: CollectionCase) -> CollectionCase:
    """The case after an event: a warning about a day that has moved is off the list."""
    if case.limitation_warned is None:
        return case
    limit = watched(case)
    if limit is not None and limit.limitation_day == case.limitation_warned.day:
        return case
    return case.model_copy(update={"limitation_warned": None, "tasks": _without_warnings(case)})


def _without_warnings(case: CollectionCase) -> tuple[OpenTask, ...]:
    return tuple(task for task in case.tasks if task.kind is not TaskKind.LIMITATION)
