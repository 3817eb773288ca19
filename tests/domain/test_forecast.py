"""What will happen if nobody pays? What the forecast says is what then happens."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce

import pytest

from domain.business_calendar import local_day
from domain.case import evolve
from domain.forecast import Forecast, first_of, forecast
from domain.plan_calendar import plan_calendar
from schemas.case import CollectionCase, StepOutcome
from schemas.commands import Command
from schemas.pauses import StopKind
from schemas.plan import Channel, ResumePolicy
from tests.support.asking import a_dispute, a_hold, a_promise, a_stop, plan_with
from tests.support.builders import (
    DUE,
    LADDER,
    a_cancellation,
    a_case,
    a_payment,
    a_plan,
    after_due,
    euros,
    failed,
    paris,
    performed,
)
from tests.support.given import Given, given


def days_of(coming: tuple[Forecast, ...], case: CollectionCase) -> list[tuple[str, date]]:
    """Each step that is foreseen, with its local day."""
    return [(one.step, local_day(case.calendar, one.at)) for one in coming]


@pytest.mark.parametrize("due", [DUE + timedelta(days=days) for days in range(14)])
def test_forecast_of_a_case_on_time_is_the_plan_on_the_calendar(due: date) -> None:
    """The preview of a plan and the forecast of a case that opens on time never disagree."""
    case = a_case(due=due)
    planned = plan_calendar(case.plan, due, case.calendar, case.case_id)
    assert [(one.step, one.at) for one in forecast(case, case.opened_at)] == [
        (place.step.name, place.moment.at) for place in planned
    ]


@pytest.mark.parametrize("late", range(0, 45, 4))
def test_what_is_foreseen_is_what_happens(late: int) -> None:
    """Whenever one looks, the case then lives exactly as it was foreseen."""
    case = a_case(opened_at=paris(after_due(1 + late), hour=6))
    foreseen = days_of(forecast(case, case.opened_at), case)
    assert given(case).lives_until(after_due(300)).history == foreseen


def test_forecast_begins_where_the_case_stands() -> None:
    """What is done is not foreseen; what is left keeps its days."""
    case = given(a_case(), performed("courtesy", after_due(3))).case
    coming = days_of(forecast(case, paris(after_due(4))), case)
    # Day 60 is a Friday; the others fall on working days, too.
    assert coming == [(name, after_due(day)) for name, day, _ in LADDER[1:]]


def test_forecast_asks_for_what_is_owed_today() -> None:
    """After a payment of 40 the messages to come ask for 60."""
    story = given(a_case(owing="100.00")).when(a_payment("40.00")).then("PaymentReceived")
    assert {one.asked for one in forecast(story.case, story.now)} == {euros("60.00")}


def test_forecast_ends_with_its_last_step() -> None:
    """Only the last step says that nothing follows by itself, hand-over or not."""
    assert [one.final for one in forecast(a_case(), paris(DUE))] == [False] * 5 + [True]
    plan = a_plan(("one", 3, Channel.EMAIL), ("two", 9, Channel.EMAIL))
    assert [one.final for one in forecast(a_case(plan=plan), paris(DUE))] == [False, True]


def test_forecast_cut_short_has_no_end() -> None:
    """Looked at only a few turns ahead, nothing claims to be the last."""
    coming = forecast(a_case(), paris(DUE), limit=4)
    assert [(one.step, one.final) for one in coming] == [("courtesy", False), ("reminder", False)]


def test_longest_plan_is_foreseen_whole() -> None:
    """Forty steps, the most that a plan may have, are all foreseen, also by a case opened late."""
    plan = a_plan(*((f"step-{number}", number, Channel.EMAIL) for number in range(40)))
    for opened_at in (paris(DUE), paris(after_due(90), hour=22)):
        coming = forecast(a_case(plan=plan, opened_at=opened_at), opened_at)
        assert len(coming) == 40
        assert coming[-1].final


def test_nothing_is_foreseen_for_what_has_ended() -> None:
    """Paid, cancelled, referred or exhausted: nothing comes by itself."""
    paid = given(a_case()).when(a_payment()).then("PaymentReceived", "CaseClosed")
    cancelled = given(a_case()).when(a_cancellation()).then("CaseClosed")
    referred = given(a_case()).lives_until(after_due(90))
    every = [failed(step.name, after_due(step.day)) for step in a_plan().steps]
    exhausted = given(reduce(evolve, every, a_case())).on(after_due(61))
    for story in (paid, cancelled, referred, exhausted):
        assert forecast(story.case, story.now) == ()


def test_forecast_of_a_letter_that_failed_goes_on_without_it() -> None:
    """A step that failed for good is not foreseen again; the hand-over still is."""
    letter = failed("formal-notice", after_due(45), channel=Channel.LETTER)
    done = [performed(name, after_due(day)) for name, day, _ in LADDER[:4]]
    case = given(a_case(), *done, letter).case
    assert days_of(forecast(case, paris(after_due(46))), case) == [("hand-over", after_due(60))]


def foreseen_after(story: Given, command: Command, *events: str) -> tuple[tuple[str, date], ...]:
    """What is foreseen once this has been said."""
    after = story.when(command).then(*events)
    return tuple(days_of(forecast(after.case, after.now), after.case))


def test_promise_is_foreseen_to_be_broken() -> None:
    """Nobody pays and nobody says anything: the ladder goes on when the promise has lapsed."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    coming = foreseen_after(story, a_promise(on=after_due(11)), "PromiseMade")
    assert coming[:2] == (("reminder", after_due(16)), ("call", after_due(21)))


