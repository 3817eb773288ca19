"""What is open, and who may have paid? The items, customers and bookings that matching looks up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.tasks import NOT_ENDED_BY_MONEY
from schemas.identifiers import case_id, case_parts
from schemas.matching import Customer, Decision, LearntPayer, OpenItem
from schemas.money import exact
from store.bank_ledger import list_payers
from store.bank_transactions import KeptTransaction, kept
from store.pool import Connection
from store.queries import queries

_SQL = queries("open_items")

SETTLED_REACH = timedelta(days=430)
"""Settled invoices that are due within this time are still known: a direct debit that nobody had
allowed may be returned for thirteen months (Directive (EU) 2015/2366, article 71)."""

LARGEST_FEE = Decimal(100)
"""A returned amount may hold up to so much of the bank's fees beyond the payment it undoes."""


async def open_items(
    connection: Connection, creditor: str, today: date, only: Sequence[str] | None = None
) -> list[OpenItem]:
    """The creditor's invoices with what is open of each, settled ones included.

    Args:
        connection: any.
        creditor: the creditor's short name.
        today: from which settled ones are looked back for.
        only: these invoices; None for all.
    """
    since = None if only is not None else today - SETTLED_REACH
    numbers = None if only is None else list(only)
    ended = sorted(NOT_ENDED_BY_MONEY)
    rows = await connection.fetch(_SQL["items"], creditor, numbers, since, ended)
    credited = await _credits_without_case(connection, creditor)
    return [
        OpenItem(
            document=row["number"],
            customer=row["debtor_id"],
            issue_date=row["issue_date"],
            due_date=row["due_date"],
            amount=exact(row["amount"], row["currency"]),
            open_amount=exact(
                max(row["open_now"] - credited.get(row["number"], Decimal(0)), Decimal(0)),
                row["currency"],
            ),
            currency=row["currency"],
            purchase_order=row["purchase_order"],
            creditor_reference=row["reference"],
        )
        for row in rows
    ]


async def _credits_without_case(connection: Connection, creditor: str) -> dict[str, Decimal]:
    """Credit notes for invoices that no case has heard of, by invoice."""
    found: dict[str, Decimal] = {}
    prefix = case_id(creditor, "")
    for row in await connection.fetch(_SQL["credits_without_case"], prefix):
        invoice = case_parts(row["case_id"])[1]
        amount = Decimal(row["data"]["amount"]["amount"])
        found[invoice] = found.get(invoice, Decimal(0)) + amount
    return found


async def customers(connection: Connection, creditor: str) -> list[Customer]:
    """The creditor's debtors, as far as they help to recognise a payer."""
    return [
        Customer(
            customer=row["debtor_id"], name=row["name"], siren=row["siren"], country=row["country"]
        )
        for row in await connection.fetch(_SQL["customers"], creditor)
    ]


async def learnt_payers(connection: Connection, creditor: str) -> list[LearntPayer]:
    """Accounts that decisions have taught, and nobody has forgotten."""
    return [
        LearntPayer(iban=one.iban, customer=one.debtor_id, transaction=one.tx)
        for one in await list_payers(connection, creditor)
    ]


async def booked_like(
    connection: Connection, creditor: str, returns: Sequence[KeptTransaction], today: date
) -> list[tuple[KeptTransaction, Decision]]:
    """Booked payments that these returns may undo, each with what was decided about it."""
    amounts = sorted({-one.amount for one in returns})
    references = sorted({one.said.end_to_end_id for one in returns if one.said.end_to_end_id})
    rows = await connection.fetch(
        _SQL["booked_like"], creditor, today - SETTLED_REACH, amounts, LARGEST_FEE, references
    )
    return [(kept(_without(row, "decided")), _decision(row["decided"])) for row in rows]


def _without(row: Any, name: str) -> Mapping[str, object]:
    return {key: value for key, value in row.items() if key != name}


def _decision(data: Mapping[str, object]) -> Decision:
    return Decision.model_validate(data["decision"])
