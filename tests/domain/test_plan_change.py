"""Where does a case go on when its plan changes? Nothing is done twice, nor in a burst."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from schemas.case import CaseState, StepOutcome
from schemas.events import PlanChanged, StepSkipped
from schemas.plan import Channel
from tests.support.asking import a_hold, a_replan, a_write_off
from tests.support.builders import a_case, a_plan, after_due, performed
from tests.support.given import Decided, given

COURTESY = performed("courtesy", after_due(3))
REMINDER = performed("reminder", after_due(10))
FIRM = performed("firm", after_due(30))
SHORT = a_plan(
    ("courtesy", 3, Channel.EMAIL),
    ("reminder", 8, Channel.EMAIL),
    ("letter", 18, Channel.LETTER),
    ("out", 40, Channel.REFER),
).model_copy(update={"plan": "short"})
OTHER = a_plan(
    ("hello", 1, Channel.EMAIL),
    ("please", 9, Channel.EMAIL),
    ("now", 16, Channel.LETTER),
    ("out", 30, Channel.REFER),
).model_copy(update={"plan": "other"})


def skipped(answer: Decided) -> list[str]:
    """The steps that a decision passes over, each with a reason."""
    assert isinstance(answer.decision, tuple)
    found = [event for event in answer.decision if isinstance(event, StepSkipped)]
    assert all(event.reason for event in found)
    return [event.step for event in found]


def test_kept_position_is_behind_the_last_step_that_both_plans_name() -> None:
    """Two were sent; of the new plan the letter is next, ten days after the reminder."""
    answer = given(a_case(), COURTESY, REMINDER).on(after_due(12)).when(a_replan(SHORT))
    story = answer.then("PlanChanged")
    assert skipped(answer) == []
    assert story.case.plan.plan == "short"
    assert story.case.level == 2
    story.next_waits("NextStepNotDue", until=after_due(21))  # 10 + 10 is a Sunday


def test_step_between_two_that_both_plans_name_is_passed_over_by_name() -> None:
    """The new plan has a step before the last one sent: it is past, and its reason is on record."""
    longer = a_plan(
        ("courtesy", 3, Channel.EMAIL),
        ("sms", 5, Channel.PHONE),
        ("reminder", 10, Channel.EMAIL),
        ("firm", 30, Channel.EMAIL),
    ).model_copy(update={"plan": "longer"})
    answer = given(a_case(), COURTESY, REMINDER).on(after_due(12)).when(a_replan(longer))
    assert skipped(answer) == ["sms"]
    story = answer.then("PlanChanged", "StepSkipped")
    assert story.case.level == 2
    story.next_waits("NextStepNotDue", until=after_due(30))


def test_without_a_shared_name_the_rung_is_kept_and_its_distance() -> None:
    """On the second rung on day 10; the other plan's third lies seven days behind its second."""
    answer = given(a_case(), COURTESY, REMINDER).on(after_due(12)).when(a_replan(OTHER))
    assert skipped(answer) == ["hello", "please"]
    story = answer.then("PlanChanged", "StepSkipped", "StepSkipped")
    story.next_waits("NextStepNotDue", until=after_due(17))
    later = story.lives_until(after_due(40))
    assert [step for step, _ in later.history][-2:] == ["now", "out"]


def test_a_step_of_the_old_plan_that_left_yesterday_keeps_its_distance() -> None:
    """The firm mail left on day 30; the letter does not follow on the next day."""
    story = given(a_case(), COURTESY, REMINDER, FIRM).on(after_due(31)).when(a_replan(SHORT))
    after = story.then("PlanChanged")
    after.next_waits("NextStepNotDue", until=after_due(42))  # 30 + 10 is a Saturday


def test_a_hand_over_never_counts_as_passed() -> None:
    """Whoever was written to six times has not thereby been handed over."""
    done = [performed(f"old-{place}", after_due(place)) for place in range(6)]
    old = a_plan(*((f"old-{place}", place, Channel.EMAIL) for place in range(6)))
    story = given(a_case(plan=old), *done).on(after_due(50)).when(a_replan(OTHER))
    after = story.then("PlanChanged", "StepSkipped", "StepSkipped", "StepSkipped")
    assert after.lives_until(after_due(90)).case.state is CaseState.REFERRED


def test_a_case_that_has_begun_nothing_just_has_another_plan() -> None:
    """Before the first step the new plan's own days count."""
    story = given(a_case()).when(a_replan(OTHER)).then("PlanChanged")
    story.next_waits("NextStepNotDue", until=after_due(1))


def test_late_change_makes_no_burst() -> None:
    """All days of the new plan have passed: its steps still leave at their distances."""
    story = given(a_case()).on(after_due(60)).when(a_replan(SHORT)).then("PlanChanged")
    days = [day for _, day in story.lives_until(after_due(150)).history]
    assert days[0] == after_due(60)
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    assert all(gap >= planned for gap, planned in zip(gaps, (5, 10, 22), strict=True))


def test_restart_begins_with_the_first_step_today() -> None:
    """The ladder begins again: level zero, the first step today, and each step a new contact."""
    answer = given(a_case(), COURTESY, REMINDER).on(after_due(14)).when(a_replan(SHORT, "restart"))
    story = answer.then("PlanChanged", "LadderRestarted")
    assert story.case.level == 0
    story.next_is("courtesy", level=1, cycle=2)


