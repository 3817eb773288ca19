"""On which days do banks book? The closing days that the European Central Bank publishes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.bank_days import (
    bank_days_after,
    bank_days_between,
    easter_sunday,
    held_until,
    is_bank_day,
)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        *((2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16)),
        *((2038, 4, 25), (1818, 3, 22), (1954, 4, 18), (2049, 4, 18)),
    ],
)
def test_easter(year: int, month: int, day: int) -> None:
    """Easter falls on the day that the calendars print, the earliest and the latest included."""
    assert easter_sunday(year) == date(year, month, day)


@pytest.mark.parametrize(
    "closed",
    [
        *("2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2026-12-26"),
        *("2026-11-21", "2026-11-22"),
    ],
)
def test_banks_are_closed(closed: str) -> None:
    """On the closing days of T2 and on weekends nothing is booked."""
    assert not is_bank_day(date.fromisoformat(closed))


@pytest.mark.parametrize("open_day", ["2026-07-14", "2026-11-11", "2026-05-14", "2026-08-15"])
def test_national_holidays_are_bank_days(open_day: str) -> None:
    """On 14 July, 11 November and Ascension Day T2 is open, but Assumption 2026 is a Saturday."""
    assert is_bank_day(date.fromisoformat(open_day)) == (open_day != "2026-08-15")


def test_age_counts_bank_days_alone() -> None:
    """On the Tuesday after Easter, Thursday's statement is one bank day old."""
    assert bank_days_between(date(2026, 4, 2), date(2026, 4, 7)) == 1
    assert bank_days_between(date(2026, 11, 20), date(2026, 11, 23)) == 1
    assert bank_days_between(date(2026, 11, 20), date(2026, 11, 20)) == 0
    assert bank_days_between(date(2026, 11, 20), date(2026, 11, 1)) == 0


def test_bank_days_after() -> None:
    """Three bank days after the Wednesday before Easter is the Wednesday after it."""
    assert bank_days_after(date(2026, 4, 1), 3) == date(2026, 4, 8)
    assert bank_days_after(date(2026, 11, 21), 0) == date(2026, 11, 23)


def test_held_to_the_end_of_a_bank_day() -> None:
    """What is asked on a Friday evening in Paris is waited for to the end of Wednesday there."""
    asked = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert held_until(asked, 3, "Europe/Paris") == datetime(2026, 11, 25, 23, tzinfo=UTC)
    assert held_until(asked, 0, "Europe/Paris") == asked
