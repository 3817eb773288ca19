"""What may a person decide about the bank's money? Allocate, take back, ignore; all on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.bank_accounts import accounts_of
from domain.bank_verdict import record_of, state_of
from domain.matching.book import Book, booking_of
from domain.matching.decide import decide
from domain.matching.plain import plain
from schemas.bank import TransactionKind
from schemas.bank_ledger import Holding, Placement, Verdict
from schemas.base import Frozen
from schemas.feed import Place, TransactionState
from schemas.matching import (
    Allocation,
    Decision,
    Evidence,
    EvidenceKind,
    LearntPayer,
    OpenItem,
    Status,
)
from schemas.parties import Creditor
from store import bank_ledger, bank_transactions
from store import open_items as items
from store.bank_transactions import KeptTransaction
from store.facts import UntoldFact
from store.pool import Connection, Pool
from store.receivables import read_debtor

_ZERO = Decimal(0)
_FREE = frozenset({Place.ON_ACCOUNT, Place.UNMATCHED})


class DeskRefusal(Exception):  # noqa: N818 - reads as the condition it names
    """Something cannot be decided so; the words say why, and what can."""


class UnknownTransaction(DeskRefusal):
    """There is no bank transaction of that name."""


class Wanted(Frozen):
    """So much for an invoice; None for what is open of it, as far as the money goes."""

    document: str
    amount: Decimal | None = None


class Desk:
    """A person's decisions about bank transactions."""

    def __init__(
        self, pool: Pool, creditors: Mapping[str, Creditor], author: str, now: datetime
    ) -> None:
        self._pool = pool
        self._creditors = creditors
        self._author = author
        self._now = now

    async def allocate(
        self, tx: str, wanted: Sequence[Wanted], on_account: str = ""
    ) -> tuple[KeptTransaction, list[UntoldFact]]:
        """Allocate what is free of a transaction to invoices, and the rest to a debtor's account.

        Args:
            tx: the transaction.
            wanted: invoices with amounts.
            on_account: the debtor whose money the rest is; by default whoever owes the invoices.

        Returns:
            The transaction as it was, and what the cases must be told; it is on record already.

        Raises:
            DeskRefusal: when it cannot be allocated so.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            transaction = await self._locked(connection, tx)
            if transaction.amount <= 0:
                raise DeskRefusal(f"{tx} is {transaction.amount}: only money received is allocated")
            held = await bank_ledger.holdings(connection, tx)
            found = await self._open(connection, transaction, wanted)
            parts = _parts(tx, wanted, found, _free(transaction, held))
            if on_account:
                await _must_exist(connection, transaction.creditor, on_account)
            debtors = {found[one.document].customer for one in parts}
            owner = on_account or (next(iter(debtors)) if len(debtors) == 1 else "")
            placements = _with(parts, held, transaction, owner)
            told = await self._settle(connection, transaction, "allocate", placements, owner)
            if len(debtors) == 1:
                await self._learn(connection, transaction, next(iter(debtors)))
        return transaction, told

    async def unallocate(
        self, tx: str, documents: Sequence[str] = ()
    ) -> tuple[KeptTransaction, list[UntoldFact]]:
        """Take allocations back; the money waits unmatched, and what it taught is forgotten.

        Args:
            tx: the transaction.
            documents: from these invoices only; none for everything, money on account too.

        Raises:
            DeskRefusal: when there is nothing to take back.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            transaction = await self._locked(connection, tx)
            held = await bank_ledger.holdings(connection, tx)
            back = [
                one
                for one in held
                if (one.place is Place.ALLOCATED and (not documents or one.owner in documents))
                or (one.place is Place.ON_ACCOUNT and not documents)
            ]
            missing = sorted(set(documents) - {one.owner for one in back})
            if missing or not back:
                allocated = ", ".join(one.owner for one in held if one.place is Place.ALLOCATED)
                raise DeskRefusal(
                    f"{tx} has nothing to take back of {', '.join(missing) or 'anything'}; "
                    f"it is allocated to: {allocated or 'nothing'}"
                )
            staying = [_as_placement(one) for one in held if one not in back]
            freed = sum((one.amount for one in back), _ZERO)
            placements = _merged([*staying, Placement(place=Place.UNMATCHED, amount=freed)])
            told = await self._settle(connection, transaction, "unallocate", placements, "")
            await bank_ledger.forget_payers_of(connection, tx, self._author)
        return transaction, told

    async def ignore(self, tx: str, reason: str) -> KeptTransaction:
        """Say that what is free of a transaction concerns no invoice.

        Raises:
            DeskRefusal: when nothing of it is free.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            transaction = await self._locked(connection, tx)
            held = await bank_ledger.holdings(connection, tx)
            free = [one for one in held if one.place in _FREE]
            if not free:
                raise DeskRefusal(f"nothing of {tx} is free: it is {transaction.status.value}")
            staying = [_as_placement(one) for one in held if one not in free]
            amount = sum((one.amount for one in free), _ZERO)
            ignored = Placement(place=Place.IGNORED, owner=reason[:100], amount=amount)
            await self._settle(
                connection, transaction, "ignore", _merged([*staying, ignored]), "", reason
            )
        return transaction

    async def suggest(self, tx: str) -> tuple[KeptTransaction, Decision]:
        """What matching would decide about a transaction now; nothing is changed.

        Raises:
            DeskRefusal: when there is no such transaction.
        """
        async with self._pool.acquire() as connection:
            transaction = await self._find(connection, tx)
            creditor = self._creditors[transaction.creditor]
            today = self._now.astimezone(ZoneInfo(creditor.time_zone)).date()
            bookings = []
            if transaction.said.kind is TransactionKind.RETURNED_RECEIPT:
                like = await items.booked_like(connection, creditor.creditor, [transaction], today)
                bookings = [booking_of(one.said, decision) for one, decision in like]
            book = Book(
                await items.open_items(connection, creditor.creditor, today),
                await items.customers(connection, creditor.creditor),
                await items.learnt_payers(connection, creditor.creditor),
                bookings,
                own_accounts=accounts_of(creditor),
                own_names=(plain(creditor.name),),
            )
        return transaction, decide(transaction.said, book)

    async def _locked(self, connection: Connection, tx: str) -> KeptTransaction:
        """The transaction, with everybody else who moves the creditor's money kept waiting."""
        transaction = await self._find(connection, tx)
        await bank_transactions.lock_creditor(connection, transaction.creditor)
        transaction = await self._find(connection, tx)
        if transaction.status in {TransactionState.SUPERSEDED, TransactionState.RETURNED}:
            raise DeskRefusal(f"{tx} is {transaction.status.value}: its money has gone")
        return transaction

    async def _find(self, connection: Connection, tx: str) -> KeptTransaction:
        transaction = await bank_transactions.find_transaction(connection, tx)
        if transaction is None:
            raise UnknownTransaction(
                f"there is no bank transaction {tx!r}; `starter.py unmatched` lists those that wait"
            )
        if transaction.creditor not in self._creditors:
            raise DeskRefusal(f"{tx} is of creditor {transaction.creditor}, who has no file here")
        return transaction

    async def _open(
        self, connection: Connection, transaction: KeptTransaction, wanted: Sequence[Wanted]
    ) -> dict[str, OpenItem]:
        """What is open of the invoices; an unknown or foreign one is named."""
        only = [one.document for one in wanted]
        found = {
            one.document: one
            for one in await items.open_items(
                connection, transaction.creditor, self._now.date(), only=only
            )
        }
        for one in wanted:
            item = found.get(one.document)
            if item is None:
                raise DeskRefusal(f"{transaction.creditor} has no invoice {one.document!r}")
            if item.currency != transaction.currency:
                raise DeskRefusal(
                    f"{one.document} is in {item.currency}, {transaction.tx} in "
                    f"{transaction.currency}"
                )
        return found

    async def _settle(
        self,
        connection: Connection,
        transaction: KeptTransaction,
        action: str,
        placements: Sequence[Placement],
        customer: str,
        reason: str = "",
    ) -> list[UntoldFact]:
        allocated = [one for one in placements if one.place is Place.ALLOCATED]
        words = f"{action} by {self._author}" + (f": {reason}" if reason else "")
        decision = Decision(
            status=Status.MATCHED if allocated else Status.UNMATCHED,
            customer=customer,
            allocations=tuple(
                Allocation(document=one.owner, amount=one.amount) for one in allocated
            ),
            evidence=(Evidence(kind=EvidenceKind.CLASSIFICATION, words=words),),
        )
        verdict = Verdict(
            action=action,
            author=self._author,
            decided_at=self._now,
            state=state_of({one.place for one in placements}),
            placements=tuple(placements),
            debtors=(customer,) if customer else (),
            data=record_of(decision),
            reason=words,
        )
        return await bank_ledger.settle(connection, transaction, verdict)

    async def _learn(
        self, connection: Connection, transaction: KeptTransaction, debtor: str
    ) -> None:
        other = transaction.said.counterparty
        if other is not None and other.iban:
            payer = LearntPayer(iban=other.iban, customer=debtor, transaction=transaction.tx)
            await bank_ledger.keep_payer(
                connection,
                transaction.creditor,
                payer,
                name=other.name,
                tx=transaction.tx,
                by=self._author,
            )


