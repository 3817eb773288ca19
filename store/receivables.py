"""Who owes what? Debtors and invoices as they were last reported, for messages and for opening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from asyncpg import Record

from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.invoice import Invoice
from schemas.money import Money
from schemas.parties import Debtor, PostalAddress
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("receivables")


class OverdueInvoice(Frozen):
    """An invoice that has no case yet and may need one."""

    number: str
    debtor_id: str
    due_date: date
    amount: Decimal
    open_amount: Decimal
    currency: str
    country: str
    capacity: str
    address: tuple[str, ...] = ()
    issue_date: date
    contract_rate: Decimal | None = None
    delivery_date: date | None = None


class KnownPayment(Frozen):
    """A payment that is on record for an invoice."""

    payment_id: str
    amount: Money
    received_on: date


async def read_invoice(connection: Pool | Connection, creditor: str, number: str) -> Invoice | None:
    """An invoice as the ledger of record last reported it."""
    row = await connection.fetchrow(_SQL["invoice"], creditor, number)
    return None if row is None else _invoice(row)


async def read_invoices(
    connection: Pool | Connection, creditor: str, numbers: Sequence[str]
) -> dict[str, Invoice]:
    """Those of the named invoices that are known, by number."""
    rows = await connection.fetch(_SQL["invoices"], creditor, list(numbers))
    return {row["number"]: _invoice(row) for row in rows}


async def read_debtor(
    connection: Pool | Connection, creditor: str, debtor_id: str
) -> Debtor | None:
    """A debtor with their latest address."""
    row = await connection.fetchrow(_SQL["debtor"], creditor, debtor_id)
    if row is None:
        return None
    return Debtor(
        **{name: row[name] for name in ("creditor", "debtor_id", "name", "email", "phone")},
        **{name: row[name] for name in ("language", "siren", "vat_id", "capacity")},
        email_problem=row["email_problem"],
        **{name: row[name] for name in ("escalation_email", "account_manager")},
        representative=row["representative"],
        electronic_letters_agreed_on=row["electronic_letters_agreed_on"],
        address=PostalAddress(lines=tuple(row["address_lines"]), country=row["country"]),
    )


async def payments_of(
    connection: Pool | Connection, creditor: str, number: str
) -> list[KnownPayment]:
    """What came in for an invoice, in the order of the days on which it was received."""
    rows = await connection.fetch(_SQL["payments_of"], creditor, number)
    return [
        KnownPayment(
            payment_id=row["payment_id"],
            amount=Money(amount=row["amount"], currency=row["currency"]),
            received_on=row["received_on"],
        )
        for row in rows
    ]


async def overdue_without_case(
    pool: Pool, creditor: str, due_before: date, after: str, limit: int
) -> list[OverdueInvoice]:
    """Invoices due before a day, still owed, without a case; in pages by number."""
    rows = await pool.fetch(_SQL["overdue_without_case"], creditor, due_before, after, limit)
    return [OverdueInvoice.model_validate(dict(row)) for row in rows]


async def invoices_without_case(
    pool: Pool, creditor: str, numbers: Sequence[str]
) -> list[OverdueInvoice]:
    """The named invoices that are still owed and have no case, whatever their due date."""
    rows = await pool.fetch(_SQL["named_without_case"], creditor, list(numbers))
    return [OverdueInvoice.model_validate(dict(row)) for row in rows]


async def lock_openings(connection: Connection) -> None:
    """Let one opener at a time put new cases on record; held to the end of the transaction."""
    await connection.execute(_SQL["lock_openings"])


async def which_exist(connection: Connection, cases: Sequence[str]) -> set[str]:
    """Those of the case ids that are on record already."""
    return {row["case_id"] for row in await connection.fetch(_SQL["which_exist"], list(cases))}


async def is_on_record(pool: Pool, case: str) -> bool:
    """Whether a case was ever opened."""
    return bool(await pool.fetch(_SQL["which_exist"], [case]))


async def mark_started(pool: Pool, cases: Sequence[str]) -> None:
    """Remember that the engine runs these cases."""
    await pool.execute(_SQL["mark_started"], list(cases))


async def forget_starts(connection: Connection | Pool) -> None:
    """Forget which cases the engine runs: it was lost, and all of them are to be started again."""
    await connection.execute(_SQL["forget_starts"])


async def unstarted(pool: Pool, limit: int, after: CollectionCase | None = None) -> list[Record]:
    """Open cases that the engine was never asked to run, those of one debtor side by side.

    Args:
        pool: any.
        limit: how many make a page.
        after: the last case of the page before.
    """
    place = (after.creditor, after.debtor_id, after.case_id) if after else ("", "", "")
    return list(await pool.fetch(_SQL["unstarted"], limit, *place))


async def moved_on(pool: Pool, versions: Mapping[str, int]) -> set[str]:
    """Those of the cases whose streams have grown since they had these versions."""
    rows = await pool.fetch(_SQL["moved_on"], list(versions), list(versions.values()))
    return {row["case_id"] for row in rows}


async def still_unstarted(pool: Pool, cases: Sequence[str]) -> list[Record]:
    """Those of the named cases that are open and that the engine was never asked to run."""
    return list(await pool.fetch(_SQL["still_unstarted"], list(cases)))


def _invoice(row: Record) -> Invoice:
    return Invoice(
        creditor=row["creditor"],
        number=row["number"],
        debtor_id=row["debtor_id"],
        issue_date=row["issue_date"],
        due_date=row["due_date"],
        amount=Money(amount=row["amount"], currency=row["currency"]),
        purchase_order=row["purchase_order"],
        reference=row["reference"],
        **{name: row[name] for name in ("terms", "contract_rate", "delivery_date")},
    )
