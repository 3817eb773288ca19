"""What does a case's account say beside the invoice? Claimed as a person or a message claims it."""

from __future__ import annotations

from datetime import date

from domain.charge_basis import basis_of, counted_until
from domain.notice_claim import state_case
from domain.rates import RateTable
from schemas.case import CollectionCase
from schemas.interest import ClaimStatement
from schemas.parties import Capacity, Debtor, PostalAddress
from schemas.requests import ClaimCharges
from tests.support.claims import TABLE


def a_debtor(country: str = "FR", capacity: Capacity = Capacity.BUSINESS) -> Debtor:
    """Who owes it: by law, a French business unless the story says so."""
    address = PostalAddress(country=country)
    return Debtor(creditor="atelier", debtor_id="D1", name="D", capacity=capacity, address=address)


def account_on(
    case: CollectionCase, on: date, country: str = "FR", table: RateTable = TABLE
) -> ClaimStatement:
    """The account of a case on a day, by the shipped rates, the invoice paid first."""
    stated = state_case(case, a_debtor(country), on, table)
    assert stated is not None
    return stated


def claim_stated(
    case: CollectionCase,
    on: date,
    *,
    country: str = "FR",
    request: str = "C-1",
    table: RateTable = TABLE,
) -> ClaimCharges:
    """A person claims what the account of a day states."""
    stated = account_on(case, on, country, table)
    return ClaimCharges(
        command_id=request,
        by="claire",
        interest=stated.interest,
        indemnity=stated.indemnity,
        on=counted_until(stated),
        rates=tuple(row.row for row in stated.rates),
        basis=basis_of(stated),
    )
