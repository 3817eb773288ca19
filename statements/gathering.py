"""What is a statement when all its entries are read? Sums, balance check, reversals turned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from schemas.bank import (
    Balance,
    BankStatement,
    BankTransaction,
    Flag,
    Notice,
    Quarantined,
    TransactionStatus,
)
from statements.identity import KeyMaker, statement_key
from statements.return_codes import kind_of

Piece = BankTransaction | BankStatement | Quarantined | Notice
"""What a reader tells as it goes: transactions, then the statement they stood in."""

OPENING_TYPES = ("OPBD", "PRCD")
CLOSING_TYPES = ("CLBD",)
_ZERO = Decimal(0)


@dataclass
class StatementDraft:
    """A statement while its entries are read.

    Transactions of entries that undo something are held back until the end, because only the
    balances tell which way round this bank writes them; all others pass at once.
    """

    head: BankStatement
    entries: int = 0
    transactions: int = 0
    credit: Decimal = _ZERO
    debit: Decimal = _ZERO
    reversed: Decimal = _ZERO
    held: list[BankTransaction] = field(default_factory=list)

    def take(
        self,
        transactions: Sequence[BankTransaction],
        entry_amount: Decimal,
        status: TransactionStatus,
        *,
        reversal: bool = False,
    ) -> Iterator[BankTransaction]:
        """Count an entry and let its transactions pass."""
        self.count(entry_amount, status, reversal=reversal)
        yield from self.pass_on(transactions, reversal=reversal)

    def count(self, amount: Decimal, status: TransactionStatus, *, reversal: bool) -> None:
        """Add an entry to the sums; only booked ones move the balance."""
        self.entries += 1
        if status is not TransactionStatus.BOOKED:
            return
        if reversal:
            self.reversed += amount
        if amount > 0:
            self.credit += amount
        else:
            self.debit += amount

    def pass_on(
        self, transactions: Sequence[BankTransaction], *, reversal: bool
    ) -> Sequence[BankTransaction]:
        """The transactions that may pass now."""
        self.transactions += len(transactions)
        if reversal:
            self.held.extend(transactions)
            return ()
        return transactions

    def close(self, balances: Sequence[Balance], *, complete: bool = True) -> Iterator[Piece]:
        """Tell what was held back, then the statement with its sums."""
        opening = _find(balances, OPENING_TYPES, 0) or self.head.opening
        closing = _find(balances, CLOSING_TYPES, -1) or self.head.closing
        difference = _difference(opening, closing, self.credit + self.debit)
        turned = bool(self.held and difference and difference == -2 * self.reversed)
        if turned:
            self._turn_sums()
            difference = _ZERO
        yield from (_turned(one) if turned else one for one in self.held)
        statement = self.head.model_copy(
            update={
                "opening": opening,
                "closing": closing,
                "balances": tuple(balances) or self.head.balances,
                "entries": self.entries,
                "transaction_count": self.transactions,
                "credit": self.credit,
                "debit": self.debit,
                "adds_up": _adds_up(opening, closing, difference),
                "difference": difference or None,
                "reversals_turned": turned,
                "complete": complete,
            }
        )
        yield statement.model_copy(update={"key": statement_key(statement)})

    def _turn_sums(self) -> None:
        for one in self.held:
            if one.status is TransactionStatus.BOOKED:
                if one.amount > 0:
                    self.credit -= one.amount
                    self.debit -= one.amount
                else:
                    self.debit -= one.amount
                    self.credit -= one.amount


class Repetitions:
    """Tells where a statement of a file repeats an earlier one, so that keys start again."""

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._starts: set[tuple[object, ...]] = set()
        self._last: dict[str, Balance | None] = {}

    def look(self, head: BankStatement, opening: Balance | None) -> None:
        """See a statement begin, before its first entry."""
        starts = [("id", head.kind, head.account, head.id, head.sequence, head.page)]
        if not (head.id or head.sequence):
            starts = []
        elif head.period_from:
            starts.append(("period", head.kind, head.account, head.period_from, "", ""))
        follows = opening is not None and _same(opening, self._last.get(head.account))
        if opening is not None and not follows:
            day = str(opening.day)
            starts.append(("opening", head.kind, head.account, day, str(opening.amount), ""))
        again = any(start in self._starts for start in starts)
        if again or head.copy_duplicate in {"DUPL", "CODU"}:
            self._keys.start_again(head.account)
        self._starts.update(starts)

    def ended(self, statement: BankStatement) -> None:
        """See a statement end, so that its continuation is known as one."""
        self._last[statement.account] = statement.closing


def chain_notices(statements: Sequence[BankStatement]) -> Iterator[Notice]:
    """Tell where a balance does not follow: inside a statement, or from one to the next.

    Args:
        statements: in the order of the files; reports and notifications have no chain.
    """
    last: dict[tuple[str, str], BankStatement] = {}
    for one in statements:
        if one.adds_up is False:
            gap = f"by {one.difference}" if one.difference else "in one currency"
            yield Notice(
                code="BalanceDoesNotAddUp",
                sentence=f"statement {one.number} ({one.account}): opening balance and entries "
                f"do not add up to the closing balance {gap}",
                statement=one.number,
            )
        if one.reversals_turned:
            yield Notice(
                code="ReversalsTurned",
                sentence=f"statement {one.number} ({one.account}): adds up only with its "
                "reversals read the other way round, so they were",
                statement=one.number,
            )
        if one.opening is None or one.closing is None or one.kind != "statement":
            continue
        before = last.get((one.account, one.currency))
        if before is not None and before.closing is not None:
            yield from _between(before, one)
        last[one.account, one.currency] = one


def _between(before: BankStatement, one: BankStatement) -> Iterator[Notice]:
    closing, opening = before.closing, one.opening
    if closing is None or opening is None or closing.amount == opening.amount:
        return
    earlier = closing.day and opening.day and opening.day < closing.day
    code = "StatementsOverlap" if earlier else "StatementMissing"
    words = "overlaps the one before" if earlier else "does not follow the one before"
    yield Notice(
        code=code,
        sentence=f"statement {one.number} ({one.account}) {words}: it opens with "
        f"{opening.amount}, after a closing balance of {closing.amount}",
        statement=one.number,
    )


def _find(balances: Sequence[Balance], types: Sequence[str], index: int) -> Balance | None:
    for wanted in types:
        found = [one for one in balances if one.type == wanted]
        if found:
            return found[index]
    return None


def _difference(
    opening: Balance | None, closing: Balance | None, entries: Decimal
) -> Decimal | None:
    if opening is None or closing is None or not _one_currency(opening, closing):
        return None
    return closing.amount - opening.amount - entries


def _adds_up(
    opening: Balance | None, closing: Balance | None, difference: Decimal | None
) -> bool | None:
    if opening is None or closing is None:
        return None
    return _one_currency(opening, closing) and difference == 0


def _one_currency(opening: Balance, closing: Balance) -> bool:
    return opening.currency == closing.currency or not (opening.currency and closing.currency)


def _same(one: Balance, other: Balance | None) -> bool:
    return other is not None and (one.amount, one.day) == (other.amount, other.day)


def _turned(one: BankTransaction) -> BankTransaction:
    amount = -one.amount
    return one.model_copy(
        update={
            "amount": amount,
            "entry_amount": -one.entry_amount,
            "kind": kind_of(amount, returned=True),
            "flags": (*one.flags, Flag.REVERSAL_TURNED),
        }
    )
