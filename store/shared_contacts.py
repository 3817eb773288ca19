"""For whom else does a contact speak? The other cases of its debtor, each with its step."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.case import CollectionCase
from schemas.contact import Contact, CoveredStep
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("contacts")


async def lock_debtor(connection: Connection, creditor: str, debtor_id: str) -> None:
    """Keep every other contact of this debtor waiting until the transaction ends."""
    await connection.execute(_SQL["lock_debtor"], creditor, debtor_id)


async def try_to_lock_debtor(connection: Connection, creditor: str, debtor_id: str) -> bool:
    """Lock the debtor unless somebody else has; whether it is ours now."""
    return bool(await connection.fetchval(_SQL["try_to_lock_debtor"], creditor, debtor_id))


async def covering(
    connection: Pool | Connection, case: str, step: str, cycle: int
) -> Contact | None:
    """The contact that speaks for this step already, if one does."""
    row = await connection.fetchrow(_SQL["covering"], case, step, cycle)
    return None if row is None else Contact.model_validate(dict(row))


async def call_back(connection: Connection, case: str, step: str, cycle: int) -> bool:
    """Have a message that speaks for this step, and has not begun to leave, written anew.

    Args:
        connection: in a transaction that holds the debtor's lock.
        case: the case id.
        step: its name.
        cycle: which time it is taken.

    Returns:
        Whether there was one; its owner can begin no hand-over any more.
    """
    return bool(await connection.fetchval(_SQL["call_back"], case, step, cycle))


async def leave_behind(connection: Connection, reference: str, *, even_begun: bool) -> bool:
    """Take a contact whose lease is over from its owner, who can begin no hand-over any more.

    Args:
        connection: in a transaction that holds the debtor's lock.
        reference: of the contact.
        even_begun: also when its hand-over has begun, and it may have left.

    Returns:
        False when its lease is not over, or it has come further meanwhile.
    """
    return bool(await connection.fetchval(_SQL["leave_behind"], reference, even_begun))


async def uncover_step(connection: Connection, case: str, step: str, cycle: int) -> None:
    """Let no other contact speak for this step any more."""
    await connection.execute(_SQL["uncover_step"], case, step, cycle)


async def uncover_all(connection: Connection, reference: str) -> None:
    """Let a contact speak for no other case any more."""
    await connection.execute(_SQL["uncover_all"], reference)


async def cover(connection: Connection, reference: str, steps: Sequence[CoveredStep]) -> None:
    """Let a contact speak for these steps too."""
    await connection.execute(_SQL["cover"], reference, *_columns(steps))


async def covered(connection: Pool | Connection, reference: str) -> list[CoveredStep]:
    """For which steps of other cases a contact speaks, with their cases as they now stand."""
    rows = await connection.fetch(_SQL["covered"], reference)
    return [
        CoveredStep(
            case=CollectionCase.model_validate(row["folded"]), step=row["step"], cycle=row["cycle"]
        )
        for row in rows
    ]


async def other_cases(connection: Connection, case: CollectionCase) -> list[CollectionCase]:
    """The open cases of the same debtor that have heard everything there is to hear."""
    rows = await connection.fetch(_SQL["other_cases"], case.creditor, case.debtor_id, case.case_id)
    return [CollectionCase.model_validate(row["folded"]) for row in rows]


async def on_their_way(connection: Connection, steps: Sequence[CoveredStep]) -> set[str]:
    """The cases among these whose step has a contact that is under way or has left."""
    rows = await connection.fetch(_SQL["on_their_way"], *_columns(steps))
    return {row["case_id"] for row in rows}


def _columns(steps: Sequence[CoveredStep]) -> tuple[list[str], list[str], list[int]]:
    cases = [one.case.case_id for one in steps]
    return cases, [one.step for one in steps], [one.cycle for one in steps]
