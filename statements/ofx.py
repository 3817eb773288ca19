"""What does an OFX or QFX file say? Its tags one by one, whether SGML or XML, closed or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

from schemas.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    Flag,
    Notice,
    Party,
    Quarantined,
    TransactionStatus,
)
from statements.errors import BadValueError, NotABankFileError
from statements.gathering import Piece, Repetitions, StatementDraft
from statements.identity import KeyMaker, day_text
from statements.recognise import decoded
from statements.return_codes import kind_of
from statements.values import account_number, is_iban, local_amount, reference, short_day, shown

_TOKEN = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9._]{0,40})[^<>]{0,200}>"
    r"([^<]*+(?:<!\[CDATA\[.*?\]\]>[^<]*+)*+)",
    re.DOTALL,
)
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STATEMENTS = {"STMTRS", "CCSTMTRS"}
_TRANSACTIONS = {"STMTTRN": TransactionStatus.BOOKED, "STMTTRNP": TransactionStatus.PENDING}
_BALANCES = {"LEDGERBAL": "CLBD", "AVAILBAL": "CLAV"}
_GROUPS = {"BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "PAYEE"}
_RETURN_WORDS = ("REVERSAL", "RETURNED", "IMPAYE", "REJET")
MAX_FIELDS = 200
"""A transaction with more fields is hostile; the rest of them is left out."""


def read_ofx(content: bytes, encoding: str) -> Iterator[Piece]:
    """Read an OFX or QFX file; its header lies about the encoding, so the bytes decide.

    Args:
        content: the bytes.
        encoding: of the text, as the bytes show it.

    Yields:
        Transactions, each statement after its own, and what could not be read.

    Raises:
        NotABankFileError: at a DOCTYPE.
    """
    text = decoded(content, encoding)
    if _DOCTYPE.search(text):
        raise NotABankFileError("this OFX has a DOCTYPE; bank files have none, so it is refused")
    reader = _OfxReader()
    for found in _TOKEN.finditer(text):
        closing, name, value = found.group(1), found.group(2).upper(), found.group(3)
        if closing:
            yield from reader.end(name)
        else:
            yield from reader.begin(name, _plain(value))
    yield from reader.end("OFX")
    if not reader.number:
        yield Notice(code="NoStatement", sentence="this OFX file has no bank statement in it")


def _plain(value: str) -> str:
    if "<" in value:
        value = _CDATA.sub(lambda found: found.group(1), value)
    value = value.strip()
    return unescape(value) if "&" in value else value


class _OfxReader:
    """Which groups are open, and what they have said so far."""

    def __init__(self) -> None:
        self.keys = KeyMaker()
        self.repetitions = Repetitions(self.keys)
        self.number = 0
        self.head: dict[str, Any] = {}
        self.draft: StatementDraft | None = None
        self.balances: list[Balance] = []
        self.group = ""
        self.fields: dict[str, str] = {}
        self.transaction = ""
        self.entry = 0

    def begin(self, name: str, value: str) -> Iterator[Piece]:
        """A tag, with the text behind it."""
        if name in _STATEMENTS:
            yield from self._close()
            self.number += 1
            self.head = {"number": self.number}
            self.draft = StatementDraft(BankStatement(**self.head))
        elif name in _TRANSACTIONS:
            yield from self._transaction_ended()
            self.transaction, self.fields = name, {}
            self.entry += 1
        elif name in _BALANCES:
            self.group, self.fields = name, {}
        elif name in _GROUPS:
            self.group = name
        elif value and (self.transaction or self.group):
            prefix = f"{self.group}." if self.transaction and self.group else ""
            if len(self.fields) < MAX_FIELDS:
                self.fields.setdefault(prefix + name, value)
        elif value and self.draft is not None:
            self._head_field(name, value)

    def end(self, name: str) -> Iterator[Piece]:
        """A closing tag; SGML leaves those of single values out."""
        if name in _TRANSACTIONS or name == "BANKTRANLIST":
            yield from self._transaction_ended()
        elif name in _GROUPS:
            self.group = ""
        elif name in _BALANCES:
            yield from self._balance_ended(name)
        elif name in _STATEMENTS or name == "OFX":
            yield from self._close()

    def _head_field(self, name: str, value: str) -> None:
        if name in {"CURDEF", "DTSTART", "DTEND", "ACCTID", "BANKID", "BRANCHID"}:
            self.head.setdefault(name, value)

    def _close(self) -> Iterator[Piece]:
        yield from self._transaction_ended()
        draft, self.draft = self.draft, None
        if draft is None:
            return
        draft.head = self._statement()
        for piece in draft.close(self.balances):
            if isinstance(piece, BankStatement):
                self.repetitions.ended(piece)
            yield piece
        self.balances, self.entry = [], 0

    def _statement(self) -> BankStatement:
        said = self.head
        number = account_number(said.get("ACCTID", ""))
        branch = " ".join(filter(None, (said.get("BANKID"), said.get("BRANCHID"))))
        return BankStatement(
            number=self.number,
            account=number,
            account_number=f"{branch} {number}".strip(),
            currency=said.get("CURDEF", "")[:3].upper(),
            period_from=said.get("DTSTART", ""),
            period_to=said.get("DTEND", ""),
        )

    def _balance_ended(self, name: str) -> Iterator[Piece]:
        said, self.fields, self.group = self.fields, {}, ""
        if not said.get("BALAMT"):
            return
        try:
            currency = self.head.get("CURDEF", "")[:3].upper()
            day = _day(said["DTASOF"]) if said.get("DTASOF") else None
            amount = _amount(said["BALAMT"])
            self.balances.append(
                Balance(type=_BALANCES[name], amount=amount, currency=currency, day=day)
            )
        except BadValueError as error:
            place = f"statement {self.number}, {name}"
            yield Quarantined(statement=self.number, place=place, reason=str(error))

    def _transaction_ended(self) -> Iterator[Piece]:
        name, self.transaction = self.transaction, ""
        if not name or self.draft is None:
            return
        self.group = ""
        if self.entry == 1:
            self.draft.head = self._statement()
            self.repetitions.look(self.draft.head, None)
        place = f"statement {self.number}, entry {self.entry}"
        try:
            one = _transaction(
                self.fields, self.draft.head, self.entry, self.keys, _TRANSACTIONS[name]
            )
        except BadValueError as error:
            yield Quarantined(
                statement=self.number,
                place=place,
                reason=str(error),
                excerpt=shown(" ".join(self.fields.values()), 200),
            )
            return
        yield from self.draft.take([one], one.amount, one.status)


def _amount(text: str) -> Decimal:
    return local_amount(text, "" if "," in text else ".")


def _day(text: str) -> Any:
    if re.match(r"\d{8}", text) is None:
        raise BadValueError(f"{shown(text)} is no date")
    day, corrected = short_day(text[:4], text[4:6], text[6:8])
    if corrected:
        raise BadValueError(f"{shown(text)} is no date")
    return day


def _transaction(
    said: dict[str, str],
    head: BankStatement,
    number: int,
    keys: KeyMaker,
    status: TransactionStatus,
) -> BankTransaction:
    posted = said.get("DTPOSTED") or said.get("DTTRAN", "")
    if not posted:
        raise BadValueError("the transaction has no date (DTPOSTED)")
    if not said.get("TRNAMT"):
        raise BadValueError("the transaction has no amount (TRNAMT)")
    amount: Decimal = _amount(said["TRNAMT"])
    day = _day(posted)
    currency = head.currency or said.get("CURRENCY.CURSYM", "")[:3].upper()
    kind = said.get("TRNTYPE", "").upper()
    words = (said.get("NAME", said.get("PAYEE.NAME", "")), said.get("MEMO", ""))
    return BankTransaction(
        statement=head.number,
        entry=number,
        place=f"statement {head.number}, entry {number}",
        account=head.account,
        amount=amount,
        entry_amount=amount,
        currency=currency,
        status=status,
        kind=kind_of(amount, returned=any(word in kind for word in _RETURN_WORDS)),
        booking_date=day,
        value_date=_day(said["DTAVAIL"]) if said.get("DTAVAIL") else None,
        remittance=(words[1],) if words[1] else (),
        bank_text=words[0],
        entry_reference=reference(said.get("REFNUM", "")),
        cheque=reference(said.get("CHECKNUM", "")),
        proprietary_code=kind,
        parts=tuple((name, text) for name, text in said.items() if name not in _READ),
        flags=() if status is TransactionStatus.BOOKED else (Flag.NO_BOOKING_DATE,),
        **_keys(said, head, keys, amount, (day_text(day), kind, *words)),
        **_party(said, words[0], amount),
    )


_READ = frozenset(
    ("DTPOSTED", "DTTRAN", "DTAVAIL", "TRNAMT", "FITID", "TRNTYPE", "NAME", "MEMO", "CHECKNUM")
)


def _keys(
    said: dict[str, str],
    head: BankStatement,
    keys: KeyMaker,
    amount: Decimal,
    words: tuple[str, ...],
) -> dict[str, str]:
    """A FITID is unique in its account only, and short ones are not even that."""
    bank_reference = reference(said.get("FITID", ""))
    words = (*words, bank_reference, said.get("CHECKNUM", ""))
    key, basis = keys.entry_key(head.account, bank_reference, amount, head.currency, words)
    return {
        "bank_reference": bank_reference,
        "entry_key": key,
        "item_key": key,
        "key_basis": basis,
    }


def _party(said: dict[str, str], name: str, amount: Decimal) -> dict[str, Any]:
    number = account_number(said.get("BANKACCTTO.ACCTID", said.get("CCACCTTO.ACCTID", "")))
    if not (name or number):
        return {}
    iban = number if is_iban(number) else ""
    party = Party(name=name, iban=iban, account="" if iban else number)
    role = "debtor" if amount > 0 else "creditor"
    return {role: party, "counterparty": party, "counterparty_role": role}
