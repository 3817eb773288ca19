"""What does a camt entry say once, for all its details? Amount, status, days, codes and keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.bank import Flag, TransactionStatus
from statements.camt_parts import amount_in, bank_codes, batch_of, charges_of, structured
from statements.errors import BadValueError
from statements.identity import ItemKeyMaker, KeyMaker, day_text
from statements.return_codes import is_return
from statements.values import iso_day, reference, shown
from statements.xml_stream import Tree, branch, text, texts

STATUSES = {
    "BOOK": TransactionStatus.BOOKED,
    "": TransactionStatus.BOOKED,  # real files leave it out
    "PDNG": TransactionStatus.PENDING,
    "FUTR": TransactionStatus.PENDING,
    "INFO": TransactionStatus.INFORMATION,
}


@dataclass(slots=True)
class Entry:
    """What an entry says once; ``shared`` are the fields that each of its transactions has."""

    amount: Decimal
    reversal: bool
    shared: dict[str, Any]
    keys: ItemKeyMaker
    returned: bool
    flags: tuple[Flag, ...] = ()
    several: bool = False

    @property
    def currency(self) -> str:
        """Of the account."""
        return str(self.shared["currency"])

    @property
    def status(self) -> TransactionStatus:
        """Whether it moved the account."""
        return TransactionStatus(self.shared["status"])


@dataclass(slots=True, frozen=True)
class Surroundings:
    """Where an entry stands: its statement's number, account, and the day that stands in."""

    statement: int
    account: str
    day: date | None
    keys: KeyMaker


def read_entry(node: Tree, around: Surroundings, number: int, line: int) -> Entry:
    """The entry itself.

    Raises:
        BadValueError: when its amount, direction, status or a date cannot be read; without them
            nobody knows what it moved.
    """
    amount, currency = signed(node)
    status = _status(node)
    booking_date, flags = _booking_date(node, around)
    iso, own, afb = bank_codes(node)
    bank_reference = reference(text(node, "AcctSvcrRef"))
    entry_key, basis = around.keys.entry_key(
        around.account, bank_reference, amount, currency, _fingerprint(node, booking_date)
    )
    shared: dict[str, Any] = {
        "statement": around.statement,
        "entry": number,
        "place": f"statement {around.statement}, entry {number}, line {line}",
        "account": around.account,
        "currency": currency,
        "status": status,
        "booking_date": booking_date,
        "value_date": _day(node, "ValDt"),
        "entry_amount": amount,
        "entry_key": entry_key,
        "key_basis": basis,
    }
    filled(
        shared,
        bank_reference=bank_reference,
        bank_code=iso,
        proprietary_code=own,
        entry_reference=reference(text(node, "NtryRef")) if "NtryRef" in node else "",
        bank_text=text(node, "AddtlNtryInf") if "AddtlNtryInf" in node else "",
        batch=batch_of(node) if "NtryDtls" in node else None,
        charges=charges_of(node) if "Chrgs" in node else None,
    )
    reversal = text(node, "RvslInd") in {"true", "1"}
    if reversal:
        shared["reversal"] = True
    return Entry(
        amount=amount,
        reversal=reversal,
        shared=shared,
        keys=ItemKeyMaker(entry_key),
        returned=reversal or is_return(iso, afb),
        flags=flags,
    )


def _status(node: Tree) -> TransactionStatus:
    said = text(node, "Sts", "Cd") or text(node, "Sts")
    status = STATUSES.get(said)
    if status is None:
        raise BadValueError(f"{shown(said)} is no status; expected BOOK, PDNG, FUTR or INFO")
    return status


def signed(node: Tree) -> tuple[Decimal, str]:
    """What an entry moved, and its currency.

    Raises:
        BadValueError: when it has no amount or no direction.
    """
    found = amount_in(node, "Amt")
    if found is None:
        raise BadValueError("the entry has no amount")
    direction = text(node, "CdtDbtInd")
    if direction not in {"CRDT", "DBIT"}:
        raise BadValueError(f"{shown(direction)} is no direction; expected CRDT or DBIT")
    return found.amount if direction == "CRDT" else -found.amount, found.currency


def _booking_date(node: Tree, around: Surroundings) -> tuple[date | None, tuple[Flag, ...]]:
    day = _day(node, "BookgDt")
    if day is not None:
        return day, ()
    return _day(node, "ValDt") or around.day, (Flag.NO_BOOKING_DATE,)


def _day(node: Tree, name: str) -> date | None:
    found = node.get(name)
    if not found:
        return None
    said = found[0]
    if isinstance(said, dict):
        said = text(said, "Dt") or text(said, "DtTm")
    return iso_day(said) if said else None


def _fingerprint(node: Tree, booking_date: date | None) -> Iterator[str]:
    """What tells an entry from others where the bank gives it no reference of its own.

    One detail is described; of many only the batch is, since a report may leave them out.
    """
    details = [one for group in node.get("NtryDtls", ()) for one in _details(group)]
    batch = batch_of(node) if "NtryDtls" in node else None
    yield day_text(booking_date)
    yield batch.payment_information_id if batch else ""
    if len(details) == 1:
        remittance = branch(details[0], "RmtInf")
        yield reference(text(details[0], "Refs", "EndToEndId"))
        yield from texts(remittance, "Ustrd")
        yield from (one.reference for one in structured(remittance))


def _details(group: Any) -> list[Tree]:
    return [one for one in group.get("TxDtls", ()) if one] if isinstance(group, dict) else []


def filled(fields: dict[str, Any], **values: Any) -> None:
    """Set the fields that say something; what is empty keeps what was there."""
    for name, value in values.items():
        if value:
            fields[name] = value  # noqa: PERF403 - a comprehension would be built only to be copied
