"""How do invoices get in? All at once, and a second time without any effect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest

from domain.invoice_import import InvoiceFile, read_invoices
from schemas.commands import CorrectInvoice
from schemas.identifiers import case_id
from store.facts import untold
from store.invoices import InvoiceChange, changes_to_tell, import_rows
from store.pool import Connection, Pool, open_pool
from store.receivables import read_debtor, read_invoice

HEADER = "number;debtor;name;issue_date;due_date;amount"
ROWS = """\
F-1;C1;Lefèvre;2027-01-02;2027-02-01;1 234,56
F-2;C1;Lefèvre;2027-01-02;2027-02-02;10,00
F-3;C2;Mill Ltd;2027-01-02;2027-02-03;20,00
"""


def read(rows: str = ROWS, header: str = HEADER) -> InvoiceFile:
    """The rows of a file of the creditor atelier."""
    found = read_invoices(f"{header}\n{rows}".encode(), "i.csv", "atelier")
    assert found.problems == ()
    return found


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections with the application's rights."""
    async with open_pool(database, size=4) as pool:
        yield pool


@pytest.fixture
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """One connection with the application's rights."""
    async with pool.acquire() as connection:
        yield connection


async def test_first_import_and_the_same_again(connection: Connection) -> None:
    """Importing a file again changes nothing, and says so."""
    first = await import_rows(connection, "atelier", read().rows)
    assert (first.new, first.unchanged, first.changed) == (3, 0, ())
    assert (first.debtors_new, first.debtors_changed) == (2, 0)
    before = await connection.fetch("select * from invoices order by number")
    again = await import_rows(connection, "atelier", read().rows)
    assert (again.new, again.unchanged, again.changed) == (0, 3, ())
    assert (again.debtors_new, again.debtors_changed) == (0, 0)
    assert await connection.fetch("select * from invoices order by number") == before


async def test_what_was_imported_is_what_messages_will_say(connection: Connection) -> None:
    """The database gives back the invoice and the debtor exactly as the file had them."""
    row = read().rows[0]
    await import_rows(connection, "atelier", read().rows)
    assert await read_invoice(connection, "atelier", "F-1") == row.invoice
    assert await read_debtor(connection, "atelier", "C1") == row.debtor


async def test_changed_amount_and_due_date_are_shown(connection: Connection) -> None:
    """A changed amount or due date is shown with what it was and what it is."""
    await import_rows(connection, "atelier", read().rows)
    rows = ROWS.replace("1 234,56", "1 000,00").replace("2027-02-03", "2027-03-03")
    summary = await import_rows(connection, "atelier", read(rows.replace("Mill", "Hill")).rows)
    assert [(one.number, one.field, one.before, one.after) for one in summary.changed] == [
        ("F-1", "amount", "1234.56 EUR", "1000.00 EUR"),
        ("F-3", "due_date", "2027-02-03", "2027-03-03"),
    ]
    assert (summary.new, summary.unchanged) == (0, 1)
    assert (summary.debtors_new, summary.debtors_changed) == (0, 1)
    invoice = await read_invoice(connection, "atelier", "F-3")
    assert invoice is not None
    assert invoice.due_date == date(2027, 3, 3)


async def test_dry_run_tells_and_leaves_everything_as_it_is(connection: Connection) -> None:
    """A dry run says exactly what the import would do, and does nothing of it."""
    dry = await import_rows(connection, "atelier", read().rows, dry_run=True)
    assert await connection.fetchval("select count(*) from invoices") == 0
    assert await connection.fetchval("select count(*) from debtors") == 0
    assert await import_rows(connection, "atelier", read().rows) == dry


async def test_what_was_agreed_is_kept_told_and_never_erased_by_a_file_without_it(
    connection: Connection,
) -> None:
    """A file without terms, rate and delivery leaves what is known; one with them rules."""
    head = f"{HEADER};terms;contract_rate;delivery_date"
    full = read("F-1;C1;L;2027-01-02;2027-02-01;5,00;NET_30;12,5;2027-01-01\n", head)
    await import_rows(connection, "atelier", full.rows, fields=full.fields)
    assert await read_invoice(connection, "atelier", "F-1") == full.rows[0].invoice
    bare = read("F-1;C1;L;2027-01-02;2027-02-01;5,00\n")
    again = await import_rows(connection, "atelier", bare.rows, fields=bare.fields)
    assert (again.unchanged, again.changed) == (1, ())
    assert await read_invoice(connection, "atelier", "F-1") == full.rows[0].invoice
    other = read("F-1;C1;L;2027-01-02;2027-02-01;5,00;;13\n", f"{HEADER};terms;contract_rate")
    summary = await import_rows(connection, "atelier", other.rows, fields=other.fields)
    assert [(one.field, one.before, one.after) for one in summary.changed] == [
        ("terms", "NET_30", ""),
        ("contract_rate", "12.5 %", "13 %"),
    ]
    kept = await read_invoice(connection, "atelier", "F-1")
    assert kept is not None
    assert (kept.contract_rate, kept.delivery_date) == (Decimal(13), date(2027, 1, 1))


async def test_column_that_the_file_lacks_erases_nothing(connection: Connection) -> None:
    """An e-mail address that is known stays known when a later file has no such column."""
    full = read(
        "F-1;C1;Lefèvre;2027-01-02;2027-02-01;5,00;a@b.example;GB;consumer;1 Mill Lane\n",
        f"{HEADER};email;country;capacity;address",
    )
    await import_rows(connection, "atelier", full.rows, fields=full.fields)
    known = await read_debtor(connection, "atelier", "C1")
    bare = read()
    summary = await import_rows(connection, "atelier", bare.rows, fields=bare.fields)
    assert summary.debtors_changed == 0
    assert await read_debtor(connection, "atelier", "C1") == known
    emptied = read("F-1;C1;Lefèvre;2027-01-02;2027-02-01;5,00;\n", f"{HEADER};email")
    await import_rows(connection, "atelier", emptied.rows, fields=emptied.fields)
    debtor = await read_debtor(connection, "atelier", "C1")
    assert debtor is not None
    assert (debtor.email, debtor.country) == ("", "GB")


