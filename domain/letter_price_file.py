"""What does a file of letter prices say? CSV to rows, with every mistake located."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from domain.letter_price import ITEMS
from domain.yaml_document import DocumentError, Problem
from schemas.letter_price import ANYWHERE, PriceRow, PriceStatus

COLUMNS = (
    *("provider", "item", "from", "to", "grams", "price", "currency"),
    *("valid_from", "status", "source"),
)
"""The head of the file, in this order."""

MAX_BYTES = 1024 * 1024

_EXPECTED = {
    "provider": (re.compile(r"[a-z][a-z-]{0,62}"), "folder, or the name of a provider"),
    "item": (re.compile("|".join(ITEMS)), f"one of {', '.join(ITEMS)}"),
    "from": (re.compile(rf"[A-Z]{{2}}|\{ANYWHERE}"), "a country such as FR, or *"),
    "to": (re.compile(rf"[A-Z]{{2}}|\{ANYWHERE}"), "a country such as FR, or *"),
    "grams": (re.compile(r"[0-9]{0,5}"), "up to how many grams, or empty for any weight"),
    "price": (re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?"), "an amount such as 1.52"),
    "currency": (re.compile(r"[A-Z]{3}"), "a currency such as EUR"),
    "status": (re.compile("|".join(PriceStatus)), f"one of {', '.join(PriceStatus)}"),
    "source": (re.compile(r"[^\W_][^\x00-\x1f\x7f]{0,299}"), "who says so, at most 300 characters"),
}


class PriceFileError(DocumentError):
    """A file of letter prices cannot be used; ``problems`` names file, line, column and value."""


def read_letter_prices(content: bytes, file: str) -> tuple[PriceRow, ...]:
    """Read a whole file, or refuse the whole file.

    Args:
        content: CSV in UTF-8 with the head ``COLUMNS``.
        file: its name, for messages only.

    Raises:
        PriceFileError: with every problem found.
    """
    rows: dict[tuple[object, ...], PriceRow] = {}
    problems: list[Problem] = []
    for line, column, message, row in _read(content):
        if row is None:
            problems.append(Problem(file=file, line=line, field=column, message=message))
            continue
        key = (row.provider, row.item, row.sent_from, row.country, row.grams, row.valid_from)
        if key in rows:
            problems.append(Problem(file=file, line=line, field="", message="stands here already"))
        rows[key] = row
    if problems:
        raise PriceFileError(tuple(problems))
    return tuple(rows.values())


_Found = tuple[int, str, str, PriceRow | None]
"""Line, column and what is wrong there; or the row that stands there."""


def _read(content: bytes) -> Iterator[_Found]:
    if len(content) > MAX_BYTES:
        yield 1, "", f"expected at most {MAX_BYTES} bytes, found {len(content)}", None
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        yield line, "", f"expected UTF-8: {error.reason}", None
        return
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = tuple(next(table, []))
        if head != COLUMNS:
            yield 1, "", f"expected the head {','.join(COLUMNS)}", None
            return
        for cells in table:
            if cells:
                yield from _row(table.line_num, cells)
    except csv.Error as error:
        yield table.line_num, "", f"expected CSV: {error}", None


def _row(line: int, cells: list[str]) -> Iterator[_Found]:
    if len(cells) != len(COLUMNS):
        yield line, "", f"expected {len(COLUMNS)} cells, found {len(cells)}", None
        return
    found = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True))
    wrong = [
        (line, column, f"{found[column][:80]!r} is not {expected}", None)
        for column, (pattern, expected) in _EXPECTED.items()
        if not pattern.fullmatch(found[column])
    ]
    start = _day(found["valid_from"])
    if start is None:
        said = f"{found['valid_from'][:80]!r} is not a day such as 2027-01-01"
        wrong.append((line, "valid_from", said, None))
    yield from wrong
    if wrong or start is None:
        return
    row = PriceRow(
        provider=found["provider"],
        item=found["item"],
        sent_from=found["from"],
        country=found["to"],
        grams=int(found["grams"] or 0),
        price=Decimal(found["price"]),
        currency=found["currency"],
        valid_from=start,
        status=PriceStatus(found["status"]),
        source=found["source"],
    )
    yield line, "", "", row


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None
