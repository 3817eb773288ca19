"""Which interest does the law give? Series, margin, movement and fixed sum by country and capacity.

Not legal advice: what each rule rests on, and how surely, stands in ``docs/interest.md``.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from domain.applicable_law import law_of
from schemas.base import Frozen
from schemas.interest import CONTRACT_LAW, RateSeries
from schemas.money import Money
from schemas.parties import Capacity


class UnknownRegimeError(ValueError):
    """No rule of late payment is known for a country and a capacity."""


class ContractRates(StrEnum):
    """What a rate from the contract may do."""

    ALLOWED = "allowed"
    FLOOR_OF_THREE_TIMES_LEGAL = "floor of three times the legal rate"
    CAPPED_AT_BUSINESS_RATE = "capped at the rate between businesses"
    REFUSED = "refused"


class FixedSum(Frozen):
    """A fixed sum for late payment, from a certain amount of the debt on."""

    from_amount: Decimal
    sum: Money


class Regime(Frozen):
    """How late payment is compensated.

    Attributes:
        law: the articles, as a statement names them.
        series: what the rate is made of; None when only a contract gives one.
        margin: points above the series.
        known_from: before this day the rule was another, which is not computed.
        frozen: the rate stays that of the half-year in which interest began.
        round_up_to: the rate is rounded up to a multiple of this many points.
        compounds_yearly: after each full year the interest owed bears interest.
        needs_notice: no interest before a formal notice.
        notice_days: interest begins so many days after that notice.
        moves_to_working_day: a due date on a weekend or holiday moves to the next working day.
        fixed_sums: by ascending amount; empty when there is none.
        fixed_sum_with_contract_rate: the fixed sum stays owed beside a contract's own rate.
    """

    law: str
    series: RateSeries | None
    margin: Decimal = Decimal(0)
    known_from: date = date(1900, 1, 1)
    frozen: bool = False
    round_up_to: Decimal | None = None
    compounds_yearly: bool = False
    needs_notice: bool = False
    notice_days: int = 0
    moves_to_working_day: bool = False
    contract_rates: ContractRates = ContractRates.ALLOWED
    fixed_sums: tuple[FixedSum, ...] = ()
    fixed_sum_with_contract_rate: bool = True

    def rate(self, reference: Decimal) -> Decimal:
        """Percent a year that a value of the series gives; never below nothing."""
        rate = max(Decimal(0), reference + self.margin)
        if self.round_up_to is None:
            return rate
        return (rate / self.round_up_to).to_integral_value(ROUND_CEILING) * self.round_up_to

    def fixed_sum(self, debt: Decimal) -> Money | None:
        """The fixed sum for a debt of this amount; None when there is none."""
        reached = [one.sum for one in self.fixed_sums if debt >= one.from_amount]
        return reached[-1] if reached else None


def _sum(amount: int, currency: str, from_amount: int = 0) -> FixedSum:
    money = Money(amount=Decimal(amount), currency=currency)
    return FixedSum(from_amount=Decimal(from_amount), sum=money)


_FORTY_EUROS = (_sum(40, "EUR"),)
_POUNDS = (_sum(40, "GBP"), _sum(70, "GBP", 1_000), _sum(100, "GBP", 10_000))

_EIGHT_POINTS_SINCE = date(2013, 7, 1)
"""Directive 2011/7/EU raised 7 points to 8 from 16 March 2013, for contracts made since; the first
half-year that is wholly under it is the first that is computed."""

_GERMAN_REFORM = date(2014, 7, 29)
"""From contracts of this day on: 9 points and 40 EUR (Article 229 section 34 EGBGB)."""


def regime_of(
    country: str, capacity: Capacity, *, started_on: date, creditor_is_individual: bool = False
) -> Regime:
    """The law of late payment of a country towards a debtor of this capacity.

    Args:
        country: ISO 3166-1 alpha-2.
        capacity: as what the debtor owes.
        started_on: the first day of delay; German law changed in between.
        creditor_is_individual: chooses between the two French legal rates, for consumers.

    Raises:
        UnknownRegimeError: when there is no rule for that country, which names those there are.
    """
    code = law_of(country)
    if code == "FR" and capacity is Capacity.CONSUMER:
        return _french_consumer(creditor_is_individual=creditor_is_individual)
    if code == "DE":
        return _german(capacity, started_on)
    found = _REGIMES.get((code, capacity))
    if found is None:
        known = ", ".join(sorted({"DE", *(name for name, _ in _REGIMES)}))
        raise UnknownRegimeError(
            f"no rule of late payment is known for {country} ({capacity.value}); "
            f"known: {known}; a contract rate can be given instead"
        )
    return found


def series_of(country: str) -> frozenset[RateSeries]:
    """The series that a country's law of today counts with; none when no law of it is known.

    The two French legal rates are among them: the floor of a contract's rate is made of one.

    Args:
        country: ISO 3166-1 alpha-2.
    """
    code = law_of(country)
    if code == "DE":
        return frozenset({RateSeries.DE_BASE})
    found = {rule.series for (name, _), rule in _REGIMES.items() if name == code and rule.series}
    if code == "FR":
        found |= {RateSeries.FR_LEGAL_INDIVIDUAL, RateSeries.FR_LEGAL_OTHER}
    return frozenset(found)


def contract_only(capacity: Capacity) -> Regime:
    """What a contract's own rate gives where no law is known: simple interest, no fixed sum."""
    return Regime(law=CONTRACT_LAW, series=None, needs_notice=capacity is Capacity.CONSUMER)


