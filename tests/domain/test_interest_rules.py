"""Is the law of each country applied? Rates, fixed sums, notices, contract rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.agreed_interest import hold_rate
from domain.contract_rate import ContractRateRefusedError
from domain.interest_regimes import UnknownRegimeError
from domain.rates import changed_rows
from schemas.interest import RateSeries
from tests.support.claims import TABLE, claim, day, made_up, money, stated


@pytest.mark.parametrize(
    ("debt", "sum_owed"),
    [
        ("0.01", "40.00"),
        ("999.99", "40.00"),
        ("1000.00", "70.00"),
        ("9999.99", "70.00"),
        ("10000.00", "100.00"),
    ],
)
def test_british_fixed_sum_grows_with_the_debt(debt: str, sum_owed: str) -> None:
    """40, 70 or 100 pounds; the steps are at 1,000 and 10,000 pounds."""
    account = stated("2025-10-15", claim("GB", debt, due_date="2025-08-31"))
    assert account.indemnity == money(sum_owed, "GBP")


@pytest.mark.parametrize("country", ["FR", "FR public", "DE", "BE", "ES", "IT", "NL", "RE"])
def test_forty_euros_are_owed_once_from_one_day_late(country: str) -> None:
    """One day late or a year late, paid in parts or not: 40 EUR an invoice."""
    assert stated("2025-03-31", claim(country)).indemnity == money("0")
    assert stated("2025-04-01", claim(country)).indemnity == money("40.00")
    parts = claim(country, payments={"2025-05-01": "300", "2025-09-01": "300"})
    assert stated("2026-06-30", parts).indemnity == money("40.00")


@pytest.mark.parametrize("country", ["FR", "DE", "BE", "ES", "IT", "NL", "GB"])
def test_a_consumer_never_owes_a_fixed_sum(country: str) -> None:
    """No 40 EUR from a consumer, whatever the country, notice or no notice."""
    one = claim(f"{country} consumer", formal_notice_on="2025-05-01")
    account = stated("2026-06-30", one)
    assert (account.indemnity.amount, account.contingent_indemnity.amount) == (0, 0)


def test_who_pays_in_time_owes_no_fixed_sum() -> None:
    """The whole on the due date: nothing is added, ever."""
    account = stated("2026-01-01", claim(payments={"2025-03-31": "1000.00"}))
    assert (account.total.amount, account.indemnity.amount) == (0, 0)


def test_a_french_account_knows_no_costs_of_collection() -> None:
    """Principal, interest and fixed sum are all that a French debtor is ever asked for."""
    account = stated("2026-01-01", claim())
    owed = account.principal_owed + account.interest_owed + account.indemnity_owed
    assert account.total == owed
    assert not any("cost" in name for name in type(account).model_fields)


def test_a_french_consumer_owes_interest_from_the_formal_notice_only() -> None:
    """No notice, no interest; then the legal rate, which hangs on the creditor."""
    silent = stated("2026-06-30", claim("FR consumer"))
    assert silent.interest.amount == 0
    assert "no interest: none runs before a formal notice" in silent.warnings
    warned = stated("2025-07-31", claim("FR consumer", formal_notice_on="2025-07-01"))
    # 30 days from 2 July at 2.76 %, as the creditor is a company: 1000 x 2.76 % x 30 / 365.
    assert str(warned.interest) == "2.27 EUR"
    assert warned.interest_from == day("2025-07-02")
    person = claim("FR consumer", formal_notice_on="2025-07-01", creditor_is_individual=True)
    assert str(stated("2025-07-31", person).interest) == "5.47 EUR"
    early = claim("FR consumer", formal_notice_on="2025-03-01")
    assert stated("2025-07-31", early).interest_from == day("2025-04-01")


def test_a_german_consumer_owes_five_points_above_the_base_rate() -> None:
    """1,000 for 30 days at 2.27 + 5 percent, from the calendar date, without notice."""
    account = stated("2025-04-30", claim("DE consumer"))
    assert str(account.interest) == "5.98 EUR"


def test_a_german_due_date_moves_to_a_working_day() -> None:
    """Due on Saturday 31 May 2025 is due on Monday 2 June; Whit Monday moves a date, too."""
    account = stated("2025-06-30", claim("DE", due_date="2025-05-31"))
    assert account.interest_from == day("2025-06-03")
    assert "moves to 2025-06-02" in account.warnings[0]
    whit = claim("DE", due_date="2025-06-07", holidays=(day("2025-06-09"),))
    assert stated("2025-06-30", whit).interest_from == day("2025-06-11")
    assert stated("2025-06-30", claim("FR", due_date="2025-05-31")).interest_from == date(
        2025, 6, 1
    )


def test_old_german_debts_bear_eight_points_and_no_fixed_sum() -> None:
    """A delay that began before 29 July 2014 belongs to a contract of the old law."""
    old = stated("2014-12-31", claim("DE", due_date="2014-07-27"))
    new = stated("2014-12-31", claim("DE", due_date="2014-07-28"))
    assert {part.rate for part in old.segments} == {Decimal("7.27")}
    assert {part.rate for part in new.segments} == {Decimal("8.27")}
    assert (old.indemnity.amount, new.indemnity.amount) == (0, 40)


@pytest.mark.parametrize(
    ("start", "percent"),
    [
        *(("2016-06-30", "8.0"), ("2015-06-30", "8.5"), ("2022-12-31", "10.5")),
        *(("2024-12-31", "11.5"), ("2024-06-30", "12.5"), ("2026-06-30", "10.5")),
    ],
)
def test_belgian_rate_is_rounded_up_to_the_next_half_point(start: str, percent: str) -> None:
    """ECB + 8 becomes 8, 8.5, 10.5, 11.5 and 12.5; what is on a half point stays there."""
    account = stated(str(day(start).replace(year=day(start).year + 1)), claim("BE", due_date=start))
    assert account.segments[0].rate == Decimal(percent)


@pytest.mark.parametrize("country", ["FR public", "GB"])
def test_frozen_rates_stay_through_every_half_year(country: str) -> None:
    """French State and British debtors keep the rate of the first day of delay for years."""
    account = stated("2026-11-21", claim(country, due_date="2023-06-30"))
    assert len(account.segments) == 1
    assert account.segments[0].rate == Decimal("12.00" if country == "FR public" else "13.00")
    moving = stated("2026-11-21", claim("FR", due_date="2023-06-30"))
    assert len(moving.segments) == 7


def entered(rate: str, agreed_on: str, country: str = "FR") -> tuple[str, ...]:
    """What a person is told who enters a contract rate for an invoice of a day, due then."""
    claimed = claim(country, due_date=agreed_on)
    on = day(agreed_on)
    return hold_rate(Decimal(rate), claimed.country, claimed.capacity, on, on, on, TABLE)


def test_a_contract_rate_below_the_french_floor_is_refused_with_the_default() -> None:
    """Three times 2.76 % is 8.28 %: 8.27 is refused and 12.15 % proposed, 8.28 is applied."""
    with pytest.raises(ContractRateRefusedError, match=r"floor of 8\.28 %") as refusal:
        entered("8.27", "2025-08-31")
    assert refusal.value.default_rate == Decimal("12.15")
    assert "own rate of 12.15 % applies" in str(refusal.value)
    assert entered("8.28", "2025-08-31") == ()
    account = stated("2025-12-31", claim(due_date="2025-08-31", contract_rate="8.28"))
    assert {part.rate for part in account.segments} == {Decimal("8.28")}


def test_the_floor_never_raises_the_default() -> None:
    """In 2024 the law's own 14.50 % was below the floor of 15.21 %, and it stays 14.50 %."""
    account = stated("2024-03-31", claim(due_date="2024-01-31"))
    assert {part.rate for part in account.segments} == {Decimal("14.50")}
    with pytest.raises(ContractRateRefusedError, match=r"floor of 15.21 %.*14.50 % applies"):
        entered("14.50", "2024-01-31")


