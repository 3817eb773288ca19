"""When may a contact leave? Pure arithmetic over the calendar that travels inside the case.

The hours of a day are instants: a window runs from the moment its opening strikes in the debtor's
time zone to the moment its closing strikes. On the days on which clocks change, a time that the
clocks jump over is the moment of the jump, and a time that they show twice is its first showing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from schemas.base import Frozen, Instant
from schemas.calendar import ContactCalendar

HORIZON_DAYS = 400
"""A calendar without an open day for this long is a mistake, not a long holiday."""

_DAY = timedelta(days=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_Bounds = tuple[datetime, datetime]


class NeverOpenError(ValueError):
    """A calendar has no open moment within ``HORIZON_DAYS``."""


class DueMoment(Frozen):
    """When a contact that was planned for a day may leave.

    Attributes:
        at: the moment, in UTC.
        day: the day it lands on, in the calendar's time zone.
        moved: why it does not land on its own day: one reason for each day it was moved over.
    """

    at: Instant
    day: date
    moved: tuple[str, ...] = ()


def contact_moment(calendar: ContactCalendar, day: date, spread_key: str) -> DueMoment:
    """The first moment on or after a day at which a contact may leave.

    Args:
        calendar: the debtor's working days and hours.
        day: the nominal day, in the calendar's time zone.
        spread_key: what the offset into the window hangs on, such as the case id; the same key
            has the same offset on every day, and many keys do not all leave on the stroke of nine.

    Raises:
        NeverOpenError: when the calendar has no open moment.
    """
    moved: list[str] = []
    for candidate in _days_from(day):
        reason = closed_because(calendar, candidate)
        if not reason and (bounds := _bounds(calendar, candidate)):
            at = _spread_into(calendar, bounds[0], spread_key)
            return DueMoment(at=at, day=candidate, moved=tuple(moved))
        moved.append(reason or f"{_named(candidate)}: the clocks jump over its contact hours")
    raise _never_open(calendar, day)


def next_open_moment(calendar: ContactCalendar, instant: datetime, spread_key: str) -> datetime:
    """Now, if a contact may leave now; else the next opening, plus the key's offset, in UTC.

    Args:
        calendar: the debtor's working days and hours.
        instant: now; aware.
        spread_key: as for ``contact_moment``.

    Raises:
        NeverOpenError: when the calendar has no open moment.
    """
    today = local_day(calendar, instant)
    for candidate in _days_from(today):
        if closed_because(calendar, candidate):
            continue
        for opens, closes in _bounds(calendar, candidate):
            if opens <= instant < closes:
                return instant.astimezone(UTC)
            if instant < opens:
                return _spread_into(calendar, (opens, closes), spread_key)
    raise _never_open(calendar, today)


def is_open(calendar: ContactCalendar, instant: datetime) -> bool:
    """Whether a contact may leave at this moment: in a window of a working day."""
    day = local_day(calendar, instant)
    if closed_because(calendar, day):
        return False
    return any(opens <= instant < closes for opens, closes in _bounds(calendar, day))


def closed_because(calendar: ContactCalendar, day: date) -> str:
    """Why nothing leaves on a day, as ``Saturday`` or ``1 May: Fête du Travail``; else empty."""
    if day.isoweekday() not in calendar.weekdays:
        return _WEEKDAYS[day.weekday()]
    for holiday in calendar.holidays:
        if holiday.day == day:
            return f"{_named(day)}: {holiday.name}"
    return ""


def working_days_after(calendar: ContactCalendar, day: date, count: int) -> date:
    """The working day that lies so many working days after a day.

    Args:
        calendar: the debtor's working days.
        day: where counting starts; it is never counted itself.
        count: how many; zero is the day itself, or the next working day when it is none.

    Raises:
        NeverOpenError: when the calendar has no working day.
        ValueError: when ``count`` is negative.
    """
    if count < 0:
        raise ValueError(f"count is {count}; working days are only counted forwards")
    if count == 0:
        return _next_working_day(calendar, day)
    for _ in range(count):
        day = _next_working_day(calendar, day + _DAY)
    return day


def days_overdue(due: date, today: date) -> int:
    """For how many days an invoice has been overdue; zero on the due date and before it.

    The debtor is in time for the whole of the due date: the first day overdue is the next one.
    """
    return max(0, (today - due).days)


def local_day(calendar: ContactCalendar, instant: datetime) -> date:
    """The day that an aware instant falls on in the calendar's time zone."""
    return instant.astimezone(ZoneInfo(calendar.time_zone)).date()


def _next_working_day(calendar: ContactCalendar, day: date) -> date:
    for candidate in _days_from(day):
        if not closed_because(calendar, candidate):
            return candidate
    raise _never_open(calendar, day)


def _days_from(day: date) -> Iterator[date]:
    return (day + _DAY * number for number in range(min(HORIZON_DAYS, (date.max - day).days)))


def _never_open(calendar: ContactCalendar, day: date) -> NeverOpenError:
    return NeverOpenError(
        f"no open moment within {HORIZON_DAYS} days of {day}: the calendar has weekdays "
        f"{calendar.weekdays}, {len(calendar.windows)} windows, {len(calendar.holidays)} holidays"
    )


def _spread_into(calendar: ContactCalendar, bounds: _Bounds, spread_key: str) -> datetime:
    opens, closes = bounds
    # A window shorter than the spread is shared out whole: nobody piles up at its last second.
    width = min(calendar.spread_minutes * 60, int((closes - opens).total_seconds()))
    return opens + timedelta(seconds=crc32(spread_key.encode()) % width if width > 0 else 0)


def _bounds(calendar: ContactCalendar, day: date) -> list[_Bounds]:
    """The day's windows as instants in UTC, without those that a clock change swallows."""
    zone = ZoneInfo(calendar.time_zone)
    windows = [
        (_strikes(day, window.opens, zone), _strikes(day, window.closes, zone))
        for window in calendar.windows
    ]
    return [(opens, closes) for opens, closes in windows if opens < closes]


def _strikes(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant at which a clock on the wall of that zone first shows at least that time."""
    local = datetime.combine(day, wall, zone)
    late = local.astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return late
    # The clocks jump over this time. Reading it with the offset after the jump gives an instant
    # before it, with the offset before the jump an instant after it: the jump lies in between.
    early = local.replace(fold=1).astimezone(UTC)
    after = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


def _named(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"
