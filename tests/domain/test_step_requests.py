"""What may people do to the steps? Pass one over, hurry one, take one back; in order, on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.ladder import cycle_of
from schemas.case import CaseState
from schemas.plan import Channel
from tests.support.asking import (
    a_hold,
    a_recall,
    a_release,
    a_reopening,
    a_skip,
    an_undo,
    do_now,
    plan_with,
)
from tests.support.builders import (
    LADDER,
    a_cancellation,
    a_case,
    a_payment,
    a_plan,
    after_due,
    an_outcome,
    failed,
    performed,
)
from tests.support.given import given

COURTESY = performed("courtesy", after_due(3))
REMINDER = performed("reminder", after_due(10))


def test_skipped_step_is_passed_over_and_the_next_keeps_its_day() -> None:
    """The debtor has just called: the first reminder is skipped, the second leaves on its day."""
    story = given(a_case()).on(after_due(2)).when(a_skip("courtesy")).then("StepSkipped")
    story.next_waits("NextStepNotDue", until=after_due(10))
    assert story.case.level == 0


def test_every_step_may_be_skipped_one_after_the_other() -> None:
    """After the last of them the plan is exhausted, and a person decides."""
    story = given(a_case()).on(after_due(2))
    for name, _, _ in LADDER:
        story = story.when(a_skip(request=f"S-{name}")).then("StepSkipped")
    story.when(a_skip(request="S-more")).then_refused("NoStepLeft")
    assert story.next_records("PlanExhausted").tasks == ["decide"]


@pytest.mark.parametrize("command", [a_skip("reminder"), do_now("reminder")])
def test_only_the_next_step_is_skipped_or_hurried(command: object) -> None:
    """No step is overtaken: who names another than the next is told which one is."""
    story = given(a_case()).on(after_due(2))
    assert isinstance(command, type(a_skip()) | type(do_now()))
    refusal = story.when(command).then_refused("StepIsNotNext")
    assert "'courtesy'" in refusal.sentence


def test_step_done_now_need_not_wait_for_its_day() -> None:
    """On the fourth day the second reminder is wanted, and leaves; the third keeps its day."""
    story = given(a_case(), COURTESY).on(after_due(4)).when(do_now()).then("StepBroughtForward")
    lived = story.next_is("reminder", level=2).lives_until(after_due(15))
    assert lived.history[1:] == [("reminder", after_due(4)), ("call", after_due(15))]
    assert lived.case.brought_forward == ""


def test_step_done_now_keeps_contact_hours() -> None:
    """Wanted on a Saturday, or at night: it leaves on Monday."""
    story = given(a_case(), COURTESY).on(after_due(5)).when(do_now()).then("StepBroughtForward")
    story.next_waits("OutsideContactHours", until=after_due(7))
    assert story.lives_until(after_due(8)).history[-1] == ("reminder", after_due(7))


def test_step_done_now_keeps_to_pauses() -> None:
    """On hold, nothing is hurried past the hold; afterwards it leaves at once."""
    story = given(a_case(), COURTESY).on(after_due(4)).when(a_hold()).then("HoldPlaced")
    story = story.when(do_now()).then("StepBroughtForward").next_waits("OnHold")
    story.when(a_release()).then("HoldReleased").next_is("reminder")


def test_only_the_step_that_was_wanted_is_hurried() -> None:
    """Skipping it, or doing it, hurries nothing else."""
    story = given(a_case()).on(after_due(1)).when(do_now()).then("StepBroughtForward")
    story = story.when(a_skip()).then("StepSkipped")
    story.next_waits("NextStepNotDue", until=after_due(10))


def test_undo_takes_back_the_last_step_and_only_that() -> None:
    """Two were sent: the second is taken back first, then the first, then none (BC B23)."""
    story = given(a_case(), COURTESY, REMINDER)
    assert story.case.level == 2
    refusal = story.when(an_undo("courtesy")).then_refused("StepIsNotLast")
    assert "'reminder'" in refusal.sentence
    story = story.when(an_undo("reminder")).then("StepUndone")
    assert story.case.level == 1
    story = story.when(an_undo(request="B-2")).then("StepUndone")
    assert story.case.level == 0
    story.when(an_undo(request="B-3")).then_refused("NothingToUndo")
    assert story.case.level == 0


def test_step_that_was_taken_back_can_be_done_again() -> None:
    """After the undo the same step leaves again, as a new contact, at the plan's distance (BC B23).

    What a person takes back does not leave once more in the same minute.
    """
    story = given(a_case(), COURTESY, REMINDER).when(an_undo()).then("StepUndone")
    story.next_waits("NextStepNotDue", until=after_due(17))
    story.on(after_due(17)).next_is("reminder", level=2, cycle=2)
    hurried = story.when(do_now("reminder")).then("StepBroughtForward")
    hurried.next_is("reminder", level=2, cycle=2)


def test_first_step_that_was_taken_back_waits_as_long_as_the_second_would() -> None:
    """No step lies before it: the distance to the one after it counts, seven days."""
    story = given(a_case(), COURTESY).when(an_undo()).then("StepUndone")
    story.next_waits("NextStepNotDue", until=after_due(10))


def test_steps_of_one_day_wait_a_day_when_one_is_taken_back() -> None:
    """The plan puts both on one day; what was taken back still waits for the next one."""
    both = a_plan(("mail", 3, Channel.EMAIL), ("call", 3, Channel.PHONE))
    done = (performed("mail", after_due(3)), performed("call", after_due(3), channel=Channel.PHONE))
    story = given(a_case(plan=both), *done).when(an_undo()).then("StepUndone")
    story.next_waits("NextStepNotDue", until=after_due(4))


def test_undo_told_twice_is_one() -> None:
    """A double click takes one step back, not two (BC B23)."""
    story = given(a_case(), COURTESY, REMINDER).when(an_undo()).then("StepUndone")
    story.when(an_undo()).then()


def test_undo_ends_what_the_step_had_asked_of_people() -> None:
    """The call was entered by mistake: its task goes, and comes back with the new call."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), COURTESY, REMINDER, call)
    assert story.tasks == ["call"]
    story = story.when(an_undo()).then("StepUndone")
    assert story.tasks == []


