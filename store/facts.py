"""What came from outside? Facts are here before any case is told of them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from asyncpg import Record
from pydantic import TypeAdapter

from schemas.base import Frozen, Instant
from schemas.commands import Fact, Happened, RecordPayment, fact_id
from schemas.identifiers import case_id
from schemas.requests import IssueCreditNote, ReversePayment
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("facts")
FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


class UntoldFact(Frozen):
    """A fact that its case has not put on record yet.

    Attributes:
        recorded_at: when it came in; None when that does not matter.
    """

    case_id: str
    fact: Fact
    recorded_at: Instant | None = None


async def keep_payment(
    connection: Connection, creditor: str, invoice: str, payment: RecordPayment
) -> bool:
    """Put a payment into the database; in one transaction with the fact that tells its case.

    Args:
        connection: in a transaction.
        creditor: the creditor's short name.
        invoice: the invoice number it pays.
        payment: ``command_id`` is the payment's own id.

    Returns:
        Whether it is new; a payment id that is already there changes nothing.
    """
    new = await connection.fetchval(
        _SQL["insert_payment"],
        *(payment.command_id, creditor, invoice, payment.amount.amount),
        *(payment.amount.currency, payment.received_on, payment.source),
        payment.written_off.amount if payment.written_off else Decimal(0),
    )
    if new is not None:
        await keep_fact(connection, case_id(creditor, invoice), payment)
    return new is not None


async def keep_reversal(
    connection: Connection, creditor: str, invoice: str, reversal: ReversePayment
) -> None:
    """Take a payment back, and put the fact that tells its case beside it.

    An invoice that has no case is owed again at once, so that the sweep sees it.

    Args:
        connection: in a transaction.
        creditor: the creditor's short name.
        invoice: the invoice number that the payment was for.
        reversal: names the payment.
    """
    await connection.execute(_SQL["payment_is_taken_back"], creditor, invoice, reversal.payment_id)
    await keep_fact(connection, case_id(creditor, invoice), reversal)


async def keep_fact(connection: Pool | Connection, case: str, fact: Happened) -> bool:
    """Put a fact where its case will find it, whether or not anybody manages to tell it.

    Returns:
        Whether it is new; a fact of an id that is already there changes nothing.
    """
    data = fact.model_dump(mode="json")
    new = await connection.fetchval(_SQL["insert_fact"], fact_id(fact), case, data)
    return new is not None


async def credit_notes(pool: Pool, case: str) -> list[IssueCreditNote]:
    """The credit notes of an invoice in the order in which they came, told to its case or not.

    Args:
        pool: any.
        case: the id that the invoice's case has, or would have.
    """
    rows = await pool.fetch(_SQL["credit_notes"], case)
    return [IssueCreditNote.model_validate(row["data"]) for row in rows]


async def untold(connection: Pool | Connection, case: str) -> tuple[Fact, ...]:
    """The facts of one case that are not on its record yet, oldest first."""
    rows = await connection.fetch(_SQL["untold_of_case"], case)
    return tuple(FACT.validate_python(row["data"]) for row in rows)


async def untold_of(pool: Pool, cases: Collection[str]) -> list[UntoldFact]:
    """The facts of these cases that are not on record yet, oldest first."""
    rows = await pool.fetch(_SQL["untold_of_cases"], list(cases))
    return [_untold(row) for row in rows]


async def all_untold(
    pool: Pool, after: UntoldFact | None = None, limit: int = 1000
) -> list[UntoldFact]:
    """Facts of opened cases that are not on record yet, oldest first, in pages.

    Args:
        pool: any.
        after: the last fact of the page before.
        limit: how many make a page.
    """
    place: tuple[Instant | None, str, str] = (None, "", "")
    if after is not None:
        place = (after.recorded_at, fact_id(after.fact), after.case_id)
    rows = await pool.fetch(_SQL["untold"], limit, *place)
    return [_untold(row) for row in rows]


def _untold(row: Record) -> UntoldFact:
    return UntoldFact(
        case_id=row["case_id"],
        fact=FACT.validate_python(row["data"]),
        recorded_at=row["recorded_at"],
    )


async def mark_told(connection: Pool | Connection, case: str, fact: str, told_as: str) -> None:
    """Say what became of a fact: the events it caused, or that it changed nothing.

    Args:
        connection: in the transaction that records the events, if there are any.
        case: the case id.
        fact: as ``fact_id`` names it.
        told_as: for people.
    """
    await connection.execute(_SQL["mark_told"], case, fact, told_as)
