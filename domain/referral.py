"""Who takes a case over, and may it go now? The plan's destinations, asked in their order."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.business_calendar import local_day
from domain.ladder import cycle_of, pending_steps
from domain.limitation_watch import watched
from domain.time_to_sue import threatens_court
from schemas.actions import Action, Record, Wait
from schemas.case import REACHED, CollectionCase
from schemas.commands import Refusal
from schemas.events import (
    CaseReferred,
    ReferralProposed,
    ReferralWithdrawn,
    StepSkipped,
)
from schemas.identifiers import contact_reference
from schemas.plan import DunningStep
from schemas.referral import Approval, Destination, Proposal

HAND_OVER_NOTICE, FORMAL_NOTICE = "hand-over-notice", "formal-notice"
"""The texts that tell a debtor of a hand-over: that it will happen, and that it may.

Texts of a house's own, whose names begin so, tell it too.
"""

ALL_THE_SAME = "to hand over all the same, say `refer --without-notice`."


def destinations(case: CollectionCase) -> tuple[Destination, ...]:
    """Those of the plan; one that names none has the one that takes every case."""
    return case.plan.refer or (Destination(to=case.plan.refer_to),)


def destination_of(case: CollectionCase) -> Destination | None:
    """The first whose amount, country and capacity fit; age and disputes only make it wait."""
    return next((one for one in destinations(case) if not unfit(case, one)), None)


def unfit(case: CollectionCase, destination: Destination) -> tuple[str, ...]:
    """Why a destination does not take a case, in words; what was not written down does not fit."""
    when, owed = destination.when, case.outstanding
    found: list[str] = []
    if owed.amount < when.min_amount:
        found.append(f"{owed} is less than {when.min_amount}")
    if when.max_amount is not None and owed.amount > when.max_amount:
        found.append(f"{owed} is more than {when.max_amount}")
    if when.countries and case.country not in when.countries:
        found.append(f"the debtor's country is {case.country or 'unknown'}")
    if when.capacities and case.capacity not in when.capacities:
        found.append(f"the debtor's capacity is {case.capacity or 'unknown'}")
    return tuple(found)


def against(case: CollectionCase, destination: Destination, now: datetime) -> tuple[str, ...]:
    """Everything that speaks against a hand-over now, in words."""
    found = list(unfit(case, destination))
    old_enough = _old_enough(case, destination)
    if now < old_enough:
        found.append(f"it is not {destination.when.min_age_days} days overdue")
    if destination.when.no_open_dispute and case.disputed.is_positive:
        found.append(f"{case.disputed} is in dispute")
    return tuple(found)


def surprised(case: CollectionCase, now: datetime) -> Refusal | None:
    """Why a hand-over would surprise the debtor, and what to do first; None when it would not.

    A hand-over notice tells the debtor of it, and until when they may still pay. So does a formal
    notice, if the plan has no hand-over notice ahead.
    """
    pending = pending_steps(case)
    ahead = next((one for one in pending if one.template.startswith(HAND_OVER_NOTICE)), None)
    telling = (HAND_OVER_NOTICE,) if ahead else (HAND_OVER_NOTICE, FORMAL_NOTICE)
    steps = {one.name: one for one in case.plan.steps if one.template.startswith(telling)}
    told = [one for one in case.steps if one.step in steps and one.outcome in REACHED]
    if not told:
        return Refusal(code="DebtorNotTold", sentence=_first(case, now))
    last = told[-1]
    days = timedelta(days=steps[last.step].pay_within_days)
    until = local_day(case.calendar, last.at) + days
    if local_day(case.calendar, now) > until:
        return None
    return Refusal(
        code="DeadlineStillRuns",
        sentence=f"{last.step!r} lets the debtor pay until {until}; {ALL_THE_SAME}",
    )


def _first(case: CollectionCase, now: datetime) -> str:
    """What a person does before a hand-over of which the debtor knows nothing."""
    untold = "The debtor was not told of a hand-over"
    pending, late = pending_steps(case), _is_barred(case, now)
    leaving = [one for one in pending if not (late and threatens_court(one))]
    by_text = (HAND_OVER_NOTICE, FORMAL_NOTICE)
    notices = [one for text in by_text for one in leaving if one.template.startswith(text)]
    if not notices:
        return f"{untold}, and the plan has no notice of it ahead that may leave; {ALL_THE_SAME}"
    name, notice = case.invoice, notices[0]
    move = f"`replan {name} --to {case.plan.plan} --mode move --step {notice.name}`, then "
    first = "" if pending[0] == notice else move
    return f"{untold}. Let {notice.name!r} leave first: {first}`do-now {name}`; {ALL_THE_SAME}"


def before_hand_over(case: CollectionCase, step: DunningStep, now: datetime) -> Action | None:
    """What comes before the hand-over that the plan asks for; None when it may happen now.

    A plan without destinations hands over as soon as its step is due. What no court would hear any
    more is never handed over unasked, whatever the destination says: a person approves it.
    """
    late, proposal = _barred(case, now), case.proposal
    if not case.plan.refer and not late and proposal is None:
        return None
    chosen = destination_of(case)
    if proposal and (chosen is None or chosen.to != proposal.to):
        return Record(events=(_withdrawn(proposal, chosen, now),))
    if chosen is None:
        return Record(events=(_passed_over(case, step, now),))
    if waiting := _not_yet(case, chosen, now) if case.plan.refer else None:
        return waiting
    doubted = late or (proposal.against if proposal else ())
    unasked = chosen.approval is Approval.AUTOMATIC and not doubted
    if unasked or (proposal and proposal.approved_by):
        return None
    return awaiting(proposal) if proposal else Record(events=(proposed(case, step, now, late),))


def awaiting(proposal: Proposal) -> Wait:
    """The wait for a person's approval, as it is shown."""
    who = proposal.by or "the plan"
    return Wait(
        until=None,
        reason="AwaitingApproval",
        sentence=f"The hand-over to {proposal.to}, proposed by {who} on "
        f"{proposal.at:%Y-%m-%d}, waits for approval.",
    )


