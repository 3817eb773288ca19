"""How are tasks typed? The worklist, one task with its script, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from cli.options import AsJson, Note, a_day
from cli.typed import moment

app = typer.Typer(rich_markup_mode=None)
task_app = typer.Typer(
    help="Show a task, or say what came of it.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(task_app, name="task")
Task = Annotated[str, typer.Argument(help="Its id, as `tasks` lists it.")]


@app.command()
def tasks(
    *,
    status: Annotated[str, typer.Option(help="open, done, obsolete; empty for all.")] = "open",
    kind: Annotated[str, typer.Option(help="Of this kind only, such as call.")] = "",
    owner: Annotated[str, typer.Option(help="Those of this person, and those of nobody yet.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person: legal days, broken promises, then the most money at risk."""
    from cli import task_commands
    from cli.outcome import finish

    wanted = task_commands.Wanted(kind, owner, limit)
    finish(task_commands.list_tasks(status, wanted, as_json=as_json))


@task_app.command("show")
def task_show(task: Task, *, as_json: AsJson = False) -> None:
    """Show a task: the number to call and when, what to say, and the outcomes it may have."""
    from cli import task_commands
    from cli.outcome import finish

    finish(task_commands.show_task(task, as_json=as_json))


@task_app.command("done")
def task_done(
    task: Task,
    outcome: Annotated[str, typer.Option(help="One that `task show` lists.")],
    *,
    note: Note = "",
    on: Annotated[date | None, a_day("The day that was promised, or to wait for.")] = None,
    amount: Annotated[str, typer.Option(help="Promised or disputed; else all of it.")] = "",
    reason: Annotated[str, typer.Option(help="Disputed: damaged, price, …")] = "",
    again: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="YYYY-MM-DD HH:MM", help="When to call again."),
    ] = None,
) -> None:
    """Say what came of a task; a promise (--on its day) or a dispute drives the case at once."""
    from cli import task_commands
    from cli.outcome import finish

    said = task_commands.Typed(outcome, note, on, amount, reason, again)
    finish(task_commands.finish_task(task, said))
