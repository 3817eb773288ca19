"""What do people look at? Read models, brought along in the append's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from domain.next_action import next_action
from domain.tasks import ARRIVED, TRY_AGAIN
from schemas.actions import PerformStep, Record, SendNotice, Wait
from schemas.case import CollectionCase, StepOutcome, TaskKind
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseReopened,
    ContactBounced,
    ContactsStopped,
    CreditNoteIssued,
    DisputeRaised,
    FactUnreadable,
    FormalNoticeServed,
    HoldPlaced,
    InstalmentsAgreed,
    InvoiceCorrected,
    PaymentReceived,
    PaymentReversed,
    PromiseMade,
    PromiseReinstated,
    ReplyReceived,
    StepFailed,
    StepSkipped,
    TaskCompleted,
)
from store.pool import Connection, Json
from store.queries import queries

_SQL = queries("projections")

TASK_COLUMNS = 6
"""Those that say what a task is; the others say what became of it."""


FACT_KINDS: dict[type, str] = {
    PaymentReceived: "payment_received",
    PaymentReversed: "payment_reversed",
    CreditNoteIssued: "credit_note_issued",
    InvoiceCorrected: "invoice_corrected",
    ContactsStopped: "contacts_stopped",
    ContactBounced: "contact_bounced",
    ReplyReceived: "reply_received",
    FormalNoticeServed: "formal_notice_served",
}
"""Which kind of fact each event puts on record."""


def columns(cases: Sequence[tuple[CollectionCase, bytes]]) -> list[list[Any]]:
    """The rows of cases, column by column, in the order of the table."""
    rows = (_row(case, digest) for case, digest in cases)
    return [list(column) for column in zip(*rows, strict=True)]


async def follow(
    connection: Connection, before: CollectionCase, event: CaseEvent, after: CollectionCase
) -> None:
    """Write what follows from one event beside the row of its case: tasks, contacts, facts.

    Args:
        connection: in the append's transaction.
        before: the case before the event.
        event: what was put on record.
        after: the case after it.
    """
    changes = task_changes(before, event, after)
    for row in changes.opened:
        await connection.execute(_SQL["open_task"], *row)
    for row in changes.reworded:
        await connection.execute(_SQL["reword_task"], *row)
    for row in changes.ended:
        await connection.execute(_SQL["end_task"], *row)
    match event:
        case PaymentReceived():
            await connection.execute(
                _SQL["keep_payment"],
                *(event.payment_id, after.creditor, after.invoice),
                *(event.amount.amount, event.amount.currency, event.received_on, event.source),
            )
        case PaymentReversed():
            await connection.execute(
                _SQL["payment_is_reversed"], after.creditor, after.invoice, event.payment_id
            )
        case CaseReopened():
            await connection.execute(_SQL["runs_no_more"], after.case_id)
        case _:
            await _contacts_follow(connection, before, event)
    # Behind its contact: whoever reports a bounce again locks the two in this order.
    if fact := _told_by(event):
        await connection.execute(_SQL["fact_is_told"], after.case_id, fact, event.type)


async def _contacts_follow(
    connection: Connection, before: CollectionCase, event: CaseEvent
) -> None:
    """Write what an event says about contacts of its case."""
    match event:
        case CaseClosed() | StepSkipped() | HoldPlaced() | ContactsStopped() | DisputeRaised():
            await connection.execute(_SQL["contacts_are_withdrawn"], before.case_id)
        case PromiseMade() | InstalmentsAgreed() | PromiseReinstated():
            await connection.execute(_SQL["contacts_are_withdrawn"], before.case_id)
        case StepFailed():
            await connection.execute(_SQL["contact_is_refused"], event.reference)
        case ContactBounced():
            said = (event.diagnostic or event.kind)[:500]
            await connection.execute(_SQL["contact_is_found_out"], event.reference, "refused", said)
        case TaskCompleted() if found_out := _found_out(before, event):
            await connection.execute(_SQL["contact_is_found_out"], *found_out, "")
        case _:
            pass


def _found_out(before: CollectionCase, event: TaskCompleted) -> tuple[str, str] | None:
    """The contact of which nobody knew, and what a person has found out about it."""
    state = {ARRIVED: "accepted", TRY_AGAIN: "refused"}.get(event.outcome)
    task = next((task for task in before.tasks if task.task_id == event.task_id), None)
    if state is None or task is None or task.kind is not TaskKind.DELIVERY_UNKNOWN:
        return None
    for one in before.steps:
        if one.outcome is StepOutcome.UNKNOWN and (one.step, one.cycle) == (task.step, task.cycle):
            return one.reference, state
    return None


def _told_by(event: CaseEvent) -> str:
    """The fact that an event puts on record, as ``fact_id`` names it; empty for other events."""
    if not event.cause:
        return ""
    kind = event.name if isinstance(event, FactUnreadable) else FACT_KINDS.get(type(event), "")
    return f"{kind}:{event.cause}" if kind else ""


class TaskChanges(NamedTuple):
    """What an event does to the rows of tasks.

    Attributes:
        opened: the first ``TASK_COLUMNS`` columns of each new row.
        ended: the id and the remaining columns (status, outcome, note, when, by whom) of others.
        reworded: the id and the words of those that name another figure now.
    """

    opened: list[tuple[Any, ...]]
    ended: list[tuple[Any, ...]]
    reworded: list[tuple[str, str]]


def task_changes(before: CollectionCase, event: CaseEvent, after: CollectionCase) -> TaskChanges:
    """Which rows of tasks one event opens and ends."""
    known = {task.task_id: task.summary for task in before.tasks}
    left = {task.task_id for task in after.tasks}
    opened = [
        (task.task_id, after.case_id, task.kind.value, task.step, task.summary, task.opened_at)
        for task in after.tasks
        if task.task_id not in known
    ]
    if isinstance(event, TaskCompleted):
        ending = ("done", event.outcome, event.note, event.at, event.by)
    else:
        ending = ("obsolete", event.type, "", event.at, event.by)
    ended = [(task.task_id, *ending) for task in before.tasks if task.task_id not in left]
    reworded = [
        (task.task_id, task.summary)
        for task in after.tasks
        if task.summary != known.get(task.task_id, task.summary)
    ]
    return TaskChanges(opened, ended, reworded)


def _row(case: CollectionCase, digest: bytes) -> tuple[Any, ...]:
    step, at, waiting = _what_next(case)
    return (
        *(case.case_id, case.creditor, case.invoice, case.debtor_id, case.version, digest),
        *(case.state.value, case.closing.value if case.closing else "", case.level),
        *(step, at, waiting, case.claim.amount, case.paid.amount, case.outstanding.amount),
        *(case.claim.currency, case.due_date, case.opened_at, case.closed_at),
        Json(case.model_dump_json()),
    )


def _what_next(case: CollectionCase) -> tuple[str, Any, str]:
    """The next step, when, and what is waited for; seen from the case's last change."""
    action = next_action(case, case.changed_at or case.opened_at)
    match action:
        case PerformStep():
            return action.step.name, action.due_at, "DueNow"
        case SendNotice():
            return "", action.due_at, "NoticeDue"
        case Wait():
            return "", action.until, action.reason
        case Record():
            return "", None, action.events[0].type
