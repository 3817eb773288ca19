"""Is the law of each country applied? Fixed sums, contract rates, credits, disputes, insolvency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from domain.contract_rate import ContractRateRefusedError
from domain.interest import state_claim
from domain.interest_regimes import UnknownRegimeError
from domain.interest_terms import interest_terms
from domain.interest_words import conventions
from domain.rates import RateTable, changed_rows
from schemas.interest import DayCount, ImputationPolicy, RateStatus
from schemas.money import CurrencyMismatchError
from tests.support.claims import TABLE, claim, day, money, stated, table_without
from tests.support.day_by_day import reckon

OPEN = {"amount": money("400.00"), "opened_on": "2025-04-10"}


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


def test_each_policy_settles_in_its_order() -> None:
    """45 EUR for 1,000 EUR with 10.81 interest: what is left differs, the sum does not."""
    one = claim(payments={"2025-04-30": "45.00"})
    left = {policy: stated("2025-04-30", one, policy) for policy in ImputationPolicy}
    parts = {
        policy: tuple(
            str(part.amount) for part in (one.principal_owed, one.interest_owed, one.indemnity_owed)
        )
        for policy, one in left.items()
    }
    assert parts == {
        ImputationPolicy.LEGAL_ACCESSORIES_FIRST: ("1000.00", "5.81", "0.00"),
        ImputationPolicy.INTEREST_FIRST: ("965.81", "0.00", "40.00"),
        ImputationPolicy.PRINCIPAL_FIRST: ("955.00", "10.81", "40.00"),
    }
    assert {str(one.total) for one in left.values()} == {"1005.81 EUR"}


def test_more_than_everything_is_unallocated() -> None:
    """Money beyond principal, interest and fixed sum is nobody's yet."""
    account = stated("2025-06-01", claim(payments={"2025-04-30": "1100.00"}))
    assert (account.total, account.unallocated) == (money("0"), money("49.19"))


def test_a_credit_note_for_an_error_counts_from_the_origin() -> None:
    """200 were never owed, so they never bore interest, whenever the note was written."""
    account = stated("2025-09-30", claim(errors={"2025-08-15": "200.00"}))
    assert account.interest == stated("2025-09-30", claim(amount="800.00")).interest
    assert (account.principal, account.credited) == (money("1000.00"), money("200.00"))
    before = stated("2025-08-14", claim(errors={"2025-08-15": "200.00"}))
    assert before == stated("2025-08-14", claim())


def test_a_commercial_gesture_counts_from_its_own_day() -> None:
    """200 given away on 15 August bore interest until then."""
    account = stated("2025-09-30", claim(gestures={"2025-08-15": "200.00"}))
    owed = reckon(
        *("FR", 100_000, day("2025-03-31"), day("2025-09-30")),
        gestures=((day("2025-08-15"), 20_000),),
    )
    assert account.interest.amount * 100 == owed.interest_total
    assert account.principal_owed == money("800.00")


def test_a_credit_note_never_pays_interest() -> None:
    """A note of more than is left of the principal leaves the rest over, interest stays owed."""
    account = stated("2025-09-30", claim(gestures={"2025-04-30": "1200.00"}))
    assert (account.interest_owed, account.unallocated) == (money("10.81"), money("200.00"))


def test_a_set_off_settles_like_a_payment() -> None:
    """Both debts were due on 30 April: the set-off takes accessories first, as the law says."""
    account = stated("2025-04-30", claim(set_offs={"2025-04-30": "500.00"}))
    assert account.principal_owed == money("550.81")
    assert (account.credited, account.paid) == (money("500.00"), money("0"))


def test_disputed_interest_is_contingent_until_the_dispute_is_decided() -> None:
    """Of 1,000 EUR 400 are disputed: their interest is counted apart and asked for by nobody."""
    account = stated("2025-04-30", claim(disputes=[OPEN]))
    assert account.interest == stated("2025-04-30", claim(amount="600.00")).interest
    assert account.contingent_interest == stated("2025-04-30", claim(amount="400.00")).interest
    assert account.total == money("1046.48")
    won = {**OPEN, "outcome": "for_creditor", "decided_on": "2025-06-01"}
    assert stated("2025-05-31", claim(disputes=[won])).contingent_interest.is_positive
    decided = stated("2025-06-01", claim(disputes=[won]))
    assert decided.interest == stated("2025-06-01", claim()).interest
    assert decided.contingent_interest.amount == 0


def test_a_dispute_that_the_debtor_wins_bears_no_interest() -> None:
    """Lost is lost, and the credit note that follows does not take it off twice."""
    lost = {**OPEN, "outcome": "for_debtor", "decided_on": "2025-06-01"}
    account = stated("2025-06-30", claim(disputes=[lost]))
    assert account.interest == stated("2025-06-30", claim(amount="600.00")).interest
    assert account.contingent_interest.amount == 0
    noted = stated("2025-06-30", claim(disputes=[lost], errors={"2025-06-15": "400.00"}))
    assert (noted.interest, noted.principal_owed) == (account.interest, money("600.00"))


