"""Where are the bank's files? In the database, byte for byte, before anything is made of them."""

from __future__ import annotations

import hashlib

from schemas.base import Frozen, Instant
from schemas.feed import FileState
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("bank_files")

PART_BYTES = 4 << 20
"""A file is kept in parts of this size: no statement of the database grows with the file."""


class KeptFile(Frozen):
    """A bank file and how far it has come.

    Attributes:
        summary: what came of it when it was first taken in; None until then.
    """

    sha256: str
    name: str
    size: int
    format: str = ""
    state: FileState
    lines_read: int = 0
    lines_decided: int = 0
    summary: dict[str, object] | None = None
    received_by: str = ""
    received_at: Instant
    changed_at: Instant


class MissingFileError(LookupError):
    """The bytes of a file are not in the database, or not all of them."""


async def keep_file(pool: Pool, content: bytes, name: str, received_by: str) -> tuple[str, bool]:
    """Keep a file's bytes; the same bytes again change nothing.

    Args:
        pool: any.
        content: the bytes.
        name: under which the file came; the first name is kept.
        received_by: who brought it.

    Returns:
        The SHA-256 of the bytes in hexadecimal, and whether they are new.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    async with pool.acquire() as connection, connection.transaction():
        new = await connection.fetchval(
            _SQL["keep_file"], sha256, name[:500], len(content), received_by
        )
        if new is not None:
            for number, start in enumerate(range(0, len(content), PART_BYTES)):
                part = content[start : start + PART_BYTES]
                await connection.execute(_SQL["keep_part"], sha256, number, part)
    return sha256, new is not None


async def content_of(pool: Pool, sha256: str) -> bytes:
    """The bytes of a file.

    Raises:
        MissingFileError: when they were never kept.
    """
    row = await pool.fetchrow(_SQL["size"], sha256)
    if row is None or row["size"] != row["kept"]:
        raise MissingFileError(f"the bytes of bank file {sha256} are not in the database")
    whole = bytearray()
    while len(whole) < row["size"]:
        whole += await pool.fetchval(_SQL["part"], sha256, len(whole) // PART_BYTES)
    return bytes(whole)


async def file_of(pool: Pool | Connection, sha256: str) -> KeptFile | None:
    """A file and how far it has come."""
    row = await pool.fetchrow(_SQL["file"], sha256)
    return None if row is None else KeptFile.model_validate(dict(row))


async def reached(
    connection: Pool | Connection, sha256: str, state: FileState, file_format: str = ""
) -> None:
    """Say how far a file has come; one that was finished before stays finished."""
    await connection.execute(_SQL["reached"], sha256, state.value, file_format)


async def lines_read(pool: Pool, sha256: str, count: int) -> None:
    """Say how many lines of a file have been read so far, for those who wait."""
    await pool.execute(_SQL["lines_read"], sha256, count)


async def lines_decided(connection: Connection, sha256: str, count: int) -> None:
    """Say that so many more lines of a file have been decided."""
    await connection.execute(_SQL["lines_decided"], sha256, count)


async def finish(pool: Pool, sha256: str, state: FileState, summary: dict[str, object]) -> None:
    """Say that all is done; the summary of the first time is kept."""
    await pool.execute(_SQL["finish"], sha256, state.value, summary)


async def unfinished(pool: Pool, seconds: float) -> list[str]:
    """Names of the files that are being taken in, and have moved within so many seconds."""
    return [row["name"] for row in await pool.fetch(_SQL["unfinished"], seconds)]
