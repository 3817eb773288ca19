"""What does a file of reference rates say? CSV to rows and back, with every mistake located."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from domain.rates import RateTable, half_year_of, next_half_year
from domain.yaml_document import DocumentError, Problem
from schemas.base import Frozen
from schemas.interest import RateSeries, RateStatus, ReferenceRate

COLUMNS = ("series", "valid_from", "value", "status", "published_on", "source")
"""The head of the file, in this order."""

MAX_BYTES = 1024 * 1024
"""Every series for a century takes a quarter of it."""

_VALUE = re.compile(r"-?[0-9]{1,2}(\.[0-9]{1,4})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A source begins with a letter or a digit, so that no spreadsheet runs it as a formula.
_SOURCE = re.compile(r"[^\W_][^\x00-\x1f\x7f]{0,299}")
_SURENESS = (RateStatus.PROVISIONAL, RateStatus.DERIVED, RateStatus.OFFICIAL)


class RateFileError(DocumentError):
    """A file of rates cannot be used; ``problems`` names file, line, column and value."""


class RateChange(Frozen):
    """What a file changes in the table; ``before`` is None for a new row."""

    before: ReferenceRate | None
    after: ReferenceRate


def read_rates(
    content: bytes, file: str, known: RateTable | None = None, today: date | None = None
) -> RateTable:
    """Read a whole file, or refuse the whole file.

    Args:
        content: CSV in UTF-8 with the head ``COLUMNS``.
        file: its name, for messages only.
        known: the table that the rows will be merged into; a row of it is not replaced by one
            that is less sure.
        today: an official row must have been published by then; None does not look.

    Raises:
        RateFileError: with every problem found.
    """
    reading = _Reading(file, known or RateTable(()), today)
    reading.read(content)
    if reading.problems:
        raise RateFileError(tuple(reading.problems))
    return RateTable(reading.rows.values())


def changes(known: RateTable, new: RateTable) -> tuple[RateChange, ...]:
    """The rows of a new table that are not in the known one as they are."""
    before = {row.row: row for row in known.rows}
    return tuple(
        RateChange(before=before.get(row.row), after=row)
        for row in new.rows
        if before.get(row.row) != row
    )


def rates_text(rows: Iterable[ReferenceRate]) -> str:
    """The rows as the text of a file that ``read_rates`` reads back."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        published = row.published_on.isoformat() if row.published_on else ""
        cells = (row.series.value, row.valid_from.isoformat(), f"{row.value:f}", row.status.value)
        writer.writerow((*cells, published, row.source))
    return text.getvalue()


class _Reading:
    """One file being read."""

    def __init__(self, file: str, known: RateTable, today: date | None) -> None:
        self.file = file
        self.read_on = today
        self.known = {row.row: row for row in known.rows}
        self.rows: dict[str, ReferenceRate] = {}
        self.problems: list[Problem] = []

    def read(self, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            self._problem(1, "", f"expected at most {MAX_BYTES} bytes, found {len(content)}")
            return
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self._problem(line, "", f"expected UTF-8: {error.reason}")
            return
        table = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            head = tuple(next(table, []))
            if head != COLUMNS:
                expected = ",".join(COLUMNS)
                self._problem(1, "", f"expected the head {expected}, found {_shown(head)}")
                return
            for cells in table:
                if cells:
                    self._row(table.line_num, cells)
        except csv.Error as error:
            self._problem(table.line_num, "", f"expected CSV: {error}")
        if not self.rows and not self.problems:
            self._problem(1, "", "expected at least one row")

    def _row(self, line: int, cells: list[str]) -> None:
        if len(cells) != len(COLUMNS):
            self._problem(line, "", f"expected {len(COLUMNS)} cells, found {len(cells)}")
            return
        found = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
        wrong = dict(_mistakes(found))
        for column, expected in wrong.items():
            self._problem(line, column, f"{_shown(found[column])} is not {expected}")
        if wrong:
            return
        published = found["published_on"]
        row = ReferenceRate(
            series=RateSeries(found["series"]),
            valid_from=date.fromisoformat(found["valid_from"]),
            value=Decimal(found["value"]),
            status=RateStatus(found["status"]),
            published_on=date.fromisoformat(published) if published else None,
            source=found["source"],
        )
        if row.row in self.rows:
            self._problem(line, "valid_from", f"{row.row} stands in this file already")
        old = self.known.get(row.row)
        if old is not None and _SURENESS.index(row.status) < _SURENESS.index(old.status):
            words = f"{row.row} is known as {old.status.value}: {old.value}"
            self._problem(line, "status", f"{row.status.value} is less sure; {words}")
        if row.status is RateStatus.OFFICIAL and self.read_on is not None:
            self._is_published(line, row, self.read_on)
        self.rows[row.row] = row

    def _is_published(self, line: int, row: ReferenceRate, today: date) -> None:
        """Nobody has published what holds after the next half-year, nor what is dated ahead."""
        if row.published_on is not None and row.published_on > today:
            words = f"'{row.published_on}' is still to come: an official rate has been published"
            self._problem(line, "published_on", words)
        last = next_half_year(half_year_of(today))
        if row.valid_from > last:
            words = f"'{row.valid_from}' is too far ahead: nothing official is known after {last}"
            self._problem(line, "valid_from", words)

    def _problem(self, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(file=self.file, line=line, field=column, message=message))


def _mistakes(found: dict[str, str]) -> Iterable[tuple[str, str]]:
    """Column and what was expected there, of each cell that cannot be read."""
    if found["series"] not in set(RateSeries):
        yield "series", f"one of {', '.join(RateSeries)}"
    start = _day(found["valid_from"])
    if start is None or (start.month, start.day) not in {(1, 1), (7, 1)}:
        yield "valid_from", "a 1 January or 1 July such as 2027-01-01"
    if not _VALUE.fullmatch(found["value"]) or Decimal(found["value"]) < -10:
        yield "value", "percent a year from -10 to 99.9999 such as 2.15"
    if found["status"] not in set(RateStatus):
        yield "status", f"one of {', '.join(RateStatus)}"
    if found["published_on"] and _day(found["published_on"]) is None:
        yield "published_on", "a day such as 2026-12-26, or empty"
    if not _SOURCE.fullmatch(found["source"]):
        yield "source", "who published it, in at most 300 characters"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
