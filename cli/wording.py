"""How is an event said in a line, for people?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar

from schemas.charge_events import (
    ChargesClaimed,
    ChargesCorrected,
    ChargesReinstated,
    ChargesWaived,
    PaymentFreed,
)
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseRecalled,
    CaseReferred,
    CaseReopened,
    ContactBounced,
    ContactsAllowed,
    ContactsStopped,
    CreditNoteIssued,
    DisputeOverdue,
    DisputeRaised,
    DisputeResolved,
    FactUnreadable,
    FormalNoticeServed,
    HoldPlaced,
    HoldReleased,
    InstalmentMissed,
    InstalmentsAgreed,
    InterruptionRecorded,
    InterruptionWithdrawn,
    InvoiceCorrected,
    LadderRestarted,
    LimitationNear,
    NoticeNotSent,
    NoticeSent,
    PaymentReceived,
    PaymentReversed,
    PlanChanged,
    PlanExhausted,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    PromiseReinstated,
    PromiseWithdrawn,
    ReferralApproved,
    ReferralProposed,
    ReferralRejected,
    ReferralWithdrawn,
    ReplyReceived,
    StepBroughtForward,
    StepFailed,
    StepGivenBack,
    StepPerformed,
    StepSkipped,
    StepUndone,
    TaskCompleted,
    WrittenOff,
)
from schemas.limitation import Interruption
from schemas.pauses import Arrangement
from schemas.plan import Channel
from schemas.step_events import CallTried

Event = TypeVar("Event")
Words = Callable[[CaseEvent], str]
WordsOnAClock = Callable[[CaseEvent, tzinfo], str]


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
    if type(event) in WORDS_WITH_A_MOMENT:
        return WORDS_WITH_A_MOMENT[type(event)](event, zone).strip()
    return WORDS[type(event)](event).strip()


def _performed(event: StepPerformed) -> str:
    note = "" if event.delivery == "accepted" else " (nobody knows whether it left)"
    return f"{event.step} by {event.channel.value}, asked {event.asked}{note} {event.detail}"


def _paid(event: PaymentReceived) -> str:
    rest = f", {event.unallocated} unallocated" if event.unallocated.is_positive else ""
    rest += f", {event.charges} for interest and fixed sum" if event.charges else ""
    return f"{event.amount} on {event.received_on} ({event.payment_id}){rest}"


def _promised(arrangement: Arrangement) -> str:
    said = ", ".join(f"{one.amount} by {one.on}" for one in arrangement.instalments)
    return f"{said} {arrangement.means} {arrangement.said_by}"


def _held(event: HoldPlaced, zone: tzinfo) -> str:
    end = event.hold.until
    until = f"until {_moment(end, zone)}" if end else "without an end"
    return f"{until}: {event.hold.reason} (by {event.hold.by})"


def _tried(event: CallTried, zone: tzinfo) -> str:
    return f"{event.outcome}, call {event.attempt}; again {_moment(event.again_at, zone)}"


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}{' UTC' if zone is UTC else ''}"


def _proposed(event: ReferralProposed) -> str:
    proposal = event.proposal
    but = f"; but {', '.join(proposal.against)}" if proposal.against else ""
    return f"to {proposal.to}, {event.outstanding}, by {proposal.by or 'the plan'}{but}"


def _replanned(event: PlanChanged) -> str:
    where = {"keep": "position kept", "restart": "from the beginning", "move": "moved"}[event.mode]
    at = f" at {event.step}" if event.step else ""
    return f"from {event.before} to {event.plan.plan}, {where}{at}, by {event.by} {event.reason}"


def _served(event: FormalNoticeServed) -> str:
    service = event.service
    how = {"delivered": "delivered", "refused": "refused", "not-claimed": "not claimed"}
    letter = f"{service.letter} letter" if service.letter else "notice"
    proof = f", proof {service.sha256[:12]}" if service.sha256 else ", no proof kept yet"
    return f"{letter} {how[service.outcome]}, served on {service.on}{proof}, by {event.by}"


def _interrupted(one: Interruption) -> str:
    kept = f", sha256 {one.sha256[:12]}" if one.sha256 else ""
    return f"{one.kind.value.replace('_', ' ')} on {one.day}, proof: {one.proof}{kept}"


def _corrected(event: InvoiceCorrected) -> str:
    known = event.expected
    note = f"; {known} of it had been conceded in a dispute" if known and known.is_positive else ""
    return f"now {event.amount}, due {event.due_date}{note}"


def _charges_corrected(event: ChargesCorrected) -> str:
    interest = f"interest {event.interest} instead of {event.interest_before}"
    fixed_sum = f"fixed sum {event.indemnity}"
    if event.indemnity != event.indemnity_before:
        fixed_sum += f" instead of {event.indemnity_before}"
    return f"{interest}, {fixed_sum}: {in_words(event.reason)}"


def _on(kind: type[Event], words: Callable[[Event], str]) -> tuple[type, Words]:
    """One row of the table: the type checker holds the words against the kind of event."""
    return kind, lambda event: words(event) if isinstance(event, kind) else ""


def _on_a_clock(
    kind: type[Event], words: Callable[[Event, tzinfo], str]
) -> tuple[type, WordsOnAClock]:
    return kind, lambda event, zone: words(event, zone) if isinstance(event, kind) else ""


WORDS: dict[type, Words] = dict([
    _on(CaseOpened, lambda e: f"{e.claim} due {e.due_date}, plan {e.plan.plan}, by {e.by}"),
    _on(StepPerformed, _performed),
    _on(StepFailed, lambda e: f"{e.step} by {e.channel.value}: {e.explanation}"),
    _on(
        ContactBounced,
        lambda e: f"{e.step or e.reference} came back ({e.kind}): {e.diagnostic}",
    ),
    _on(StepGivenBack, lambda e: f"{e.step} is tried again, by {e.by}"),
    _on(StepSkipped, lambda e: f"{e.step}: {e.reason}"),
    _on(StepBroughtForward, lambda e: f"{e.step} is to be taken now, by {e.by}"),
    _on(StepUndone, lambda e: f"{e.step} was taken back by {e.by} {e.reason}"),
    _on(LadderRestarted, lambda e: f"day zero is now {e.anchor}: {e.reason}"),
    _on(NoticeSent, lambda e: f"{e.kind.value} acknowledged by {e.channel.value} {e.detail}"),
    _on(NoticeNotSent, lambda e: f"{e.kind.value} not acknowledged: {e.explanation}"),
    _on(PaymentReceived, _paid),
    _on(
        PaymentReversed, lambda e: f"{e.amount} of {e.payment_id} were taken back {e.reason}"
    ),
    _on(
        CreditNoteIssued, lambda e: f"{e.amount} ({e.credit_id}), {e.kind.replace('_', '-')}"
    ),
    _on(WrittenOff, lambda e: f"{e.amount}: {e.reason}"),
    _on(InvoiceCorrected, _corrected),
    _on(PlanChanged, _replanned),
    _on(ReferralProposed, _proposed),
    _on(ReferralApproved, lambda e: f"by {e.by}"),
    _on(ReferralRejected, lambda e: f"{e.reason} (by {e.by})"),
    _on(ReferralWithdrawn, lambda e: e.reason),
    _on(InstalmentMissed, lambda e: f"{e.missing} is lacking; the others keep their days"),
    _on(
        ChargesClaimed, lambda e: f"interest {e.interest} up to {e.on}, fixed sum {e.indemnity}"
    ),
    _on(
        ChargesWaived, lambda e: f"interest {e.interest}, fixed sum {e.indemnity}: {e.reason}"
    ),
    _on(
        ChargesReinstated,
        lambda e: f"interest {e.interest}, fixed sum {e.indemnity} {e.reason}",
    ),
    _on(ChargesCorrected, _charges_corrected),
    _on(
        PaymentFreed,
        lambda e: f"{e.amount} of {e.payment_id} had paid charges that are not owed",
    ),
    _on(
        DisputeRaised,
        lambda e: f"{e.dispute.amount}, {e.dispute.reason.value} {e.dispute.note}",
    ),
    _on(DisputeOverdue, lambda e: f"{e.amount} with {e.owner}"),
    _on(DisputeResolved, lambda e: f"for the {e.in_favour_of}, {e.amount} {e.note}"),
    _on(PromiseMade, lambda e: _promised(e.arrangement)),
    _on(InstalmentsAgreed, lambda e: _promised(e.arrangement)),
    _on(PromiseKept, lambda _: "everything promised has come in"),
    _on(PromiseBroken, lambda e: f"promised {e.promised}, received {e.received}"),
    _on(PromiseWithdrawn, lambda e: f"recorded by mistake, withdrawn by {e.by}: {e.reason}"),
    _on(
        PromiseReinstated, lambda e: f"what kept it was taken back: {_promised(e.arrangement)}"
    ),
    _on(HoldReleased, lambda e: f"{e.reason} (by {e.by})"),
    _on(ContactsStopped, lambda e: f"{e.stop.kind.value} of {e.stop.on} {e.stop.note}"),
    _on(ContactsAllowed, lambda e: f"{e.kind.value} is over: {e.reason} (by {e.by})"),
    _on(ReplyReceived, lambda e: e.excerpt or "no words of their own"),
    _on(FormalNoticeServed, _served),
    _on(InterruptionRecorded, lambda e: _interrupted(e.interruption) + f" (by {e.by})"),
    _on(InterruptionWithdrawn, lambda e: f"{e.kind.value} of {e.on}: {e.reason} (by {e.by})"),
    _on(
        LimitationNear, lambda e: f"the last day to go to court is {e.limitation_day} ({e.law})"
    ),
    _on(TaskCompleted, lambda e: f"{e.task_id}: {e.outcome} {e.note} by {e.by}"),
    _on(FactUnreadable, lambda e: f"{e.name}: {e.problem}"),
    _on(PlanExhausted, lambda e: f"{e.outstanding} still owed"),
    _on(CaseReferred, lambda e: f"to {e.to}, {e.outstanding}"),
    _on(CaseRecalled, lambda e: f"{e.reason} (by {e.by})"),
    _on(CaseReopened, lambda e: e.reason),
    _on(CaseClosed, lambda e: f"{e.reason.value} {e.note}"),
])  # fmt: skip
"""What each kind of event says; a test holds that none is missing."""

WORDS_WITH_A_MOMENT: dict[type, WordsOnAClock] = dict(
    [_on_a_clock(HoldPlaced, _held), _on_a_clock(CallTried, _tried)]
)
"""The same for those that name a moment."""
