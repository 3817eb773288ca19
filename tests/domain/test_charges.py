"""What becomes of interest and the fixed sum? Their own ledger, which nothing empties unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.case import ClosingReason, TaskKind
from schemas.commands import CompleteTask
from schemas.interest import WaivedPart
from schemas.pauses import StopKind
from schemas.requests import ClaimCharges, ReinstateCharges, StopContacts
from tests.support.asking import a_reversal, a_write_off, waive_charges
from tests.support.builders import DUE, a_case, a_payment, after_due, euros, performed
from tests.support.given import Given, given

CLAIMED = after_due(46)


def claim(
    interest: str = "12.34", indemnity: str = "40.00", *, request: str = "C-1"
) -> ClaimCharges:
    """Interest up to the day, and the fixed sum."""
    return ClaimCharges(
        command_id=request,
        by="claire",
        interest=euros(interest),
        indemnity=euros(indemnity),
        on=CLAIMED,
    )


def claimed() -> Given:
    """A hundred is owed, and 52.34 of charges are claimed beside it."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(CLAIMED)
    return story.when(claim()).then("ChargesClaimed")


def test_charges_are_never_added_to_the_invoice() -> None:
    """A hundred is owed before the claim and after it: that is what messages ask for."""
    story = claimed()
    assert (story.case.claim, story.case.outstanding) == (euros("100.00"), euros("100.00"))
    assert story.case.charges_owed == euros("52.34")


def test_what_is_claimed_twice_is_owed_once() -> None:
    """Interest is always the whole of it up to a day, and the fixed sum is due once an invoice."""
    story = claimed().when(claim("15.00", request="C-2")).then("ChargesClaimed")
    assert story.case.charges_owed == euros("55.00")
    story.when(claim("15.00", request="C-3")).then()
    less = story.when(claim("9.00", request="C-4")).then("ChargesClaimed")
    assert less.case.charges_owed == euros("49.00")


def test_the_invoice_is_paid_first_and_ends_the_case() -> None:
    """A hundred pays the invoice; the charges stay owed, and a person is asked about them."""
    paid = claimed().when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    assert paid.case.closing is ClosingReason.PAID
    assert paid.case.charges_owed == euros("52.34")
    assert paid.tasks == ["charges-left"]


def test_money_beyond_the_invoice_pays_the_charges() -> None:
    """152.34 pays the invoice and every cent beside it: nothing is left over, nobody is asked."""
    paid = claimed().when(a_payment("152.34")).then("PaymentReceived", "CaseClosed")
    assert paid.case.charges_owed == euros("0.00")
    assert paid.case.unallocated == ()
    assert paid.tasks == []


def test_money_beyond_both_is_left_over() -> None:
    """160 is 7.66 too much; a person decides about that."""
    paid = claimed().when(a_payment("160.00")).then("PaymentReceived", "CaseClosed")
    assert paid.case.unallocated == (euros("7.66"),)
    assert paid.tasks == ["unallocated-cash"]


def test_charges_are_paid_after_the_case_has_ended() -> None:
    """The invoice in March, the charges in April: the task about them leaves the list."""
    paid = claimed().when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    later = paid.when(a_payment("52.34", payment="P-2")).then("PaymentReceived")
    assert later.case.charges_owed == euros("0.00")
    assert (later.case.unallocated, later.tasks) == ((), [])


def test_charges_of_a_returned_payment_are_owed_again() -> None:
    """The debit is returned: the invoice and its charges are owed as before."""
    paid = claimed().when(a_payment("152.34", payment="P-1")).then("PaymentReceived", "CaseClosed")
    back = paid.when(a_reversal("P-1")).then("PaymentReversed", "CaseReopened")
    assert (back.case.outstanding, back.case.charges_owed) == (euros("100.00"), euros("52.34"))


