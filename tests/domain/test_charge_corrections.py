"""Does the ledger of the charges follow the account? To the cent, and never beyond the claim."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.charge_basis import counted_until
from domain.interest import state_claim
from schemas.agreed_interest import AgreedInterest, RateOrigin
from schemas.charge_events import ChargesCorrected
from schemas.commands import CorrectInvoice
from schemas.money import Money
from schemas.pauses import StopKind
from schemas.requests import Release
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_reversal,
    a_stop,
    a_write_off,
    for_the_creditor,
    for_the_debtor,
    waive_charges,
)
from tests.support.builders import a_case, a_payment, euros
from tests.support.claims import TABLE, claim
from tests.support.day_by_day import reckon
from tests.support.given import Given, given
from tests.support.stated import claim_stated

DUE = date(2026, 10, 1)
TODAY = date(2026, 11, 22)
PAID_IN_TIME = date(2026, 11, 10)
JUDGMENT = date(2026, 11, 1)


def reckoned(cents: int = 100_000, until: date = TODAY, **told: object) -> Money:
    """The interest of a French business, reckoned a second way: day by day."""
    owed = reckon("FR", cents, DUE, until, order="PIF", **told)  # type: ignore[arg-type]
    return euros(str(Decimal(owed.interest_total) / 100))


def claimed(owing: str = "1000.00") -> Given:
    """A thousand is owed since 1 October; on 22 November what that cost is claimed."""
    story = given(a_case(owing=owing, due=DUE)).on(TODAY)
    return story.when(claim_stated(story.case, TODAY)).then("ChargesClaimed")


def in_ledger(story: Given) -> tuple[Money, Money]:
    """Interest and fixed sum as the ledger has them."""
    charges = story.case.charges
    assert charges is not None
    return charges.interest, charges.indemnity


def test_the_claim_is_what_a_second_method_reckons() -> None:
    """52 days at 12.40 %: 17.67, and the 40 EUR."""
    assert reckoned() == euros("17.67")
    assert in_ledger(claimed()) == (euros("17.67"), euros("40.00"))


def test_a_credit_note_for_an_error_lowers_the_claim() -> None:
    """Half of it was never owed: nor was half of the interest; who pays the rest owes nothing."""
    story = claimed().when(a_credit_note("500.00", on=TODAY))
    less = story.then("CreditNoteIssued", "ChargesCorrected")
    assert in_ledger(less) == (reckoned(50_000), euros("40.00")) == (euros("8.83"), euros("40.00"))
    paid = less.when(a_payment("548.83", on=TODAY)).then("PaymentReceived", "CaseClosed")
    assert (paid.case.charges_owed, paid.tasks) == (euros("0.00"), [])


def test_a_credit_note_for_all_of_it_leaves_nothing_to_claim() -> None:
    """What was never owed was never late: neither interest nor the fixed sum, and no task."""
    story = claimed().when(a_credit_note("1000.00", on=TODAY))
    gone = story.then("CreditNoteIssued", "CaseClosed", "ChargesCorrected")
    assert in_ledger(gone) == (euros("0.00"), euros("0.00"))
    assert gone.tasks == []


def test_a_claim_by_a_rate_that_was_overtaken_is_counted_again_by_the_same_limits() -> None:
    """14.6 %, and the lower rates of the law since 2024, came to 192.11; half of it is 96.05."""
    case = a_case(owing="1000.00", due=date(2023, 9, 30))
    agreed = AgreedInterest(rate=Decimal("14.6"), origin=RateOrigin.INVOICE)
    story = given(case.model_copy(update={"interest": agreed})).on(date(2025, 1, 31))
    whole = story.when(claim_stated(story.case, date(2025, 1, 31))).then("ChargesClaimed")
    assert in_ledger(whole) == (euros("192.11"), euros("40.00"))
    half = whole.when(a_credit_note("500.00", on=date(2025, 1, 31)))
    less = half.then("CreditNoteIssued", "ChargesCorrected")
    assert in_ledger(less) == (euros("96.05"), euros("40.00"))


def test_a_payment_of_an_earlier_day_lowers_the_claim() -> None:
    """The bank's file comes twelve days after the money: no interest for those days."""
    story = claimed().when(a_payment("1000.00", on=PAID_IN_TIME))
    paid = story.then("PaymentReceived", "CaseClosed", "ChargesCorrected")
    due = reckoned(payments=((PAID_IN_TIME, 100_000),))
    assert in_ledger(paid) == (due, euros("40.00")) == (euros("13.59"), euros("40.00"))
    assert isinstance(story.decision, tuple)
    corrected = story.decision[-1]
    assert isinstance(corrected, ChargesCorrected)
    assert (corrected.interest_before, corrected.reason) == (reckoned(), "PaymentReceived")
    assert paid.task("charges-left").summary.startswith("53.59 EUR")


