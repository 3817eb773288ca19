"""Which items and customers do two tables hold? CSV to open items and customers, line by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from domain.import_values import Unexpected, read_date
from domain.matching.plain import compact
from schemas.matching import Customer, DocumentType, OpenItem

ITEM_COLUMNS = (
    *("number", "type", "customer_id", "issue_date", "due_date", "amount", "open_amount"),
    *("currency", "purchase_order", "creditor_reference", "sdd_end_to_end_id"),
)
CUSTOMER_COLUMNS = (
    *("customer_id", "name", "siren", "country", "known_iban", "group", "sdd_mandate"),
)
_REQUIRED = {"number", "customer_id", "amount", "open_amount"}
_SEVERAL = re.compile(r"[;|,]\s*")
_TYPES = {"": DocumentType.INVOICE, **{one.value: one for one in DocumentType}}
_MAX_AMOUNT = Decimal(10) ** 12

Row = TypeVar("Row")


@dataclass
class Read:
    """What a table held.

    Attributes:
        problems: rows that were left out, each as a sentence with its line.
    """

    items: list[OpenItem] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class UnreadableTableError(ValueError):
    """A table lacks a column that is needed; the words name it."""


def read_items(content: bytes) -> Read:
    """Invoices and credit notes of a CSV with the columns ``ITEM_COLUMNS``.

    Raises:
        UnreadableTableError: when a required column is missing.
    """
    read = Read()
    seen: set[str] = set()
    for line, row in _rows(content, _REQUIRED):
        item = _kept(read, line, row, _item)
        if item is None:
            continue
        if item.document in seen:
            read.problems.append(f"line {line}: number {item.document!r} stands there twice")
            continue
        seen.add(item.document)
        read.items.append(item)
    return read


def read_customers(content: bytes) -> Read:
    """Customers of a CSV with the columns ``CUSTOMER_COLUMNS``; several IBANs with ``|`` between.

    Raises:
        UnreadableTableError: when a required column is missing.
    """
    read = Read()
    for line, row in _rows(content, {"customer_id", "name"}):
        customer = _kept(read, line, row, _customer)
        if customer is not None:
            read.customers.append(customer)
    return read


def _kept(
    read: Read, line: int, row: dict[str, str], make: Callable[[dict[str, str]], Row]
) -> Row | None:
    try:
        return make(row)
    except (Unexpected, ValueError) as error:
        read.problems.append(f"line {line}: {error}")
        return None


def _rows(content: bytes, required: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    names = [name.strip().lower() for name in next(reader, [])]
    if missing := sorted(required - set(names)):
        raise UnreadableTableError(
            f"line 1: no column {', '.join(missing)}; found {', '.join(names) or 'nothing'}"
        )
    for cells in reader:
        if any(cells):
            yield reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False))


def _item(row: dict[str, str]) -> OpenItem:
    number = row["number"]
    if not number:
        raise Unexpected("number is empty; expected the document's number")
    kind = _TYPES.get(row.get("type", "").lower().replace(" ", "_").replace("-", "_"))
    if kind is None:
        raise Unexpected(f"type {row['type']!r} is unknown; expected invoice or credit_note")
    amount, still_open = abs(_amount(row, "amount")), abs(_amount(row, "open_amount"))
    if still_open > amount:
        raise Unexpected(f"open_amount {still_open} is more than the amount {amount}")
    return OpenItem(
        document=number,
        number=number,
        type=kind,
        customer=row.get("customer_id", ""),
        issue_date=read_date(row["issue_date"]) if row.get("issue_date") else None,
        due_date=read_date(row["due_date"]) if row.get("due_date") else None,
        amount=amount,
        open_amount=still_open,
        currency=row.get("currency", "").upper() or "EUR",
        purchase_order=row.get("purchase_order", ""),
        creditor_reference=row.get("creditor_reference", ""),
        end_to_end_id=row.get("sdd_end_to_end_id", ""),
    )


def _amount(row: dict[str, str], name: str) -> Decimal:
    text = re.sub(r"[\s\u00a0\u202f]", "", row.get(name, "")) or "0"
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Unexpected(f"{name} {row[name]!r} is no amount such as 1234.56") from None
    if not amount.is_finite() or abs(amount) > _MAX_AMOUNT:
        raise Unexpected(f"{name} {row[name]!r} is out of range")
    return amount


def _customer(row: dict[str, str]) -> Customer:
    if not row["customer_id"]:
        raise Unexpected("customer_id is empty")
    return Customer(
        customer=row["customer_id"],
        name=row["name"],
        siren=compact(row.get("siren", "")),
        country=row.get("country", "").upper(),
        ibans=_several(row.get("known_iban", ""), compact),
        group=row.get("group", ""),
        mandates=_several(row.get("sdd_mandate", ""), str.strip),
    )


def _several(text: str, shape: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(found for one in _SEVERAL.split(text) if (found := shape(one)))