def test_undo_lets_an_exhausted_plan_go_on() -> None:
    """With a step to take again there is nothing to decide."""
    case = a_case(plan=a_plan(("courtesy", 3, Channel.EMAIL)))
    story = given(case).lives_until(after_due(4))
    assert story.tasks == ["decide"]
    story = story.when(an_undo()).then("StepUndone")
    assert (story.tasks, story.case.state) == ([], CaseState.OPEN)


def test_undo_of_an_earlier_step_makes_the_hurried_one_wait_its_turn() -> None:
    """The reminder was wanted now, then the courtesy before it was taken back: no burst of two."""
    story = given(a_case(), COURTESY).on(after_due(4)).when(do_now()).then("StepBroughtForward")
    story = story.when(an_undo()).then("StepUndone")
    lived = story.lives_until(after_due(12))
    assert lived.history == [("courtesy", after_due(11))]
    later = story.lives_until(after_due(20))
    assert later.history == [("courtesy", after_due(11)), ("reminder", after_due(18))]


def test_failed_step_is_not_undone() -> None:
    """It never reached the debtor, so there is no level to take back (X13)."""
    given(a_case(), failed("courtesy", after_due(3))).when(an_undo()).then_refused("NothingToUndo")


def test_answer_about_an_earlier_time_round_sends_nothing_again() -> None:
    """A letter failed, the ladder began again and it left: the old task cannot give it back."""
    case = a_case(plan=plan_with(resume="restart"))
    story = given(case, failed("courtesy", after_due(3))).on(after_due(4))
    task = story.task("delivery-failed")
    story = story.when(a_hold()).then("HoldPlaced")
    story = story.when(a_release()).then("HoldReleased", "LadderRestarted")
    story = story.lives_until(after_due(4))
    assert [step for step, _ in story.history] == ["courtesy"]
    story.when(an_outcome(task.task_id, "try-again")).then_refused("StepTriedSince")
    story.when(an_outcome(task.task_id, "leave")).then("TaskCompleted")


def test_recalled_case_comes_back_to_a_person() -> None:
    """The agency gave up: the file is no longer with it, and somebody decides what follows."""
    story = given(a_case()).lives_until(after_due(90))
    assert story.tasks == ["hand-over"]
    story = story.when(a_recall()).then("CaseRecalled")
    assert story.case.state is CaseState.OPEN
    story = story.next_records("PlanExhausted").next_waits("PlanIsExhausted")
    assert story.tasks == ["decide"]


def test_recall_needs_a_referral() -> None:
    """Only what was handed over can come back; once."""
    given(a_case()).when(a_recall()).then_refused("CaseIsNotReferred")
    story = given(a_case()).lives_until(after_due(90)).when(a_recall()).then("CaseRecalled")
    story.when(a_recall("RC-2")).then_refused("CaseIsNotReferred")


@pytest.mark.parametrize("command", [a_skip(), do_now(), an_undo()])
def test_steps_of_a_referred_or_closed_case_are_left_alone(command: object) -> None:
    """While the agency has it, or when it has ended, the ladder is nobody's to change."""
    assert isinstance(command, type(a_skip()) | type(do_now()) | type(an_undo()))
    given(a_case()).lives_until(after_due(90)).when(command).then_refused("CaseIsReferred")
    closed = given(a_case(), COURTESY).when(a_payment()).then("PaymentReceived", "CaseClosed")
    closed.when(command).then_refused("CaseIsClosed")


def test_cancelled_case_is_reopened_where_it_was() -> None:
    """Closed by mistake: the ladder goes on, and nothing done is done again."""
    story = given(a_case(), COURTESY).on(after_due(4)).when(a_cancellation()).then("CaseClosed")
    story = story.when(a_reopening()).then("CaseReopened")
    story.next_waits("NextStepNotDue", until=after_due(10))
    story.when(a_reopening("RO-2")).then_refused("CaseIsNotClosed")


def test_each_time_a_step_is_begun_has_its_own_number() -> None:
    """Done, taken back, done, restarted: no two contacts of one step share a reference."""
    case = a_case(plan=plan_with(resume="restart"))
    story = given(case, COURTESY).on(after_due(4))
    numbers = [cycle_of(case, "courtesy")]
    story = story.when(an_undo()).then("StepUndone")
    numbers.append(cycle_of(story.case, "courtesy"))
    story = story.lives_until(after_due(11))
    story = story.when(a_hold(story.now + timedelta(hours=1))).then("HoldPlaced")
    story = story.when(a_release()).then("HoldReleased", "LadderRestarted")
    numbers.append(cycle_of(story.case, "courtesy"))
    assert numbers == [1, 2, 3]