def test_hold_is_foreseen_to_end_on_its_day() -> None:
    """What has an end ends; what has none is followed by nothing that could be foreseen."""
    story = given(a_case()).on(after_due(1))
    coming = foreseen_after(story, a_hold(paris(after_due(21))), "HoldPlaced")
    assert coming[0] == ("courtesy", after_due(21))
    assert foreseen_after(story, a_hold(), "HoldPlaced") == ()


def test_nothing_is_foreseen_while_people_have_to_decide() -> None:
    """Contested whole, or forbidden to contact: only a person can make anything follow."""
    story = given(a_case()).on(after_due(1))
    deadline = paris(after_due(9))
    assert foreseen_after(story, a_dispute(deadline=deadline), "DisputeRaised") == ()
    assert foreseen_after(story, a_stop(StopKind.DECEASED), "ContactsStopped") == ()


def test_forecast_asks_for_what_is_not_contested() -> None:
    """With 30 of 100 contested every message to come asks for 70, the hand-over too."""
    story = given(a_case()).when(a_dispute("30.00", deadline=paris(after_due(20))))
    after = story.then("DisputeRaised")
    coming = forecast(after.case, after.now)
    assert [one.asked for one in coming] == [euros("70.00")] * len(LADDER)
    assert after.lives_until(after_due(300)).history == days_of(coming, after.case)


@pytest.mark.parametrize("resume", list(ResumePolicy))
def test_forecast_after_a_pause_follows_the_resume_policy(resume: ResumePolicy) -> None:
    """What is foreseen beyond a promise is what then happens, whichever way the plan resumes."""
    case = a_case(plan=plan_with(resume=resume))
    story = given(case, performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_promise(on=after_due(25))).then("PromiseMade")
    coming = days_of(forecast(story.case, story.now), story.case)
    first = {"continue": "reminder", "restart": "courtesy", "nearest": "call"}[resume.value]
    assert coming[0][0] == first
    lived = story.lives_until(after_due(300))
    taken = [
        (one.step, local_day(case.calendar, one.at))
        for one in lived.case.steps
        if one.outcome is not StepOutcome.SKIPPED and one.at > story.now
    ]
    assert taken == coming


def test_the_next_step_alone_is_the_first_of_them_all() -> None:
    """Who only asks for the next step gets the one that the whole forecast begins with."""
    case = a_case()
    for day in (1, 20, 200):
        now = paris(after_due(day))
        assert first_of(case, now) == forecast(case, now)[0].model_copy(update={"final": False})
    referred = given(case).lives_until(after_due(90))
    assert first_of(referred.case, referred.now) is None
