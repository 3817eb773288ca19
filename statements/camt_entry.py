"""What did a camt entry move? Its details, each with its own amount, and a remainder if any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.bank import BankTransaction, Flag, Party, StatedAmount, TransactionStatus
from statements.camt_parts import (
    amount_in,
    bank_codes,
    batch_of,
    charges_of,
    creditor_scheme_id,
    party_of,
    references_of,
    return_of,
    structured,
)
from statements.errors import BadValueError
from statements.identity import ItemKeyMaker, KeyMaker, day_text
from statements.return_codes import is_return, kind_of
from statements.values import iso_day, reference, shown
from statements.xml_stream import Tree, branch, code, text, texts

STATUSES = {
    "BOOK": TransactionStatus.BOOKED,
    "": TransactionStatus.BOOKED,  # real files leave it out
    "PDNG": TransactionStatus.PENDING,
    "FUTR": TransactionStatus.PENDING,
    "INFO": TransactionStatus.INFORMATION,
}


@dataclass(slots=True)
class Entry:
    """What an entry says once, for all its details."""

    statement: int
    number: int
    place: str
    account: str
    amount: Decimal
    currency: str
    status: TransactionStatus
    reversal: bool
    shared: dict[str, Any]
    keys: ItemKeyMaker
    entry_key: str
    iso: str
    afb: str
    returned: bool
    flags: tuple[Flag, ...] = ()
    several: bool = False


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
    amount, currency = _signed(node)
    said = text(node, "Sts", "Cd") or text(node, "Sts")
    status = STATUSES.get(said)
    if status is None:
        raise BadValueError(f"{shown(said)} is no status; expected BOOK, PDNG, FUTR or INFO")
    booking_date, flags = _booking_date(node, around)
    value_date = _day(node, "ValDt")
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
        "value_date": value_date,
        "entry_amount": amount,
        "entry_key": entry_key,
        "key_basis": basis,
    }
    _fill(shared, bank_reference=bank_reference, entry_reference=reference(text(node, "NtryRef")))
    _fill(shared, bank_text=text(node, "AddtlNtryInf"), bank_code=iso, proprietary_code=own)
    _fill(shared, batch=batch_of(node) if "NtryDtls" in node else None)
    reversal = text(node, "RvslInd") in {"true", "1"}
    if reversal:
        shared["reversal"] = True
    return Entry(
        statement=around.statement,
        number=number,
        place=shared["place"],
        account=around.account,
        amount=amount,
        currency=currency,
        status=status,
        reversal=reversal,
        shared=shared,
        keys=ItemKeyMaker(entry_key),
        entry_key=entry_key,
        iso=iso,
        afb=afb,
        returned=reversal or is_return(iso, afb),
        flags=flags,
    )


def _signed(node: Tree) -> tuple[Decimal, str]:
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


def read_details(entry: Entry, nodes: list[Tree]) -> list[BankTransaction]:
    """The transactions of an entry whose details are all known.

    One detail moved what the entry moved, whatever amount it states itself. Several move their own
    amounts; what is then missing from the entry's is a line of its own.

    Raises:
        BadValueError: when a detail cannot be read.
    """
    if not nodes:
        return [transaction(entry, {}, entry.amount, number=0, flags=_without_details(entry))]
    if len(nodes) == 1:
        flags = _without_details(entry)
        return [transaction(entry, nodes[0], entry.amount, number=1, flags=flags)]
    entry.several = True
    amounts, flags = _amounts(entry, nodes)
    found = [
        transaction(entry, node, Decimal(0), number=number, flags=(Flag.AMOUNT_UNKNOWN,))
        if amount is None
        else transaction(entry, node, amount, number=number, flags=flags)
        for number, (node, amount) in enumerate(zip(nodes, amounts, strict=True), 1)
    ]
    rest = entry.amount - sum(one for one in amounts if one is not None)
    if rest:
        found.append(remainder(entry, rest, len(nodes) + 1))
    return found


def _without_details(entry: Entry) -> tuple[Flag, ...]:
    batch = entry.shared.get("batch")
    return (Flag.NO_DETAILS,) if batch and (batch.count or 0) > 1 else ()


def _amounts(entry: Entry, nodes: list[Tree]) -> tuple[list[Decimal | None], tuple[Flag, ...]]:
    plain = [unsigned_amount(entry, node) for node in nodes]
    signs = [sign_of(entry, node) for node in nodes]
    own = [
        None if amount is None else amount * sign for amount, sign in zip(plain, signs, strict=True)
    ]
    unknown = own.count(None)
    if unknown == 0 and sum(filter(None, own)) != entry.amount:
        direction = -1 if entry.amount < 0 else 1
        same = [None if amount is None else amount * direction for amount in plain]
        if sum(filter(None, same)) == entry.amount:
            return same, (Flag.SIGN_OF_ENTRY,)
    return own, ()


def unsigned_amount(entry: Entry, node: Tree) -> Decimal | None:
    """What a detail of several says it is, in the account's currency; None when it does not.

    Raises:
        BadValueError: when an amount cannot be read.
    """
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt")):
        found = amount_in(node, *path)
        if found is not None and found.currency == entry.currency:
            return found.amount
    return None


def sign_of(entry: Entry, node: Tree) -> int:
    """The direction of a detail: its own, else the entry's."""
    direction = text(node, "CdtDbtInd")
    if direction:
        return 1 if direction == "CRDT" else -1
    return -1 if entry.amount < 0 else 1


