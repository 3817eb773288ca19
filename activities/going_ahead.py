"""Which case starts first? Of a debtor's cases that are due at once, one goes ahead.

Its message speaks for the others, and their step goes on record with its own. Their workflows are
then started with a delay until their next step, days later, which costs the engine a fraction.
Nobody waits for long: a case whose leader has not moved on in time starts all the same.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime

from domain.sharing import MessageKey, message_now
from schemas.case import CollectionCase
from store import receivables
from store.pool import Pool

PAGE = 500
"""How many cases are looked at, or started, at one time."""

WAIT_SECONDS = 30.0
"""The others start by themselves when for so long none of those ahead has got anywhere."""

LOOK_SECONDS = 0.2

Progress = Callable[[int], None]
Start = Callable[[Sequence[CollectionCase]], Awaitable[int]]


class GoingAhead:
    """Starts the cases that the engine was never asked to run, in an order that spares it work."""

    def __init__(self, pool: Pool, start: Start) -> None:
        self._pool = pool
        self._start = start
        self._last: CollectionCase | None = None
        self._leaders: dict[MessageKey, CollectionCase] = {}
        self._behind: dict[str, list[str]] = {}
        self._versions: dict[str, int] = {}

    async def start_all(self, progress: Progress) -> int:
        """Start them all; those behind another one when that one has moved on.

        Args:
            progress: told how many have been started so far, also while nothing can be.

        Returns:
            How many were started; those that ran already, in spite of it, do not count.
        """
        started, moved = 0, time.monotonic()
        page = await self._page()
        while page or self._behind:
            ready = self._ahead_of(page) + await self._behind_those_who_moved()
            if ready:
                moved = time.monotonic()
            elif time.monotonic() - moved > WAIT_SECONDS:
                ready = await self._follow(list(self._behind))
            else:
                await asyncio.sleep(LOOK_SECONDS)
            started += await self._start(ready)
            progress(started)
            page = await self._page() if page else []
        return started

    async def _page(self) -> list[CollectionCase]:
        rows = await receivables.unstarted(self._pool, PAGE, self._last)
        page = [CollectionCase.model_validate(row["folded"]) for row in rows]
        self._last = page[-1] if page else self._last
        return page

    def _ahead_of(self, page: Sequence[CollectionCase]) -> list[CollectionCase]:
        """Those that nothing keeps from starting; the others are remembered behind their leader."""
        now = datetime.now(UTC)
        ahead: list[CollectionCase] = []
        for case in page:
            key = message_now(case, max(now, case.opened_at))
            leader = self._leaders.setdefault(key, case) if key else case
            if leader is case:
                ahead.append(case)
            else:
                self._behind.setdefault(leader.case_id, []).append(case.case_id)
                self._versions[leader.case_id] = leader.version
        if page:  # Cases of one debtor stand side by side, but may be on two pages.
            whose = (page[-1].creditor, page[-1].debtor_id)
            self._leaders = {key: one for key, one in self._leaders.items() if key[:2] == whose}
        return ahead

    async def _behind_those_who_moved(self) -> list[CollectionCase]:
        if not self._behind:
            return []
        return await self._follow(await receivables.moved_on(self._pool, self._versions))

    async def _follow(self, leaders: Collection[str]) -> list[CollectionCase]:
        """The cases behind these, as they stand by now."""
        behind = [case for leader in leaders for case in self._behind.pop(leader)]
        for leader in leaders:
            del self._versions[leader]
        rows = await receivables.still_unstarted(self._pool, behind) if behind else []
        return [CollectionCase.model_validate(row["folded"]) for row in rows]