def test_charges_paid_late_and_taken_back_are_a_task_again() -> None:
    """The invoice stays paid, the charges do not: the case stays closed and a person is told."""
    paid = claimed().when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    later = paid.when(a_payment("52.34", payment="P-2")).then("PaymentReceived")
    back = later.when(a_reversal("P-2")).then("PaymentReversed")
    assert back.case.is_closed
    assert back.case.charges_owed == euros("52.34")
    assert back.tasks == ["charges-left"]


def test_a_waiver_is_an_entry_of_its_own() -> None:
    """The interest is given up, the fixed sum is not; what was claimed stays on record."""
    story = claimed().when(waive_charges(WaivedPart.INTEREST)).then("ChargesWaived")
    assert story.case.charges_owed == euros("40.00")
    assert story.case.charges is not None
    assert story.case.charges.interest == euros("12.34")


def test_a_part_is_waived_from_the_interest_first() -> None:
    """Twenty of 52.34 are given up: all the interest, and 7.66 of the fixed sum."""
    story = claimed().when(waive_charges(amount="20.00")).then("ChargesWaived")
    assert story.case.charges is not None
    assert story.case.charges.indemnity_left == euros("32.34")
    story.when(waive_charges(amount="40.00", request="W-2")).then_refused("WaivedMoreThanOwed")


def test_a_waiver_can_be_taken_back() -> None:
    """Waived if paid at once, and it was not: the charges are claimed again."""
    story = claimed().when(waive_charges()).then("ChargesWaived")
    story.when(waive_charges(request="W-2")).then_refused("NoChargesOwed")
    again = story.when(ReinstateCharges(command_id="R-1", by="claire")).then("ChargesReinstated")
    assert again.case.charges_owed == euros("52.34")
    again.when(ReinstateCharges(command_id="R-2", by="claire")).then_refused("NothingWaived")


def test_charges_of_a_paid_invoice_are_waived_with_their_task() -> None:
    """Who answers the task with “waived” has waived them."""
    paid = claimed().when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    task = paid.task("charges-left").task_id
    answer = CompleteTask(command_id="T-1", by="claire", task_id=task, outcome="waived")
    done = paid.when(answer).then("TaskCompleted", "ChargesWaived")
    assert (done.case.charges_owed, done.tasks) == (euros("0.00"), [])


def test_no_charges_are_claimed_in_an_insolvency() -> None:
    """After the opening judgment they are declared to the administrator, not claimed."""
    stop = StopContacts(command_id="S-1", kind=StopKind.INSOLVENCY, on=DUE + timedelta(days=20))
    stopped = given(a_case()).when(stop).then("ContactsStopped")
    stopped.when(claim()).then_refused("NoChargesInInsolvency")


def test_nothing_due_is_nothing_to_claim() -> None:
    """A consumer owes no fixed sum, and no interest before the notice: nothing is claimed."""
    story = given(a_case()).on(CLAIMED)
    story.when(claim("0.00", "0.00")).then_refused("NothingToClaim")


def test_a_written_off_case_leaves_its_charges_to_a_person() -> None:
    """However a case ends, charges that were claimed do not end unseen."""
    ended = claimed().when(a_write_off()).then("WrittenOff", "CaseClosed")
    assert ended.case.charges_owed == euros("52.34")
    assert [task.kind for task in ended.case.tasks] == [TaskKind.CHARGES_LEFT]


def test_a_day_that_has_begun_somewhere_can_be_claimed() -> None:
    """At noon in London it is tomorrow in Kiribati; the day after tomorrow has begun nowhere."""
    story = given(a_case())
    noon = datetime(CLAIMED.year, CLAIMED.month, CLAIMED.day, 12, tzinfo=UTC)
    at_noon = Given(case=story.case, now=noon)
    tomorrow = claim().model_copy(update={"on": CLAIMED + timedelta(days=1)})
    at_noon.when(tomorrow).then("ChargesClaimed")
    after = tomorrow.model_copy(update={"on": CLAIMED + timedelta(days=2)})
    at_noon.when(after).then_refused("DayToCome")
