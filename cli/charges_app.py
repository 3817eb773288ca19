"""How are charges typed? What is claimed beside invoices, and claiming, waiving, reinstating it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, Creditor, Reason, UpTo

app = typer.Typer(rich_markup_mode=None)
charges_app = typer.Typer(
    help="Interest and fixed sums beside the invoices: list, claim, waive, reinstate.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(charges_app, name="charges")

Invoices = Annotated[list[str], typer.Argument(help="Invoice numbers or case ids.")]
Part = Annotated[str, typer.Option(help="interest or indemnity; both when not given.")]
Amount = Annotated[str, typer.Option(help="At most this; all that is owed when not given.")]


@charges_app.command("list")
def list_(
    *,
    owed: Annotated[bool, typer.Option("--owed", help="Only where something is owed.")] = False,
    restated: Annotated[
        bool, typer.Option("--restated", help="Only where a rate has changed since the claim.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what was claimed, waived and paid beside each invoice."""
    from cli import charges_commands
    from cli.outcome import finish

    if restated:
        finish(charges_commands.list_restated(owed=owed, as_json=as_json))
    else:
        finish(charges_commands.list_charges(owed=owed, as_json=as_json))


@charges_app.command()
def claim(invoices: Invoices, *, on: UpTo = None, creditor: Creditor = "") -> None:
    """Claim interest and the fixed sum as the account states them on a day (today)."""
    from cli import charges_commands
    from cli.outcome import finish

    finish(charges_commands.claim(invoices, on, creditor))


@charges_app.command()
def waive(
    invoices: Invoices,
    *,
    reason: Reason,
    part: Part = "",
    amount: Amount = "",
) -> None:
    """Give up what was claimed and is not paid; an entry of its own, which can be taken back."""
    from cli import charges_commands
    from cli.outcome import finish

    finish(charges_commands.waive(invoices, reason, part, amount))


@charges_app.command()
def reinstate(invoices: Invoices, *, reason: Reason = "") -> None:
    """Claim again what had been waived."""
    from cli import charges_commands
    from cli.outcome import finish

    finish(charges_commands.reinstate(invoices, reason))
