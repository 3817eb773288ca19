"""What is said in a detail of a camt entry? Parties, references, amounts, charges, returns."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from schemas.bank import (
    Batch,
    Charge,
    Party,
    ReturnInformation,
    StructuredReference,
)
from statements.errors import BadValueError
from statements.return_codes import afb_code
from statements.values import account_number, decimal_amount, iso_day, reference
from statements.xml_stream import Tree, branch, code, groups, plain, text, texts


class Stated(NamedTuple):
    """An amount and its currency, as an element states them."""

    amount: Decimal
    currency: str


def amount_in(node: Tree, *path: str) -> Stated | None:
    """The amount with its currency at a path; None where the file says nothing.

    Raises:
        BadValueError: when it is no amount.
    """
    *way, name = path
    values = branch(node, *way).get(name) if way else node.get(name)
    if not values:
        return None
    value = values[0]
    if not isinstance(value, dict):
        return Stated(decimal_amount(value), "") if value else None
    return Stated(decimal_amount(value.get("", "")), value.get("Ccy", ""))


def account_of(node: Tree) -> tuple[str, str]:
    """IBAN and other number of an account element; one of the two is empty."""
    found = node.get("Id")
    if not found or not isinstance(found[0], dict):
        return "", ""
    iban = text(found[0], "IBAN")
    if iban:
        return account_number(iban), ""
    other = text(found[0], "Othr", "Id") or text(found[0], "PrtryAcct", "Id")
    return "", account_number(other or text(found[0], "BBAN"))


@lru_cache(maxsize=4096)
def _party(name: str, iban: str, account: str, bic: str, identifiers: tuple[str, ...]) -> Party:
    return Party(name=name, iban=iban, account=account, bic=bic, identifiers=identifiers)


def party_of(parties: Tree, agents: Tree, role: str) -> Party | None:
    """A party with its account and its bank; None where the file names none.

    Versions differ: ``Dbtr/Nm`` until 7, ``Dbtr/Pty/Nm`` from 8 on, ``Dbtr/Agt`` for banks.
    """
    found, accounts = parties.get(role), parties.get(f"{role}Acct")
    if not found and not accounts and f"{role}Agt" not in agents:
        return None
    outer = found[0] if found and isinstance(found[0], dict) else {}
    inner = branch(outer, "Pty") or outer
    institution = branch(outer, "Agt", "FinInstnId")
    iban = account = ""
    if accounts and isinstance(accounts[0], dict):
        iban, account = account_of(accounts[0])
    name = text(inner, "Nm") or text(institution, "Nm")
    if not name and accounts and isinstance(accounts[0], dict):
        name = text(accounts[0], "Nm")
    bic = bank_of(agents, role) or text(institution, "BICFI") or text(institution, "BIC")
    identifiers = _identifiers(inner["Id"][0]) if "Id" in inner else ()
    if not (name or iban or account or identifiers or bic):
        return None
    return _party(name, iban, account, bic, identifiers)


def bank_of(agents: Tree, role: str) -> str:
    """The BIC of a party's bank."""
    institution = branch(agents, f"{role}Agt", "FinInstnId")
    return text(institution, "BICFI") or text(institution, "BIC") if institution else ""


def _identifiers(node: Any) -> tuple[str, ...]:
    if not isinstance(node, dict):
        return ()
    found: list[str] = []
    for scheme in ("OrgId", "PrvtId"):
        group = branch(node, scheme)
        for name in ("AnyBIC", "BICOrBEI", "BEI", "LEI"):
            found.extend(texts(group, name))
        found.extend(filter(None, (text(one, "Id") for one in groups(group, "Othr"))))
    return tuple(found)


def creditor_scheme_id(parties: Tree) -> str:
    """The SEPA creditor identifier of a direct debit."""
    for outer in groups(parties, "Cdtr"):
        identification = branch(branch(outer, "Pty") or outer, "Id", "PrvtId")
        for one in groups(identification, "Othr"):
            if code(branch(one, "SchmeNm")) == "SEPA":
                return text(one, "Id")
    return ""


def structured(remittance: Tree) -> tuple[StructuredReference, ...]:
    """Every structured reference; a block with several documents gives one for each."""
    found: list[StructuredReference] = []
    for block in groups(remittance, "Strd"):
        kind = branch(block, "CdtrRefInf", "Tp")
        said = {
            "reference": text(block, "CdtrRefInf", "Ref") or text(block, "CdtrRefInf", "CdtrRef"),
            "type": code(branch(kind, "CdOrPrtry")) or code(kind),
            "issuer": text(kind, "Issr"),
            "texts": texts(block, "AddtlRmtInf"),
        }
        documents: list[Tree] = groups(block, "RfrdDocInf") or [{}]
        amount = _document_amount(block) if len(documents) == 1 else None
        for number, document in enumerate(documents):
            named = _document(document)
            if amount is not None:
                named["amount"] = amount
            one = StructuredReference(**named, **(said if number == 0 else {}))
            if one != StructuredReference():
                found.append(one)
    return tuple(found)


