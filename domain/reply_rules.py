"""What does an answer of the debtor change? A person reads it, and the next contact waits a while.

The wait is one of its own: it ends with the task or with its day, and lifts no other pause.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.business_calendar import local_day, working_days_after
from schemas.case import CollectionCase
from schemas.case_changes import CaseChanges
from schemas.commands import ReceiveReply
from schemas.events import ReplyReceived
from schemas.identifiers import task_id
from schemas.pauses import Reading

READINGS_MAX = 20
"""So many answers are waited for at once; a longer conversation has a person in it."""


def receive_reply(
    case: CollectionCase, fact: ReceiveReply, now: datetime
) -> tuple[ReplyReceived, ...]:
    """The answer goes on record; the wait ends with the last of its working days.

    Args:
        case: as it stands.
        fact: what came in.
        now: the case's own clock.
    """
    return (
        ReplyReceived(
            at=now,
            by=fact.by,
            cause=fact.command_id,
            message=fact.command_id,
            excerpt=fact.excerpt,
            hold_until=_end_of_wait(case, fact.hold_days, now),
            for_a_person=fact.for_a_person,
        ),
    )


def after_reply(case: CollectionCase, event: ReplyReceived) -> CaseChanges:
    """The fields that change; waits whose day has passed are forgotten."""
    if event.hold_until is None or case.is_closed:
        return {}
    reading = Reading(
        message=event.message,
        task_id=task_id(case.case_id, case.version + 1) if event.for_a_person else "",
        since=event.at,
        until=event.hold_until,
    )
    waiting = [one for one in case.readings if one.until > event.at]
    return {"readings": (*waiting, reading)[-READINGS_MAX:]}


def being_read(case: CollectionCase, now: datetime) -> Reading | None:
    """The answer that keeps the next contact waiting longest; None when none does."""
    waiting = [one for one in case.readings if one.until > now]
    return max(waiting, key=lambda one: one.until, default=None)


def _end_of_wait(case: CollectionCase, days: int, now: datetime) -> datetime | None:
    """Midnight after the last of so many working days of the debtor; None for none."""
    if days == 0:
        return None
    last = working_days_after(case.calendar, local_day(case.calendar, now), days)
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(case.calendar.time_zone))
