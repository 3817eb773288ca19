"""What forbids contact? Insolvency, death, no address, a wish; each until it is lifted by name."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from domain.next_action import next_action
from schemas.actions import Wait
from schemas.case import CaseState
from schemas.pauses import StopKind
from tests.support.asking import (
    a_hold,
    a_promise,
    a_release,
    a_stop,
    do_now,
    plan_with,
)
from tests.support.builders import a_case, a_payment, after_due, paris, performed
from tests.support.given import given

INSOLVENCY, NO_CONTACT = StopKind.INSOLVENCY, StopKind.DO_NOT_CONTACT
NO_ADDRESS, DECEASED = StopKind.UNKNOWN_ADDRESS, StopKind.DECEASED


@pytest.mark.parametrize("kind", list(StopKind))
def test_stop_ends_every_contact_and_opens_a_task(kind: StopKind) -> None:
    """From that moment nothing is sent, no call is planned, nothing is handed over (B17)."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_stop(kind)).then("ContactsStopped")
    assert story.tasks == ["contact-stopped"]
    assert story.lives_until(after_due(900)).history == [("courtesy", after_due(3))]
    action = next_action(story.case, paris(after_due(900)))
    assert isinstance(action, Wait)
    assert (action.until, action.reason) == (None, "ContactsStopped")
    assert kind.value in action.sentence


@pytest.mark.parametrize(
    ("published", "deadline"),
    [
        (date(2027, 1, 15), date(2027, 3, 15)),
        (date(2027, 11, 30), date(2028, 1, 30)),
        (date(2027, 12, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 7, 31), date(2027, 9, 30)),
        (date(2027, 10, 15), date(2027, 12, 15)),
    ],
)
def test_claim_is_declared_within_two_months_of_publication(
    published: date, deadline: date
) -> None:
    """Two months after the publication, or on that month's last day; the task names the day."""
    story = given(a_case()).when(a_stop(INSOLVENCY, on=published)).then("ContactsStopped")
    assert story.case.stops[0].deadline == deadline
    assert f"by {deadline}" in story.task("contact-stopped").summary


@pytest.mark.parametrize("kind", [DECEASED, NO_ADDRESS, NO_CONTACT])
def test_other_stops_have_no_legal_day(kind: StopKind) -> None:
    """A person decides what follows, without a deadline of the law."""
    story = given(a_case()).when(a_stop(kind)).then("ContactsStopped")
    assert story.case.stops[0].deadline is None
    assert "decide what follows" in story.task("contact-stopped").summary


def test_last_day_of_the_calendar_stops_contacts_too() -> None:
    """A publication in the year 9999 is a mistake, and stops contacts all the same."""
    story = given(a_case()).when(a_stop(INSOLVENCY, on=date.max)).then("ContactsStopped")
    assert story.case.stops[0].deadline is None
    story.on(after_due(30)).next_waits("ContactsStopped")


def test_stop_told_twice_is_one() -> None:
    """The register publishes the same judgment again, under another id: nothing changes."""
    story = given(a_case()).when(a_stop(INSOLVENCY)).then("ContactsStopped")
    story.when(a_stop(INSOLVENCY)).then()
    story.when(a_stop(INSOLVENCY, request="I-2")).then()


def test_stop_told_with_another_day_moves_its_deadline() -> None:
    """The publication was a week later than first heard: the later word counts, with a task."""
    story = given(a_case()).when(a_stop(INSOLVENCY, on=date(2027, 1, 8))).then("ContactsStopped")
    later = a_stop(INSOLVENCY, on=date(2027, 1, 15), request="I-2")
    story = story.when(later).then("ContactsStopped")
    assert [one.deadline for one in story.case.stops] == [date(2027, 3, 15)]
    assert "2027-03-15" in story.task("contact-stopped").summary


def test_release_lets_the_ladder_go_on() -> None:
    """An address was found: the case goes on where it was, and the task is done."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_stop(NO_ADDRESS)).then("ContactsStopped").on(after_due(24))
    story = story.when(a_release()).then("ContactsAllowed").next_is("reminder")
    assert story.tasks == []


def test_end_of_a_stop_follows_the_resume_policy() -> None:
    """A stop is a pause like the others: a plan that restarts does so after it, too."""
    case = a_case(plan=plan_with(resume="restart"))
    story = given(case, performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_stop(NO_ADDRESS)).then("ContactsStopped").on(after_due(24))
    story.when(a_release()).then("ContactsAllowed", "LadderRestarted")


@pytest.mark.parametrize("order", list(permutations([INSOLVENCY, NO_ADDRESS])))
def test_each_stop_is_lifted_by_its_own_name(order: tuple[StopKind, StopKind]) -> None:
    """That an address was found never ends an insolvency, whichever was heard of first."""
    story = given(a_case())
    for number, kind in enumerate(order):
        story = story.when(a_stop(kind, request=f"I-{number}")).then("ContactsStopped")
    refusal = story.when(a_release()).then_refused("StopNotNamed")
    assert INSOLVENCY.value in refusal.sentence
    story.when(a_release(DECEASED)).then_refused("StopNotNamed")
    story = story.when(a_release(NO_ADDRESS)).then("ContactsAllowed").on(after_due(30))
    story.next_waits("ContactsStopped")
    assert "declare the claim" in story.task("contact-stopped").summary
    assert story.tasks == ["contact-stopped"]
    story = story.when(a_release(INSOLVENCY, request="H-2")).then("ContactsAllowed")
    story.next_is("courtesy")


def test_release_of_a_hold_never_lifts_what_forbids_contact() -> None:
    """Held and not to be contacted: who releases the case without a word means the hold."""
    story = given(a_case()).when(a_stop(NO_CONTACT)).then("ContactsStopped")
    story = story.when(a_hold()).then("HoldPlaced").when(a_release()).then("HoldReleased")
    story.on(after_due(30)).next_waits("ContactsStopped")
    story.when(a_release(request="H-2")).then("ContactsAllowed")


def test_release_names_what_is_there() -> None:
    """A hold is not lifted in the name of an insolvency that nobody has heard of."""
    story = given(a_case()).when(a_hold()).then("HoldPlaced")
    story.when(a_release(INSOLVENCY)).then_refused("NotOnHold")


def test_nothing_is_brought_forward_past_a_stop() -> None:
    """A step wanted now waits like the others; a promise that lapses meanwhile breaks after."""
    story = given(a_case()).on(after_due(1)).when(a_promise(on=after_due(3))).then("PromiseMade")
    story = story.when(a_stop(NO_CONTACT)).then("ContactsStopped")
    story = story.when(do_now()).then("StepBroughtForward").on(after_due(20))
    story.next_waits("ContactsStopped")
    story = story.on(after_due(21)).when(a_release()).then("ContactsAllowed")
    story.next_records("PromiseBroken").next_is("courtesy")


def test_payment_is_heard_whatever_is_forbidden() -> None:
    """The administrator pays: the case closes."""
    story = given(a_case()).when(a_stop(INSOLVENCY)).then("ContactsStopped")
    closed = story.when(a_payment()).then("PaymentReceived", "CaseClosed")
    assert closed.tasks == []


def test_stop_of_a_referred_case_is_still_a_task() -> None:
    """The agency must hear of it, and the claim must be declared, whoever has the file."""
    story = given(a_case()).lives_until(after_due(90))
    story = story.when(a_stop(INSOLVENCY)).then("ContactsStopped")
    assert story.case.state is CaseState.REFERRED
    assert "contact-stopped" in story.tasks
    story.next_waits("CaseIsReferred")
