"""At which step does a case begin that others have pursued before? As the import said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.invoice import Invoice
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("start_steps")


async def keep_start_steps(
    connection: Pool | Connection, creditor: str, invoices: Iterable[Invoice]
) -> None:
    """Remember where the cases of these invoices begin; those that say nothing are left alone."""
    told = [(one.number, one.next_step) for one in invoices if one.next_step]
    if told:
        numbers, steps = zip(*told, strict=True)
        await connection.execute(_SQL["keep"], creditor, list(numbers), list(steps))


async def start_steps(
    connection: Pool | Connection, creditor: str, numbers: Sequence[str]
) -> dict[str, str]:
    """The step at which the case of each of these invoices begins, where one was told."""
    rows = await connection.fetch(_SQL["of_invoices"], creditor, list(numbers))
    return {row["invoice"]: row["step"] for row in rows}
