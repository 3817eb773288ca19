"""Whom does a formal notice speak for, and since when has it reached them?"""

from __future__ import annotations

from schemas.base import Frozen, Instant
from schemas.service import ReportService
from store import facts
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("services")

PROVES = ("acknowledgement", "refusal", "not-claimed", "return")
"""Kinds of proofs that say what became of a letter, the strongest first."""


class NoticeOnRecord(Frozen):
    """A message as the cases need it that it speaks for.

    Attributes:
        template: of the text that left; empty when it is not kept.
        cases: all that it speaks for.
        zone: where the debtor is.
        proof: SHA-256 of the document that proves what became of it, or empty.
    """

    template: str
    cases: tuple[str, ...]
    zone: str
    made_at: Instant
    proof: str = ""


async def read_notice(connection: Pool | Connection, reference: str) -> NoticeOnRecord | None:
    """The message of a contact; None when there is no such contact."""
    row = await connection.fetchrow(_SQL["notice"], reference, list(PROVES))
    return None if row is None else NoticeOnRecord.model_validate(dict(row))


async def keep_service(pool: Pool, cases: tuple[str, ...], fact: ReportService) -> None:
    """Put it where every case that the notice speaks for will find it."""
    async with pool.acquire() as connection, connection.transaction():
        for case in cases:
            await facts.keep_fact(connection, case, fact)
