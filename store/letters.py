"""Which letters are under way, what became of them, and what proves it?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from domain.postage import later_state, presentation
from schemas.base import Frozen, Instant
from schemas.postage import LetterKind, PostalNews, PostalState, Proof
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("letters")


ALL_PROOFS = "all"
"""Stands for the proofs of a letter that could not even be listed."""

ANOTHER_BEFORE = "another document was fetched before"
"""The doubt about a good proof of which there is a different good one already."""

ODD_ONES_MAX = 10
"""So many documents that are none are kept of each kind: an error page is another one each time."""


class KeptLetter(Frozen):
    """A letter that a provider has.

    Attributes:
        reference: of its contact.
        sha256: of the document that was submitted last, hexadecimal; empty when none was.
        presented_at: when it was first presented, if somebody said so.
        ended_at: when it came to its end, as the provider says.
        reported_at: when its cases heard what became of it; None when they have not.
    """

    reference: str
    provider: str
    provider_id: str
    kind: LetterKind
    state: PostalState
    cause: str = ""
    is_final: bool = False
    sha256: str = ""
    presented_at: Instant | None = None
    ended_at: Instant | None = None
    reported_at: Instant | None = None
    updated_at: Instant


async def keep_letter(
    connection: Pool | Connection, reference: str, provider: str, provider_id: str, kind: LetterKind
) -> str:
    """Remember under which id a provider has the letter of a contact; the first one holds.

    Returns:
        The id that holds, which is another one when another attempt was quicker.
    """
    return str(
        await connection.fetchval(
            _SQL["keep_letter"], reference, provider, provider_id, kind, PostalState.DRAFT
        )
    )


async def read_letter(connection: Pool | Connection, reference: str) -> KeptLetter | None:
    """The letter of a contact, if a provider has one."""
    row = await connection.fetchrow(_SQL["letter"], reference)
    return None if row is None else KeptLetter.model_validate(dict(row))


async def is_leaving(connection: Pool | Connection, reference: str, sha256: str) -> None:
    """Remember which document is about to be submitted: it may be the one that leaves."""
    await connection.execute(_SQL["is_leaving"], reference, sha256)


async def hear(connection: Connection, news: PostalNews) -> KeptLetter | None:
    """Take in what a provider says of a letter; late and repeated news changes nothing.

    Args:
        connection: in a transaction.
        news: of the letter with that reference.

    Returns:
        The letter as it now stands; None when there is none of that reference.
    """
    row = await connection.fetchrow(_SQL["letter_for_update"], news.reference)
    if row is None:
        return None
    letter = KeptLetter.model_validate(dict(row))
    presented_at = letter.presented_at or presentation(news)
    state = later_state(letter.state, news)
    changed: dict[str, object] = {"presented_at": presented_at}
    if state is not letter.state:
        ended_at = news.at if state.is_final else None
        changed |= {"state": state, "cause": news.cause}
        changed |= {"is_final": state.is_final, "ended_at": ended_at}
    after = letter.model_copy(update=changed)
    if after != letter:
        updated_at = await connection.fetchval(
            _SQL["move_on"],
            *(news.reference, after.state, after.cause, after.is_final),
            *(after.presented_at, after.ended_at),
        )
        after = after.model_copy(update={"updated_at": updated_at})
    return after


async def is_reported(connection: Pool | Connection, reference: str) -> None:
    """Its cases have heard what became of it."""
    await connection.execute(_SQL["is_reported"], reference)


async def under_way(
    pool: Pool, provider: str, *, after: str = "", of: str = "", limit: int = 500
) -> list[KeptLetter]:
    """Letters to ask about, in pages: those that are not at their end, or nobody has told of.

    A registered letter that notified its debtor is asked about for 60 more days, as long as no
    receipt of it is kept: it comes as a scan, days after the postman. One with a proof that was
    named and could not be had is asked about for a year, as long as providers keep it.

    Args:
        pool: of the database.
        provider: who has them.
        after: the last reference of the page before.
        of: only the one with the provider's own id.
        limit: how many make a page.
    """
    rows = await pool.fetch(_SQL["under_way"], provider, after, of, limit)
    return [KeptLetter.model_validate(dict(row)) for row in rows]


async def keep_proof(connection: Pool | Connection, reference: str, proof: Proof) -> bool:
    """Archive a document with its hash, as it came.

    A second good document of the same kind is kept with a doubt: one of them was changed.

    Returns:
        Whether it is a good one that was not there: False also for one with a doubt.
    """
    doubt = await connection.fetchval(
        _SQL["keep_proof"],
        *(reference, proof.kind, proof.sha256, proof.media_type, proof.content),
        *(proof.doubt, ANOTHER_BEFORE, ODD_ONES_MAX),
    )
    return bool(doubt == "")


async def are_missing(
    connection: Pool | Connection, reference: str, kinds: Collection[str]
) -> None:
    """Remember which proofs were named and could not be had; a good one that is kept is there."""
    await connection.execute(_SQL["are_missing"], reference, sorted(kinds))


async def read_proofs(pool: Pool, reference: str) -> list[Proof]:
    """What proves what became of a letter, oldest first."""
    rows = await pool.fetch(_SQL["read_proofs"], reference)
    return [Proof.model_validate(dict(row)) for row in rows]


async def keep_call(
    connection: Pool | Connection,
    provider: str,
    call_id: str,
    provider_id: str,
    body: Mapping[str, Any],
) -> bool:
    """Remember a provider's call, once.

    Returns:
        Whether it is still to be looked at: also when it is known, and could not be so far.
    """
    return bool(
        await connection.fetchval(_SQL["keep_call"], provider, call_id, provider_id, dict(body))
    )


async def calls_are_seen(connection: Pool | Connection, provider_id: str) -> None:
    """What was called about has been looked at."""
    await connection.execute(_SQL["calls_are_seen"], provider_id)
