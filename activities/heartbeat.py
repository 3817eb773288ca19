"""How does the engine know that an effect is under way? A beat beside it, and no interruption."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from temporalio import activity

BEAT_SECONDS = 5.0

Result = TypeVar("Result")


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
