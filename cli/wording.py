"""How is an event said in a line, for people?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from schemas.events import CaseEvent
from schemas.limitation import Interruption
from schemas.money import Money
from schemas.pauses import Arrangement
from schemas.plan import Channel


def count(number: int, one: str, many: str = "") -> str:
    """So many of something, in the singular or the plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def in_words(name: str) -> str:
    """The name of an event or a condition as people read it: ``StepPerformed``, step performed."""
    return re.sub("(?<!^)(?=[A-Z])", " ", name).lower()


def foretold(step: str, channel: str, barred_since: date | None) -> str:
    """A step to come, and whether it will stay in the house or wait for a person."""
    if barred_since is None:
        return step
    if channel == Channel.REFER:
        return f"{step} (waits for approval: the last day to go to court was {barred_since})"
    return f"{step} (not sent: the last day to go to court was {barred_since})"


def describe(event: CaseEvent, zone: tzinfo = UTC) -> str:
    """An event in a line, for people; moments in it are on the clock of that zone."""
    if event.type in WORDS_WITH_A_MOMENT:
        return WORDS_WITH_A_MOMENT[event.type](event, zone).strip()
    return WORDS[event.type](event).strip()


def _performed(event: Any) -> str:
    note = "" if event.delivery == "accepted" else " (nobody knows whether it left)"
    return f"{event.step} by {event.channel.value}, asked {event.asked}{note} {event.detail}"


def _paid(event: Any) -> str:
    rest = f", {event.unallocated} unallocated" if event.unallocated.is_positive else ""
    rest += f", {event.charges} for interest and fixed sum" if event.charges else ""
    return f"{event.amount} on {event.received_on} ({event.payment_id}){rest}"


def _promised(arrangement: Arrangement) -> str:
    parts: list[tuple[Money, Any]] = [(one.amount, one.on) for one in arrangement.instalments]
    said = ", ".join(f"{amount} by {day}" for amount, day in parts)
    return f"{said} {arrangement.means} {arrangement.said_by}"


def _held(event: Any, zone: tzinfo) -> str:
    end = event.hold.until
    until = f"until {_moment(end, zone)}" if end else "without an end"
    return f"{until}: {event.hold.reason} (by {event.hold.by})"


def _tried(event: Any, zone: tzinfo) -> str:
    return f"{event.outcome}, call {event.attempt}; again {_moment(event.again_at, zone)}"


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}{' UTC' if zone is UTC else ''}"


def _proposed(event: Any) -> str:
    proposal = event.proposal
    but = f"; but {', '.join(proposal.against)}" if proposal.against else ""
    return f"to {proposal.to}, {event.outstanding}, by {proposal.by or 'the plan'}{but}"


def _replanned(event: Any) -> str:
    where = {"keep": "position kept", "restart": "from the beginning", "move": "moved"}[event.mode]
    at = f" at {event.step}" if event.step else ""
    return f"from {event.before} to {event.plan.plan}, {where}{at}, by {event.by} {event.reason}"


def _served(event: Any) -> str:
    service = event.service
    how = {"delivered": "delivered", "refused": "refused", "not-claimed": "not claimed"}
    letter = f"{service.letter} letter" if service.letter else "notice"
    proof = f", proof {service.sha256[:12]}" if service.sha256 else ", no proof kept yet"
    return f"{letter} {how[service.outcome]}, served on {service.on}{proof}, by {event.by}"


def _interrupted(one: Interruption) -> str:
    kept = f", sha256 {one.sha256[:12]}" if one.sha256 else ""
    return f"{one.kind.value.replace('_', ' ')} on {one.day}, proof: {one.proof}{kept}"


def _corrected(event: Any) -> str:
    known = event.expected
    note = f"; {known} of it had been conceded in a dispute" if known and known.is_positive else ""
    return f"now {event.amount}, due {event.due_date}{note}"


def _charges_corrected(event: Any) -> str:
    interest = f"interest {event.interest} instead of {event.interest_before}"
    fixed_sum = f"fixed sum {event.indemnity}"
    if event.indemnity != event.indemnity_before:
        fixed_sum += f" instead of {event.indemnity_before}"
    return f"{interest}, {fixed_sum}: {in_words(event.reason)}"


