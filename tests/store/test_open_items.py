"""What of an invoice is open to a payment? Nothing once its case has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest

from schemas.case import ClosingReason
from schemas.events import CaseClosed
from store.open_items import open_items
from store.pool import Pool, open_pool
from tests.support.cases import opened, put
from tests.support.ledger import owe

TODAY = date(2026, 11, 20)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 2) as pool:
        yield pool


async def test_a_case_that_a_person_has_ended_takes_no_money(pool: Pool) -> None:
    """Cancelled, written off or given up: money that comes all the same is the debtor's own."""
    ended = (ClosingReason.CANCELLED, ClosingReason.WRITTEN_OFF, ClosingReason.UNCOLLECTIBLE)
    await owe(pool, "F-OPEN")
    await opened(pool, "F-OPEN")
    for reason in ended:
        await owe(pool, f"F-{reason.value}")
        case = await opened(pool, f"F-{reason.value}")
        await put(pool, case, CaseClosed(at=case.opened_at, by="claire", reason=reason))
    async with pool.acquire() as connection:
        items = await open_items(connection, "atelier", TODAY)
    found = {one.document: one.open_amount > 0 for one in items}
    assert found == {"F-OPEN": True, **{f"F-{reason.value}": False for reason in ended}}
    assert sum(one.open_amount for one in items) > Decimal(0)