def test_a_rate_that_a_later_floor_overtakes_is_counted_no_higher_than_the_laws_own() -> None:
    """14.6 % was lawful in 2023; from 2024 the lower of it and the law's own is counted.

    1,000.00 bear 92 days at 14.6, 182 at 14.5, 184 at 14.25 and 31 at 13.15 %: 192.11. That the
    floor of 2025 is below 14.6 again brings it not back.
    """
    one = claim(due_date="2023-09-30", contract_rate="14.6")
    assert str(stated("2023-12-31", one).interest.amount) == "36.80"
    account = stated("2025-01-31", one)
    assert [(part.days, str(part.rate)) for part in account.segments] == [
        *((92, "14.6"), (182, "14.50"), (184, "14.25"), (31, "13.15")),
    ]
    assert (str(account.interest.amount), account.complete) == ("192.11", True)
    [told] = [warning for warning in account.warnings if "floor" in warning]
    assert "14.6 % is below the floor of 15.21 % (3 times the legal rate of 5.07 %" in told
    assert "from 2024-01-01 the lower of it and the law's own rate (14.50 %) is counted" in told
    assert "the law's own where it is lower" in account.conventions


def test_a_rate_that_is_overtaken_stays_where_the_laws_own_is_higher() -> None:
    """12 % are below the floor of 12.66 % of mid-2023, and the law's own 14 %: nobody raises it."""
    one = claim(due_date="2022-11-30", contract_rate="12")
    account = stated("2023-12-31", one)
    # 396 days at 12 %: 130.19.
    assert {part.rate for part in account.segments} == {Decimal(12)}
    assert str(account.interest.amount) == "130.19"
    assert any("from 2023-07-01 the lower of it" in warning for warning in account.warnings)
    assert stated("2023-06-30", one).warnings == ()


