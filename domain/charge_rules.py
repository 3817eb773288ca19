"""What becomes of interest and the fixed sum? Claimed, waived, reinstated, paid; never lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.case import CollectionCase, OpenTask, StepOutcome
from schemas.charge_events import (
    ChargesClaimed,
    ChargesCorrected,
    ChargesReinstated,
    ChargesWaived,
)
from schemas.charges import ClaimedCharges, StatedCharges
from schemas.commands import CompleteTask, Refusal
from schemas.events import CaseEvent
from schemas.interest import WaivedPart
from schemas.money import Money
from schemas.pauses import StopKind
from schemas.requests import ClaimCharges, ReinstateCharges, WaiveCharges

Answer = tuple[CaseEvent, ...] | Refusal

ChargeEvent = ChargesClaimed | ChargesWaived | ChargesReinstated | ChargesCorrected

_EARLIEST_CLOCK = timedelta(hours=14)
"""How far the clocks of the Pacific are ahead of UTC: beyond it a day has begun nowhere."""


def claim_charges(case: CollectionCase, command: ClaimCharges, now: datetime) -> Answer:
    """What late payment cost so far is claimed; it is added to no invoice.

    The fixed sum is due once for an invoice, and interest is always the whole of it up to a day,
    so that a claim takes the place of the one before, also when it is lower, and claiming twice
    claims nothing twice. A claim that cannot be corrected gives way to the same one that can.
    """
    none = Money.zero(case.claim.currency)
    if command.interest.currency != none.currency or command.indemnity.currency != none.currency:
        return Refusal(code="WrongCurrency", sentence=f"The claim is in {none.currency}.")
    if any(stop.kind is StopKind.INSOLVENCY for stop in case.stops):
        return Refusal(
            code="NoChargesInInsolvency",
            sentence="After the opening judgment interest and fixed sum are declared, not claimed.",
        )
    if command.on > (now + _EARLIEST_CLOCK).date():
        return Refusal(
            code="DayToCome",
            sentence=f"{command.on} is still to come: interest is owed for days that have been.",
        )
    before, nothing = case.charges, not (command.interest + command.indemnity).is_positive
    if nothing and (before is None or command.on < before.on or command.on <= case.due_date):
        return Refusal(
            code="NothingToClaim",
            sentence=f"Nothing is owed on {command.on}: no interest and no fixed sum.",
        )
    if before and _says_the_same(before, command):
        return ()
    claimed = ChargesClaimed(
        at=now,
        by=command.by,
        cause=command.command_id,
        interest=command.interest,
        indemnity=command.indemnity,
        on=command.on,
        rates=command.rates,
        reference=command.reference,
        basis=command.basis,
    )
    return (claimed,)


def _says_the_same(before: ClaimedCharges, command: ClaimCharges) -> bool:
    same = (before.interest, before.indemnity) == (command.interest, command.indemnity)
    return same and (before.basis is not None or command.basis is None)


def claims_on(charges: Iterable[StatedCharges], case: str) -> StatedCharges | None:
    """What a message claims of one of its cases, if it claims anything of it."""
    return next((one for one in charges if one.case_id == case), None)


def claimed_by(
    claims: StatedCharges, at: datetime, cause: str, reference: str, by: str = ""
) -> ChargesClaimed:
    """The event that a message has claimed charges of a case.

    Args:
        claims: what it claims of the case.
        at: when that is put on record.
        cause: what it is put on record with.
        reference: of the contact.
        by: who says so; empty for the message itself.
    """
    return ChargesClaimed(
        at=at,
        by=by,
        cause=cause,
        interest=claims.interest,
        indemnity=claims.indemnity,
        on=claims.on,
        rates=claims.rates,
        basis=claims.basis,
        reference=reference,
    )


def claimed_after_all(
    case: CollectionCase, task: OpenTask, command: CompleteTask, now: datetime
) -> tuple[ChargesClaimed, ...]:
    """What a message has claimed of which a person has found out that it arrived.

    Nothing, when it claimed nothing, or when a later claim has taken its place.
    """
    records = [
        one
        for one in case.steps
        if one.outcome is StepOutcome.UNKNOWN and (one.step, one.cycle) == (task.step, task.cycle)
    ]
    return tuple(
        claimed_by(one.claims, now, command.command_id, one.reference, command.by)
        for one in records
        if one.claims and not (case.charges and case.charges.on > one.claims.on)
    )


def waive_charges(case: CollectionCase, command: WaiveCharges, now: datetime) -> Answer:
    """The creditor gives up what was claimed and is not paid, or a part of it."""
    owed = owed_by_part(case)
    if owed is None or not case.charges_owed.is_positive:
        return Refusal(code="NoChargesOwed", sentence="Nothing was claimed that could be waived.")
    interest, indemnity = owed
    none = Money.zero(case.claim.currency)
    if command.part is WaivedPart.INTEREST:
        indemnity = none
    elif command.part is WaivedPart.INDEMNITY:
        interest = none
    if command.amount is not None:
        if command.amount.currency != none.currency:
            return Refusal(code="WrongCurrency", sentence=f"The claim is in {none.currency}.")
        most = interest + indemnity
        if not none.amount < command.amount.amount <= most.amount:
            return Refusal(
                code="WaivedMoreThanOwed",
                sentence=f"{command.amount} cannot be waived: {most} of it is owed.",
            )
        interest = command.amount.at_most(interest)
        indemnity = command.amount - interest
    waived = ChargesWaived(
        at=now,
        by=command.by,
        cause=command.command_id,
        interest=interest,
        indemnity=indemnity,
        reason=command.reason,
    )
    return (waived,)


def reinstate_charges(case: CollectionCase, command: ReinstateCharges, now: datetime) -> Answer:
    """What was waived is claimed again: a waiver can be taken back, and stays on record."""
    charges = case.charges
    if charges is None or not (charges.interest_waived + charges.indemnity_waived).is_positive:
        return Refusal(code="NothingWaived", sentence="Nothing of the charges was waived.")
    again = ChargesReinstated(
        at=now,
        by=command.by,
        cause=command.command_id,
        interest=charges.interest_waived,
        indemnity=charges.indemnity_waived,
        reason=command.reason,
    )
    return (again,)


def after_charges(case: CollectionCase, event: ChargeEvent) -> ClaimedCharges:
    """The ledger of the charges after an event; total, it never refuses."""
    none = Money.zero(event.interest.currency)
    before = case.charges
    if isinstance(event, ChargesClaimed):
        return ClaimedCharges(
            interest=event.interest,
            indemnity=event.indemnity,
            on=event.on,
            rates=event.rates,
            interest_waived=before.interest_waived if before else none,
            indemnity_waived=before.indemnity_waived if before else none,
            reference=event.reference,
            most_interest=event.interest,
            most_indemnity=event.indemnity,
            basis=event.basis,
        )
    if before is None:  # No stream has this; a fold of anything must still give an answer.
        before = ClaimedCharges(
            interest=none,
            indemnity=none,
            on=event.at.date(),
            interest_waived=none,
            indemnity_waived=none,
        )
    if isinstance(event, ChargesCorrected):
        corrected = {"interest": event.interest, "indemnity": event.indemnity}
        return before.model_copy(update=corrected)
    sign = 1 if isinstance(event, ChargesWaived) else -1
    return before.model_copy(
        update={
            "interest_waived": _shifted(before.interest_waived, event.interest, sign),
            "indemnity_waived": _shifted(before.indemnity_waived, event.indemnity, sign),
        }
    )


def owed_by_part(case: CollectionCase) -> tuple[Money, Money] | None:
    """Interest and fixed sum that are claimed, not waived and not paid.

    Payments take the interest first; the law knows no order between the two (Code civil 1343-1).
    """
    charges = case.charges
    if charges is None:
        return None
    paid = case.charges_paid
    of_interest = paid.at_most(charges.interest_left)
    return charges.interest_left - of_interest, charges.indemnity_left - (paid - of_interest)


def _shifted(before: Money, by: Money, sign: int) -> Money:
    return before + by if sign > 0 else before - by
