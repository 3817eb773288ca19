"""What may happen to a case? ``decide`` answers people and the bank; time is an argument."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from domain import money_rules, pause_rules, step_rules
from domain.evolve import evolve, fold, opened
from domain.refusals import case_is_closed, unreadable
from schemas.case import ClosingReason, CollectionCase
from schemas.commands import (
    CancelCase,
    Command,
    CompleteTask,
    CorrectInvoice,
    NoteUnreadableFact,
    RecordPayment,
    Refusal,
)
from schemas.events import CaseClosed, CaseEvent
from schemas.requests import (
    AgreeInstalments,
    DoStepNow,
    IssueCreditNote,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    RecallCase,
    Release,
    ReopenCase,
    ResolveDispute,
    ReversePayment,
    SkipStep,
    StopContacts,
    UndoStep,
    WriteOff,
)

__all__ = ["decide", "evolve", "fold", "opened"]

Events = tuple[CaseEvent, ...]


def decide(case: CollectionCase, command: Command, now: datetime) -> Events | Refusal:  # noqa: PLR0911, PLR0912, C901 - one branch a command
    """What a command means for a case.

    Facts (payments, reversals, corrections, …) are never refused: they have happened.

    Args:
        case: as it stands.
        command: what is asked or reported; a command id the case has seen means nothing more.
        now: the case's own clock, aware.

    Returns:
        The events to put on record, possibly none; or the named refusal of a request.
    """
    if isinstance(command, RecordPayment):
        return money_rules.receive(case, command, now)
    if command.command_id in case.commands:
        return ()
    match command:
        case ReversePayment():
            return money_rules.reverse(case, command, now)
        case IssueCreditNote():
            return money_rules.credit(case, command, now)
        case CorrectInvoice():
            return money_rules.correct(case, command, now)
        case StopContacts():
            return pause_rules.stop_contacts(case, command, now)
        case NoteUnreadableFact():
            return (unreadable(command, now),)
        case CancelCase():
            return _cancel(case, command, now)
        case CompleteTask():
            return step_rules.complete(case, command, now)
        case RaiseDispute():
            return pause_rules.raise_dispute(case, command, now)
        case ResolveDispute():
            return pause_rules.resolve_dispute(case, command, now)
        case PromiseToPay():
            return pause_rules.promise(case, command, now)
        case AgreeInstalments():
            return pause_rules.agree_instalments(case, command, now)
        case PlaceHold():
            return pause_rules.place_hold(case, command, now)
        case Release():
            return pause_rules.release(case, command, now)
        case SkipStep():
            return step_rules.skip(case, command, now)
        case DoStepNow():
            return step_rules.do_now(case, command, now)
        case UndoStep():
            return step_rules.undo(case, command, now)
        case WriteOff():
            return money_rules.write_off(case, command, now)
        case RecallCase():
            return step_rules.recall(case, command, now)
        case ReopenCase():
            return step_rules.reopen(case, command, now)
        case _:
            assert_never(command)


def _cancel(case: CollectionCase, command: CancelCase, now: datetime) -> Events | Refusal:
    if case.is_closed:
        return case_is_closed(case)
    return (
        CaseClosed(
            at=now,
            by=command.by,
            cause=command.command_id,
            reason=ClosingReason.CANCELLED,
            note=command.reason,
        ),
    )