def test_the_day_after_a_statement_is_counted_by_its_own_half_year() -> None:
    """1 January 2024 bears the law's own 14.5 %, not the 14.6 % of the contract."""
    account = stated("2023-12-31", claim(due_date="2023-09-30", contract_rate="14.6"))
    # 1,000.00 x 14.5 % / 365
    assert account.daily_increment == Decimal("0.397260")
    assert account.limits_wanted == ()


def test_an_unpublished_floor_is_held_provisionally_against_the_last_known() -> None:
    """The legal rate of mid-2026 is unknown: three times the last known, 2.62 %, stands in."""
    account = stated("2026-09-30", claim(due_date="2026-07-31", contract_rate="9"))
    [told] = [warning for warning in account.warnings if warning.startswith("provisional")]
    assert "last known floor of 7.86 % from 2026-01-01" in told
    assert "2026-07-01 is not known yet" in told
    with pytest.raises(ContractRateRefusedError, match=r"provisional floor of 7\.86 %.*12\.40 %"):
        entered("7.85", "2026-07-31")


def test_a_statement_is_made_again_when_the_floor_it_was_held_against_is_published() -> None:
    """9 % may turn out to be below a floor of mid-2026 that nobody knew: the account says so."""
    account = stated("2026-09-30", claim(due_date="2026-07-31", contract_rate="9"))
    published = TABLE.merged_with([made_up("FR_LEGAL_OTHER@2026-07-01", "3.1")])
    assert [row.row for row in changed_rows(account, published)] == ["FR_LEGAL_OTHER@2026-07-01"]
    again = stated("2026-09-30", claim(due_date="2026-07-31", contract_rate="9"), table=published)
    assert any("below the floor of 9.3 %" in warning for warning in again.warnings)


def test_a_belgian_ceiling_that_is_not_known_yet_is_held_provisionally() -> None:
    """No rate of 2027 is known: a consumer's is held against the 10.5 % of late 2026."""
    told = {"due_date": "2026-12-31", "formal_notice_on": "2027-01-04"}
    account = stated("2027-02-28", claim("BE consumer", contract_rate="10.5", **told))
    assert any("provisional" in warning for warning in account.warnings)
    with pytest.raises(ContractRateRefusedError, match=r"provisional ceiling of 10\.5 %"):
        entered("10.51", "2027-01-05", "BE consumer")


def test_a_series_of_which_nothing_is_known_is_to_be_imported_not_published() -> None:
    """Italy's legal rate is shipped from 2023 on: nobody will publish that of 2021."""
    one = claim("IT consumer", due_date="2021-01-31", formal_notice_on="2021-03-01")
    account = stated("2023-01-31", one)
    assert account.segments[0].source.startswith("no rate is shipped for this country and capacity")
    assert account.segments[-1].rate == Decimal("5.00")
    assert any("when the rate is imported" in warning for warning in account.warnings)
    assert not any("published" in warning for warning in account.warnings)


