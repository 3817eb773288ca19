"""Which worker dies in mid-run? ``python -m tests.support.lone_worker DSN TEMPORAL QUEUE``.

It serves the bank feed alone, one transaction a page, and is killed when the second page begins.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

import activities.bank_matching
import activities.heartbeat
from activities.bank_feed import BankFeed
from activities.cases import Cases
from activities.library import read_creditors, read_plans
from activities.telling import Telling
from schemas.settings import Settings
from store.pool import Pool, open_pool
from worker import running, sandboxed
from workflows import options
from workflows.bank_statement import BankStatementWorkflow

DIES_AFTER = 2
"""So many pages are decided first."""


@asynccontextmanager
async def bank_worker(pool: Pool, client: Client, settings: Settings) -> AsyncIterator[None]:
    """Serve the bank feed of one task queue, and nothing else."""
    creditors = read_creditors(settings.creditors_folder)
    plans = read_plans(settings.plans_folder)
    cases = Cases(pool, client, creditors, plans, settings.task_queue)
    feed = BankFeed(pool, creditors, Telling(pool, client, cases))
    workers = [
        Worker(
            client,
            task_queue=settings.task_queue,
            workflows=[BankStatementWorkflow],
            workflow_runner=sandboxed(),
            max_cached_workflows=0,  # else the engine waits ten seconds for the one that is dead
        ),
        Worker(
            client,
            task_queue=options.bank_queue(settings.task_queue),
            activities=[
                *(feed.look_at_bank_file, feed.read_bank_file, feed.match_bank_file),
                *(feed.tell_bank_file, feed.sum_up_bank_file),
            ],
        ),
    ]
    async with running(workers):
        yield


def _doomed() -> None:
    activities.bank_matching.PAGE = 1
    activities.heartbeat.BEAT_SECONDS = 0.2
    options.BANK["heartbeat_timeout"] = timedelta(seconds=1)
    matching: Any = activities.bank_matching.Matching
    page, pages = matching._page, 0

    async def counted(self: Any, file: str) -> tuple[int, Sequence[Any]]:
        nonlocal pages
        if pages == DIES_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        pages += 1
        answer: tuple[int, Sequence[Any]] = await page(self, file)
        return answer

    matching._page = counted


async def _serve(dsn: str, temporal: str, queue: str) -> None:
    client = await Client.connect(temporal, data_converter=pydantic_data_converter)
    async with open_pool(dsn, 4) as pool, bank_worker(pool, client, Settings(TASK_QUEUE=queue)):
        await asyncio.sleep(60)


if __name__ == "__main__":
    _doomed()
    asyncio.run(_serve(*sys.argv[1:4]))
