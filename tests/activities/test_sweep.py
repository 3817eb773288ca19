"""Does the sweep open no case for what a bank file in hand has paid?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities import sweep
from activities.sweep import Sweep
from schemas.feed import FileState
from schemas.turns import SweepOrder, SweepSummary
from store import bank_files
from tests.support.house import House

pytestmark = pytest.mark.story
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


async def swept(house: House) -> SweepSummary:
    """One sweep, now."""
    work = Sweep(house.pool, house.cases, house.telling)
    with house.skipper.with_time_skipping_disabled():
        order = SweepOrder(now=datetime.now(UTC))
        return await ActivityEnvironment().run(work.sweep_overdue, order)


async def test_the_sweep_lets_a_bank_file_go_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the statement that may hold the payment is told, no case is opened."""
    monkeypatch.setattr(sweep, "LOOK_SECONDS", 0.02)
    await house.invoice("SWEEP-1", due=YESTERDAY)
    sha256, _ = await bank_files.keep_file(house.pool, b"today's", "today.xml", "test")
    sweeping = asyncio.create_task(swept(house))
    await asyncio.sleep(0.3)
    assert not sweeping.done()
    assert await house.pool.fetchval("select count(*) from cases") == 0
    await bank_files.finish(house.pool, sha256, FileState.TOLD, {})
    summary = await asyncio.wait_for(sweeping, 20)
    assert (summary.opened, summary.problems) == (1, ())


async def test_the_sweep_does_not_wait_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that stands still waits for its worker; one that takes too long is named."""
    await house.invoice("SWEEP-2", due=YESTERDAY)
    await bank_files.keep_file(house.pool, b"yesterday's", "left.xml", "test")
    await house.pool.execute("update bank_files set changed_at = now() - interval '2 minutes'")
    summary = await asyncio.wait_for(swept(house), 20)
    assert (summary.opened, summary.problems) == (1, ())
    await bank_files.keep_file(house.pool, b"endless", "endless.xml", "test")
    monkeypatch.setattr(sweep, "BANK_FIRST_SECONDS", 0.1)
    monkeypatch.setattr(sweep, "LOOK_SECONDS", 0.02)
    summary = await asyncio.wait_for(swept(house), 20)
    assert summary.problems == ("the sweep did not wait for bank file endless.xml",)
