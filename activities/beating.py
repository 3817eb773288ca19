"""How does the engine know that long work goes on? A beat beside it, with how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from temporalio import activity

BEAT_SECONDS = 3.0


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Beat while the block runs; nothing of it is interrupted by that."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(BEAT_SECONDS)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
