"""A small book of a creditor with every kind of customer, and payments of one line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from domain.creditor_reference import rf_reference
from domain.matching.book import Book
from domain.matching.decide import decide
from schemas.bank import BankTransaction, Party, StructuredReference, TransactionKind
from schemas.matching import Customer, Decision, DocumentType, OpenItem

OWN = "FR7630006000011234567890189"
DUBOIS = "FR1420041010050500013M02606"
LEROY = "FR7610107001011234567890129"
HOLDING = "FR7617569000301234567890185"
MULLER = "DE89370400440532013000"

CUSTOMERS = (
    Customer(
        customer="C00001",
        name="Menuiserie Dubois SARL",
        siren="123456782",
        country="FR",
        ibans=(DUBOIS,),
        mandates=("RUM-77",),
    ),
    Customer(customer="C00002", name="Leroy & Fils SA", country="FR", ibans=(LEROY,)),
    Customer(customer="C00003", name="Transports Martin SAS", country="FR", group="MARTIN"),
    Customer(
        customer="C00004",
        name="Martin Holding SA",
        country="FR",
        group="MARTIN",
        ibans=(HOLDING,),
    ),
    Customer(customer="C00005", name="Müller Maschinenbau GmbH", country="DE", ibans=(MULLER,)),
    Customer(customer="C00006", name="Commune de Saint-Éloi", country="FR"),
    Customer(customer="C00007", name="Boulangerie Petit", country="FR"),
    Customer(customer="C00008", name="Boulangerie Petite", country="FR"),
)


def item(number: str, customer: str, amount: str, **more: Any) -> OpenItem:
    """An item that is wholly open, due in sixty days from its issue unless said otherwise."""
    fields = {"open_amount": Decimal(amount), "due_date": date(2026, 3, 6), **more}
    return OpenItem(
        document=number,
        number=number,
        customer=customer,
        issue_date=date(2026, 1, 5),
        amount=Decimal(amount),
        **fields,
    )


ITEMS = (
    item("FA-2026-00120", "C00001", "1200.00"),
    item("FA-2026-00121", "C00001", "310.50"),
    item("FA-2026-00122", "C00002", "96.40", purchase_order="PO-4711"),
    item("FA-2026-00123", "C00001", "842.13", creditor_reference=rf_reference("FA-2026-00123")),
    item("FA-2026-00124", "C00001", "77.77", end_to_end_id="SDD-124"),
    item("FA-2026-00131", "C00001", "65.20"),
    item("FA-2026-00132", "C00002", "500.00"),
    item("FA-2026-00133", "C00002", "500.00"),
    item("FA-2026-00134", "C00003", "431.00"),
    item("FA-2026-00135", "C00005", "2000.00"),
    item("FA-2026-00136", "C00006", "150.25", purchase_order="EJ-2026-5501"),
    item("FA-2026-00137", "C00007", "88.10"),
    item("FA-2026-00138", "C00008", "88.10"),
    item("FA-2026-00139", "C00001", "59.90", open_amount=Decimal(0)),
    item("FA-2025-00120", "C00002", "777.00", due_date=date(2025, 12, 1)),
    item("AV-2026-00007", "C00001", "42.13", type=DocumentType.CREDIT_NOTE),
)


def book(items: Sequence[OpenItem] = ITEMS) -> Book:
    """A fresh book."""
    return Book(items, CUSTOMERS, own_accounts=(OWN,), own_names=("ATELIERS RELANCE",))


def payment(amount: str, *texts: str, name: str = "", iban: str = "", **more: Any) -> Any:
    """A booked receipt."""
    key = more.pop("key", f"K-{amount}-{'-'.join(texts)}-{name}-{iban}")
    value = Decimal(amount)
    kind = TransactionKind.RECEIPT if value > 0 else TransactionKind.RETURNED_RECEIPT
    party = Party(name=name, iban=iban) if name or iban else None
    fields: dict[str, Any] = {
        "account": OWN,
        "amount": value,
        "entry_amount": value,
        "currency": "EUR",
        "kind": kind,
        "booking_date": date(2026, 2, 2),
        "entry_key": key,
        "item_key": key,
        "remittance": texts,
        "debtor": party,
        "counterparty": party,
        **more,
    }
    return BankTransaction(**fields)


def structured(reference: str) -> tuple[StructuredReference, ...]:
    """A reference in its field."""
    return (StructuredReference(reference=reference, type="SCOR"),)


def decided(amount: str, *texts: str, **more: Any) -> Decision:
    """What is done with a payment over a fresh book."""
    return decide(payment(amount, *texts, **more), book())


def booked(decision: Decision) -> dict[str, str]:
    """What was booked, by document."""
    return {one.document: str(one.amount) for one in decision.allocations}


def first(decision: Decision) -> set[str]:
    """The documents of the first suggestion."""
    if not decision.suggestions:
        return set()
    return {one.document for one in decision.suggestions[0].allocations}
