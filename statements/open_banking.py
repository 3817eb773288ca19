"""What does open banking say? Berlin Group JSON, as banks and GoCardless give it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.bank import (
    BankStatement,
    BankTransaction,
    Flag,
    Party,
    Quarantined,
    StructuredReference,
    TransactionStatus,
)
from statements.errors import BadValueError, NotABankFileError
from statements.gathering import Piece, StatementDraft
from statements.identity import KeyMaker, day_text
from statements.recognise import decoded
from statements.return_codes import is_return, kind_of
from statements.values import account_number, decimal_amount, iso_day, reference, shown

LISTS = {
    "booked": TransactionStatus.BOOKED,
    "pending": TransactionStatus.PENDING,
    "information": TransactionStatus.INFORMATION,
}
"""Only booked transactions settle anything; pending ones come back under another id."""


def read_open_banking(content: bytes, encoding: str) -> Iterator[Piece]:
    """Read a list of transactions.

    Args:
        content: the bytes.
        encoding: of the text.

    Yields:
        Transactions, one statement after them, and what could not be read.

    Raises:
        NotABankFileError: when it is no JSON, or JSON of something else.
    """
    document = _loaded(decoded(content, encoding))
    lists = _lists(document)
    head = BankStatement(number=1, account=_own_account(document), id="")
    draft, keys = StatementDraft(head), KeyMaker()
    number = 0
    for name, items in lists.items():
        for item in items:
            number += 1
            place = f"{name}, transaction {number}"
            try:
                one = _transaction(item, head, number, place, keys, LISTS[name])
            except BadValueError as error:
                excerpt = shown(json.dumps(item, default=str, ensure_ascii=False), 200)
                yield Quarantined(statement=1, place=place, reason=str(error), excerpt=excerpt)
                continue
            yield from draft.take([one], one.amount, one.status)
    yield from draft.close(())


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise NotABankFileError(f"this begins like JSON but cannot be read: {error}") from error


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _lists(document: Any) -> dict[str, list[Any]]:
    found = document
    if isinstance(found, Mapping) and isinstance(found.get("transactions"), Mapping | list):
        found = found["transactions"]
    if isinstance(found, list) and found and isinstance(found[0], Mapping):
        found = {"booked": found} if "transactionAmount" in found[0] else {}
    if isinstance(found, Mapping):
        lists = {name: found[name] for name in LISTS if isinstance(found.get(name), list)}
        if lists:
            return lists
    raise NotABankFileError(
        "this is JSON, but no list of transactions; expected "
        '{"transactions": {"booked": […], "pending": […]}} as the Berlin Group has it'
    )


def _own_account(document: Any) -> str:
    account = document.get("account") if isinstance(document, Mapping) else None
    return account_number(_text(account, "iban") or _text(account, "bban"))


def _text(node: Any, name: str) -> str:
    value = node.get(name) if isinstance(node, Mapping) else None
    return value.strip() if isinstance(value, str) else ""


def _transaction(
    item: Any,
    head: BankStatement,
    number: int,
    place: str,
    keys: KeyMaker,
    status: TransactionStatus,
) -> BankTransaction:
    if not isinstance(item, Mapping):
        raise BadValueError("the transaction is no group of fields")
    amount, currency = _amount(item.get("transactionAmount"))
    booked = _day(item, "bookingDate") or _day(item, "bookingDateTime")
    value = _day(item, "valueDate") or _day(item, "valueDateTime")
    ids = [_text(item, name) for name in ("transactionId", "entryReference")]
    own_id = next(filter(None, map(reference, ids)), "")
    internal = _text(item, "internalTransactionId")
    fields = _said(item)
    entry_key, basis = keys.entry_key(
        head.account,
        own_id or internal,
        amount,
        currency,
        (day_text(booked or value), own_id, *fields["remittance"], fields["bank_text"]),
    )
    code = _text(item, "bankTransactionCode").replace("-", "/")
    returned = is_return(code, "")
    role = "debtor" if (amount > 0) != returned else "creditor"
    fields.update(_parties(item, role))
    return BankTransaction(
        statement=head.number,
        entry=number,
        place=place,
        account=head.account,
        amount=amount,
        entry_amount=amount,
        currency=currency,
        status=status,
        kind=kind_of(amount, returned=returned),
        booking_date=booked or value,
        value_date=value,
        entry_key=entry_key,
        item_key=entry_key,
        key_basis=basis,
        bank_reference=own_id,
        transaction_id=internal,
        bank_code=code,
        flags=() if booked else (Flag.NO_BOOKING_DATE,),
        **fields,
    )


def _amount(node: Any) -> tuple[Decimal, str]:
    value = node.get("amount") if isinstance(node, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadValueError("the transaction has no amount (transactionAmount.amount)")
    return decimal_amount(str(value).strip()), _text(node, "currency").upper()


def _day(item: Mapping[str, Any], name: str) -> date | None:
    said = _text(item, name)
    return iso_day(said) if said else None


def _said(item: Mapping[str, Any]) -> dict[str, Any]:
    free = _texts(item, "remittanceInformationUnstructured")
    free += [
        one for one in _texts(item, "remittanceInformationUnstructuredArray") if one not in free
    ]
    structured = []
    for name in ("remittanceInformationStructured", "remittanceInformationStructuredArray"):
        values = item.get(name)
        for value in values if isinstance(values, list) else [values]:
            said = value if isinstance(value, str) else _text(value, "reference")
            if said.strip():
                kind = _text(value, "referenceType")
                structured.append(StructuredReference(reference=said.strip(), type=kind))
    return {
        "remittance": tuple(free),
        "references": tuple(dict.fromkeys(structured)),
        "bank_text": _text(item, "additionalInformation"),
        "end_to_end_id": reference(_text(item, "endToEndId")),
        "mandate": reference(_text(item, "mandateId")),
        "creditor_scheme_id": _text(item, "creditorId"),
        "cheque": reference(_text(item, "checkId")),
        "purpose": _text(item, "purposeCode"),
        "proprietary_code": _text(item, "proprietaryBankTransactionCode"),
    }


def _texts(item: Mapping[str, Any], name: str) -> list[str]:
    values = item.get(name)
    found = values if isinstance(values, list) else [values]
    return [one.strip() for one in found if isinstance(one, str) and one.strip()]


def _parties(item: Mapping[str, Any], role: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("debtor", "creditor"):
        account = item.get(f"{name}Account")
        named = _text(item, f"{name}Name")
        iban, other = account_number(_text(account, "iban")), account_number(_text(account, "bban"))
        if named or iban or other:
            bic = _text(item, f"{name}Agent")
            found[name] = Party(name=named, iban=iban, account=other, bic=bic)
        ultimate = _text(item, f"ultimate{name.capitalize()}")
        if ultimate:
            found[f"ultimate_{name}"] = Party(name=ultimate)
    if role not in found and len(set(found) & {"debtor", "creditor"}) == 1:
        role = next(iter(set(found) & {"debtor", "creditor"}))
    if role in found:
        found.update(counterparty=found[role], counterparty_role=role)
    return found
