"""Which contract rate holds for a case? The invoice's before the terms', never to the public."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from domain.agreed_interest import agreed_at_opening
from domain.creditor import read_creditor
from domain.evolve import opened
from domain.notice_claim import claim_of_case, state_case
from schemas.agreed_interest import AgreedInterest, DayCount, RateOrigin
from schemas.parties import Capacity, Debtor, PostalAddress
from tests.support.builders import an_opening
from tests.support.claims import TABLE

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "creditors/atelier.yaml").read_text("utf-8")
DUBOIS = Debtor(creditor="atelier", debtor_id="D1", name="Dubois")


def agreed(more: str, capacity: Capacity, rate: str = "") -> AgreedInterest | None:
    """What a case keeps when the sample creditor's file says more."""
    creditor = read_creditor(GOOD + more, "c.yaml")
    return agreed_at_opening(creditor, capacity, Decimal(rate) if rate else None)


def test_the_invoice_goes_before_the_general_terms() -> None:
    """Without either the law decides; a public body always pays the law's own rate."""
    terms = "contract_rate: {business: 12.0, consumer: 4}\n"
    of_terms = agreed(terms, Capacity.BUSINESS)
    assert of_terms == AgreedInterest(rate=Decimal(12), origin=RateOrigin.TERMS)
    assert agreed(terms, Capacity.BUSINESS, "13") == AgreedInterest(
        rate=Decimal(13), origin=RateOrigin.INVOICE
    )
    assert agreed(terms, Capacity.CONSUMER) == AgreedInterest(
        rate=Decimal(4), origin=RateOrigin.TERMS
    )
    assert agreed(terms, Capacity.PUBLIC, "13") is None
    assert agreed("", Capacity.BUSINESS) is None


def test_what_the_creditor_is_and_how_it_counts_is_kept() -> None:
    """A natural person outside their trade, and years of 366 days."""
    kept = agreed("is_individual: true\nday_count: ACT/ACT\n", Capacity.CONSUMER)
    assert kept == AgreedInterest(creditor_is_individual=True, day_count=DayCount.ACT_ACT)


def test_a_case_is_stated_at_the_rate_it_keeps() -> None:
    """1,000.00 for 30 days at 16 % is 13.15; a debtor who became public pays the law's own."""
    opening = an_opening(owing="1000.00", due=date(2025, 3, 31)).model_copy(
        update={"interest": AgreedInterest(rate=Decimal(16), origin=RateOrigin.INVOICE)}
    )
    case = opened(opening)
    stated = state_case(case, DUBOIS, date(2025, 4, 30), TABLE)
    assert stated is not None
    assert str(stated.interest.amount) == "13.15"
    public = DUBOIS.model_copy(update={"capacity": Capacity.PUBLIC})
    assert claim_of_case(case, public).contract_rate is None


def test_a_case_counts_a_leap_year_as_its_creditor_does() -> None:
    """100,000.00 through January 2024 at 14.5 %: by 366 days it is 1,228.14, by 365 1,231.51."""
    opening = an_opening(owing="100000.00", due=date(2023, 12, 31))
    usual = state_case(opened(opening), DUBOIS, date(2024, 1, 31), TABLE)
    kept = opening.model_copy(update={"interest": AgreedInterest(day_count=DayCount.ACT_ACT)})
    actual = state_case(opened(kept), DUBOIS, date(2024, 1, 31), TABLE)
    assert usual is not None
    assert actual is not None
    assert (str(usual.interest.amount), str(actual.interest.amount)) == ("1231.51", "1228.14")


def test_a_french_consumer_owes_an_individual_the_legal_rate_of_individuals() -> None:
    """The series depends on the creditor: the case keeps which one it is."""
    opening = an_opening().model_copy(
        update={"interest": AgreedInterest(creditor_is_individual=True)}
    )
    consumer = DUBOIS.model_copy(
        update={"capacity": Capacity.CONSUMER, "address": PostalAddress(country="FR")}
    )
    assert claim_of_case(opened(opening), consumer).creditor_is_individual
