"""What becomes of a claim on its way? Payments, credits, disputes, waivers, insolvency, gaps."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from domain.interest import state_claim
from domain.interest_terms import interest_terms
from domain.interest_words import conventions
from domain.rates import RateTable, changed_rows
from schemas.agreed_interest import DayCount
from schemas.interest import ImputationPolicy, RateStatus
from schemas.money import CurrencyMismatchError
from tests.support.claims import TABLE, claim, day, made_up, money, stated, table_without
from tests.support.day_by_day import reckon

THROUGH_2027 = TABLE.merged_with([made_up("ECB_MRO@2027-01-01", "2.40")])
OPEN = {"amount": money("400.00"), "opened_on": "2025-04-10"}


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
        state_claim(one.model_copy(update={"day_count": count}), day("2024-12-31"), TABLE)
        for count in DayCount
    )
    assert (str(fixed.interest), str(real.interest)) == ("160.44 EUR", "160.00 EUR")


def test_conventions_are_written_in_three_languages() -> None:
    """The sentence under a letter names formula, days, order and law, in its language."""
    terms = interest_terms(claim("NL"), day("2026-01-01"), TABLE)
    policy = ImputationPolicy.PRINCIPAL_FIRST
    english = conventions(terms, policy, DayCount.ACT_365F)
    french = conventions(terms, policy, DayCount.ACT_ACT, "fr")
    assert "principal, then interest" in english
    assert "interest of each full year is added" in english
    assert "le principal, puis les intérêts" in french
    assert "366 les années bissextiles" in french
    assert "die Hauptforderung, dann die Zinsen" in conventions(
        terms, policy, DayCount.ACT_365F, "de"
    )
    assert conventions(terms, policy, DayCount.ACT_365F, "pl") == english
    letter = state_claim(claim("NL"), day("2026-01-01"), TABLE, policy=policy, language="fr")
    assert letter.conventions == conventions(terms, policy, DayCount.ACT_365F, "fr")
    assert "le 29 février compte" in letter.conventions


def test_the_french_sentence_is_written_as_french_is_printed() -> None:
    """Bent apostrophes, a space before a semicolon, "L. 441-10" as the Code prints it."""
    terms = interest_terms(claim("FR"), day("2026-01-01"), TABLE)
    said = conventions(terms, ImputationPolicy.PRINCIPAL_FIRST, DayCount.ACT_365F, "fr")
    assert "lendemain de l\u2019échéance" in said
    assert "'" not in said
    assert re.search(r"\S;", said) is None
    assert said.endswith("Textes appliqués : Code de commerce L. 441-10 II et D. 441-5.")


def test_on_one_day_a_credit_comes_before_a_payment() -> None:
    """The payment finds what is really owed: 800 of principal, and the rest is left over."""
    one = claim(payments={"2025-04-30": "1000.00"}, gestures={"2025-04-30": "200.00"})
    account = stated("2025-04-30", one)
    assert [(entry.kind, str(entry.principal)) for entry in account.entries] == [
        ("gesture", "200.00 EUR"),
        ("payment", "800.00 EUR"),
    ]
    assert account.unallocated == money("149.19")


def test_contingent_interest_compounds_as_the_other_does() -> None:
    """What a Dutch debtor disputes as a whole grows as if it were not disputed."""
    whole = {**OPEN, "amount": money("1000.00")}
    account = stated("2027-04-30", claim("NL", disputes=[whole]), table=THROUGH_2027)
    assert (
        account.contingent_interest
        == stated("2027-04-30", claim("NL"), table=THROUGH_2027).interest
    )
    assert account.interest.amount == 0


def test_interest_on_a_dispute_is_never_below_nothing() -> None:
    """Part lost, part open, most of it paid after a day: 400 x 13.15 % x 1 / 365, no more."""
    lost = {**OPEN, "outcome": "for_debtor", "decided_on": "2025-06-01"}
    one = claim(payments={"2025-04-01": "850.00"}, disputes=[OPEN, lost])
    account = stated("2025-12-31", one)
    assert account.contingent_interest == money("0.14")
    assert account.interest_owed.amount == 0