def remainder(entry: Entry, rest: Decimal, number: int) -> BankTransaction:
    """What the entry moved beyond its details."""
    return transaction(entry, {}, rest, number=number, flags=(Flag.REMAINDER,))


def transaction(
    entry: Entry, node: Tree, amount: Decimal, *, number: int, flags: tuple[Flag, ...] = ()
) -> BankTransaction:
    """One detail as a transaction.

    Raises:
        BadValueError: when an amount in it cannot be read.
    """
    fields = dict(entry.shared)
    fields.update(references_of(node))
    iso, own, afb = bank_codes(node)
    _fill(fields, bank_code=iso, proprietary_code=own)
    reasons = return_of(node)
    returned = entry.returned or reasons is not None or is_return(iso, afb)
    fields.update(
        detail=number,
        amount=amount,
        kind=kind_of(amount or entry.amount, returned=returned),
        item_key=_item_key(entry, fields, number),
    )
    if node:
        _fill_from_detail(fields, node, amount, entry)
        _fill_parties(fields, node, entry, amount, returned=returned)
    _fill(fields, returned=reasons, flags=entry.flags + flags)
    return BankTransaction.model_validate(fields)


def _item_key(entry: Entry, fields: dict[str, Any], number: int) -> str:
    if not entry.several:
        return entry.entry_key
    others = dict(fields.get("other_references", ()))
    names = (
        others.get("AcctSvcrRef", ""),
        *(fields.get(name, "") for name in ("transaction_id", "uetr", "instruction_id")),
        fields.get("end_to_end_id", ""),
    )
    return entry.keys.item_key(names, number)


def _fill(fields: dict[str, Any], **values: Any) -> None:
    """Set the fields that say something; what is empty keeps what was there."""
    fields.update({name: value for name, value in values.items() if value})


def _fill_from_detail(fields: dict[str, Any], node: Tree, amount: Decimal, entry: Entry) -> None:
    remittance = branch(node, "RmtInf")
    if remittance:
        _fill(
            fields,
            remittance=texts(remittance, "Ustrd"),
            references=structured(remittance) if "Strd" in remittance else None,
        )
    _fill(
        fields,
        purpose=code(branch(node, "Purp")),
        charges=charges_of(node) if "Chrgs" in node else None,
        parts=tuple(("AddtlTxInf", one) for one in texts(node, "AddtlTxInf")),
    )
    stated = amount_in(node, "Amt") or amount_in(node, "AmtDtls", "TxAmt", "Amt")
    if stated is not None:
        signed = stated.amount * sign_of(entry, node)
        if (signed, stated.currency) != (amount, entry.currency):
            fields["stated"] = StatedAmount(amount=signed, currency=stated.currency)
    instructed = amount_in(node, "AmtDtls", "InstdAmt", "Amt") if "AmtDtls" in node else None
    if instructed is not None:
        fields["instructed"] = StatedAmount(amount=instructed.amount, currency=instructed.currency)


def _fill_parties(
    fields: dict[str, Any], node: Tree, entry: Entry, amount: Decimal, *, returned: bool
) -> None:
    parties, agents = branch(node, "RltdPties"), branch(node, "RltdAgts")
    if not parties and not agents:
        return
    debtor = party_of(parties, agents, "Dbtr")
    creditor = party_of(parties, agents, "Cdtr")
    _fill(
        fields,
        debtor=debtor,
        creditor=creditor,
        ultimate_debtor=party_of(parties, {}, "UltmtDbtr") if "UltmtDbtr" in parties else None,
        ultimate_creditor=party_of(parties, {}, "UltmtCdtr") if "UltmtCdtr" in parties else None,
        creditor_scheme_id=creditor_scheme_id(parties) if creditor else "",
    )
    incoming = (amount or entry.amount) > 0
    role = counterparty_role(entry.account, debtor, creditor, incoming=incoming != returned)
    if role:
        fields.update(counterparty=debtor if role == "debtor" else creditor, counterparty_role=role)


def counterparty_role(
    own: str, debtor: Party | None, creditor: Party | None, *, incoming: bool
) -> str:
    """Which of the two is the other side; empty when nobody can tell.

    The one whose account is not ours; else the only one named; else the direction decides.

    Args:
        own: our account.
        debtor: who paid, if named.
        creditor: who was paid, if named.
        incoming: money came, or money that had come went back.
    """
    ours = [
        one is not None and own and own in (one.iban, one.account) for one in (debtor, creditor)
    ]
    if ours[0] != ours[1]:
        return "creditor" if ours[0] else "debtor"
    if debtor is None or creditor is None:
        return "debtor" if debtor else "creditor" if creditor else ""
    return "debtor" if incoming else "creditor"
