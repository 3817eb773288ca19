"""What else takes off a claim? Credit notes, small rests, and what somebody lets go."""

from __future__ import annotations

import pytest

from schemas.case import ClosingReason
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_hold,
    a_release,
    a_reopening,
    a_write_off,
    plan_with,
)
from tests.support.builders import (
    a_case,
    a_correction,
    a_payment,
    after_due,
    euros,
    performed,
)
from tests.support.given import given

TOLERANT = plan_with(small_remainder="1.00")


def test_credit_note_reduces_what_is_asked_for() -> None:
    """Credited 30 of 100: the next message asks for 70."""
    story = given(a_case()).when(a_credit_note("30.00")).then("CreditNoteIssued")
    assert (story.case.asked, story.case.credited) == (euros("70.00"), euros("30.00"))


def test_credit_notes_add_up() -> None:
    """Several credit notes are summed; the same number told twice is one (Lago L1)."""
    story = given(a_case()).when(a_credit_note("30.00")).then("CreditNoteIssued")
    story.when(a_credit_note("30.00")).then()
    story.when(a_credit_note("20.00")).then()
    story = story.when(a_credit_note("20.00", number="AV-2")).then("CreditNoteIssued")
    assert story.case.asked == euros("50.00")


def test_case_that_is_credited_whole_closes_as_credited() -> None:
    """Invoice less credit notes is nothing: no reminder any more (BC B11), and not "paid"."""
    story = given(a_case()).when(a_credit_note("100.00")).then("CreditNoteIssued", "CaseClosed")
    assert (story.case.closing, story.tasks) == (ClosingReason.CREDITED, [])


def test_case_that_is_paid_in_part_and_credited_for_the_rest_closes_as_paid() -> None:
    """Where any money came, the case counts as paid."""
    story = given(a_case()).when(a_payment("40.00")).then("PaymentReceived")
    story = story.when(a_credit_note("60.00")).then("CreditNoteIssued", "CaseClosed")
    assert story.case.closing is ClosingReason.PAID


def test_credit_beyond_what_is_owed_is_for_a_person() -> None:
    """80 of 100 paid, then 50 credited: the case ends, and 30 of the credit are somebody's task."""
    story = given(a_case()).when(a_payment("80.00")).then("PaymentReceived")
    story = story.when(a_credit_note("50.00")).then("CreditNoteIssued", "CaseClosed")
    assert story.tasks == ["unallocated-cash"]
    assert story.task("unallocated-cash").summary == "30.00 EUR of credit note AV-1 are left"


def test_credit_note_after_the_end_is_not_lost() -> None:
    """A paid case is credited afterwards: all of the credit is somebody's task."""
    story = given(a_case()).when(a_payment()).then("PaymentReceived", "CaseClosed")
    story = story.when(a_credit_note("100.00")).then("CreditNoteIssued")
    assert story.task("unallocated-cash").summary == "100.00 EUR of credit note AV-1 are left"
    assert story.case.closing is ClosingReason.PAID


def test_credit_note_may_bear_the_number_of_a_request() -> None:
    """People number as they like: a hold called AV-1 never hides the credit note AV-1."""
    story = given(a_case()).when(a_hold(request="AV-1")).then("HoldPlaced")
    story = story.when(a_credit_note("30.00")).then("CreditNoteIssued")
    assert story.case.asked == euros("70.00")


@pytest.mark.parametrize(("amount", "currency"), [("30.00", "USD"), ("0.00", "EUR"), ("-5", "EUR")])
def test_credit_note_that_makes_no_sense_is_for_a_person(amount: str, currency: str) -> None:
    """Another currency, or no amount: nothing is taken off, and a person looks, once."""
    note = a_credit_note(amount, currency=currency)
    story = given(a_case()).when(note).then("FactUnreadable")
    assert story.case.outstanding == euros("100.00")
    story.when(note).then()


@pytest.mark.parametrize("paid", ["99.00", "99.99"])
def test_small_rest_is_let_go_and_recorded(paid: str) -> None:
    """A rest of at most 1.00 gives no reminder (OCA O5): it is written off, and the case paid."""
    story = given(a_case(plan=TOLERANT)).when(a_payment(paid))
    closed = story.then("PaymentReceived", "WrittenOff", "CaseClosed").case
    assert closed.closing is ClosingReason.PAID
    assert closed.written_off == euros("100.00") - euros(paid)
    assert closed.outstanding == euros("0.00")


def test_rest_above_the_tolerance_is_asked_for() -> None:
    """A cent more than the tolerance is not small."""
    story = given(a_case(plan=TOLERANT)).when(a_payment("98.99")).then("PaymentReceived")
    assert story.case.asked == euros("1.01")


