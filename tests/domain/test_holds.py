"""What does a hold stop, and for how long? Everything; until its end, or until somebody says so."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from domain.next_action import next_action
from schemas.actions import Wait
from schemas.commands import Command
from tests.support.asking import (
    a_dispute,
    a_hold,
    a_promise,
    a_release,
    for_the_creditor,
)
from tests.support.builders import a_case, a_payment, after_due, paris, performed
from tests.support.given import Given, given


def held(until_day: int | None = None) -> Given:
    """On the fourth day, after the first reminder, the case is put on hold."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    until = None if until_day is None else paris(after_due(until_day))
    return story.when(a_hold(until)).then("HoldPlaced")


def test_hold_without_an_end_waits_for_a_person() -> None:
    """It has no date, says so and says why; nothing is sent, for years (Tryton T3, BC B9)."""
    story = held()
    action = next_action(story.case, paris(after_due(900)))
    assert isinstance(action, Wait)
    assert action.until is None
    assert action.sentence == "On hold without an end: new manager."
    assert story.lives_until(after_due(900)).history == [("courtesy", after_due(3))]


def test_hold_with_an_end_wakes_by_itself() -> None:
    """On its last moment it is released for the record, and the ladder goes on at once."""
    story = held(until_day=25).next_waits("OnHold", until=after_due(25))
    lived = story.lives_until(after_due(25))
    assert lived.case.hold is None
    assert lived.history[1:] == [("reminder", after_due(25))]


def test_hold_keeps_the_ladder_and_not_the_calendar() -> None:
    """Blocked past two steps and released: one step leaves, and its level is 2 (Tryton T3)."""
    story = held().on(after_due(31)).when(a_release()).then("HoldReleased")
    story.next_is("reminder", level=2)
    lived = story.lives_until(after_due(35))
    assert lived.history[1:] == [("reminder", after_due(31))]


def test_hold_that_is_over_before_the_next_step_moves_nothing() -> None:
    """Two days on hold between two reminders: the second keeps its day."""
    assert held(until_day=7).lives_until(after_due(10)).history[-1] == (
        "reminder",
        after_due(10),
    )


def test_new_hold_takes_the_place_of_the_one_before() -> None:
    """Whether it ends earlier or later, the last word counts."""
    for first, second in ((25, 15), (15, 25), (None, 15)):
        story = held(first).when(a_hold(paris(after_due(second)), request="H-2")).then("HoldPlaced")
        story.next_waits("OnHold", until=after_due(second))


def test_hold_ends_in_the_future() -> None:
    """An end that has passed, or is now, is refused by name."""
    story = given(a_case()).on(after_due(4))
    for until in (story.now, story.now - timedelta(days=1)):
        story.when(a_hold(until)).then_refused("HoldEndsInThePast")


def test_release_needs_something_to_release() -> None:
    """A case that is not on hold says so; a closed one is not put on hold."""
    given(a_case()).when(a_release()).then_refused("NotOnHold")
    closed = given(a_case()).when(a_payment()).then("PaymentReceived", "CaseClosed")
    closed.when(a_hold()).then_refused("CaseIsClosed")


def test_payment_during_a_hold_closes_the_case() -> None:
    """A hold stops what we say, never what is heard; and it ends with the case."""
    story = held().when(a_payment()).then("PaymentReceived", "CaseClosed")
    assert story.case.hold is None


PAUSES: dict[str, tuple[Command, str]] = {
    "hold": (a_hold(paris(after_due(20))), "HoldPlaced"),
    "promise": (a_promise("40.00", on=after_due(11)), "PromiseMade"),
    "dispute": (a_dispute("60.00"), "DisputeRaised"),
}


@pytest.mark.parametrize("order", list(permutations(PAUSES)), ids="-".join)
def test_pauses_overlap_in_any_order(order: tuple[str, ...]) -> None:
    """Held, promised and contested at once: nothing leaves until the last of them has ended."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    for name in order:
        command, event = PAUSES[name]
        story = story.when(command).then(event)
    lived = story.lives_until(after_due(19))
    assert lived.history == [("courtesy", after_due(3))]
    lived = story.lives_until(after_due(20))
    assert lived.tasks == ["promise-broken"]
    # The undisputed 40 are asked for again; day 20 is a Sunday.
    assert story.lives_until(after_due(21)).history[1:] == [("reminder", after_due(21))]


@pytest.mark.parametrize("last", ["release", "resolve", "break"])
def test_case_goes_on_when_the_last_of_its_pauses_ends(last: str) -> None:
    """Whichever ends last lets the ladder go on; the ends before it do not."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_promise(on=after_due(11))).then("PromiseMade")
    story = story.when(a_dispute()).then("DisputeRaised")
    story = story.when(a_hold()).then("HoldPlaced").on(after_due(16))
    if last != "release":
        story = story.when(a_release()).then("HoldReleased")
    if last != "resolve":
        story = story.when(for_the_creditor()).then("DisputeResolved")
    if last == "release":
        story.next_waits("OnHold")
        story = story.when(a_release()).then("HoldReleased")
    if last == "resolve":
        story = story.next_records("PromiseBroken").next_waits("Disputed")
        story = story.when(for_the_creditor()).then("DisputeResolved")
    else:
        story = story.next_records("PromiseBroken")
    story.next_is("reminder")
