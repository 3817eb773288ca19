"""How is the bank's word typed? Feeding files, and what people decide about the money in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, AsOf, Creditor, Reason

app = typer.Typer(rich_markup_mode=None)

Paths = Annotated[list[Path], typer.Argument(help="Bank files, zip archives, or folders of them.")]
Account = Annotated[str, typer.Option(help="The account, where the file does not name it.")]
Transaction = Annotated[str, typer.Argument(help="As `unmatched` lists it.")]


@app.command()
def feed(
    paths: Paths,
    *,
    account: Account = "",
    on: AsOf = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and take in what arrives later.")
    ] = False,
    every: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between two looks.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Take bank files in: read, match, tell the cases; the same file twice changes nothing."""
    from cli import feed_command
    from cli.outcome import finish

    if watch:
        finish(feed_command.watch(paths, account, every))
    finish(feed_command.feed(paths, account, on, as_json=as_json))


@app.command("day")
def day_(
    folder: Annotated[Path, typer.Argument(help="Where the bank's files arrive.")],
    *,
    on: AsOf = None,
) -> None:
    """The day's order: feed what has arrived, then sweep; contacts follow in their hours."""
    from cli import feed_command
    from cli.outcome import finish

    finish(feed_command.day(folder, on))


@app.command()
def accounts(*, creditor: Creditor = "", as_json: AsJson = False) -> None:
    """List bank accounts: last booked day, balance, gaps, and where the money is."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.accounts(creditor, as_json=as_json))


@app.command()
def unmatched(*, creditor: Creditor = "", as_json: AsJson = False) -> None:
    """List money that waits for a person: suggested, on account, unmatched; with the evidence."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.unmatched(creditor, as_json=as_json))


@app.command()
def suggest(transaction: Transaction, *, as_json: AsJson = False) -> None:
    """Say what a bank transaction may settle, and why; nothing is changed."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.suggest(transaction, as_json=as_json))


@app.command()
def allocate(
    transaction: Transaction,
    documents: Annotated[
        list[str] | None, typer.Argument(help="INVOICE or INVOICE:AMOUNT, one or more.")
    ] = None,
    *,
    on_account: Annotated[str, typer.Option(help="The debtor whose money the rest is.")] = "",
) -> None:
    """Allocate a bank transaction to invoices; what is left stays on account."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.allocate(transaction, documents or [], on_account))


@app.command()
def unallocate(
    transaction: Transaction,
    documents: Annotated[
        list[str] | None, typer.Argument(help="Invoice numbers; all if there are none.")
    ] = None,
) -> None:
    """Take an allocation back; cases that it closed are pursued again."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.unallocate(transaction, documents or []))


@app.command()
def ignore(transaction: Transaction, *, reason: Reason) -> None:
    """Say that a bank transaction concerns no invoice."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.ignore(transaction, reason))


@app.command()
def payers(*, creditor: Creditor = "", as_json: AsJson = False) -> None:
    """List the accounts that debtors were seen to pay from."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.payers(creditor, as_json=as_json))


@app.command("forget-payer")
def forget_payer(
    iban: Annotated[str, typer.Argument(help="As `payers` lists it.")],
    *,
    debtor: Annotated[str, typer.Option(help="Only as an account of this debtor.")] = "",
    creditor: Creditor = "",
) -> None:
    """Forget that a debtor pays from an account."""
    from cli import bank_commands
    from cli.outcome import finish

    finish(bank_commands.forget_payer(iban, debtor, creditor))
