"""What do the bank's tests share? A counter on a database of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.pool import open_pool
from tests.support.bank import Counter


@pytest.fixture
async def counter(database: str) -> AsyncIterator[Counter]:
    """A bank counter."""
    async with open_pool(database, 4) as pool:
        yield Counter(pool)
