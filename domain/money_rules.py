"""What do payments, reversals, credit notes and write-offs mean for a case?"""

from __future__ import annotations

from datetime import datetime

from domain.evolve import evolve, fold
from domain.notices import owes_thanks
from domain.referral_tasks import taken_back
from domain.refusals import case_is_closed, facts_left_to_a_person
from domain.resume import is_paused, resumed
from domain.tasks import NOT_ENDED_BY_MONEY
from schemas.case import CaseState, ClosingReason, CollectionCase
from schemas.commands import CorrectInvoice, RecordPayment, Refusal
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseReopened,
    CreditNoteIssued,
    InvoiceCorrected,
    PaymentReceived,
    PaymentReversed,
    PromiseKept,
    PromiseReinstated,
    WrittenOff,
)
from schemas.money import Money
from schemas.requests import IssueCreditNote, ReversePayment, WriteOff

DUE_YEARS = range(1970, 2200)
"""Due dates beyond these, which an import refuses too, are mistakes; no calendar reaches them."""

Events = tuple[CaseEvent, ...]


def receive(case: CollectionCase, payment: RecordPayment, now: datetime) -> Events:
    """A payment lessens the claim as far as it goes; the rest of it is unallocated cash.

    Only an earlier payment makes a payment a repeated one: banks number as they like, and money
    must not vanish because a correction or a request had the same id.
    """
    known = {seen.payment_id for seen in case.allocations} | set(case.reversed_payments)
    if payment.command_id in known:
        return ()
    if not payment.amount.is_positive:
        if payment.command_id in case.commands:
            return ()
        return facts_left_to_a_person(payment, f"a payment of {payment.amount}", now)
    none = Money.zero(case.claim.currency)
    fits = payment.amount.currency == case.claim.currency and not case.is_closed
    allocated = payment.amount.at_most(case.outstanding) if fits else none
    charges = _for_charges(case, payment.amount, allocated)
    left = payment.amount - allocated if fits else payment.amount
    received = PaymentReceived(
        at=now,
        by=payment.by,
        cause=payment.command_id,
        payment_id=payment.command_id,
        amount=payment.amount,
        received_on=payment.received_on,
        allocated=allocated,
        unallocated=left - charges if charges else left,
        source=payment.source,
        charges=charges,
    )
    return settled(case, received, *_not_asked_for(case, received, payment))


def _for_charges(case: CollectionCase, amount: Money, allocated: Money) -> Money | None:
    """How much of a payment pays claimed charges: of what exceeds the claim, or all if closed."""
    if amount.currency != case.claim.currency:
        return None
    beyond = amount - allocated if allocated.is_positive else amount
    paid = beyond.at_most(case.charges_owed)
    return paid if paid.is_positive else None


def _not_asked_for(
    case: CollectionCase, received: PaymentReceived, payment: RecordPayment
) -> Events:
    """Write off by how much the bank feed lets this payment fall short; never more than is left."""
    rest = evolve(case, received).outstanding
    if payment.written_off is None or case.is_closed or not received.allocated.is_positive:
        return ()
    if payment.written_off.currency != rest.currency:
        return ()
    amount = payment.written_off.at_most(rest)
    if not amount.is_positive:
        return ()
    reason = payment.write_off_reason or f"not paid with {payment.command_id}"
    written_off = WrittenOff(
        at=received.at,
        by=payment.by,
        cause=payment.command_id,
        amount=amount,
        reason=reason,
        on=payment.received_on,
    )
    return (written_off,)


def reverse(case: CollectionCase, reversal: ReversePayment, now: datetime) -> Events:
    """Exactly that allocation is undone; a case that the payment had closed is pursued again.

    A promise that the payment had kept is in force again, with its own day.

    Banks quote the payment's own id for its return, so only an earlier reversal makes it a
    repeated one.
    """
    if reversal.payment_id in case.reversed_payments:
        return ()
    taken = next((one for one in case.allocations if one.payment_id == reversal.payment_id), None)
    if taken is None:
        if reversal.command_id in case.commands:
            return ()
        problem = f"no payment {reversal.payment_id!r} of this case can be taken back"
        return facts_left_to_a_person(reversal, problem, now)
    undone = PaymentReversed(
        at=now,
        by=reversal.by,
        cause=reversal.command_id,
        payment_id=reversal.payment_id,
        amount=taken.amount,
        unallocated=taken.left_over,
        charges=taken.charges,
        reason=reversal.reason,
    )
    if not case.is_closed:
        return (undone, *_stands_again(case, undone))
    if case.closing in NOT_ENDED_BY_MONEY or not evolve(case, undone).outstanding.is_positive:
        return (undone,)
    reason = f"payment {reversal.payment_id} was taken back"
    reopened = CaseReopened(at=now, cause=reversal.command_id, reason=reason)
    events = (undone, reopened, *_stands_again(case, undone))
    return (*events, *resumed(fold(events, case), now, reversal.command_id))


