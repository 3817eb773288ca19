"""What is true of a case after what was recorded? Folds events; total, it never refuses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import assert_never

from domain.charge_rules import ChargeEvent, after_charges
from domain.evolve_money import MoneyEvent, after_money
from domain.evolve_pauses import PauseEvent, after_pause, kept_by
from domain.evolve_referral import ReferralEvent, after_referral, without_proposal
from domain.evolve_steps import StepEvent, after_step, arrived
from domain.formal_notice import after_service
from domain.limitation_watch import after_limitation, rewatched
from domain.notices import answered
from domain.reply_rules import after_reply
from domain.task_figures import with_figures_of_now
from domain.tasks import ARRIVED, NOT_ENDED_BY_MONEY, OUTLIVES_THE_CASE, task_opened_by
from schemas.case import CaseState, ClosingReason, CollectionCase, OpenTask, TaskKind
from schemas.case_changes import CaseChanges
from schemas.charges import ClaimedCharges
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    FactUnreadable,
    FormalNoticeServed,
    InterruptionRecorded,
    InterruptionWithdrawn,
    LimitationNear,
    NoticeNotSent,
    NoticeSent,
    PlanExhausted,
    ReplyReceived,
    TaskCompleted,
)
from schemas.pauses import KeptPromise
from schemas.step_events import (
    CallTried,
    StepBroughtForward,
)

REMEMBERED_COMMANDS = 200
"""How many command ids a case remembers to recognise a repeated one."""


def fold(events: Iterable[CaseEvent], case: CollectionCase | None = None) -> CollectionCase:
    """The state that a stream folds into.

    Raises:
        ValueError: when the stream does not begin with ``CaseOpened``.
    """
    iterator = iter(events)
    if case is None:
        first = next(iterator, None)
        if not isinstance(first, CaseOpened):
            raise ValueError(f"a case begins with CaseOpened, not with {first!r}")
        case = opened(first)
    return reduce(evolve, iterator, case)


def opened(event: CaseOpened) -> CollectionCase:
    """The case that its first event makes."""
    return CollectionCase(
        case_id=event.case_id,
        creditor=event.creditor,
        invoice=event.invoice,
        debtor_id=event.debtor_id,
        claim=event.claim,
        due_date=event.due_date,
        plan=event.plan,
        calendar=event.calendar,
        country=event.country,
        capacity=event.capacity,
        interest=event.interest,
        invoiced_on=event.invoiced_on,
        delivered_on=event.delivered_on,
        opened_at=event.at,
        version=1,
        changed_at=event.at,
        commands=(event.cause,) if event.cause else (),
    )


def evolve(case: CollectionCase, event: CaseEvent) -> CollectionCase:
    """What is true after an event; total, it never refuses."""
    changes = _changes(case, event)
    tasks: tuple[OpenTask, ...] = changes.get("tasks", case.tasks)
    if tasks:
        tasks = with_figures_of_now(tasks, case.model_copy(update=changes))
    if task := task_opened_by(case, event):
        tasks = (*tasks, task)
    commands = case.commands
    if event.cause and event.cause not in commands:
        commands = (*commands, event.cause)[-REMEMBERED_COMMANDS:]
    after = case.model_copy(
        update={
            **changes,
            "tasks": tasks,
            "commands": commands,
            "version": case.version + 1,
            "changed_at": event.at,
        }
    )
    return rewatched(after)


def _changes(case: CollectionCase, event: CaseEvent) -> CaseChanges:  # noqa: PLR0911, PLR0912, C901 - one branch a kind
    if isinstance(event, StepBroughtForward | CallTried):
        return after_step(case, event)
    if isinstance(event, StepEvent):
        return without_proposal(case, after_step(case, event))
    if isinstance(event, MoneyEvent):
        return after_money(case, event)
    if isinstance(event, ReferralEvent):
        return after_referral(case, event)
    if isinstance(event, PauseEvent):
        return after_pause(case, event)
    if isinstance(event, ChargeEvent):
        return _charged(case, after_charges(case, event))
    match event:
        case NoticeSent() | NoticeNotSent():
            return {"notices": (*case.notices, answered(event))}
        case TaskCompleted():
            return _answered(case, event)
        case ReplyReceived():
            return after_reply(case, event)
        case FormalNoticeServed():
            return after_service(case, event)
        case InterruptionRecorded() | InterruptionWithdrawn() | LimitationNear():
            return after_limitation(case, event)
        case CaseOpened() | FactUnreadable():
            return {}
        case PlanExhausted():
            return {"state": CaseState.EXHAUSTED}
        case CaseReopened():
            return _reopened(case)
        case CaseClosed():
            return {
                "state": CaseState.CLOSED,
                "closing": event.reason,
                "closed_at": event.at,
                "tasks": tuple(t for t in case.tasks if t.kind in OUTLIVES_THE_CASE),
                "disputes": (),
                "arrangement": None,
                "kept": _kept_at_the_end(case, event),
                "hold": None,
                "readings": (),
                "brought_forward": "",
                "proposal": None,
            }
        case _:
            assert_never(event)


def _reopened(case: CollectionCase) -> CaseChanges:
    """The whole claim is asked for again, also what was written off when the case was closed.

    When the bank takes back what an agency had recovered, the case is with the agency again. The
    task about charges that were left ends, since they are pursued with the invoice.
    """
    theirs = case.closing is ClosingReason.RECOVERED
    return {
        "state": CaseState.REFERRED if theirs else CaseState.OPEN,
        "closing": None,
        "closed_at": None,
        "written_off": None,
        "let_go": (),
        "tasks": tuple(task for task in case.tasks if task.kind is not TaskKind.CHARGES_LEFT),
    }


def _kept_at_the_end(case: CollectionCase, event: CaseClosed) -> KeptPromise | None:
    """The arrangement that counts as kept: money that ends the case keeps what was promised."""
    if case.arrangement is None or event.reason in NOT_ENDED_BY_MONEY:
        return case.kept
    return kept_by(case)


def _answered(case: CollectionCase, event: TaskCompleted) -> CaseChanges:
    """The task is done; a message that did arrive is no longer one that nobody knows about."""
    done = next((task for task in case.tasks if task.task_id == event.task_id), None)
    changes: CaseChanges = {
        "tasks": tuple(task for task in case.tasks if task is not done),
        "readings": tuple(one for one in case.readings if one.task_id != event.task_id),
    }
    if done and done.kind is TaskKind.DELIVERY_UNKNOWN and event.outcome == ARRIVED:
        return {**changes, "steps": arrived(case, done)}
    return changes


def _charged(case: CollectionCase, charges: ClaimedCharges) -> CaseChanges:
    """The charges; and without the task about them, once nothing of them is owed any more."""
    if case.model_copy(update={"charges": charges}).charges_owed.is_positive:
        return {"charges": charges}
    left = tuple(task for task in case.tasks if task.kind is not TaskKind.CHARGES_LEFT)
    return {"charges": charges, "tasks": left}
