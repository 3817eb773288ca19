"""Does a plan ever hand over, unasked, what no court would hear any more? Never."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.forecast import forecast
from schemas.case import CaseState, CollectionCase
from schemas.limitation import Interruption, InterruptionKind
from schemas.parties import Capacity
from schemas.plan import DunningPlan
from tests.support.asking import a_rejection, an_approval, plan_with
from tests.support.builders import DUE, a_case, a_plan, after_due
from tests.support.given import Given, given

AUTOMATIC = plan_with(refer=({"to": "Recouvra"},))
PLANS = (a_plan(), AUTOMATIC)


def owed(plan: DunningPlan, *, delivered_on: date) -> CollectionCase:
    """A claim against a French business: five years from delivery (Code civil 2224)."""
    known = {"country": "FR", "capacity": Capacity.BUSINESS, "invoiced_on": DUE}
    return a_case(plan=plan).model_copy(update={**known, "delivered_on": delivered_on})


def old(plan: DunningPlan) -> Given:
    """Delivered more than five years ago, invoiced late; at the end of its plan."""
    case = owed(plan, delivered_on=DUE.replace(year=DUE.year - 6))
    return given(case).lives_until(after_due(61))


@pytest.mark.parametrize("plan", PLANS)
def test_a_barred_claim_waits_for_a_person_before_it_is_handed_over(plan: DunningPlan) -> None:
    """The hand-over that would go by itself becomes a proposal that names why, and a task."""
    story = old(plan)
    assert story.case.state is not CaseState.REFERRED
    assert story.case.proposal is not None
    assert story.case.proposal.against[0].startswith("ClaimBarred: the last day to go to court was")
    assert "approve" in story.tasks
    story.next_waits("AwaitingApproval")


@pytest.mark.parametrize("plan", PLANS)
def test_who_knows_may_have_it_handed_over(plan: DunningPlan) -> None:
    """Approved, it goes as the plan said; rejected, it stays and a person decides."""
    agreed = (
        old(plan).when(an_approval("claire")).then("ReferralApproved").lives_until(after_due(70))
    )
    assert agreed.case.state is CaseState.REFERRED
    kept = old(plan).when(a_rejection()).then("ReferralRejected", "StepSkipped")
    kept = kept.lives_until(after_due(70))
    assert (kept.case.state, kept.case.proposal) == (CaseState.EXHAUSTED, None)


@pytest.mark.parametrize("plan", PLANS)
def test_a_claim_with_time_left_goes_by_itself(plan: DunningPlan) -> None:
    """Nothing changes for what a court would still hear."""
    story = given(owed(plan, delivered_on=DUE)).lives_until(after_due(61))
    assert story.case.state is CaseState.REFERRED


def test_new_time_lets_it_go() -> None:
    """An acknowledgement within the five years starts them afresh, so that nothing is barred."""
    start = DUE.replace(year=DUE.year - 6)
    word = Interruption(
        kind=InterruptionKind.ACKNOWLEDGEMENT, day=start + timedelta(days=900), proof="a letter"
    )
    case = owed(AUTOMATIC, delivered_on=start).model_copy(update={"interruptions": (word,)})
    assert given(case).lives_until(after_due(61)).case.state is CaseState.REFERRED


def test_what_waits_for_approval_is_not_foretold_again() -> None:
    """The forecast of a proposed hand-over is empty: nothing follows by itself."""
    story = old(AUTOMATIC)
    assert forecast(story.case, story.now) == ()


def test_a_debtor_who_was_never_told_is_named_beside_it() -> None:
    """Where no notice left, whoever approves reads that the debtor knows nothing."""
    steps = tuple(one for one in a_plan().steps if one.name != "formal-notice")
    story = old(a_plan().model_copy(update={"steps": steps}))
    assert story.case.proposal is not None
    assert "the debtor was not told of a hand-over" in story.case.proposal.against
