"""What does a case need next? The first thing the case itself shows, whatever came before."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from domain.next_action import next_action
from schemas.actions import Wait
from schemas.calendar import ContactCalendar, ContactWindow, Holiday
from schemas.plan import Channel
from tests.support.builders import (
    DUE,
    LADDER,
    PARIS,
    a_case,
    a_plan,
    after_due,
    failed,
    paris,
    performed,
)
from tests.support.given import given

EMAIL = Channel.EMAIL


def test_nothing_happens_before_the_first_day() -> None:
    """The day before the first step is due nothing is sent, on the day it is (as T1, M1, D1)."""
    story = given(a_case())
    story.on(after_due(2)).next_waits("NextStepNotDue", until=after_due(3))
    story.on(after_due(3)).next_is("courtesy", level=1)


def test_steps_follow_one_another() -> None:
    """Level 2 needs level 1, even when both would be due by their days (as M5, M6)."""
    story = given(a_case()).on(after_due(30))
    story.next_is("courtesy", level=1)
    given(a_case(), performed("courtesy", after_due(3))).on(after_due(30)).next_is("reminder")


def test_a_step_not_taken_is_not_overtaken() -> None:
    """However late, the step that has not left comes before the next one (as T2)."""
    given(a_case()).on(after_due(365)).next_is("courtesy", level=1)


def test_looking_again_changes_nothing() -> None:
    """The answer follows from the case and the clock alone (as X8, B20)."""
    case = a_case()
    assert next_action(case, paris(after_due(4))) == next_action(case, paris(after_due(4)))


def test_a_step_is_taken_once() -> None:
    """After the last step of a plan nothing is sent again, however often one looks (as T6)."""
    case = a_case(plan=a_plan(("only", 0, EMAIL)))
    story = given(case, performed("only", after_due(0))).on(after_due(1))
    exhausted = story.next_records("PlanExhausted")
    exhausted.on(after_due(500)).next_waits("PlanIsExhausted")


def test_a_paid_case_is_closed_by_the_clock_too() -> None:
    """Nothing is owed: whoever looks first puts the end on record (as M3)."""
    given(a_case(owing="0.00")).on(after_due(3)).next_records("CaseClosed")


def test_a_step_waits_for_contact_hours() -> None:
    """Due but at night: it leaves the next morning, in the debtor's own hours (as N4)."""
    story = given(a_case())
    story.on(after_due(3), hour=20).next_waits("OutsideContactHours", until=after_due(4))
    story.on(after_due(4), hour=10).next_is("courtesy")


def test_a_step_waits_for_monday() -> None:
    """Due but on a Saturday: it waits for Monday."""
    saturday = DUE + timedelta(days=5)
    given(a_case()).on(saturday).next_waits("OutsideContactHours", until=DUE + timedelta(days=7))


def test_a_case_leaves_at_its_own_minute_of_the_morning() -> None:
    """Each case has its own minute of the first hour, so that not all leave on the stroke."""
    moment = given(a_case()).next_moment
    assert paris(after_due(3), hour=9) <= moment < paris(after_due(3), hour=10)


def test_a_missed_day_loses_no_step() -> None:
    """The engine was down on the day itself: the step leaves once, on return (as X2)."""
    down = given(a_case()).on(after_due(7))
    assert down.lives_until(after_due(7)).history == [("courtesy", after_due(7))]


def test_after_an_outage_the_ladder_keeps_its_distances() -> None:
    """Days late with one step: every later one keeps its distance from it (as X2, O1, B2)."""
    back = given(a_case()).on(after_due(7)).lives_until(after_due(36))
    assert back.history == [
        ("courtesy", after_due(7)),
        ("reminder", after_due(14)),
        ("call", after_due(21)),  # Five days later, day 19, is a Saturday.
        ("firm", after_due(36)),  # Fifteen days after the call, as planned.
    ]


