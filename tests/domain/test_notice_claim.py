"""What does a message say of interest and fixed sums? Never more than law and case allow."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from domain.notice_claim import add_up, state_case, told
from domain.rate_file import read_rates
from schemas.case import CollectionCase
from schemas.charges import ClaimedCharges
from schemas.money import Money
from schemas.parties import Capacity, Debtor, PostalAddress
from schemas.plan import Charges
from tests.support.builders import a_case, a_payment, euros
from tests.support.given import given

FILE = Path(__file__).parents[2] / "rates" / "reference-rates.csv"
RATES = read_rates(FILE.read_bytes(), str(FILE))
DUE = date(2025, 3, 31)


def owing(amount: str = "1000.00") -> CollectionCase:
    """A case that has been due since 31 March 2025."""
    return a_case(owing=amount, due=DUE)


def debtor(capacity: Capacity = Capacity.BUSINESS, country: str = "FR") -> Debtor:
    """Who owes it."""
    address = PostalAddress(country=country)
    return Debtor(creditor="atelier", debtor_id="D1", name="D", capacity=capacity, address=address)


def test_what_late_payment_has_cost_by_the_day_of_the_message() -> None:
    """1,000 euros, 30 days at 13.15 %: 10.81 of interest, 40 fixed, and 0.36 a day from then."""
    case = owing()
    stated = state_case(case, debtor(), DUE + timedelta(days=30), RATES)
    claim = add_up(Charges.CLAIM, case.asked, [stated])
    assert claim is not None
    # 1000 * 13.15 / 100 * 30 / 365 = 10.808…, and a thirtieth of it a day.
    assert claim.interest == euros("10.81")
    assert claim.indemnity == euros("40.00")
    assert claim.total_with_charges == euros("1050.81")
    assert claim.daily_increment == euros("0.36")


@pytest.mark.parametrize(
    ("who", "charges"),
    [
        (debtor(Capacity.CONSUMER), Charges.CLAIM),  # nothing runs before a formal notice
        (debtor(country="JP"), Charges.CLAIM),  # no law is known
        (debtor(), Charges.NONE),  # the plan's step names no figure
    ],
)
def test_where_nothing_is_owed_or_known_nothing_is_said(who: Debtor, charges: Charges) -> None:
    """A consumer, a country nobody knows the law of, a step that wants no figures: none."""
    case = owing()
    stated = state_case(case, who, DUE + timedelta(days=30), RATES)
    assert add_up(charges, case.asked, [stated]) is None


def test_a_part_payment_lowers_the_invoice_first() -> None:
    """Half is paid in time: interest runs on the other half only, and the sums still agree."""
    story = given(owing()).when(a_payment("500.00", on=DUE)).then("PaymentReceived")
    stated = state_case(story.case, debtor(), DUE + timedelta(days=30), RATES)
    assert stated is not None
    assert stated.principal_owed == story.case.asked == euros("500.00")
    assert stated.interest_owed == euros("5.40")


def test_what_was_waived_is_not_told_again() -> None:
    """The fixed sum and some of the interest were given up: the next message leaves them out."""
    on = DUE + timedelta(days=30)
    charges = ClaimedCharges(
        interest=euros("10.81"),
        indemnity=euros("40.00"),
        on=on,
        interest_waived=euros("4.00"),
        indemnity_waived=euros("40.00"),
    )
    case = owing().model_copy(update={"charges": charges})
    claim = add_up(Charges.STATE, case.asked, [state_case(case, debtor(), on, RATES)])
    assert claim is not None
    assert (claim.interest, claim.indemnity) == (euros("6.81"), euros("0.00"))


def test_one_case_that_cannot_be_stated_silences_all() -> None:
    """A sum that leaves one invoice out would be wrong, so none is told."""
    case = owing()
    stated = state_case(case, debtor(), DUE + timedelta(days=30), RATES)
    both = Money(amount=Decimal("2000.00"), currency="EUR")
    assert add_up(Charges.STATE, both, [stated, None]) is None


def test_nothing_is_waived_towards_a_french_public_body() -> None:
    """Where a waiver would be void the message tells what is due, and offers nothing."""
    assert told(Charges.WAIVE, debtor(Capacity.PUBLIC)) is Charges.STATE
    assert told(Charges.WAIVE, debtor(Capacity.PUBLIC, "DE")) is Charges.WAIVE
    assert told(Charges.CLAIM, debtor(Capacity.PUBLIC)) is Charges.CLAIM