FRENCH_FLOOR_FACTOR = 3
"""Code de commerce L441-10 II: a contract rate is at least three times the legal rate."""

HIGH_CONTRACT_RATE = Decimal(20)
"""Above so many percent a judge may cut a rate as a penalty clause (Code civil 1231-5)."""


def _french_consumer(*, creditor_is_individual: bool) -> Regime:
    """Code civil 1231-6 and 1344-1: the legal rate, from the formal notice; no fixed sum.

    Code monétaire et financier L313-2: the series depends on the creditor, not on the debtor.
    """
    individual, other = RateSeries.FR_LEGAL_INDIVIDUAL, RateSeries.FR_LEGAL_OTHER
    return Regime(
        law="Code civil 1231-6 and 1344-1; Code monétaire et financier L313-2",
        series=individual if creditor_is_individual else other,
        known_from=date(2015, 1, 1),
        needs_notice=True,
    )


def _german(capacity: Capacity, started_on: date) -> Regime:
    """BGB 247, 288: base rate + 9 between businesses, + 5 towards consumers; BGB 193 for the day.

    Debts of contracts before 29 July 2014 bear base rate + 8 and no 40 EUR; a delay that began
    before that day certainly belongs to one.
    """
    if capacity is Capacity.CONSUMER:
        return Regime(
            law="BGB 247, 288 (1)",
            series=RateSeries.DE_BASE,
            margin=Decimal(5),
            moves_to_working_day=True,
        )
    reformed = started_on >= _GERMAN_REFORM
    return Regime(
        law="BGB 247, 288 (2) and (5)" if reformed else "BGB 247, 288 (2) of before 29 July 2014",
        series=RateSeries.DE_BASE,
        margin=Decimal(9) if reformed else Decimal(8),
        moves_to_working_day=True,
        fixed_sums=_FORTY_EUROS if reformed else (),
    )


