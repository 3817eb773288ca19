"""When does another invoice join a message? Same debtor, same day, same channel, no doubt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case import evolve
from domain.next_action import next_action
from domain.sharing import due_step, firmest, joins
from schemas.actions import SendNotice
from schemas.events import HoldPlaced
from schemas.pauses import Hold
from schemas.plan import Channel, Notices
from tests.support.asking import a_dispute, plan_with
from tests.support.builders import a_case, a_plan, after_due, paris, performed
from tests.support.given import given

MORNING = paris(after_due(3)).replace(hour=8, minute=5)
"""Just after contact hours began on the day of the courtesy, before most cases' own moment."""


def _other(**changes: object):  # noqa: ANN202 - a case
    return a_case().model_copy(update={"case_id": "case/atelier/other", **changes})


def test_a_case_due_later_today_joins() -> None:
    """Its own moment comes within the day, so it need not have a message of its own."""
    assert joins(a_case(), _other(), Channel.EMAIL, MORNING)


def test_a_case_due_tomorrow_or_by_another_channel_does_not() -> None:
    """Nothing leaves before its day, and a mail does not speak for a letter."""
    assert not joins(a_case(), _other(), Channel.EMAIL, MORNING - timedelta(days=1))
    assert not joins(a_case(), _other(), Channel.LETTER, MORNING)


def test_a_case_does_not_join_itself() -> None:
    """A message lists each invoice once."""
    assert not joins(a_case(), a_case(), Channel.EMAIL, MORNING)


def test_a_case_in_another_currency_does_not_join() -> None:
    """One message asks for one sum."""
    other = a_case(currency="CHF").model_copy(update={"case_id": "case/atelier/other"})
    assert due_step(other, Channel.EMAIL, MORNING)
    assert not joins(a_case(), other, Channel.EMAIL, MORNING)


def test_a_reminder_before_the_due_date_joins_no_dunning() -> None:
    """What is not due yet is never told in one message with what is overdue."""
    ahead = a_plan(("ahead", -2, Channel.EMAIL), ("late", 5, Channel.EMAIL))
    coming = a_case(due=after_due(5), opened_at=paris(after_due(1)), plan=ahead)
    coming = coming.model_copy(update={"case_id": "case/atelier/coming"})
    assert due_step(coming, Channel.EMAIL, MORNING)
    assert not joins(a_case(), coming, Channel.EMAIL, MORNING)
    assert joins(coming.model_copy(update={"case_id": "x"}), coming, Channel.EMAIL, MORNING)


def test_a_held_case_does_not_join() -> None:
    """What waits is not asked for in somebody else's message either."""
    hold = Hold(reason="wait", by="camille", since=MORNING)
    held = evolve(_other(), HoldPlaced(at=MORNING, hold=hold))
    assert due_step(held, Channel.EMAIL, MORNING) is None


@pytest.mark.parametrize("reminded_in", [timedelta(minutes=-1), timedelta(minutes=10)])
def test_a_case_whose_dispute_is_to_be_decided_today_joins(reminded_in: timedelta) -> None:
    """Somebody is reminded of the contested part; the rest is in the one message of the day."""
    dispute = a_dispute("40.00", deadline=MORNING + reminded_in)
    other = given(_other()).on(after_due(1)).when(dispute).then("DisputeRaised").case
    assert next_action(other, MORNING) != next_action(_other(), MORNING)
    assert joins(a_case(), other, Channel.EMAIL, MORNING)


def test_a_case_whose_dispute_is_to_be_acknowledged_joins() -> None:
    """What was said a minute ago is answered by itself; the reminder of the day is the others'."""
    plan = plan_with(notices=Notices(dispute=True))
    contested = given(_other(plan=plan)).on(after_due(3), hour=8, minute=4).when(a_dispute("40.00"))
    other = contested.then("DisputeRaised").case
    answered = next_action(other, MORNING + timedelta(minutes=10))
    assert isinstance(answered, SendNotice)
    assert joins(a_case(), other, Channel.EMAIL, MORNING)


def test_the_firmest_tone_wins() -> None:
    """A message for a courtesy and a reminder is a reminder."""
    late = evolve(a_case(), performed("courtesy", after_due(3)))
    plan = late.plan
    steps = [(_other(), plan.steps[0]), (late, plan.steps[1])]
    assert firmest(steps).name == "reminder"