def test_a_debt_disputed_as_a_whole_has_a_contingent_fixed_sum() -> None:
    """Nothing undisputed is late, so the 40 EUR wait for the decision, too."""
    whole = {**OPEN, "amount": money("1000.00")}
    account = stated("2025-04-30", claim(disputes=[whole]))
    assert (account.indemnity.amount, account.contingent_indemnity) == (0, money("40.00"))
    assert account.total == money("1000.00")


def test_interest_stops_the_day_before_the_opening_judgment() -> None:
    """A judgment of 1 May: April counts whole, nothing after it, and the 40 EUR of April stay."""
    one = claim(insolvency_on="2025-05-01")
    account = stated("2026-01-01", one)
    assert str(account.interest) == "10.81 EUR"
    assert account.interest_until == day("2025-04-30")
    assert account.indemnity == money("40.00")
    assert account.daily_increment == 0
    assert stated("2025-04-30", one).daily_increment == 0
    assert stated("2025-04-29", one).daily_increment != 0


@pytest.mark.parametrize("judgment", ["2025-03-15", "2025-03-31", "2025-04-01"])
def test_no_fixed_sum_where_a_judgment_came_before_the_delay(judgment: str) -> None:
    """What may not be paid on its due date is not late: neither interest nor 40 EUR."""
    account = stated("2026-01-01", claim(insolvency_on=judgment))
    assert account.total == money("1000.00")


def test_a_waiver_stands_apart_from_what_was_computed() -> None:
    """The computed interest stays on the account, what was given up is its own entry."""
    waiver = {"day": "2025-04-30", "part": "interest", "amount": money("5.00"), "by": "camille"}
    account = stated("2025-04-30", claim(waivers=[waiver]))
    assert account.interest == money("10.81")
    assert (account.interest_waived, account.interest_owed) == (money("5.00"), money("5.81"))
    both = [{"day": "2025-04-30", "part": part} for part in ("interest", "indemnity")]
    given_up = stated("2025-04-30", claim(waivers=both))
    assert given_up.total == money("1000.00")
    assert [entry.kind for entry in given_up.entries] == ["waiver", "waiver"]
    assert stated("2025-05-10", claim(waivers=both)).interest_owed.is_positive
    much = {"day": "2025-04-30", "part": "interest", "amount": money("500.00")}
    assert stated("2025-04-30", claim(waivers=[much])).interest_waived == money("10.81")


def test_a_waiver_towards_a_public_body_is_warned_of() -> None:
    """French public buyers owe their interest whatever anybody signs."""
    waiver = {"day": "2025-05-01", "part": "interest"}
    account = stated("2025-05-02", claim("FR public", waivers=[waiver]))
    assert "a waiver of interest towards a public body is void" in account.warnings


def test_a_contract_rate_below_the_french_floor_is_refused_with_the_default() -> None:
    """Three times 2.76 % is 8.28 %: 8.27 is refused and 12.15 % proposed, 8.28 is applied."""
    low = claim(due_date="2025-08-31", contract_rate="8.27")
    with pytest.raises(ContractRateRefusedError, match=r"floor of 8\.28 %") as refusal:
        stated("2025-12-31", low)
    assert refusal.value.default_rate == Decimal("12.15")
    assert "own rate of 12.15 % applies" in str(refusal.value)
    account = stated("2025-12-31", claim(due_date="2025-08-31", contract_rate="8.28"))
    assert {part.rate for part in account.segments} == {Decimal("8.28")}


def test_the_floor_never_raises_the_default() -> None:
    """In 2024 the law's own 14.50 % was below the floor of 15.21 %, and it stays 14.50 %."""
    account = stated("2024-03-31", claim(due_date="2024-01-31"))
    assert {part.rate for part in account.segments} == {Decimal("14.50")}
    with pytest.raises(ContractRateRefusedError, match=r"floor of 15.21 %.*14.50 % applies"):
        stated("2024-03-31", claim(due_date="2024-01-31", contract_rate="14.50"))


def test_the_floor_is_looked_at_in_every_half_year() -> None:
    """12 % were lawful when the delay began in 2022, and below the floor from mid-2023 on."""
    one = claim(due_date="2022-11-30", contract_rate="12")
    assert stated("2023-06-30", one).complete
    with pytest.raises(ContractRateRefusedError, match="from 2023-07-01"):
        stated("2023-07-01", one)


def test_a_floor_that_is_not_published_is_said() -> None:
    """The French legal rate of the second half of 2026 is unknown: nobody held 9 % against it."""
    account = stated("2026-09-30", claim(due_date="2026-07-31", contract_rate="9"))
    assert any("not held against the floor" in warning for warning in account.warnings)


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
        stated("2025-05-31", claim("BE consumer", **{**told, "contract_rate": "11.51"}))


