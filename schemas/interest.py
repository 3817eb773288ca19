"""What does a late payment cost? Reference rates, a claim's story, and the account stated of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.agreed_interest import DayCount
from schemas.base import CountryCode, Frozen, Text
from schemas.claim_law import ClaimLaw
from schemas.money import CurrencyMismatchError, Money
from schemas.parties import Capacity

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that a claim can be about; one outside is a typing mistake."""


CONTRACT_LAW = "the contract"
"""What stands as the law of a claim where a contract alone says what late payment costs."""


class RateSeries(StrEnum):
    """A published rate that interest is made of; each row of it holds for one half-year."""

    ECB_MRO = "ECB_MRO"
    FR_LEGAL_INDIVIDUAL = "FR_LEGAL_INDIVIDUAL"
    FR_LEGAL_OTHER = "FR_LEGAL_OTHER"
    DE_BASE = "DE_BASE"
    UK_BANK_RATE_REFERENCE = "UK_BANK_RATE_REFERENCE"
    BE_LEGAL = "BE_LEGAL"
    ES_LEGAL = "ES_LEGAL"
    IT_LEGAL = "IT_LEGAL"
    NL_LEGAL = "NL_LEGAL"


class RateStatus(StrEnum):
    """How sure a rate is."""

    OFFICIAL = "official"
    DERIVED = "derived"
    PROVISIONAL = "provisional"


def rate_row(series: RateSeries, valid_from: date) -> str:
    """The id of the row for a half-year, whether or not there is one."""
    return f"{series.value}@{valid_from}"


class ReferenceRate(Frozen):
    """One row of the rate table: what a series was worth in one half-year.

    Attributes:
        valid_from: 1 January or 1 July.
        value: percent a year; may be negative.
        status: official as published, derived by a known rule, or provisional.
        source: who published it and where, in words.
        published_on: None when that day is not known.
    """

    series: RateSeries
    valid_from: date
    value: Decimal = Field(ge=-10, le=100, allow_inf_nan=False)
    status: RateStatus
    source: str
    published_on: date | None = None

    @model_validator(mode="after")
    def _begins_a_half_year(self) -> Self:
        if (self.valid_from.month, self.valid_from.day) not in {(1, 1), (7, 1)}:
            raise ValueError(f"{self.valid_from} is neither 1 January nor 1 July")
        return self

    @property
    def row(self) -> str:
        """The row's own id, such as ``ECB_MRO@2025-07-01``."""
        return rate_row(self.series, self.valid_from)


class ImputationPolicy(StrEnum):
    """What a part payment settles first; it settles the rest in the order of the name."""

    LEGAL_ACCESSORIES_FIRST = "legal_accessories_first"
    INTEREST_FIRST = "interest_first"
    PRINCIPAL_FIRST = "principal_first"


class CreditKind(StrEnum):
    """Why less is owed than was invoiced."""

    ERROR = "error"
    GESTURE = "gesture"
    SET_OFF = "set_off"
    WRITE_OFF = "write_off"


class WaivedPart(StrEnum):
    """What a creditor gives up."""

    INTEREST = "interest"
    INDEMNITY = "indemnity"


class DisputeOutcome(StrEnum):
    """How a dispute stands."""

    OPEN = "open"
    FOR_CREDITOR = "for_creditor"
    FOR_DEBTOR = "for_debtor"


class _Positive(Frozen):
    """Something with an amount above zero."""

    amount: Money

    @model_validator(mode="after")
    def _more_than_nothing(self) -> Self:
        if not self.amount.is_positive:
            raise ValueError(f"{self.amount} is not more than nothing")
        return self


class Receipt(_Positive):
    """Money that came in for a claim.

    Attributes:
        day: the day the funds were received, which is the last day that bears interest on them.
    """

    day: Day
    reference: Text = ""


class Credit(_Positive):
    """A credit note or a set-off.

    Attributes:
        day: of the note; of a set-off, the day on which both debts were due.
        kind: an error counts as from the origin, a gesture and a write-off from their day, a
            set-off as a payment.
    """

    day: Day
    kind: CreditKind
    reference: Text = ""


class Waiver(Frozen):
    """What the creditor gives up, apart from what was computed.

    Attributes:
        amount: at most; None gives up all that is owed of that part on the day.
        by: who decided.
    """

    day: Day
    part: WaivedPart
    amount: Money | None = None
    by: str = ""
    reason: Text = ""


class Dispute(_Positive):
    """A part of the principal that the debtor contests.

    Attributes:
        outcome: as decided on ``decided_on``; until that day the dispute is open.
    """

    opened_on: Day
    outcome: DisputeOutcome = DisputeOutcome.OPEN
    decided_on: Day | None = None

    @model_validator(mode="after")
    def _decided_on_a_day(self) -> Self:
        if (self.outcome is DisputeOutcome.OPEN) is not (self.decided_on is None):
            raise ValueError("an open dispute has no decision day, a decided one has")
        return self

    def outcome_on(self, day: date) -> DisputeOutcome:
        """How it stood at the end of a day."""
        decided = self.decided_on is not None and self.decided_on <= day
        return self.outcome if decided else DisputeOutcome.OPEN


