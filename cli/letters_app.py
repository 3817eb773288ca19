"""How are letters looked after? ``letters``: list, quote, manifest, follow, save the proofs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, a_day

app = typer.Typer(rich_markup_mode=None)
letters_app = typer.Typer(
    help="List letters and what they cost, ask what became of them, save their proofs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(letters_app, name="letters")


@letters_app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List letters with what each cost and how far it has come, those under way first."""
    from cli import letters_command
    from cli.outcome import finish

    finish(letters_command.list_letters(as_json=as_json))


@letters_app.command()
def quote(
    *,
    kind: Annotated[
        list[str] | None, typer.Option(help="Such as registered; may be given again.")
    ] = None,
    pages: Annotated[int, typer.Option(min=1, max=500, help="Printed pages.")] = 1,
    sent_from: Annotated[str, typer.Option("--from", help="Country it is posted in.")] = "FR",
    to: Annotated[str, typer.Option(help="Country it goes to.")] = "FR",
    on: Annotated[date | None, a_day("Day it is posted; today by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a letter would cost, by the table of prices (LETTER_PRICES_FILE)."""
    from cli import letter_prices_command
    from cli.outcome import finish

    asked = letter_prices_command.Asked(tuple(kind or ()), pages, sent_from, to, on)
    finish(letter_prices_command.quote(asked, as_json=as_json))


@letters_app.command()
def manifest(
    folder: Annotated[
        Path | None, typer.Option(help="Where the letters lie; LETTERS_FOLDER by default.")
    ] = None,
) -> None:
    """Print the letters of the folder as CSV for a print shop, each held against its file."""
    from cli import letter_prices_command
    from cli.outcome import finish

    finish(letter_prices_command.manifest(folder))


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
