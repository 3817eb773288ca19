"""What does an event on the way to an agency or a lawyer change?"""

from __future__ import annotations

from typing import assert_never

from domain.tasks import OWN_CONTACTS
from schemas.case import CaseState, CollectionCase, OpenTask, TaskKind
from schemas.case_changes import CaseChanges
from schemas.events import (
    CaseRecalled,
    CaseReferred,
    ReferralApproved,
    ReferralProposed,
    ReferralRejected,
    ReferralWithdrawn,
)

ReferralEvent = (
    ReferralProposed
    | ReferralApproved
    | ReferralRejected
    | ReferralWithdrawn
    | CaseReferred
    | CaseRecalled
)

OURS_ALONE = frozenset(
    {
        *OWN_CONTACTS,
        TaskKind.DELIVERY_FAILED,
        TaskKind.APPROVE,
        TaskKind.DECIDE,
        TaskKind.PROMISE_BROKEN,
    }
)
"""Tasks that end with the hand-over, because own contacts stop and everything is decided.

Whether a message has arrived stays a question: the agency needs the answer, and charges hang on it.
"""


def after_referral(case: CollectionCase, event: ReferralEvent) -> CaseChanges:
    """The fields that change."""
    match event:
        case ReferralProposed():
            return {"proposal": event.proposal}
        case ReferralApproved():
            proposal = case.proposal
            approved = proposal and proposal.model_copy(update={"approved_by": event.by})
            return {"proposal": approved, "tasks": _without(case.tasks, {TaskKind.APPROVE})}
        case ReferralRejected() | ReferralWithdrawn():
            return {"proposal": None, "tasks": _without(case.tasks, {TaskKind.APPROVE})}
        case CaseReferred():
            return {
                "state": CaseState.REFERRED,
                "referred_to": event.to,
                "proposal": None,
                "tasks": _without(case.tasks, OURS_ALONE),
            }
        case CaseRecalled():
            left = _without(case.tasks, {TaskKind.HAND_OVER})
            return {"state": CaseState.OPEN, "tasks": left}
        case _:
            assert_never(event)


def without_proposal(case: CollectionCase, changes: CaseChanges) -> CaseChanges:
    """The changes of a step that was taken or skipped; they also end what the plan had proposed."""
    if case.proposal is None or not case.proposal.step:
        return changes
    left = _without(changes.get("tasks", case.tasks), {TaskKind.APPROVE})
    return {**changes, "proposal": None, "tasks": left}


def _without(
    tasks: tuple[OpenTask, ...], kinds: frozenset[TaskKind] | set[TaskKind]
) -> tuple[OpenTask, ...]:
    return tuple(task for task in tasks if task.kind not in kinds)
