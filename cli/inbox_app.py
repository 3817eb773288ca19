"""What came back by e-mail? The commands of ``starter.py inbox``."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Read and list what came back: bounces, answers, absences.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def read(*, as_json: AsJson = False) -> None:
    """Read every mailbox once, now; what is known already changes nothing."""
    from cli import inbox_commands
    from cli.outcome import finish

    finish(inbox_commands.read(as_json=as_json))


@app.command("list")
def list_(
    *,
    kind: Annotated[
        str, typer.Option(help="bounce, delay, reply, out-of-office, receipt or other.")
    ] = "",
    unlinked: Annotated[
        bool, typer.Option("--unlinked", help="Only answers and bounces whose case is unknown.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what came in, the latest first."""
    from cli import inbox_commands
    from cli.outcome import finish

    finish(inbox_commands.list_mail(kind, limit, unlinked=unlinked, as_json=as_json))


@app.command()
def show(
    message: Annotated[str, typer.Argument(help="An id of `inbox list`.")],
    *,
    raw: Annotated[bool, typer.Option("--raw", help="The message as it came.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a message: what it says, what it was taken for, and why."""
    from cli import inbox_commands
    from cli.outcome import finish

    finish(inbox_commands.show(message, raw=raw, as_json=as_json))


@app.command()
def schedule(
    *,
    every: Annotated[int, typer.Option(min=1, max=1440, help="Minutes between readings.")] = 5,
    remove: Annotated[bool, typer.Option("--remove", help="Take the schedule away.")] = False,
) -> None:
    """Have the engine read every mailbox again and again."""
    from cli import inbox_commands
    from cli.outcome import finish

    finish(inbox_commands.schedule(every, remove=remove))
