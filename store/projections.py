"""What do people look at? Read models, brought along in the append's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.next_action import next_action
from schemas.actions import PerformStep, Record, Wait
from schemas.case import CollectionCase
from schemas.events import (
    CaseEvent,
    FactUnreadable,
    InvoiceCorrected,
    PaymentReceived,
    StepFailed,
    TaskCompleted,
)
from store.pool import Connection
from store.queries import queries

_SQL = queries("projections")


async def save(connection: Connection, cases: Sequence[tuple[CollectionCase, bytes]]) -> None:
    """Write the rows of cases as they now stand, with the hash of their last event."""
    if cases:
        columns = zip(*(_row(case, digest) for case, digest in cases), strict=True)
        await connection.execute(_SQL["save_cases"], *(list(column) for column in columns))


async def follow(
    connection: Connection, before: CollectionCase, event: CaseEvent, after: CollectionCase
) -> None:
    """Bring everything along that hangs on one event: its tasks, and what it settles outside.

    Args:
        connection: in the append's transaction.
        before: the case before the event.
        event: what was put on record.
        after: the case after it.
    """
    await follow_tasks(connection, before, event, after)
    if isinstance(event, PaymentReceived | InvoiceCorrected | FactUnreadable):
        await connection.execute(_SQL["fact_is_told"], event.cause, event.type)
    match event:
        case PaymentReceived():
            await connection.execute(
                _SQL["keep_payment"],
                *(event.payment_id, after.creditor, after.invoice),
                *(event.amount.amount, event.amount.currency, event.received_on, event.source),
            )
        case StepFailed():
            await connection.execute(_SQL["contact_is_refused"], event.reference)
        case _:
            pass


async def follow_tasks(
    connection: Connection, before: CollectionCase, event: CaseEvent, after: CollectionCase
) -> None:
    """Open and end the rows of tasks as one event does."""
    known = {task.task_id for task in before.tasks}
    left = {task.task_id for task in after.tasks}
    for task in after.tasks:
        if task.task_id not in known:
            await connection.execute(
                _SQL["open_task"],
                *(task.task_id, after.case_id, task.kind.value, task.step),
                *(task.summary, task.opened_at),
            )
    for task in before.tasks:
        if task.task_id in left:
            continue
        if isinstance(event, TaskCompleted):
            ending = ("done", event.outcome, event.note, event.at, event.by)
        else:
            ending = ("obsolete", event.type, "", event.at, event.by)
        await connection.execute(_SQL["end_task"], task.task_id, *ending)


def _row(case: CollectionCase, digest: bytes) -> tuple[Any, ...]:
    step, at, waiting = _what_next(case)
    return (
        *(case.case_id, case.creditor, case.invoice, case.debtor_id, case.version, digest),
        *(case.state.value, case.closing.value if case.closing else "", case.level),
        *(step, at, waiting, case.claim.amount, case.paid.amount, case.outstanding.amount),
        *(case.claim.currency, case.due_date, case.opened_at, case.closed_at),
        case.model_dump(mode="json"),
    )


def _what_next(case: CollectionCase) -> tuple[str, Any, str]:
    """The next step, when, and what is waited for; seen from the case's last change."""
    action = next_action(case, _last_change(case))
    match action:
        case PerformStep():
            return action.step.name, action.due_at, "DueNow"
        case Wait():
            return "", action.until, action.reason
        case Record():
            return "", None, action.events[0].type


def _last_change(case: CollectionCase) -> Any:
    moments = [case.opened_at, *(step.at for step in case.steps)]
    return max(moments)
