"""Which rows does a file hold? Bytes of CSV or JSON Lines to cells, each with its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.import_columns import ALIASES, FIELDS, REQUIRED, field_of

MAX_BYTES = 256 * 1024 * 1024
"""About two million invoices; a larger file should come in parts."""

MAX_LINES_OF_A_ROW = 20
"""A quoted address may run over several lines; a quote open for longer was never closed."""

_NO_TEXT = {
    b"PK\x03\x04": "CSV or JSON Lines; this is an Excel workbook: save it as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "CSV or JSON Lines; this is an Excel workbook: save it as CSV UTF-8",
    b"%PDF": "CSV or JSON Lines; this is a PDF",
    b"\xff\xfe\x00\x00": "a file in UTF-8 or Windows-1252; this is UTF-32",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# An accented letter of UTF-8 as it looks to whoever takes the bytes for Windows-1252.
_GARBLED = re.compile(rb"\xc3[\x80-\xbf]")

Cells = list[str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something in a file that cannot be imported.

    Attributes:
        line: 1 for the first line of the file.
        column: as the file calls it; empty when the whole row is meant.
        value: what was found, shortened.
        expected: what should stand there; or why it is refused, in a sentence of its own.
        refused: it is readable, but is not allowed.
    """

    line: int
    column: str
    value: str
    expected: str
    refused: bool = False

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", {self.column}" if self.column else "")
        if self.refused:
            return f"{place}: {self.expected}"
        return f"{place}: {self.value!r} is not {self.expected}"


class UnreadableFileError(ValueError):
    """A file holds no rows at all; ``problem`` says why."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Table:
    """The rows of a file, which can be gone through more than once.

    Attributes:
        places: at which place in its cells a row has each field that the file knows.
        names: what the file calls each field.
        notices: what was decided about the file, in sentences.
    """

    lines: list[str]
    first: int
    delimiter: str
    width: int
    places: dict[str, int]
    names: dict[str, str]
    notices: list[str]

    def rows(self, problems: list[RowProblem]) -> Iterator[tuple[int, Cells]]:
        """Each row with the line it begins in; rows that cannot be read become problems."""
        if self.delimiter:
            return _csv_rows(self, problems)
        return _json_rows(self, problems)

    def column(self, field: str) -> Iterator[str]:
        """Every cell of a field."""
        place = self.places[field]
        return (cells[place] for _line, cells in self.rows([]))


def read_table(content: bytes, file: str, *, due_dates_follow: bool = False) -> Table:
    """Find encoding, format, delimiter and columns of a file.

    Args:
        content: the file's bytes.
        file: its name; ``.jsonl``, ``.ndjson`` and ``.json`` are JSON Lines.
        due_dates_follow: from the creditor's own terms, so that no column of them is needed.

    Raises:
        UnreadableFileError: when it is no text, or lacks a required column.
    """
    text, notices = _decoded(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise _unreadable(1, "", "at least a header and a row; the file is empty")
    is_json = file.lower().endswith((".jsonl", ".ndjson", ".json"))
    if is_json or lines[first].lstrip().startswith("{"):
        places = {field: place for place, field in enumerate(FIELDS)}
        return Table(lines, first, "", len(FIELDS), places, {f: f for f in FIELDS}, notices)
    if hint := re.fullmatch(r"sep=([;,\t])", lines[first].strip("\ufeff")):
        first += 1
        header, delimiter = _header(lines[first] if first < len(lines) else "", hint[1])
    else:
        header, delimiter = _header(lines[first], ";,\t")
    places, names = _columns(header, first + 1, notices, due_dates_follow=due_dates_follow)
    return Table(lines, first + 1, delimiter, len(header), places, names, notices)


def _decoded(content: bytes) -> tuple[str, list[str]]:
    if len(content) > MAX_BYTES:
        raise _unreadable(1, f"{len(content)} bytes", f"a file of at most {MAX_BYTES} bytes")
    for magic, expected in _NO_TEXT.items():
        if content.startswith(magic):
            raise _unreadable(1, content[:4].decode("latin-1"), expected)
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16"), ["The file was read as UTF-16."]
        except UnicodeDecodeError:
            raise _unreadable(1, "", "a file in UTF-8 or Windows-1252") from None
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as broken:
        line = content.count(b"\n", 0, broken.start) + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise _unreadable(
            line, "a byte that is neither", "a file in UTF-8 or Windows-1252"
        ) from None
    notices = ["The file was read as Windows-1252, since it is no UTF-8."]
    if _GARBLED.search(content):
        notices.append(f"Names may be garbled: it looks like UTF-8 with a broken line {line}.")
    return text, notices


def _header(line: str, delimiters: str) -> tuple[Cells, str]:
    """The header's cells by the delimiter under which most of them are known columns."""

    def split(delimiter: str) -> Cells:
        try:
            return next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return line.split(delimiter)

    def known(delimiter: str) -> tuple[int, int]:
        cells = split(delimiter)
        return sum(1 for cell in cells if field_of(cell)), len(cells)

    delimiter = max(delimiters, key=known)
    return [cell.strip() for cell in split(delimiter)], delimiter


