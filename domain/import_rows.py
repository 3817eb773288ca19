"""What does a file of invoices hold? Good rows, bad cells, and what a person should know."""

from __future__ import annotations

from dataclasses import dataclass

from domain.import_table import RowProblem
from schemas.invoice import Invoice
from schemas.parties import Debtor


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A good row: the line it begins in, the debtor as this row has them, and the invoice."""

    line: int
    debtor: Debtor
    invoice: Invoice


@dataclass(frozen=True)
class InvoiceFile:
    """What a file of invoices holds.

    Attributes:
        rows: the good ones, in the order of the file.
        problems: every bad cell, in the order of the file; their rows are not in ``rows``.
        notices: what was decided about the file, in sentences for people.
        fields: what the file speaks about; what it has no column for stays as it is known.
        warnings: what a person should know of good rows, in ``expected``.
    """

    rows: tuple[ImportRow, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    notices: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    warnings: tuple[RowProblem, ...] = ()