class Claim(_Positive):
    """Everything that decides what is owed for one invoice; the order of its parts means nothing.

    Attributes:
        amount: as invoiced, including VAT.
        country: whose law of late payment is applied: normally the debtor's own.
        formal_notice_on: the day a formal notice reached the debtor.
        insolvency_on: the day of the opening judgment.
        contract_rate: percent a year from the contract; None applies the law's own rate.
        creditor_is_individual: the creditor is a natural person outside their trade.
        day_count: by how many days a year is divided.
        holidays: public holidays, where a due date on one moves to the next working day.
    """

    country: CountryCode
    capacity: Capacity
    due_date: Day
    payments: tuple[Receipt, ...] = ()
    credits: tuple[Credit, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    formal_notice_on: Day | None = None
    insolvency_on: Day | None = None
    contract_rate: Annotated[Decimal, Field(allow_inf_nan=False)] | None = None
    creditor_is_individual: bool = False
    day_count: DayCount = DayCount.ACT_365F
    holidays: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        parts = (*self.payments, *self.credits, *self.disputes)
        amounts = [part.amount for part in parts]
        amounts += [waiver.amount for waiver in self.waivers if waiver.amount is not None]
        for amount in amounts:
            if amount.currency != self.amount.currency:
                words = f"a claim in {self.amount.currency} has an amount in {amount.currency}"
                raise CurrencyMismatchError(words)
        return self


class InterestSegment(Frozen):
    """Days in a row with one base and one rate.

    Attributes:
        first_day: inclusive.
        last_day: inclusive.
        base: what bears interest, undisputed; of compound interest it is not in whole cents.
        contingent_base: what bears interest only if a dispute is decided for the creditor.
        rate: percent a year, margin included; None when it is not known.
        row: of the rate table; None for a contract rate or an unknown one.
        source: where the rate comes from, in words, or why there is none.
        wanted: the row that the table lacks, such as ``ECB_MRO@2027-01-01``.
        interest: before the one rounding, shown to six decimals.
        contingent_interest: the same on the contingent base.
    """

    first_day: date
    last_day: date
    days: int
    base: Decimal
    contingent_base: Decimal = Decimal(0)
    rate: Decimal | None = None
    row: ReferenceRate | None = None
    source: str
    wanted: str = ""
    interest: Decimal
    contingent_interest: Decimal = Decimal(0)


class AccountEntry(Frozen):
    """What a payment, a credit or a waiver did to the claim.

    Attributes:
        kind: ``payment``, ``waiver``, or that of a credit.
        principal: by which the unpaid principal fell.
        interest: by which the unpaid interest fell.
        indemnity: by which the unpaid fixed sum fell.
        unallocated: what was left over.
    """

    day: date
    kind: str
    amount: Money
    principal: Money
    interest: Money
    indemnity: Money
    unallocated: Money
    reference: Text = ""


class ClaimStatement(Frozen):
    """The account of one claim at the end of a day.

    Attributes:
        on: the day whose end the account shows; it bears interest itself.
        law: the articles that were applied.
        interest_from: the first day that bears interest; None when none does.
        interest_until: the last one; earlier than ``on`` in an insolvency.
        principal: as invoiced; ``principal_owed`` is what is left of it.
        interest: computed; what was waived or paid of it stands apart.
        indemnity: the fixed sum for late payment; what was waived or paid of it stands apart.
        contingent_interest: counted while a dispute is open, in no total.
        contingent_indemnity: the fixed sum while all that is late is disputed, in no total.
        unallocated: money and credits beyond everything owed.
        total: principal, interest and indemnity still owed.
        daily_increment: interest of the next day, to six decimals; None when its rate is not
            published.
        rates: the rows that were used, as they stood.
        known_until: the last day for which interest could be computed.
        complete: every day's rate was known.
        conventions: how it was computed, in words to print under it.
        disputed: what of the principal is contested; a part of ``principal_owed``.
        counted_by: what decided it beside the facts; None in statements from before it was kept.
        limits: the rows that a contract's rate was held against, as they stood.
        limits_wanted: ids of such rows that nobody had published; an earlier one stood in.
    """

    country: CountryCode
    capacity: Capacity
    on: date
    due_date: date
    law: str
    interest_from: date | None = None
    interest_until: date | None = None
    principal: Money
    credited: Money
    paid: Money
    principal_owed: Money
    segments: tuple[InterestSegment, ...] = ()
    entries: tuple[AccountEntry, ...] = ()
    interest: Money
    interest_waived: Money
    interest_owed: Money
    indemnity: Money
    indemnity_waived: Money
    indemnity_owed: Money
    contingent_interest: Money
    contingent_indemnity: Money
    unallocated: Money
    total: Money
    daily_increment: Decimal | None
    policy: ImputationPolicy
    day_count: DayCount
    rates: tuple[ReferenceRate, ...] = ()
    known_until: date
    complete: bool = True
    warnings: tuple[str, ...] = ()
    conventions: str
    disputed: Money | None = None
    counted_by: ClaimLaw | None = None
    limits: tuple[ReferenceRate, ...] = ()
    limits_wanted: tuple[str, ...] = ()
