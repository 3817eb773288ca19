"""What should a bank file say? Each format's expected values against what was read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from schemas.bank import BankFile, BankStatement, BankTransaction, Flag, Party, TransactionKind
from statements.values import account_number, reference
from tests.conformance.tally import Tally, amount, squeezed

RETURNED = {TransactionKind.RETURNED_PAYMENT, TransactionKind.RETURNED_RECEIPT}
STATUS = {"BOOK": "booked", "PDNG": "pending", "INFO": "information", None: "booked"}
CONSTANTS = ("NONREF", "NOTPROVIDED")


def name_of(party: Party | None) -> str:
    """A party's name, or empty."""
    return party.name if party else ""


def account_of(party: Party | None) -> str:
    """A party's account, or empty."""
    return (party.iban or party.account) if party else ""


def entries_of(read: BankFile, statement: BankStatement) -> list[list[BankTransaction]]:
    """The transactions of a statement, by entry."""
    found: dict[int, list[BankTransaction]] = {}
    for one in read.transactions:
        if one.statement == statement.number:
            found.setdefault(one.entry, []).append(one)
    return list(found.values())


def compare_camt(tally: Tally, expected: dict[str, Any], read: BankFile) -> None:
    """camt.052, 053 and 054."""
    version = f"{read.format}.{read.version}" if read.version else str(read.format)
    tally.same("identity", "file", expected["format"], version)
    tally.same("statements", "file", len(expected["statements"]), len(read.statements))
    for wanted, ours in zip(expected["statements"], read.statements, strict=False):
        _camt_statement(tally, wanted, read, ours)


def _camt_statement(
    tally: Tally, wanted: dict[str, Any], read: BankFile, ours: BankStatement
) -> None:
    place = f"statement {ours.number}"
    account = wanted.get("account", {})
    tally.same("identity", place, wanted.get("id", ""), ours.id)
    tally.same("identity", place, wanted.get("seq", ""), ours.sequence)
    tally.same("identity", place, account.get("iban") or account.get("other"), ours.account)
    tally.same("identity", place, wanted.get("servicer", ""), ours.servicer)
    tally.same("identity", place, wanted.get("copy_duplicate", ""), ours.copy_duplicate)
    tally.same("parties", place, wanted.get("owner", {}).get("name", ""), name_of(ours.owner))
    balances = [
        (one["type"], amount(one["amount"]), one["currency"], one["date"])
        for one in wanted.get("balances", [])
    ]
    found = [(one.type, one.amount, one.currency, str(one.day)) for one in ours.balances]
    tally.same("balances", place, balances, found)
    if "balance_check" in wanted:
        tally.same("balances", f"{place} check", wanted["balance_check"], ours.adds_up)
    entries = entries_of(read, ours)
    tally.same("entries", place, len(wanted["entries"]), len(entries))
    for number, (entry, lines) in enumerate(zip(wanted["entries"], entries, strict=False), 1):
        _camt_entry(tally, f"{place} entry {number}", entry, lines)


def _camt_entry(
    tally: Tally, place: str, entry: dict[str, Any], lines: list[BankTransaction]
) -> None:
    first = lines[0]
    tally.same("amounts", place, amount(entry["amount"]), first.entry_amount)
    tally.same("amounts", place, entry["currency"], first.currency)
    tally.same("amounts", f"{place} sum", first.entry_amount, sum(one.amount for one in lines))
    tally.same("identity", place, STATUS[entry.get("status")], first.status)
    tally.same("identity", place, entry["reversal"], first.reversal)
    tally.same("references", place, entry.get("account_servicer_ref", ""), first.bank_reference)
    tally.same("references", place, entry.get("entry_ref", ""), first.entry_reference)
    for name in ("booking_date", "value_date"):
        if name in entry:
            tally.same("dates", place, entry[name][:10], str(getattr(first, name)))
    details = [one for one in lines if Flag.REMAINDER not in one.flags]
    wanted = entry.get("transactions", [])
    tally.same("entries", f"{place} details", len(wanted) or 1, len(details))
    tally.count("transactions", len(details))
    for number, (one, ours) in enumerate(zip(wanted, details, strict=False), 1):
        _camt_detail(tally, f"{place} detail {number}", one, ours)


