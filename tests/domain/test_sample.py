"""What does a newcomer see first? Sample invoices that import without a single problem."""

from __future__ import annotations

from datetime import date, timedelta

from demo.sample import sample_invoices
from domain.invoice_import import read_invoices
from schemas.parties import Capacity

TODAY = date(2027, 3, 1)


def test_sample_shows_every_kind_of_debtor() -> None:
    """The demo has two currencies, two languages, a consumer, a public body and a lost address."""
    found = read_invoices(sample_invoices(TODAY).encode(), "invoices.csv", "atelier")
    assert found.problems == ()
    assert found.notices == ()
    assert len(found.rows) == 12
    debtors = {row.debtor.debtor_id: row.debtor for row in found.rows}.values()
    assert {row.invoice.amount.currency for row in found.rows} == {"EUR", "GBP"}
    assert {debtor.language for debtor in debtors} == {"fr", "en"}
    assert {debtor.capacity for debtor in debtors} == set(Capacity)
    assert sum(debtor.email == "" for debtor in debtors) == 1
    assert sum(debtor.email.startswith("refused@") for debtor in debtors) == 1
    assert all(debtor.email.endswith(".example") for debtor in debtors if debtor.email)


def test_sample_is_overdue_today_whenever_today_is() -> None:
    """Whenever the demo is started, some invoices are just overdue and others come due soon."""
    found = read_invoices(sample_invoices(TODAY).encode(), "invoices.csv", "atelier")
    days = [(row.invoice.due_date - TODAY) / timedelta(days=1) for row in found.rows]
    assert min(days) == -2
    assert max(days) == 20
    assert sum(day > 0 for day in days) >= 6
