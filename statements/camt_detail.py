"""What did each detail of a camt entry move? Its own amount, and a remainder if any is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from schemas.bank import BankTransaction, Flag, StatedAmount
from statements.camt_entry import Entry, filled
from statements.camt_parts import (
    amount_in,
    bank_codes,
    charges_of,
    creditor_scheme_id,
    party_of,
    references_of,
    return_of,
    structured,
)
from statements.counterparty import counterparty_role
from statements.return_codes import is_return, kind_of
from statements.xml_stream import Tree, branch, code, text, texts

_EMPTY = BankTransaction()
"""A transaction of which nothing is known."""


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
    plain = [unsigned_amount(entry.currency, node) for node in nodes]
    signs = [sign_of(entry.amount, node) for node in nodes]
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


def unsigned_amount(currency: str, node: Tree) -> Decimal | None:
    """What a detail of several says it is, in the account's currency; None when it does not.

    Raises:
        BadValueError: when an amount cannot be read.
    """
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "CntrValAmt", "Amt")):
        found = amount_in(node, *path)
        if found is not None and found.currency == currency:
            return found.amount
    return None


def sign_of(whole: Decimal, node: Tree) -> int:
    """The direction of a detail: its own, else the entry's."""
    direction = text(node, "CdtDbtInd")
    if direction:
        return 1 if direction == "CRDT" else -1
    return -1 if whole < 0 else 1


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
    reasons = return_of(node) if "RtrInf" in node else None
    returned = entry.returned or reasons is not None
    if "BkTxCd" in node:
        iso, own, afb = bank_codes(node)
        filled(fields, bank_code=iso, proprietary_code=own)
        returned = returned or is_return(iso, afb)
    fields.update(
        detail=number,
        amount=amount,
        kind=kind_of(amount or entry.amount, returned=returned),
        item_key=_item_key(entry, fields, number),
    )
    if node:
        _fill_from_detail(fields, node, amount, entry)
        _fill_parties(fields, node, entry, amount, returned=returned)
    if reasons or entry.flags or flags:
        filled(fields, returned=reasons, flags=entry.flags + flags)
    # Each field has its type already, by the function that made it; asking again takes a tenth of
    # the whole reading.
    return _EMPTY.model_copy(update=fields)


def _item_key(entry: Entry, fields: dict[str, Any], number: int) -> str:
    if not entry.several:
        return str(entry.shared["entry_key"])
    others = dict(fields.get("other_references", ()))
    names = (
        others.get("AcctSvcrRef", ""),
        *(fields.get(name, "") for name in ("transaction_id", "uetr", "instruction_id")),
        fields.get("end_to_end_id", ""),
    )
    return entry.keys.item_key(names, number)


def _fill_from_detail(fields: dict[str, Any], node: Tree, amount: Decimal, entry: Entry) -> None:
    remittance = branch(node, "RmtInf")
    if remittance:
        filled(
            fields,
            remittance=texts(remittance, "Ustrd"),
            references=structured(remittance) if "Strd" in remittance else None,
        )
    if "Purp" in node:
        filled(fields, purpose=code(branch(node, "Purp")))
    if "Chrgs" in node:
        filled(fields, charges=charges_of(node))
    if "AddtlTxInf" in node:
        filled(fields, parts=tuple(("AddtlTxInf", one) for one in texts(node, "AddtlTxInf")))
    stated = amount_in(node, "Amt") or amount_in(node, "AmtDtls", "TxAmt", "Amt")
    if stated is not None:
        signed = stated.amount * sign_of(entry.amount, node)
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
    filled(
        fields,
        debtor=debtor,
        creditor=creditor,
        ultimate_debtor=party_of(parties, {}, "UltmtDbtr") if "UltmtDbtr" in parties else None,
        ultimate_creditor=party_of(parties, {}, "UltmtCdtr") if "UltmtCdtr" in parties else None,
        creditor_scheme_id=creditor_scheme_id(parties) if creditor else "",
    )
    incoming = (amount or entry.amount) > 0
    role = counterparty_role(
        entry.shared["account"], debtor, creditor, incoming=incoming != returned
    )
    if role:
        fields.update(counterparty=debtor if role == "debtor" else creditor, counterparty_role=role)
