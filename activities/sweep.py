"""How does the daily sweep reach the invoices? Opens, starts and tells, beating meanwhile."""

from __future__ import annotations

import asyncio
import time

from temporalio import activity

from activities.bounces import Bounces
from activities.cases import Cases
from activities.telling import Telling
from schemas.turns import SweepOrder, SweepSummary
from store import bank_files
from store.pool import Pool

BANK_FIRST_SECONDS = 600.0
"""So long the sweep lets a bank file that is being taken in go first."""

STANDS_STILL_SECONDS = 60.0
"""A file that has not moved for so long waits for its worker, and the sweep does not."""

LOOK_SECONDS = 0.5


class Sweep:
    """Opens a case for each newly overdue invoice, and tells cases what they have not heard."""

    def __init__(self, pool: Pool, cases: Cases, telling: Telling) -> None:
        self._pool = pool
        self._cases = cases
        self._telling = telling
        self._bounces = Bounces(pool, telling)

    @activity.defn(name="sweep_overdue")
    async def sweep_overdue(self, order: SweepOrder) -> SweepSummary:
        """Do the day's sweep; doing it twice, or again after a crash, changes nothing more."""
        late = await self._let_the_bank_go_first()
        opened, problems = await self._cases.open_overdue(order.now, activity.heartbeat)
        started = await self._cases.start_unstarted(activity.heartbeat)
        told, untold = await self._telling.tell_all(activity.heartbeat)
        given_back = await self._bounces.give_back_corrected(activity.heartbeat)
        return SweepSummary(
            on=order.now.date(),
            opened=opened,
            started=started,
            told=told,
            untold=untold,
            given_back=given_back,
            problems=(*problems, *late),
        )

    async def _let_the_bank_go_first(self) -> list[str]:
        """No case is opened for what a statement in hand has paid; what took too long is named."""
        last = time.monotonic() + BANK_FIRST_SECONDS
        while names := await bank_files.unfinished(self._pool, STANDS_STILL_SECONDS):
            if time.monotonic() > last:
                return [f"the sweep did not wait for bank file {name}" for name in names]
            activity.heartbeat()
            await asyncio.sleep(LOOK_SECONDS)
        return []
