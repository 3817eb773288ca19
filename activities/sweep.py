"""How does the daily sweep reach the invoices? Opens, starts and tells, beating meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from temporalio import activity

from activities.bounces import Bounces
from activities.cases import PAGE, Cases
from activities.telling import Telling
from domain.business_calendar import local_day
from domain.time_to_sue import court_warning, limitation_of_case
from schemas.turns import SweepOrder, SweepSummary
from store import bank_files, read_models
from store.court_facts import court_facts
from store.pool import Pool

BANK_FIRST_SECONDS = 600.0
"""So long the sweep lets a bank file that is being taken in go first."""

STANDS_STILL_SECONDS = 60.0
"""A file that has not moved for so long waits for its worker, and the sweep does not."""

LOOK_SECONDS = 0.5

NAMED_BARRED = 50
"""So many barred claims a sweep names; ``limitation`` lists all of them."""


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
        opened, problems, old = await self._cases.open_overdue(order.now, activity.heartbeat)
        started = await self._cases.start_unstarted(activity.heartbeat)
        told, untold = await self._telling.tell_all(activity.heartbeat)
        given_back = await self._bounces.give_back_corrected(activity.heartbeat)
        barred = await self._barred(old, order.now)
        return SweepSummary(
            on=order.now.date(),
            opened=opened,
            started=started,
            told=told,
            untold=untold,
            given_back=given_back,
            problems=(*problems, *late),
            barred=tuple(barred[:NAMED_BARRED]),
            barred_count=len(barred),
        )

    async def _barred(self, cases: Sequence[str], now: datetime) -> list[str]:
        """Which of the cases just opened no court hears any more, or soon; payments told before."""
        found = []
        for start in range(0, len(cases), PAGE):
            page = cases[start : start + PAGE]
            facts = await court_facts(self._pool, page)
            for case in await read_models.cases_of(self._pool, page):
                limit = limitation_of_case(case, facts.get(case.case_id))
                told = court_warning(limit, local_day(case.calendar, now))
                if told and not case.is_closed:
                    found.append(f"{case.invoice}: {told}; {case.outstanding} outstanding")
            activity.heartbeat()
        return found

    async def _let_the_bank_go_first(self) -> list[str]:
        """No case is opened for what a statement in hand has paid; what took too long is named."""
        last = time.monotonic() + BANK_FIRST_SECONDS
        while names := await bank_files.unfinished(self._pool, STANDS_STILL_SECONDS):
            if time.monotonic() > last:
                return [f"the sweep did not wait for bank file {name}" for name in names]
            activity.heartbeat()
            await asyncio.sleep(LOOK_SECONDS)
        return []
