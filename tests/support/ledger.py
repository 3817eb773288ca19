"""Who owes what in a test? A debtor and an invoice, as an import would have put them there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from store.pool import Pool


async def owe(
    pool: Pool,
    number: str,
    *,
    amount: str = "1200.00",
    due: date = date(2026, 11, 10),
    debtor: str = "D1",
    email: str = "factures@menuiserie.example",
    address: tuple[str, ...] = ("3 rue du Port", "33000 BORDEAUX"),
    capacity: str = "business",
    agreed_on: date | None = None,
) -> None:
    """Put an invoice, and its debtor if there is none of that number, into the ledger."""
    await pool.execute(
        """insert into debtors (creditor, debtor_id, name, email, address_lines, capacity,
        electronic_letters_agreed_on)
        values ('atelier', $1, 'Menuiserie Dubois', $2, $3, $4, $5) on conflict do nothing""",
        *(debtor, email, list(address), capacity, agreed_on),
    )
    await pool.execute(
        """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
        currency, reference) values ('atelier', $1, $2, $3, $4, $5, 'EUR', $6)""",
        *(number, debtor, due - timedelta(days=30), due, Decimal(amount), f"RF18{number}"),
    )