async def _must_exist(connection: Connection, creditor: str, debtor: str) -> None:
    if await read_debtor(connection, creditor, debtor) is None:
        raise DeskRefusal(f"{creditor} has no debtor {debtor!r}")


def _free(transaction: KeptTransaction, held: Sequence[Holding]) -> Decimal:
    """What may be allocated; of what was set aside as none of our business, everything."""
    places = _FREE | {Place.IGNORED} if transaction.status is TransactionState.IGNORED else _FREE
    return sum((one.amount for one in held if one.place in places), _ZERO)


def _parts(
    tx: str, wanted: Sequence[Wanted], found: Mapping[str, OpenItem], free: Decimal
) -> list[Allocation]:
    """How much each invoice takes.

    Raises:
        DeskRefusal: when it is more than is open, or more than there is.
    """
    parts: list[Allocation] = []
    rest = free
    for one in wanted:
        is_open = found[one.document].open_amount
        amount = min(is_open, rest) if one.amount is None else one.amount
        if amount > is_open:
            raise DeskRefusal(
                f"{one.document} has {is_open} open, {amount} cannot be allocated to it; what is "
                "left over stays on the debtor's account"
            )
        if amount <= 0 or amount > rest:
            raise DeskRefusal(
                f"{tx} has {rest} left to allocate, and {one.document} has {is_open} open"
            )
        parts.append(Allocation(document=one.document, amount=amount))
        rest -= amount
    return parts


