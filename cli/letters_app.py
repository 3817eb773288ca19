"""How are letters asked after? ``letters``: list, follow, save the proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson

app = typer.Typer(rich_markup_mode=None)
letters_app = typer.Typer(
    help="List letters, ask what became of them, save their proofs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(letters_app, name="letters")


@letters_app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List letters with how far each has come, those under way first."""
    from cli import letters_command
    from cli.outcome import finish

    finish(letters_command.list_letters(as_json=as_json))


@letters_app.command()
def follow(*, as_json: AsJson = False) -> None:
    """Ask the provider, once, what became of letters under way, and archive their proofs."""
    from cli import letters_command
    from cli.outcome import finish

    finish(letters_command.follow(as_json=as_json))


@letters_app.command()
def schedule(
    *,
    every: Annotated[int, typer.Option(min=1, max=24, help="Hours between rounds.")] = 6,
    remove: Annotated[bool, typer.Option("--remove", help="Take the schedule away.")] = False,
) -> None:
    """Have the engine ask after letters again and again; said twice, it is one schedule."""
    from cli import letters_command
    from cli.outcome import finish

    finish(letters_command.schedule(every, remove=remove))


@letters_app.command()
def proofs(
    reference: Annotated[str, typer.Argument(help="Of the contact.")],
    folder: Annotated[Path, typer.Option(help="Where they are written.")] = Path(),
) -> None:
    """Save the proofs of a letter: deposit, receipt, return."""
    from cli import letters_command
    from cli.outcome import finish

    finish(letters_command.save_proofs(reference, folder))
