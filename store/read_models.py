"""What do people look at? The case list, one case, the tasks; never the engine itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from asyncpg import Record

from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.events import RecordedEvent
from schemas.money import Money
from store.errors import NoCaseYetError, UnknownStreamError
from store.event_store import recorded
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("read_models")

PAGE = 1000
"""How many rows are in memory at one time where all of a table is read."""


class CaseLine(Frozen):
    """A case as a list shows it.

    Attributes:
        level: how far up the ladder the debtor has been dunned.
        next_at: when something is due; None when only people or the bank can change anything.
        waiting_for: names what is waited for.
        time_zone: of the debtor's clock (IANA).
    """

    case_id: str
    creditor: str
    invoice: str
    debtor_id: str
    debtor_name: str = ""
    state: str
    closing: str = ""
    level: int
    next_at: Instant | None = None
    waiting_for: str = ""
    claim: Decimal
    paid: Decimal
    outstanding: Decimal
    currency: str
    due_date: date
    plan: str = ""
    time_zone: str = "UTC"
    opened_at: Instant
    closed_at: Instant | None = None
    open_tasks: int = 0


class NewEvent(Frozen):
    """An event as a feed shows it, with whom it is about."""

    recorded: RecordedEvent
    invoice: str
    debtor_name: str = ""


class TaskLine(Frozen):
    """A task as a list shows it."""

    task_id: str
    case_id: str
    invoice: str
    debtor_name: str = ""
    phone: str = ""
    country: str = ""
    kind: str
    step: str = ""
    summary: str
    opened_at: Instant
    status: str
    outcome: str = ""
    note: str = ""
    outstanding: Decimal
    currency: str


class ClaimFacts(Frozen):
    """An open case, and what the law asks about its invoice and debtor."""

    case: CollectionCase
    debtor_name: str
    country: str
    capacity: str
    issue_date: date
    delivery_date: date | None = None


async def list_cases(
    pool: Pool, *, state: str = "", debtor: str = "", limit: int = 1000
) -> list[CaseLine]:
    """Cases, those with money due soonest first; an empty filter does not filter."""
    rows = await pool.fetch(_SQL["list_cases"], state, debtor, limit)
    return [CaseLine.model_validate(dict(row)) for row in rows]


async def case_as_it_stands(connection: Pool | Connection, case: str) -> CollectionCase:
    """The folded case.

    Raises:
        UnknownStreamError: when there is no such case.
    """
    folded = await connection.fetchval(_SQL["folded"], case)
    if folded is None:
        raise UnknownStreamError(case)
    return CollectionCase.model_validate(folded)


async def case_if_any(connection: Pool | Connection, case: str) -> CollectionCase | None:
    """The folded case; None when there is none."""
    try:
        return await case_as_it_stands(connection, case)
    except UnknownStreamError:
        return None


async def open_cases(pool: Pool, after: str = "", limit: int = 1000) -> list[CollectionCase]:
    """Cases that the engine should be running, in pages by case id."""
    rows = await pool.fetch(_SQL["open_cases"], after, limit)
    return [CollectionCase.model_validate(row["folded"]) for row in rows]


async def cases_of(pool: Pool, ids: Sequence[str]) -> list[CollectionCase]:
    """The folded cases of these ids, those that there are."""
    rows = await pool.fetch(_SQL["cases_of"], list(ids))
    return [CollectionCase.model_validate(row["folded"]) for row in rows]


async def find_case(pool: Pool, text: str) -> str:
    """The case id that a person means: a case id, or an invoice number.

    Raises:
        NoCaseYetError: when an invoice is meant that has no case.
        UnknownStreamError: when nothing or more than one fits.
    """
    rows = await pool.fetch(_SQL["find_case"], text)
    if len(rows) == 1:
        return str(rows[0]["case_id"])
    if len(rows) > 1:
        meant = ", ".join(row["case_id"] for row in rows)
        raise UnknownStreamError(f"{text} (more than one fits: {meant})")
    if found := await pool.fetch(_SQL["invoices_without_case"], text):
        raise NoCaseYetError(text, *_without_case(found[0]))
    raise UnknownStreamError(text)


def _without_case(row: Record) -> tuple[str, str]:
    """How an invoice stands that has no case, and what opens one."""
    number, owed = row["number"], Money(amount=row["open_amount"], currency=row["currency"])
    known = f"invoice {number} is imported, due {row['due_date']}"
    if not owed.is_positive:
        return f"{known}, nothing outstanding", "it has no case, and needs none"
    opens = f"`sweep` opens one when it is overdue, `open {number}` now"
    return f"{known}, {owed} outstanding; it has no case yet", opens


async def list_tasks(pool: Pool, *, status: str = "open", case: str = "") -> list[TaskLine]:
    """Tasks, oldest first; an empty filter does not filter."""
    rows = await pool.fetch(_SQL["list_tasks"], status, case)
    return [TaskLine.model_validate(dict(row)) for row in rows]


async def cases_with_tasks(pool: Pool) -> dict[str, CollectionCase]:
    """The folded cases that have open tasks, by case id."""
    rows = await pool.fetch(_SQL["cases_with_tasks"])
    cases = (CollectionCase.model_validate(row["folded"]) for row in rows)
    return {case.case_id: case for case in cases}


async def claim_facts(pool: Pool) -> AsyncIterator[ClaimFacts]:
    """Every open case whose invoice and debtor are known, by case id."""
    last = ""
    while rows := await pool.fetch(_SQL["claim_facts"], last, PAGE):
        for row in rows:
            fields = {name: row[name] for name in row.keys() if name != "folded"}  # noqa: SIM118 - a record iterates over its values
            yield ClaimFacts(case=CollectionCase.model_validate(row["folded"]), **fields)
        last = rows[-1]["folded"]["case_id"]


async def cases_with_charges(pool: Pool) -> list[CollectionCase]:
    """The folded cases beside whose invoices something was claimed."""
    rows = await pool.fetch(_SQL["cases_with_charges"])
    return [CollectionCase.model_validate(row["folded"]) for row in rows]


async def task_case(pool: Pool, task: str) -> str | None:
    """The case that a task belongs to, if there is such a task."""
    found = await pool.fetchval(_SQL["task_case"], task)
    return None if found is None else str(found)


async def open_amount(connection: Pool | Connection, creditor: str, invoice: str) -> Decimal | None:
    """What is still owed of an invoice by the facts alone; None when it was never imported."""
    found: Decimal | None = await connection.fetchval(_SQL["open_amount"], creditor, invoice)
    return found


async def due_before(pool: Pool, moment: datetime) -> list[str]:
    """Open cases whose next step or next look was due before a moment."""
    return [row["case_id"] for row in await pool.fetch(_SQL["due_before"], moment)]


async def next_due(pool: Pool) -> datetime | None:
    """When anything is due next in any case; None when only people or the bank can change that."""
    found: datetime | None = await pool.fetchval(_SQL["next_due"])
    return found


async def events_since(pool: Pool, position: int) -> list[NewEvent]:
    """What was put on record after a global position, in order; at most one page of it."""
    return [
        NewEvent(recorded=recorded(row), invoice=row["invoice"], debtor_name=row["debtor_name"])
        for row in await pool.fetch(_SQL["events_since"], position, PAGE)
    ]
