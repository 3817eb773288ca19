"""When does another invoice join a message? Same debtor, same day, same channel, no doubt."""

from __future__ import annotations

from datetime import timedelta

from domain.case import evolve
from domain.sharing import due_step, firmest, joins
from schemas.events import HoldPlaced
from schemas.pauses import Hold
from schemas.plan import Channel
from tests.support.builders import a_case, after_due, paris, performed

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


def test_a_held_case_does_not_join() -> None:
    """What waits is not asked for in somebody else's message either."""
    hold = Hold(reason="wait", by="camille", since=MORNING)
    held = evolve(_other(), HoldPlaced(at=MORNING, hold=hold))
    assert due_step(held, Channel.EMAIL, MORNING) is None


def test_the_firmest_tone_wins() -> None:
    """A message for a courtesy and a reminder is a reminder."""
    late = evolve(a_case(), performed("courtesy", after_due(3)))
    plan = late.plan
    steps = [(_other(), plan.steps[0]), (late, plan.steps[1])]
    assert firmest(steps).name == "reminder"
