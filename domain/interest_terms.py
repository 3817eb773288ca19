"""From when, until when and at which rate does a claim bear interest? Decided before counting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.contract_rate import HeldRate, Overtaken, hold_contract_rate
from domain.interest_regimes import (
    ContractRates,
    Regime,
    UnknownRegimeError,
    contract_only,
    regime_of,
)
from domain.rates import NOT_SHIPPED, TO_BE_PUBLISHED, RateTable, half_year_of, next_half_year
from schemas.agreed_interest import DayCount
from schemas.interest import CONTRACT_LAW, Claim, ReferenceRate, rate_row

_DAY = timedelta(days=1)
_SATURDAY = 6


@dataclass(frozen=True)
class RateOfDay:
    """The rate of a day: percent a year, or None with the reason as its source."""

    rate: Decimal | None
    row: ReferenceRate | None
    source: str
    wanted: str = ""


@dataclass(frozen=True)
class InterestTerms:
    """What is known of a claim's interest before a day is counted.

    Attributes:
        free_until: the last day without interest; None when there is none to count.
        until: the last day that may bear interest.
        due: the due date, moved where the law moves it.
        held: how the contract's rate stands to the law, up to that day.
        overtaken: from when on it is outside the law, the day after that one included.
    """

    claim: Claim
    regime: Regime
    table: RateTable
    due: date
    free_until: date | None
    until: date
    warnings: tuple[str, ...]
    held: HeldRate
    overtaken: Overtaken | None

    @property
    def law(self) -> str:
        """The articles that are applied; in Britain a contract rate stands instead of the Act."""
        act_stays = self.regime.fixed_sum_with_contract_rate
        return self.regime.law if self.claim.contract_rate is None or act_stays else CONTRACT_LAW

    @property
    def bears_interest(self) -> bool:
        """At least one day bears interest."""
        return self.free_until is not None and self.until > self.free_until

    @property
    def lower_from(self) -> date | None:
        """From when the lower of the contract's and the law's own rate is counted, if ever.

        Not only while the contract's is outside the law: whether a clause that was overtaken holds
        again afterwards is contested, and no more is claimed than the law surely gives.
        """
        return self.held.overtaken.since if self.held.overtaken else None

    def rate_of(self, day: date) -> RateOfDay:
        """The rate of a day that bears interest."""
        agreed = self.claim.contract_rate
        if agreed is None:
            return self._own_rate_of(day)
        if self.overtaken is not None and day >= self.overtaken.since:
            own = self._own_rate_of(day)
            if own.rate is None or own.rate < agreed:
                return own
        return RateOfDay(agreed, None, "contract")

    def _own_rate_of(self, day: date) -> RateOfDay:
        """The law's own rate of a day."""
        if self.regime.frozen and self.free_until is not None:
            day = self.free_until + _DAY
        if day < self.regime.known_from:
            reason = f"the rule before {self.regime.known_from} was another"
            return RateOfDay(None, None, reason)
        if self.regime.series is None:
            return RateOfDay(None, None, "only a contract gives a rate")
        row = self.table.find(self.regime.series, day)
        if row is None:
            wanted = rate_row(self.regime.series, half_year_of(day))
            known = self.table.last_known(self.regime.series, day)
            return RateOfDay(None, None, TO_BE_PUBLISHED if known else NOT_SHIPPED, wanted)
        return RateOfDay(self.regime.rate(row.value), row, row.source)

    def segment_ends(self, events: Iterable[date], day_count: DayCount) -> list[date]:
        """The days after which base or rate may change, in order; the last bears interest too."""
        first, last = self.free_until, self.until
        if first is None or last <= first:
            return []
        ends = {day for day in events if first < day < last} | {last}
        ends |= {start - _DAY for start in _half_years(first, last, every=self._cuts(day_count))}
        if self.lower_from is not None:
            starts = _half_years(first, last, every=(1, 7))
            ends |= {start - _DAY for start in starts if start >= self.lower_from}
        ends |= set(self.anniversaries)
        return sorted(day for day in ends if day > first)

    @property
    def anniversaries(self) -> list[date]:
        """The days after which unpaid interest bears interest itself."""
        if self.free_until is None or not self.compounds:
            return []
        return anniversaries(self.free_until, self.until)

    @property
    def compounds(self) -> bool:
        """Unpaid interest bears interest after each full year: the law's, never a contract's."""
        return self.regime.compounds_yearly and self.claim.contract_rate is None

    def _cuts(self, day_count: DayCount) -> tuple[int, ...]:
        """The months on whose first day a segment begins."""
        if self.claim.contract_rate is None and not self.regime.frozen:
            return (1, 7)
        return (1,) if day_count is DayCount.ACT_ACT else ()


