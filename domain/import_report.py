"""What could not be imported, and why? A report that opens in any spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from domain.import_table import RowProblem

_READ_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def problem_report(problems: Iterable[RowProblem], warnings: Iterable[RowProblem] = ()) -> str:
    """The problems as CSV text: line, column, value, expected; one row each.

    Warnings come after them; the last column says which rows went in.

    A value that a spreadsheet would run as a formula stands behind an apostrophe.
    """
    report = io.StringIO()
    writer = csv.writer(report, lineterminator="\n")
    writer.writerow(("line", "column", "value", "expected", "row"))
    for found, row in ((problems, "left out"), (warnings, "imported, with a warning")):
        for problem in found:
            texts = (problem.column, problem.value, problem.expected)
            writer.writerow((problem.line, *map(harmless, texts), row))
    return report.getvalue()


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_READ_AS_FORMULA) else text
