"""What day is it in a story? Every case has a clock of its own; this one keeps them in step."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from store.pool import Pool
from store.read_models import due_before, list_cases

ZONE = ZoneInfo("Europe/Paris")
AT_ONCE = 8
SETTLE_SECONDS = 30.0


class TimeStandsStill(RuntimeError):  # noqa: N818 - reads as the condition it names
    """Something that was due did not happen in time."""


def moment(day: date, at: time) -> datetime:
    """A moment of a day in Paris, in UTC."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


class VirtualClock:
    """Moves the clocks of all open cases forward together.

    Temporal's development server skips time for each workflow by itself, so that months pass
    without waiting; nothing else about the cases is different from real life.
    """

    def __init__(self, client: Client, pool: Pool) -> None:
        self._skipper = TimeSkipper(client)
        self._client = client
        self._pool = pool
        self._places = asyncio.Semaphore(AT_ONCE)
        self._reached: dict[str, datetime] = {}

    async def move_to(self, until: datetime) -> None:
        """Let time pass for every open case, and wait until what was due has been done."""
        cases = [case.case_id for case in await list_cases(self._pool) if case.state != "closed"]
        await asyncio.gather(*(self._move(case, until) for case in cases))
        await self._settled(until)

    async def _move(self, case: str, until: datetime) -> None:
        now = self._reached.get(case)
        async with self._places:
            handle = self._client.get_workflow_handle(case)
            try:
                now = now or await self._skipper.get_current_time(handle)
                if until > now:
                    await self._skipper.fast_forward(handle, until - now)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
        self._reached[case] = until

    async def _settled(self, until: datetime) -> None:
        """The clock is there; what it woke may still be on its way to the record."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLE_SECONDS
        while late := await due_before(self._pool, until - timedelta(minutes=5)):
            if loop.time() > end:
                words = f"at {until}: nothing happened for {', '.join(late)}; see the worker's log"
                raise TimeStandsStill(words)
            await asyncio.sleep(0.01)