def test_restart_hurries_nobody() -> None:
    """Nothing was sent yet and nothing is due: the first step keeps its day."""
    story = given(a_case()).when(a_replan(SHORT, "restart")).then("PlanChanged")
    story.next_waits("NextStepNotDue", until=after_due(3))


def test_move_forward_passes_over_what_lies_between() -> None:
    """Moved to the letter: reminder and the like are skipped, the letter keeps its own day."""
    answer = given(a_case(), COURTESY).on(after_due(4)).when(a_replan(SHORT, "move", "letter"))
    assert skipped(answer) == ["reminder"]
    answer.then("PlanChanged", "StepSkipped").next_waits("NextStepNotDue", until=after_due(18))


def test_move_back_takes_steps_again_as_new_contacts() -> None:
    """Moved back to the reminder: it leaves again under a reference of its own."""
    answer = given(a_case(), COURTESY, REMINDER).on(after_due(14))
    moved = answer.when(a_replan(SHORT, "move", "reminder")).then("PlanChanged")
    assert moved.case.level == 1
    moved.next_is("reminder", level=2, cycle=2)


def test_move_within_the_same_plan() -> None:
    """A case may be moved on its own plan, too; keeping it there changes nothing and says so."""
    plan = a_case().plan
    story = given(a_case(), COURTESY).on(after_due(4))
    story.when(a_replan(plan)).then_refused("PlanIsTheSame")
    answer = story.when(a_replan(plan, "move", "formal-notice"))
    assert skipped(answer) == ["reminder", "call", "firm"]


def test_unknown_step_is_refused_with_those_there_are() -> None:
    """A case is not moved to a step that the plan does not have."""
    refusal = given(a_case()).when(a_replan(SHORT, "move", "lettre")).then_refused("StepUnknown")
    assert "courtesy, reminder, letter, out" in refusal.sentence


def test_exhausted_case_goes_on_when_the_new_plan_has_more() -> None:
    """The plan was at its end and a person was asked; the new plan answers."""
    old = a_plan(("courtesy", 3, Channel.EMAIL), ("reminder", 10, Channel.EMAIL))
    story = given(a_case(plan=old)).lives_until(after_due(20))
    assert story.tasks == ["decide"]
    story = story.when(a_replan(SHORT)).then("PlanChanged")
    assert (story.tasks, story.case.state) == ([], CaseState.OPEN)
    story.lives_until(after_due(30)).next_waits("NextStepNotDue")


def test_exhausted_case_still_waits_when_the_new_plan_has_no_more() -> None:
    """A shorter plan is no answer: the question stays with the person."""
    old = a_plan(("courtesy", 3, Channel.EMAIL), ("reminder", 10, Channel.EMAIL))
    shorter = a_plan(("reminder", 5, Channel.EMAIL)).model_copy(update={"plan": "shorter"})
    story = given(a_case(plan=old)).lives_until(after_due(20)).when(a_replan(shorter))
    after = story.then("PlanChanged").next_waits("PlanIsExhausted")
    assert after.tasks == ["decide"]


def test_paused_case_changes_its_plan_and_stays_paused() -> None:
    """A hold is not lifted by a new plan."""
    story = given(a_case(), COURTESY).on(after_due(4)).when(a_hold()).then("HoldPlaced")
    story.when(a_replan(SHORT)).then("PlanChanged").next_waits("OnHold")


def test_what_is_closed_or_referred_keeps_its_plan() -> None:
    """What has ended, or is with somebody else, has no next step to change."""
    given(a_case()).lives_until(after_due(90)).when(a_replan(SHORT)).then_refused("CaseIsReferred")
    closed = given(a_case()).when(a_write_off()).then("WrittenOff", "CaseClosed")
    closed.when(a_replan(SHORT)).then_refused("CaseIsClosed")


def test_the_change_is_on_record_with_both_plans() -> None:
    """Who changed what, from which plan to which, and why, is kept; what was done stays done."""
    answer = given(a_case(), COURTESY).on(after_due(4)).when(a_replan(SHORT))
    assert isinstance(answer.decision, tuple)
    [changed] = answer.decision
    assert isinstance(changed, PlanChanged)
    assert (changed.before, changed.plan.plan, changed.by) == ("standard", "short", "claire")
    assert (changed.mode, changed.step, changed.reason) == ("keep", "courtesy", "new terms")
    assert [one.outcome for one in answer.then("PlanChanged").case.steps] == [StepOutcome.PERFORMED]


@pytest.mark.parametrize("day", [4, 11, 16, 31, 46])
def test_there_and_back_again_does_nothing_twice(day: int) -> None:
    """On another plan and back on the first: no step that was done is done again."""
    story = given(a_case()).lives_until(after_due(day))
    done = [step for step, _ in story.history]
    away = story.when(a_replan(SHORT)).decision
    assert isinstance(away, tuple)
    there = given(story.case, *away)
    back = there.when(a_replan(story.case.plan, request="RP-2")).decision
    assert isinstance(back, tuple)
    end = given(there.case, *back).lives_until(date(2027, 12, 1))
    taken = [one.step for one in end.case.steps if one.outcome is StepOutcome.PERFORMED]
    assert len(taken) == len(set(taken))
    assert taken[: len(done)] == done
