"""Do terms give the right day, and is a day too late for the law seen?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payment_terms import (
    UnknownTermError,
    due_date,
    end_of_month,
    legal_ceiling,
    read_term,
    ruling_due_date,
)
from schemas.parties import Capacity
from schemas.payment_terms import Agreement, PaymentTerm, TermMethod
from tests.support.claims import day

ISSUED = day("2026-01-15")


@pytest.mark.parametrize(
    ("term", "issued", "due"),
    [
        ("NET_30", "2026-01-15", "2026-02-14"),
        ("NET_0", "2026-01-15", "2026-01-15"),
        ("NET_60", "2023-12-31", "2024-02-29"),
        ("EOM_A_45", "2026-01-15", "2026-03-31"),
        ("EOM_B_45", "2026-01-15", "2026-03-17"),
        ("EOM_A_45", "2026-01-10", "2026-02-28"),
        ("EOM_B_45", "2026-01-10", "2026-03-17"),
        ("EOM_A_0", "2024-02-05", "2024-02-29"),
        ("EOM_A_30_DAY_10", "2026-01-15", "2026-03-10"),
        ("EOM_A_45_DAY_31", "2026-01-15", "2026-04-30"),
        ("EOM_B_45_DAY_10", "2026-01-15", "2026-04-10"),
        ("EOM_B_45_DAY_20", "2026-01-15", "2026-03-20"),
        (" eom_b_45_day_17", "2026-01-15", "2026-03-17"),
        ("EOM_B_45_DAY_16", "2026-01-15", "2026-04-16"),
    ],
)
def test_terms_give_the_day_that_the_contract_means(term: str, issued: str, due: str) -> None:
    """Net days, both ways to a month's end, and the tenth of a month after it."""
    assert due_date(read_term(term), day(issued)) == day(due)


@pytest.mark.parametrize(
    "text",
    [
        *("", "30", "NET", "NET_-1", "NET_366", "NET_30_DAY_10", "EOM_C_30", "EOM_A_30_DAY_32"),
        *("EOM_A_30_DAY_0", "NET_30\n40", "NET_9999", "à réception"),
    ],
)
def test_what_is_no_term_is_refused(text: str) -> None:
    """The refusal shows what was found and how a term looks."""
    with pytest.raises(UnknownTermError, match=r"no payment term|needs EOM_A or EOM_B"):
        read_term(text)


TERMS = st.builds(
    PaymentTerm,
    method=st.sampled_from([TermMethod.EOM_A, TermMethod.EOM_B]),
    days=st.integers(0, 365),
    day_of_month=st.none() | st.integers(1, 31),
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(TERMS, DAYS)
def test_a_term_never_ends_before_the_issue(term: PaymentTerm, issued: date) -> None:
    """A due date is never before the days agreed, and a term reads back as it is written."""
    assert due_date(term, issued) >= issued + timedelta(days=term.days)
    assert read_term(str(term)) == term
    if term.day_of_month is None and term.method is TermMethod.EOM_A:
        assert (due_date(term, issued) + timedelta(days=1)).day == 1


@given(DAYS)
def test_a_month_ends_before_the_next_one_begins(some_day: date) -> None:
    """The end of a month lies in it, and the day after it does not."""
    end = end_of_month(some_day)
    assert (end.year, end.month) == (some_day.year, some_day.month)
    assert (end + timedelta(days=1)).day == 1


def test_the_day_that_the_invoice_carries_rules() -> None:
    """It is not moved to what the term says, only the difference is told."""
    term = read_term("NET_30")
    ruled = ruling_due_date(day("2026-03-01"), term, ISSUED)
    assert ruled.day == day("2026-03-01")
    assert ruled.warnings == ("the invoice is due 2026-03-01, its term NET_30 gives 2026-02-14",)
    assert ruling_due_date(None, term, ISSUED).day == day("2026-02-14")
    assert ruling_due_date(None, None, ISSUED).day == day("2026-02-14")
    assert ruling_due_date(day("2026-02-14"), term, ISSUED).warnings == ()
    assert "before it was issued" in ruling_due_date(day("2026-01-14"), None, ISSUED).warnings[0]


@pytest.mark.parametrize(
    ("country", "capacity", "agreement", "latest"),
    [
        ("FR", "business", "nothing", "2026-02-14"),
        ("FR", "business", "agreed", "2026-03-16"),
        ("FR", "business", "expressly_end_of_month", "2026-03-31"),
        ("FR", "business", "wine", "2026-03-31"),
        ("FR", "business", "periodic_invoice", "2026-03-01"),
        ("FR", "business", "transport", "2026-02-14"),
        ("FR", "business", "perishable_food", "2026-02-14"),
        ("FR", "business", "cattle_and_fresh_meat", "2026-02-04"),
        ("FR", "business", "alcohol", "2026-03-02"),
        ("FR", "public", "agreed", "2026-02-14"),
        ("FR", "public", "public_hospital", "2026-03-06"),
        ("FR", "public", "public_undertaking", "2026-03-16"),
        ("DE", "business", "agreed", "2026-03-16"),
        ("DE", "business", "nothing", "2026-02-14"),
        ("GB", "public", "agreed", "2026-02-14"),
    ],
)
def test_the_latest_lawful_day_is_known(
    country: str, capacity: str, agreement: str, latest: str
) -> None:
    """From 15 January 2026, by what was agreed or sold, and by whom it is owed."""
    found = legal_ceiling(country, Capacity(capacity), Agreement(agreement), ISSUED)
    assert found == day(latest)


def test_early_in_a_month_the_other_way_to_its_end_is_later() -> None:
    """On the 1st, the month's end and 45 days (17 March) are later than 60 net or method A."""
    found = legal_ceiling(
        "FR", Capacity.BUSINESS, Agreement.EXPRESSLY_END_OF_MONTH, day("2026-01-01")
    )
    assert found == day("2026-03-17")


def test_at_the_end_of_a_month_sixty_days_are_later() -> None:
    """On 31 January both ways to a month's end come before 60 days, which stay lawful."""
    found = legal_ceiling(
        "FR", Capacity.BUSINESS, Agreement.EXPRESSLY_END_OF_MONTH, day("2026-01-31")
    )
    assert found == day("2026-04-01")


def test_a_day_after_the_ceiling_is_warned_of() -> None:
    """60 days end of month is unlawful for ordinary sales: 31 March against 16 March."""
    latest = legal_ceiling("FR", Capacity.BUSINESS, Agreement.AGREED, ISSUED)
    late = ruling_due_date(None, read_term("EOM_A_60"), ISSUED, latest)
    assert late.warnings == ("due 2026-03-31, 15 days after the legal ceiling of 2026-03-16",)
    assert ruling_due_date(None, read_term("NET_60"), ISSUED, latest).warnings == ()


def test_consumers_and_unknown_countries_have_no_ceiling() -> None:
    """No law is guessed."""
    assert legal_ceiling("FR", Capacity.CONSUMER, Agreement.AGREED, ISSUED) is None
    assert legal_ceiling("US", Capacity.BUSINESS, Agreement.AGREED, ISSUED) is None
