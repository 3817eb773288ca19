"""What did each payment settle? Decided page by page, in one commit with the facts for cases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog

from domain.bank_accounts import accounts_of
from domain.bank_days import held_until
from domain.bank_verdict import FEED, Circumstances, record_of, return_verdicts, verdict_on
from domain.matching.book import Book, booking_of
from domain.matching.decide import decide
from domain.matching.plain import plain
from schemas.bank import TransactionKind
from schemas.matching import Decision, Evidence, EvidenceKind, Status
from schemas.parties import Creditor
from store import bank_files, bank_ledger, bank_transactions
from store import open_items as items
from store.bank_transactions import KeptTransaction
from store.facts import UntoldFact
from store.pool import Connection, Pool

PAGE = 200
"""So many transactions are decided in one transaction of the database."""

AGAIN = timedelta(days=90)
"""So long the feed itself looks again at money that it could not place."""

log = structlog.get_logger()

Tell = Callable[[Sequence[UntoldFact]], Awaitable[None]]


class _OvertakenError(Exception):
    """Somebody else has moved what the book holds open: build it anew."""


class Matching:
    """Decides about the undecided transactions of one creditor."""

    def __init__(self, pool: Pool, creditor: Creditor, now: datetime, tell: Tell) -> None:
        self._pool = pool
        self._creditor = creditor
        self._today = now.astimezone(ZoneInfo(creditor.time_zone)).date()
        self._tell = tell
        self._book: Book | None = None
        self._open_before: dict[str, Decimal] = {}
        self._around = Circumstances(
            moment=now, hold_until=held_until(now, creditor.bank_hold_days, creditor.time_zone)
        )

    async def match_all(self, file: str) -> int:
        """Decide about everything that is undecided; how many decisions were made.

        Args:
            file: whose progress is shown to those who wait.
        """
        made = 0
        while True:
            try:
                decided, told = await self._page(file)
            except _OvertakenError:
                self._book = None
                continue
            if decided == 0:
                return made
            made += decided
            await self._tell(told)

    async def look_again(self) -> int:
        """Decide anew about what the feed could not place: an invoice may have come since.

        Returns:
            How many decisions differ from the former ones.
        """
        changed, after = 0, 0
        while True:
            last, differing, told = await self._page_again(after)
            if last == 0:
                return changed
            after, changed = last, changed + differing
            await self._tell(told)

    async def _page_again(self, after: int) -> tuple[int, int, list[UntoldFact]]:
        """Where the page ends (0 for none), how many decisions differ, and what is to be told."""
        name = self._creditor.creditor
        async with self._pool.acquire() as connection, connection.transaction():
            await bank_transactions.lock_creditor(connection, name)
            waiting = await bank_transactions.waiting_for_better(
                connection, name, self._today - AGAIN, after, PAGE
            )
            if not waiting:
                return 0, 0, []
            page = [one for one, _ in waiting]
            returns = [one for one in page if one.said.kind is TransactionKind.RETURNED_RECEIPT]
            self._book = await self._load(connection, returns)
            former = {one.tx: decided for one, decided in waiting}
            differing = [
                (one, decision)
                for one, decision in await asyncio.to_thread(self._decide, page)
                if record_of(decision)["decision"] != former[one.tx]
            ]
            told: list[UntoldFact] = []
            for transaction, decision in differing:
                told += await self._settle(connection, transaction, decision)
        return page[-1].position, len(differing), told

    async def _page(self, file: str) -> tuple[int, list[UntoldFact]]:
        """Decide about one page in one transaction; what the cases are to be told afterwards."""
        name = self._creditor.creditor
        async with self._pool.acquire() as connection, connection.transaction():
            await bank_transactions.lock_creditor(connection, name)
            page = await bank_transactions.undecided(connection, name, PAGE)
            if not page:
                return 0, []
            returns = [one for one in page if one.said.kind is TransactionKind.RETURNED_RECEIPT]
            is_fresh = self._book is None or bool(returns)
            if is_fresh:
                self._book = await self._load(connection, returns)
            # Beside the event loop, which has cases to serve meanwhile.
            decisions = await asyncio.to_thread(self._decide, page)
            if not is_fresh:
                await self._make_sure(connection)
            told: list[UntoldFact] = []
            for transaction, decision in decisions:
                told += await self._settle(connection, transaction, decision)
            own = sum(one.file == file for one in page)
            await bank_files.lines_decided(connection, file, own)
        return len(page), told

    def _decide(self, page: Sequence[KeptTransaction]) -> list[tuple[KeptTransaction, Decision]]:
        """Each in its turn: what one has settled is not open for the next."""
        book = self._own_book()
        self._open_before = {}
        decisions: list[tuple[KeptTransaction, Decision]] = []
        for one in page:
            decision = _decided(one, book)
            for document in _documents(decision):
                standing = book.standing.get(document)
                if standing is not None:
                    self._open_before.setdefault(document, standing.open)
            book.apply(one.said, decision)
            decisions.append((one, decision))
        return decisions

    async def _make_sure(self, connection: Connection) -> None:
        """What the decisions rest on is still so; a person may have allocated meanwhile."""
        touched = sorted(self._open_before)
        if not touched:
            return
        found = await items.open_items(
            connection, self._creditor.creditor, self._today, only=touched
        )
        now_open = {one.document: one.open_amount for one in found}
        if now_open != self._open_before:
            raise _OvertakenError

    async def _load(self, connection: Connection, returns: Sequence[KeptTransaction]) -> Book:
        name = self._creditor.creditor
        bookings = []
        if returns:
            like = await items.booked_like(connection, name, returns, self._today)
            bookings = [booking_of(one.said, decision) for one, decision in like]
        return await asyncio.to_thread(
            Book,
            await items.open_items(connection, name, self._today),
            await items.customers(connection, name),
            await items.learnt_payers(connection, name),
            bookings,
            own_accounts=accounts_of(self._creditor),
            own_names=(plain(self._creditor.name),),
        )

    def _own_book(self) -> Book:
        if self._book is None:
            raise RuntimeError("the book is read before anything is decided")
        return self._book

    async def _settle(
        self, connection: Connection, transaction: KeptTransaction, decision: Decision
    ) -> list[UntoldFact]:
        if decision.status is Status.REVERSAL and decision.reverses:
            original = await bank_transactions.transaction_of(
                connection, transaction.account, decision.reverses
            )
            if original is not None and original.amount > 0:
                return await self._take_back(connection, transaction, original, decision)
        standing = self._own_book().standing
        owners = {
            document: standing[document].item.customer
            for document in _documents(decision)
            if document in standing
        }
        around = self._around.model_copy(update={"owners": owners})
        verdict = verdict_on(transaction.amount, decision, around)
        told = await bank_ledger.settle(connection, transaction, verdict)
        if decision.learns is not None:
            other = transaction.said.counterparty
            await bank_ledger.keep_payer(
                connection,
                transaction.creditor,
                decision.learns,
                name=other.name if other else "",
                tx=transaction.tx,
                by=FEED,
            )
        return told

    async def _take_back(
        self,
        connection: Connection,
        transaction: KeptTransaction,
        original: KeptTransaction,
        decision: Decision,
    ) -> list[UntoldFact]:
        """Undo exactly what the returned payment had settled."""
        held = await bank_ledger.holdings(connection, original.tx)
        undone, itself = return_verdicts(
            transaction.said, original.tx, transaction.tx, held, decision, self._around
        )
        told = await bank_ledger.settle(connection, original, undone)
        told += await bank_ledger.settle(connection, transaction, itself)
        if decision.unlearns is not None:
            await bank_ledger.forget_payer(
                connection,
                transaction.creditor,
                decision.unlearns.iban,
                decision.unlearns.customer,
                FEED,
            )
        return told


def _decided(transaction: KeptTransaction, book: Book) -> Decision:
    """What matching says; where it fails, a person looks, and the rest of the feed goes on."""
    try:
        return decide(transaction.said, book)
    except Exception as error:
        log.exception("matching failed", tx=transaction.tx)
        words = f"It could not be matched: {type(error).__name__}. Please allocate it by hand."
        evidence = Evidence(kind=EvidenceKind.CLASSIFICATION, words=words)
        return Decision(status=Status.UNMATCHED, evidence=(evidence,))


def _documents(decision: Decision) -> list[str]:
    ways = [decision.allocations, *(one.allocations for one in decision.suggestions)]
    return [one.document for way in ways for one in way]