def test_a_british_contract_rate_replaces_the_fixed_sum() -> None:
    """A substantial remedy of the contract stands instead of the whole Act."""
    account = stated("2025-10-15", claim("GB", due_date="2025-08-31", contract_rate="10"))
    assert account.indemnity.amount == 0
    assert any("substantial remedy" in warning for warning in account.warnings)


def test_a_country_without_a_rule_is_refused_by_name() -> None:
    """Nobody guesses Polish law; a contract rate does without it."""
    with pytest.raises(UnknownRegimeError, match=r"PL \(business\); known: BE, DE, ES, FR, GB"):
        stated("2025-04-30", claim("PL"))
    account = stated("2025-04-30", claim("PL", contract_rate="10"))
    assert (str(account.interest), account.indemnity.amount) == ("8.22 EUR", 0)


def test_a_missing_half_year_is_marked_and_not_guessed() -> None:
    """Without the rate from July 2026, interest is counted to 30 June and the rest is marked."""
    account = stated("2026-08-31", claim(), table=table_without("ECB_MRO@2026-07-01"))
    assert account.interest == stated("2026-06-30", claim()).interest
    assert (account.known_until, account.complete) == (day("2026-06-30"), False)
    last = account.segments[-1]
    assert (last.rate, last.source, last.wanted) == (
        *(None, "rate to be published"),
        "ECB_MRO@2026-07-01",
    )
    assert account.daily_increment is None
    assert any("rate to be published" in warning for warning in account.warnings)
    assert stated("2026-06-30", claim(), table=TABLE).complete


def test_a_statement_is_stated_again_when_its_rates_change() -> None:
    """What was provisional and became official, and what was missing and came, are named."""
    missing = stated("2026-08-31", claim(), table=table_without("ECB_MRO@2026-07-01"))
    assert [row.row for row in changed_rows(missing, TABLE)] == ["ECB_MRO@2026-07-01"]
    derived = stated("2026-08-31", claim())
    assert changed_rows(derived, TABLE) == ()
    old = next(row for row in derived.rates if row.status is RateStatus.DERIVED)
    official = old.model_copy(update={"status": RateStatus.OFFICIAL})
    assert changed_rows(derived, TABLE.merged_with([official])) == (official,)
    frozen = claim("FR public", due_date="2026-08-15")
    bare = stated("2026-12-31", frozen, table=RateTable(()))
    assert [row.row for row in changed_rows(bare, TABLE)] == ["ECB_MRO@2026-07-01"]


def test_rates_that_are_not_official_are_named_in_the_account() -> None:
    """Whoever sends a letter knows that the rate of late 2026 is derived."""
    assert any("is derived: 2.40 %" in one for one in stated("2026-08-01", claim()).warnings)


def test_a_law_that_changed_is_not_applied_backwards() -> None:
    """Before 2013 the French rate followed each operation of the ECB, which is not computed."""
    account = stated("2013-06-30", claim(due_date="2012-11-30"))
    first, *rest = account.segments
    assert (first.rate, first.last_day) == (None, day("2012-12-31"))
    assert "was another" in first.source
    assert {part.rate for part in rest} == {Decimal("10.75")}


def test_a_fixed_sum_in_another_currency_is_not_added() -> None:
    """40 EUR and dollars do not add up, so a sentence says that they are owed besides."""
    one = claim().model_copy(update={"amount": money("1000.00", "USD")})
    account = state_claim(one, day("2025-04-30"), TABLE)
    assert str(account.total) == "1010.81 USD"
    assert any("40.00 EUR is owed besides" in warning for warning in account.warnings)


def test_one_claim_has_one_currency() -> None:
    """A payment in dollars on a claim in euros is refused at the door."""
    paid = [{"day": "2025-04-01", "amount": money("5.00", "USD")}]
    with pytest.raises((ValidationError, CurrencyMismatchError), match="USD"):
        claim().model_validate({**claim().model_dump(), "payments": paid})


def test_leap_years_may_be_divided_by_their_real_days() -> None:
    """366 days of 2024: 366/365 of a year by default, one year where the contract says so."""
    one = claim(due_date="2023-12-31", contract_rate="16", amount="1000.00")
    fixed, real = (
        state_claim(one, day("2024-12-31"), TABLE, day_count=count) for count in DayCount
    )
    assert (str(fixed.interest), str(real.interest)) == ("160.44 EUR", "160.00 EUR")


def test_conventions_are_written_in_both_languages() -> None:
    """The sentence under a letter names formula, days, order and law, in its language."""
    terms = interest_terms(claim("NL"), day("2026-01-01"), TABLE)
    policy = ImputationPolicy.PRINCIPAL_FIRST
    english = conventions(terms, policy, DayCount.ACT_365F)
    french = conventions(terms, policy, DayCount.ACT_ACT, "fr")
    assert "principal, then interest" in english
    assert "interest of each full year is added" in english
    assert "le principal, puis les intérêts" in french
    assert "366 les années bissextiles" in french
    assert conventions(terms, policy, DayCount.ACT_365F, "de") == english
