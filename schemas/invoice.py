"""What is owed? An invoice as the ledger of record reports it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from schemas.base import Frozen, Name
from schemas.money import Money


class Invoice(Frozen):
    """An invoice of the creditor.

    Attributes:
        number: the creditor's invoice number.
        amount: including VAT.
        document: file of the invoice below its creditor's folder of documents, or empty.
        document_link: where the debtor can fetch it, or empty.
        reference: ISO 11649 creditor reference (``RF…``) that its messages carry.
        terms: of payment that its contract names, such as ``EOM_A_45``, or empty.
        contract_rate: of late payment, percent a year; None where only the general terms or the law
            give one.
        delivery_date: the day of delivery or performance; None when it is not known.
        next_step: at which step of the plan its case begins, when others took the steps before it;
            empty for the first.
    """

    creditor: Name
    number: str
    debtor_id: str
    issue_date: date
    due_date: date
    amount: Money
    purchase_order: str = ""
    reference: str = ""
    document: str = ""
    document_link: str = ""
    next_step: str = ""
    terms: str = ""
    contract_rate: Decimal | None = None
    delivery_date: date | None = None
