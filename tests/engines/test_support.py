"""Do the engines that tests stand on work?"""

from __future__ import annotations

import asyncpg
from temporalio.client import Client

from tests.support.engines import fresh_database, postgres_for_tests, temporal_for_tests


async def test_a_database_of_its_own_for_each_test() -> None:
    """What one test writes, no other test sees."""
    with postgres_for_tests() as admin:
        async with fresh_database(admin) as first, fresh_database(admin) as second:
            one, other = await asyncpg.connect(first), await asyncpg.connect(second)
            await one.execute("CREATE TABLE cases (id integer)")
            assert await other.fetchval("SELECT to_regclass('cases')") is None
            await one.close()
            await other.close()


async def test_temporal_in_memory_is_ready_to_use() -> None:
    """A client that connects finds the namespace and can list cases by their creditor."""
    with temporal_for_tests() as address:
        client = await Client.connect(address)
        assert await client.service_client.check_health()
        assert [case async for case in client.list_workflows("Creditor = 'acme'")] == []
