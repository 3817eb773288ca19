"""What if the bank takes money back? Exactly that payment is undone, and the case lives again."""

from __future__ import annotations

import pytest

from schemas.case import CaseState, ClosingReason
from schemas.pauses import StopKind
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_reversal,
    a_stop,
    a_write_off,
    for_the_debtor,
    plan_with,
)
from tests.support.builders import (
    a_cancellation,
    a_case,
    a_payment,
    after_due,
    euros,
    performed,
)
from tests.support.given import Given, given


def paid(amount: str = "100.00") -> Given:
    """Paid in full on the fourth day, after the first reminder, or whatever the story says."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    return story.when(a_payment(amount)).then("PaymentReceived", "CaseClosed")


def test_reversal_undoes_exactly_that_payment() -> None:
    """Of two payments of 30 the second is returned: the first one stands."""
    story = given(a_case()).when(a_payment("30.00", payment="P-1")).then("PaymentReceived")
    story = story.when(a_payment("30.00", payment="P-2")).then("PaymentReceived")
    story = story.when(a_reversal("P-2")).then("PaymentReversed")
    assert [one.payment_id for one in story.case.allocations] == ["P-1"]
    assert story.case.outstanding == euros("70.00")


def test_reversal_reopens_a_paid_case_where_it_was() -> None:
    """A direct debit comes back two months later: the case is open, at its next step (K1)."""
    story = paid().on(after_due(64)).when(a_reversal()).then("PaymentReversed", "CaseReopened")
    assert (story.case.state, story.case.closing) == (CaseState.OPEN, None)
    story.next_is("reminder", level=2)
    assert story.case.asked == euros("100.00")


def test_paying_again_after_a_return_closes_the_case_again() -> None:
    """Chargeback and its own reversal: a new payment clears, as often as it takes (K1)."""
    story = paid().when(a_reversal()).then("PaymentReversed", "CaseReopened")
    story = story.when(a_payment(payment="P-2")).then("PaymentReceived", "CaseClosed")
    story.when(a_reversal("P-2", request="V-2")).then("PaymentReversed", "CaseReopened")


def test_reversal_told_twice_is_one() -> None:
    """The same return told again, under the same or another id, changes nothing (X11)."""
    story = paid().when(a_reversal()).then("PaymentReversed", "CaseReopened")
    story.when(a_reversal()).then()
    story.when(a_reversal(request="V-2")).then()


def test_return_under_the_payments_own_id_is_no_repetition() -> None:
    """Banks quote the payment's number for its return: it is undone all the same, once."""
    story = paid().when(a_reversal("P-1", request="P-1")).then("PaymentReversed", "CaseReopened")
    story.when(a_reversal("P-1", request="P-1")).then()


def test_return_of_an_unknown_payment_is_for_a_person() -> None:
    """Nothing is undone on a guess; it is a task, once, and the case goes on."""
    story = given(a_case()).when(a_reversal("P-9")).then("FactUnreadable")
    assert story.tasks == ["unreadable-fact"]
    assert "P-9" in story.task("unreadable-fact").summary
    story.when(a_reversal("P-9")).then()
    assert story.case.outstanding == euros("100.00")


def test_payment_that_was_taken_back_never_counts_again() -> None:
    """The bank's file is read once more: the returned payment in it stays returned (X11)."""
    story = paid().when(a_reversal()).then("PaymentReversed", "CaseReopened")
    story.when(a_payment()).then()


def test_what_was_left_over_goes_with_the_payment() -> None:
    """Of 120 for 100, 20 were to be refunded; after the return nobody may refund them."""
    story = paid("120.00")
    assert (story.case.unallocated, story.tasks) == ((euros("20.00"),), ["unallocated-cash"])
    story = story.when(a_reversal()).then("PaymentReversed", "CaseReopened")
    assert (story.case.unallocated, story.tasks) == ((), [])


def test_other_money_that_was_left_over_stays() -> None:
    """Paid twice by mistake, one of the two returned: the task about the other one stays."""
    story = paid().when(a_payment("100.00", payment="P-2")).then("PaymentReceived")
    story = story.when(a_payment("100.00", payment="P-3")).then("PaymentReceived")
    story = story.when(a_reversal("P-3")).then("PaymentReversed")
    assert story.case.is_closed
    assert story.case.unallocated == (euros("100.00"),)
    assert "P-2" in story.task("unallocated-cash").summary
    assert story.tasks == ["unallocated-cash"]


