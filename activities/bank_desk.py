"""How is a person's decision about the bank's money carried out? Locked, settled and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.bank_accounts import accounts_of
from domain.bank_desk import (
    DeskRefusal,
    HeldMoney,
    Order,
    Wanted,
    allocated,
    parts_of,
    set_aside,
    taken_back,
    verdict_of,
)
from domain.matching.book import Book, booking_of
from domain.matching.decide import decide
from domain.matching.plain import plain
from schemas.bank import TransactionKind
from schemas.feed import TransactionState
from schemas.matching import Decision, LearntPayer, OpenItem
from schemas.parties import Creditor
from store import bank_ledger, bank_transactions
from store import open_items as items
from store.bank_transactions import KeptTransaction
from store.facts import UntoldFact
from store.pool import Connection, Pool
from store.receivables import read_debtor


class UnknownTransaction(DeskRefusal):
    """There is no bank transaction of that name."""


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
            money = await _held(connection, transaction)
            found = await self._open(connection, transaction, wanted)
            parts = parts_of(money, wanted, found)
            if on_account:
                await _must_exist(connection, transaction.creditor, on_account)
            debtors = {found[one.document].customer for one in parts}
            owner = on_account or (next(iter(debtors)) if len(debtors) == 1 else "")
            verdict = verdict_of(self._order("allocate"), allocated(money, parts, owner), owner)
            told = await bank_ledger.settle(connection, transaction, verdict)
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
            money = await _held(connection, transaction)
            verdict = verdict_of(self._order("unallocate"), taken_back(money, documents), "")
            told = await bank_ledger.settle(connection, transaction, verdict)
            await bank_ledger.forget_payers_of(connection, tx, self._author)
        return transaction, told

    async def ignore(self, tx: str, reason: str) -> KeptTransaction:
        """Say that what is free of a transaction concerns no invoice.

        Raises:
            DeskRefusal: when nothing of it is free.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            transaction = await self._locked(connection, tx)
            money = await _held(connection, transaction)
            verdict = verdict_of(self._order("ignore", reason), set_aside(money, reason), "")
            await bank_ledger.settle(connection, transaction, verdict)
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

    def _order(self, action: str, reason: str = "") -> Order:
        return Order(action=action, author=self._author, moment=self._now, reason=reason)

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


async def _held(connection: Connection, transaction: KeptTransaction) -> HeldMoney:
    held = await bank_ledger.holdings(connection, transaction.tx)
    return HeldMoney(
        tx=transaction.tx, amount=transaction.amount, state=transaction.status, held=tuple(held)
    )