_FR_BUSINESS = Regime(
    # Before 2013 the rate followed each operation of the ECB.
    law="Code de commerce L441-10 II and D441-5",
    series=RateSeries.ECB_MRO,
    margin=Decimal(10),
    known_from=date(2013, 1, 1),
    contract_rates=ContractRates.FLOOR_OF_THREE_TIMES_LEGAL,
    fixed_sums=_FORTY_EUROS,
)
_FR_PUBLIC = Regime(
    # Public policy: no contract changes it (CAA Bordeaux, 28 June 2023, 22BX02150).
    law="Code de la commande publique R2192-31 and D2192-35",
    series=RateSeries.ECB_MRO,
    margin=Decimal(8),
    known_from=_EIGHT_POINTS_SINCE,
    frozen=True,
    contract_rates=ContractRates.REFUSED,
    fixed_sums=_FORTY_EUROS,
)
_BE_BUSINESS = Regime(
    law="Law of 2 August 2002, articles 5 and 6",
    series=RateSeries.ECB_MRO,
    margin=Decimal(8),
    known_from=_EIGHT_POINTS_SINCE,
    round_up_to=Decimal("0.5"),
    fixed_sums=_FORTY_EUROS,
)
_BE_CONSUMER = Regime(
    # The first reminder is free and gives fourteen days.
    law="Code de droit économique XIX.2 and XIX.4",
    series=RateSeries.BE_LEGAL,
    needs_notice=True,
    notice_days=14,
    contract_rates=ContractRates.CAPPED_AT_BUSINESS_RATE,
)
_ES_BUSINESS = Regime(
    law="Ley 3/2004, articles 7 and 8",
    series=RateSeries.ECB_MRO,
    margin=Decimal(8),
    known_from=_EIGHT_POINTS_SINCE,
    fixed_sums=_FORTY_EUROS,
)
_ES_CONSUMER = Regime(
    law="Código Civil 1100 and 1108", series=RateSeries.ES_LEGAL, needs_notice=True
)
_IT_BUSINESS = Regime(
    law="D.Lgs. 231/2002, articles 5 and 6",
    series=RateSeries.ECB_MRO,
    margin=Decimal(8),
    known_from=_EIGHT_POINTS_SINCE,
    fixed_sums=_FORTY_EUROS,
)
_IT_CONSUMER = Regime(
    law="Codice civile 1219 and 1284", series=RateSeries.IT_LEGAL, needs_notice=True
)
_NL_BUSINESS = Regime(
    # Compound: 6:119a refers to 6:119 (2).
    law="Burgerlijk Wetboek 6:119a, 6:119b, 6:120 and 6:96",
    series=RateSeries.ECB_MRO,
    margin=Decimal(8),
    known_from=_EIGHT_POINTS_SINCE,
    compounds_yearly=True,
    fixed_sums=_FORTY_EUROS,
)
_NL_CONSUMER = Regime(
    law="Burgerlijk Wetboek 6:119 and 6:120", series=RateSeries.NL_LEGAL, compounds_yearly=True
)
_GB_BUSINESS = Regime(
    # A substantial remedy in the contract replaces the whole Act, fixed sum included.
    law="Late Payment of Commercial Debts (Interest) Act 1998; SI 2002/1675",
    series=RateSeries.UK_BANK_RATE_REFERENCE,
    margin=Decimal(8),
    frozen=True,
    fixed_sums=_POUNDS,
    fixed_sum_with_contract_rate=False,
)
_GB_CONSUMER = Regime(
    # Interest towards consumers is for the court to give (County Courts Act 1984, section 69).
    law="the contract; without one, interest is for the court to give",
    series=None,
    needs_notice=True,
)

_REGIMES: dict[tuple[str, Capacity], Regime] = {
    ("FR", Capacity.BUSINESS): _FR_BUSINESS,
    ("FR", Capacity.PUBLIC): _FR_PUBLIC,
    ("BE", Capacity.BUSINESS): _BE_BUSINESS,
    ("BE", Capacity.PUBLIC): _BE_BUSINESS,
    ("BE", Capacity.CONSUMER): _BE_CONSUMER,
    ("ES", Capacity.BUSINESS): _ES_BUSINESS,
    ("ES", Capacity.PUBLIC): _ES_BUSINESS,
    ("ES", Capacity.CONSUMER): _ES_CONSUMER,
    ("IT", Capacity.BUSINESS): _IT_BUSINESS,
    ("IT", Capacity.PUBLIC): _IT_BUSINESS,
    ("IT", Capacity.CONSUMER): _IT_CONSUMER,
    ("NL", Capacity.BUSINESS): _NL_BUSINESS,
    ("NL", Capacity.PUBLIC): _NL_BUSINESS,
    ("NL", Capacity.CONSUMER): _NL_CONSUMER,
    ("GB", Capacity.BUSINESS): _GB_BUSINESS,
    ("GB", Capacity.PUBLIC): _GB_BUSINESS,
    ("GB", Capacity.CONSUMER): _GB_CONSUMER,
}
