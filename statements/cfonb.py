"""What does a CFONB 120 file say? Records 01, 04, 05 and 07 of French banks, habits included.

Positions are those of the public CFONB specification of the 120-character account statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO, TextIOWrapper

from schemas.bank import Balance, BankStatement, Flag, Quarantined, TransactionStatus
from schemas.money import minor_unit
from statements.cfonb_operation import Operation, transaction_of
from statements.errors import BadValueError
from statements.gathering import Piece, Repetitions, StatementDraft
from statements.identity import KeyMaker
from statements.values import short_day, shown

RECORD_CHARACTERS = 120
MAX_DETAILS = 1000
"""An operation with more detail records is damaged or hostile; the rest of them is left out."""

_PLUS = {sign: digit for digit, sign in enumerate("{ABCDEFGHI")}
_MINUS = {sign: digit for digit, sign in enumerate("}JKLMNOPQR")}
_DIGITS = re.compile(r"[0-9]{13}")
_RIB_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


@dataclass
class _Open:
    """A statement between its record 01 and its record 07."""

    head: BankStatement
    draft: StatementDraft
    decimals: str
    operation: Operation | None = None


@dataclass
class _Reader:
    keys: KeyMaker = field(default_factory=KeyMaker)
    open: dict[str, _Open] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self.repetitions = Repetitions(self.keys)


def read_cfonb(content: bytes, encoding: str) -> Iterator[Piece]:
    """Read a CFONB 120 file.

    Args:
        content: its bytes, with line ends or without.
        encoding: of the text.

    Yields:
        Transactions, each statement after its own, and what could not be read.
    """
    reader = _Reader()
    steps = {"01": _opening, "04": _operation, "05": _detail, "07": _closing}
    for line, record in _records(content, encoding):
        step = steps.get(record[:2], _unknown)
        try:
            yield from step(reader, record, line)
        except BadValueError as error:
            # Whatever follows a record that cannot be read belongs to nothing that was read.
            yield Quarantined(
                statement=reader.number,
                place=f"line {line}",
                reason=str(error),
                excerpt=shown(record.rstrip(), RECORD_CHARACTERS + 2),
            )
    for one in list(reader.open.values()):
        yield from _finish(reader, one, None)


def _unknown(_reader: _Reader, record: str, _line: int) -> Iterator[Piece]:
    raise BadValueError(f"{shown(record[:2])} is no record; expected 01, 04, 05 or 07")


def _records(content: bytes, encoding: str) -> Iterator[tuple[int, str]]:
    source = TextIOWrapper(BytesIO(content), encoding, errors="replace", newline=None)
    number = 0
    rest = ""
    # A file without line ends may be one line of a hundred megabytes, so no line is read whole.
    while chunk := source.read(1 << 20):
        *lines, rest = (rest + chunk).split("\n")
        for line in lines:
            number += 1
            yield from _cut(number, line)
        if len(rest) > RECORD_CHARACTERS * 8192:
            whole = len(rest) // RECORD_CHARACTERS * RECORD_CHARACTERS
            yield from _cut(number + 1, rest[:whole])
            rest = rest[whole:]
    yield from _cut(number + 1, rest)


def _cut(number: int, line: str) -> Iterator[tuple[int, str]]:
    line = line.replace("\x1a", "").replace("\x00", " ")
    if len(line.rstrip()) <= RECORD_CHARACTERS:
        if line.strip():
            yield number, line[:RECORD_CHARACTERS].ljust(RECORD_CHARACTERS)
        return
    for start in range(0, len(line), RECORD_CHARACTERS):
        record = line[start : start + RECORD_CHARACTERS]
        if record.strip():
            yield number, record.ljust(RECORD_CHARACTERS)


def _opening(reader: _Reader, record: str, line: int) -> Iterator[Piece]:
    account = record[21:32].strip().upper()
    if account in reader.open:  # no record 07: the next statement begins without an end
        yield from _finish(reader, reader.open[account], None)
    one = _begin(reader, record)
    one.head = one.head.model_copy(update={"opening": _balance("OPBD", record)})
    one.draft.head = one.head
    reader.repetitions.look(one.head, one.head.opening)
    del line


def _begin(reader: _Reader, record: str) -> _Open:
    reader.number += 1
    bank, branch, number = record[2:7].strip(), record[11:16].strip(), record[21:32].strip().upper()
    head = BankStatement(
        number=reader.number,
        account=french_iban(bank, branch, number) or f"{bank}{branch}{number}",
        account_number=f"{bank} {branch} {number}",
        currency=record[16:19].strip().upper(),
    )
    reader.open[number] = _Open(head, StatementDraft(head), record[19:20].strip())
    return reader.open[number]


def _closing(reader: _Reader, record: str, line: int) -> Iterator[Piece]:
    one = reader.open.get(record[21:32].strip().upper()) or _begin(reader, record)
    del line
    yield from _finish(reader, one, _balance("CLBD", record))


def _finish(reader: _Reader, one: _Open, closing: Balance | None) -> Iterator[Piece]:
    yield from _pass_on(reader, one)
    balances = [balance for balance in (one.head.opening, closing) if balance]
    currency = one.head.currency
    if currency:  # LCL leaves it out of the balances
        balances = [balance.model_copy(update={"currency": currency}) for balance in balances]
    reader.open = {name: other for name, other in reader.open.items() if other is not one}
    for piece in one.draft.close(balances, complete=closing is not None):
        if isinstance(piece, BankStatement):
            reader.repetitions.ended(piece)
        yield piece


def _operation(reader: _Reader, record: str, line: int) -> Iterator[Piece]:
    one = reader.open.get(record[21:32].strip().upper())
    if one is not None:
        yield from _pass_on(reader, one)
    else:
        one = _begin(reader, record)  # operations without an opening balance
    currency = record[16:19].strip().upper() or one.head.currency
    if not one.head.currency and currency:
        one.head = one.head.model_copy(update={"currency": currency})
        one.draft.head = one.head
    booked, corrected = _day(record[34:40])
    value = record[42:48].strip()
    value_date, moved = _day(value) if value.strip("0") else (None, False)
    one.operation = Operation(
        line=line,
        record=record,
        amount=_amount(record[90:104], record[19:20].strip() or one.decimals, currency),
        currency=currency,
        booking_date=booked,
        value_date=value_date,
        flags=(Flag.DATE_CORRECTED,) if corrected or moved else (),
    )


def _detail(reader: _Reader, record: str, line: int) -> Iterator[Piece]:
    one = reader.open.get(record[21:32].strip().upper())
    if one is None or one.operation is None:
        raise BadValueError("a detail without its operation")
    if len(one.operation.details) < MAX_DETAILS:
        one.operation.details.append((record[45:48].strip(), record[48:118].rstrip()))
    del line
    return iter(())


def _pass_on(reader: _Reader, one: _Open) -> Iterator[Piece]:
    operation, one.operation = one.operation, None
    if operation is None:
        return
    transaction = transaction_of(operation, one.head, one.draft.entries + 1, reader.keys)
    yield from one.draft.take([transaction], operation.amount, TransactionStatus.BOOKED)


def _balance(kind: str, record: str) -> Balance:
    currency = record[16:19].strip().upper()
    day, _ = _day(record[34:40])
    amount = _amount(record[90:104], record[19:20].strip(), currency)
    return Balance(type=kind, amount=amount, currency=currency, day=day)


def _day(text: str) -> tuple[date, bool]:
    return short_day(text[4:6], text[2:4], text[0:2])


def _amount(text: str, decimals: str, currency: str) -> Decimal:
    """An amount of fourteen characters whose last is digit and sign in one."""
    last = text[-1:].upper()
    sign = -1 if last in _MINUS else 1
    digit = _MINUS.get(last, _PLUS.get(last, int(last) if last in "0123456789" and last else -1))
    whole = text[:-1].replace(" ", "0")
    if digit < 0 or _DIGITS.fullmatch(whole) is None:
        raise BadValueError(f"{shown(text)} is no amount of 13 digits and a sign character")
    if decimals and decimals not in "0123456":
        raise BadValueError(f"{shown(decimals)} is no number of decimals")
    places = int(decimals) if decimals else -int(minor_unit(currency).as_tuple().exponent)
    return Decimal(sign * int(f"{whole}{digit}")).scaleb(-places)


def french_iban(bank: str, branch: str, account: str) -> str:
    """The IBAN of a French account number, so that CFONB and camt name one account alike.

    Returns:
        Empty where the parts are none of an account. Monaco writes the same parts with MC.
    """
    if re.fullmatch(r"[0-9]{5} [0-9]{5} [0-9A-Z]{11}", f"{bank} {branch} {account}") is None:
        return ""
    number = int(account.translate(_RIB_LETTERS))
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * number) % 97
    body = f"{bank}{branch}{account}{key:02d}"
    value = int("".join(str(int(sign, 36)) for sign in f"{body}FR00"))
    return f"FR{98 - value % 97:02d}{body}"
