"""What do payments and corrections do to a case? Money is counted once, and never lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.case import CaseState, ClosingReason
from schemas.money import Money
from tests.support.builders import (
    DUE,
    a_cancellation,
    a_case,
    a_correction,
    a_payment,
    after_due,
    euros,
    performed,
)
from tests.support.given import given

COURTESY = performed("courtesy", after_due(3))


def test_a_partial_payment_is_asked_for_less() -> None:
    """Of 100, 40 is paid: the next message asks for 60, and the ladder goes on (as X1)."""
    story = given(a_case(owing="100.00"), COURTESY).on(after_due(9))
    paid = story.when(a_payment("40.00")).then("PaymentReceived")
    assert paid.case.outstanding == euros("60.00")
    paid.on(after_due(10)).next_is("reminder", level=2)


def test_a_full_payment_ends_the_case() -> None:
    """Paid in full: the case ends as paid and nothing more is due (as T4)."""
    story = given(a_case(owing="100.00"), COURTESY).on(after_due(9))
    paid = story.when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    assert paid.case.closing is ClosingReason.PAID
    paid.on(after_due(50)).next_waits("CaseIsClosed")


def test_an_overpayment_ends_the_case_and_leaves_a_task() -> None:
    """Paid 130 for 100: the case ends, and a person sees the 30 that nobody asked for."""
    paid = given(a_case()).when(a_payment("130.00")).then("PaymentReceived", "CaseClosed")
    assert paid.case.unallocated == (euros("30.00"),)
    assert paid.tasks == ["unallocated-cash"]
    assert "30.00 EUR" in paid.task("unallocated-cash").summary


def test_several_payments_add_up() -> None:
    """Three payments of a third each end the case with the last one, to the cent."""
    story = given(a_case(owing="100.00"))
    story = story.when(a_payment("33.33", payment="P-1")).then("PaymentReceived")
    story = story.when(a_payment("33.33", payment="P-2")).then("PaymentReceived")
    story = story.when(a_payment("33.34", payment="P-3")).then("PaymentReceived", "CaseClosed")
    assert story.case.outstanding == euros("0.00")
    assert story.tasks == []


def test_one_cent_does_not_end_a_case() -> None:
    """A payment of one cent changes what is owed by one cent and nothing else (as X11)."""
    paid = given(a_case(owing="100.00")).when(a_payment("0.01")).then("PaymentReceived")
    assert paid.case.outstanding == euros("99.99")
    assert paid.case.state is CaseState.OPEN


def test_the_last_cent_is_still_owed() -> None:
    """All but one cent is paid: the case goes on."""
    paid = given(a_case(owing="100.00")).when(a_payment("99.99")).then("PaymentReceived")
    paid.on(after_due(3)).next_is("courtesy")


def test_a_payment_told_twice_counts_once() -> None:
    """The same payment id is the same money, whoever repeats it (as X11)."""
    paid = given(a_case(owing="100.00")).when(a_payment("40.00")).then("PaymentReceived")
    paid.when(a_payment("40.00")).then()
    closed = paid.when(a_payment("60.00", payment="P-2")).then("PaymentReceived", "CaseClosed")
    closed.when(a_payment("60.00", payment="P-2")).then()


def test_a_payment_counts_once_however_much_has_happened_since() -> None:
    """A payment repeated after hundreds of others is still recognised."""
    story = given(a_case(owing="1000.00"))
    for number in range(300):
        story = story.when(a_payment("1.00", payment=f"P-{number}")).then("PaymentReceived")
    story.when(a_payment("1.00", payment="P-0")).then()


def test_a_payment_counts_whatever_else_has_its_id() -> None:
    """Banks number as they like: the id of a correction or a botched payment hides no money."""
    story = given(a_case(owing="100.00"))
    story = story.when(a_correction("90.00", correction="1")).then("InvoiceCorrected")
    story = story.when(a_payment("40.00", payment="1")).then("PaymentReceived")
    story = story.when(a_payment("-50.00", payment="2")).then("FactUnreadable")
    story.when(a_payment("50.00", payment="2")).then("PaymentReceived", "CaseClosed")


def test_a_payment_in_another_currency_is_not_allocated() -> None:
    """Dollars do not take euros off a claim; a person looks, and dunning goes on (as L7)."""
    paid = given(a_case()).when(a_payment("100.00", currency="USD")).then("PaymentReceived")
    assert paid.case.outstanding == euros("100.00")
    assert paid.case.unallocated == (Money(amount=Decimal("100.00"), currency="USD"),)
    assert paid.tasks == ["unallocated-cash"]
    paid.on(after_due(3)).next_is("courtesy")


def test_a_payment_on_a_closed_case_is_recorded() -> None:
    """Money for a case that has ended is on record, unallocated, before a person (as X11)."""
    closed = given(a_case()).when(a_cancellation()).then("CaseClosed")
    paid = closed.when(a_payment("100.00")).then("PaymentReceived")
    assert paid.case.unallocated == (euros("100.00"),)
    assert paid.tasks == ["unallocated-cash"]
    assert paid.case.closing is ClosingReason.CANCELLED


@pytest.mark.parametrize("amount", ["0.00", "-50.00"])
def test_a_payment_of_nothing_or_less_is_for_a_person(amount: str) -> None:
    """A payment that would raise the debt is a mistake: noted, shown, and not booked."""
    story = given(a_case(owing="100.00")).when(a_payment(amount)).then("FactUnreadable")
    assert story.case.outstanding == euros("100.00")
    assert story.tasks == ["unreadable-fact"]
    story.when(a_payment(amount)).then()


def test_a_credit_takes_off_the_claim() -> None:
    """The ledger credits a part: the next message asks for what is left."""
    credited = given(a_case()).when(a_correction("70.00")).then("InvoiceCorrected")
    assert credited.case.outstanding == euros("70.00")


def test_a_credit_of_all_that_is_owed_ends_the_case() -> None:
    """Nothing left to pay after a credit note: no reminder any more (as E4, B11)."""
    story = given(a_case(owing="100.00")).when(a_payment("40.00")).then("PaymentReceived")
    ended = story.when(a_correction("40.00")).then("InvoiceCorrected", "CaseClosed")
    ended.on(after_due(10)).next_waits("CaseIsClosed")
    assert ended.tasks == []


def test_a_credit_below_what_was_paid_leaves_a_task() -> None:
    """Paid 80, then credited to 50: the case ends, and a person sees the 30 too much."""
    story = given(a_case(owing="100.00")).when(a_payment("80.00")).then("PaymentReceived")
    ended = story.when(a_correction("50.00")).then("InvoiceCorrected", "CaseClosed")
    assert ended.tasks == ["unallocated-cash"]
    assert "30.00 EUR" in ended.task("unallocated-cash").summary


def test_a_credit_after_the_end_leaves_a_task() -> None:
    """Paid, closed, then credited: the money that is now too much is before a person."""
    paid = given(a_case()).when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    credited = paid.when(a_correction("90.00")).then("InvoiceCorrected")
    assert "10.00 EUR" in credited.task("unallocated-cash").summary
    assert credited.case.is_closed


def test_a_claim_that_grows_after_it_was_paid_is_for_a_person() -> None:
    """Paid, closed, then corrected upwards: nobody dunns by themselves, but somebody is told."""
    paid = given(a_case()).when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    more = paid.when(a_correction("120.00")).then("InvoiceCorrected")
    assert "20.00 EUR is owed again" in more.task("decide").summary
    assert more.case.is_closed


def test_a_claim_that_grows_after_a_person_cancelled_is_nobodys_task() -> None:
    """A person has given the claim up, whatever its amount."""
    closed = given(a_case()).when(a_cancellation()).then("CaseClosed")
    assert closed.when(a_correction("120.00")).then("InvoiceCorrected").tasks == []


def test_a_correction_that_says_nothing_new_changes_nothing() -> None:
    """The ledger repeats what the case knows: nothing goes on record."""
    given(a_case(owing="100.00")).when(a_correction("100.00")).then()


def test_a_correction_told_twice_counts_once() -> None:
    """An older correction that is told again does not undo a newer one."""
    story = given(a_case()).when(a_correction("90.00")).then("InvoiceCorrected")
    story = story.when(a_correction("80.00", correction="C-2")).then("InvoiceCorrected")
    story.when(a_correction("90.00")).then()


def test_a_later_due_date_moves_what_is_to_come() -> None:
    """Later reminders count from the new due date; history keeps the old one (as B10)."""
    story = given(a_case(), COURTESY)
    moved = story.when(a_correction(due=date(2027, 2, 1))).then("InvoiceCorrected")
    assert moved.history == [("courtesy", after_due(3))]
    moved.next_waits("NextStepNotDue", until=date(2027, 2, 11))


@pytest.mark.parametrize(
    ("amount", "currency", "due"),
    [
        ("100.00", "USD", DUE),
        ("-100.00", "EUR", DUE),
        ("100.00", "EUR", date(9999, 12, 31)),
        ("100.00", "EUR", date(1, 1, 1)),
    ],
)
def test_a_correction_that_makes_no_sense_is_for_a_person(
    amount: str, currency: str, due: date
) -> None:
    """Another currency, less than nothing, a date out of this world: noted, shown, not believed."""
    correction = a_correction(amount, currency=currency, due=due)
    story = given(a_case()).when(correction).then("FactUnreadable")
    assert story.tasks == ["unreadable-fact"]
    assert (story.case.claim, story.case.due_date) == (euros("100.00"), DUE)
    story.next_waits("NextStepNotDue", until=after_due(3))
