"""What does a dispute stop, and what not? Only what is contested, until it is decided."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.next_action import next_action
from schemas.actions import PerformStep, Wait
from schemas.case import CaseState, ClosingReason
from schemas.pauses import DisputeReason
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_hold,
    a_promise,
    for_the_creditor,
    for_the_debtor,
    plan_with,
)
from tests.support.builders import (
    DUE,
    a_case,
    a_correction,
    a_payment,
    after_due,
    euros,
    paris,
    performed,
)
from tests.support.given import given, taken


def test_invoice_contested_whole_waits() -> None:
    """While everything is contested nothing is sent, however many days pass (metasfresh M3)."""
    story = given(a_case()).on(after_due(2)).when(a_dispute()).then("DisputeRaised")
    assert story.lives_until(after_due(200)).history == []
    story.on(after_due(200)).next_waits("Disputed")
    assert (story.case.disputed, story.case.asked) == (euros("100.00"), euros("0.00"))


def test_rest_of_an_invoice_contested_in_part_goes_on() -> None:
    """Of 100 with 30 contested, the ladder goes on and every message asks for 70."""
    story = given(a_case()).on(after_due(2)).when(a_dispute("30.00")).then("DisputeRaised")
    story.on(after_due(3)).next_is("courtesy", level=1)
    action = next_action(story.case, paris(after_due(3)))
    assert isinstance(action, PerformStep)
    (event,) = taken(story.case, action, paris(after_due(3)))
    assert getattr(event, "asked", None) == euros("70.00")
    lived = story.lives_until(after_due(90))
    assert [step for step, _ in lived.history][:3] == ["courtesy", "reminder", "call"]


def test_uncontested_part_that_is_paid_leaves_a_case_in_dispute() -> None:
    """Once the 70 that nobody contests are paid, the 30 contested wait: nothing is asked for."""
    story = given(a_case()).when(a_dispute("30.00")).then("DisputeRaised")
    story = story.when(a_payment("70.00")).then("PaymentReceived")
    story.on(after_due(20)).next_waits("Disputed")


@pytest.mark.parametrize("reason", list(DisputeReason))
def test_every_reason_to_contest_is_kept(reason: DisputeReason) -> None:
    """Why the debtor contests, and who decides it, stay on record; by default who wrote it down."""
    story = given(a_case()).when(a_dispute("1.00", reason=reason)).then("DisputeRaised")
    (dispute,) = story.case.disputes
    assert (dispute.reason, dispute.owner) == (reason, "claire")


@pytest.mark.parametrize("amount", ["100.01", "0.00", "-5.00"])
def test_nobody_contests_more_than_is_asked_for(amount: str) -> None:
    """A contested amount lies above nothing and goes no higher than what is asked for."""
    given(a_case()).when(a_dispute(amount)).then_refused("DisputeMoreThanAsked")


def test_nothing_can_be_contested_twice() -> None:
    """After 60 of 100 only 40 are left to contest, and after those nothing."""
    story = given(a_case()).when(a_dispute("60.00")).then("DisputeRaised")
    story.when(a_dispute("40.01", request="D-2")).then_refused("DisputeMoreThanAsked")
    story = story.when(a_dispute("40.00", request="D-2")).then("DisputeRaised")
    story.when(a_dispute(request="D-3")).then_refused("NothingAsked")


def test_one_of_several_disputes_must_be_named() -> None:
    """With two disputes open, deciding "the dispute" is refused; both are named, and the way on."""
    story = given(a_case()).when(a_dispute("60.00")).then("DisputeRaised")
    story = story.when(a_dispute("40.00", request="D-2")).then("DisputeRaised")
    refusal = story.when(for_the_creditor()).then_refused("DisputeUnknown")
    for told in ("D-1 (60.00 EUR, damaged)", "D-2 (40.00 EUR", "--dispute", "--all"):
        assert told in refusal.sentence
    story = story.when(for_the_creditor("D-2")).then("DisputeResolved")
    assert story.case.asked == euros("40.00")


def test_a_dispute_may_be_named_by_how_its_id_begins() -> None:
    """What fits one dispute alone names it; what fits two, or none, is refused."""
    story = given(a_case()).when(a_dispute("60.00", request="job-5a/F-1")).then("DisputeRaised")
    story = story.when(a_dispute("40.00", request="job-5f/F-1")).then("DisputeRaised")
    story.when(for_the_creditor("job-5")).then_refused("DisputeUnknown")
    story.when(for_the_creditor("job-6")).then_refused("DisputeUnknown")
    story = story.when(for_the_creditor("job-5f")).then("DisputeResolved")
    assert [one.dispute_id for one in story.case.disputes] == ["job-5a/F-1"]


def test_all_disputes_of_a_case_are_decided_at_once() -> None:
    """For the debtor both parts leave the claim and end it; for the creditor both are asked for."""
    story = given(a_case()).when(a_dispute("60.00")).then("DisputeRaised")
    story = story.when(a_dispute("40.00", request="D-2")).then("DisputeRaised")
    conceded = story.when(for_the_debtor(every=True))
    ended = conceded.then("DisputeResolved", "DisputeResolved", "CaseClosed")
    assert (ended.case.outstanding, ended.case.disputes) == (euros("0.00"), ())
    asked = story.when(for_the_creditor(every=True)).then("DisputeResolved", "DisputeResolved")
    assert asked.case.asked == euros("100.00")
    asked.when(for_the_creditor(every=True, request="again")).then_refused("DisputeUnknown")


def test_owner_of_an_overdue_dispute_is_reminded_once() -> None:
    """At its deadline the owner gets one task; it goes when the dispute is decided."""
    deadline = paris(after_due(10))
    story = given(a_case()).when(a_dispute(deadline=deadline, owner="sales")).then("DisputeRaised")
    assert story.next_moment == deadline
    late = story.on(after_due(10)).next_records("DisputeOverdue")
    assert "it is with sales" in late.task("dispute-overdue").summary
    assert late.lives_until(after_due(200)).tasks == ["dispute-overdue"]
    assert late.when(for_the_creditor()).then("DisputeResolved").tasks == []


@pytest.mark.parametrize("also", ["hold", "promise", "ladder"])
def test_owner_is_reminded_whatever_else_waits(also: str) -> None:
    """A hold, a promise or a ladder that goes on never hides a dispute that is overdue."""
    deadline = paris(after_due(2), hour=15)
    story = given(a_case()).when(a_dispute("30.00", deadline=deadline)).then("DisputeRaised")
    if also == "hold":
        story = story.when(a_hold()).then("HoldPlaced")
    elif also == "promise":
        story = story.when(a_promise(on=after_due(20))).then("PromiseMade")
    assert story.next_moment == deadline
    assert story.on(after_due(3)).next_records("DisputeOverdue").tasks == ["dispute-overdue"]


def test_part_decided_for_the_debtor_leaves_the_claim() -> None:
    """The 30 conceded are asked for no more, though their credit note has still to come."""
    story = given(a_case()).when(a_dispute("30.00")).then("DisputeRaised")
    story = story.when(for_the_debtor()).then("DisputeResolved")
    assert (story.case.outstanding, story.case.asked) == (euros("70.00"), euros("70.00"))


def test_credit_note_that_was_expected_is_not_taken_twice() -> None:
    """The credit note of 30 for the 30 conceded changes nothing; one of 50 takes 20 more."""
    story = given(a_case()).when(a_dispute("30.00")).then("DisputeRaised")
    story = story.when(for_the_debtor()).then("DisputeResolved")
    exact = story.when(a_credit_note("30.00")).then("CreditNoteIssued")
    assert (exact.case.outstanding, exact.case.expected_credit) == (euros("70.00"), None)
    part = story.when(a_credit_note("10.00")).then("CreditNoteIssued")
    assert (part.case.outstanding, part.case.expected_credit) == (euros("70.00"), euros("20.00"))
    more = story.when(a_credit_note("50.00")).then("CreditNoteIssued")
    assert more.case.outstanding == euros("50.00")


def test_whole_invoice_decided_for_the_debtor_is_credited() -> None:
    """When the debtor is right about everything the case ends at once, as credited."""
    story = given(a_case()).when(a_dispute()).then("DisputeRaised")
    story = story.when(for_the_debtor()).then("DisputeResolved", "CaseClosed")
    assert story.case.closing is ClosingReason.CREDITED
    after = story.when(a_credit_note("100.00")).then("CreditNoteIssued")
    assert after.tasks == []


def test_dispute_decided_for_the_creditor_is_asked_for_again() -> None:
    """Without grace the ladder goes on at once with all of the claim."""
    done = performed("courtesy", after_due(3))
    story = given(a_case(), done).on(after_due(4)).when(a_dispute()).then("DisputeRaised")
    story = story.on(after_due(11)).when(for_the_creditor()).then("DisputeResolved")
    story.next_is("reminder")
    assert story.case.asked == euros("100.00")


def test_grace_after_a_dispute_passes_by_itself() -> None:
    """With seven days of grace nothing leaves for seven days; then the ladder goes on."""
    done = performed("courtesy", after_due(3))
    story = given(a_case(), done).on(after_due(4)).when(a_dispute()).then("DisputeRaised")
    graced = (
        story.on(after_due(11))
        .when(for_the_creditor(grace=7))
        .then("DisputeResolved", "HoldPlaced")
    )
    graced.next_waits("OnHold", until=after_due(18))
    woken = graced.on(after_due(18), hour=13).next_records("HoldReleased")
    woken.next_is("reminder")


def test_grace_never_shortens_a_hold_and_is_never_shortened_by_one() -> None:
    """Of a hold and a grace, whichever lasts longer counts."""
    story = given(a_case()).when(a_dispute()).then("DisputeRaised")
    brief = story.when(a_hold(story.now + timedelta(days=2))).then("HoldPlaced")
    brief = brief.when(for_the_creditor(grace=7)).then("DisputeResolved", "HoldPlaced")
    assert brief.case.hold is not None
    assert brief.case.hold.until == brief.now + timedelta(days=7)
    for until in (None, story.now + timedelta(days=30)):
        long = story.when(a_hold(until)).then("HoldPlaced")
        long = long.when(for_the_creditor(grace=7)).then("DisputeResolved")
        assert long.case.hold is not None
        assert long.case.hold.until == until


def test_promise_never_lifts_a_dispute() -> None:
    """A promise for what is not contested leaves the contested part contested (AIP, X5)."""
    story = given(a_case()).when(a_dispute("60.00")).then("DisputeRaised")
    story.when(a_promise("40.01", on=after_due(5))).then_refused("PromiseMoreThanAsked")
    story = story.when(a_promise(on=after_due(5))).then("PromiseMade")
    assert (story.case.disputed, story.case.asked) == (euros("60.00"), euros("40.00"))
    story = story.on(after_due(5)).when(a_payment("40.00")).then("PaymentReceived", "PromiseKept")
    story.on(after_due(40)).next_waits("Disputed")
    whole = given(a_case()).when(a_dispute()).then("DisputeRaised")
    whole.when(a_promise(on=after_due(5))).then_refused("NothingAsked")


def test_end_of_a_case_ends_its_disputes() -> None:
    """A payment in full closes a contested case; no reminder of its dispute is left behind."""
    deadline = paris(after_due(2))
    story = given(a_case()).when(a_dispute(deadline=deadline)).then("DisputeRaised")
    story = story.on(after_due(3)).next_records("DisputeOverdue")
    story = story.when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    assert (story.case.disputes, story.tasks) == ((), [])
    story.when(for_the_creditor()).then_refused("DisputeUnknown")
    story.when(a_dispute(request="D-9")).then_refused("CaseIsClosed")


def test_deciding_a_part_never_restarts_a_ladder_that_has_gone_on() -> None:
    """Only a case that waited as a whole resumes by its plan: a part contested paused nothing."""
    case = a_case(plan=plan_with(resume="restart"))
    done = performed("courtesy", after_due(3))
    story = given(case, done).when(a_dispute("30.00")).then("DisputeRaised")
    story.when(for_the_creditor()).then("DisputeResolved")
    story.when(for_the_debtor()).then("DisputeResolved")


def test_dispute_of_a_referred_case_still_reminds_its_owner() -> None:
    """While the agency has the case, our own people still decide what is contested in time."""
    story = given(a_case()).lives_until(after_due(90))
    assert story.case.state is CaseState.REFERRED
    deadline = paris(after_due(100))
    told = story.on(after_due(95)).when(a_dispute("30.00", deadline=deadline))
    story = told.then("DisputeRaised").next_waits("CaseIsReferred", until=after_due(100))
    story.on(after_due(101)).next_records("DisputeOverdue").next_waits("CaseIsReferred")


def test_dispute_before_the_due_date_waits_too() -> None:
    """Who contests before anything was due is not dunned on the day it is due."""
    story = given(a_case(opened_at=paris(DUE - timedelta(days=5)))).when(a_dispute())
    action = next_action(story.then("DisputeRaised").case, paris(after_due(30)))
    assert isinstance(action, Wait)


def test_a_corrected_invoice_takes_what_was_conceded_once() -> None:
    """40 of 100 were conceded and the ledger then writes 60: 60 is owed, not 20."""
    story = given(a_case()).when(a_dispute("40.00")).then("DisputeRaised")
    story = story.when(for_the_debtor()).then("DisputeResolved")
    assert story.case.outstanding == euros("60.00")
    story = story.when(a_correction("60.00")).then("InvoiceCorrected")
    assert (story.case.outstanding, story.case.expected_credit) == (euros("60.00"), None)
    late = story.when(a_credit_note("10.00")).then("CreditNoteIssued")
    assert late.case.outstanding == euros("50.00")


def test_a_larger_correction_takes_the_rest_off_the_claim() -> None:
    """40 were conceded, the invoice falls by 50: ten more are off, and no credit is awaited."""
    story = given(a_case()).when(a_dispute("40.00")).then("DisputeRaised")
    story = story.when(for_the_debtor()).then("DisputeResolved")
    smaller = story.when(a_correction("75.00")).then("InvoiceCorrected")
    assert smaller.case.outstanding == euros("60.00")
    assert smaller.case.expected_credit == euros("15.00")
    larger = story.when(a_correction("50.00")).then("InvoiceCorrected")
    assert (larger.case.outstanding, larger.case.expected_credit) == (euros("50.00"), None)