def test_an_outage_over_several_steps_makes_no_burst() -> None:
    """Down from day 5 to day 40: one step a day at the most, in order, with their distances."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(40))
    history = story.lives_until(after_due(200)).history
    assert [step for step, _ in history] == [name for name, _, _ in LADDER]
    days = [day for _, day in history]
    assert days[1] == after_due(42)  # Day 40 is a Saturday.
    gaps = [(later - earlier).days for earlier, later in pairwise(days[1:])]
    assert all(gap >= 4 for gap in gaps), gaps


def test_a_case_opened_a_year_late_begins_at_the_beginning() -> None:
    """A year-old invoice is not thrown at the lawyer: first the courteous word (as O1)."""
    late = paris(date(2028, 1, 12))
    history = given(a_case(opened_at=late)).lives_until(date(2028, 4, 1)).history
    assert history[0] == ("courtesy", date(2028, 1, 12))
    assert history[1] == ("reminder", date(2028, 1, 19))
    assert len(history) == len(LADDER)


@pytest.mark.parametrize("opened", range(60))
def test_never_two_steps_on_one_day(opened: int) -> None:
    """Whenever a case opens, its steps leave on different days, in order (as O1)."""
    case = a_case(opened_at=paris(after_due(opened + 1), hour=6))
    days = [day for _, day in given(case).lives_until(after_due(200)).history]
    assert len(days) == len(LADDER)
    assert days == sorted(set(days))


def test_two_steps_over_one_weekend_leave_on_two_days() -> None:
    """Saturday's step leaves on Monday, so Sunday's leaves on Tuesday."""
    plan = a_plan(("saturday", 5, EMAIL), ("sunday", 6, EMAIL), ("monday", 7, EMAIL))
    history = given(a_case(plan=plan)).lives_until(after_due(30)).history
    assert history == [
        ("saturday", after_due(7)),
        ("sunday", after_due(8)),
        ("monday", after_due(9)),
    ]


def test_steps_of_one_day_leave_together() -> None:
    """A letter and the mail that goes with it, planned for one day, leave on that day."""
    plan = a_plan(("mail", 3, EMAIL), ("letter", 3, Channel.LETTER), ("next", 10, EMAIL))
    on_time = given(a_case(plan=plan)).lives_until(after_due(30)).history
    assert on_time == [
        ("mail", after_due(3)),
        ("letter", after_due(3)),
        ("next", after_due(10)),
    ]
    late = given(a_case(plan=plan)).on(after_due(8)).lives_until(after_due(30)).history
    assert late == [("mail", after_due(8)), ("letter", after_due(8)), ("next", after_due(15))]


def test_a_step_before_the_due_date_comes_before_it() -> None:
    """Minus five is five days before, plus one a day after (as X3, F1)."""
    plan = a_plan(("soon", -5, EMAIL), ("overdue", 1, EMAIL))
    due = date(2027, 1, 15)
    case = a_case(due=due, plan=plan, opened_at=paris(date(2027, 1, 4)))
    history = given(case).lives_until(due + timedelta(days=10)).history
    # The 10th is a Sunday, the 16th a Saturday.
    assert history == [("soon", date(2027, 1, 11)), ("overdue", date(2027, 1, 18))]


def test_holidays_move_a_step() -> None:
    """A holiday of the debtor is no day to write to them."""
    closed = PARIS.model_copy(update={"holidays": (Holiday(day=after_due(3), name="Feast"),)})
    given(a_case(calendar=closed)).next_waits("NextStepNotDue", until=after_due(4))


def test_hours_are_the_debtors() -> None:
    """A debtor in Montréal is written to in the morning there, not here."""
    montreal = ContactCalendar(time_zone="America/Toronto")
    story = given(a_case(calendar=montreal))
    assert paris(after_due(3), hour=15) <= story.next_moment < paris(after_due(3), hour=16)


def test_two_windows_leave_the_lunch_break_alone() -> None:
    """Between two windows of one day a step waits for the second."""
    windows = (
        ContactWindow(opens=time(10), closes=time(13)),
        ContactWindow(opens=time(14), closes=time(20)),
    )
    case = a_case(calendar=PARIS.model_copy(update={"windows": windows}))
    story = given(case).on(after_due(3), hour=13, minute=30)
    story.next_waits("OutsideContactHours", until=after_due(3))


def test_the_distance_counts_from_the_step_that_was_given_back() -> None:
    """A failed step mended five days later moves the ladder by five days; nobody is hurried."""
    story = given(a_case(), failed("courtesy", after_due(3))).on(after_due(8))
    back = story.case.model_copy(update={"steps": (), "given_back": ("courtesy",)})
    history = given(back).on(after_due(8)).lives_until(after_due(16)).history
    assert history == [("courtesy", after_due(8)), ("reminder", after_due(15))]


def test_the_sentence_names_the_step_and_the_day() -> None:
    """Whoever asks why nothing was sent today reads which step is due, and when."""
    action = next_action(a_case(), paris(DUE))
    assert isinstance(action, Wait)
    assert "'courtesy'" in action.sentence
    assert "2027-01-07" in action.sentence
