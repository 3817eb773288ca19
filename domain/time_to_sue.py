"""Is there still time for court? What a case may threaten with, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.limitation import UnknownLimitationError, limitation
from schemas.case import CollectionCase
from schemas.interest import FIRST_DAY, LAST_DAY
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
    country: str,
    capacity: Capacity,
    invoiced_on: date,
    due_date: date,
    interruptions: Iterable[Interruption],
    performed_on: date | None = None,
) -> Limitation | None:
    """Until when an invoice can be brought to court; None where no law is known.

    Counted from the day of delivery, or from the invoice's date while nobody has told us that, and
    anew from each part payment and whatever else interrupts it.
    """
    question = LimitationQuestion(
        country=country,
        capacity=capacity,
        invoiced_on=invoiced_on,
        due_date=due_date,
        performed_on=performed_on,
        interruptions=tuple(interruptions),
    )
    try:
        return limitation(question)
    except UnknownLimitationError:
        return None


def interruptions_of(case: CollectionCase) -> list[Interruption]:
    """What may have given a case new time: payments it took, and what people put on record."""
    paid = [
        part_payment(one.received_on, one.payment_id)
        for one in case.allocations
        if one.amount.is_positive and FIRST_DAY <= one.received_on <= LAST_DAY
    ]
    return [*paid, *(one.model_copy(update={"sha256": ""}) for one in case.interruptions)]


def part_payment(day: date, reference: str) -> Interruption:
    """A part payment as what it says of the debt (Code civil 2240)."""
    proof = f"payment {reference}"[:500]
    return Interruption(kind=InterruptionKind.PART_PAYMENT, day=day, proof=proof)
