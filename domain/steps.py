"""What goes on record of a step? That it was taken, or that it could not be; never a stuck case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.charge_rules import claims_on
from domain.referral import handed_over
from schemas.actions import PerformStep, SendNotice
from schemas.case import CollectionCase
from schemas.charges import StatedCharges
from schemas.events import CaseEvent, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from schemas.turns import StepOrder

STEP_TRIED_FOR = timedelta(days=3)
"""A step that is put off again and again is tried for so long; then a person looks."""


def order_of(case: CollectionCase, action: PerformStep | SendNotice, now: datetime) -> StepOrder:
    """What an activity is told of a step, or of an answer, that is due.

    Args:
        case: as it stands.
        action: what is due.
        now: the case's own clock.
    """
    said = action if isinstance(action, SendNotice) else None
    return StepOrder(
        case_id=case.case_id,
        creditor=case.creditor,
        version=case.version,
        step=action.step,
        cycle=action.cycle,
        level=action.level,
        now=now,
        answers=said.kind if said else None,
        about=said.about if said else "",
    )


def performed_now(
    case: CollectionCase, order: StepOrder, now: datetime, detail: str = "", sha256: str = ""
) -> StepPerformed:
    """The step reached the debtor, or a person's worklist.

    Args:
        case: as it stood when the step was taken.
        order: the step.
        now: the case's own clock.
        detail: where to find it: a Message-ID, a file name.
        sha256: of the exact bytes that left, hexadecimal.
    """
    reference = contact_reference(case.case_id, order.step.name, order.cycle)
    return StepPerformed(
        at=now,
        cause=reference,
        step=order.step.name,
        channel=order.step.channel,
        cycle=order.cycle,
        reference=reference,
        asked=case.asked,
        detail=detail,
        sha256=sha256,
    )


def taken(case: CollectionCase, performed: StepPerformed) -> list[CaseEvent]:
    """What goes on record when a step was taken: with the hand-over, the case is referred.

    Args:
        case: as it stood when the step was taken.
        performed: that the step reached the debtor.
    """
    if performed.channel is not Channel.REFER:
        return [performed]
    return [performed, handed_over(case, performed.at, performed.reference)]


def perhaps_taken(
    case: CollectionCase,
    order: StepOrder,
    now: datetime,
    explanation: str,
    charges: Iterable[StatedCharges] = (),
) -> CaseEvent:
    """Nobody can tell whether the step reached the debtor; a person is asked.

    Args:
        case: as it stood when the step was begun.
        order: the step.
        now: the case's own clock.
        explanation: why nobody can tell.
        charges: what its message claims, which the debtor owes if it arrived.
    """
    performed = performed_now(case, order, now, explanation)
    claims = claims_on(charges, case.case_id)
    return performed.model_copy(update={"delivery": "unknown", "claims": claims})


def failed(order: StepOrder, now: datetime, reason: str, explanation: str) -> StepFailed:
    """The step could not be taken, and no retry will mend it.

    Args:
        order: the step.
        now: the case's own clock.
        reason: names the condition, such as ``AddressMissing``.
        explanation: for the person who opens the task.
    """
    reference = contact_reference(order.case_id, order.step.name, order.cycle)
    return StepFailed(
        at=now,
        cause=reference,
        step=order.step.name,
        channel=order.step.channel,
        cycle=order.cycle,
        reference=reference,
        reason=reason,
        explanation=explanation[:500],
    )
