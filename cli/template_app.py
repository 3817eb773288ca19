"""How are texts typed? ``template check``, ``template preview``, and ``message`` for those sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, Creditor

app = typer.Typer(rich_markup_mode=None)
template_app = typer.Typer(
    help="Check and preview what debtors read.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(template_app, name="template")


@app.command()
def message(
    reference: Annotated[str, typer.Argument(help="Of a contact; a Message-ID or a hash will do.")],
    *,
    save: Annotated[Path | None, typer.Option(help="Write the exact bytes to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show exactly what was sent: the kept bytes, their hash, the text they were made from."""
    from cli import message_command
    from cli.outcome import finish

    finish(message_command.message(reference, save, as_json=as_json))


@template_app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Else TEMPLATES_FOLDER.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Name every mistake of the texts: unknown names, missing mentions, missing languages."""
    from cli import template_command
    from cli.outcome import finish

    finish(template_command.check(folder, as_json=as_json))


@template_app.command()
def preview(
    step: Annotated[str, typer.Argument(help="A step of the plan, or a text such as promise.")],
    *,
    lang: Annotated[str, typer.Option(help="Language code; else the debtor's.")] = "",
    case: Annotated[str, typer.Option(help="A case id or an invoice number; else a sample.")] = "",
    creditor: Creditor = "",
    capacity: Annotated[str, typer.Option(help="Of the sample: business, consumer, public.")] = "",
    country: Annotated[str, typer.Option(help="Of the sample, such as DE.")] = "",
    charges: Annotated[str, typer.Option(help="none, state, claim, waive; else the plan's.")] = "",
    kind: Annotated[str, typer.Option(help="e-mail, letter or script; else what there is.")] = "",
    out: Annotated[Path | None, typer.Option(help="A folder for the files.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Show it at once.")] = False,
) -> None:
    """Show what a debtor would read; nothing is sent and nothing is changed."""
    from cli import template_command
    from cli.outcome import finish

    asked = template_command.Asked(step, lang, case, creditor, capacity, country, charges, kind)
    finish(template_command.preview(asked, out, show=open_))
