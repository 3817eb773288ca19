"""What does an event of a pause change?"""

from __future__ import annotations

from typing import assert_never

from domain.tasks import OWN_CONTACTS
from schemas.case import CollectionCase, OpenTask, TaskKind
from schemas.case_changes import CaseChanges
from schemas.money import Money
from schemas.pause_events import (
    ContactsAllowed,
    ContactsStopped,
    DisputeOverdue,
    DisputeRaised,
    DisputeResolved,
    HoldPlaced,
    HoldReleased,
    InstalmentMissed,
    InstalmentsAgreed,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    PromiseReinstated,
    PromiseWithdrawn,
)
from schemas.pauses import ContactStop, KeptPromise, StopKind

PromiseEvent = (
    PromiseMade
    | InstalmentsAgreed
    | PromiseKept
    | PromiseBroken
    | PromiseWithdrawn
    | PromiseReinstated
    | InstalmentMissed
)

PauseEvent = (
    DisputeRaised
    | DisputeOverdue
    | DisputeResolved
    | PromiseEvent
    | HoldPlaced
    | HoldReleased
    | ContactsStopped
    | ContactsAllowed
)


def after_pause(case: CollectionCase, event: PauseEvent) -> CaseChanges:  # noqa: PLR0911 - one branch an event
    """The fields that change."""
    if isinstance(event, PromiseEvent):
        return _after_promise(case, event)
    match event:
        case DisputeRaised():
            return {"disputes": (*case.disputes, event.dispute)}
        case DisputeOverdue():
            return {
                "disputes": tuple(
                    one.model_copy(update={"reminded": True})
                    if one.dispute_id == event.dispute_id
                    else one
                    for one in case.disputes
                )
            }
        case DisputeResolved():
            return _resolved(case, event)
        case HoldPlaced():
            return {"hold": event.hold}
        case HoldReleased():
            return {"hold": None}
        case ContactsStopped():
            stops = (*_other_stops(case, event.stop.kind), event.stop)
            if event.stop.kind is StopKind.UNKNOWN_ADDRESS:  # A call may yet find it.
                return {"stops": stops}
            tasks = tuple(task for task in case.tasks if task.kind not in OWN_CONTACTS)
            return {"stops": stops, "tasks": tasks}
        case ContactsAllowed():
            asked = (TaskKind.CONTACT_STOPPED, event.kind.value)
            return {
                "stops": _other_stops(case, event.kind),
                "tasks": tuple(task for task in case.tasks if (task.kind, task.about) != asked),
            }
        case _:
            assert_never(event)


def _after_promise(case: CollectionCase, event: PromiseEvent) -> CaseChanges:
    match event:
        case PromiseMade() | InstalmentsAgreed():
            return {"arrangement": event.arrangement, "kept": None}
        case PromiseKept():
            return {
                "arrangement": None,
                "promises_broken": 0,
                "kept": kept_by(case),
                "tasks": _without(case, TaskKind.PROMISE_BROKEN),
            }
        case PromiseBroken():
            return {"arrangement": None, "promises_broken": case.promises_broken + 1}
        case PromiseWithdrawn():
            return {"arrangement": None, "tasks": _without_what_it_asked(case)}
        case PromiseReinstated():
            before = case.kept.broken_before if case.kept else case.promises_broken
            return {"arrangement": event.arrangement, "promises_broken": before, "kept": None}
        case InstalmentMissed():
            return _missed(case, event)
        case _:
            assert_never(event)


def kept_by(case: CollectionCase) -> KeptPromise | None:
    """The arrangement in force, as a case remembers it once it is kept; None when there is none."""
    if case.arrangement is None:
        return None
    return KeptPromise(arrangement=case.arrangement, broken_before=case.promises_broken)


def _without_what_it_asked(case: CollectionCase) -> tuple[OpenTask, ...]:
    """The tasks that are left when an arrangement turns out to have been recorded by mistake."""
    if case.arrangement is None:
        return case.tasks
    made = case.arrangement.made_at
    return tuple(
        task
        for task in case.tasks
        if task.kind is not TaskKind.PROMISE_BROKEN or task.opened_at < made
    )


def _missed(case: CollectionCase, event: InstalmentMissed) -> CaseChanges:
    if case.arrangement is None:
        return {}
    return {"arrangement": case.arrangement.model_copy(update={"lapsed": event.lapsed})}


def _resolved(case: CollectionCase, event: DisputeResolved) -> CaseChanges:
    left = tuple(one for one in case.disputes if one.dispute_id != event.dispute_id)
    changes: CaseChanges = {"disputes": left}
    if not any(one.reminded for one in left):
        changes["tasks"] = _without(case, TaskKind.DISPUTE_OVERDUE)
    if event.in_favour_of == "debtor":
        expected = case.expected_credit or Money.zero(event.amount.currency)
        changes["expected_credit"] = expected + event.amount
    return changes


def _other_stops(case: CollectionCase, kind: StopKind) -> tuple[ContactStop, ...]:
    return tuple(one for one in case.stops if one.kind is not kind)


def _without(case: CollectionCase, kind: TaskKind) -> tuple[OpenTask, ...]:
    return tuple(task for task in case.tasks if task.kind is not kind)