WORDS: dict[str, Callable[[Any], str]] = {
    "CaseOpened": lambda e: f"{e.claim} due {e.due_date}, plan {e.plan.plan}, by {e.by}",
    "StepPerformed": _performed,
    "StepFailed": lambda e: f"{e.step} by {e.channel.value}: {e.explanation}",
    "ContactBounced": lambda e: f"{e.step or e.reference} came back ({e.kind}): {e.diagnostic}",
    "StepGivenBack": lambda e: f"{e.step} is tried again, by {e.by}",
    "StepSkipped": lambda e: f"{e.step}: {e.reason}",
    "StepBroughtForward": lambda e: f"{e.step} is to be taken now, by {e.by}",
    "StepUndone": lambda e: f"{e.step} was taken back by {e.by} {e.reason}",
    "LadderRestarted": lambda e: f"day zero is now {e.anchor}: {e.reason}",
    "NoticeSent": lambda e: f"{e.kind.value} acknowledged by {e.channel.value} {e.detail}",
    "NoticeNotSent": lambda e: f"{e.kind.value} not acknowledged: {e.explanation}",
    "PaymentReceived": _paid,
    "PaymentReversed": lambda e: f"{e.amount} of {e.payment_id} were taken back {e.reason}",
    "CreditNoteIssued": lambda e: f"{e.amount} ({e.credit_id}), {e.kind.replace('_', '-')}",
    "WrittenOff": lambda e: f"{e.amount}: {e.reason}",
    "InvoiceCorrected": _corrected,
    "PlanChanged": _replanned,
    "ReferralProposed": _proposed,
    "ReferralApproved": lambda e: f"by {e.by}",
    "ReferralRejected": lambda e: f"{e.reason} (by {e.by})",
    "ReferralWithdrawn": lambda e: e.reason,
    "InstalmentMissed": lambda e: f"{e.missing} is lacking; the others keep their days",
    "ChargesClaimed": lambda e: f"interest {e.interest} up to {e.on}, fixed sum {e.indemnity}",
    "ChargesWaived": lambda e: f"interest {e.interest}, fixed sum {e.indemnity}: {e.reason}",
    "ChargesReinstated": lambda e: f"interest {e.interest}, fixed sum {e.indemnity} {e.reason}",
    "ChargesCorrected": _charges_corrected,
    "PaymentFreed": lambda e: f"{e.amount} of {e.payment_id} had paid charges that are not owed",
    "DisputeRaised": lambda e: f"{e.dispute.amount}, {e.dispute.reason.value} {e.dispute.note}",
    "DisputeOverdue": lambda e: f"{e.amount} with {e.owner}",
    "DisputeResolved": lambda e: f"for the {e.in_favour_of}, {e.amount} {e.note}",
    "PromiseMade": lambda e: _promised(e.arrangement),
    "InstalmentsAgreed": lambda e: _promised(e.arrangement),
    "PromiseKept": lambda _: "everything promised has come in",
    "PromiseBroken": lambda e: f"promised {e.promised}, received {e.received}",
    "PromiseWithdrawn": lambda e: f"recorded by mistake, withdrawn by {e.by}: {e.reason}",
    "PromiseReinstated": lambda e: f"what kept it was taken back: {_promised(e.arrangement)}",
    "HoldReleased": lambda e: f"{e.reason} (by {e.by})",
    "ContactsStopped": lambda e: f"{e.stop.kind.value} of {e.stop.on} {e.stop.note}",
    "ContactsAllowed": lambda e: f"{e.kind.value} is over: {e.reason} (by {e.by})",
    "ReplyReceived": lambda e: e.excerpt or "no words of their own",
    "FormalNoticeServed": _served,
    "InterruptionRecorded": lambda e: _interrupted(e.interruption) + f" (by {e.by})",
    "InterruptionWithdrawn": lambda e: f"{e.kind.value} of {e.on}: {e.reason} (by {e.by})",
    "LimitationNear": lambda e: f"the last day to go to court is {e.limitation_day} ({e.law})",
    "TaskCompleted": lambda e: f"{e.task_id}: {e.outcome} {e.note} by {e.by}",
    "FactUnreadable": lambda e: f"{e.name}: {e.problem}",
    "PlanExhausted": lambda e: f"{e.outstanding} still owed",
    "CaseReferred": lambda e: f"to {e.to}, {e.outstanding}",
    "CaseRecalled": lambda e: f"{e.reason} (by {e.by})",
    "CaseReopened": lambda e: e.reason,
    "CaseClosed": lambda e: f"{e.reason.value} {e.note}",
}
"""What each kind of event says; a test holds that none is missing."""

WORDS_WITH_A_MOMENT: dict[str, Callable[[Any, tzinfo], str]] = {
    "HoldPlaced": _held,
    "CallTried": _tried,
}
"""The same for those that name a moment."""
