"""Where does the ladder go on after a pause? Where the plan says, and every skip says why."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.calendar import ContactCalendar
from schemas.case import StepOutcome
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from tests.support.asking import (
    a_dispute,
    a_hold,
    a_promise,
    a_release,
    a_reversal,
    for_the_creditor,
    instalments,
    plan_with,
)
from tests.support.builders import a_case, a_payment, a_plan, after_due, paris, performed
from tests.support.given import Given, given

D365_DUE = date(2027, 1, 15)
D365_STEPS = (
    ("pre-due", -5, Channel.EMAIL),
    ("first", 1, Channel.EMAIL),
    ("second", 7, Channel.EMAIL),
    ("third", 14, Channel.EMAIL),
    ("task", 15, Channel.PHONE),
)
EVERY_DAY = ContactCalendar(weekdays=(1, 2, 3, 4, 5, 6, 7))


def d365(resume: str) -> Given:
    """The documented example: a mail before the due date, three letters, a task; no weekends."""
    plan = plan_with(resume=resume, steps=[step.model_dump() for step in a_plan(*D365_STEPS).steps])
    opened_at = paris(date(2027, 1, 8), hour=6)
    return given(a_case(due=D365_DUE, plan=plan, opened_at=opened_at, calendar=EVERY_DAY))


def january(day: int) -> date:
    """A day of the example's January; the 32nd is the first of February."""
    return date(2027, 1, 1) + timedelta(days=day - 1)


def disputed(story: Given, until: date) -> Given:
    """Contested after the first mail, decided for the creditor on that day at noon."""
    story = story.lives_until(january(12)).when(a_dispute()).then("DisputeRaised")
    decision = story.on(until).when(for_the_creditor()).decision
    assert isinstance(decision, tuple)
    return given(story.case, *decision)


def skipped(story: Given) -> list[str]:
    """The steps that were passed over."""
    return [one.step for one in story.case.steps if one.outcome is StepOutcome.SKIPPED]


def test_undisturbed_example_runs_by_its_days() -> None:
    """On 10, 16, 22 and 29 January, and the task on the 30th (D365, F1)."""
    for resume in ("continue", "restart", "nearest"):
        assert d365(resume).lives_until(january(40)).history == [
            ("pre-due", january(10)),
            ("first", january(16)),
            ("second", january(22)),
            ("third", january(29)),
            ("task", january(30)),
        ]


def test_nearest_takes_the_latest_step_that_has_passed() -> None:
    """Decided on 24 January: the second letter leaves, the first is skipped (D365, F1)."""
    story = disputed(d365("nearest"), january(24))
    story.next_is("second")
    assert skipped(story) == ["first"]
    left = [one for one in story.lives_until(january(50)).history if one[0] != "first"]
    # Unlike there, the ladder keeps its distances after the late letter.
    assert left[1:] == [
        ("second", january(24)),
        ("third", january(31)),
        ("task", january(32)),
    ]


def test_nearest_may_pass_over_several_steps() -> None:
    """Decided on 2 February: only the task is left, all three letters are skipped (D365, F1)."""
    story = disputed(d365("nearest"), january(33))
    story.next_is("task")
    assert skipped(story) == ["first", "second", "third"]


def test_continue_takes_every_step_and_keeps_the_distances() -> None:
    """Decided on 2 February: first letter that day, the rest from there (D365 track step, F1)."""
    story = disputed(d365("continue"), january(33))
    assert story.lives_until(january(70)).history[1:] == [
        ("first", january(33)),
        ("second", january(39)),
        ("third", january(46)),
        ("task", january(47)),
    ]
    assert skipped(story) == []


def test_restart_begins_with_the_first_step_that_day() -> None:
    """Decided on 2 February: the ladder again from there, without the mail before the due date."""
    story = disputed(d365("restart"), january(33))
    assert story.case.anchor == january(32)
    lived = story.lives_until(january(80))
    assert lived.history[1:] == [
        ("first", january(33)),
        ("second", january(39)),
        ("third", january(46)),
        ("task", january(47)),
    ]
    assert skipped(lived) == ["pre-due"]


def test_restart_before_the_due_date_includes_the_mail_before_it() -> None:
    """Decided on 14 January, a day before the due date: the reminder of it leaves once more."""
    story = disputed(d365("restart"), january(14))
    story.next_is("pre-due", level=1, cycle=2)


def test_every_skip_is_on_record_with_its_reason() -> None:
    """Nobody has to guess why a letter never left: its record names the step that was nearer."""
    story = d365("nearest").lives_until(january(12)).when(a_dispute()).then("DisputeRaised")
    decision = story.on(january(33)).when(for_the_creditor()).decision
    assert isinstance(decision, tuple)
    reasons = [event.reason for event in decision if event.type == "StepSkipped"]
    assert reasons == ["its day passed during the pause; 'task' is nearer"] * 3


def test_skipped_step_raises_no_level() -> None:
    """After one mail and two skipped letters the debtor has been dunned once."""
    assert disputed(d365("nearest"), january(29)).case.level == 1


def test_pause_that_no_step_fell_into_skips_and_restarts_as_the_plan_says() -> None:
    """Contested on the 12th and decided on the 13th: nothing passed, so nothing is skipped."""
    assert skipped(disputed(d365("nearest"), january(13))) == []
    assert disputed(d365("continue"), january(13)).case.restarts == 0
    assert disputed(d365("restart"), january(13)).case.restarts == 1


