"""Is what was claimed still what was owed? The ledger of the charges follows the account."""

from __future__ import annotations

from collections.abc import Sequence

from domain.charge_basis import lacking_rows
from domain.evolve import evolve, fold
from domain.interest import DayOutOfRangeError, state_claim
from domain.interest_regimes import UnknownRegimeError
from domain.notice_claim import claim_of_case
from domain.rates import RateTable
from schemas.case import CollectionCase
from schemas.charge_events import ChargesClaimed, ChargesCorrected, PaymentFreed
from schemas.charges import ClaimedCharges
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseReopened,
    ContactsAllowed,
    ContactsStopped,
    CreditNoteIssued,
    DisputeRaised,
    DisputeResolved,
    InvoiceCorrected,
    PaymentReceived,
    PaymentReversed,
    WrittenOff,
)
from schemas.interest import Claim, ClaimStatement, ImputationPolicy
from schemas.money import Money

CHANGES_THE_ACCOUNT = (
    PaymentReceived
    | PaymentReversed
    | CreditNoteIssued
    | InvoiceCorrected
    | WrittenOff
    | DisputeRaised
    | DisputeResolved
    | ContactsStopped
    | ContactsAllowed
    | CaseClosed
    | CaseReopened
    | ChargesClaimed
)
"""Events after which less, or again more, was owed on the day of a claim than it says."""


def with_corrections(case: CollectionCase, events: Sequence[CaseEvent]) -> tuple[CaseEvent, ...]:
    """What was decided, and what follows from it for the charges that were claimed.

    The claim is counted again as of its own day with what is known now. It never says more than it
    did at first. What was paid of it beyond that is left over, and a person is asked about it.

    Args:
        case: before these events.
        events: what was decided; nothing of it is changed.
    """
    cause = next((one for one in events if isinstance(one, CHANGES_THE_ACCOUNT)), None)
    if cause is None:
        return tuple(events)
    after = fold(events, case)
    if after.charges is None:
        return tuple(events)
    following: list[CaseEvent] = []
    if (corrected := _correction(after, cause)) is not None:
        following.append(corrected)
        after = evolve(after, corrected)
    return (*events, *following, *_freed(after, cause))


def restated(case: CollectionCase, table: RateTable | None = None) -> ClaimStatement | None:
    """The account of a claim's own day as it is known now, by the law of the claim.

    Args:
        case: as it stands.
        table: other rates than those the claim was made with.

    Returns:
        None where nothing can be said: nothing was claimed, what it was counted by is not on
        record, or a due date was moved to where the claim's own rates do not reach.
    """
    charges = case.charges
    if charges is None or charges.basis is None:
        return None
    table = table or RateTable(charges.basis.rates)
    policy = ImputationPolicy.PRINCIPAL_FIRST
    try:
        stated = state_claim(_claim(case, charges), charges.on, table, policy=policy)
    except (UnknownRegimeError, DayOutOfRangeError, ValueError):
        return None
    return None if set(lacking_rows(stated)) - set(charges.basis.lacking) else stated


def _claim(case: CollectionCase, charges: ClaimedCharges) -> Claim:
    """The claim of a case as of the day of its charges, with what was learnt since.

    What is contested now was contested then: a dispute is about the invoice, not about a day.
    """
    if charges.basis is None:
        raise ValueError("a claim without its basis cannot be counted again")
    law = charges.basis.law
    claim = claim_of_case(case, law)
    disputes = tuple(
        one.model_copy(update={"opened_on": min(one.opened_on, charges.on)})
        for one in claim.disputes
    )
    return claim.model_copy(
        update={
            "disputes": disputes,
            "contract_rate": law.contract_rate,
            "formal_notice_on": claim.formal_notice_on or law.formal_notice_on,
            "creditor_is_individual": law.creditor_is_individual,
            "day_count": law.day_count,
            "holidays": law.holidays,
        }
    )


def _correction(case: CollectionCase, cause: CaseEvent) -> ChargesCorrected | None:
    charges, stated = case.charges, restated(case)
    if charges is None or stated is None:
        return None
    interest = stated.interest.at_most(charges.most_interest or charges.interest)
    indemnity = stated.indemnity.at_most(charges.most_indemnity or charges.indemnity)
    if (interest, indemnity) == (charges.interest, charges.indemnity):
        return None
    return ChargesCorrected(
        at=cause.at,
        cause=cause.cause,
        interest=interest,
        indemnity=indemnity,
        interest_before=charges.interest,
        indemnity_before=charges.indemnity,
        reason=cause.type,
    )


def _freed(case: CollectionCase, cause: CaseEvent) -> list[CaseEvent]:
    """What was paid of charges beyond what is left of them, from the latest payment back."""
    if case.charges is None:
        return []
    none = Money.zero(case.claim.currency)
    over = case.charges_paid - case.charges_paid.at_most(case.charges.left)
    found: list[CaseEvent] = []
    for one in reversed(case.allocations):
        amount = (one.charges or none).at_most(over)
        if amount.is_positive:
            over -= amount
            found.append(
                PaymentFreed(
                    at=cause.at, cause=cause.cause, payment_id=one.payment_id, amount=amount
                )
            )
    return found
