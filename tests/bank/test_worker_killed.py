"""Who goes on when the worker dies? The engine notices, and another worker ends what it began."""

from __future__ import annotations

import asyncio
import signal
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

import activities.heartbeat
from schemas.feed import FeedRequest, FeedSummary
from schemas.settings import Settings
from store import bank_files
from store.pool import open_pool
from tests.support.bank import Counter
from tests.support.bank_files import Line, camt
from tests.support.lone_worker import bank_worker
from workflows import options

pytestmark = pytest.mark.story

DAY = date(2026, 11, 18)


async def test_another_worker_ends_what_a_killed_one_began(
    database: str, temporal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is killed while it matches, after its first page: each payment counts once."""
    monkeypatch.setitem(options.BANK, "heartbeat_timeout", timedelta(seconds=1))
    monkeypatch.setattr(activities.heartbeat, "BEAT_SECONDS", 0.2)
    queue = f"relance-{uuid.uuid4().hex[:8]}"
    client = await Client.connect(temporal, data_converter=pydantic_data_converter)
    async with open_pool(database, 4) as pool:
        counter = Counter(pool)
        await counter.debtor("D1", "Menuiserie Dubois")
        for number in range(6):
            await counter.invoice(f"FA-{number:04d}", "100.00", "D1")
        lines = [
            Line("100.00", f"FACTURE FA-{number:04d}", "Menuiserie Dubois", "", f"R-{number:07d}")
            for number in range(6)
        ]
        sha256, _ = await bank_files.keep_file(pool, camt(DAY, lines), "day.xml", "test")
        doomed = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.lone_worker", database, temporal, queue)
        )
        handle = await client.start_workflow(
            "BankStatement",
            FeedRequest(sha256=sha256, name="day.xml", now=datetime(2026, 11, 19, tzinfo=UTC)),
            id=f"statement/{sha256}/{queue}",
            task_queue=queue,
            result_type=FeedSummary,
        )
        assert await asyncio.wait_for(doomed.wait(), 60) == -signal.SIGKILL
        settled = await pool.fetchval("select count(*) from payments")
        assert 0 < settled < 6
        async with bank_worker(pool, client, Settings(TASK_QUEUE=queue)):
            summary = await asyncio.wait_for(handle.result(), 60)
        assert (summary.read.new, summary.matched.booked) == (6, 6)
        assert await counter.places() == {"allocated": Decimal(600)}
        assert await pool.fetchval("select count(*) from payments") == 6
