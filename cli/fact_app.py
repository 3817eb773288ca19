"""How are facts and questions typed? Payments, credits, stops; what sleeps, what comes, and why."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from cli.options import AsJson, Cases, Creditor, Debtor, Note, OnDay, Reason, a_day
from cli.typed import days as days_up_to

app = typer.Typer(rich_markup_mode=None)

Invoice = Annotated[str, typer.Argument(help="An invoice number.")]
_AHEAD = "So many days ahead."
Amount = Annotated[str, typer.Argument(help="Such as 1234.56.")]
BeyondOwed = Annotated[bool, typer.Option("--yes", help="Even if it is more than is owed.")]


class OfAnAmount(TyperCommand):
    """A command with an amount: one below zero is told as such, not as an unknown option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed.

        Raises:
            BadParameter: when an amount is below zero.
        """
        for typed in args[: args.index("--")] if "--" in args else args:
            if re.fullmatch(r"-\d[\d.,]*", typed):
                raise typer.BadParameter(f"AMOUNT: {typed!r}: expected an amount above zero")
        return super().parse_args(ctx, args)


@app.command(cls=OfAnAmount)
def pay(
    invoice: Invoice,
    amount: Amount,
    *,
    currency: Annotated[str, typer.Option(help="The invoice's own; another is refused.")] = "",
    on: OnDay = None,
    payment_id: Annotated[
        str, typer.Option("--id", help="A name for it: the same one twice counts once.")
    ] = "",
    creditor: Creditor = "",
    yes: BeyondOwed = False,
) -> None:
    """Record a payment by hand and tell its case."""
    from cli import pay_command
    from cli.outcome import finish

    typed = pay_command.Typed(invoice, amount, currency, on, payment_id, creditor, yes)
    finish(pay_command.pay(typed))


@app.command()
def reverse(
    invoice: Invoice,
    payment_id: Annotated[str, typer.Argument(help="Its id, as `show` prints it.")],
    *,
    reason: Reason = "",
    creditor: Creditor = "",
) -> None:
    """Take a payment back; a case that it closed is pursued again."""
    from cli import fact_commands
    from cli.outcome import finish

    finish(fact_commands.reverse(invoice, payment_id, reason, creditor))


@app.command("credit-note", cls=OfAnAmount)
def credit_note(
    invoice: Invoice,
    number: Annotated[str, typer.Argument(help="Of the credit note.")],
    amount: Amount,
    *,
    kind: Annotated[
        str, typer.Option(help="error (never owed), gesture (from its day), set-off (as money).")
    ] = "error",
    on: OnDay = None,
    creditor: Creditor = "",
    yes: BeyondOwed = False,
) -> None:
    """Record a credit note or a set-off; its kind says from when less interest is owed."""
    from cli import credit_command
    from cli.outcome import finish

    typed = credit_command.Typed(invoice, number, amount, kind, on, creditor, yes)
    finish(credit_command.credit_note(typed))


@app.command()
def stop(
    cases: Cases = None,
    *,
    kind: Annotated[str, typer.Option(help="insolvency, deceased, unknown-address, …")],
    debtor: Debtor = "",
    on: OnDay = None,
    note: Note = "",
) -> None:
    """Stop every contact: the debtor may not, or cannot, be contacted."""
    from cli import fact_commands
    from cli.outcome import finish
    from cli.selection import Selection

    selection = Selection(cases=tuple(cases or ()), debtor=debtor)
    finish(fact_commands.stop(selection, kind, on, note))


@app.command()
def served(
    invoice: Invoice,
    *,
    on: Annotated[date, a_day("The day on which it arrived, or was first presented.")],
    outcome: Annotated[str, typer.Option(help="delivered, refused or not-claimed.")] = "delivered",
    proof: Annotated[
        Path | None, typer.Option(help="The receipt: PDF, JPEG or PNG, kept with its hash.")
    ] = None,
    creditor: Creditor = "",
) -> None:
    """Say on which day a formal notice reached the debtor: from then on interest may run.

    For letters that were posted by hand. One that was refused or not claimed counts from the day of
    its first presentation.
    """
    from cli import served_command
    from cli.outcome import finish

    finish(served_command.served(invoice, on, outcome, proof, creditor))


@app.command()
def asleep(*, as_json: AsJson = False) -> None:
    """List everything that is paused, with age, money and when it wakes."""
    from cli import outlook_commands
    from cli.outcome import finish

    finish(outlook_commands.asleep(as_json=as_json))


@app.command()
def why(
    case: Annotated[str, typer.Argument(help="A case id or an invoice number.")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="Of every open case.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say the one reason why nothing was sent today."""
    from cli import outlook_commands
    from cli.outcome import finish

    finish(outlook_commands.why(case, every=every, as_json=as_json))


@app.command()
def forecast(
    *,
    days: Annotated[int, typer.Option(parser=days_up_to(3650), metavar="DAYS", help=_AHEAD)] = 30,
    debtor: Debtor = "",
    as_json: AsJson = False,
) -> None:
    """Say what will leave, when, to whom and for how much."""
    from cli import outlook_commands
    from cli.outcome import finish

    finish(outlook_commands.forecast(days, debtor, as_json=as_json))


@app.command()
def contacts(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CASE | resolve REFERENCE arrived|not-arrived]",
            help="A case id or invoice number; or what a person has found out.",
        ),
    ] = None,
    *,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Those of which nobody knows whether they left.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who has found it out; yourself by default.")] = "",
    as_json: AsJson = False,
) -> None:
    """List contacts: of a case, or those that are unknown or were left lying; or settle one."""
    from cli import contact_commands
    from cli.outcome import finish

    finish(contact_commands.contacts_or_resolve(words or [], by, unknown=unknown, as_json=as_json))


@app.command()
def email(
    debtor: Annotated[str, typer.Argument(help="A debtor's number.")],
    address: Annotated[str, typer.Argument(help="The correct address.")],
    *,
    creditor: Creditor = "",
) -> None:
    """Correct a debtor's e-mail address, and try again what did not arrive."""
    from cli import contact_commands
    from cli.outcome import finish

    finish(contact_commands.correct_email(debtor, address, creditor))
