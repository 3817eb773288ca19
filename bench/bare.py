"""What would it cost without us? Workflows and activities that do nothing, on the same server."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

STEPS = 5


@activity.defn(name="nothing")
async def nothing(number: int) -> int:
    """Do nothing."""
    return number


@workflow.defn(name="Bare")
class Bare:
    """As many activities as a case has steps, then one for the update that ends it."""

    def __init__(self) -> None:
        self._done = 0
        self._told = False

    @workflow.run
    async def run(self, _argument: str) -> int:
        """Call one activity after the other, then wait to be told."""
        for number in range(STEPS):
            self._done += await _nothing(number)
        await workflow.wait_condition(lambda: self._told and workflow.all_handlers_finished())
        return self._done

    @workflow.update
    async def tell(self, number: int) -> int:
        """One activity more."""
        answer = await _nothing(number)
        self._told = True
        return answer


async def _nothing(number: int) -> int:
    return await workflow.execute_activity(
        nothing, number, start_to_close_timeout=timedelta(seconds=30)
    )


@workflow.defn(name="Idle")
class Idle:
    """Never begins: it stands for a case in its start delay."""

    @workflow.run
    async def run(self, _argument: str) -> None:
        """Sleep, should it ever begin."""
        await asyncio.sleep(3600)