def _camt_detail(tally: Tally, place: str, wanted: dict[str, Any], ours: BankTransaction) -> None:
    if "booked_amount" in wanted:
        tally.same("amounts", place, amount(wanted["booked_amount"]), ours.amount)
    else:
        stated = ours.stated.amount if ours.stated else None
        tally.same("amounts", place, amount(wanted["amount"]), stated)
        tally.same("amounts", place, Flag.AMOUNT_UNKNOWN, next(iter(ours.flags), None))
    refs = wanted.get("refs", {})
    for name, found in (
        ("EndToEndId", ours.end_to_end_id),
        ("TxId", ours.transaction_id),
        ("InstrId", ours.instruction_id),
        ("PmtInfId", ours.payment_information_id),
        ("UETR", ours.uetr),
    ):
        if name in refs:
            tally.same("references", place, reference(refs[name]), found)
    if "Prtry" in refs:
        own = tuple((one["type"], one["ref"]) for one in refs["Prtry"])
        tally.same("references", place, own, ours.other_references)
    free = tuple(wanted.get("remittance_unstructured", ()))
    tally.same("texts", place, free, ours.remittance)
    blocks = [
        (one.get("creditor_reference", ""), one.get("creditor_reference_type", ""))
        for one in wanted.get("remittance_structured", [])
    ]
    found_blocks = [(one.reference, one.type) for one in ours.references]
    tally.same("references", f"{place} structured", blocks, found_blocks)
    _camt_parties(tally, place, wanted, ours)
    codes = wanted.get("btc", {})
    if "domain" in codes:
        tally.same("codes", place, codes["domain"], ours.bank_code)
    if "proprietary" in codes:
        tally.same("codes", place, codes["proprietary"], ours.proprietary_code)
    tally.same("codes", place, wanted["is_r_transaction"], ours.kind in RETURNED)
    fees = [abs(Decimal(one["amount"])) for one in wanted.get("charges", [])]
    tally.same("codes", f"{place} charges", fees, [abs(one.amount) for one in ours.charges])


def _camt_parties(tally: Tally, place: str, wanted: dict[str, Any], ours: BankTransaction) -> None:
    for role, party in (("debtor", ours.debtor), ("creditor", ours.creditor)):
        account = wanted.get(f"{role}_account", {})
        name = wanted.get(role, {}).get("name") or account.get("name", "")
        tally.same("parties", f"{place} {role}", name, name_of(party))
        tally.same("parties", f"{place} {role}", account.get("iban", ""), account_of(party))
        bank = party.bic if party else ""
        tally.same("parties", f"{place} {role}", wanted.get(f"{role}_agent", ""), bank)
    other = wanted.get("counterparty", {})
    if other:
        tally.same("parties", place, other.get("name", ""), name_of(ours.counterparty))
        tally.same("parties", place, other.get("iban", ""), account_of(ours.counterparty))
        tally.same("parties", place, other.get("role", ""), ours.counterparty_role)


def compare_cfonb(tally: Tally, expected: dict[str, Any], read: BankFile) -> None:
    """CFONB 120."""
    tally.same("statements", "file", len(expected["statements"]), len(read.statements))
    for wanted, ours in zip(expected["statements"], read.statements, strict=False):
        place = f"statement {ours.number}"
        number = f"{wanted['bank']} {wanted['branch']} {wanted['account']}"
        tally.same("identity", place, number, ours.account_number)
        for name, found in (("opening", ours.opening), ("closing", ours.closing)):
            both = (amount(wanted[name]["amount"]), wanted[name]["date"])
            tally.same("balances", place, both, (found.amount, str(found.day)) if found else None)
        tally.same("balances", f"{place} check", wanted["balance_check"], ours.adds_up)
        entries = entries_of(read, ours)
        tally.same("entries", place, len(wanted["operations"]), len(entries))
        tally.count("transactions", len(entries))
        for operation, lines in zip(wanted["operations"], entries, strict=False):
            _cfonb_operation(tally, f"{place} {lines[0].place}", operation, lines[0])


