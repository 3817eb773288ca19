"""What does a bank file add to what is known? Read in chunks, each line counted once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from domain.bank_accounts import OwnAccount, UnknownAccountError, accounts_of, own_account
from domain.bank_identity import said, sight
from domain.bank_verdict import FEED
from schemas.bank import BankStatement, BankTransaction, FileFormat, Notice, Quarantined
from schemas.bank_ledger import Placement, Verdict
from schemas.feed import FeedOrder, FileState, Place, ReadSummary, TransactionState
from schemas.matching import SeenEntry, SightingKind
from schemas.money import Money
from schemas.parties import Creditor
from statements.errors import NotABankFileError
from statements.gathering import Piece
from statements.reader import open_bank_file
from store import bank_files, bank_ledger, bank_transactions
from store.bank_transactions import NewTransaction
from store.pool import Connection, Pool

CHUNK = 500
"""So many lines are kept in one transaction of the database."""

DEFAULT_CURRENCY = "EUR"
"""Of lines that name none: old French files, in which it went without saying."""

SHOWN_PROBLEMS = 50
"""So many things to look at are listed; the rest is counted."""

_FAMILIES = {
    FileFormat.CAMT_052: "camt",
    FileFormat.CAMT_053: "camt",
    FileFormat.CAMT_054: "camt",
    FileFormat.MT940: "swift",
    FileFormat.MT942: "swift",
}
"""Formats that give the same payment the same key; every other format is a family of its own."""


class FileReading:
    """Reads one file into the database; doing it again changes nothing more."""

    def __init__(self, pool: Pool, creditors: Mapping[str, Creditor], order: FeedOrder) -> None:
        self._pool = pool
        self._creditors = creditors
        self._order = order
        self._family = ""
        self._counts: Counter[str] = Counter()
        self._problems: list[str] = []
        self._accounts: dict[str, OwnAccount | None] = {}
        self._known: dict[tuple[str, str], SeenEntry] = {}

    async def read(self) -> ReadSummary:
        """Read it from the beginning to the end, in chunks."""
        await self._list_accounts()
        content = await bank_files.content_of(self._pool, self._order.sha256)
        try:
            recognised, pieces = await asyncio.to_thread(open_bank_file, content)
            self._family = _FAMILIES.get(recognised.format, recognised.format.value)
            while chunk := await asyncio.to_thread(_next, pieces):
                await self._keep(chunk)
        except NotABankFileError as error:
            return await self._refused(str(error))
        if self._accounts and not any(self._accounts.values()):
            return await self._refused("; ".join(self._problems))
        await bank_files.reached(
            self._pool, self._order.sha256, FileState.READ, recognised.format.value
        )
        return self._summary()

    async def _refused(self, why: str) -> ReadSummary:
        await bank_files.reached(self._pool, self._order.sha256, FileState.REFUSED)
        return self._summary().model_copy(update={"refused": why})

    def _summary(self) -> ReadSummary:
        left = len(self._problems) - SHOWN_PROBLEMS
        more = [f"… and {left} more"] if left > 0 else []
        own = {one.account for one in self._accounts.values() if one}
        return ReadSummary(
            new=self._counts["new"],
            known=self._counts["known"],
            replaced=self._counts["replaced"],
            not_settling=self._counts["not settling"],
            held_back=self._counts["held back"],
            accounts=tuple(sorted(own)),
            problems=(*self._problems[:SHOWN_PROBLEMS], *more),
        )

    async def _list_accounts(self) -> None:
        """Those that no file has told of yet are known to be silent."""
        async with self._pool.acquire() as connection:
            for creditor in self._creditors.values():
                await bank_transactions.keep_listed(
                    connection, creditor.creditor, accounts_of(creditor)
                )

    async def _keep(self, chunk: Sequence[Piece]) -> None:
        """Keep a chunk in one transaction; what was read before it stays."""
        lines = [one for one in chunk if isinstance(one, BankTransaction)]
        self._counts["lines"] += len(lines)
        self._counts["not settling"] += sum(not one.settles for one in lines)
        by_account: dict[OwnAccount, list[BankTransaction]] = {}
        for line in lines:
            own = self._own(line.account)
            usable = self._usable(line) if own and line.settles else None
            if own and usable:
                by_account.setdefault(own, []).append(usable)
        async with self._pool.acquire() as connection, connection.transaction():
            for own, told in sorted(by_account.items(), key=lambda one: one[0].creditor):
                await self._keep_lines(connection, own, told)
            for piece in chunk:
                await self._keep_other(connection, piece)
        await bank_files.lines_read(self._pool, self._order.sha256, self._counts["lines"])

    def _usable(self, line: BankTransaction) -> BankTransaction | None:
        """A line whose amount can be kept; another would stop all that come after it."""
        if not line.currency:
            line = line.model_copy(update={"currency": DEFAULT_CURRENCY})
        try:
            Money(amount=line.amount, currency=line.currency)
        except ValueError:
            words = f"{line.amount} {line.currency} is no amount of money; the line is left out"
            self._problems.append(f"{line.place}: {words}")
            return None
        return line

    async def _keep_other(self, connection: Connection, piece: Piece) -> None:
        match piece:
            case BankStatement():
                await self._keep_statement(connection, piece)
            case Quarantined():
                self._problems.append(f"{piece.place}: {piece.reason}: {piece.excerpt}")
            case Notice():
                self._problems.append(piece.sentence)
            case _:
                pass

    def _own(self, account: str) -> OwnAccount | None:
        """Whose account it is; an unknown one is named once, and its lines are left out."""
        if account not in self._accounts:
            try:
                own = own_account(self._order.account or account, self._creditors.values())
            except UnknownAccountError as unknown:
                self._problems.append(str(unknown))
                self._accounts[account] = None
            else:
                self._accounts[account] = own
        return self._accounts[account]

    async def _keep_statement(self, connection: Connection, statement: BankStatement) -> None:
        own = self._own(statement.account)
        if own is None:
            return
        await bank_transactions.keep_account(
            connection, own.account, own.creditor, statement.currency, self._family
        )
        await bank_transactions.keep_statement(
            connection, own.account, statement, self._order.sha256
        )
        if statement.kind == "statement" and statement.closing and statement.closing.day:
            day = min(statement.closing.day, self._order.now.date())
            await bank_transactions.keep_booked_to(connection, own.account, day)
        if not statement.complete:
            self._problems.append(f"{own.account}: the file breaks off in {statement.id}")

    async def _keep_lines(
        self, connection: Connection, own: OwnAccount, told: Sequence[BankTransaction]
    ) -> None:
        await bank_transactions.lock_creditor(connection, own.creditor)
        await bank_transactions.keep_account(
            connection, own.account, own.creditor, told[0].currency, self._family
        )
        days = {_booked_on(line, self._order.now) for line in told}
        foreign = await bank_transactions.foreign_days(connection, own.account, self._family, days)
        if foreign:
            told = self._hold_back(own, told, foreign)
        keys = {line.entry_key for line in told}
        known = await bank_transactions.seen_entries(connection, own.account, sorted(keys))
        await self._sight_all(connection, own, told, known)
        today = self._order.now.date()
        if days:
            last = min(max(days), today)
            await bank_transactions.keep_booked_to(connection, own.account, last)

    def _hold_back(
        self, own: OwnAccount, told: Sequence[BankTransaction], foreign: set[date]
    ) -> list[BankTransaction]:
        """Leave out days that another format has told: no key says whether it is the same."""
        kept = [line for line in told if _booked_on(line, self._order.now) not in foreign]
        if len(kept) < len(told) and not self._counts["held back"]:
            shown = ", ".join(str(day) for day in sorted(foreign)[:5])
            self._problems.append(
                f"{own.account}: {shown} came in another format already; told in two formats a "
                "payment cannot be recognised, so this file's lines of those days are left out"
            )
        self._counts["held back"] += len(told) - len(kept)
        return kept

    async def _sight_all(
        self,
        connection: Connection,
        own: OwnAccount,
        told: Sequence[BankTransaction],
        known: dict[str, SeenEntry],
    ) -> None:
        """Ask of each line whether it is new, and keep what it adds."""
        new: list[NewTransaction] = []
        for line in told:
            sighting = sight(line, known.get(line.entry_key))
            known[line.entry_key] = sighting.entry
            match sighting.kind:
                case SightingKind.DUPLICATE:
                    self._counts["known"] += 1
                    continue
                case SightingKind.ADDS_DETAIL:
                    await bank_transactions.keep_transactions(connection, new)
                    new = []
                    self._counts["known"] += 1
                    await bank_transactions.enrich(connection, own.account, line, said(line))
                    continue
                case SightingKind.REPLACES_SUM:
                    await bank_transactions.keep_transactions(connection, new)
                    new = []
                    self._counts["replaced"] += 1
                    await self._replace(connection, own, sighting.replaces)
            self._counts["new"] += 1
            new.append(
                NewTransaction(
                    account=own.account,
                    creditor=own.creditor,
                    family=self._family,
                    told=line,
                    booked_on=_booked_on(line, self._order.now),
                    detail=said(line),
                    file=self._order.sha256,
                )
            )
        await bank_transactions.keep_transactions(connection, new)

    async def _replace(self, connection: Connection, own: OwnAccount, item_key: str) -> None:
        """The sum's money is with its items from now on; cases that had it give it back."""
        replaced = await bank_transactions.transaction_of(connection, own.account, item_key)
        if replaced is None:
            raise LookupError(f"{item_key} was counted and is not there")
        verdict = Verdict(
            action="replace",
            author=FEED,
            decided_at=self._order.now,
            state=TransactionState.SUPERSEDED,
            placements=(Placement(place=Place.SUPERSEDED, amount=replaced.amount),),
            data={"words": ["The bank has told the payments of which this was the sum."]},
            reason="replaced by the payments of which it was the sum",
        )
        await bank_ledger.settle(connection, replaced, verdict)


def _next(pieces: Iterator[Piece]) -> list[Piece]:
    """The next pieces; parsing keeps a processor busy, so it happens beside the event loop."""
    return list(islice(pieces, CHUNK))


def _booked_on(line: BankTransaction, now: datetime) -> date:
    return line.booking_date or line.value_date or now.date()
