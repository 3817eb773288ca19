"""What does an MT940 or MT942 say? Its fields in order, each entry with the text after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from typing import Any

from schemas.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    FileFormat,
    Flag,
    Quarantined,
    TransactionStatus,
)
from statements.counterparty import counterparty_role
from statements.errors import BadValueError
from statements.gathering import Piece, Repetitions, StatementDraft
from statements.identity import KeyMaker, day_text
from statements.return_codes import kind_of
from statements.swift_text import SwiftText, read_swift_text
from statements.values import account_number, is_iban, reference, short_day, shown

MAX_FIELD_LINES = 500
"""A field of more lines is hostile; the rest of it is left out."""

KNOWN = frozenset(
    (
        *("20", "21", "25", "25P", "28", "28C", "60F", "60M", "61", "62F", "62M", "64", "65"),
        *("86", "13", "13D", "34F", "90C", "90D", "NS"),
    )
)
"""Any other ``:26:`` at the start of a line is a wrapped time of day, and text."""

_FIELD = re.compile(r"\s?:(\d{2}[A-Z]?|NS):(.*)")
# Some banks leave direction and date out of the available balance.
_BALANCE = re.compile(r"\s*(R?[CD])?R?(\d{6})?([A-Z]{3})?\s*(\d[\d.]*,?\d*)\s*", re.IGNORECASE)
_ENTRY = re.compile(
    r"(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<entry>\d{4})?"
    r"(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?(?P<amount>\d[\d.]*(?:,\d*)?|,\d+)"
    r"(?P<type>[A-Z][A-Z0-9]{3})?(?P<references>.*)",
    re.IGNORECASE,
)
_BALANCES = {
    "60F": "OPBD", "60M": "OPBD", "62F": "CLBD", "62M": "CLBD", "64": "CLAV", "65": "FWAV",
}  # fmt: skip


@dataclass
class _Entry:
    """Field 61 as read, and the lines of the text that follows it."""

    line: int
    amount: Decimal
    mark: str
    value_date: date
    booking_date: date
    flags: tuple[Flag, ...]
    type: str
    customer_reference: str
    bank_reference: str
    supplementary: list[str]
    text: list[str] = field(default_factory=list)
    non_swift: list[str] = field(default_factory=list)


@dataclass
class _Message:
    """A statement while its fields are read."""

    head: dict[str, Any]
    draft: StatementDraft
    balances: list[Balance] = field(default_factory=list)
    entry: _Entry | None = None
    ended: bool = False
    begun: bool = False


class _SwiftReader:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.keys = KeyMaker()
        self.repetitions = Repetitions(self.keys)
        self.number = 0
        self.message: _Message | None = None

    def take(self, name: str, lines: list[str], line: int) -> Iterator[Piece]:
        """One field, with the lines that continue it."""
        if name == "20" or self.message is None:
            yield from self.close()
            self.number += 1
            head = {"number": self.number, "kind": self.kind}
            self.message = _Message(head, StatementDraft(BankStatement(**head)))
        message = self.message
        if name == "61":
            yield from self.pass_on(message)
            message.entry = _entry(lines, line)
        elif name == "86" and message.entry is not None:
            message.entry.text = lines
        elif name == "NS" and message.entry is not None:
            message.entry.non_swift = lines
        else:
            if name.startswith(("60", "62", "64", "65", "90")):
                yield from self.pass_on(message)
            _read_head(message, name, lines)

    def pass_on(self, message: _Message) -> Iterator[Piece]:
        """Tell the entry that is complete."""
        entry, message.entry = message.entry, None
        if entry is None:
            return
        if not message.begun:
            message.begun = True
            opening = next((one for one in message.balances if one.type == "OPBD"), None)
            self.repetitions.look(BankStatement(**message.head), opening)
        transaction = _transaction(entry, message, self.keys)
        yield from message.draft.take(
            [transaction], entry.amount, transaction.status, reversal=transaction.reversal
        )

    def close(self) -> Iterator[Piece]:
        """Tell the statement, if there is one."""
        message, self.message = self.message, None
        if message is None:
            return
        yield from self.pass_on(message)
        currency = message.head.get("currency", "")
        balances = [
            one if one.currency else one.model_copy(update={"currency": currency})
            for one in message.balances
        ]
        message.draft.head = BankStatement(**message.head)
        for piece in message.draft.close(balances):
            if isinstance(piece, BankStatement):
                self.repetitions.ended(piece)
            yield piece


def read_swift(content: bytes, encoding: str, file_format: FileFormat) -> Iterator[Piece]:
    """Read MT940 or MT942 messages, with or without their SWIFT envelope.

    Args:
        content: the bytes.
        encoding: of the text.
        file_format: which of the two.

    Yields:
        Transactions, each statement after its own, and what could not be read.
    """
    reader = _SwiftReader("report" if file_format is FileFormat.MT942 else "statement")
    for name, lines, line in _fields(content, encoding):
        try:
            yield from reader.take(name, lines, line)
        except BadValueError as error:
            yield Quarantined(
                statement=reader.number,
                place=f"statement {reader.number}, field {name}, line {line}",
                reason=str(error),
                excerpt=shown(" ".join(lines), 200),
            )
    yield from reader.close()


def _fields(content: bytes, encoding: str) -> Iterator[tuple[str, list[str], int]]:
    source = TextIOWrapper(BytesIO(content), encoding, errors="replace", newline=None)
    name, lines, began = "", [""], 0
    for number, raw in enumerate(source, 1):
        line = raw.rstrip("\n").rpartition("{4:")[2] if "{4:" in raw else raw.rstrip("\n")
        found = _FIELD.match(line)
        if found and found.group(1) in KNOWN:
            if name:
                yield name, lines, began
            name, lines, began = found.group(1), [found.group(2)], number
        elif line.strip() in {"-", "-}", ""} or line.startswith(("-}", "{1:", "{2:", "{5:")):
            if name:
                yield name, lines, began
            name = ""
        elif name and len(lines) < MAX_FIELD_LINES:
            lines.append(line)
    if name:
        yield name, lines, began


def _read_head(message: _Message, name: str, lines: list[str]) -> None:
    head, said = message.head, lines[0].strip()
    if name == "20":
        head["id"] = said
    elif name in {"25", "25P"}:
        number = account_number(said)
        # Some banks write the currency after the IBAN.
        named = number[:-3] if is_iban(number[:-3]) and number[-3:].isalpha() else number
        head["account"] = named
        message.draft.head = BankStatement(**head)
    elif name in {"28", "28C"}:
        head["sequence"], _, head["page"] = said.partition("/")
    elif name in _BALANCES:
        balance = _balance(name, said)
        message.balances.append(balance)
        head["currency"] = head.get("currency") or balance.currency
    elif name == "34F":
        head["currency"] = head.get("currency") or said[:3].upper()
        head["texts"] = (*head.get("texts", ()), f"34F {said}")
    elif name in {"13", "13D"}:
        head["created"] = said
    elif name in {"86", "NS", "90C", "90D", "21"}:
        words = " ".join(one.strip() for one in lines)
        head["texts"] = (*head.get("texts", ()), words if name == "86" else f"{name} {words}")


def _balance(name: str, said: str) -> Balance:
    found = _BALANCE.match(said)
    if found is None:
        raise BadValueError(f"{shown(said)} is no balance")
    mark, day, currency, amount = found.groups()
    if not (mark and day) and name not in {"64", "65"}:
        raise BadValueError(f"{shown(said)} has no direction or no date")
    sign = 1 if (mark or "C").upper() in {"C", "RD"} else -1
    booked = short_day(day[:2], day[2:4], day[4:6])[0] if day else None
    return Balance(
        type=_BALANCES[name],
        amount=sign * _amount(amount),
        currency=(currency or "").upper(),
        day=booked,
    )


def _amount(text: str) -> Decimal:
    whole, _, cents = text.replace(".", "").partition(",")
    if (len(whole) > 18 and whole.strip("0")) or len(cents) > 6:
        raise BadValueError(f"{shown(text)} is no amount")
    return Decimal(f"{whole or '0'}.{cents or '0'}") if cents else Decimal(whole or "0")


def _entry(lines: list[str], line: int) -> _Entry:
    found = _ENTRY.match(lines[0].strip())
    if found is None:
        raise BadValueError("the entry has no date, direction and amount where they should be")
    mark = found["mark"].upper()
    value_date, corrected = short_day(found["year"], found["month"], found["day"])
    sign = 1 if mark in {"C", "RD", "EC"} else -1
    customer, _, bank = found["references"].partition("//")
    booked = _booking_date(value_date, found["entry"])
    return _Entry(
        line=line,
        amount=sign * _amount(found["amount"]),
        mark=mark,
        value_date=value_date,
        booking_date=booked or value_date,
        flags=((Flag.DATE_CORRECTED,) if corrected else ())
        + (() if booked else (Flag.NO_BOOKING_DATE,)),
        type=(found["type"] or "").upper(),
        customer_reference=customer.strip(),
        bank_reference=bank.strip(),
        supplementary=[one.strip() for one in lines[1:] if one.strip()],
    )


def _booking_date(value_date: date, entry: str | None) -> date | None:
    """Month and day of the booking, in the year that brings it closest to the value date."""
    if not entry:
        return None
    found = [
        short_day(str(year), entry[:2], entry[2:])[0]
        for year in (value_date.year - 1, value_date.year, value_date.year + 1)
        if 1 <= year <= 9998
    ]
    return min(found, key=lambda day: abs(day - value_date), default=None)


def _transaction(entry: _Entry, message: _Message, keys: KeyMaker) -> BankTransaction:
    said = read_swift_text(entry.text, entry.non_swift)
    head = message.head
    reversal = entry.mark.startswith("R")
    returned = reversal or entry.type == "NRTI" or said.is_return
    number = message.draft.entries + 1
    account, currency = head.get("account", ""), head.get("currency", "")
    bank_reference = reference(entry.bank_reference)
    entry_key, basis = keys.entry_key(
        account, bank_reference, entry.amount, currency, _fingerprint(entry)
    )
    fields = said.fields | {
        "statement": head["number"],
        "entry": number,
        "place": f"statement {head['number']}, entry {number}, line {entry.line}",
        "account": account,
        "amount": entry.amount,
        "entry_amount": entry.amount,
        "currency": currency,
        "status": TransactionStatus.PENDING
        if entry.mark.startswith("E")
        else TransactionStatus.BOOKED,
        "kind": kind_of(entry.amount, returned=returned),
        "booking_date": entry.booking_date,
        "value_date": entry.value_date,
        "entry_key": entry_key,
        "item_key": entry_key,
        "key_basis": basis,
        "bank_reference": bank_reference,
        "entry_reference": reference(entry.customer_reference),
        "proprietary_code": "+".join(filter(None, (entry.type, said.code))),
        "reversal": reversal,
        "flags": entry.flags,
        "parts": (*said.parts, *(("61", one) for one in entry.supplementary)),
    }
    incoming = (entry.amount > 0) != returned
    _name_parties(fields, said, incoming=incoming, account=account)
    return BankTransaction.model_validate(fields)


def _fingerprint(entry: _Entry) -> tuple[str, ...]:
    return (
        *(day_text(entry.booking_date), day_text(entry.value_date), entry.type),
        *(entry.customer_reference, *entry.supplementary, *entry.text, *entry.non_swift),
    )


def _name_parties(fields: dict[str, Any], said: SwiftText, *, incoming: bool, account: str) -> None:
    if said.party is not None:
        fields["debtor" if incoming else "creditor"] = said.party
    role = counterparty_role(
        account, fields.get("debtor"), fields.get("creditor"), incoming=incoming
    )
    if role:
        fields.update(counterparty=fields.get(role), counterparty_role=role)