def _stands_again(case: CollectionCase, undone: PaymentReversed) -> Events:
    """Put a kept promise in force again, if without that payment too little has come in for it."""
    after = evolve(case, undone)
    if case.kept is None or after.kept is None or case.arrangement is not None:
        return ()
    if case.kept == after.kept or after.kept.arrangement.is_kept:
        return ()
    again = PromiseReinstated(
        at=undone.at, by=undone.by, cause=undone.cause, arrangement=after.kept.arrangement
    )
    return (again,)


def credit(case: CollectionCase, note: IssueCreditNote, now: datetime) -> Events:
    """A credit note reduces the claim; what a dispute had conceded is not taken off twice."""
    if any(seen.credit_id == note.command_id for seen in case.credits):
        return ()
    if note.amount.currency != case.claim.currency or not note.amount.is_positive:
        if note.command_id in case.commands:
            return ()
        return facts_left_to_a_person(note, f"a credit note of {note.amount}", now)
    expected = note.amount.at_most(case.expected_credit or Money.zero(note.amount.currency))
    issued = CreditNoteIssued(
        at=now,
        by=note.by,
        cause=note.command_id,
        credit_id=note.command_id,
        amount=note.amount,
        expected=expected,
        taken=note.amount - expected,
        on=note.on,
        kind=note.kind,
    )
    return settled(case, issued)


def correct(case: CollectionCase, correction: CorrectInvoice, now: datetime) -> Events:
    """Take over what the ledger of record says; what cannot be true becomes a task for a person."""
    days = (correction.issue_date, correction.delivery_date)
    known = correction.issue_date is None or days == (case.invoiced_on, case.delivered_on)
    if known and (correction.amount, correction.due_date) == (case.claim, case.due_date):
        return ()
    if correction.amount.currency != case.claim.currency:
        problem = f"the currency changed from {case.claim.currency} to {correction.amount.currency}"
        return facts_left_to_a_person(correction, problem, now)
    if correction.amount.amount < 0:
        return facts_left_to_a_person(correction, f"an invoice of {correction.amount}", now)
    if correction.due_date.year not in DUE_YEARS:
        return facts_left_to_a_person(correction, f"a due date of {correction.due_date}", now)
    corrected = InvoiceCorrected(
        at=now,
        by=correction.by,
        cause=correction.command_id,
        amount=correction.amount,
        due_date=correction.due_date,
        expected=_conceded_before(case, case.claim - correction.amount),
        invoiced_on=correction.issue_date,
        delivered_on=correction.delivery_date,
    )
    return settled(case, corrected)


def _conceded_before(case: CollectionCase, reduction: Money) -> Money | None:
    """How much of a correction a dispute had conceded, so that it is not taken off twice."""
    if case.expected_credit is None or not reduction.is_positive:
        return None
    return reduction.at_most(case.expected_credit)


def write_off(case: CollectionCase, command: WriteOff, now: datetime) -> Events | Refusal:
    """What is left is no longer asked for."""
    if case.is_closed:
        return case_is_closed(case)
    return (
        *taken_back(case, command, now),
        WrittenOff(
            at=now,
            by=command.by,
            cause=command.command_id,
            amount=case.outstanding,
            reason=command.reason,
        ),
        CaseClosed(
            at=now,
            by=command.by,
            cause=command.command_id,
            reason=ClosingReason.WRITTEN_OFF,
            note=command.reason,
        ),
    )


def ended_by_money(case: CollectionCase) -> ClosingReason:
    """Why a case of which nothing is left to pay has ended."""
    if not case.paid.is_positive:
        return ClosingReason.CREDITED
    return ClosingReason.RECOVERED if case.state is CaseState.REFERRED else ClosingReason.PAID


def settled(case: CollectionCase, *events: CaseEvent) -> Events:
    """These events and what they bring about: a promise kept, a small rest let go, the end."""
    last = events[-1]
    after = fold(events, case)
    following: list[CaseEvent] = list(events)
    if after.arrangement and after.arrangement.is_kept and not case.is_closed:
        kept = PromiseKept(
            at=last.at, cause=last.cause, arrangement_id=after.arrangement.arrangement_id
        )
        following.append(kept)
    rest = after.outstanding
    if case.is_closed:
        return tuple(following)
    if rest.amount > case.plan.small_remainder:
        if is_paused(case):
            following.extend(resumed(fold(following, case), last.at, last.cause))
        return tuple(following)
    if rest.is_positive:
        reason = f"a rest of at most {case.plan.small_remainder} is not pursued"
        on = last.received_on if isinstance(last, PaymentReceived) else None
        following.append(
            WrittenOff(at=last.at, cause=last.cause, amount=rest, reason=reason, on=on)
        )
    if owes_thanks(fold(following, case), last.at):
        return tuple(following)
    closing = ended_by_money(after)
    following.append(CaseClosed(at=last.at, cause=last.cause, reason=closing))
    return tuple(following)
