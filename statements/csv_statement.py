"""What does a bank's CSV say? Each row by the profile of its bank."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any

from schemas.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    Party,
    Quarantined,
    TransactionStatus,
)
from schemas.csv_profile import CsvProfile, Role
from statements.csv_profiles import Layout, choose, refuse_unknown, same_header
from statements.errors import BadValueError
from statements.gathering import Piece, StatementDraft
from statements.identity import KeyMaker, day_text
from statements.recognise import decoded
from statements.return_codes import kind_of
from statements.values import (
    account_number,
    is_iban,
    iso_day,
    local_amount,
    reference,
    short_day,
    shown,
)

LINES_BEFORE_HEADER = 40
_DAY = re.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{2,4})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_csv(
    content: bytes, encoding: str, profiles: Sequence[CsvProfile]
) -> tuple[str, Iterator[Piece]]:
    """Find the profile of a CSV and begin to read its rows.

    Args:
        content: the bytes.
        encoding: of the text.
        profiles: of the banks that are known.

    Returns:
        The profile's name and the pieces.

    Raises:
        NotABankFileError: when no profile fits; the words list its headers and what is expected.
    """
    text = decoded(content, encoding).replace("\x00", "")
    delimiters = sorted(";,\t|", key=lambda sign: -text[: 1 << 16].count(sign))
    for delimiter in delimiters:
        rows = list(islice(_rows(text, delimiter), LINES_BEFORE_HEADER))
        for number, (_, row) in enumerate(rows):
            layout = choose(row, profiles)
            if layout is not None:
                before = "\n".join(delimiter.join(cells) for _, cells in rows[:number])
                table = islice(_rows(text, delimiter), number + 1, None)
                return layout.profile.profile, _CsvReader(layout, before).read(table)
    refuse_unknown([row for _, row in islice(_rows(text, delimiters[0]), 40)], profiles)
    raise AssertionError  # refuse_unknown always raises


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if any(cell.strip() for cell in row):
            yield line, row


class _CsvReader:
    """One table of one account."""

    def __init__(self, layout: Layout, before: str) -> None:
        self.layout, self.profile = layout, layout.profile
        self.keys = KeyMaker()
        self.head = BankStatement(
            number=1, account=self._account_before(before), currency=self.profile.currency
        )
        self.draft = StatementDraft(self.head)
        self.settled = {same_header(one) for one in self.profile.settled}
        self.ignored = {same_header(one) for one in self.profile.ignored}
        self.ends: list[tuple[BankTransaction, Decimal]] = []

    def _account_before(self, before: str) -> str:
        if not self.profile.account_pattern:
            return ""
        found = re.search(self.profile.account_pattern, before[:4096], re.IGNORECASE)
        return account_number(next(filter(None, found.groups()), "")) if found else ""

    def read(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Piece]:
        """Every row, then the statement."""
        for number, (line, row) in enumerate(rows, 1):
            try:
                one = self._transaction(row, number, line)
            except BadValueError as error:
                excerpt = shown(" ; ".join(row), 200)
                place = f"line {line}"
                yield Quarantined(statement=1, place=place, reason=str(error), excerpt=excerpt)
                continue
            if one is not None:
                yield from self.draft.take([one], one.amount, one.status)
        self.draft.head = self.head
        yield from self.draft.close(self._balances())

    def _cell(self, row: list[str], role: Role) -> str:
        for number in self.layout.columns.get(role, ()):
            if number < len(row) and row[number].strip():
                return row[number].strip().lstrip("=").strip('"')
        return ""

    def _texts(self, row: list[str], role: Role) -> tuple[str, ...]:
        numbers = self.layout.columns.get(role, ())
        cells = (row[number] for number in numbers if number < len(row))
        return tuple(" ".join(cell.split()) for cell in cells if cell.strip())

    def _transaction(self, row: list[str], number: int, line: int) -> BankTransaction | None:
        status = self._status(row)
        if status is None:
            return None
        amount = self._amount(row)
        booked = self._day(row, "booking_date")
        value_date = self._day(row, "value_date")
        if booked is None and status is TransactionStatus.BOOKED:
            raise BadValueError("the row has no date")
        account = account_number(self._cell(row, "account")) or self.head.account
        currency = self._cell(row, "currency").upper() or self.profile.currency
        if not (self.head.account and self.head.currency):
            update = {"account": account, "currency": currency}
            self.head = self.head.model_copy(update=update)
        text, bank_text = self._texts(row, "text"), " ".join(self._texts(row, "bank_text"))
        bank_reference = reference(self._cell(row, "reference"))
        entry_key, basis = self.keys.entry_key(
            *(account, bank_reference, amount, currency),
            (day_text(booked), day_text(value_date), bank_reference, *text, bank_text),
        )
        one = BankTransaction(
            statement=1,
            entry=number,
            place=f"line {line}",
            account=account,
            amount=amount,
            entry_amount=amount,
            currency=currency,
            status=status,
            kind=kind_of(amount, returned=False),
            booking_date=booked,
            value_date=value_date,
            entry_key=entry_key,
            item_key=entry_key,
            key_basis=basis,
            remittance=text,
            bank_text=bank_text,
            bank_reference=bank_reference,
            proprietary_code=self._cell(row, "code"),
            **self._parties(row, amount),
        )
        self._remember(row, one)
        return one

    def _status(self, row: list[str]) -> TransactionStatus | None:
        said = same_header(self._cell(row, "status"))
        if said in self.ignored and said:
            return None
        if self.settled and said not in self.settled:
            return TransactionStatus.PENDING
        return TransactionStatus.BOOKED

    def _amount(self, row: list[str]) -> Decimal:
        sign = self.profile.decimal_sign
        whole = self._cell(row, "amount")
        if whole:
            return local_amount(whole, sign)
        debit, credit = self._cell(row, "debit"), self._cell(row, "credit")
        if not (debit or credit):
            raise BadValueError("the row has no amount")
        # Some banks write a minus in the debit column and some do not: it is a debit all the same.
        out = abs(local_amount(debit, sign)) if debit else Decimal(0)
        return (local_amount(credit, sign) if credit else Decimal(0)) - out

    def _day(self, row: list[str], role: Role) -> date | None:
        said = self._cell(row, role)
        if not said:
            return None
        if _ISO.match(said):
            return iso_day(said)
        found = _DAY.match(said)
        if found is None:
            raise BadValueError(f"{shown(said)} is no date")
        first, second, third = found.groups()
        if len(first) == 4:
            return short_day(first, second, third)[0]
        day, month = (first, second) if self.profile.day_first else (second, first)
        return short_day(third, month, day)[0]

    def _parties(self, row: list[str], amount: Decimal) -> dict[str, Any]:
        name = self._cell(row, "counterparty")
        number = account_number(self._cell(row, "counterparty_account"))
        if not (name or number):
            return {}
        iban = number if is_iban(number) else ""
        party = Party(name=name, iban=iban, account="" if iban else number)
        role = "debtor" if amount > 0 else "creditor"
        return {role: party, "counterparty": party, "counterparty_role": role}

    def _remember(self, row: list[str], one: BankTransaction) -> None:
        """Keep the first and the last running balance."""
        said = self._cell(row, "balance")
        if not said or self.profile.balance_repeats or one.status is not TransactionStatus.BOOKED:
            return
        try:
            pair = (one, local_amount(said, self.profile.decimal_sign))
        except BadValueError:
            return
        self.ends = [*self.ends[:1], pair]

    def _balances(self) -> list[Balance]:
        """Opening and closing balance from the running one, whichever way the rows run."""
        if not self.ends:
            return []
        total = self.draft.credit + self.draft.debit
        first, last = self.ends[0], self.ends[-1]
        days = (first[0].booking_date, last[0].booking_date)
        downwards = last[1] - (first[1] - first[0].amount) == total
        if not downwards or (days[0] and days[1] and days[0] > days[1]):
            upwards = first[1] - (last[1] - last[0].amount) == total
            if upwards or (days[0] and days[1] and days[0] > days[1]):
                first, last = last, first
        (oldest, before), (newest, closing) = first, last
        currency = self.head.currency
        opening = before - oldest.amount
        return [
            Balance(type="OPBD", amount=opening, currency=currency, day=oldest.booking_date),
            Balance(type="CLBD", amount=closing, currency=currency, day=newest.booking_date),
        ]
