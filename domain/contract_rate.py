"""May this contract rate be applied? Held against the floor or the ceiling that the law sets.

Refused is a rate that is outside the law on the day it is agreed for. One that a later half-year
overtakes was agreed lawfully: from then on the lower of it and the law's own rate is counted
(decision 0024).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.interest_regimes import (
    FRENCH_FLOOR_FACTOR,
    HIGH_CONTRACT_RATE,
    ContractRates,
    Regime,
    regime_of,
)
from domain.rates import TO_BE_PUBLISHED, RateTable, half_year_of, next_half_year
from schemas.interest import RateSeries, ReferenceRate, rate_row
from schemas.parties import Capacity

MAX_RATE = Decimal(100)
"""Percent a year; more is a typing mistake."""


class ContractRateRefusedError(ValueError):
    """A contract rate may not be applied; the words propose what to apply instead.

    Attributes:
        default_rate: what the law gives without a contract rate, percent a year; None when it is
            not known.
    """

    def __init__(self, words: str, default_rate: Decimal | None = None) -> None:
        super().__init__(words)
        self.default_rate = default_rate


@dataclass(frozen=True)
class Overtaken:
    """A contract rate is outside the law from a day on.

    Attributes:
        since: the first day of that half-year.
        words: by which limit, as a sentence.
        default_rate: what the law itself gives in that half-year; None when it is not known.
    """

    since: date
    words: str
    default_rate: Decimal | None

    @property
    def refusal(self) -> ContractRateRefusedError:
        """What a person is told who enters such a rate."""
        words = f"{self.words}{_proposal(self.default_rate)}"
        return ContractRateRefusedError(words, self.default_rate)

    @property
    def warning(self) -> str:
        """What a person is told whose rate was agreed before."""
        own = "" if self.default_rate is None else f" ({self.default_rate} %)"
        return (
            f"{self.words}; from {self.since} the lower of it and the law's own rate{own} is "
            "counted: agree another rate, or leave it out and the law's own applies"
        )


@dataclass(frozen=True)
class HeldRate:
    """A contract rate, held against the law in every half-year in which it would run.

    Attributes:
        warnings: what a person should know besides, in sentences.
        overtaken: from when on it is outside the law; None while it never was.
        limits: the rows it was held against, as they stood; once overtaken, the law's own too.
        wanted: ids of rows of which an earlier one stood in.
    """

    warnings: tuple[str, ...] = ()
    overtaken: Overtaken | None = None
    limits: tuple[ReferenceRate, ...] = ()
    wanted: tuple[str, ...] = ()


def check_contract_rate(
    rate: Decimal, regime: Regime, first_day: date, last_day: date, table: RateTable
) -> tuple[str, ...]:
    """Hold a contract rate against the law when somebody enters it.

    Args:
        rate: percent a year.
        regime: of the debtor.
        first_day: on which it must be within the law, such as that of the invoice.
        last_day: up to which later limits are looked at, and warned of.
        table: the reference rates.

    Returns:
        What a person should know, in sentences.

    Raises:
        ContractRateRefusedError: when it is below the floor or above the ceiling of the first
            day, not allowed at all, or no rate.
    """
    held = hold_contract_rate(rate, regime, first_day, last_day, table)
    if held.overtaken is None:
        return held.warnings
    if held.overtaken.since <= first_day:
        raise held.overtaken.refusal
    return (*held.warnings, held.overtaken.warning)


def hold_contract_rate(
    rate: Decimal, regime: Regime, first_day: date, last_day: date, table: RateTable
) -> HeldRate:
    """Hold a contract rate against the law, half-year by half-year.

    Args:
        rate: percent a year.
        regime: of the debtor.
        first_day: that bears interest.
        last_day: that bears interest; the first day is looked at in any case.
        table: the reference rates.

    Raises:
        ContractRateRefusedError: when it is not allowed at all, or no rate.
    """
    if not (rate.is_finite() and 0 < rate <= MAX_RATE):
        raise ContractRateRefusedError(
            f"{rate} is no yearly rate; expected above 0 and at most {MAX_RATE} percent"
        )
    if regime.contract_rates is ContractRates.REFUSED:
        default = _default(regime, first_day, table)
        raise ContractRateRefusedError(
            f"no contract rate applies here: {regime.law} fixes it{_proposal(default)}", default
        )
    warnings: list[str] = []
    if rate > HIGH_CONTRACT_RATE:
        warnings.append(
            f"a contract rate of {rate} % is high: above {HIGH_CONTRACT_RATE} % "
            "a judge may cut it as a penalty clause"
        )
    days = [max(start, first_day) for start in _half_years(first_day, last_day)]
    limits = [limit for day in days if (limit := _limit(regime, day, table)) is not None]
    broken = next((one for one in limits if one.is_broken_by(rate)), None)
    warnings += [one.unsure for one in limits if one is not broken and one.unsure]
    if not regime.fixed_sum_with_contract_rate:
        warnings.append(
            "a contract rate replaces the Act, fixed sum included, if it is a substantial remedy"
        )
    rows = [one.row for one in limits]
    overtaken = None
    if broken is not None:
        default = _default(regime, broken.day, table)
        overtaken = Overtaken(broken.day, broken.broken(rate), default)
        rows += [_own_row(regime, day, table) for day in days if day >= broken.day]
    return HeldRate(
        tuple(warnings),
        overtaken,
        tuple(dict.fromkeys(row for row in rows if row is not None)),
        tuple(one.wanted for one in limits if one.wanted),
    )


@dataclass(frozen=True)
class _Limit:
    """What a contract rate may not pass in a half-year.

    Attributes:
        day: the first of it that is looked at.
        name: ``floor`` or ``ceiling``.
        percent: None when nothing of it is known.
        row: that it is made of; the last one before the half-year stands in for its own.
        made_of: how the row gives it, in words.
    """

    day: date
    name: str
    percent: Decimal | None = None
    row: ReferenceRate | None = None
    made_of: str = ""

    def is_broken_by(self, rate: Decimal) -> bool:
        """Whether a rate passes it."""
        if self.percent is None:
            return False
        return rate < self.percent if self.name == "floor" else rate > self.percent

    def broken(self, rate: Decimal) -> str:
        """That it does."""
        which = f"provisional {self.name}" if self.wanted else self.name
        side = "below" if self.name == "floor" else "above"
        return (
            f"a contract rate of {rate} % is {side} the {which} of {self.percent} %{self.made_of}"
        )

    @property
    def wanted(self) -> str:
        """The id of the half-year's own row, when another stands in."""
        half = half_year_of(self.day)
        stands_in = self.row is not None and self.row.valid_from != half
        return rate_row(self.row.series, half) if self.row and stands_in else ""

    @property
    def unsure(self) -> str:
        """What a person should know of a limit that is not surely the half-year's; or empty."""
        half = half_year_of(self.day)
        if self.row is None:
            return f"not held against the {self.name} from {half}: {TO_BE_PUBLISHED}"
        if not self.wanted:
            return ""
        return (
            f"provisional: held against the last known {self.name} of {self.percent} % from "
            f"{self.row.valid_from}; that of {half} is not known yet"
        )


