"""What does it mean that a step could not be taken? A fact and a task, never a stuck case."""

from __future__ import annotations

from datetime import datetime

from domain.notices import not_answered
from schemas.actions import PerformStep, SendNotice
from schemas.case import CollectionCase
from schemas.events import NoticeNotSent, StepFailed
from schemas.identifiers import contact_reference


def given_up(
    case: CollectionCase, action: PerformStep | SendNotice, now: datetime, explanation: str
) -> StepFailed | NoticeNotSent:
    """The step was tried for as long as it is worth trying.

    Args:
        case: as it stands.
        action: what was tried.
        now: the case's own clock.
        explanation: the last error, for the person who opens the task.
    """
    if isinstance(action, SendNotice):
        return not_answered(case, action, now, explanation)
    reference = contact_reference(case.case_id, action.step.name, action.cycle)
    return StepFailed(
        at=now,
        cause=reference,
        step=action.step.name,
        channel=action.step.channel,
        cycle=action.cycle,
        reference=reference,
        reason="DeliveryDeadlinePassed",
        explanation=explanation[:500],
    )