def test_ladder_that_nobody_has_stepped_on_need_not_begin_again() -> None:
    """A hold before the first step was due restarts nothing: its day is still to come."""
    story = d365("restart").when(a_hold()).then("HoldPlaced").on(january(9))
    story.when(a_release()).then("HoldReleased").next_waits("NextStepNotDue", until=january(10))


def test_restarted_steps_are_new_contacts() -> None:
    """The same step of the second time round has another reference, or it would never be sent."""
    story = disputed(d365("restart"), january(33)).next_records("StepSkipped")
    story = story.next_is("first", cycle=2)
    lived = story.lives_until(january(80))
    assert {one.cycle for one in lived.case.steps} == {2}
    case_id = story.case.case_id
    assert lived.case.steps[1].reference == contact_reference(case_id, "first", 2)


def test_ladder_restarted_twice_counts_on() -> None:
    """A second restart makes a third time round."""
    story = disputed(d365("restart"), january(33)).lives_until(january(40))
    story = story.on(january(41)).when(a_hold()).then("HoldPlaced")
    story = story.when(a_release()).then("HoldReleased", "LadderRestarted")
    story.next_records("StepSkipped").next_is("first", cycle=3)


def test_nearest_counts_the_days_as_late_as_the_ladder_runs() -> None:
    """An hour on hold never makes a case that was opened late jump over its reminders."""
    case = a_case(plan=plan_with(resume="nearest"), opened_at=paris(after_due(42), hour=6))
    story = given(case).lives_until(after_due(43))
    assert story.history == [("courtesy", after_due(42))]
    story = story.when(a_hold()).then("HoldPlaced")
    story = story.when(a_release()).then("HoldReleased")
    story.next_waits("NextStepNotDue", until=after_due(49))


@pytest.mark.parametrize(
    ("resume", "events"),
    [("continue", ()), ("restart", ("LadderRestarted",)), ("nearest", ("StepSkipped",))],
)
@pytest.mark.parametrize("pause", ["hold", "dated-hold", "dispute", "promise", "kept", "parts"])
def test_every_pause_ends_by_the_same_policy(
    resume: str, events: tuple[str, ...], pause: str
) -> None:
    """However the case was made to wait, and however that ends, the plan says what follows."""
    case = a_case(plan=plan_with(resume=resume))
    story = given(case, performed("courtesy", after_due(3))).on(after_due(4))
    noon = paris(after_due(16))
    match pause:
        case "hold":
            story = story.when(a_hold()).then("HoldPlaced").on(after_due(16))
            story.when(a_release()).then("HoldReleased", *events)
        case "dated-hold":
            story = story.when(a_hold(noon)).then("HoldPlaced").on(after_due(16))
            story.next_records("HoldReleased", *events)
        case "dispute":
            story = story.when(a_dispute()).then("DisputeRaised").on(after_due(16))
            story.when(for_the_creditor()).then("DisputeResolved", *events)
        case "promise":
            story = story.when(a_promise(on=after_due(11))).then("PromiseMade").on(after_due(16))
            story.next_records("PromiseBroken", *events)
        case "kept":
            story = story.when(a_promise("40.00", on=after_due(14))).then("PromiseMade")
            paid = story.on(after_due(16)).when(a_payment("40.00"))
            paid.then("PaymentReceived", "PromiseKept", *events)
        case _:
            story = story.when(instalments(("40.00", 11))).then("InstalmentsAgreed")
            story.on(after_due(16)).next_records("PromiseBroken", *events)


@pytest.mark.parametrize("first", ["hold", "dispute"])
def test_policy_waits_for_the_last_pause(first: str) -> None:
    """With two pauses on, only the end of the second one skips or restarts."""
    case = a_case(plan=plan_with(resume="restart"))
    story = given(case, performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_hold()).then("HoldPlaced").when(a_dispute()).then("DisputeRaised")
    if first == "hold":
        story = story.when(a_release()).then("HoldReleased")
        story.when(for_the_creditor()).then("DisputeResolved", "LadderRestarted")
    else:
        story = story.when(for_the_creditor()).then("DisputeResolved")
        story.when(a_release()).then("HoldReleased", "LadderRestarted")


def test_reopened_case_goes_on_where_the_plan_says() -> None:
    """A payment that is returned two months later reopens the ladder by the same policy."""
    for resume, events in (("continue", ()), ("restart", ("LadderRestarted",))):
        case = a_case(plan=plan_with(resume=resume))
        story = given(case, performed("courtesy", after_due(3))).on(after_due(4))
        story = story.when(a_payment()).then("PaymentReceived", "CaseClosed").on(after_due(64))
        story.when(a_reversal()).then("PaymentReversed", "CaseReopened", *events)


def test_exhausted_ladder_is_not_restarted_by_the_end_of_a_pause() -> None:
    """When every step has been taken a person decides; a hold in between changes nothing."""
    steps = [step.model_dump() for step in a_plan().steps[:1]]
    case = a_case(plan=plan_with(resume="restart", steps=steps))
    story = given(case).lives_until(after_due(5)).when(a_hold()).then("HoldPlaced")
    assert story.tasks == ["decide"]
    story.when(a_release()).then("HoldReleased").next_waits("PlanIsExhausted")