def _with(
    parts: Sequence[Allocation],
    held: Sequence[Holding],
    transaction: KeptTransaction,
    owner: str,
) -> list[Placement]:
    """Everything as it was, the parts allocated, and the rest of what was free on account."""
    taken_from = {Place.ON_ACCOUNT, Place.UNMATCHED}
    if transaction.status is TransactionState.IGNORED:
        taken_from.add(Place.IGNORED)
    staying = [_as_placement(one) for one in held if one.place not in taken_from]
    new = [Placement(place=Place.ALLOCATED, owner=one.document, amount=one.amount) for one in parts]
    free = sum((one.amount for one in held if one.place in taken_from), _ZERO)
    rest = free - sum((one.amount for one in parts), _ZERO)
    place = Place.ON_ACCOUNT if owner else Place.UNMATCHED
    left = [Placement(place=place, owner=owner, amount=rest)] if rest else []
    return _merged([*staying, *new, *left])


def _merged(placements: Sequence[Placement]) -> list[Placement]:
    """One placement for each place and owner."""
    found: dict[tuple[Place, str], Placement] = {}
    for one in placements:
        key = (one.place, one.owner)
        before = found.get(key)
        amount = one.amount + (before.amount if before else _ZERO)
        found[key] = one.model_copy(update={"amount": amount})
    return list(found.values())


def _as_placement(held: Holding) -> Placement:
    return Placement(place=held.place, owner=held.owner, amount=held.amount)
