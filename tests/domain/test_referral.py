"""Who gets a case when our own means are at an end, and who must agree? As the plan's rules say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.referral import destination_of
from schemas.case import CaseState, ClosingReason, CollectionCase
from schemas.parties import Capacity
from schemas.plan import Channel, DunningPlan
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_recall,
    a_referral,
    a_rejection,
    a_replan,
    a_reversal,
    a_write_off,
    an_approval,
    do_now,
    for_the_creditor,
    plan_with,
    uncollectible,
)
from tests.support.builders import (
    a_cancellation,
    a_case,
    a_payment,
    a_plan,
    after_due,
    an_outcome,
    performed,
)
from tests.support.given import Given, given

LAWYER = {"to": "Maître Colin", "kind": "lawyer", "approval": "required"}
AGENCY = {"to": "Recouvra"}


def by_rule(*destinations: dict[str, Any]) -> DunningPlan:
    """The ordinary plan with these destinations."""
    return plan_with(refer=destinations)


def owing(amount: str, plan: DunningPlan, **facts: Any) -> CollectionCase:
    """A case of an amount, of a French business unless the story says otherwise."""
    known = {"country": "FR", "capacity": Capacity.BUSINESS, **facts}
    return a_case(owing=amount, plan=plan).model_copy(update=known)


def at_its_end(case: CollectionCase) -> Given:
    """Every own step was taken; the hand-over is due."""
    return given(case).lives_until(after_due(61))


TWO = by_rule(
    {**LAWYER, "when": {"min_amount": "5000"}},
    {**AGENCY, "when": {"min_amount": "100", "max_amount": "4999.99"}},
)


@pytest.mark.parametrize(
    ("amount", "to"),
    [("99.99", None), ("100.00", "Recouvra"), ("4999.99", "Recouvra"), ("5000.00", "Maître Colin")],
)
def test_amount_says_who_takes_it(amount: str, to: str | None) -> None:
    """Small sums to nobody, middling ones to the agency, large ones to the lawyer; limits count."""
    found = destination_of(owing(amount, TWO))
    assert (found.to if found else None) == to


@pytest.mark.parametrize(
    ("when", "facts", "fits"),
    [
        ({"countries": ["FR", "BE"]}, {"country": "BE"}, True),
        ({"countries": ["FR", "BE"]}, {"country": "DE"}, False),
        ({"countries": ["FR"]}, {"country": ""}, False),
        ({"capacities": ["business"]}, {"capacity": Capacity.CONSUMER}, False),
        ({"capacities": ["business", "consumer"]}, {"capacity": Capacity.CONSUMER}, True),
        ({"capacities": ["public"]}, {"capacity": None}, False),
    ],
)
def test_country_and_capacity_must_be_known_to_fit(
    when: dict[str, Any], facts: dict[str, Any], *, fits: bool
) -> None:
    """An agency takes the countries and capacities it names; what is not known is not assumed."""
    case = owing("100.00", by_rule({**AGENCY, "when": when}), **facts)
    assert (destination_of(case) is not None) is fits


def test_the_agency_gets_it_without_a_word() -> None:
    """Automatic: at its day the case is with the destination that the rules name."""
    story = at_its_end(owing("200.00", TWO))
    assert (story.case.state, story.case.referred_to) == (CaseState.REFERRED, "Recouvra")
    story.next_waits("CaseIsReferred")
    assert story.tasks == ["hand-over"]


def test_nobody_takes_it_so_a_person_decides() -> None:
    """Too small for anybody: the step is passed over with the reasons, and a person is asked."""
    story = at_its_end(owing("50.00", TWO))
    assert story.case.state is CaseState.EXHAUSTED
    assert story.tasks == ["call", "decide"]


def test_the_lawyer_waits_for_approval() -> None:
    """Large sums need a second pair of eyes: the case waits, visibly, and a task asks."""
    story = at_its_end(owing("6000.00", TWO)).next_waits("AwaitingApproval")
    assert "Maître Colin" in story.task("approve").summary
    assert story.case.state is CaseState.OPEN
    approved = story.when(an_approval("claire")).then("ReferralApproved")
    assert approved.tasks == ["call"]
    done = approved.on(after_due(63)).next_is("hand-over").lives_until(after_due(63))
    assert (done.case.state, done.case.referred_to) == (CaseState.REFERRED, "Maître Colin")


def test_rejection_sends_the_case_to_a_person() -> None:
    """Not approved: the hand-over is passed over with the reason, and somebody decides."""
    story = at_its_end(owing("6000.00", TWO)).when(a_rejection())
    after = story.then("ReferralRejected", "StepSkipped").next_records("PlanExhausted")
    assert after.tasks == ["call", "decide"]
    after.next_waits("PlanIsExhausted")


def test_the_task_is_answered_like_the_request() -> None:
    """Whoever answers the task approves or rejects by it."""
    story = at_its_end(owing("6000.00", TWO))
    task = story.task("approve").task_id
    story.when(an_outcome(task, "approved")).then("TaskCompleted", "ReferralApproved")
    answer = story.when(an_outcome(task, "rejected"))
    answer.then("TaskCompleted", "ReferralRejected", "StepSkipped")


def test_paid_in_part_it_is_no_longer_the_lawyers() -> None:
    """While it waits 4,000 of 6,000 come in: withdrawn, the agency takes the rest."""
    story = at_its_end(owing("6000.00", TWO)).when(a_payment("4000.00")).then("PaymentReceived")
    story = story.on(after_due(63)).next_records("ReferralWithdrawn")
    assert story.tasks == ["call"]
    after = story.lives_until(after_due(63))
    assert (after.case.state, after.case.referred_to) == (CaseState.REFERRED, "Recouvra")


def test_a_part_in_dispute_keeps_it_at_home() -> None:
    """Nobody hands a contested claim over; decided for us, it goes."""
    story = given(owing("200.00", TWO)).when(a_dispute("40.00")).then("DisputeRaised")
    story = story.lives_until(after_due(61)).next_waits("ReferralWaitsForDispute")
    story = story.when(for_the_creditor()).then("DisputeResolved").lives_until(after_due(63))
    assert story.case.state is CaseState.REFERRED


def test_a_young_case_waits_for_its_age() -> None:
    """The agency takes claims of 90 days: on day 60 the step waits, on day 90 it is taken."""
    plan = by_rule({**AGENCY, "when": {"min_age_days": 90}})
    story = at_its_end(owing("200.00", plan))
    story.next_waits("ReferralTooEarly", until=after_due(90))
    assert story.lives_until(after_due(92)).case.state is CaseState.REFERRED


def test_a_plan_without_destinations_refers_as_before() -> None:
    """Nothing was said about who takes what: the one agency takes it on its day."""
    story = at_its_end(a_case())
    assert (story.case.state, story.case.referred_to) == (CaseState.REFERRED, "collection agency")


def test_a_person_refers_at_once() -> None:
    """No condition speaks against it and none must agree: it is with the agency, tasks and all."""
    call = performed("call", after_due(15))
    story = given(owing("200.00", TWO), call).when(a_referral()).then("CaseReferred")
    assert (story.case.referred_to, story.tasks) == ("Recouvra", ["hand-over"])
    story.next_waits("CaseIsReferred")
    back = story.when(a_recall()).then("CaseRecalled")
    assert back.case.state is CaseState.OPEN
    back.on(after_due(21)).next_is("courtesy")  # the ladder goes on where it was


LAST_DOOR = a_plan(
    ("courtesy", 3, Channel.EMAIL),
    ("formal-notice", 30, Channel.LETTER),
    ("hand-over-notice", 40, Channel.LETTER),
    ("hand-over", 50, Channel.REFER),
)


def test_nobody_is_handed_over_who_was_not_told() -> None:
    """Before the hand-over notice has left, a person is stopped once, and told what to do."""
    letter, door = (
        performed(name, after_due(day), channel=Channel.LETTER)
        for name, day in (("formal-notice", 30), ("hand-over-notice", 40))
    )
    story = given(a_case(plan=LAST_DOOR), performed("courtesy", after_due(3)))
    untold = story.when(a_referral(untold=False)).then_refused("DebtorNotTold")
    assert "--mode move --step hand-over-notice`, then `do-now F-1`" in untold.sentence
    story.when(a_referral()).then("CaseReferred")
    # The formal notice says that it may happen; this plan will say that it does.
    story = given(story.case, letter)
    next_one = story.when(a_referral(untold=False)).then_refused("DebtorNotTold")
    assert "'hand-over-notice' leave first: `do-now F-1`" in next_one.sentence
    told = given(story.case, door)
    early = told.on(after_due(48)).when(a_referral(untold=False)).then_refused("DeadlineStillRuns")
    assert f"until {after_due(48)}" in early.sentence
    told.on(after_due(49)).when(a_referral(untold=False)).then("CaseReferred")


def test_a_text_of_the_houses_own_tells_of_a_hand_over_too() -> None:
    """Its name says what it is, as everywhere else: nobody is stopped who told the debtor."""
    plan = a_plan(("formal-notice-ours", 30, Channel.LETTER), ("hand-over", 50, Channel.REFER))
    sent = performed("formal-notice-ours", after_due(30), channel=Channel.LETTER)
    story = given(a_case(plan=plan), sent).on(after_due(49))
    story.when(a_referral(untold=False)).then("CaseReferred")


def test_a_formal_notice_tells_of_a_hand_over_where_the_plan_has_no_other() -> None:
    """The ordinary plan has no hand-over notice: its formal notice is the last door."""
    story = given(a_case(), performed("courtesy", after_due(3)))
    untold = story.when(a_referral(untold=False)).then_refused("DebtorNotTold")
    first = "`replan F-1 --to standard --mode move --step formal-notice`, then `do-now F-1`"
    assert f"Let 'formal-notice' leave first: {first}" in untold.sentence
    formal = performed("formal-notice", after_due(45), channel=Channel.LETTER)
    told = given(story.case, formal).on(after_due(60))
    told.when(a_referral(untold=False)).then("CaseReferred")


def test_against_its_conditions_another_person_must_agree() -> None:
    """Too small for the agency: the proposal says so, and only somebody else can approve it."""
    story = given(owing("50.00", TWO)).when(a_referral("recouvra")).then("ReferralProposed")
    assert "50.00 EUR is less than 100" in story.task("approve").summary
    story.next_waits("AwaitingApproval")
    story.when(an_approval(" Claire")).then_refused("ApproverIsProposer")
    story.when(an_approval("unknown")).then_refused("ApproverUnknown")
    story = story.when(an_approval("anna")).then("ReferralApproved", "CaseReferred")
    assert (story.case.referred_to, story.case.proposal) == ("Recouvra", None)
    assert story.tasks == ["hand-over"]


def test_own_proposal_may_be_taken_back() -> None:
    """Whoever proposed it may reject it; the case goes on as if nothing had been said."""
    story = given(owing("50.00", TWO)).when(a_referral("Recouvra")).then("ReferralProposed")
    story = story.when(a_rejection("claire")).then("ReferralRejected")
    assert story.tasks == []
    story.next_waits("NextStepNotDue", until=after_due(3))


def test_refusals_of_a_referral_say_what_to_do() -> None:
    """An unknown name, no fitting one, a second proposal, nothing to approve."""
    story = given(owing("50.00", TWO))
    unknown = story.when(a_referral("Cabinet X")).then_refused("DestinationUnknown")
    assert "Maître Colin, Recouvra" in unknown.sentence
    assert "name one of them" in story.when(a_referral()).then_refused("NoDestinationFits").sentence
    story.when(an_approval()).then_refused("NothingToApprove")
    story.when(a_rejection()).then_refused("NothingToApprove")
    twice = story.when(a_referral("Recouvra")).then("ReferralProposed")
    twice.when(a_referral("Recouvra", request="RF-2")).then_refused("ReferralAlreadyProposed")
    given(a_case()).when(uncollectible()).then_refused("CaseIsNotReferred")
    referred = at_its_end(a_case())
    referred.when(a_referral()).then_refused("CaseIsReferred")


def test_a_step_done_now_does_not_go_round_the_approval() -> None:
    """The hand-over is wanted now: it is proposed now, and still waits for a second person."""
    plan = TWO.model_copy(update={"steps": TWO.steps[-1:]})
    story = given(owing("6000.00", plan)).when(do_now()).then("StepBroughtForward")
    story = story.next_records("ReferralProposed").next_waits("AwaitingApproval")
    story.when(do_now(request="N-2")).then("StepBroughtForward").next_waits("AwaitingApproval")


def test_another_plan_takes_its_proposal_back() -> None:
    """What the old plan proposed is not approved under the new one."""
    story = at_its_end(owing("6000.00", TWO)).when(a_replan(a_plan())).then("PlanChanged")
    assert (story.case.proposal, story.tasks) == (None, ["call"])


def test_paid_while_it_waits_the_case_just_ends() -> None:
    """Nobody is asked to approve what is paid."""
    story = at_its_end(owing("6000.00", TWO)).when(a_payment("6000.00"))
    ended = story.then("PaymentReceived", "CaseClosed")
    assert (ended.case.closing, ended.tasks) == (ClosingReason.PAID, [])
    assert ended.case.proposal is None


def test_money_that_comes_while_they_have_it_is_recovered_and_told() -> None:
    """Paid to us directly: the agency must hear of it, and the case ends as recovered."""
    story = at_its_end(a_case()).when(a_payment()).then("PaymentReceived", "CaseClosed")
    assert story.case.closing is ClosingReason.RECOVERED
    assert story.tasks == ["tell-agency"]


def test_what_they_recovered_and_the_bank_took_back_is_theirs_again() -> None:
    """A returned payment opens the case where it was: with the agency, who must hear of it."""
    story = at_its_end(a_case()).when(a_payment()).then("PaymentReceived", "CaseClosed")
    story = story.when(a_reversal()).then("PaymentReversed", "CaseReopened")
    story.next_waits("CaseIsReferred")
    assert story.tasks == ["tell-agency", "tell-agency"]


def test_a_credit_note_reduces_what_they_collect() -> None:
    """The agency hears of every change of the claim."""
    story = at_its_end(a_case()).when(a_credit_note("40.00")).then("CreditNoteIssued")
    assert story.task("tell-agency").summary == "40.00 EUR was credited: tell collection agency"


def test_uncollectible_ends_it_with_its_own_reason() -> None:
    """The agency gives up: what is left is let go, and the case ends as uncollectible."""
    story = at_its_end(a_case()).when(uncollectible()).then("WrittenOff", "CaseClosed")
    assert story.case.closing is ClosingReason.UNCOLLECTIBLE


@pytest.mark.parametrize("command", [a_cancellation(), a_write_off()])
def test_what_ends_while_they_have_it_is_recalled_first(command: Any) -> None:
    """Cancelled or written off by us: an agency that has the file must stop, and is told so."""
    story = at_its_end(a_case())
    handed = story.when(an_outcome(story.task("hand-over").task_id, "handed-over"))
    ended = handed.then("TaskCompleted").when(command).decision
    assert isinstance(ended, tuple)
    assert ended[0].type == "CaseRecalled"
    after = given(handed.then("TaskCompleted").case, *ended)
    assert after.case.is_closed
    assert after.tasks == ["tell-agency"]


def test_a_decision_refers_the_case() -> None:
    """The plan is at its end and a person says `referred`: it is referred, by the same rules."""
    plan = by_rule(AGENCY).model_copy(update={"steps": TWO.steps[:1]})
    story = given(owing("200.00", plan)).lives_until(after_due(4))
    answer = story.when(an_outcome(story.task("decide").task_id, "referred"))
    assert answer.then("TaskCompleted", "CaseReferred").tasks == ["hand-over"]
    late = story.on(after_due(4) + timedelta(days=1))
    assert late.case.state is CaseState.EXHAUSTED
