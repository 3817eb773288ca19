"""What waits for a person, and what came of it? ``tasks`` and ``task``."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cli.asking import ask_one, for_people
from cli.bank_commands import say_money_that_waits
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.reach import author, database, everything
from cli.typed import money, one_of
from cli.worklist import WorkLine, call_time, script, worklist
from domain.tasks import OUTCOMES
from domain.telephone import NO_USABLE_NUMBER, telephone_number
from schemas.case import CollectionCase, TaskKind
from schemas.commands import CompleteTask
from schemas.pauses import DisputeReason
from store import read_models
from store.pool import Pool
from store.read_models import TaskLine


class Wanted(NamedTuple):
    """Which tasks somebody wants to see."""

    kind: str
    owner: str
    limit: int


class Typed(NamedTuple):
    """What somebody typed about a task."""

    outcome: str
    note: str
    on: date | None
    amount: str
    reason: str
    again: datetime | None


async def list_tasks(status: str, wanted: Wanted, *, as_json: bool) -> Exit:
    """Print the tasks: open ones as a worklist, others in the order they were opened."""
    one_of(status, ("open", "done", "obsolete"), "--status")
    one_of(wanted.kind, tuple(kind.value for kind in TaskKind), "--kind")
    async with database() as pool:
        if status == "open":
            return await _work(pool, wanted, as_json=as_json)
        found = await read_models.list_tasks(pool, status=status)
    lines = [line for line in found if wanted.kind in {"", line.kind}][-wanted.limit :]
    if as_json:
        say_json(lines)
        return Exit.DONE
    rows = [
        (
            *(line.task_id, f"{line.opened_at:%Y-%m-%d}", line.kind, line.invoice),
            *(line.debtor_name, f"{line.outstanding:.2f} {line.currency}"),
            line.summary if line.status == "open" else f"{line.status}: {line.outcome}",
        )
        for line in lines
    ]
    head = ("task", "since", "kind", "invoice", "debtor", ">outstanding", "what")
    say_table(_counted(len(lines)), head, rows)
    return Exit.DONE


async def _work(pool: Pool, wanted: Wanted, *, as_json: bool) -> Exit:
    found = await worklist(pool, datetime.now(UTC))
    lines = [
        line
        for line in found
        if wanted.kind in {"", line.task.kind} and wanted.owner in {"", line.owner or wanted.owner}
    ]
    shown = lines[: wanted.limit]
    if as_json:
        say_json([line.plain() for line in shown])
        return Exit.DONE
    rows = [
        (
            *(number, line.task.task_id, line.task.kind, _due(line), line.owner or "-"),
            *(line.task.invoice, line.task.debtor_name, line.number or "-", line.when),
            *(f"{line.task.outstanding:.2f} {line.task.currency}", f"{line.at_risk:f}"),
            line.what,
        )
        for number, line in enumerate(shown, start=1)
    ]
    head = (">", "task", "kind", "due", "owner", "invoice", "debtor", "number", "call")
    title = _counted(len(lines))
    if len(shown) < len(lines):
        title += f", the first {len(shown)} of them (--limit)"
    say_table(title, (*head, ">outstanding", ">rank", "what"), rows)
    if not (wanted.kind or wanted.owner):
        await say_money_that_waits(pool)
    return Exit.DONE


def _counted(number: int) -> str:
    return "1 task" if number == 1 else f"{number} tasks"


def _due(line: WorkLine) -> str:
    if line.due_on is None:
        return ""
    late = ", passed on" if line.passed_on else ", late" if line.overdue else ""
    return f"{line.due_on}{late}"


async def show_task(task: str, *, as_json: bool) -> Exit:
    """Print one task: whom to call and when, what to say, and the outcomes it may have."""
    async with database() as pool:
        case = await _case_of(pool, task)
        lines = await read_models.list_tasks(pool, status="", case=case)
        line = next(one for one in lines if one.task_id == task)
        work = next(
            (one for one in await worklist(pool, datetime.now(UTC)) if one.task.task_id == task),
            None,
        )
        words = await script(pool, work) if work else ""
    outcomes = OUTCOMES[TaskKind(line.kind)]
    if as_json:
        plain = work.plain() if work else line.model_dump(mode="json")
        say_json({**plain, "outcomes": outcomes, "script": words})
        return Exit.DONE
    _print_task(line, work)
    if words:
        say(f"\n{words}")
    say(f"outcomes: {', '.join(outcomes)}")
    return Exit.DONE


def _print_task(line: TaskLine, work: WorkLine | None) -> None:
    say(f"{line.task_id}  {line.kind}  {line.status}  {line.case_id}")
    say(line.summary)
    say(f"{line.debtor_name} {_number(line)} · {line.outstanding:.2f} {line.currency} outstanding")
    if work is None:
        return
    if line.kind == TaskKind.CALL:
        say(call_time(work.case, datetime.now(UTC)))
        say(f"calls so far that reached nobody: {work.attempts}")
    if work.owner or work.due_on:
        say(f"owner: {work.owner or 'whoever takes it'} · due: {_due(work) or 'no day'}")


def _number(line: TaskLine) -> str:
    """The number as it is dialled and as it is read; what is none is told as such."""
    if not line.phone:
        return "no number yet"
    number = telephone_number(line.phone, line.country)
    return str(number) if number else f"{NO_USABLE_NUMBER} (on file: {line.phone!r})"


async def finish_task(task: str, typed: Typed) -> Exit:
    """Say what came of a task."""
    reason = one_of(typed.reason, tuple(one.value for one in DisputeReason), "--reason")
    async with everything() as reach:
        case_id = await _case_of(reach.pool, task)
        case = await read_models.case_as_it_stands(reach.pool, case_id)
        request = CompleteTask(
            command_id=f"task-{task}-{uuid.uuid4()}",
            by=author(),
            task_id=task,
            outcome=typed.outcome,
            note=typed.note,
            promised_on=typed.on,
            amount=money(typed.amount, case.claim.currency) if typed.amount else None,
            reason=DisputeReason(reason) if reason else None,
            again_at=_moment(typed.again, case),
        )
        if refusal := await ask_one(reach, case_id, request):
            return Exit(say_error(for_people(refusal), Exit.REFUSED))
        after = await read_models.case_as_it_stands(reach.pool, case_id)
    left = next((one for one in after.tasks if one.task_id == task), None)
    if left is None:
        say(f"task {task} is done: {typed.outcome}")
    elif left.not_before:
        again = left.not_before.astimezone(ZoneInfo(after.calendar.time_zone))
        say(f"noted: {typed.outcome}, call {left.attempts}; again from {again:%Y-%m-%d %H:%M}")
    return Exit.DONE


def _moment(typed: datetime | None, case: CollectionCase) -> datetime | None:
    """A time that somebody named is a time on the debtor's clock."""
    return typed.replace(tzinfo=ZoneInfo(case.calendar.time_zone)) if typed else None


async def _case_of(pool: Pool, task: str) -> str:
    case = await read_models.task_case(pool, task)
    if case is None:
        words = f"there is no task {task!r}; `starter.py tasks` lists them"
        raise CommandFailed(Exit.NOT_FOUND, words)
    return case
