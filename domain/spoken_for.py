"""What goes on record of a case for which another case's message has spoken?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.charge_rules import claimed_by, claims_on
from domain.ladder import cycle_of, pending_steps
from domain.resume import is_paused
from domain.sharing import REFUSED_FOR_ALL
from domain.steps import failed, performed_now
from schemas.case import CaseState, CollectionCase
from schemas.charges import StatedCharges
from schemas.contact import Contact, ContactState, CoveredStep
from schemas.events import CaseEvent, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.turns import StepOrder


def as_said(
    contact: Contact, case: CollectionCase, order: StepOrder, now: datetime
) -> StepPerformed | StepFailed:
    """What became of a step for which another case's message has spoken."""
    if contact.state is ContactState.REFUSED:
        reason, _, explanation = contact.last_error.partition(": ")
        if reason not in REFUSED_FOR_ALL:
            reason, explanation = "CameBack", contact.last_error
        event = failed(order, now, reason, explanation)
        return event.model_copy(update={"reference": contact.reference})
    performed = performed_now(case, order, now, contact.detail, contact.sha256)
    unknown = contact.state is not ContactState.ACCEPTED
    return performed.model_copy(
        update={
            "reference": contact.reference,
            "delivery": "unknown" if unknown else "accepted",
            "claims": claims_on(contact.charges, case.case_id) if unknown else None,
        }
    )


def claimed_with(
    said: StepPerformed | StepFailed, case: str, charges: Sequence[StatedCharges]
) -> list[CaseEvent]:
    """The charges that a message has claimed of a case, for the ledger of that case."""
    claims = claims_on(charges, case)
    if claims is None:
        return []
    return [claimed_by(claims, said.at, said.cause, said.reference)]


def said_for(
    other: CoveredStep, said: StepPerformed | StepFailed, charges: Sequence[StatedCharges] = ()
) -> list[CaseEvent]:
    """What became of a message, for another case that it spoke for: its step is taken, or failed.

    Put on record beside the case's own event, so that the other finds its step taken when its
    moment comes, and the engine has next to nothing to do. The cause is the one that the step would
    have had by itself: its own turn then recognises it.
    """
    case = other.case
    changes: dict[str, object] = {
        "cause": contact_reference(case.case_id, other.step, other.cycle),
        "step": other.step,
        "cycle": other.cycle,
    }
    if isinstance(said, StepPerformed):
        changes["asked"] = case.asked
    own = said.model_copy(update=changes)
    return [own, *claimed_with(own, case.case_id, charges)]


def speaks_still(others: Sequence[CoveredStep]) -> list[CoveredStep]:
    """Those that a message may still name when it is taken over: open, owed and not paused."""
    return [
        one
        for one in others
        if one.case.state is CaseState.OPEN
        and one.case.asked.is_positive
        and not is_paused(one.case)
    ]


def to_be_told(others: Sequence[CoveredStep]) -> list[CoveredStep]:
    """Those whose step is not on record; one may have recorded it by itself meanwhile."""
    return [
        one
        for one in others
        if cycle_of(one.case, one.step) == one.cycle
        and any(step.name == one.step for step in pending_steps(one.case))
    ]
