"""Where is each cent? Decisions move money between places, and tell the cases what they moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from schemas.bank_ledger import Holding, Placement, Verdict
from schemas.base import Frozen, Instant
from schemas.commands import Happened, RecordPayment
from schemas.feed import Place, TransactionState
from schemas.identifiers import bank_payment_id, case_id
from schemas.matching import Decision, LearntPayer
from schemas.money import Money, exact
from schemas.requests import ReversePayment
from store import facts
from store.bank_transactions import KeptTransaction, kept
from store.facts import UntoldFact
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("bank_ledger")
_NONE = {"status": "unmatched"}


class DecisionLine(Frozen):
    """A decision on record."""

    decision: int
    action: str
    author: str
    decided_at: Instant
    data: Mapping[str, object] = {}


class WaitingMoney(Frozen):
    """A transaction that waits for a person.

    Attributes:
        free: what of it is neither allocated nor ignored.
        author: who decided last.
    """

    transaction: KeptTransaction
    free: Decimal
    author: str = ""
    decision: Decision


class PayerLine(Frozen):
    """A payer that was learnt, and from which transaction."""

    creditor: str
    iban: str
    debtor_id: str
    name: str = ""
    tx: str = ""
    learnt_by: str
    learnt_at: Instant


class UnbalancedError(ValueError):
    """A verdict does not say where all of a transaction's money belongs."""


async def settle(
    connection: Connection, transaction: KeptTransaction, verdict: Verdict
) -> list[UntoldFact]:
    """Put a decision on record and move the money; the facts for the cases are kept with it.

    Args:
        connection: in a transaction that holds the creditor's lock.
        transaction: whose money it is.
        verdict: what was decided.

    Returns:
        What the cases must be told; it is in the database already, in the same transaction.

    Raises:
        UnbalancedError: when the placements do not add up to the transaction's amount.
    """
    if (total := sum((one.amount for one in verdict.placements), Decimal(0))) != transaction.amount:
        raise UnbalancedError(f"{transaction.tx}: {total} of {transaction.amount} has a place")
    decision = await connection.fetchval(
        _SQL["decide"],
        *(transaction.tx, verdict.action, verdict.author, verdict.decided_at),
        dict(verdict.data),
    )
    is_new = transaction.decision is None  # of most, nothing has ever been decided
    held = [] if is_new else await holdings(connection, transaction.tx)
    mover = _Mover(connection, transaction, verdict, decision)
    await mover.move_plain(held)
    await mover.move_allocated([one for one in held if one.place is Place.ALLOCATED])
    await connection.execute(
        _SQL["put"],
        *(transaction.tx, verdict.state.value, list(verdict.debtors), verdict.hold_until, decision),
    )
    return mover.told


class _Mover:
    """Moves the money of one transaction from where it is to where it belongs."""

    def __init__(
        self,
        connection: Connection,
        transaction: KeptTransaction,
        verdict: Verdict,
        decision: int,
    ) -> None:
        self._connection = connection
        self._transaction = transaction
        self._verdict = verdict
        self._decision = decision
        self.told: list[UntoldFact] = []

    async def move_plain(self, held: Sequence[Holding]) -> None:
        """Everything but what is, or was, allocated to invoices."""
        changes: dict[tuple[Place, str], Decimal] = {}
        for one in held:
            key = (one.place, one.owner)
            changes[key] = changes.get(key, Decimal(0)) - one.amount
        for wanted in self._verdict.placements:
            key = (wanted.place, wanted.owner)
            changes[key] = changes.get(key, Decimal(0)) + wanted.amount
        for (place, owner), change in changes.items():
            if place is not Place.ALLOCATED and change:
                await self._move(place, owner, "", change)

    async def move_allocated(self, held: Sequence[Holding]) -> None:
        """A payment a case has heard of is taken back whole; what belongs there is paid anew.

        What is taken back is told before what is paid: otherwise money would meet a paid case.
        """
        wanted = [one for one in self._verdict.placements if one.place is Place.ALLOCATED]
        before = {one.owner: one for one in held}
        staying = {
            one.owner
            for one in wanted
            if one.owner in before and before[one.owner].amount == one.amount
        }
        for holding in held:
            if holding.owner not in staying:
                await self._take_back(holding)
        for placement in wanted:
            if placement.owner not in staying:
                await self._pay(placement)

    async def _take_back(self, held: Holding) -> None:
        await self._move(Place.ALLOCATED, held.owner, held.payment_id, -held.amount)
        reversal = ReversePayment(
            command_id=f"reversal-{held.payment_id}"[:200],
            by=self._verdict.author,
            payment_id=held.payment_id,
            reason=self._verdict.reason[:500],
        )
        await facts.keep_reversal(
            self._connection, self._transaction.creditor, held.owner, reversal
        )
        self._tell(held.owner, reversal)

    async def _pay(self, wanted: Placement) -> None:
        one = self._transaction
        turn = 1
        if one.decision is not None:
            turn += await self._connection.fetchval(_SQL["turns"], one.tx, wanted.owner)
        payment = RecordPayment(
            command_id=bank_payment_id(one.tx, turn),
            by=self._verdict.author,
            amount=Money(amount=wanted.amount, currency=one.currency),
            received_on=one.booked_on,
            source="bank",
            written_off=Money(amount=wanted.written_off, currency=one.currency)
            if wanted.written_off > 0
            else None,
            write_off_reason=wanted.reason[:500],
        )
        await self._move(Place.ALLOCATED, wanted.owner, payment.command_id, wanted.amount)
        await facts.keep_payment(self._connection, one.creditor, wanted.owner, payment)
        self._tell(wanted.owner, payment)

    async def _move(self, place: Place, owner: str, payment_id: str, amount: Decimal) -> None:
        await self._connection.execute(
            _SQL["move"],
            *(self._decision, self._transaction.tx, place.value, owner, payment_id, amount),
        )

    def _tell(self, invoice: str, fact: Happened) -> None:
        case = case_id(self._transaction.creditor, invoice)
        self.told.append(UntoldFact(case_id=case, fact=fact))


