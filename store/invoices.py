"""How do invoices get in? A file's rows at once, and what they change, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from asyncpg import Record

from domain.import_columns import DEBTOR_FIELDS
from domain.import_terms import FIELDS_OF_TERMS
from domain.invoice_import import ImportRow
from schemas.base import Frozen, Instant
from schemas.commands import CorrectInvoice, fact_id
from schemas.identifiers import case_id
from schemas.money import Money
from schemas.parties import Debtor
from store.pool import Connection
from store.queries import queries
from store.receivables import lock_openings

_SQL = queries("invoices")

PROGRESS_EVERY = 1000
"""Rows between two calls of ``progress``."""

TIMEOUT_SECONDS = 600
"""For one statement: a first import of millions of rows takes longer than any other query."""

_COMPARED = (
    *("debtor_id", "issue_date", "due_date", "amount", "currency", "purchase_order"),
    *FIELDS_OF_TERMS,
)
_OPTIONAL = (*FIELDS_OF_TERMS, *DEBTOR_FIELDS)
_TOLD = frozenset(("amount", "currency", "due_date", "issue_date", "delivery_date"))


class InvoiceChange(Frozen):
    """A field of a known invoice that the file says otherwise.

    Attributes:
        field: ``amount``, ``due_date``, ``currency``, ``issue_date``, ``debtor_id``,
            ``purchase_order``, ``terms``, ``contract_rate`` or ``delivery_date``.
        amount: of the invoice as the file has it.
        due_date: of the invoice as the file has it.
        issue_date: the same.
        delivery_date: the same; None when it is not known.
        known_since: when what is replaced was recorded.
    """

    creditor: str
    number: str
    field: str
    before: str
    after: str
    amount: Money
    due_date: date
    issue_date: date | None = None
    delivery_date: date | None = None
    known_since: Instant


class ImportSummary(Frozen):
    """What an import did, or would do.

    Attributes:
        new: invoices that were not known.
        unchanged: invoices that were known as they are.
        changed: each changed field of each changed invoice.
        told: corrections that were left for open cases.
    """

    new: int
    unchanged: int
    changed: tuple[InvoiceChange, ...]
    debtors_new: int
    debtors_changed: int
    told: int = 0


async def import_rows(
    connection: Connection,
    creditor: str,
    rows: Sequence[ImportRow],
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
    fields: Collection[str] = _OPTIONAL,
) -> ImportSummary:
    """Put rows in by COPY and one merge; the same rows again change nothing.

    Open cases of invoices whose amount or days changed are told by facts of the same transaction.

    Args:
        connection: as the application's role; in a transaction or not.
        creditor: whose rows they are.
        rows: of one number or one debtor, the last row counts.
        dry_run: find out what would happen, and leave everything as it is.
        progress: is told how many rows have been sent, now and then and at the end.
        fields: what the rows speak about; what else is known of debtors and of what was agreed
            stays as it is.

    Raises:
        asyncpg.UniqueViolationError: when two numbers would share a reference.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_SQL["lock_imports"], creditor)
        await _copy(connection, rows, progress)
        summary = await _merge(connection, creditor, frozenset(fields))
    except BaseException:
        await transaction.rollback()
        raise
    if dry_run:
        await transaction.rollback()
    else:
        await transaction.commit()
    return summary


def changes_to_tell(
    changes: Iterable[InvoiceChange],
) -> list[tuple[str, str, CorrectInvoice]]:
    """What cases must hear of changed invoices: fact id, case id and the correction.

    One for each invoice whose amount, currency or days changed. The fact's id hangs on what
    is replaced and on what replaces it: a repeated attempt has the same one, and a second change
    back and forth has another.
    """
    told: dict[str, tuple[str, str, CorrectInvoice]] = {}
    for change in changes:
        if change.field not in _TOLD or change.number in told:
            continue
        case = case_id(change.creditor, change.number)
        basis = f"{case}\n{change.known_since.isoformat()}\n{change.amount}\n{change.due_date}"
        identity = f"correction-{hashlib.sha256(basis.encode()).hexdigest()[:32]}"
        correction = CorrectInvoice(
            command_id=identity,
            by="import",
            **change.model_dump(include={"amount", "due_date", "issue_date", "delivery_date"}),
        )
        told[change.number] = (identity, case, correction)
    return list(told.values())