async def test_open_case_is_told_of_a_correction_once(
    connection: Connection, database: str
) -> None:
    """The open case hears of the new amount, other invoices' cases hear nothing."""
    await import_rows(connection, "atelier", read().rows)
    case = case_id("atelier", "F-1")
    await connection.execute(
        """insert into cases (case_id, creditor, invoice, debtor_id, version, hash, state, level,
        claim, paid, outstanding, currency, due_date, opened_at, folded)
        values ($1, 'atelier', 'F-1', 'C1', 1, '', 'open', 0, 1, 0, 1, 'EUR', now(), now(), '{}')
        """,
        case,
    )
    changed = ROWS.replace("1 234,56", "1 000,00").replace("20,00", "21,00")
    assert (await import_rows(connection, "atelier", read(changed).rows)).told == 1
    assert (await import_rows(connection, "atelier", read(changed).rows)).told == 0
    [fact] = await untold(connection, case)
    assert isinstance(fact, CorrectInvoice)
    assert str(fact.amount) == "1000.00 EUR"
    assert fact.due_date == date(2027, 2, 1)
    assert await connection.fetchval("select count(*) from facts") == 1
    # Back to what it was is another correction, although the amount has been told before.
    for rows in (ROWS, changed):
        assert (await import_rows(connection, "atelier", read(rows).rows)).told == 1


async def test_purchase_order_alone_is_no_news_for_a_case(connection: Connection) -> None:
    """A changed purchase order is shown, and no case is woken for it."""
    await import_rows(connection, "atelier", read().rows)
    row = "F-1;C1;Lefèvre;2027-01-02;2027-02-01;1 234,56;PO 9\n"
    summary = await import_rows(connection, "atelier", read(row, f"{HEADER};commande").rows)
    [change] = summary.changed
    assert (change.field, change.before, change.after) == ("purchase_order", "", "PO 9")
    assert changes_to_tell(summary.changed) == []


async def test_two_changes_of_one_invoice_are_one_fact(connection: Connection) -> None:
    """Amount and due date that change together are told together."""
    await import_rows(connection, "atelier", read().rows)
    rows = ROWS.replace("1 234,56", "1,00").replace("2027-02-01", "2027-02-09")
    summary = await import_rows(connection, "atelier", read(rows).rows)
    changes: tuple[InvoiceChange, ...] = summary.changed
    assert [change.field for change in changes] == ["due_date", "amount"]
    [(fact_id, case, correction)] = changes_to_tell(changes)
    assert case == case_id("atelier", "F-1")
    assert fact_id == correction.command_id
    assert (str(correction.amount), correction.due_date) == ("1.00 EUR", date(2027, 2, 9))


async def test_two_imports_at_once_do_not_disturb_each_other(pool: Pool) -> None:
    """Two people who import the same file at the same moment get it in once."""

    async def once() -> int:
        async with pool.acquire() as connection:
            return (await import_rows(connection, "atelier", read().rows)).new

    assert sorted(await asyncio.gather(once(), once(), once())) == [0, 0, 3]


async def test_creditors_do_not_see_each_others_invoices(connection: Connection) -> None:
    """The same invoice number of another creditor is another invoice."""
    await import_rows(connection, "atelier", read().rows)
    other = read_invoices(f"{HEADER}\n{ROWS}".encode(), "i.csv", "mill")
    assert (await import_rows(connection, "mill", other.rows)).new == 3


async def test_failed_import_leaves_nothing_behind(connection: Connection) -> None:
    """An import that fails half-way leaves the database as it was, and the connection usable."""
    rows = read().rows
    twin = rows[1].invoice.model_copy(update={"reference": rows[0].invoice.reference})
    broken = [rows[0], type(rows[1])(3, rows[1].debtor, twin)]
    with pytest.raises(Exception, match="invoices_creditor_reference_key"):
        await import_rows(connection, "atelier", broken)
    assert await connection.fetchval("select count(*) from debtors") == 0
    assert (await import_rows(connection, "atelier", rows)).new == 3


async def test_progress_reaches_the_number_of_rows(connection: Connection) -> None:
    """The progress bar ends where the file ends, and an empty file is imported, too."""
    seen: list[int] = []
    line = "F-{};C1;Lefèvre;2027-01-02;2027-02-01;1,00\n"
    rows = read("".join(line.format(number) for number in range(2500))).rows
    await import_rows(connection, "atelier", rows, progress=seen.append)
    assert seen == [1000, 2000, 2500]
    assert (await import_rows(connection, "atelier", [])).new == 0


async def test_consent_to_electronic_letters_comes_and_goes_with_the_column(
    connection: Connection,
) -> None:
    """The day is kept, a file without the column leaves it, and an emptied cell withdraws it."""
    header = f"{HEADER};accord LRE"
    row = "F-1;C1;Lefèvre;2027-01-02;2027-02-01;10,00"
    for text, head, known in [
        (f"{row};05/01/2027", header, date(2027, 1, 5)),
        (row, HEADER, date(2027, 1, 5)),
        (f"{row};", header, None),
    ]:
        found = read(text, head)
        await import_rows(connection, "atelier", found.rows, fields=found.fields)
        debtor = await read_debtor(connection, "atelier", "C1")
        assert debtor is not None
        assert debtor.electronic_letters_agreed_on == known
