"""What may happen to a case? ``decide`` answers people and the bank; time is an argument."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain import (
    bounce_rules,
    charge_rules,
    formal_notice,
    limitation_watch,
    money_rules,
    pause_rules,
    plan_change,
    referral_rules,
    reply_rules,
    step_rules,
    task_rules,
)
from domain.charge_corrections import with_corrections
from domain.evolve import evolve, fold, opened
from domain.referral_tasks import taken_back
from domain.refusals import case_is_closed, unreadable
from schemas.case import ClosingReason, CollectionCase
from schemas.commands import (
    Asked,
    CancelCase,
    Command,
    CompleteTask,
    CorrectInvoice,
    NoteUnreadableFact,
    RecordInterruption,
    RecordPayment,
    Refusal,
    ReportService,
    WithdrawInterruption,
)
from schemas.events import CaseClosed, CaseEvent
from schemas.requests import (
    AgreeInstalments,
    ApproveReferral,
    ClaimCharges,
    DeclareUncollectible,
    DoStepNow,
    IssueCreditNote,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    RecallCase,
    ReceiveReply,
    ReferCase,
    ReinstateCharges,
    RejectReferral,
    Release,
    ReopenCase,
    ReplanCase,
    ReportBounce,
    ResolveDispute,
    ReversePayment,
    SkipStep,
    StopContacts,
    UndoStep,
    WaiveCharges,
    WithdrawPromise,
    WriteOff,
)

__all__ = ["decide", "evolve", "fold", "opened"]

Events = tuple[CaseEvent, ...]


def decide(case: CollectionCase, command: Command, now: datetime) -> Events | Refusal:
    """What a command means for a case.

    Facts (payments, reversals, corrections, …) are never refused: they have happened.

    Args:
        case: as it stands.
        command: what is asked or reported; a command id the case has seen means nothing more.
        now: the case's own clock, aware.

    Returns:
        The events to put on record, possibly none; or the named refusal of a request. What was
        claimed of interest and fixed sum is corrected with them.
    """
    decision = _decided(case, command, now)
    return decision if isinstance(decision, Refusal) else with_corrections(case, decision)


def _decided(case: CollectionCase, command: Command, now: datetime) -> Events | Refusal:  # noqa: PLR0911, C901 - one branch a fact
    match command:  # Money has ids of its own: none of it may vanish behind a request's.
        case RecordPayment():
            return money_rules.receive(case, command, now)
        case ReversePayment():
            return money_rules.reverse(case, command, now)
        case IssueCreditNote():
            return money_rules.credit(case, command, now)
        case _ if command.command_id in case.commands:
            return ()
        case CorrectInvoice():
            return money_rules.correct(case, command, now)
        case StopContacts():
            return pause_rules.stop_contacts(case, command, now)
        case ReportBounce():
            return bounce_rules.came_back(case, command, now)
        case ReceiveReply():
            return reply_rules.receive_reply(case, command, now)
        case ReportService():
            return formal_notice.serve(case, command, now)
        case NoteUnreadableFact():
            return (unreadable(command, now),)
        case _:
            return _answer(case, command, now)


def _answer(case: CollectionCase, request: Asked, now: datetime) -> Events | Refusal:  # noqa: PLR0911, PLR0912, C901 - one branch a request
    """What people ask."""
    match request:
        case CancelCase():
            return _cancel(case, request, now)
        case CompleteTask():
            return task_rules.complete(case, request, now)
        case RaiseDispute():
            return pause_rules.raise_dispute(case, request, now)
        case ResolveDispute():
            return pause_rules.resolve_dispute(case, request, now)
        case PromiseToPay() | AgreeInstalments() | WithdrawPromise():
            return pause_rules.arrange(case, request, now)
        case PlaceHold():
            return pause_rules.place_hold(case, request, now)
        case Release():
            return pause_rules.release(case, request, now)
        case SkipStep():
            return step_rules.skip(case, request, now)
        case DoStepNow():
            return step_rules.do_now(case, request, now)
        case UndoStep():
            return step_rules.undo(case, request, now)
        case WriteOff():
            return money_rules.write_off(case, request, now)
        case ClaimCharges():
            return charge_rules.claim_charges(case, request, now)
        case RecordInterruption() | WithdrawInterruption():
            return limitation_watch.answer(case, request, now)
        case WaiveCharges():
            return charge_rules.waive_charges(case, request, now)
        case ReinstateCharges():
            return charge_rules.reinstate_charges(case, request, now)
        case RecallCase():
            return referral_rules.recall(case, request, now)
        case ReopenCase():
            return step_rules.reopen(case, request, now)
        case ReplanCase():
            return plan_change.replan(case, request, now)
        case ReferCase():
            return referral_rules.refer(case, request, now)
        case ApproveReferral():
            return referral_rules.approve(case, request, now)
        case RejectReferral():
            return referral_rules.reject(case, request, now)
        case DeclareUncollectible():
            return referral_rules.give_up(case, request, now)
        case _:
            assert_never(request)


def _cancel(case: CollectionCase, command: CancelCase, now: datetime) -> Events | Refusal:
    if case.is_closed:
        return case_is_closed(case)
    return (
        *taken_back(case, command, now),
        CaseClosed(
            at=now,
            by=command.by,
            cause=command.command_id,
            reason=ClosingReason.CANCELLED,
            note=command.reason,
        ),
    )