def _cfonb_operation(
    tally: Tally, place: str, wanted: dict[str, Any], ours: BankTransaction
) -> None:
    tally.same("amounts", place, amount(wanted["amount"]), ours.amount)
    tally.same("amounts", place, wanted["currency"], ours.currency)
    tally.same("dates", place, wanted["booking_date"], str(ours.booking_date))
    tally.same("dates", place, wanted["value_date"], str(ours.value_date))
    code = f"{wanted['interbank_code']}/{wanted['internal_code']}"
    tally.same("codes", place, code, ours.proprietary_code)
    tally.same("texts", place, wanted["label"], ours.bank_text)
    tally.same("texts", place, tuple(wanted.get("remittance", ())), ours.remittance)
    tally.same("references", place, wanted.get("reference", ""), ours.entry_reference)
    tally.same("references", place, wanted.get("bank_ref", ""), ours.bank_reference)
    tally.same("references", place, wanted.get("end_to_end", ""), ours.end_to_end_id)
    tally.same("references", place, wanted.get("purpose", ""), ours.purpose)
    tally.same("parties", place, wanted.get("debtor", ""), name_of(ours.debtor))
    known = {"LIB", "REF", "RCN", "NPY", ""}
    others = tuple(tuple(one) for one in wanted.get("details", ()) if one[0] not in known)
    tally.same("texts", f"{place} others", others, ours.parts)


def compare_swift(tally: Tally, expected: dict[str, Any], read: BankFile) -> None:
    """MT940 and MT942."""
    tally.same("statements", "file", len(expected["statements"]), len(read.statements))
    for wanted, ours in zip(expected["statements"], read.statements, strict=False):
        place = f"statement {ours.number}"
        tally.same("identity", place, wanted["transaction_reference"], ours.id)
        tally.same("identity", place, account_number(wanted["account"]), ours.account)
        number = "/".join(filter(None, (ours.sequence, ours.page)))
        tally.same("identity", place, wanted["number"], number)
        balances = [
            (amount(one["amount"]), one["currency"], one["date"])
            for one in wanted.get("balances", [])
        ]
        found = [(one.amount, one.currency, str(one.day)) for one in ours.balances]
        tally.same("balances", place, balances, found)
        if "balance_check" in wanted:
            tally.same("balances", f"{place} check", wanted["balance_check"], ours.adds_up)
        entries = entries_of(read, ours)
        tally.same("entries", place, len(wanted["entries"]), len(entries))
        tally.count("transactions", len(entries))
        for entry, lines in zip(wanted["entries"], entries, strict=False):
            _swift_entry(tally, lines[0].place, entry, lines[0])


