"""Does a message name one date, and announce only what will happen?"""

from __future__ import annotations

from datetime import timedelta

from activities.notices import _earlier, _follows, _pay_by, _refer_on
from schemas.plan import Channel, DunningStep
from tests.support.builders import DUE, a_case, after_due, performed
from tests.support.given import given

EARLY = DunningStep(name="before-due", day=-7, channel=Channel.EMAIL)


def test_before_anything_is_due_the_date_is_the_due_date() -> None:
    """A week before, the debtor reads the due date; afterwards, the deadline of the step."""
    case = a_case()
    assert _pay_by(EARLY, [case], DUE - timedelta(days=7)) == DUE
    step = case.plan.steps[0]
    assert _pay_by(step, [case], after_due(3)) == after_due(3 + step.pay_within_days)


def test_what_was_received_before_is_told_of_all_invoices_and_once() -> None:
    """A message recalls what came about any of its invoices; not the word before the due date."""
    early = given(a_case(), performed("before-due", after_due(-7)), performed("call", DUE))
    assert _earlier([early.case]) == ()
    told = given(early.case, performed("courtesy", after_due(3)))
    fresh = given(a_case())
    both = [fresh.case, given(told.case, performed("reminder", after_due(10))).case]
    received = [("courtesy", after_due(3)), ("reminder", after_due(10))]
    assert [(one.step, one.on) for one in _earlier(both)] == received
    # One message about two invoices stands on both records, under one reference.
    assert [one.step for one in _earlier([told.case, told.case])] == ["courtesy"]


def test_a_formal_notice_is_announced_only_before_one() -> None:
    """The firm reminder knows what the plan does next, whatever has been done before."""
    story = given(a_case(), performed("courtesy", after_due(3)))
    steps = {step.name: step for step in story.case.plan.steps}
    later = given(
        story.case, performed("reminder", after_due(10)), performed("call", after_due(15))
    )
    assert _follows(later.case, steps["firm"]) == "formal-notice"
    assert _follows(story.case, steps["reminder"]) == "call"
    assert _follows(later.case, steps["hand-over"]) == "firm"


def test_the_day_of_the_hand_over_is_after_the_deadline() -> None:
    """Nobody is told of a hand-over before the day until which they may still pay."""
    case = a_case()
    late = after_due(300)
    assert _refer_on(case, late) == late + timedelta(days=1)
    planned = _refer_on(case, after_due(1))
    assert planned is not None
    assert planned >= after_due(60)
