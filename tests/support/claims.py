"""Which claims are tried? Builders for claims and the rate table that is shipped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.interest import state_claim
from domain.rate_file import read_rates
from domain.rates import RateTable
from schemas.interest import (
    Claim,
    ClaimStatement,
    Credit,
    CreditKind,
    ImputationPolicy,
    Receipt,
)
from schemas.money import Money
from tests.support.tree import ROOT

SHIPPED = ROOT / "rates" / "reference-rates.csv"
TABLE: RateTable = read_rates(SHIPPED.read_bytes(), str(SHIPPED))


def day(text: str) -> date:
    """A date as it is written."""
    return date.fromisoformat(text)


def money(amount: str, currency: str = "EUR") -> Money:
    """An amount as it is written."""
    return Money(amount=Decimal(amount), currency=currency)


def claim(country: str = "FR business", amount: str = "1000.00", **told: object) -> Claim:
    """A claim; ``country`` is a country and, unless it is a business, a capacity.

    ``payments``, ``gestures``, ``errors`` and ``set_offs`` are maps of days to amounts.
    """
    code, _, capacity = country.partition(" ")
    currency = "GBP" if code == "GB" else "EUR"

    def credits_of(kind: CreditKind) -> list[Credit]:
        given = told.pop(f"{kind.value}s", {})
        assert isinstance(given, dict)
        return [
            Credit(day=day(on), amount=money(part, currency), kind=kind)
            for on, part in given.items()
        ]

    payments = told.pop("payments", {})
    assert isinstance(payments, dict)
    credit = [one for kind in CreditKind for one in credits_of(kind)]
    return Claim.model_validate(
        {
            "country": code,
            "capacity": capacity or "business",
            "amount": money(amount, currency),
            "due_date": "2025-03-31",
            "credits": credit,
            "payments": [
                Receipt(day=day(on), amount=money(part, currency)) for on, part in payments.items()
            ],
            **told,
        }
    )


def stated(
    on: str,
    one: Claim,
    policy: ImputationPolicy = ImputationPolicy.LEGAL_ACCESSORIES_FIRST,
    table: RateTable = TABLE,
) -> ClaimStatement:
    """The account of a claim on a day, with the shipped rates."""
    return state_claim(one, day(on), table, policy=policy)


def table_without(*rows: str) -> RateTable:
    """The shipped table without some rows, named like ``ECB_MRO@2026-07-01``."""
    return RateTable(row for row in TABLE.rows if row.row not in rows)