def test_what_was_paid_beyond_the_corrected_claim_is_left_over() -> None:
    """All that was asked for is paid, by money of an earlier day: 4.08 of it were not owed."""
    story = claimed().when(a_payment("1057.67", on=PAID_IN_TIME))
    paid = story.then("PaymentReceived", "CaseClosed", "ChargesCorrected", "PaymentFreed")
    assert paid.case.charges_paid == euros("53.59")
    assert paid.case.charges_owed == euros("0.00")
    assert paid.case.unallocated == (euros("4.08"),)
    assert paid.tasks == ["unallocated-cash"]
    assert paid.task("unallocated-cash").summary == "4.08 EUR of payment P-1 are not allocated"


def test_what_was_left_over_goes_with_its_payment() -> None:
    """The payment is taken back: nothing of it is left to refund, and everything is owed again."""
    story = claimed().when(a_payment("1057.67", on=PAID_IN_TIME))
    paid = story.then("PaymentReceived", "CaseClosed", "ChargesCorrected", "PaymentFreed")
    back = paid.when(a_reversal("P-1")).then("PaymentReversed", "CaseReopened", "ChargesCorrected")
    assert (back.case.unallocated, back.tasks) == ((), [])
    assert (back.case.outstanding, back.case.charges_owed) == (euros("1000.00"), euros("57.67"))


def test_a_reversal_never_claims_more_than_was_claimed() -> None:
    """Claimed after a payment that is then taken back: more is owed, and must be claimed first."""
    early = given(a_case(owing="1000.00", due=DUE)).on(TODAY)
    part = early.when(a_payment("600.00", on=PAID_IN_TIME)).then("PaymentReceived")
    story = part.when(claim_stated(part.case, TODAY)).then("ChargesClaimed")
    before = in_ledger(story)
    assert before[0] == reckoned(payments=((PAID_IN_TIME, 60_000),))
    back = story.when(a_reversal("P-1")).then("PaymentReversed")
    assert in_ledger(back) == before
    again = back.when(claim_stated(back.case, TODAY, request="C-2")).then("ChargesClaimed")
    assert in_ledger(again) == (reckoned(), euros("40.00"))


def test_what_is_contested_is_claimed_when_it_is_decided() -> None:
    """Interest on a contested part is contingent; won, it is claimed as before, lost, it is not."""
    story = claimed().when(a_dispute("631.00")).then("DisputeRaised", "ChargesCorrected")
    assert in_ledger(story) == (reckoned(36_900), euros("40.00"))
    won = story.when(for_the_creditor()).then("DisputeResolved", "ChargesCorrected")
    assert in_ledger(won) == (reckoned(), euros("40.00"))
    lost = story.when(for_the_debtor()).then("DisputeResolved")
    assert in_ledger(lost) == (reckoned(36_900), euros("40.00"))


def test_a_dispute_of_a_later_day_is_about_the_invoice() -> None:
    """Raised a week after the claim, it makes the same interest contingent."""
    story = claimed().on(TODAY + timedelta(days=7))
    later = story.when(a_dispute("631.00")).then("DisputeRaised", "ChargesCorrected")
    assert in_ledger(later) == (reckoned(36_900), euros("40.00"))


def test_an_insolvency_ends_the_interest_with_its_judgment() -> None:
    """Opened on 1 November, heard of later: thirty days bear interest (L622-28)."""
    story = claimed().when(a_stop(StopKind.INSOLVENCY, on=JUDGMENT))
    stopped = story.then("ContactsStopped", "ChargesCorrected")
    assert in_ledger(stopped) == (reckoned(stop=JUDGMENT), euros("40.00"))
    assert in_ledger(stopped)[0] == euros("10.19")
    freed = stopped.when(Release(command_id="R-1", kind=StopKind.INSOLVENCY))
    assert in_ledger(freed.then("ContactsAllowed", "ChargesCorrected"))[0] == reckoned()


def test_a_corrected_invoice_corrects_the_claim() -> None:
    """A later due date means fewer days; an earlier one means more, which was not claimed."""
    later = CorrectInvoice(
        command_id="K-1", amount=euros("1000.00"), due_date=DUE + timedelta(days=10)
    )
    story = claimed().when(later).then("InvoiceCorrected", "ChargesCorrected")
    owed = reckon("FR", 100_000, DUE + timedelta(days=10), TODAY).interest_total
    assert in_ledger(story)[0] == euros(str(Decimal(owed) / 100))
    earlier = CorrectInvoice(
        command_id="K-1", amount=euros("1000.00"), due_date=DUE - timedelta(days=60)
    )
    assert in_ledger(claimed().when(earlier).then("InvoiceCorrected"))[0] == reckoned()


