"""What waits for a person, and what came of it? ``tasks`` and ``task``."""

from __future__ import annotations

import uuid
from datetime import date

from cli.asking import ask_one
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.reach import author, database, everything
from cli.typed import money, one_of
from cli.wording import count
from domain.tasks import OUTCOMES
from schemas.case import TaskKind
from schemas.commands import CompleteTask
from store import read_models
from store.pool import Pool


async def list_tasks(status: str, *, as_json: bool) -> Exit:
    """Print the tasks, oldest first."""
    one_of(status, ("open", "done", "obsolete"), "--status")
    async with database() as pool:
        lines = await read_models.list_tasks(pool, status=status)
    if as_json:
        say_json(lines)
        return Exit.DONE
    rows = [
        (
            *(line.task_id, f"{line.opened_at:%Y-%m-%d}", line.kind, line.invoice),
            *(line.debtor_name, line.phone, f"{line.outstanding:.2f} {line.currency}"),
            line.summary if line.status == "open" else f"{line.status}: {line.outcome}",
        )
        for line in lines
    ]
    head = ("task", "since", "kind", "invoice", "debtor", "phone", ">outstanding", "what")
    say_table(count(len(lines), "task"), head, rows)
    return Exit.DONE


async def show_task(task: str, *, as_json: bool) -> Exit:
    """Print one task with the outcomes it may have."""
    async with database() as pool:
        case = await _case_of(pool, task)
        line = next(
            one
            for one in await read_models.list_tasks(pool, status="", case=case)
            if one.task_id == task
        )
    outcomes = OUTCOMES[TaskKind(line.kind)]
    if as_json:
        say_json({**line.model_dump(mode="json"), "outcomes": outcomes})
        return Exit.DONE
    say(f"{line.task_id}  {line.kind}  {line.status}  {line.case_id}")
    say(line.summary)
    say(f"{line.debtor_name} {line.phone} · {line.outstanding:.2f} {line.currency} outstanding")
    say(f"outcomes: {', '.join(outcomes)}")
    return Exit.DONE


async def finish_task(
    task: str, outcome: str, note: str, on: date | None = None, amount: str = ""
) -> Exit:
    """Say what came of a task."""
    async with everything() as reach:
        case = await _case_of(reach.pool, task)
        folded = await read_models.case_as_it_stands(reach.pool, case)
        request = CompleteTask(
            command_id=f"task-{task}-{uuid.uuid4()}",
            by=author(),
            task_id=task,
            outcome=outcome,
            note=note,
            on=on,
            amount=money(amount, folded.claim.currency) if amount else None,
        )
        if refusal := await ask_one(reach, case, request):
            return Exit(say_error(refusal, Exit.REFUSED))
    say(f"task {task} is done: {outcome}")
    return Exit.DONE


async def _case_of(pool: Pool, task: str) -> str:
    case = await read_models.task_case(pool, task)
    if case is None:
        words = f"there is no task {task!r}; `starter.py tasks` lists them"
        raise CommandFailed(Exit.NOT_FOUND, words)
    return case
