"""Who may hand a case over, and who must agree? Refer, approve, reject, recall, give up."""

from __future__ import annotations

from datetime import datetime

from domain.ladder import cycle_of
from domain.referral import against, destination_of, destinations, handed_over, surprised
from domain.refusals import not_pursued
from schemas.case import CaseState, ClosingReason, CollectionCase
from schemas.commands import Refusal
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseRecalled,
    ReferralApproved,
    ReferralProposed,
    ReferralRejected,
    StepSkipped,
    WrittenOff,
)
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from schemas.referral import Approval, Destination, Proposal
from schemas.requests import (
    ApproveReferral,
    DeclareUncollectible,
    RecallCase,
    ReferCase,
    RejectReferral,
)

Answer = tuple[CaseEvent, ...] | Refusal


def refer(case: CollectionCase, command: ReferCase, now: datetime) -> Answer:
    """A person hands the case over, or proposes it.

    While the debtor was not told of a hand-over, or may still pay, it is refused, unless the person
    says that they know.

    Where the destination asks for approval, or where its conditions speak against the hand-over,
    another person must agree first.
    """
    if refusal := not_pursued(case):
        return refusal
    if case.proposal:
        return Refusal(
            code="ReferralAlreadyProposed",
            sentence=f"The hand-over to {case.proposal.to} waits for approval already.",
        )
    chosen = _named(case, command.to)
    if isinstance(chosen, Refusal):
        return chosen
    if not command.without_notice and (refusal := surprised(case, now)):
        return refusal
    problems = against(case, chosen, now)
    cause = {"at": now, "by": command.by, "cause": command.command_id}
    if chosen.approval is Approval.AUTOMATIC and not problems:
        reference = contact_reference(case.case_id, f"refer:{command.command_id}", 1)
        return (handed_over(case, now, reference, to=chosen).model_copy(update=cause),)
    proposal = Proposal(
        proposal_id=command.command_id,
        to=chosen.to,
        kind=chosen.kind,
        by=command.by,
        at=now,
        against=problems,
    )
    return (ReferralProposed(proposal=proposal, outstanding=case.outstanding, **cause),)


def approve(case: CollectionCase, command: ApproveReferral, now: datetime) -> Answer:
    """Four eyes: whoever proposed a hand-over does not approve it."""
    proposal = _waiting(case)
    if isinstance(proposal, Refusal):
        return proposal
    if command.by.strip().casefold() in {"", "unknown"}:
        return Refusal(code="ApproverUnknown", sentence="An approval needs a name.")
    if _same(command.by, proposal.by):
        return Refusal(
            code="ApproverIsProposer",
            sentence=f"{proposal.by} proposed the hand-over to {proposal.to}; "
            "another person must approve it.",
        )
    cause = {"at": now, "by": command.by, "cause": command.command_id}
    approved = ReferralApproved(proposal_id=proposal.proposal_id, **cause)
    if proposal.step:
        return (approved,)
    reference = contact_reference(case.case_id, f"refer:{proposal.proposal_id}", 1)
    to = Destination(to=proposal.to, kind=proposal.kind)
    return (approved, handed_over(case, now, reference, to=to).model_copy(update=cause))


def reject(case: CollectionCase, command: RejectReferral, now: datetime) -> Answer:
    """The plan's own hand-over is passed over, so that a person decides; a person's just ends."""
    proposal = _waiting(case)
    if isinstance(proposal, Refusal):
        return proposal
    cause = {"at": now, "by": command.by, "cause": command.command_id}
    rejected = ReferralRejected(proposal_id=proposal.proposal_id, reason=command.reason, **cause)
    if not proposal.step:
        return (rejected,)
    skipped = StepSkipped(
        step=proposal.step,
        channel=Channel.REFER,
        cycle=cycle_of(case, proposal.step),
        reason=f"the hand-over was rejected: {command.reason}",
        **cause,
    )
    return (rejected, skipped)


def recall(case: CollectionCase, command: RecallCase, now: datetime) -> Answer:
    """The case comes back from the agency or the lawyer."""
    if refusal := _not_referred(case):
        return refusal
    return (CaseRecalled(at=now, by=command.by, cause=command.command_id, reason=command.reason),)


def give_up(case: CollectionCase, command: DeclareUncollectible, now: datetime) -> Answer:
    """The agency or the lawyer says that nothing more can be had."""
    if refusal := _not_referred(case):
        return refusal
    cause = {"at": now, "by": command.by, "cause": command.command_id}
    return (
        WrittenOff(amount=case.outstanding, reason=command.reason, **cause),
        CaseClosed(reason=ClosingReason.UNCOLLECTIBLE, note=command.reason, **cause),
    )


def _not_referred(case: CollectionCase) -> Refusal | None:
    if case.state is CaseState.REFERRED:
        return None
    return Refusal(code="CaseIsNotReferred", sentence=f"Case {case.case_id} is {case.state.value}.")


def _named(case: CollectionCase, name: str) -> Destination | Refusal:
    known = destinations(case)
    names = ", ".join(one.to for one in known)
    if name:
        found = next((one for one in known if _same(one.to, name)), None)
        return found or Refusal(
            code="DestinationUnknown",
            sentence=f"{name!r} is no destination of plan {case.plan.plan!r}; "
            f"expected one of: {names}.",
        )
    return destination_of(case) or Refusal(
        code="NoDestinationFits",
        sentence=f"No destination of plan {case.plan.plan!r} takes this case by its rules; name "
        f"one of them ({names}), and another person will have to approve it.",
    )


def _waiting(case: CollectionCase) -> Proposal | Refusal:
    proposal = case.proposal
    if proposal is None or proposal.approved_by:
        return Refusal(
            code="NothingToApprove", sentence="No hand-over of this case waits for approval."
        )
    return proposal


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