async def _copy(
    connection: Connection, rows: Sequence[ImportRow], progress: Callable[[int], None] | None
) -> None:
    debtors = {row.debtor.debtor_id: row.debtor for row in rows}
    invoices = {row.invoice.number: row for row in rows}
    await connection.execute(_SQL["make_room"])
    await connection.copy_records_to_table(
        "incoming_debtors", records=map(_debtor_record, debtors.values()), timeout=TIMEOUT_SECONDS
    )
    await connection.copy_records_to_table(
        "incoming_invoices",
        records=invoice_records(invoices.values(), progress),
        timeout=TIMEOUT_SECONDS,
    )
    await connection.execute(_SQL["look_at_size"])
    if progress is not None:
        progress(len(rows))


async def _merge(connection: Connection, creditor: str, fields: frozenset[str]) -> ImportSummary:
    if not fields.issuperset(DEBTOR_FIELDS):
        await connection.execute(_SQL["keep_what_the_file_leaves_out"], creditor, sorted(fields))
    if not fields.issuperset(FIELDS_OF_TERMS):
        await connection.execute(
            _SQL["keep_what_was_agreed"], creditor, sorted(fields), timeout=TIMEOUT_SECONDS
        )
    [merged] = await connection.fetch(_SQL["merge_debtors"], creditor, timeout=TIMEOUT_SECONDS)
    found = await connection.fetch(_SQL["changed_invoices"], creditor, timeout=TIMEOUT_SECONDS)
    changed = tuple(change for row in found for change in _changes(creditor, row))
    told = 0
    if corrections := changes_to_tell(changed):
        # A case that is being opened right now must either read the new amount or be told.
        await lock_openings(connection)
    new = await connection.fetchval(_SQL["merge_invoices"], creditor, timeout=TIMEOUT_SECONDS)
    if corrections:
        status = await connection.execute(
            _SQL["keep_corrections"],
            [fact_id(fact) for _id, _case, fact in corrections],
            [case for _id, case, _fact in corrections],
            [fact.model_dump_json() for _id, _case, fact in corrections],
        )
        told = int(status.rpartition(" ")[2])
    total = await connection.fetchval(_SQL["count_incoming"])
    await connection.execute(_SQL["clear_room"])
    return ImportSummary(
        new=new,
        unchanged=total - new - len(found),
        changed=changed,
        debtors_new=merged["debtors_new"],
        debtors_changed=merged["debtors_changed"],
        told=told,
    )


def _changes(creditor: str, row: Record) -> Iterator[InvoiceChange]:
    for field in _COMPARED:
        before, after = row[f"was_{field}"], row[field]
        if before != after:
            yield InvoiceChange(
                creditor=creditor,
                number=row["number"],
                field=field,
                before=_shown(before, field, row["was_currency"]),
                after=_shown(after, field, row["currency"]),
                amount=Money(amount=row["amount"], currency=row["currency"]),
                due_date=row["due_date"],
                issue_date=row["issue_date"],
                delivery_date=row["delivery_date"],
                known_since=row["was_updated_at"],
            )


def _shown(value: Any, field: str, currency: str) -> str:
    if value is None:
        return "nothing"
    if field == "contract_rate":
        return f"{value.normalize():f} %"
    return str(Money(amount=value, currency=currency)) if field == "amount" else str(value)


def _debtor_record(debtor: Debtor) -> tuple[Any, ...]:
    return (
        *(debtor.debtor_id, debtor.name, debtor.email, debtor.phone, list(debtor.address.lines)),
        *(debtor.address.country, debtor.language, debtor.siren, debtor.vat_id),
        *(debtor.capacity.value, debtor.representative),
        *(debtor.escalation_email, debtor.account_manager, debtor.electronic_letters_agreed_on),
    )


def invoice_records(
    rows: Iterable[ImportRow], progress: Callable[[int], None] | None
) -> Iterator[tuple[Any, ...]]:
    """The rows' invoices as COPY wants them, in the order of ``incoming_invoices``."""
    for count, row in enumerate(rows, 1):
        invoice = row.invoice
        if progress is not None and count % PROGRESS_EVERY == 0:
            progress(count)
        yield (
            *(invoice.number, invoice.debtor_id, invoice.issue_date, invoice.due_date),
            *(invoice.amount.amount, invoice.amount.currency, invoice.purchase_order),
            *(invoice.reference, invoice.document, invoice.document_link),
            *(invoice.terms, invoice.contract_rate, invoice.delivery_date),
        )
