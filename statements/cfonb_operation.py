"""What does a CFONB operation mean? Record 04 with its 05 details, as a transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.bank import (
    BankStatement,
    BankTransaction,
    Charge,
    Flag,
    Party,
    ReturnInformation,
    StatedAmount,
    StructuredReference,
)
from statements.counterparty import counterparty_role
from statements.identity import KeyMaker, day_text
from statements.return_codes import is_return, kind_of
from statements.values import account_number, is_iban, reference

_FOREIGN = re.compile(r"([A-Z]{3})([0-6])([0-9]{14})")
_NAMES = {
    "NPY": "debtor",
    "NBE": "creditor",
    "NPO": "ultimate_debtor",
    "NBU": "ultimate_creditor",
}
"""Qualifiers that name a party."""

_ACCOUNTS = {"CPY": "debtor", "CBE": "creditor"}
_FIELDS = {"REF": "bank_reference", "RUM": "mandate", "IBE": "creditor_scheme_id"}


@dataclass
class Operation:
    """Record 04 with what was read of it, and the qualifiers and texts of its 05 records."""

    line: int
    record: str
    amount: Decimal
    currency: str
    booking_date: date
    value_date: date | None
    flags: tuple[Flag, ...] = ()
    details: list[tuple[str, str]] = field(default_factory=list)


def transaction_of(
    operation: Operation, head: BankStatement, number: int, keys: KeyMaker
) -> BankTransaction:
    """The transaction that an operation is.

    Args:
        operation: the records.
        head: the statement that it stands in.
        number: of the entry in its statement.
        keys: of the file.
    """
    record, amount = operation.record, operation.amount
    code, internal = record[32:34].strip().upper(), record[7:11].strip()
    returned = is_return("", code)
    fields: dict[str, Any] = {
        "statement": head.number,
        "entry": number,
        "place": f"statement {head.number}, entry {number}, line {operation.line}",
        "account": head.account,
        "amount": amount,
        "entry_amount": amount,
        "currency": operation.currency,
        "kind": kind_of(amount, returned=returned),
        "booking_date": operation.booking_date,
        "value_date": operation.value_date,
        "bank_text": record[48:79].strip(),
        "entry_reference": reference(record[104:120]),
        "cheque": reference(record[81:88]) if code in {"01", "02", "03"} else "",
        "proprietary_code": f"{code}/{internal}" if internal else code,
        "flags": operation.flags,
    }
    if reference(record[81:88]):
        fields["other_references"] = (("entry-number", record[81:88].strip()),)
    reason = record[40:42].strip()
    if returned or reason.strip("0"):
        fields["returned"] = ReturnInformation(code=reason) if returned else None
    _read_details(fields, operation.details)
    # The number of the entry and most references repeat, so they identify nothing.
    fields["entry_key"], fields["key_basis"] = keys.entry_key(
        head.account, "", amount, operation.currency, _fingerprint(fields, operation)
    )
    fields["item_key"] = fields["entry_key"]
    incoming = (amount > 0) != returned
    role = counterparty_role(
        head.account, fields.get("debtor"), fields.get("creditor"), incoming=incoming
    )
    if role:
        fields.update(counterparty=fields.get(role), counterparty_role=role)
    return BankTransaction.model_validate(fields)


def _fingerprint(fields: dict[str, Any], operation: Operation) -> tuple[str, ...]:
    return (
        day_text(operation.booking_date),
        fields["proprietary_code"],
        fields["bank_text"],
        fields["entry_reference"],
        *(text for _, text in operation.details),
    )


def _read_details(fields: dict[str, Any], details: list[tuple[str, str]]) -> None:
    """Put each qualifier where it belongs; what has no place of its own stays in ``parts``."""
    remittance: list[str] = []
    parts: list[tuple[str, str]] = []
    parties: dict[str, dict[str, str]] = {}
    after_lcc = False
    for qualifier, said in details:
        text = said.strip()
        if qualifier == "LC2" and after_lcc and remittance:
            remittance[-1] = (remittance[-1].ljust(70) + said).rstrip()
        elif qualifier in {"LIB", "LCC", "LC2"}:
            remittance.append(said.rstrip() if qualifier == "LCC" else text)
        elif qualifier in _NAMES:
            parties.setdefault(_NAMES[qualifier], {})["name"] = text
        elif qualifier in _ACCOUNTS and is_iban(account_number(text)):
            parties.setdefault(_ACCOUNTS[qualifier], {})["iban"] = account_number(text)
        elif not _read_field(fields, qualifier, said):
            parts.append((qualifier, text))
        after_lcc = qualifier == "LCC"
    for role, named in parties.items():
        fields[role] = Party(**named)
    fields["remittance"] = tuple(one.strip() for one in remittance if one.strip())
    fields["parts"] = tuple(part for part in parts if part[0] or part[1])


def _read_field(fields: dict[str, Any], qualifier: str, said: str) -> bool:
    """Read a qualifier that has a field; whether it had one."""
    if qualifier in _FIELDS:
        fields[_FIELDS[qualifier]] = reference(said)
    elif qualifier == "RCN":
        fields["end_to_end_id"] = reference(said[:35])
        fields["purpose"] = said[35:].strip()
    elif qualifier == "LCS":
        fields["references"] = (StructuredReference(reference=said.strip()),)
    elif qualifier in {"MMO", "FEE"}:
        found = _FOREIGN.match(said)
        if found is None:
            return False
        amount = Decimal(found.group(3)).scaleb(-int(found.group(2)))
        if qualifier == "MMO":
            fields["instructed"] = StatedAmount(amount=amount, currency=found.group(1))
        else:
            fields["charges"] = (Charge(amount=-amount, currency=found.group(1)),)
    else:
        return False
    return True