def test_a_due_date_beyond_the_rates_of_the_claim_corrects_nothing() -> None:
    """The rates that the claim was made with say nothing about the half-year before."""
    british = given(a_case(owing="1000.00", currency="GBP", due=DUE)).on(TODAY)
    story = british.when(claim_stated(british.case, TODAY, country="GB")).then("ChargesClaimed")
    moved = CorrectInvoice(
        command_id="K-1", amount=story.case.claim, due_date=DUE - timedelta(days=120)
    )
    before = in_ledger(story)
    assert in_ledger(story.when(moved).then("InvoiceCorrected")) == before


def test_a_claim_at_a_contract_rate_is_corrected_at_it() -> None:
    """The contract says 15 %: half of the invoice credited, half of the interest at 15 %."""
    agreed = AgreedInterest(rate=Decimal(15), origin=RateOrigin.TERMS)
    case = a_case(owing="1000.00", due=DUE).model_copy(update={"interest": agreed})
    story = given(case).on(TODAY)
    claim_made = story.when(claim_stated(case, TODAY)).then("ChargesClaimed")
    noted = claim_made.when(a_credit_note("500.00", on=TODAY))
    less = noted.then("CreditNoteIssued", "ChargesCorrected")
    assert in_ledger(less)[0] == reckoned(50_000, percent=Fraction(15))


def test_a_waiver_outlives_a_correction() -> None:
    """The interest was given up; what is left of it after a credit note is given up, too."""
    story = claimed()
    waived = story.when(waive_charges(amount="17.67")).then("ChargesWaived")
    less = waived.when(a_credit_note("500.00", on=TODAY)).then(
        "CreditNoteIssued", "ChargesCorrected"
    )
    assert less.case.charges_owed == euros("40.00")
    assert less.case.charges is not None
    assert less.case.charges.waived == euros("8.83")


def test_what_is_claimed_again_may_be_less() -> None:
    """A claim from before corrections were kept is mended by a new one."""
    story = given(a_case(owing="1000.00", due=DUE)).on(TODAY)
    old = claim_stated(story.case, TODAY).model_copy(update={"basis": None})
    before = story.when(old).then("ChargesClaimed")
    noted = before.when(a_credit_note("500.00", on=TODAY)).then("CreditNoteIssued")
    assert in_ledger(noted)[0] == euros("17.67")
    new = claim_stated(noted.case, TODAY, request="C-2")
    assert in_ledger(noted.when(new).then("ChargesClaimed"))[0] == euros("8.83")


def test_the_same_claim_is_made_again_where_it_can_then_be_corrected() -> None:
    """Nothing more is claimed; from now on the ledger follows the account."""
    story = given(a_case(owing="1000.00", due=DUE)).on(TODAY)
    old = claim_stated(story.case, TODAY).model_copy(update={"basis": None})
    before = story.when(old).then("ChargesClaimed")
    again = before.when(claim_stated(before.case, TODAY, request="C-2")).then("ChargesClaimed")
    again.when(claim_stated(again.case, TODAY, request="C-3")).then()
    noted = again.when(a_credit_note("500.00", on=TODAY))
    noted.then("CreditNoteIssued", "ChargesCorrected")


def test_what_is_written_off_was_owed_until_then() -> None:
    """What is let go today was late until today: the claim stands, and a person is asked."""
    ended = claimed().when(a_write_off()).then("WrittenOff", "CaseClosed")
    assert in_ledger(ended) == (reckoned(), euros("40.00"))
    assert ended.tasks == ["charges-left"]


def test_a_day_to_come_is_not_claimed() -> None:
    """Interest is owed for days that have been."""
    story = given(a_case(owing="1000.00", due=DUE)).on(TODAY)
    tomorrow = claim_stated(story.case, TODAY + timedelta(days=2))
    assert "2026-11-24 is still to come" in story.when(tomorrow).then_refused("DayToCome").sentence


@pytest.mark.parametrize("on", [DUE, DUE - timedelta(days=30)])
def test_before_any_delay_nothing_is_claimed(on: date) -> None:
    """Not even where something has been claimed already: that stays as it is."""
    story = claimed()
    refusal = story.when(claim_stated(story.case, on, request="C-2")).then_refused("NothingToClaim")
    assert refusal.sentence.startswith(f"Nothing is owed on {on}")


def test_a_claim_says_up_to_which_day_it_was_counted() -> None:
    """The rate of 2027 is not published: what was counted ends with 2026."""
    stated = state_claim(claim(due_date=DUE), date(2027, 2, 1), TABLE)
    assert counted_until(stated) == date(2026, 12, 31)
    nothing = state_claim(claim(due_date=date(2027, 1, 10)), date(2027, 2, 1), TABLE)
    assert counted_until(nothing) == date(2027, 1, 11)
    assert counted_until(state_claim(claim(due_date=DUE), TODAY, TABLE)) == TODAY
