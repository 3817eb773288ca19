"""How is the database reached? A pool whose connections hold the application's role only."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

APPLICATION_ROLE = "relance_app"

PASSING_PROBLEMS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # as when the end of a connection crosses a question
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)
"""What a database says, or does not, while it restarts, fails over or is crowded."""


class Json(str):
    """A value of a jsonb column that is written as JSON already."""

    __slots__ = ()


def _as_json(value: object) -> str:
    return value if type(value) is Json else json.dumps(value, ensure_ascii=False)


async def prepare(connection: Connection) -> None:
    """Teach a connection that jsonb is Python data."""
    await connection.set_type_codec(
        "jsonb",
        encoder=_as_json,
        decoder=json.loads,
        schema="pg_catalog",
    )


async def _as_it_is(_connection: Connection) -> None:
    """Nothing to reset: no session lock, setting, cursor or channel outlives a transaction here.

    The driver's own reset asks the server once more for each connection that is given back, which
    was every third question of all. A transaction that is still open it ends without being told.
    """


@asynccontextmanager
async def open_pool(dsn: str, size: int = 10) -> AsyncIterator[Pool]:
    """A pool of connections as the application's role, which may not change an event.

    Args:
        dsn: of a login that is a member of the role (the owner is, by the migrations).
        size: at most so many connections.
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        init=prepare,
        reset=_as_it_is,
        server_settings={"role": APPLICATION_ROLE, "timezone": "UTC"},
        command_timeout=60,
    )
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def open_owner(dsn: str) -> AsyncIterator[Connection]:
    """One connection as the login itself, for migrations and rebuilding."""
    connection = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"})
    try:
        await prepare(connection)
        yield connection
    finally:
        await connection.close()