def handed_over(
    case: CollectionCase, now: datetime, reference: str, *, to: Destination | None = None
) -> CaseReferred:
    """The hand-over, for the record.

    Args:
        case: as it stands.
        now: the case's own clock.
        reference: of the contact.
        to: whoever takes it; the plan's rules name them by default.
    """
    chosen = to or destination_of(case) or Destination(to=case.plan.refer_to)
    return CaseReferred(
        at=now,
        cause=reference,
        to=chosen.to,
        kind=chosen.kind,
        outstanding=case.outstanding,
        reference=reference,
    )


def _not_yet(case: CollectionCase, chosen: Destination, now: datetime) -> Wait | None:
    if chosen.when.no_open_dispute and case.disputed.is_positive:
        return Wait(
            until=None,
            reason="ReferralWaitsForDispute",
            sentence=f"The hand-over to {chosen.to} waits: {case.disputed} is in dispute.",
        )
    old_enough = _old_enough(case, chosen)
    if now < old_enough:
        return Wait(
            until=old_enough,
            reason="ReferralTooEarly",
            sentence=f"{chosen.to} takes cases that are {chosen.when.min_age_days} days overdue.",
        )
    return None


def _old_enough(case: CollectionCase, destination: Destination) -> datetime:
    day = case.due_date + timedelta(days=destination.when.min_age_days)
    return datetime.combine(day, time(), ZoneInfo(case.calendar.time_zone))


def _barred(case: CollectionCase, now: datetime) -> tuple[str, ...]:
    """What a person must know before a claim is handed over that is too late for court."""
    limit = watched(case)
    if limit is None or not _is_barred(case, now):
        return ()
    untold = surprised(case, now)
    told = untold is None or untold.code != "DebtorNotTold"
    since = barred_words(limit.limitation_day, limit.law)
    return (since,) if told else (since, "the debtor was not told of a hand-over")


def _is_barred(case: CollectionCase, now: datetime) -> bool:
    limit = watched(case)
    return limit is not None and local_day(case.calendar, now) > limit.limitation_day


def barred_words(day: date, law: str = "") -> str:
    """That a claim is too late for court, as people read it beside a hand-over."""
    return f"ClaimBarred: the last day to go to court was {day}" + (f" ({law})" if law else "")


def proposed(
    case: CollectionCase, step: DunningStep, now: datetime, doubts: tuple[str, ...]
) -> ReferralProposed:
    """The plan's own hand-over, put before a person.

    Args:
        case: as it stands.
        step: whose turn it is.
        now: the case's own clock.
        doubts: what speaks against it, in words.
    """
    chosen = destination_of(case) or Destination(to=case.plan.refer_to)
    reference = contact_reference(case.case_id, step.name, cycle_of(case, step.name))
    proposal = Proposal(
        proposal_id=reference,
        to=chosen.to,
        kind=chosen.kind,
        at=now,
        step=step.name,
        against=doubts,
    )
    return ReferralProposed(at=now, proposal=proposal, outstanding=case.outstanding)


def _withdrawn(proposal: Proposal, chosen: Destination | None, now: datetime) -> ReferralWithdrawn:
    instead = f"now {chosen.to} takes it" if chosen else "no destination takes it any more"
    return ReferralWithdrawn(at=now, proposal_id=proposal.proposal_id, reason=instead)


def _passed_over(case: CollectionCase, step: DunningStep, now: datetime) -> StepSkipped:
    """Nobody takes it: the plan is at its end, and a person decides."""
    reasons = [f"{one.to}: {', '.join(unfit(case, one))}" for one in case.plan.refer]
    return StepSkipped(
        at=now,
        step=step.name,
        channel=step.channel,
        cycle=cycle_of(case, step.name),
        reason=f"nobody takes it ({'; '.join(reasons)})"[:500],
    )