def interest_terms(claim: Claim, on: date, table: RateTable) -> InterestTerms:
    """Decide under which rules a claim is counted up to a day.

    Raises:
        UnknownRegimeError: when neither the law nor a contract gives a rate.
        ContractRateRefusedError: when no contract's rate is allowed, or it is no rate.
    """
    regime = _regime(claim)
    due = _next_working_day(claim) if regime.moves_to_working_day else claim.due_date
    free_until = _free_until(claim, regime, due, on)
    until = on
    if claim.insolvency_on is not None:
        # The judgment takes effect at the first hour of its day (Code de commerce L622-28).
        until = min(on, claim.insolvency_on - _DAY)
    warnings, held, overtaken = list[str](), HeldRate(), None
    if due != claim.due_date:
        warnings.append(f"the due date {claim.due_date} is no working day and moves to {due}")
    if regime.series is None and claim.contract_rate is None:
        free_until = None
        warnings.append(f"no interest: {regime.law}")
    elif free_until is None:
        warnings.append("no interest: none runs before a formal notice")
    elif claim.contract_rate is not None:
        first, following = free_until + _DAY, until + _DAY
        held = hold_contract_rate(claim.contract_rate, regime, first, until, table)
        overtaken = held.overtaken
        warnings += (*held.warnings, *([overtaken.warning] if overtaken else []))
        if overtaken is None and following == half_year_of(following):
            # What the next day adds is said in every statement.
            ahead = hold_contract_rate(claim.contract_rate, regime, first, following, table)
            overtaken = ahead.overtaken
    if claim.waivers and regime.contract_rates is ContractRates.REFUSED:
        warnings.append("a waiver of interest towards a public body is void")
    return InterestTerms(
        claim, regime, table, due, free_until, until, tuple(warnings), held, overtaken
    )


def anniversaries(free_until: date, last: date) -> list[date]:
    """The last day of each full year that begins on the day after one.

    A year from 1 March ends on the last day of February, whatever its number; one from 29 February
    on 28 February.
    """
    found = []
    first = free_until + _DAY
    for year in range(first.year + 1, last.year + 2):
        no_such_day = (first.month, first.day) == (2, 29) and not is_leap(year)
        following = date(year, 3, 1) if no_such_day else first.replace(year=year)
        if following - _DAY <= last:
            found.append(following - _DAY)
    return found


def is_leap(year: int) -> bool:
    """Whether a year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _regime(claim: Claim) -> Regime:
    try:
        return regime_of(
            claim.country,
            claim.capacity,
            started_on=claim.due_date + _DAY,
            creditor_is_individual=claim.creditor_is_individual,
        )
    except UnknownRegimeError:
        if claim.contract_rate is None:
            raise
        return contract_only(claim.capacity)


def _free_until(claim: Claim, regime: Regime, due: date, on: date) -> date | None:
    if not regime.needs_notice:
        return due
    notice = claim.formal_notice_on
    if notice is None or notice > on:
        return None
    return max(due, notice + timedelta(days=regime.notice_days))


def _next_working_day(claim: Claim) -> date:
    """BGB 193: a due date on a Saturday, a Sunday or a holiday is the next working day."""
    day = claim.due_date
    while day.isoweekday() >= _SATURDAY or day in claim.holidays:
        day += _DAY
    return day


def _half_years(first: date, last: date, every: tuple[int, ...]) -> list[date]:
    """The first days of half-years in a period, in the months asked for."""
    found, start = [], next_half_year(half_year_of(first))
    while start <= last:
        if start.month in every:
            found.append(start)
        start = next_half_year(start)
    return found
