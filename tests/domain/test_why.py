"""Why was nothing sent today? Every open case has one reason, by a name and in a sentence."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.ladder import taken_today
from domain.next_action import next_action
from schemas.actions import Wait
from schemas.pauses import StopKind
from schemas.plan import Channel
from tests.support.asking import (
    a_dispute,
    a_hold,
    a_promise,
    a_referral,
    a_stop,
    an_undo,
    instalments,
    plan_with,
)
from tests.support.builders import a_case, a_payment, a_plan, after_due, performed
from tests.support.given import Given, given

COURTESY = performed("courtesy", after_due(3))
BY_RULE = plan_with(refer=[{"to": "Recouvra", "approval": "required"}])
AGED = plan_with(refer=[{"to": "Recouvra", "when": {"min_age_days": 90}}])


def zoo() -> dict[str, Given]:
    """An open case of every kind of rest, by the name of what it rests for."""
    young = given(a_case()).on(after_due(1))
    asked = given(a_case(), COURTESY).on(after_due(4))
    part = given(a_case(plan=AGED)).when(a_dispute("40.00")).then("DisputeRaised")
    return {
        "NextStepNotDue": young,
        "OutsideContactHours": given(a_case()).on(after_due(3), 23),
        "OnHold": asked.when(a_hold()).then("HoldPlaced"),
        "Promised": asked.when(a_promise(on=after_due(9))).then("PromiseMade"),
        "PayingByInstalments": young.when(instalments(("50.00", 14), ("50.00", 42))).then(
            "InstalmentsAgreed"
        ),
        "Disputed": asked.when(a_dispute()).then("DisputeRaised"),
        "ContactsStopped": asked.when(a_stop(StopKind.INSOLVENCY)).then("ContactsStopped"),
        "PlanIsExhausted": given(a_case(plan=a_plan(("courtesy", 3, Channel.EMAIL)))).lives_until(
            after_due(9)
        ),
        "CaseIsReferred": given(a_case()).lives_until(after_due(90)),
        "AwaitingApproval": given(a_case(plan=BY_RULE)).lives_until(after_due(90)),
        "ReferralTooEarly": given(a_case(plan=AGED)).lives_until(after_due(63)),
        "ReferralWaitsForDispute": part.lives_until(after_due(120)),
    }


@pytest.mark.parametrize("reason", sorted(zoo()))
def test_every_rest_has_its_one_reason(reason: str) -> None:
    """The name is that of the rest, and the sentence is one that a person can read."""
    story = zoo()[reason]
    action = next_action(story.case, story.now)
    assert isinstance(action, Wait)
    assert action.reason == reason
    assert action.sentence.endswith(".")
    assert not re.search("[a-z][A-Z]", action.sentence)


def test_what_left_today_says_so_until_midnight() -> None:
    """Written to this morning: today's answer is that, tomorrow's is the next step."""
    story = given(a_case(), COURTESY)
    assert taken_today(story.case, story.now) == story.case.steps[0]
    assert taken_today(story.case, story.now + timedelta(days=1)) is None
    undone = story.when(an_undo()).then("StepUndone")
    assert taken_today(undone.case, undone.now) is None


def test_a_person_who_proposes_a_hand_over_stops_the_contacts() -> None:
    """While a second person is awaited nothing leaves, and the reason names both."""
    dear = plan_with(refer=[{"to": "Maître Colin", "approval": "required"}])
    story = given(a_case(plan=dear), COURTESY).when(a_referral()).then("ReferralProposed")
    action = next_action(story.case, story.now + timedelta(days=30))
    assert isinstance(action, Wait)
    assert (action.reason, action.until) == ("AwaitingApproval", None)
    assert "Maître Colin, proposed by claire" in action.sentence
    paid = story.when(a_payment()).then("PaymentReceived", "CaseClosed")
    paid.next_waits("CaseIsClosed")