@pytest.mark.parametrize(("rate", "warned"), [("20", False), ("20.01", True), ("100", True)])
def test_a_high_contract_rate_is_warned_of(rate: str, *, warned: bool) -> None:
    """Above 20 % a judge may cut it."""
    account = stated("2025-04-30", claim(contract_rate=rate))
    assert any("penalty clause" in warning for warning in account.warnings) is warned


@pytest.mark.parametrize("rate", ["0", "-1", "100.01"])
def test_a_contract_rate_that_is_none_is_refused(rate: str) -> None:
    """Nothing, less than nothing, or more than everything is a typing mistake."""
    with pytest.raises(ContractRateRefusedError, match="is no yearly rate"):
        stated("2025-04-30", claim("DE", contract_rate=rate))


def test_no_contract_changes_the_rate_of_a_french_public_body() -> None:
    """The rate of public buyers is of public policy."""
    with pytest.raises(ContractRateRefusedError, match=r"no contract rate.*11.15 % applies"):
        stated("2025-04-30", claim("FR public", contract_rate="15"))


def test_a_belgian_consumer_pays_no_more_than_a_business() -> None:
    """11.5 % is the ceiling of early 2025."""
    told = {"contract_rate": "11.5", "formal_notice_on": "2025-04-01"}
    account = stated("2025-05-31", claim("BE consumer", **told))
    assert account.interest_from == day("2025-04-16")
    with pytest.raises(ContractRateRefusedError, match=r"ceiling of 11\.5 %"):
        entered("11.51", "2025-04-01", "BE consumer")
    # 12.5 % were lawful in 2024. 11.5 % is the ceiling of early 2025, the legal rate 5.75 and 4.50.
    before = {"due_date": "2024-11-30", "formal_notice_on": "2024-12-01", "contract_rate": "12.5"}
    overtaken = stated("2025-01-31", claim("BE consumer", **before))
    legal = TABLE.find(RateSeries.BE_LEGAL, day("2025-01-01"))
    assert legal is not None
    assert [part.rate for part in overtaken.segments] == [Decimal("12.5"), legal.value]


def test_a_british_contract_rate_replaces_the_fixed_sum() -> None:
    """A substantial remedy of the contract stands instead of the whole Act."""
    account = stated("2025-10-15", claim("GB", due_date="2025-08-31", contract_rate="10"))
    assert account.indemnity.amount == 0
    assert any("substantial remedy" in warning for warning in account.warnings)
    assert account.law == "the contract"
    assert "Act 1998" not in account.conventions


def test_a_contract_rate_never_compounds() -> None:
    """10 % for 731 days, in the Netherlands too: 200.27, and nothing on top."""
    one = claim("NL", due_date="2022-12-31", contract_rate="10")
    assert str(stated("2024-12-31", one).interest) == "200.27 EUR"


def test_a_rate_below_nothing_is_nothing() -> None:
    """Should a legal rate ever be negative, a debtor still earns nothing by being late."""
    table = TABLE.merged_with([made_up("NL_LEGAL@2025-01-01", "-1")])
    account = stated("2025-04-30", claim("NL consumer"), table=table)
    assert (account.interest.amount, account.complete) == (0, True)


def test_a_country_without_a_rule_is_refused_by_name() -> None:
    """Nobody guesses Polish law; a contract rate does without it."""
    with pytest.raises(UnknownRegimeError, match=r"PL \(business\); known: BE, DE, ES, FR, GB"):
        stated("2025-04-30", claim("PL"))
    account = stated("2025-04-30", claim("PL", contract_rate="10"))
    assert (str(account.interest), account.indemnity.amount) == ("8.22 EUR", 0)


def test_a_law_that_changed_is_not_applied_backwards() -> None:
    """Before 2013 the French rate followed each operation of the ECB, which is not computed."""
    account = stated("2013-06-30", claim(due_date="2012-11-30"))
    first, *rest = account.segments
    assert (first.rate, first.last_day) == (None, day("2012-12-31"))
    assert "was another" in first.source
    assert {part.rate for part in rest} == {Decimal("10.75")}
