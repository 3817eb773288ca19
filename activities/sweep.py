"""How does the daily sweep reach the invoices? Opens, starts and tells, beating meanwhile."""

from __future__ import annotations

from temporalio import activity

from activities.cases import Cases
from activities.telling import Telling
from schemas.turns import SweepOrder, SweepSummary


class Sweep:
    """Opens a case for each newly overdue invoice, and tells cases what they have not heard."""

    def __init__(self, cases: Cases, telling: Telling) -> None:
        self._cases = cases
        self._telling = telling

    @activity.defn(name="sweep_overdue")
    async def sweep_overdue(self, order: SweepOrder) -> SweepSummary:
        """Do the day's sweep; doing it twice, or again after a crash, changes nothing more."""
        opened, problems = await self._cases.open_overdue(order.now, activity.heartbeat)
        started = await self._cases.start_unstarted(activity.heartbeat)
        told, untold = await self._telling.tell_all(activity.heartbeat)
        return SweepSummary(
            on=order.now.date(),
            opened=opened,
            started=started,
            told=told,
            untold=untold,
            problems=tuple(problems),
        )
