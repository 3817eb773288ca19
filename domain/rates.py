"""Which rate held on a day? The rate table: looked up, never guessed, with its gaps named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from schemas.base import Frozen
from schemas.interest import ClaimStatement, RateSeries, ReferenceRate

DUE_SOON_DAYS = 45
"""So many days before a half-year begins its rate is asked for."""

TO_BE_PUBLISHED = "rate to be published"
"""What stands where a rate is not known."""

NOT_SHIPPED = "no rate is shipped for this country and capacity; import one"
"""What stands where nothing of a series is known for a day or before it."""


class RateDue(Frozen):
    """A row that the table lacks.

    Attributes:
        valid_from: the half-year it is for.
        is_missing: that half-year has begun.
    """

    series: RateSeries
    valid_from: date
    is_missing: bool

    def __str__(self) -> str:
        if self.is_missing:
            return f"{self.series.value}: {TO_BE_PUBLISHED} or imported since {self.valid_from}"
        return f"{self.series.value}: the rate of {self.valid_from} is due on that day"


class RateTable:
    """Rows of reference rates, found by series and day."""

    def __init__(self, rows: Iterable[ReferenceRate]) -> None:
        self._rows = {(row.series, row.valid_from): row for row in rows}

    @property
    def rows(self) -> tuple[ReferenceRate, ...]:
        """Every row, by series and half-year."""
        return tuple(self._rows[key] for key in sorted(self._rows))

    def find(self, series: RateSeries, day: date) -> ReferenceRate | None:
        """The row of the half-year that a day lies in; None when there is none.

        The row of an earlier half-year never stands in: a rate that nobody published is no rate.
        """
        return self._rows.get((series, half_year_of(day)))

    def last_known(self, series: RateSeries, day: date) -> ReferenceRate | None:
        """The row of a day's half-year, or the last one before it: to compare, never to compute."""
        known = [row for row in self._rows.values() if row.series is series]
        before = [row for row in known if row.valid_from <= day]
        return max(before, key=lambda row: row.valid_from, default=None)

    def due(self, on: date) -> tuple[RateDue, ...]:
        """The rows that are missing, and those whose half-year begins soon.

        Args:
            on: today.

        Returns:
            Holes and missing half-years first. A series without any row is not asked for: nobody
            uses it.
        """
        found = [
            RateDue(series=series, valid_from=start, is_missing=start <= on)
            for series, first in self._first_days().items()
            for start in _half_years(first, on + timedelta(days=DUE_SOON_DAYS))
            if (series, start) not in self._rows
        ]
        return tuple(sorted(found, key=lambda one: (not one.is_missing, one.series)))

    def merged_with(self, rows: Iterable[ReferenceRate]) -> RateTable:
        """This table with some rows added or replaced."""
        return RateTable((*self._rows.values(), *rows))

    def _first_days(self) -> dict[RateSeries, date]:
        first: dict[RateSeries, date] = {}
        for series, start in sorted(self._rows):
            first.setdefault(series, start)
        return first


def changed_rows(statement: ClaimStatement, table: RateTable) -> tuple[ReferenceRate, ...]:
    """The rows of today's table that differ from those a statement was made with.

    A statement made with a provisional row, or before a rate was published, is stated again when
    this is not empty.
    """
    wanted = (*(one.wanted for one in statement.segments), *statement.limits_wanted)
    return changed_since((*statement.rates, *statement.limits), wanted, table)


def changed_since(
    used: Iterable[ReferenceRate], lacking: Iterable[str], table: RateTable
) -> tuple[ReferenceRate, ...]:
    """The rows of today's table that differ from some that were used, or that were lacking then.

    Args:
        used: the rows as they stood.
        lacking: ids of rows that nobody had published.
        table: of today.
    """
    before, wanted = {row.row: row for row in used}, set(lacking)
    return tuple(
        row
        for row in table.rows
        if row.row in wanted or (row.row in before and _differs(row, before[row.row]))
    )


def _differs(row: ReferenceRate, other: ReferenceRate) -> bool:
    return (row.value, row.status) != (other.value, other.status)


def half_year_of(day: date) -> date:
    """The first day of the half-year that a day lies in."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def next_half_year(day: date) -> date:
    """The first day of the half-year after the one that a day lies in.

    Raises:
        ValueError: in the last half-year that dates can name.
    """
    return date(day.year, 7, 1) if day.month <= 6 else date(day.year + 1, 1, 1)


def _half_years(first: date, last: date) -> list[date]:
    found = []
    while first <= last:
        found.append(first)
        first = next_half_year(first)
    return found
