"""How does a test write an invoice file? A header, a good row, and the cells in question."""

from __future__ import annotations

import csv
import io

from domain.invoice_import import InvoiceFile, read_invoices

HEADER = "number;debtor;name;issue_date;due_date;amount"
ROW = "F-1;C1;Boulangerie Lefèvre;2027-01-02;2027-02-01;1 234,56"


def read(text: str | bytes, file: str = "invoices.csv") -> InvoiceFile:
    """What a file holds, of the creditor atelier."""
    content = text if isinstance(text, bytes) else text.encode()
    return read_invoices(content, file, "atelier")


def read_row(**cells: str) -> InvoiceFile:
    """What a file holds that has one row, with these cells beside or instead of good ones."""
    good = dict(zip(HEADER.split(";"), ROW.split(";"), strict=True)) | cells
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(good)
    writer.writerow(good.values())
    return read(out.getvalue())


def told(found: InvoiceFile) -> list[str]:
    """The problems as a person reads them."""
    return [str(problem) for problem in found.problems]
