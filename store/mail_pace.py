"""When may an account's next message leave? One row an account, which all processes share."""

from __future__ import annotations

from store.pool import Pool
from store.queries import queries

_SQL = queries("mail_pace")


async def take_turn(pool: Pool, account: str, apart: float, patience: float) -> float | None:
    """Take the next turn of an account, if it comes soon.

    Args:
        pool: not inside a transaction, which would keep every other message waiting to its end.
        account: names it.
        apart: seconds from one message to the next.
        patience: a turn that is more than so many seconds away is not taken.

    Returns:
        In how many seconds it comes, on the database's clock; None when none was taken.
    """
    waits = await pool.fetchval(_SQL["take_turn"], account, apart, patience)
    return None if waits is None else max(float(waits), 0.0)


async def next_turn(pool: Pool, account: str) -> float:
    """In how many seconds the next turn of an account comes; it is not taken."""
    waits = await pool.fetchval(_SQL["next_turn"], account)
    return max(float(waits or 0), 0.0)


async def come_back(pool: Pool, account: str, apart: float, longest: float) -> float:
    """When to ask again for a turn that was too far away.

    Those who are sent away come back one after the other, as their turns may then be; no turn is
    kept for them. Where more wait than have room before the longest wait is over, they are spread
    over that time again and again, so that the account never stands idle while somebody waits.

    Args:
        pool: as for :func:`take_turn`.
        account: names it.
        apart: seconds from one message to the next.
        longest: seconds after which everybody asks again.

    Returns:
        In how many seconds.
    """
    waits = await pool.fetchval(_SQL["come_back"], account, apart, longest)
    return min(max(float(waits or 0), apart), longest)