def _swift_entry(  # noqa: C901 - one question for each field
    tally: Tally, place: str, wanted: dict[str, Any], ours: BankTransaction
) -> None:
    tally.same("amounts", place, amount(wanted["amount"]), ours.amount)
    tally.same("amounts", place, wanted["currency"], ours.currency)
    tally.same("dates", place, wanted["value_date"], str(ours.value_date))
    if "entry_date_mmdd" in wanted and ours.booking_date:
        tally.same("dates", place, wanted["entry_date_mmdd"], f"{ours.booking_date:%m%d}")
    tally.same("codes", place, wanted["type"], ours.proprietary_code.partition("+")[0])
    if "gvc" in wanted:
        tally.same("codes", place, wanted["gvc"], ours.proprietary_code.rpartition("+")[2])
    customer = reference(wanted.get("customer_reference", ""))
    tally.same("references", place, customer, ours.entry_reference)
    tally.same("references", place, wanted.get("bank_reference", ""), ours.bank_reference)
    free = squeezed("".join(ours.remittance))
    keywords, slashes = wanted.get("keywords", {}), wanted.get("slash", {})
    if keywords:
        for name, found in (
            ("EREF", ours.end_to_end_id),
            ("MREF", ours.mandate),
            ("CRED", ours.creditor_scheme_id),
        ):
            if name in keywords:
                tally.same("references", f"{place} {name}", keywords[name], squeezed(found))
        if "SVWZ" in keywords:
            tally.same("texts", place, keywords["SVWZ"], free[-len(keywords["SVWZ"]) :])
    elif slashes:
        tally.same("texts", place, squeezed(slashes.get("REMI", "")), free)
        e2e = reference(slashes.get("EREF", ""))
        tally.same("references", place, e2e, ours.end_to_end_id)
        tally.same("parties", place, slashes["NAME"], squeezed(name_of(ours.counterparty)))
        tally.same("parties", place, slashes.get("IBAN", ""), account_of(ours.counterparty))
    elif "sub" in wanted:
        tally.same("texts", place, wanted["purpose_nospace"], free)
    elif "info_nospace" in wanted:
        tally.same("texts", place, wanted["info_nospace"], free)
    if "name_nospace" in wanted:
        tally.same("parties", place, wanted["name_nospace"], squeezed(name_of(ours.counterparty)))


def compare_ofx(tally: Tally, expected: dict[str, Any], read: BankFile) -> None:
    """OFX and QFX."""
    tally.same("identity", "file", expected["version"] or "", read.version)
    tally.same("statements", "file", len(expected["statements"]), len(read.statements))
    for wanted, ours in zip(expected["statements"], read.statements, strict=False):
        place = f"statement {ours.number}"
        tally.same("identity", place, account_number(wanted["account"]["ACCTID"]), ours.account)
        tally.same("identity", place, wanted.get("currency", ""), ours.currency)
        ledger = amount(wanted.get("LEDGERBAL", {}).get("BALAMT"))
        tally.same("balances", place, ledger, ours.closing.amount if ours.closing else None)
        entries = entries_of(read, ours)
        tally.same("entries", place, len(wanted["transactions"]), len(entries))
        tally.count("transactions", len(entries))
        for one, lines in zip(wanted["transactions"], entries, strict=False):
            found = lines[0]
            tally.same("amounts", place, amount(one["amount"]), found.amount)
            tally.same("dates", place, one["date"], str(found.booking_date))
            tally.same("references", place, one.get("FITID", ""), found.bank_reference)
            cheque = reference(one.get("CHECKNUM", ""))
            tally.same("references", place, cheque, found.cheque)
            tally.same("texts", place, one.get("NAME", ""), found.bank_text)
            tally.same("texts", place, one.get("MEMO", ""), "".join(found.remittance))
            tally.same("parties", place, one.get("NAME", ""), name_of(found.counterparty))


def compare_open_banking(tally: Tally, expected: dict[str, Any], read: BankFile) -> None:
    """GoCardless and Berlin Group."""
    tally.count("statements", len(read.statements))
    tally.same("entries", "file", len(expected["transactions"]), len(read.transactions))
    tally.count("transactions", len(read.transactions))
    for wanted, ours in zip(expected["transactions"], read.transactions, strict=False):
        place = ours.place
        tally.same("amounts", place, amount(wanted["amount"]), ours.amount)
        tally.same("amounts", place, wanted["currency"], ours.currency)
        tally.same("identity", place, wanted["status"], ours.status)
        tally.same("references", place, wanted.get("transaction_id", ""), ours.bank_reference)
        tally.same("references", place, wanted.get("internal_id", ""), ours.transaction_id)
        tally.same("dates", place, wanted["value_date"], str(ours.value_date))
        tally.same("texts", place, wanted["remittance"], "".join(ours.remittance))
        tally.same("parties", place, wanted.get("debtor", ""), name_of(ours.debtor))
        tally.same("parties", place, wanted.get("creditor", ""), name_of(ours.creditor))
        tally.same("parties", place, wanted.get("debtor_iban", ""), account_of(ours.debtor))
