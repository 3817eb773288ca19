"""Which tasks come of a hand-over: to agree, to tell the agency, to decide what follows?"""

from __future__ import annotations

from datetime import datetime

from domain.task_figures import NOTHING_AWAITED, NewTask, nothing_awaited, to_approve
from schemas.case import CaseState, ClosingReason, CollectionCase, TaskKind
from schemas.commands import CancelCase, WriteOff
from schemas.events import (
    CaseEvent,
    CaseRecalled,
    CaseReopened,
    ContactsAllowed,
    CreditNoteIssued,
    DisputeResolved,
    HoldReleased,
    InvoiceCorrected,
    PaymentReceived,
    PaymentReversed,
    PromiseKept,
    PromiseWithdrawn,
    ReferralProposed,
)


def about_referral(case: CollectionCase, event: CaseEvent) -> NewTask | None:
    """What the agency or the lawyer who has the case must hear of, and who must agree first."""
    match event:
        case ReferralProposed():
            return NewTask(TaskKind.APPROVE, to_approve(event.outstanding, event.proposal))
        case CaseRecalled() if not any(one.kind is TaskKind.HAND_OVER for one in case.tasks):
            what = f"Recalled ({event.reason}): tell {case.destination} to stop"
            return NewTask(TaskKind.TELL_AGENCY, what)
        case CaseReopened() if case.closing is ClosingReason.RECOVERED:
            return NewTask(TaskKind.TELL_AGENCY, f"{event.reason}: tell {case.destination}")
        case _ if case.state is not CaseState.REFERRED:
            return None
        case PaymentReceived() if event.allocated.is_positive:
            what = f"{event.allocated} came in directly: tell {case.destination}"
        case PaymentReversed() if event.amount.is_positive:
            what = f"{event.amount} was taken back: tell {case.destination}"
        case CreditNoteIssued() if event.taken.is_positive:
            what = f"{event.taken} was credited: tell {case.destination}"
        case InvoiceCorrected():
            what = f"The invoice is now {event.amount}: tell {case.destination}"
        case _:
            return None
    return NewTask(TaskKind.TELL_AGENCY, what)


def taken_back(
    case: CollectionCase, command: CancelCase | WriteOff, now: datetime
) -> tuple[CaseRecalled, ...]:
    """A case that ends while somebody else has it is recalled first, so that they hear of it."""
    if case.state is not CaseState.REFERRED:
        return ()
    recalled = CaseRecalled(at=now, by=command.by, cause=command.command_id, reason=command.reason)
    return (recalled,)


def nothing_left_to_wait_for(case: CollectionCase, event: CaseEvent) -> NewTask | None:
    """A decision, when a pause has ended and the plan has no step left to go on with."""
    if case.state is not CaseState.EXHAUSTED or case.outstanding.amount <= 0:
        return None
    if any(task.kind is TaskKind.DECIDE for task in case.tasks):
        return None
    match event:
        case (
            HoldReleased()
            | ContactsAllowed()
            | PromiseKept()
            | PromiseWithdrawn()
            | DisputeResolved(in_favour_of="creditor")
        ):
            what = nothing_awaited(case.outstanding)
            return NewTask(TaskKind.DECIDE, what, NOTHING_AWAITED)
        case _:
            return None
