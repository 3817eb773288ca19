"""Is what came from outside there once, and told in the order in which it came?"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store import facts
from store.pool import Pool, open_pool
from tests.support.cases import opened, payment


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 2) as pool:
        yield pool


async def test_a_fact_is_told_in_the_order_in_which_it_came(pool: Pool) -> None:
    """The ids say nothing about the order, whichever way the facts are asked for."""
    case = (await opened(pool)).case_id
    names = ["pay-c", "pay-a", "pay-b"]
    for name in names:
        assert await facts.keep_fact(pool, case, payment("10.00", name))
    of_one = [one.command_id for one in await facts.untold(pool, case)]
    of_many = [one.fact.command_id for one in await facts.untold_of(pool, [case])]
    of_all = [one.fact.command_id for one in await facts.all_untold(pool)]
    first = await facts.all_untold(pool, limit=1)
    then = await facts.all_untold(pool, first[-1], limit=2)
    paged = [one.fact.command_id for one in (*first, *then)]
    assert of_one == of_many == of_all == paged == names


async def test_a_fact_that_is_there_is_not_changed_by_its_like(pool: Pool) -> None:
    """The same id with another amount is no correction; what was said first stands."""
    case = (await opened(pool)).case_id
    assert await facts.keep_fact(pool, case, payment("10.00"))
    assert not await facts.keep_fact(pool, case, payment("99.00"))
    assert await facts.untold(pool, case) == (payment("10.00"),)
