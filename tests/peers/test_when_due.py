"""When is a step due, held against what other systems' own tests say? See docs/behaviours.md."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from domain.contact_policy import why_wait
from domain.next_action import next_action
from domain.sharing import joins
from schemas.actions import Wait
from schemas.contact_policy import ContactPolicy, ContactRules
from schemas.contact_situation import ContactSituation, PastContact
from schemas.plan import Channel
from tests.support.asking import a_dispute, a_hold
from tests.support.builders import (
    DUE,
    PARIS,
    a_case,
    a_payment,
    a_plan,
    after_due,
    paris,
    performed,
)
from tests.support.given import given

EMAIL = Channel.EMAIL
TEN_DAYS = a_plan(("level-1", 10, EMAIL), ("level-2", 21, EMAIL))


@pytest.mark.parametrize(("days", "due"), [(5, False), (9, False), (10, True), (11, True)])
def test_the_day_of_a_level_counts(days: int, *, due: bool) -> None:
    """A level at ten days: not after five or nine, but on the tenth day itself and after it."""
    story = given(a_case(plan=TEN_DAYS)).on(after_due(days))
    if due:
        story.next_is("level-1", level=1)
    else:
        story.next_waits("NextStepNotDue", until=after_due(10))


def test_a_day_of_grace_is_free_of_contact() -> None:
    """Grace until the end of a day: nothing leaves on it, and the step leaves the day after."""
    grace = datetime.combine(after_due(7), time(23, 0), UTC)
    story = given(a_case()).on(after_due(2)).when(a_hold(grace)).then("HoldPlaced")
    story.on(after_due(7)).next_waits("OnHold", until=after_due(8))
    story.on(after_due(8)).next_records("HoldReleased").next_is("courtesy")


@pytest.mark.parametrize(("day", "leaves"), [(5, False), (11, True), (20, True)])
def test_a_gap_of_ten_days_is_kept(day: int, *, leaves: bool) -> None:
    """Contacted on 1 February, with ten days between contacts: not on the 5th, but on the 11th."""
    policy = ContactPolicy(business=ContactRules(gap_days=10))
    first = PastContact(reference="R1", channel=EMAIL, at=paris(date(2027, 2, 1)))
    now = paris(date(2027, 2, day))
    step = TEN_DAYS.steps[0]
    wait = why_wait(a_case(), step, now, policy, ContactSituation(contacts=(first,)))
    assert (wait is None) == leaves
    assert why_wait(a_case(), step, now, policy, ContactSituation()) is None


def test_a_clock_set_back_sends_nothing() -> None:
    """The first step has left; a clock that shows an earlier day finds nothing that is due."""
    story = given(a_case(plan=TEN_DAYS), performed("level-1", after_due(10)))
    for day in (10, 5, -30):
        story.on(after_due(day)).next_waits("NextStepNotDue", until=after_due(21))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((("level-1", 10, EMAIL), ("level-1", 20, EMAIL)), "names must be unique"),
        ((("level-1", 20, EMAIL), ("level-2", 10, EMAIL)), "in the order of their days"),
    ],
)
def test_levels_have_names_of_their_own_and_rise(
    steps: tuple[tuple[str, int, Channel], ...], words: str
) -> None:
    """A plan whose levels share a name, or go back in time, is no plan."""
    with pytest.raises(ValidationError, match=words):
        a_plan(*steps)


def test_the_older_debt_paid_skips_no_level_of_the_younger() -> None:
    """Two invoices, the older three levels up: when it is paid the younger begins at its first."""
    older = given(
        a_case(due=DUE - timedelta(days=40)),
        performed("courtesy", after_due(-37)),
        performed("reminder", after_due(-30)),
    )
    younger = given(a_case()).on(after_due(1))
    before = younger.next_moment
    older.on(after_due(1)).when(a_payment()).then("PaymentReceived", "CaseClosed")
    assert younger.next_moment == before
    younger.on(after_due(3)).next_is("courtesy", level=1)
    younger.on(after_due(60)).next_is("courtesy", level=1)


def test_of_several_things_to_come_the_earliest_is_waited_for() -> None:
    """A step in ten days and a deadline in five: the case wakes once, for the deadline."""
    deadline = paris(after_due(4))
    story = given(a_case(plan=TEN_DAYS)).on(after_due(0))
    story = story.when(a_dispute("10.00", deadline=deadline)).then("DisputeRaised")
    action = next_action(story.case, story.now)
    assert isinstance(action, Wait)
    assert action.until == deadline
    later = story.on(after_due(4)).next_records("DisputeOverdue")
    later.next_waits("NextStepNotDue", until=after_due(10))


def test_currencies_are_never_mixed() -> None:
    """Euros and dollars of one debtor, due on one day, are asked for in messages of their own."""
    euros, dollars = a_case(), a_case(currency="USD")
    dollars = dollars.model_copy(update={"case_id": "case/atelier/F-2"})
    same = a_case().model_copy(update={"case_id": "case/atelier/F-3"})
    now = paris(after_due(3))
    assert joins(euros, same, EMAIL, now)
    assert joins(euros, dollars, EMAIL, now) is None


def test_a_second_output_leaves_the_first_as_it_was() -> None:
    """A letter after the mail: both stand on record, each with its own reference and outcome."""
    plan = a_plan(("mail", 3, EMAIL), ("letter", 10, Channel.LETTER))
    mail = performed("mail", after_due(3))
    letter = performed("letter", after_due(10), channel=Channel.LETTER)
    before = given(a_case(plan=plan), mail).case.steps
    after = given(a_case(plan=plan), mail, letter).case.steps
    assert after[:1] == before
    assert [one.reference for one in after] == [mail.reference, letter.reference]
    assert len({one.reference for one in after}) == 2


def test_hours_are_those_of_the_debtors_clock() -> None:
    """An hour before contact hours begin nothing leaves; within them it does; then days pass."""
    story = given(a_case())
    story.on(after_due(3), hour=8).next_waits("NextStepNotDue", until=after_due(3))
    story.on(after_due(3), hour=10).next_is("courtesy")
    taken = given(a_case(), performed("courtesy", after_due(3)))
    for hour in range(10, 18):  # however often one looks, one a day
        taken.on(after_due(3), hour=hour).next_waits("NextStepNotDue", until=after_due(10))
    assert PARIS.windows[0].opens == time(9)
