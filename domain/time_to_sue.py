"""Is there still time for court? What a case may threaten with, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.limitation import UnknownLimitationError, limitation
from schemas.case import CollectionCase
from schemas.interest import Receipt
from schemas.limitation import Interruption, InterruptionKind, Limitation, LimitationQuestion
from schemas.parties import Capacity
from schemas.plan import DunningStep

COURT_TEMPLATES = ("formal-notice", "hand-over-notice")
"""Texts that announce a court, where a plan's step does not say whether it does."""


def threatens_court(step: DunningStep) -> bool:
    """Whether the message of a step announces a court."""
    if step.threatens_court is not None:
        return step.threatens_court
    return step.template.startswith(COURT_TEMPLATES)


def limitation_of(
    country: str, capacity: Capacity, invoiced_on: date, due_date: date, paid: Iterable[Receipt]
) -> Limitation | None:
    """Until when an invoice can be brought to court; None where no law is known.

    Counted from the invoice's date, as nobody told us when it was performed, and anew from each
    part payment.
    """
    kind = InterruptionKind.PART_PAYMENT
    question = LimitationQuestion(
        country=country,
        capacity=capacity,
        invoiced_on=invoiced_on,
        due_date=due_date,
        interruptions=tuple(
            Interruption(kind=kind, day=one.day, proof=f"payment {one.reference}") for one in paid
        ),
    )
    try:
        return limitation(question)
    except UnknownLimitationError:
        return None


def receipts_of(case: CollectionCase) -> list[Receipt]:
    """What a case has taken of payments."""
    return [
        Receipt(day=one.received_on, amount=one.amount, reference=one.payment_id)
        for one in case.allocations
        if one.amount.is_positive
    ]
