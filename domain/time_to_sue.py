"""Is there still time for court? What a case may threaten with, and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from domain.business_calendar import local_day
from domain.limitation import limitation, limitation_alarm
from schemas.case import CollectionCase
from schemas.interest import FIRST_DAY, LAST_DAY
from schemas.limitation import (
    CourtFacts,
    Interruption,
    InterruptionKind,
    Limitation,
    LimitationAlarm,
    LimitationQuestion,
)
from schemas.parties import Capacity
from schemas.plan import DunningStep

TakenStep = tuple[CollectionCase, DunningStep]
"""A case, and the step that it takes."""

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
    try:
        question = LimitationQuestion(
            country=country,
            capacity=capacity,
            invoiced_on=invoiced_on,
            due_date=due_date,
            performed_on=performed_on,
            interruptions=tuple(interruptions),
        )
        return limitation(question)
    except ValueError:  # Of no known law, or with a day that is a typing mistake.
        return None


def limitation_of_case(case: CollectionCase, facts: CourtFacts | None) -> Limitation | None:
    """Until when a case can be brought to court; None where nobody knows."""
    if facts is None:
        return None
    return limitation_of(
        *(facts.country, facts.capacity, facts.issue_date, case.due_date),
        interruptions_of(case),
        facts.delivery_date,
    )


def court_warning(limit: Limitation | None, today: date) -> str:
    """That no court hears a claim any more, or for thirty days at the most; empty for others.

    Args:
        limit: of the claim; None where no law is known.
        today: the day on which somebody looks.
    """
    if limit is None:
        return ""
    since = f"counted from {limit.counted_from} ({limit.law})"
    match limitation_alarm(limit.limitation_day, today):
        case LimitationAlarm.BARRED:
            return f"the last day to go to court was {limit.limitation_day}, {since}"
        case LimitationAlarm.THIRTY_DAYS:
            return f"the last day to go to court is {limit.limitation_day}, {since}"
        case _:
            return ""


def barred_among(
    cases: Iterable[CollectionCase], facts: Mapping[str, CourtFacts], now: datetime
) -> dict[str, Limitation]:
    """Those of the cases that no court would hear any more, on each debtor's own day.

    Args:
        cases: as they stand.
        facts: by case id; a case without them is not among those barred.
        now: the moment at which a court would be named.
    """
    found = {}
    for case in cases:
        limit = limitation_of_case(case, facts.get(case.case_id))
        if limit and local_day(case.calendar, now) > limit.limitation_day:
            found[case.case_id] = limit
    return found


def kept_apart(
    lead: TakenStep, joining: Sequence[TakenStep], barred: Collection[str]
) -> frozenset[str]:
    """The cases that must not join a message, because it would threaten them with a court in vain.

    One text speaks for all cases of a message, so that one step which announces a court announces
    it to all of them. A barred case therefore joins only where no step does; and where the message
    is about a barred case itself, nobody joins whose step would.

    Args:
        lead: the case whose contact it is, with its step.
        joining: the cases that would join, with theirs.
        barred: ids of cases that no court would hear any more.
    """
    threatening = {case.case_id for case, step in joining if threatens_court(step)}
    if lead[0].case_id in barred:
        return frozenset(threatening)
    left_out = {case.case_id for case, _ in joining if case.case_id in barred}
    if threatens_court(lead[1]) or threatening - left_out:
        return frozenset(left_out)
    return frozenset(left_out & threatening)


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