def _document(document: Tree) -> dict[str, Any]:
    day = text(document, "RltdDt") or text(document, "RltdDt", "Dt")
    return {
        "document": text(document, "Nb") or text(document, "RfrdDocNb"),
        "document_type": code(branch(document, "Tp", "CdOrPrtry")) or code(branch(document, "Tp")),
        "document_date": _day_or_none(day),
    }


def _day_or_none(day: str) -> Any:
    try:
        return iso_day(day) if day else None
    except BadValueError:
        return None  # the payer's own date decides nothing; the payment must not be lost for it


def _document_amount(block: Tree) -> Decimal | None:
    for name in ("RmtdAmt", "DuePyblAmt"):
        try:
            found = amount_in(block, "RfrdDocAmt", name)
        except BadValueError:
            return None
        if found is not None:
            return found.amount
    return None


def charges_of(node: Tree) -> tuple[Charge, ...]:
    """Fees of a detail or an entry: ``Chrgs/Amt`` in old versions, ``Chrgs/Rcrd/Amt`` in new."""
    found: list[Charge] = []
    for group in groups(node, "Chrgs"):
        records = groups(group, "Rcrd") or [group]
        for record in records:
            amount = amount_in(record, "Amt") or amount_in(record, "TtlChrgsAndTaxAmt")
            if amount is None:
                continue
            sign = 1 if text(record, "CdtDbtInd") == "CRDT" else -1
            included = text(record, "ChrgInclInd")
            found.append(
                Charge(
                    amount=sign * amount.amount,
                    currency=amount.currency,
                    included=included in {"true", "1"} if included else None,
                    type=code(branch(record, "Tp")),
                )
            )
    return tuple(found)


def return_of(node: Tree) -> ReturnInformation | None:
    """Why money came back, where the bank says it in fields."""
    found = branch(node, "RtrInf")
    if not found:
        return None
    reason = branch(found, "Rsn") or branch(found, "RtrRsn")
    originator = branch(found, "Orgtr")
    original = branch(found, "OrgnlBkTxCd")
    return ReturnInformation(
        code=code(reason),
        texts=texts(found, "AddtlInf") + texts(found, "AddtlRtrRsnInf"),
        originator=text(originator, "Nm") or text(originator, "Pty", "Nm"),
        original_code=iso_code(original) or text(original, "Prtry", "Cd"),
    )


def iso_code(node: Tree) -> str:
    """A bank transaction code as ``domain/family/sub-family``; empty where there is none."""
    domain = branch(node, "Domn")
    if not domain:
        return ""
    family = branch(domain, "Fmly")
    return f"{text(domain, 'Cd')}/{text(family, 'Cd')}/{text(family, 'SubFmlyCd')}"


def bank_codes(node: Tree) -> tuple[str, str, str]:
    """ISO code, the bank's own code, and the AFB code in it, of a ``BkTxCd``."""
    found = branch(node, "BkTxCd")
    if not found:
        return "", "", ""
    if "Prtry" not in found:
        return iso_code(found), "", ""
    own = text(found, "Prtry", "Cd") or text(found, "Prtry")
    return iso_code(found), own, afb_code(own, text(found, "Prtry", "Issr"))


def batch_of(node: Tree) -> Batch | None:
    """The batch of an entry, of the first group that names one."""
    for details in groups(node, "NtryDtls"):
        found = branch(details, "Btch")
        if found:
            count, total = text(found, "NbOfTxs"), amount_in(found, "TtlAmt")
            return Batch(
                message_id=reference(text(found, "MsgId")),
                payment_information_id=reference(text(found, "PmtInfId")),
                count=int(count) if count.isascii() and count.isdigit() else None,
                total=total.amount if total else None,
            )
    return None


REFERENCES = {
    "MsgId": "message_id",
    "PmtInfId": "payment_information_id",
    "InstrId": "instruction_id",
    "EndToEndId": "end_to_end_id",
    "TxId": "transaction_id",
    "MndtId": "mandate",
    "ChqNb": "cheque",
    "UETR": "uetr",
}
"""References of a detail that have a field of their own."""


def references_of(node: Tree) -> dict[str, Any]:
    """Fields of a transaction that its ``Refs`` fill; constants count as nothing."""
    found: dict[str, Any] = {}
    others: list[tuple[str, str]] = []
    for name, values in branch(node, "Refs").items():
        field = REFERENCES.get(name)
        if field:
            value = reference(plain(values[0]))
            if value:
                found[field] = value
        elif name == "Prtry":
            others.extend(
                (text(one, "Tp"), text(one, "Ref")) for one in values if isinstance(one, dict)
            )
        else:
            others.extend((name, plain(value)) for value in values if reference(plain(value)))
    if others:
        found["other_references"] = tuple(others)
    return found
