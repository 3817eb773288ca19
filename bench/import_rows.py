"""How fast do invoices get in? Parse, COPY and merge, against a bare COPY of the same rows.

Run it as ``python -m bench.import_rows`` from the root of the tree.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.invoice_import import InvoiceFile, read_invoices
from engines.postgres import embedded_postgres
from store.invoices import import_rows, invoice_records
from store.migrate import migrate
from store.pool import Connection, open_pool

DEBTORS = 5000
_HEADER = (
    "number;debtor;name;issue_date;due_date;amount;currency;purchase_order;email;phone;address;"
    "postcode;city;country;language;siren;vat_id;capacity"
)


def main(rows: int = 100_000) -> None:
    """Print one JSON line: rows a second, parts of the time, and the ratio to a bare COPY."""
    sys.stdout.write(json.dumps(asyncio.run(_measured(rows))) + "\n")


def sample_file(rows: int) -> bytes:
    """A CSV file as an accounting program exports it, with twenty invoices a debtor."""
    lines = [_HEADER]
    for number in range(rows):
        debtor, day, cents = number % DEBTORS, number % 28 + 1, number % 100
        lines.append(
            f"F-2027-{number:06};C{debtor:05};Société Générale n° {debtor};2027-01-{day:02};"
            f"{day:02}/03/2027;{number % 9000 + 100},{cents:02};EUR;PO{number};"
            f"compta{debtor}@client{debtor}.example;+33 4 78 00 {debtor % 100:02} 00;"
            f"{debtor} rue des Érables;69004;LYON;FR;fr;123456782;;business"
        )
    return "\n".join(lines).encode()


async def _measured(rows: int) -> dict[str, float]:
    content = sample_file(rows)
    with _postgres() as dsn:
        await migrate(dsn)
        async with open_pool(dsn, size=1) as pool, pool.acquire() as connection:
            return await _timed(connection, content, rows)


@contextmanager
def _postgres() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as another user when we are root
        # Safe against crashes, as in production: the ratio would flatter us otherwise.
        with embedded_postgres(folder / "postgres") as dsn:
            yield dsn


async def _timed(connection: Connection, content: bytes, rows: int) -> dict[str, float]:
    started = time.perf_counter()
    found = read_invoices(content, "invoices.csv", "atelier")
    parsed = time.perf_counter()
    summary = await import_rows(connection, "atelier", found.rows)
    imported = time.perf_counter()
    again = await import_rows(connection, "atelier", found.rows)
    repeated = time.perf_counter()
    bare = await _bare_copy(connection, found)
    if (summary.new, again.unchanged, len(found.problems)) != (rows, rows, 0):
        raise RuntimeError(f"not what was to be measured: {summary}, {found.problems[:3]}")
    return {
        "rows": rows,
        "rows_per_second": round(rows / (imported - started)),
        "parse_seconds": round(parsed - started, 3),
        "store_seconds": round(imported - parsed, 3),
        "same_again_seconds": round(repeated - imported, 3),
        "bare_copy_seconds": round(bare, 3),
        "times_a_bare_copy": round((imported - started) / bare, 1),
        "store_times_a_bare_copy": round((imported - parsed) / bare, 1),
    }


async def _bare_copy(connection: Connection, found: InvoiceFile) -> float:
    """Seconds that PostgreSQL needs for the invoices alone: no index, no check, no merge."""
    await connection.execute(
        "create temp table bare (number text, debtor_id text, issue_date date, due_date date, "
        "amount numeric(20, 4), currency text, purchase_order text, reference text, "
        "document text, document_link text, terms text, contract_rate numeric, "
        "delivery_date date)"
    )
    records = list(invoice_records(found.rows, None))
    started = time.perf_counter()
    await connection.copy_records_to_table("bare", records=records)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