def test_return_of_foreign_money_changes_no_claim() -> None:
    """Dollars that nobody had allocated go as they came."""
    story = given(a_case()).when(a_payment("50.00", currency="USD")).then("PaymentReceived")
    story = story.when(a_reversal()).then("PaymentReversed")
    assert (story.case.outstanding, story.case.unallocated) == (euros("100.00"), ())
    assert story.tasks == []


def test_return_asks_for_the_small_rest_again_too() -> None:
    """Paid but for 40 cents that were let go; with the payment gone, all of it is owed again."""
    case = a_case(plan=plan_with(small_remainder="1.00"))
    closed = given(case).when(a_payment("99.60"))
    story = closed.then("PaymentReceived", "WrittenOff", "CaseClosed")
    story = story.when(a_reversal()).then("PaymentReversed", "CaseReopened")
    assert story.case.asked == euros("100.00")


def test_return_on_a_credited_case_asks_for_what_credit_leaves() -> None:
    """40 paid and 60 credited, then the 40 come back: 40 are asked for."""
    story = given(a_case()).when(a_payment("40.00")).then("PaymentReceived")
    story = story.when(a_credit_note("60.00")).then("CreditNoteIssued", "CaseClosed")
    story = story.when(a_reversal()).then("PaymentReversed", "CaseReopened")
    assert story.case.asked == euros("40.00")


def test_return_that_a_concession_covers_reopens_nothing() -> None:
    """When credit notes have covered the claim since, a returned payment is not owed again."""
    story = given(a_case()).when(a_payment("40.00")).then("PaymentReceived")
    story = story.when(a_dispute()).then("DisputeRaised")
    story = story.when(for_the_debtor()).then("DisputeResolved", "CaseClosed")
    story = story.when(a_credit_note("100.00")).then("CreditNoteIssued")
    story = story.when(a_reversal()).then("PaymentReversed")
    assert story.case.is_closed


@pytest.mark.parametrize("end", ["cancelled", "written-off"])
def test_return_on_a_case_that_a_person_ended_is_for_a_person(end: str) -> None:
    """Who cancelled or wrote off decides whether to ask again; it is a task, not a silence."""
    story = given(a_case()).when(a_payment("40.00")).then("PaymentReceived")
    if end == "cancelled":
        story = story.when(a_cancellation()).then("CaseClosed")
    else:
        story = story.when(a_write_off()).then("WrittenOff", "CaseClosed")
    story = story.when(a_reversal()).then("PaymentReversed").next_waits("CaseIsClosed")
    assert story.tasks == ["decide"]
    assert story.task("decide").summary == (
        f"Taken back: 40.00 EUR is owed again, but the case is {end}"
    )


def test_return_during_a_referral_stays_with_the_agency() -> None:
    """The agency has the case; the amount it is owed for goes up again."""
    story = given(a_case()).lives_until(after_due(90))
    story = story.when(a_payment("40.00")).then("PaymentReceived")
    story = story.when(a_reversal()).then("PaymentReversed")
    assert story.case.state is CaseState.REFERRED
    assert story.case.outstanding == euros("100.00")


def test_reopened_case_still_respects_what_forbids_contact() -> None:
    """Insolvent, then paid, then the payment is contested by the administrator: no contact."""
    story = given(a_case()).when(a_stop(StopKind.INSOLVENCY)).then("ContactsStopped")
    story = story.when(a_payment()).then("PaymentReceived", "CaseClosed")
    story = story.when(a_reversal()).then("PaymentReversed", "CaseReopened")
    story.on(after_due(30)).next_waits("ContactsStopped")


def test_closed_case_is_closed_only_by_money_that_is_there() -> None:
    """After a return the closing is forgotten: the case is neither paid nor closed on any day."""
    story = paid().when(a_reversal()).then("PaymentReversed", "CaseReopened")
    assert story.case.closed_at is None
    assert story.case.closing is not ClosingReason.PAID
