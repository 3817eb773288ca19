"""How does the engine know that work goes on? By a beat beside it, while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from temporalio import activity

BEAT_SECONDS = 3.0
"""Between two beats; the shortest patience of the engine is 15 seconds (``workflows.options``)."""

Result = TypeVar("Result")


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Beat while the block runs; whatever asks it to stop interrupts it as usual."""

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


async def uninterrupted(effect: Coroutine[None, None, Result]) -> Result:
    """Run an effect to its end, beating meanwhile, whatever asks it to stop.

    A cancellation or a worker that drains must not cut an SMTP conversation in half: what has
    begun is finished and recorded, which takes no longer than the effect's own timeouts.
    """
    task = asyncio.ensure_future(effect)
    while not task.done():
        try:
            await asyncio.wait({task}, timeout=BEAT_SECONDS)
        except asyncio.CancelledError:
            continue
        if not task.done():
            activity.heartbeat()
    return task.result()
