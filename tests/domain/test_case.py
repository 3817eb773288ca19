"""What may happen to a case? Steps, requests and ends, as the business would sign it."""

from __future__ import annotations

import pytest

from domain.case import evolve, fold
from schemas.case import CaseState, ClosingReason, StepOutcome
from schemas.commands import NoteUnreadableFact
from schemas.plan import Channel
from tests.support.builders import (
    a_cancellation,
    a_case,
    a_correction,
    a_payment,
    after_due,
    an_opening,
    an_outcome,
    euros,
    failed,
    performed,
)
from tests.support.given import given

COURTESY = performed("courtesy", after_due(3))
REMINDER = performed("reminder", after_due(10))


def test_a_case_opens_with_its_whole_claim_owed() -> None:
    """A case begins open, on the bottom of the ladder, with all of its claim outstanding."""
    case = fold([an_opening(owing="100.00")])
    assert (case.state, case.level, case.version) == (CaseState.OPEN, 0, 1)
    assert case.outstanding == case.claim == euros("100.00")


def test_a_stream_begins_with_its_opening() -> None:
    """A stream that lacks its first event is no case, and says so."""
    with pytest.raises(ValueError, match="begins with CaseOpened"):
        fold([COURTESY])
    with pytest.raises(ValueError, match="begins with CaseOpened"):
        fold([])


def test_a_step_performed_raises_the_level() -> None:
    """A reminder that reached the debtor is one rung up; one that nobody is sure of counts too."""
    story = given(a_case(), COURTESY, performed("reminder", after_due(10), unknown=True))
    assert story.case.level == 2
    assert [step.outcome for step in story.case.steps] == [
        StepOutcome.PERFORMED,
        StepOutcome.UNKNOWN,
    ]
    assert story.tasks == ["delivery-unknown"]


def test_a_failed_step_is_a_task_and_no_contact() -> None:
    """A step that could not be sent opens a task; the contact does not count (as X13)."""
    story = given(a_case(), failed("courtesy", after_due(3)))
    assert story.case.level == 0
    assert story.tasks == ["delivery-failed"]
    assert "no e-mail address" in story.task("delivery-failed").summary


def test_a_failed_step_is_given_back() -> None:
    """Its cause mended, a failed step is tried again as a second cycle, not skipped."""
    story = given(a_case(), failed("courtesy", after_due(3))).on(after_due(4))
    task = story.task("delivery-failed").task_id
    again = story.when(an_outcome(task, "try-again")).then("TaskCompleted", "StepGivenBack")
    again.next_is("courtesy", level=1, cycle=2)
    assert again.tasks == []


def test_a_failed_step_may_be_left() -> None:
    """A person may leave a failed step; the ladder goes on with the next one."""
    story = given(a_case(), failed("courtesy", after_due(3))).on(after_due(4))
    task = story.task("delivery-failed").task_id
    left = story.when(an_outcome(task, "leave")).then("TaskCompleted")
    left.next_waits("NextStepNotDue", until=after_due(10))


def test_an_overtaken_step_is_not_given_back() -> None:
    """Once the second reminder has left, the first is not sent after it."""
    story = given(a_case(), failed("courtesy", after_due(3)), REMINDER)
    task = story.task("delivery-failed").task_id
    refusal = story.when(an_outcome(task, "try-again")).then_refused("LaterStepDone")
    assert "'courtesy'" in refusal.sentence
    assert "'reminder'" in refusal.sentence


def test_a_step_that_may_have_left_is_given_back() -> None:
    """Nobody knows whether a mail left; the debtor says no, so it is sent again."""
    unknown = performed("courtesy", after_due(3), unknown=True)
    story = given(a_case(), unknown).on(after_due(4))
    task = story.task("delivery-unknown").task_id
    again = story.when(an_outcome(task, "try-again")).then("TaskCompleted", "StepGivenBack")
    again.next_is("courtesy", cycle=2)
    assert again.case.level == 0


def test_a_step_is_given_back_when_the_later_one_failed_too() -> None:
    """Nothing has reached the debtor yet, so the first step is sent first, and at once."""
    story = given(a_case(), failed("courtesy", after_due(3)), failed("reminder", after_due(14)))
    task = story.case.tasks[0].task_id
    again = story.when(an_outcome(task, "try-again")).then("TaskCompleted", "StepGivenBack")
    again.next_is("courtesy", cycle=2)


def test_a_step_of_a_referred_case_is_not_given_back() -> None:
    """A case that the agency has is not reminded again by us; what failed is off the list."""
    story = given(
        a_case(),
        failed("firm", after_due(30)),
        performed("formal-notice", after_due(45), channel=Channel.LETTER, unknown=True),
    )
    referred = story.lives_until(after_due(70))
    assert referred.case.state is CaseState.REFERRED
    assert referred.tasks == ["delivery-unknown", "hand-over"]
    task = referred.task("delivery-unknown").task_id
    referred.when(an_outcome(task, "try-again")).then_refused("CaseIsNotPursued")


def test_a_step_that_left_the_plan_is_not_tried_again() -> None:
    """A plan that does not have the step could never take it; the refusal says what to answer."""
    story = given(a_case(), failed("older-step", after_due(3)))
    task = story.task("delivery-failed").task_id
    refusal = story.when(an_outcome(task, "try-again")).then_refused("StepNotInPlan")
    assert "'leave'" in refusal.sentence
    story.when(an_outcome(task, "leave")).then("TaskCompleted")


