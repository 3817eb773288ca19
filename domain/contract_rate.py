"""May this contract rate be applied? Held against the floor or the ceiling that the law sets."""

from __future__ import annotations

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
from schemas.interest import RateSeries
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


def check_contract_rate(
    rate: Decimal, regime: Regime, first_day: date, last_day: date, table: RateTable
) -> tuple[str, ...]:
    """Hold a contract rate against the law, for every half-year in which it would run.

    Args:
        rate: percent a year.
        regime: of the debtor.
        first_day: that bears interest.
        last_day: that bears interest; the first day is looked at in any case.
        table: the reference rates.

    Returns:
        What a person should know, in sentences.

    Raises:
        ContractRateRefusedError: when it is below the floor, above the ceiling, not allowed at
            all, or no rate.
    """
    if not (rate.is_finite() and 0 < rate <= MAX_RATE):
        raise ContractRateRefusedError(
            f"{rate} is no yearly rate; expected above 0 and at most {MAX_RATE} percent"
        )
    warnings: list[str] = []
    if rate > HIGH_CONTRACT_RATE:
        warnings.append(
            f"a contract rate of {rate} % is high: above {HIGH_CONTRACT_RATE} % "
            "a judge may cut it as a penalty clause"
        )
    if regime.contract_rates is ContractRates.REFUSED:
        default = _default(regime, first_day, table)
        raise ContractRateRefusedError(
            f"no contract rate applies here: {regime.law} fixes it{_proposal(default)}", default
        )
    for start in _half_years(first_day, last_day):
        day = max(start, first_day)
        if regime.contract_rates is ContractRates.FLOOR_OF_THREE_TIMES_LEGAL:
            warnings += _check_floor(rate, regime, day, table)
        elif regime.contract_rates is ContractRates.CAPPED_AT_BUSINESS_RATE:
            warnings += _check_cap(rate, regime, day, table)
    if not regime.fixed_sum_with_contract_rate:
        warnings.append(
            "a contract rate replaces the Act, fixed sum included, if it is a substantial remedy"
        )
    return tuple(warnings)


def _check_floor(rate: Decimal, regime: Regime, day: date, table: RateTable) -> list[str]:
    """Code de commerce L441-10 II. The law's own rate may be lower than the floor; a clause not.

    Where the legal rate of a half-year is not published, the last known one is compared with.
    """
    row = table.last_known(RateSeries.FR_LEGAL_OTHER, day)
    if row is None:
        return [f"not held against the floor from {half_year_of(day)}: legal {TO_BE_PUBLISHED}"]
    floor = row.value * FRENCH_FLOOR_FACTOR
    provisional = row.valid_from != half_year_of(day)
    if rate < floor:
        default = _default(regime, day, table)
        which = "provisional floor" if provisional else "floor"
        raise ContractRateRefusedError(
            f"a contract rate of {rate} % is below the {which} of {floor} % "
            f"({FRENCH_FLOOR_FACTOR} times the legal rate of {row.value} % "
            f"from {row.valid_from}){_proposal(default)}",
            default,
        )
    return [_provisional("floor", floor, row.valid_from, day)] if provisional else []


def _check_cap(rate: Decimal, regime: Regime, day: date, table: RateTable) -> list[str]:
    """Code de droit économique XIX.4: consumers pay at most what businesses pay."""
    business = regime_of("BE", Capacity.BUSINESS, started_on=day)
    row = table.last_known(business.series, day) if business.series else None
    if row is None:
        return [f"not held against the ceiling from {half_year_of(day)}: {TO_BE_PUBLISHED}"]
    cap = business.rate(row.value)
    provisional = row.valid_from != half_year_of(day)
    if rate > cap:
        default = _default(regime, day, table)
        which = "provisional ceiling" if provisional else "ceiling"
        raise ContractRateRefusedError(
            f"a contract rate of {rate} % is above the {which} of {cap} % "
            f"from {row.valid_from}{_proposal(default)}",
            default,
        )
    return [_provisional("ceiling", cap, row.valid_from, day)] if provisional else []


def _provisional(limit: str, percent: Decimal, known: date, day: date) -> str:
    return (
        f"provisional: held against the last known {limit} of {percent} % from {known}; "
        f"that of {half_year_of(day)} is not known yet"
    )


def _default(regime: Regime, day: date, table: RateTable) -> Decimal | None:
    row = table.find(regime.series, day) if regime.series else None
    return None if row is None else regime.rate(row.value)


def _proposal(default: Decimal | None) -> str:
    if default is None:
        return "; leave it out, and the law's own rate applies"
    return f"; leave it out, and the law's own rate of {default} % applies"


def _half_years(first: date, last: date) -> list[date]:
    found = [half_year_of(first)]
    while (following := next_half_year(found[-1])) <= last:
        found.append(following)
    return found
