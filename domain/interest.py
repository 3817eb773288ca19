"""What is owed for an invoice that is paid late? Principal, interest and fixed sum, to the cent.

The engine is pure: the rate table comes in, a statement with the rows it used goes out. The
conventions, and what a lawyer must look at, are in ``docs/interest.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from domain.claim_ledger import ClaimLedger, half_up
from domain.interest_terms import InterestTerms, interest_terms, is_leap
from domain.interest_words import conventions, statement_warnings
from domain.rates import RateTable
from schemas.agreed_interest import DayCount
from schemas.claim_law import ClaimLaw
from schemas.interest import (
    FIRST_DAY,
    LAST_DAY,
    AccountEntry,
    Claim,
    ClaimStatement,
    Credit,
    CreditKind,
    Dispute,
    DisputeOutcome,
    ImputationPolicy,
    InterestSegment,
    Receipt,
    ReferenceRate,
    Waiver,
)
from schemas.money import Money, minor_unit

SHOWN = Decimal("0.000001")
"""Interest of a segment is shown to this; it is added up exactly."""

_DAY = timedelta(days=1)
_Event = Credit | Waiver | Receipt


class DayOutOfRangeError(ValueError):
    """A day that no claim can be about."""


def state_claim(
    claim: Claim,
    on: date,
    table: RateTable,
    *,
    policy: ImputationPolicy = ImputationPolicy.LEGAL_ACCESSORIES_FIRST,
    language: str = "en",
) -> ClaimStatement:
    """The account of a claim at the end of a day.

    Args:
        claim: what was invoiced, and everything that happened to it; what happens after the day
            is not looked at, but for a credit note for an error that is dated by the due date:
            what it takes off was never owed.
        on: the day, which bears interest itself (days = this day less due date).
        table: the reference rates; a half-year it lacks is marked and bears nothing.
        policy: what a part payment settles first.
        language: of the conventions, ``de``, ``en`` or ``fr``; for a letter, the letter's own.

    Raises:
        DayOutOfRangeError: when the day is a typing mistake.
        UnknownRegimeError: when no law and no contract says what is owed.
        ContractRateRefusedError: when no contract's rate is allowed, or it is no rate. One that a
            limit of the law has overtaken is counted no higher than the law's own.
    """
    if not FIRST_DAY <= on <= LAST_DAY:
        raise DayOutOfRangeError(f"{on} is no day for an account: {FIRST_DAY} to {LAST_DAY}")
    terms = interest_terms(claim, on, table)
    count = _Count(terms, on, policy, claim.day_count)
    count.run()
    return count.statement(conventions(terms, policy, claim.day_count, language))


def day_interest(base: Fraction, rate: Decimal, day: date, day_count: DayCount) -> Fraction:
    """The exact interest of one day."""
    long_year = day_count is DayCount.ACT_ACT and is_leap(day.year)
    return base * Fraction(rate) / (36_600 if long_year else 36_500)


@dataclass
class _Count:
    """One claim being counted, from its due date to the day of the statement."""

    terms: InterestTerms
    on: date
    policy: ImputationPolicy
    day_count: DayCount
    ledger: ClaimLedger = field(init=False)
    segments: list[InterestSegment] = field(default_factory=list)
    entries: list[AccountEntry] = field(default_factory=list)
    indemnity: Money = field(init=False)
    contingent_indemnity: Money = field(init=False)
    foreign_sum: Money | None = None

    def __post_init__(self) -> None:
        claim = self.terms.claim
        currency = claim.amount.currency
        self.indemnity = self.contingent_indemnity = Money.zero(currency)
        self.ledger = ClaimLedger(currency, self.policy, claim.amount.amount)
        self.disputed = self._disputed(DisputeOutcome.OPEN)
        self.lost = max(Decimal(0), self._disputed(DisputeOutcome.FOR_DEBTOR) - self._errors())

    def run(self) -> None:
        """Go from event to event and from half-year to half-year."""
        events = sorted(_events(self.terms.claim, self.on), key=_event_order)
        for event in events:
            if isinstance(event, Credit) and event.kind is CreditKind.ERROR:
                self._apply(event)
        rest = [event for event in events if not _is_error(event)]
        due = self.terms.due
        self._apply_until(rest, due)
        self._owe_fixed_sum()
        before = self.terms.free_until
        if before is None:
            before = self.on
        self._apply_until(rest, before)
        years = set(self.terms.anniversaries)
        for end in self.terms.segment_ends([event.day for event in rest], self.day_count):
            self._accrue(before + _DAY, end)
            self._apply_until(rest, end)
            if end in years:
                self.ledger.capitalise()
            before = end
        self._apply_until(rest, self.on)

    def statement(self, words: str) -> ClaimStatement:
        """The account as it stands at the end."""
        ledger, claim = self.ledger, self.terms.claim
        ledger.book()
        contingent = half_up(ledger.contingent, minor_unit(ledger.currency))
        known = [segment for segment in self.segments if segment.rate is not None]
        unknown = [segment for segment in self.segments if segment.rate is None]
        increment, next_row = self._daily_increment()
        rows = {segment.row.row: segment.row for segment in known if segment.row is not None}
        bears = self.terms.bears_interest
        return ClaimStatement(
            country=claim.country,
            capacity=claim.capacity,
            on=self.on,
            due_date=claim.due_date,
            law=self.terms.law,
            interest_from=self.terms.free_until + _DAY if bears and self.terms.free_until else None,
            interest_until=self.terms.until if bears else None,
            principal=claim.amount,
            credited=self._sum(entry for entry in self.entries if entry.kind in _CREDITS),
            paid=self._sum(entry for entry in self.entries if entry.kind == "payment"),
            principal_owed=self._money(ledger.principal),
            segments=tuple(self.segments),
            entries=tuple(sorted(self.entries, key=lambda entry: entry.day)),
            interest=self._money(ledger.computed),
            interest_waived=self._money(ledger.interest_waived),
            interest_owed=self._money(ledger.interest),
            indemnity=self.indemnity,
            indemnity_waived=self._money(ledger.indemnity_waived),
            indemnity_owed=self._money(ledger.indemnity),
            contingent_interest=self._money(contingent),
            contingent_indemnity=self.contingent_indemnity,
            unallocated=self._money(ledger.unallocated),
            total=self._money(ledger.principal + ledger.interest + ledger.indemnity),
            daily_increment=increment,
            policy=self.policy,
            day_count=self.day_count,
            rates=tuple(rows.values()),
            known_until=unknown[0].first_day - _DAY if unknown else self.on,
            complete=not unknown,
            warnings=statement_warnings(
                self.terms, [*rows.values(), *next_row], unknown, self.foreign_sum
            ),
            conventions=words,
            disputed=self._money(self._contingent),
            counted_by=_law_of(claim),
            limits=self.terms.held.limits,
            limits_wanted=self.terms.held.wanted,
        )

    def _owe_fixed_sum(self) -> None:
        """The fixed sum, once, if anything is unpaid on the first day of delay.

        Nothing is owed where the opening judgment came first (Code de commerce L441-10 II).
        """
        terms, claim = self.terms, self.terms.claim
        if terms.until <= terms.due or not self.ledger.principal:
            return
        if claim.contract_rate is not None and not terms.regime.fixed_sum_with_contract_rate:
            return
        fixed = terms.regime.fixed_sum(self.ledger.principal)
        if fixed is None:
            return
        if fixed.currency != self.ledger.currency:
            self.foreign_sum = fixed
        elif self._certain > 0:
            self.indemnity, self.ledger.indemnity = fixed, fixed.amount
        elif self._contingent > 0:
            self.contingent_indemnity = fixed

    def _accrue(self, first: date, last: date) -> None:
        """Add the interest of days with one rate and one base."""
        ledger = self.ledger
        base = Fraction(self._certain) + ledger.capitalised
        contingent = Fraction(self._contingent) + ledger.contingent_capitalised
        if not (base or contingent):
            return
        applied, days = self.terms.rate_of(first), (last - first).days + 1
        rate = applied.rate or Decimal(0)
        interest = day_interest(base, rate, first, self.day_count) * days
        uncertain = day_interest(contingent, rate, first, self.day_count) * days
        ledger.running += interest
        ledger.contingent += uncertain
        self.segments.append(
            InterestSegment(
                first_day=first,
                last_day=last,
                days=days,
                base=_shown(base),
                contingent_base=_shown(contingent),
                rate=applied.rate,
                row=applied.row,
                source=applied.source,
                wanted=applied.wanted,
                interest=_shown(interest),
                contingent_interest=_shown(uncertain),
            )
        )

    def _daily_increment(self) -> tuple[Decimal | None, list[ReferenceRate]]:
        """The interest of the day after the statement, and the row it is made of."""
        free_until, ledger = self.terms.free_until, self.ledger
        base = Fraction(self._certain) + ledger.capitalised
        if free_until is None or not free_until <= self.on <= self.terms.until or not base:
            return Decimal(0), []
        following = self.on + _DAY
        if following == self.terms.claim.insolvency_on:
            return Decimal(0), []
        applied = self.terms.rate_of(following)
        if applied.rate is None:
            return None, []
        interest = day_interest(base, applied.rate, following, self.day_count)
        return _shown(interest), [applied.row] if applied.row else []

    def _apply_until(self, events: list[_Event], day: date) -> None:
        while events and events[0].day <= day:
            self._apply(events.pop(0))

    def _apply(self, event: _Event) -> None:
        ledger = self.ledger
        match event:
            case Receipt():
                entry = ledger.settle(event.day, "payment", event.amount, event.reference)
            case Credit(kind=CreditKind.SET_OFF):
                entry = ledger.settle(event.day, event.kind, event.amount, event.reference)
            case Credit():
                entry = ledger.credit(event.day, event.kind, event.amount, event.reference)
            case Waiver():
                entry = ledger.waive(event.day, event.part, event.amount, event.reason)
        self.entries.append(entry)

    @property
    def _certain(self) -> Decimal:
        """The principal that bears interest whatever becomes of an open dispute."""
        return max(Decimal(0), self.ledger.principal - self.lost - self.disputed)

    @property
    def _contingent(self) -> Decimal:
        return min(self.disputed, max(Decimal(0), self.ledger.principal - self.lost))

    def _disputed(self, outcome: DisputeOutcome) -> Decimal:
        found = (dispute for dispute in self.terms.claim.disputes if self._stands(dispute, outcome))
        return sum((dispute.amount.amount for dispute in found), Decimal(0))

    def _stands(self, dispute: Dispute, outcome: DisputeOutcome) -> bool:
        return dispute.opened_on <= self.on and dispute.outcome_on(self.on) is outcome

    def _errors(self) -> Decimal:
        """Credit notes for errors: they already take from the principal what a dispute was for."""
        found = (event for event in _events(self.terms.claim, self.on) if _is_error(event))
        return sum((event.amount.amount for event in found if event.amount), Decimal(0))

    def _money(self, amount: Decimal) -> Money:
        return Money(amount=amount, currency=self.ledger.currency)

    def _sum(self, entries: Iterator[AccountEntry]) -> Money:
        return sum((entry.amount for entry in entries), Money.zero(self.ledger.currency))


_CREDITS = frozenset(kind.value for kind in CreditKind)


def _events(claim: Claim, on: date) -> Iterator[_Event]:
    events: tuple[_Event, ...] = (*claim.credits, *claim.waivers, *claim.payments)
    never_owed = claim.due_date
    return (
        event
        for event in events
        if event.day <= on or (_is_error(event) and event.day <= never_owed)
    )


def _event_order(event: _Event) -> tuple[date, int]:
    """By day; on one day credits first, so that a payment finds what is really owed."""
    match event:
        case Credit():
            return event.day, 0
        case Waiver():
            return event.day, 1
        case Receipt():
            return event.day, 2


def _law_of(claim: Claim) -> ClaimLaw:
    return ClaimLaw(
        country=claim.country,
        capacity=claim.capacity,
        contract_rate=claim.contract_rate,
        formal_notice_on=claim.formal_notice_on,
        creditor_is_individual=claim.creditor_is_individual,
        day_count=claim.day_count,
        holidays=claim.holidays,
    )


def _is_error(event: _Event) -> bool:
    return isinstance(event, Credit) and event.kind is CreditKind.ERROR


def _shown(amount: Fraction) -> Decimal:
    return half_up(amount, SHOWN)
