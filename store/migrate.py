"""Is the database of today's shape? Numbered files, each applied once, under a polled lock."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from pathlib import Path

from store.pool import APPLICATION_ROLE, Connection, open_owner
from store.queries import queries

FOLDER = Path(__file__).parent / "migrations"
_SQL = queries("migrate")


class MigrationError(RuntimeError):
    """The migrations on disk and those that ran do not fit together."""


async def migrate(dsn: str, folder: Path = FOLDER) -> list[str]:
    """Apply what is new, and say what was applied.

    The lock is polled, never waited for in SQL: a waiting statement would deadlock with
    ``create index concurrently`` in the one that holds it.

    Args:
        dsn: of the owner of the database.
        folder: the numbered ``.sql`` files.

    Raises:
        MigrationError: when a file was changed after it ran, or sorts before one that did.
    """
    files = [(file.name, file.read_text("utf-8")) for file in sorted(folder.glob("[0-9]*.sql"))]  # noqa: ASYNC240 - a few small files, before anything else runs
    async with open_owner(dsn) as connection:
        while not await connection.fetchval(_SQL["try_lock"]):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
        await connection.execute(_SQL["create_table"])
        applied = await _apply(connection, files)
        await connection.execute(_SQL["grant_role"].replace("relance_app", APPLICATION_ROLE))
        return applied


async def _apply(connection: Connection, files: Iterable[tuple[str, str]]) -> list[str]:
    done = {row["name"]: row["sha256"] for row in await connection.fetch(_SQL["applied"])}
    applied: list[str] = []
    for name, sql in files:
        checksum = hashlib.sha256(sql.encode()).hexdigest()
        if done.get(name) == checksum:
            continue
        if name in done:
            raise MigrationError(
                f"{name} was changed after it ran; restore it and add a new file instead"
            )
        if done and name < max(done):
            raise MigrationError(f"{name} sorts before {max(done)}, which already ran; rename it")
        async with connection.transaction():
            await connection.execute(sql)
            await connection.execute(_SQL["remember"], name, checksum)
        applied.append(name)
    return applied