def test_a_person_cancels_a_case() -> None:
    """A cancelled case ends with its reason; its calls and deliveries wait for nobody."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), COURTESY, REMINDER, call)
    assert story.tasks == ["call"]
    closed = story.when(a_cancellation()).then("CaseClosed")
    assert (closed.case.closing, closed.tasks) == (ClosingReason.CANCELLED, [])


def test_a_closed_case_is_not_cancelled() -> None:
    """What has ended cannot be cancelled; the refusal says how it ended."""
    paid = given(a_case()).when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    assert "paid" in paid.when(a_cancellation()).then_refused("CaseIsClosed").sentence


def test_a_double_click_is_one_command() -> None:
    """The same request twice is answered as done, not as refused."""
    closed = given(a_case()).when(a_cancellation()).then("CaseClosed")
    closed.when(a_cancellation()).then()
    closed.when(a_cancellation("X-2")).then_refused("CaseIsClosed")


def test_a_call_ends_with_what_was_said() -> None:
    """A call is done when somebody says what came of it; the ladder goes on."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), COURTESY, REMINDER, call)
    task = story.task("call").task_id
    done = story.when(an_outcome(task, "reached")).then("TaskCompleted")
    assert done.tasks == []
    done.next_waits("NextStepNotDue", until=after_due(30))


def test_a_call_does_not_end_with_nonsense() -> None:
    """An outcome that a call cannot have is refused with those it can have."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), call)
    refusal = story.when(an_outcome(story.task("call").task_id, "try-again")).then_refused(
        "OutcomeUnknown"
    )
    assert "voicemail" in refusal.sentence


def test_a_task_is_done_once() -> None:
    """A task that is done, or never was, cannot be done."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), call)
    task = story.task("call").task_id
    done = story.when(an_outcome(task, "reached")).then("TaskCompleted")
    done.when(an_outcome(task, "reached", request="T-2")).then_refused("TaskIsNotOpen")
    done.when(an_outcome("zzzzzzzz", "reached", request="T-3")).then_refused("TaskIsNotOpen")


def test_an_exhausted_case_still_takes_payments() -> None:
    """After the last step a person decides; money that comes still ends the case."""
    story = given(a_case(), *(failed(s.name, after_due(s.day)) for s in a_case().plan.steps))
    exhausted = story.next_records("PlanExhausted")
    assert exhausted.case.state is CaseState.EXHAUSTED
    exhausted.next_waits("PlanIsExhausted")
    paid = exhausted.when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    assert paid.tasks == []


def test_a_step_given_back_wakes_an_exhausted_case() -> None:
    """The plan is no longer at its end, so nobody is asked to decide; later they are, once."""
    steps = a_case().plan.steps
    story = given(a_case(), *(failed(s.name, after_due(s.day)) for s in steps))
    exhausted = story.next_records("PlanExhausted")
    task = exhausted.task("delivery-failed").task_id
    back = exhausted.when(an_outcome(task, "try-again")).then("TaskCompleted", "StepGivenBack")
    assert back.case.state is CaseState.OPEN
    assert "decide" not in back.tasks
    again = given(back.case, failed(steps[-1].name, after_due(62), cycle=2))
    assert again.next_records("PlanExhausted").tasks.count("decide") == 1


def test_a_referred_case_sends_nothing() -> None:
    """After the hand-over our own contacts stop, whatever the calendar says."""
    referred = given(a_case()).lives_until(after_due(400))
    assert referred.case.state is CaseState.REFERRED
    referred.next_waits("CaseIsReferred")
    assert "hand-over" in referred.tasks


def test_a_payment_ends_a_referred_case() -> None:
    """Money that comes to us while the agency has the case still ends it: it was recovered."""
    referred = given(a_case()).lives_until(after_due(70))
    part = referred.when(a_payment("40.00")).then("PaymentReceived")
    part.next_waits("CaseIsReferred")
    paid = part.when(a_payment("60.00", payment="P-2")).then("PaymentReceived", "CaseClosed")
    assert paid.case.closing is ClosingReason.RECOVERED


def test_a_referred_case_that_is_credited_closes() -> None:
    """A referred case of which nothing is owed any more ends like any other."""
    referred = given(a_case()).lives_until(after_due(70))
    referred.when(a_correction("0.00")).then("InvoiceCorrected", "CaseClosed")


def test_what_cannot_be_read_becomes_a_task() -> None:
    """Something was said that nobody could read: it is on record, and a person looks."""
    fact = NoteUnreadableFact(command_id="U-1", name="bounce", problem="no such signal")
    story = given(a_case()).when(fact).then("FactUnreadable")
    assert story.tasks == ["unreadable-fact"]
    closed = story.when(a_cancellation()).then("CaseClosed")
    assert closed.tasks == ["unreadable-fact"]


def test_a_second_opening_changes_nothing() -> None:
    """Whatever stands in a stream can be folded, even a second opening."""
    case = a_case()
    after = evolve(case, an_opening(owing="999.00"))
    assert after == case.model_copy(update={"version": 2})