async def holdings(connection: Pool | Connection, tx: str) -> list[Holding]:
    """Where the money of a transaction is now."""
    return [
        Holding.model_validate(dict(row)) for row in await connection.fetch(_SQL["holdings"], tx)
    ]


async def decisions_of(connection: Pool | Connection, tx: str) -> list[DecisionLine]:
    """Everything that was decided about a transaction, oldest first."""
    rows = await connection.fetch(_SQL["decisions_of"], tx)
    return [DecisionLine.model_validate(dict(row)) for row in rows]


async def waiting_money(
    connection: Pool | Connection, creditor: str, states: Sequence[TransactionState]
) -> list[WaitingMoney]:
    """Transactions in these states, with what is free of each and what was decided last."""
    rows = await connection.fetch(_SQL["waiting"], creditor, [one.value for one in states])
    free: dict[str, Decimal] = {}
    for row in await connection.fetch(_SQL["held_money"], [row["tx"] for row in rows]):
        if row["place"] in {Place.ON_ACCOUNT, Place.UNMATCHED}:
            free[row["tx"]] = free.get(row["tx"], Decimal(0)) + row["amount"]
    return [
        WaitingMoney(
            transaction=kept(row),
            free=free.get(row["tx"], Decimal(0)),
            author=row["author"] or "",
            decision=Decision.model_validate((row["decided"] or {}).get("decision", _NONE)),
        )
        for row in rows
    ]


async def sums(
    connection: Pool | Connection, *, creditor: str = "", file: str = ""
) -> dict[str, dict[str, Decimal]]:
    """Every cent by currency and place; of one creditor or file, or of all."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in await connection.fetch(_SQL["sums"], creditor, file):
        amount = exact(row["amount"], row["currency"])
        found.setdefault(row["currency"], {})[row["place"]] = amount
    return found


async def states_of_file(connection: Pool | Connection, file: str) -> list[tuple[str, str, int]]:
    """Status, kind and how many, of the transactions that a file was the first to tell."""
    rows = await connection.fetch(_SQL["states_of_file"], file)
    return [(row["status"], row["kind"], row["count"]) for row in rows]


async def keep_payer(
    connection: Connection, creditor: str, payer: LearntPayer, name: str, tx: str, by: str
) -> None:
    """Remember who pays from an account; one that was forgotten is learnt anew."""
    await connection.execute(
        _SQL["keep_payer"], creditor, payer.iban, payer.customer, name[:200], tx, by
    )


async def forget_payer(
    connection: Connection | Pool, creditor: str, iban: str, debtor: str, by: str
) -> list[str]:
    """Forget who pays from an account; the debtors it had stood for."""
    rows = await connection.fetch(_SQL["forget_payer"], creditor, iban, debtor, by)
    return [row["debtor_id"] for row in rows]


async def forget_payers_of(connection: Connection, tx: str, by: str) -> None:
    """Forget what a transaction had taught, because its allocation was undone."""
    await connection.execute(_SQL["forget_payers_of"], tx, by)


async def list_payers(connection: Pool | Connection, creditor: str = "") -> list[PayerLine]:
    """The payers that are known from decisions."""
    rows = await connection.fetch(_SQL["payers"], creditor)
    return [PayerLine.model_validate(dict(row)) for row in rows]
