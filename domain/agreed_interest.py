"""Which contract rate holds for an invoice, and does the law let it? Held against it when read."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from domain.contract_rate import (
    ContractRateRefusedError,
    check_contract_rate,
    hold_contract_rate,
)
from domain.interest_regimes import UnknownRegimeError, contract_only, regime_of
from domain.rates import RateTable
from schemas.agreed_interest import AgreedInterest, DayCount, RateOrigin
from schemas.case import CollectionCase
from schemas.parties import Capacity, Creditor

_DAY = timedelta(days=1)


def agreed_at_opening(
    creditor: Creditor, capacity: Capacity, of_invoice: Decimal | None
) -> AgreedInterest | None:
    """What a case keeps of interest from its opening; None where the law alone decides.

    The invoice's own rate goes before the general terms'; no rate holds towards a public body.
    """
    rate, origin = rate_for(creditor, capacity, of_invoice)
    usual = creditor.day_count is DayCount.ACT_365F and not creditor.is_individual
    if rate is None and usual:
        return None
    return AgreedInterest(
        rate=rate,
        origin=origin,
        creditor_is_individual=creditor.is_individual,
        day_count=creditor.day_count,
    )


def rate_for(
    creditor: Creditor, capacity: Capacity, of_invoice: Decimal | None
) -> tuple[Decimal | None, RateOrigin | None]:
    """The contract rate that holds towards a debtor of this capacity, and who says so."""
    if capacity is Capacity.PUBLIC:
        return None, None
    if of_invoice is not None:
        return of_invoice, RateOrigin.INVOICE
    terms = creditor.contract_rate
    rate = terms.consumer if capacity is Capacity.CONSUMER else terms.business
    return rate, RateOrigin.TERMS if rate is not None else None


def agreed_interest(case: CollectionCase, capacity: Capacity) -> AgreedInterest:
    """What a case keeps, towards a debtor who may owe in another capacity by now."""
    kept = case.interest or AgreedInterest()
    if capacity is Capacity.PUBLIC and kept.rate is not None:
        return kept.model_copy(update={"rate": None, "origin": None})
    return kept


def hold_rate(  # noqa: PLR0913, PLR0917 - what decides it
    rate: Decimal,
    country: str,
    capacity: Capacity,
    due_date: date,
    agreed_on: date,
    today: date,
    table: RateTable,
) -> tuple[str, ...]:
    """Hold a contract rate against the law of a debtor when somebody enters it.

    Args:
        rate: percent a year.
        country: whose law.
        capacity: in which the debtor owes.
        due_date: of the invoice; every half-year of a delay up to today is looked at.
        agreed_on: on which it must be within the law: the invoice's day, or today.
        today: or the first day of delay, when that comes later.
        table: the reference rates.

    Returns:
        What a person should know, in sentences; also that a later limit has overtaken it.

    Raises:
        ContractRateRefusedError: when it was not lawful when it was agreed, or is never allowed;
            proposes the law's own.
    """
    first = due_date + _DAY
    try:
        regime = regime_of(country, capacity, started_on=first)
    except UnknownRegimeError:
        regime = contract_only(capacity)
    if capacity is Capacity.PUBLIC:
        raise ContractRateRefusedError(
            "no contract rate applies to a public body; leave it out, and the law's own applies"
        )
    check_contract_rate(rate, regime, agreed_on, agreed_on, table)
    held = hold_contract_rate(rate, regime, first, max(first, today), table)
    return (*held.warnings, *([held.overtaken.warning] if held.overtaken else []))