def _columns(
    header: Cells, line: int, notices: list[str], *, due_dates_follow: bool
) -> tuple[dict[str, int], dict[str, str]]:
    places: dict[str, int] = {}
    names: dict[str, str] = {}
    unknown: list[str] = []
    for place, name in enumerate(header):
        field = field_of(name)
        if not field:
            if name:
                unknown.append(name)
            continue
        if field in places:
            raise _unreadable(
                line, f"{names[field]}, {name}", f"one column of {field}; these two mean the same"
            )
        places[field], names[field] = place, name
    given = {*places, "due_date"} if due_dates_follow or "terms" in places else set(places)
    if missing := [field for field in REQUIRED if field not in given]:
        also = ", ".join(f"{field} (or {ALIASES[field][1]})" for field in missing)
        raise _unreadable(
            line, ", ".join(header), f"a header with the missing columns {also}", "header"
        )
    if unknown:
        notices.append(f"These columns are not known and were left out: {', '.join(unknown)}.")
    return places, names


def _csv_rows(table: Table, problems: list[RowProblem]) -> Iterator[tuple[int, Cells]]:
    lines, delimiter, width = table.lines, table.delimiter, table.width
    place = table.first
    while place < len(lines):
        line, number = lines[place], place + 1
        place += 1
        if '"' not in line:
            cells = line.split(delimiter)
        else:
            quoted = _quoted_row(lines, place - 1, delimiter)
            if quoted is None:
                problems.append(
                    RowProblem(number, "", line[:80], "a row whose quotes are closed and doubled")
                )
                continue
            cells, extra = quoted
            place += extra
        if len(cells) != width:
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != width:
                expected = f"a row of {width} cells, as the header has; it has {len(cells)}"
                problems.append(RowProblem(number, "", line[:80], expected))
                continue
        elif not line.strip(delimiter + " "):
            continue
        yield number, cells


def _quoted_row(lines: list[str], place: int, delimiter: str) -> tuple[Cells, int] | None:
    """The cells of a row with quotes, and how many further lines belong to it."""
    row = lines[place]
    for extra in range(MAX_LINES_OF_A_ROW):
        if extra:
            if place + extra >= len(lines):
                return None
            row = f"{row}\n{lines[place + extra]}"
        # A row is complete when its quotes are; the parser alone knows a stray one in a name.
        try:
            return next(
                csv.reader(
                    row.splitlines(keepends=True),
                    delimiter=delimiter,
                    strict=True,
                    skipinitialspace=True,
                )
            ), extra
        except csv.Error:
            if row.count('"') % 2 == 0:
                return None
    return None


def _json_rows(table: Table, problems: list[RowProblem]) -> Iterator[tuple[int, Cells]]:
    unknown: set[str] = set()
    for number, line in enumerate(table.lines[table.first :], table.first + 1):
        if not line.strip():
            continue
        try:
            # Numbers stay the text they are: a float would not hold an amount exactly.
            found = json.loads(
                line.lstrip("\ufeff"),
                parse_float=str,
                parse_int=str,
                parse_constant=str,
                object_pairs_hook=_object,
            )
        except _DoubledFieldError:
            problems.append(RowProblem(number, "", line[:80], "fields of one object, each once"))
            continue
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            expected = 'one JSON object, such as {"number": "F1", …}, on a line of its own'
            problems.append(RowProblem(number, "", line[:80], expected))
            continue
        cells = [""] * table.width
        if problem := _object_cells(found, table, cells, unknown):
            problems.append(RowProblem(number, *problem))
        else:
            yield number, cells
    notice = f"These fields are not known and were left out: {', '.join(sorted(unknown))}."
    if unknown and notice not in table.notices:
        table.notices.append(notice)


class _DoubledFieldError(ValueError):
    """An object has a field twice: of two amounts, nobody knows which one counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DoubledFieldError
    return found


def _object_cells(
    found: dict[str, Any], table: Table, cells: Cells, unknown: set[str]
) -> tuple[str, str, str] | None:
    """Fill the cells from an object; returns column, value and what was expected if it fails."""
    values = list(found.items())
    if isinstance(address := found.get("address"), dict):
        values = [(name, value) for name, value in values if name != "address"]
        values += [("address" if name == "lines" else name, v) for name, v in address.items()]
    filled: set[str] = set()
    for name, given in values:
        if not (field := field_of(name)):
            unknown.add(name[:60])
            continue
        is_lines = isinstance(given, list) and all(isinstance(line, str) for line in given)
        text = "\n".join(given) if is_lines else "" if given is None else given
        if not isinstance(text, str):
            return name, json.dumps(given)[:80], "a text or a number"
        if field in filled:
            return name, text[:80], f"{field} once; another field of the row means the same"
        filled.add(field)
        cells[table.places[field]] = text
    return None


def _unreadable(line: int, value: str, expected: str, column: str = "") -> UnreadableFileError:
    return UnreadableFileError(RowProblem(line, column, value[:200], expected))