def test_without_tolerance_a_cent_is_a_cent() -> None:
    """Paid but for one cent: it goes on for the cent, until the creditor says otherwise."""
    story = given(a_case()).when(a_payment("99.99")).then("PaymentReceived")
    assert story.case.asked == euros("0.01")


def test_payment_of_a_cent_ends_nothing() -> None:
    """A cent off 100 is a cent (X11), whatever the tolerance."""
    story = given(a_case(plan=TOLERANT)).when(a_payment("0.01")).then("PaymentReceived")
    assert story.case.asked == euros("99.99")


def test_small_rest_of_a_credit_or_a_correction_is_let_go_too() -> None:
    """It is the rest that counts, not what left it."""
    credited = given(a_case(plan=TOLERANT)).when(a_credit_note("99.50"))
    closed = credited.then("CreditNoteIssued", "WrittenOff", "CaseClosed")
    assert closed.case.closing is ClosingReason.CREDITED
    story = given(a_case(plan=TOLERANT)).when(a_payment("60.00")).then("PaymentReceived")
    story.when(a_correction("60.50")).then("InvoiceCorrected", "WrittenOff", "CaseClosed")


def test_write_off_ends_the_case_and_says_how_much() -> None:
    """Of 100 with 30 paid, 70 are written off by a person; nothing is left to ask for."""
    story = given(a_case()).when(a_payment("30.00")).then("PaymentReceived")
    story = story.when(a_write_off()).then("WrittenOff", "CaseClosed")
    assert story.case.closing is ClosingReason.WRITTEN_OFF
    assert story.case.written_off == euros("70.00")
    story.on(after_due(90)).next_waits("CaseIsClosed")
    story.when(a_write_off("W-2")).then_refused("CaseIsClosed")


@pytest.mark.parametrize("level", [0, 1])
def test_write_off_is_a_persons_decision_at_any_level(level: int) -> None:
    """No plan writes off by itself, so none can do it too early (metasfresh M14)."""
    done = [performed("courtesy", after_due(3))][:level]
    story = given(a_case(), *done).when(a_write_off()).then("WrittenOff", "CaseClosed")
    assert story.case.level == level
    never = given(a_case()).lives_until(after_due(900))
    assert never.case.written_off is None


def test_write_off_of_a_contested_case_covers_the_contested_part() -> None:
    """What is let go is let go whole, whoever was right about it."""
    story = given(a_case()).when(a_dispute("30.00")).then("DisputeRaised")
    story = story.when(a_write_off()).then("WrittenOff", "CaseClosed")
    assert (story.case.written_off, story.case.disputes) == (euros("100.00"), ())


def test_money_after_a_write_off_is_nobodys_until_a_person_looks() -> None:
    """The debtor pays after all: the case stays closed, and the money is a task."""
    story = given(a_case()).when(a_write_off()).then("WrittenOff", "CaseClosed")
    story = story.when(a_payment()).then("PaymentReceived")
    assert (story.case.unallocated, story.tasks) == ((euros("100.00"),), ["unallocated-cash"])


def test_case_that_was_written_off_is_pursued_again() -> None:
    """The write-off is taken back: overdue at once, and for all of it (Kill Bill K3)."""
    done = performed("courtesy", after_due(3))
    story = given(a_case(), done).when(a_write_off()).then("WrittenOff", "CaseClosed")
    story = story.on(after_due(10), hour=14).when(a_reopening()).then("CaseReopened")
    story.next_is("reminder")
    assert (story.case.asked, story.case.written_off) == (euros("100.00"), None)


@pytest.mark.parametrize("end", ["paid", "credited"])
def test_case_without_a_debt_is_not_reopened(end: str) -> None:
    """Nothing is owed, so there is nothing to pursue."""
    fact = a_payment() if end == "paid" else a_credit_note("100.00")
    decision = given(a_case()).when(fact).decision
    assert isinstance(decision, tuple)
    given(a_case(), *decision).when(a_reopening()).then_refused("NothingOwed")


def test_exclusion_before_during_and_after() -> None:
    """Held before it was due it never starts; released it is overdue at once (Kill Bill K4)."""
    story = given(a_case()).when(a_hold()).then("HoldPlaced")
    assert story.lives_until(after_due(30)).history == []
    story = story.on(after_due(31)).when(a_release()).then("HoldReleased").next_is("courtesy")
    story = story.when(a_hold(request="H-2")).then("HoldPlaced").next_waits("OnHold")
    story.when(a_release(request="H-3")).then("HoldReleased").next_is("courtesy")
