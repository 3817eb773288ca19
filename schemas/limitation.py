"""Until when can a claim be brought to court? Limitation, and what starts it afresh."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.base import CountryCode, Frozen, Text
from schemas.interest import Day
from schemas.parties import Capacity


class InterruptionKind(StrEnum):
    """What happened to a claim; not all of it stops time."""

    PART_PAYMENT = "part_payment"
    ACKNOWLEDGEMENT = "acknowledgement"
    COURT_CLAIM = "court_claim"
    ORDER_FILED = "order_filed"
    ORDER_SERVED = "order_served"
    ENFORCEMENT = "enforcement"
    INSOLVENCY_DECLARATION = "insolvency_declaration"
    WRITTEN_CLAIM = "written_claim"
    REMINDER = "reminder"
    FORMAL_NOTICE = "formal_notice"
    AGENCY_MANDATE = "agency_mandate"


class ClaimNature(StrEnum):
    """What the claim is for, as far as its time limit hangs on it."""

    ORDINARY = "ordinary"
    CARRIAGE_OF_GOODS = "carriage_of_goods"
    JUDGMENT = "judgment"


class Interruption(Frozen):
    """Something that may start the time limit afresh.

    Attributes:
        day: on which it happened.
        proof: where the proof of it is kept; without one it is worth nothing in court.
        sha256: of the file that proves it, hexadecimal; empty when the proof is no file.
    """

    kind: InterruptionKind
    day: Day
    proof: Text = Field(min_length=1, max_length=500)
    sha256: Text = Field(default="", max_length=64)


class CourtFacts(Frozen):
    """What the law asks about the invoice and the debtor of a case.

    Attributes:
        country: of the debtor.
        issue_date: of the invoice.
        delivery_date: of what it is for; None when it is not known.
    """

    country: str
    capacity: Capacity
    issue_date: date
    delivery_date: date | None = None


class LimitationQuestion(Frozen):
    """What decides the limitation of a claim.

    Attributes:
        invoiced_on: stands in when the day of performance is not known.
        performed_on: the day on which goods or services were delivered in full; of a judgment,
            the day it became enforceable.
    """

    country: CountryCode
    capacity: Capacity
    invoiced_on: Day
    due_date: Day
    performed_on: Day | None = None
    nature: ClaimNature = ClaimNature.ORDINARY
    interruptions: tuple[Interruption, ...] = ()


class LimitationStep(Frozen):
    """What one interruption did.

    Attributes:
        counted: it started the time limit afresh.
        until: the last day to act after it.
        reason: why, in a sentence.
    """

    interruption: Interruption
    counted: bool
    until: date
    reason: str


class Limitation(Frozen):
    """Until when a claim can be brought to court.

    Attributes:
        limitation_day: the last day on which to act; the claim is barred the day after.
        law: the articles that were applied.
        counted_from: the day the period was first counted from.
        start: what that day is, in words.
        steps: every interruption in order, with what it did.
    """

    limitation_day: date
    law: str
    counted_from: date
    start: str = "the invoice's date"
    steps: tuple[LimitationStep, ...] = ()
    warnings: tuple[str, ...] = ()


class LimitationAlarm(StrEnum):
    """How near the last day is."""

    NONE = "none"
    SIX_MONTHS = "six_months"
    THREE_MONTHS = "three_months"
    THIRTY_DAYS = "thirty_days"
    BARRED = "barred"


class LimitationWarned(Frozen):
    """The last warning that a person was given, and of which last day."""

    day: date
    alarm: LimitationAlarm
