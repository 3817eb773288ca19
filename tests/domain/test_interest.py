"""Does interest come out to the cent? Worked examples, and a second reckoning day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.interest import state_claim
from schemas.interest import ClaimStatement, ImputationPolicy
from tests.support.claims import TABLE, claim, day, money, stated
from tests.support.day_by_day import Owed, reckon

LEGAL, INTEREST, PRINCIPAL = ImputationPolicy
ORDER = {LEGAL: "FIP", INTEREST: "IPF", PRINCIPAL: "PIF"}


def cents(amount: str | Decimal) -> int:
    """An amount in cents."""
    return int(Decimal(amount) * 100)


def agrees(statement: ClaimStatement, owed: Owed) -> None:
    """Both reckonings found the same, part by part."""
    parts = ("principal_owed", "interest", "interest_owed", "indemnity_owed", "unallocated")
    found = [cents(getattr(statement, part).amount) for part in parts]
    assert found == [owed.principal, owed.interest_total, owed.interest, owed.fixed, owed.over]
    assert cents(statement.total.amount) == owed.principal + owed.interest + owed.fixed


@pytest.mark.parametrize(
    ("country", "amount", "due", "paid", "expected"),
    [
        ("FR", "1000.00", "2025-03-31", "2025-04-30", ("10.81", "40.00", "1050.81")),
        ("FR", "6240.00", "2025-06-10", "2025-07-25", ("96.89", "40.00", "6376.89")),
        ("FR public", "18000.00", "2025-06-20", "2025-07-31", ("225.44", "40.00", "18265.44")),
        ("DE", "2400.00", "2025-01-31", "2025-03-15", ("31.86", "40.00", "2471.86")),
        ("GB", "850.00", "2025-08-31", "2025-10-15", ("12.84", "40.00", "902.84")),
    ],
)
def test_worked_examples_come_out_to_the_cent(
    country: str, amount: str, due: str, paid: str, expected: tuple[str, str, str]
) -> None:
    """The five examples that were reckoned by hand: France, its State, Germany, Britain."""
    account = stated(paid, claim(country, amount, due_date=due))
    found = [str(part.amount) for part in (account.interest, account.indemnity, account.total)]
    assert tuple(found) == expected
    assert account.complete


# Law, amount, due, on, payments, policy; each half-year border, leap years and long delays.
CASES = [
    ("FR", "1000.00", "2024-02-28", "2024-03-01", {}, LEGAL),
    ("FR", "1000.00", "2023-12-31", "2024-12-31", {}, LEGAL),
    ("FR", "999.99", "2024-06-30", "2024-07-01", {}, LEGAL),
    ("FR", "999.99", "2024-06-29", "2024-07-01", {}, LEGAL),
    ("FR", "0.01", "2022-01-15", "2026-11-21", {}, LEGAL),
    ("FR", "123456.78", "2021-05-31", "2026-11-21", {}, LEGAL),
    ("FR", "5000.00", "2025-06-10", "2025-12-01", {"2025-07-25": "1000.00"}, LEGAL),
    ("FR", "5000.00", "2025-06-10", "2025-12-01", {"2025-07-25": "1000.00"}, INTEREST),
    ("FR", "5000.00", "2025-06-10", "2025-12-01", {"2025-07-25": "1000.00"}, PRINCIPAL),
    ("FR", "5000.00", "2025-06-10", "2026-02-01", {"2025-06-10": "4999.99"}, LEGAL),
    ("FR", "5000.00", "2025-06-10", "2026-02-01", {"2025-06-11": "20.00"}, LEGAL),
    ("FR", "800.00", "2023-01-01", "2025-06-30", {"2023-06-30": "300", "2024-01-01": "300"}, LEGAL),
    ("FR", "800.00", "2023-01-01", "2025-06-30", {"2023-06-30": "300", "2024-01-01": "999"}, LEGAL),
    ("FR", "800.00", "2023-01-01", "2025-06-30", {"2023-06-30": "9000"}, PRINCIPAL),
    ("FR", "800.00", "2025-01-01", "2025-06-30", {"2024-12-15": "100", "2025-01-01": "1"}, LEGAL),
    ("FR public", "18000.00", "2022-11-30", "2024-05-31", {}, LEGAL),
    ("FR public", "18000.00", "2024-12-31", "2025-08-01", {}, LEGAL),
    ("FR public", "7300.00", "2024-12-30", "2025-08-01", {"2025-07-02": "1500.00"}, LEGAL),
    ("DE", "2400.00", "2023-06-30", "2024-07-02", {}, LEGAL),
    ("DE", "2400.00", "2020-02-28", "2023-03-01", {"2022-02-28": "640.25"}, LEGAL),
    ("DE", "77.77", "2025-12-31", "2026-07-31", {"2026-01-01": "7.77"}, INTEREST),
    ("BE", "3100.00", "2024-05-15", "2025-02-15", {}, LEGAL),
    ("BE", "3100.00", "2024-12-31", "2026-08-31", {"2025-07-01": "1000.00"}, PRINCIPAL),
    ("ES", "1234.56", "2023-12-15", "2024-07-15", {}, LEGAL),
    ("ES", "1234.56", "2023-12-15", "2026-10-15", {"2025-02-14": "200.00"}, LEGAL),
    ("IT", "9876.54", "2025-05-31", "2026-05-31", {}, LEGAL),
    ("IT", "9876.54", "2025-05-31", "2026-11-20", {"2026-07-01": "4000.00"}, INTEREST),
    ("NL", "10000.00", "2022-03-15", "2026-11-21", {}, LEGAL),
    ("NL", "10000.00", "2024-02-29", "2026-03-01", {}, LEGAL),
    ("NL", "1000000.00", "2020-02-29", "2025-06-30", {}, LEGAL),
    ("NL", "1000000.00", "2023-02-28", "2025-06-30", {}, LEGAL),
    ("NL", "1000000.00", "2023-02-27", "2025-06-30", {}, LEGAL),
    ("NL", "1000000.00", "2024-02-28", "2026-06-30", {}, LEGAL),
    ("NL", "10000.00", "2023-06-30", "2025-06-30", {}, LEGAL),
    ("NL", "10000.00", "2023-06-30", "2025-07-01", {}, LEGAL),
    ("NL", "4500.00", "2023-01-31", "2026-01-31", {"2024-06-15": "600.00"}, LEGAL),
    ("NL", "4500.00", "2023-01-31", "2026-01-31", {"2025-01-31": "600.00"}, INTEREST),
    ("NL", "4500.00", "2023-01-31", "2026-09-30", {"2024-06-15": "600.00"}, PRINCIPAL),
    ("GB", "999.99", "2025-06-30", "2026-06-30", {}, LEGAL),
    ("GB", "1000.00", "2024-12-30", "2025-11-30", {}, LEGAL),
    ("GB", "10000.00", "2023-06-29", "2024-02-29", {"2023-09-01": "2500.00"}, LEGAL),
    ("GB", "9999.99", "2023-06-30", "2024-02-29", {"2023-09-01": "2500.00"}, PRINCIPAL),
]


@pytest.mark.parametrize(("law", "amount", "due", "on", "paid", "policy"), CASES)
def test_every_case_agrees_with_a_reckoning_day_by_day(
    law: str, amount: str, due: str, on: str, paid: dict[str, str], policy: ImputationPolicy
) -> None:
    """Two ways of reckoning that share neither code nor table find the same, part by part."""
    account = stated(on, claim(law, amount, due_date=due, payments=paid), policy)
    payments = tuple((day(when), cents(part)) for when, part in paid.items())
    left = cents(amount) - sum(part for when, part in payments if when <= day(due))
    fixed = _pounds(left) if law == "GB" else 4000
    owed = reckon(
        *(law, cents(amount), day(due), day(on)),
        fixed=fixed,
        payments=payments,
        order=ORDER[policy],
    )
    agrees(account, owed)


def _pounds(debt: int) -> int:
    return 4000 if debt < 100_000 else 7000 if debt < 1_000_000 else 10_000


DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 31))
PAYMENTS = st.dictionaries(DAYS, st.integers(1, 400_000), max_size=4)


@given(
    law=st.sampled_from(["FR", "FR public", "DE", "BE", "ES", "IT", "NL", "GB"]),
    amount=st.integers(1, 1_000_000),
    due=st.dates(date(2019, 1, 1), date(2026, 6, 1)),
    late=st.integers(0, 1200),
    paid=PAYMENTS,
    policy=st.sampled_from(ImputationPolicy),
)
@settings(max_examples=150, deadline=None)
def test_any_story_agrees_with_a_reckoning_day_by_day(
    law: str, amount: int, due: date, late: int, paid: dict[date, int], policy: ImputationPolicy
) -> None:
    """Whatever is owed where, paid when and settled in which order: both ways agree."""
    if law == "DE":
        while due.isoweekday() > 5:
            due += timedelta(days=1)
    on = min(due + timedelta(days=late), date(2026, 12, 31))
    one = claim(
        law,
        str(Decimal(amount) / 100),
        due_date=due,
        payments={str(when): str(Decimal(part) / 100) for when, part in paid.items()},
    )
    account = state_claim(one, on, TABLE, policy=policy)
    known = tuple(sorted((when, part) for when, part in paid.items() if when <= on))
    left = max(0, amount - sum(part for when, part in known if when <= due))
    fixed = _pounds(left) if law == "GB" else 4000
    owed = reckon(law, amount, due, on, fixed=fixed, payments=known, order=ORDER[policy])
    agrees(account, owed)


def test_a_contract_rate_is_reckoned_without_half_years() -> None:
    """A fixed rate of 15 % runs through every half-year: one segment, no row of the table."""
    one = claim(amount="2000.00", due_date="2025-01-15", contract_rate="15.5")
    account = stated("2026-03-01", one)
    owed = reckon("FR", 200_000, day("2025-01-15"), day("2026-03-01"), percent=Fraction("15.5"))
    agrees(account, owed)
    assert [part.days for part in account.segments] == [410]
    assert account.rates == ()


def test_dutch_interest_bears_interest_after_each_full_year() -> None:
    """10,000 for two years at 8 %: 802.19 in the first, which is long, 864.18 in the second."""
    account = stated("2021-06-30", claim("NL", "10000.00", due_date="2019-06-30"))
    # The first year has 366 days: 10000 x 8 % x 366 / 365 = 802.19; the second adds 864.18.
    assert str(account.interest) == "1666.37 EUR"
    within = stated("2020-06-30", claim("NL", "10000.00", due_date="2019-06-30"))
    assert str(within.interest) == "802.19 EUR"


def test_a_statement_says_what_it_rests_on() -> None:
    """Segments carry rate, days, row and source; the rows used are kept as they stood."""
    account = stated("2025-07-25", claim(amount="6240.00", due_date="2025-06-10"))
    first, second = account.segments
    assert (first.days, first.rate, second.days, second.rate) == (
        *(20, Decimal("13.15")),
        *(25, Decimal("12.15")),
    )
    assert (str(first.interest), str(second.interest)) == ("44.962192", "51.928767")
    assert first.last_day == day("2025-06-30")
    assert [row.row for row in account.rates] == ["ECB_MRO@2025-01-01", "ECB_MRO@2025-07-01"]
    assert all(part.source for part in account.segments)
    assert str(account.daily_increment) == "2.077151"
    assert "L441-10" in account.law
    assert "365" in account.conventions
    assert ClaimStatement.model_validate_json(account.model_dump_json()) == account


AMOUNTS = st.integers(1, 10**9).map(lambda number: str(Decimal(number) / 100))
LAWS = st.sampled_from(
    ["FR", "FR public", "DE", "DE consumer", "BE", "ES", "IT", "NL", "GB", "ES public"]
)


@given(LAWS, AMOUNTS, DAYS, st.integers(0, 2000), st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_interest_never_falls_as_days_go_by(
    law: str, amount: str, due: date, late: int, more: int
) -> None:
    """A day more is never less interest, and no interest is ever below nothing."""
    one = claim(law, amount, due_date=due)
    last = date(2026, 12, 31)
    early, later = (min(last, due + timedelta(days=days)) for days in (late, late + more))
    before, after = state_claim(one, early, TABLE), state_claim(one, later, TABLE)
    assert 0 <= before.interest.amount <= after.interest.amount
    assert before.total.amount <= after.total.amount


@given(LAWS, AMOUNTS, DAYS, st.integers(0, 3000))
@settings(max_examples=100, deadline=None)
def test_nothing_is_added_up_to_the_due_date(law: str, amount: str, due: date, early: int) -> None:
    """On the due date and before it there is no interest, no fixed sum and no daily amount yet."""
    account = state_claim(claim(law, amount, due_date=due), due - timedelta(days=early), TABLE)
    assert (account.interest.amount, account.indemnity.amount, account.segments) == (0, 0, ())
    assert account.total == account.principal
    assert account.daily_increment == 0 or early == 0


@given(LAWS, AMOUNTS, DAYS, st.integers(1, 2000))
@settings(max_examples=100, deadline=None)
def test_segments_add_up_to_the_interest(law: str, amount: str, due: date, late: int) -> None:
    """Segments cover every day of the delay once, and add up to the interest within a cent."""
    on = min(date(2026, 12, 31), due + timedelta(days=late))
    account = state_claim(claim(law, amount, due_date=due), on, TABLE)
    for one, following in zip(account.segments, account.segments[1:], strict=False):
        assert following.first_day == one.last_day + timedelta(days=1)
    if account.segments:
        assert account.segments[0].first_day == account.interest_from
        assert account.segments[-1].last_day == on
    total = sum((part.interest for part in account.segments), Decimal(0))
    assert abs(total - account.interest.amount) <= Decimal("0.01")


@given(LAWS, AMOUNTS, DAYS, st.integers(1, 900), st.integers(1, 900))
@settings(max_examples=100, deadline=None)
def test_two_periods_add_up_to_one(
    law: str, amount: str, due: date, first: int, second: int
) -> None:
    """A statement on the way changes nothing: what the next days add is what was missing."""
    last = date(2026, 12, 31)
    middle, end = (min(last, due + timedelta(days=days)) for days in (first, first + second))
    one = claim(law, amount, due_date=due)
    whole, part = state_claim(one, end, TABLE), state_claim(one, middle, TABLE)
    added = sum(
        (
            segment.interest
            * (segment.last_day - max(segment.first_day, middle)).days
            / segment.days
            if segment.first_day <= middle
            else segment.interest
            for segment in whole.segments
            if segment.last_day > middle
        ),
        Decimal(0),
    )
    assert abs(part.interest.amount + added - whole.interest.amount) <= Decimal("0.02")


@given(LAWS, AMOUNTS, DAYS, st.integers(0, 1500))
@settings(max_examples=100, deadline=None)
def test_the_daily_amount_is_what_the_next_day_adds(
    law: str, amount: str, due: date, late: int
) -> None:
    """Tomorrow's account is today's and the daily amount, within the rounding of both."""
    on = min(date(2026, 12, 30), due + timedelta(days=late))
    one = claim(law, amount, due_date=due)
    today, tomorrow = (state_claim(one, day, TABLE) for day in (on, on + timedelta(days=1)))
    added = tomorrow.interest.amount - today.interest.amount
    assert today.daily_increment is not None
    assert abs(added - today.daily_increment) <= Decimal("0.010001")


def test_payments_after_the_day_are_not_looked_at() -> None:
    """An account of a day in the past is what it was then."""
    paid = claim(payments={"2025-05-01": "500.00"})
    assert stated("2025-04-30", paid) == stated("2025-04-30", claim())
    assert stated("2025-05-01", paid).paid == money("500.00")
