"""On which days do banks book? The calendar of T2 (once TARGET2), the euro's payment system.

Closed are Saturdays, Sundays, New Year's Day, Good Friday, Easter Monday, 1 May, 25 and 26 December
(European Central Bank, long-term calendar for TARGET closing days).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}
_FIRST_WEEKEND_DAY = 5
_COUNTED_DAYS = 5000
"""Nobody waits for a statement of more than thirteen years ago; beyond, days are not counted."""


def is_bank_day(day: date) -> bool:
    """Whether banks of the euro area book on a day."""
    if day.weekday() >= _FIRST_WEEKEND_DAY or (day.month, day.day) in _FIXED:
        return False
    easter = easter_sunday(day.year)
    return day not in {easter - 2 * _DAY, easter + _DAY}


@lru_cache(maxsize=64)
def easter_sunday(year: int) -> date:
    """Easter Sunday of a year (Gregorian computus, Meeus, Jones and Butcher)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def bank_days_after(day: date, count: int) -> date:
    """The bank day that comes so many bank days after a day; with 0, the day or the next one."""
    reached = day
    while not is_bank_day(reached):
        reached += _DAY
    for _ in range(count):
        reached += _DAY
        while not is_bank_day(reached):
            reached += _DAY
    return reached


def bank_days_between(first: date, last: date) -> int:
    """How many bank days come after the first day, up to and including the last.

    Yesterday's statement, seen on a Tuesday morning, is one bank day old; Friday's on Monday, too.
    """
    days = min((last - first).days, _COUNTED_DAYS)
    return sum(is_bank_day(first + number * _DAY) for number in range(1, days + 1))


def held_until(now: datetime, days: int, zone: str) -> datetime:
    """The end of the bank day that comes so many bank days after a moment.

    Args:
        now: aware.
        days: 0 holds nothing.
        zone: IANA name; whose days they are.
    """
    if days == 0:
        return now
    local = ZoneInfo(zone)
    last = bank_days_after(now.astimezone(local).date(), days)
    return datetime.combine(last + _DAY, time(), local)
