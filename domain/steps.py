"""What goes on record of a step? That it was taken, or that it could not be; never a stuck case."""

from __future__ import annotations

from datetime import datetime

from schemas.case import CollectionCase
from schemas.events import CaseEvent, CaseReferred, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from schemas.turns import StepOrder


def taken(
    case: CollectionCase, order: StepOrder, now: datetime, detail: str = "", sha256: str = ""
) -> list[CaseEvent]:
    """The step reached the debtor, or a person's worklist, or handed the case over.

    Args:
        case: as it stood when the step was taken.
        order: the step.
        now: the case's own clock.
        detail: where to find it: a Message-ID, a file name.
        sha256: of the exact bytes that left, hexadecimal.
    """
    step, reference = order.step, contact_reference(case.case_id, order.step.name, order.cycle)
    performed = StepPerformed(
        at=now,
        cause=reference,
        step=step.name,
        channel=step.channel,
        cycle=order.cycle,
        reference=reference,
        asked=case.asked,
        detail=detail,
        sha256=sha256,
    )
    if step.channel is not Channel.REFER:
        return [performed]
    referred = CaseReferred(
        at=now,
        cause=reference,
        to=case.plan.refer_to,
        outstanding=case.outstanding,
        reference=reference,
    )
    return [performed, referred]


def perhaps_taken(
    case: CollectionCase, order: StepOrder, now: datetime, explanation: str
) -> CaseEvent:
    """Nobody can tell whether the step reached the debtor; a person is asked."""
    performed, *_ = taken(case, order, now, explanation)
    return performed.model_copy(update={"delivery": "unknown"})


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