def _limit(regime: Regime, day: date, table: RateTable) -> _Limit | None:
    """The limit of a day; None where the law sets none.

    Code de commerce L441-10 II: a clause is at least three times the legal rate; the law's own may
    be lower. Code de droit économique XIX.4: consumers pay at most what businesses pay. Where the
    rate of a half-year is not published, the last known one is compared with.
    """
    match regime.contract_rates:
        case ContractRates.FLOOR_OF_THREE_TIMES_LEGAL:
            row = table.last_known(RateSeries.FR_LEGAL_OTHER, day)
            if row is None:
                return _Limit(day, "floor")
            made_of = (
                f" ({FRENCH_FLOOR_FACTOR} times the legal rate of {row.value} % "
                f"from {row.valid_from})"
            )
            return _Limit(day, "floor", row.value * FRENCH_FLOOR_FACTOR, row, made_of)
        case ContractRates.CAPPED_AT_BUSINESS_RATE:
            business = regime_of("BE", Capacity.BUSINESS, started_on=day)
            row = table.last_known(business.series, day) if business.series else None
            if row is None:
                return _Limit(day, "ceiling")
            return _Limit(day, "ceiling", business.rate(row.value), row, f" from {row.valid_from}")
    return None


def _default(regime: Regime, day: date, table: RateTable) -> Decimal | None:
    row = _own_row(regime, day, table)
    return None if row is None else regime.rate(row.value)


def _own_row(regime: Regime, day: date, table: RateTable) -> ReferenceRate | None:
    return table.find(regime.series, day) if regime.series else None


def _proposal(default: Decimal | None) -> str:
    if default is None:
        return "; leave it out, and the law's own rate applies"
    return f"; leave it out, and the law's own rate of {default} % applies"


def _half_years(first: date, last: date) -> list[date]:
    found = [half_year_of(first)]
    while (following := next_half_year(found[-1])) <= last:
        found.append(following)
    return found
