"""How does a bank file reach the cases? Four activities, each of which may be repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from temporalio import activity

from activities.bank_matching import Matching
from activities.bank_reading import FileReading
from activities.heartbeat import beating
from activities.telling import Telling
from domain.balance_chain import broken_links
from schemas.feed import (
    FeedOrder,
    FeedSummary,
    FileState,
    MatchSummary,
    ReadSummary,
    TellSummary,
    TransactionState,
)
from schemas.parties import Creditor
from store import bank_files, bank_ledger, bank_transactions, receivables
from store.facts import UntoldFact
from store.pool import Pool


class BankFeed:
    """Reads bank files, matches what is in them, and tells the cases."""

    def __init__(self, pool: Pool, creditors: Mapping[str, Creditor], telling: Telling) -> None:
        self._pool = pool
        self._creditors = creditors
        self._telling = telling

    @activity.defn(name="look_at_bank_file")
    async def look_at_bank_file(self, order: FeedOrder) -> FeedOrder:
        """What is known of the file before this work begins, so that news can be told apart."""
        known = await bank_transactions.first_told_by(self._pool, order.sha256)
        return order.model_copy(update={"first_told": known})

    @activity.defn(name="read_bank_file")
    async def read_bank_file(self, order: FeedOrder) -> ReadSummary:
        """Keep what the file says and is not known yet."""
        async with beating():
            summary = await FileReading(self._pool, self._creditors, order).read()
            told_first = await bank_transactions.first_told_by(self._pool, order.sha256)
        # What an attempt that died had kept is new all the same.
        new = told_first - order.first_told
        return summary.model_copy(
            update={"new": new, "known": max(summary.known + summary.new - new, 0)}
        )

    @activity.defn(name="match_bank_file")
    async def match_bank_file(self, order: FeedOrder) -> MatchSummary:
        """Decide about everything undecided, and tell the cases page by page."""
        decided = 0
        async with beating():
            for name in await bank_transactions.creditors_waiting(self._pool):
                if creditor := self._creditors.get(name):
                    matching = Matching(self._pool, creditor, order.now, self._tell)
                    decided += await matching.match_all(order.sha256)
                    decided += await matching.look_again()
            await bank_files.reached(self._pool, order.sha256, FileState.MATCHED)
        return MatchSummary(decided=decided)

    @activity.defn(name="tell_bank_file")
    async def tell_bank_file(self, order: FeedOrder) -> TellSummary:
        """Tell what a page, or a process that died after its commit, could not tell."""
        async with beating():
            told, untold = await self._telling.tell_all()
            await bank_files.reached(self._pool, order.sha256, FileState.TOLD)
        return TellSummary(told=told, untold=untold)

    @activity.defn(name="sum_up_bank_file")
    async def sum_up_bank_file(self, order: FeedOrder) -> FeedSummary:
        """Where the file's money is now, and whether its accounts' balances follow."""
        counts = dict.fromkeys(TransactionState, 0)
        returned = 0
        for status, kind, count in await bank_ledger.states_of_file(self._pool, order.sha256):
            counts[TransactionState(status)] += count
            returned += count if kind == "returned-receipt" else 0
        gaps: list[str] = []
        for account in await bank_transactions.accounts_of_file(self._pool, order.sha256):
            links = await bank_transactions.links_of(self._pool, account)
            gaps += broken_links(account, links)
            gaps += await bank_transactions.not_adding_up(self._pool, account)
        summary = FeedSummary(
            sha256=order.sha256,
            name=order.name,
            matched=MatchSummary(
                booked=counts[TransactionState.BOOKED],
                suggested=counts[TransactionState.SUGGESTED],
                on_account=counts[TransactionState.ON_ACCOUNT],
                unmatched=counts[TransactionState.UNMATCHED],
                ignored=counts[TransactionState.IGNORED],
                returned=returned,
            ),
            amounts=await bank_ledger.sums(self._pool, file=order.sha256),
            gaps=tuple(gaps),
        )
        kept = summary.model_dump(mode="json")
        await bank_files.finish(self._pool, order.sha256, FileState.TOLD, kept)
        return summary

    async def _tell(self, told: Sequence[UntoldFact]) -> None:
        """Those whose case is on record; the others learn of it when they are opened."""
        async with self._pool.acquire() as connection:
            cases = sorted({one.case_id for one in told})
            known = await receivables.which_exist(connection, cases)
        await self._telling.tell([one for one in told if one.case_id in known])
