"""The door of the people: the command line. Heavy imports wait inside the commands."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.account_app import app as account_app
from cli.bank_app import app as bank_app
from cli.charges_app import app as charges_app
from cli.fact_app import app as fact_app
from cli.inbox_app import app as inbox_app
from cli.letters_app import app as letters_app
from cli.ops_app import app as ops_app
from cli.options import AsJson, AsOf, Creditor, State, a_day
from cli.task_app import app as worklist_app
from cli.template_app import app as template_app
from cli.typed import days as days_up_to

EXIT_CODES = (
    "Exit codes: 0 done · 1 problems found · 2 usage or settings · 3 an engine cannot be reached · "
    "4 refused · 5 not found"
)

app = typer.Typer(
    name="starter.py",
    help="Relance: pursue overdue invoices, courteously and without ever forgetting one.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 120},
)
plan_app = typer.Typer(
    help="Check and preview dunning plans.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(plan_app, name="plan")
creditor_app = typer.Typer(
    help="Check creditors' files.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(creditor_app, name="creditor")
app.add_typer(ops_app)
app.add_typer(fact_app)
app.add_typer(account_app)
app.add_typer(charges_app)
app.add_typer(letters_app)
app.add_typer(template_app)
app.add_typer(inbox_app, name="inbox")
app.add_typer(bank_app)
app.add_typer(worklist_app)


@app.callback()
def before(
    by: Annotated[
        str, typer.Option(help="Who gives the command; by default RELANCE_AUTHOR, else the login.")
    ] = "",
) -> None:
    """Take what goes before every command."""
    if by.strip():
        os.environ["RELANCE_AUTHOR"] = by.strip()


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="CSV or JSON Lines.")],
    *,
    creditor: Creditor = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import invoices and their debtors; good rows go in, bad ones are reported."""
    from cli import import_command
    from cli.outcome import finish

    finish(import_command.import_files(files, creditor, dry_run=dry_run, as_json=as_json))


@app.command("list")
def list_(
    *,
    state: State = "",
    debtor: Annotated[str, typer.Option(help="A debtor's number.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List cases, whichever is due next first."""
    from cli import case_commands
    from cli.outcome import finish

    finish(case_commands.list_cases(state, debtor, limit, as_json=as_json))


@app.command()
def show(
    case: Annotated[str, typer.Argument(help="A case id or an invoice number.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a case: what happened, why nothing happens now, what will happen."""
    from cli import case_commands
    from cli.outcome import finish

    finish(case_commands.show(case, as_json=as_json))


@app.command("open")
def open_(
    invoices: Annotated[list[str], typer.Argument(help="Invoice numbers.")],
    *,
    creditor: Creditor = "",
    at: Annotated[str, typer.Option(help="The step to begin with; the first by default.")] = "",
    as_json: AsJson = False,
) -> None:
    """Open cases by hand; the daily sweep opens them by itself."""
    from cli import case_commands
    from cli.outcome import finish

    finish(case_commands.open_cases(invoices, creditor, at, as_json=as_json))


@app.command()
def statement(
    files: Annotated[list[Path], typer.Argument(help="Bank files of any format, or zip archives.")],
    *,
    profile: Annotated[list[Path] | None, typer.Option(help="CSV profile of another bank.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what bank files say; nothing is stored and no database is needed."""
    from cli import statement_command
    from cli.outcome import finish

    finish(statement_command.show_statements(files, profile or [], as_json=as_json))


@app.command()
def match(
    more: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", hidden=True)] = None,
    *,
    invoices: Annotated[Path, typer.Option(help="CSV of open items; see docs/matching.md.")],
    customers: Annotated[Path, typer.Option(help="CSV of customers.")],
    statements: Annotated[
        list[Path], typer.Option(metavar="FILE…", help="Bank files of any format; one or more.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show what bank files would settle; nothing is stored and no database is needed."""
    from cli import match_command
    from cli.outcome import finish

    # An option takes one value; the files after the first come as arguments.
    files = [*statements, *(more or [])]
    finish(match_command.match_statements(invoices, customers, files, as_json=as_json))


@app.command()
def simulate(  # noqa: PLR0913 - the options of one command
    file: Annotated[Path, typer.Argument(help="Invoices, as for import.")],
    *,
    plan: Annotated[str, typer.Option(help="Name of a plan, or a .yaml file.")],
    pay: Annotated[list[str] | None, typer.Option(help="INVOICE:DATE:AMOUNT; repeatable.")] = None,
    dispute: Annotated[
        list[str] | None, typer.Option(help="INVOICE:DATE, or INVOICE:DATE:AMOUNT; repeatable.")
    ] = None,
    days: Annotated[
        int, typer.Option(parser=days_up_to(1000), metavar="DAYS", help="So many days ahead.")
    ] = 200,
    creditor: Creditor = "",
    as_json: AsJson = False,
) -> None:
    """Let months pass for given invoices on engines of their own; nothing of yours is touched."""
    from cli import simulate_command
    from cli.outcome import finish

    given = simulate_command.Given(file, plan, pay or [], dispute or [], creditor, days)
    finish(simulate_command.simulate(given, as_json=as_json))


@plan_app.command("check")
def plan_check(
    files: Annotated[list[Path], typer.Argument(help="Plan files.")], *, as_json: AsJson = False
) -> None:
    """Name every mistake of plan files, by line and field."""
    from cli import plan_commands
    from cli.outcome import finish

    finish(plan_commands.check(files, as_json=as_json))


@creditor_app.command("check")
def creditor_check(
    files: Annotated[list[Path], typer.Argument(help="Creditors' files.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Name every mistake of creditors' files, and contract rates that nobody may agree on today."""
    from cli import creditor_commands
    from cli.outcome import finish

    today = datetime.now().astimezone().date()
    finish(creditor_commands.check(files, today, as_json=as_json))


@plan_app.command("preview")
def plan_preview(
    plan: Annotated[str, typer.Argument(help="Name of a plan, or a .yaml file.")],
    due: Annotated[date, a_day("When the invoice is due.")],
    *,
    country: Annotated[str, typer.Option(help="Of the debtor, such as FR.")] = "FR",
    capacity: Annotated[str, typer.Option(help="business, consumer or public.")] = "business",
    as_json: AsJson = False,
) -> None:
    """Print when each step would leave, and why a day was moved."""
    from cli import plan_commands
    from cli.outcome import finish

    finish(plan_commands.preview(plan, due, country, capacity, as_json=as_json))


@app.command()
def sweep(*, on: AsOf = None, as_json: AsJson = False) -> None:
    """Open a case for each newly overdue invoice, now."""
    from cli import upkeep_commands
    from cli.outcome import finish

    finish(upkeep_commands.sweep(on, as_json=as_json))


@app.command()
def schedule(
    *,
    at: Annotated[
        datetime, typer.Option(formats=["%H:%M"], metavar="HH:MM", help="When.")
    ] = "07:30",  # type: ignore[assignment] # typer reads the text
    time_zone: Annotated[str, typer.Option(help="Its IANA name.")] = "Europe/Paris",
    remove: Annotated[bool, typer.Option("--remove", help="Take the schedule away.")] = False,
) -> None:
    """Have the engine sweep each working day."""
    from cli import upkeep_commands
    from cli.outcome import finish

    finish(upkeep_commands.schedule(at.time(), time_zone, remove=remove))


@app.command()
def rebuild(*, as_json: AsJson = False) -> None:
    """Rebuild the tables that commands read, from the events alone."""
    from cli import upkeep_commands
    from cli.outcome import finish

    finish(upkeep_commands.rebuild(as_json=as_json))


@app.command()
def audit(*, as_json: AsJson = False) -> None:
    """Check that no event was ever changed; names the first broken one of each case."""
    from cli import upkeep_commands
    from cli.outcome import finish

    finish(upkeep_commands.audit(as_json=as_json))


@app.command()
def resume(*, as_json: AsJson = False) -> None:
    """Start the workflow of every open case that has none, from its events."""
    from cli import upkeep_commands
    from cli.outcome import finish

    finish(upkeep_commands.resume(as_json=as_json))


@app.command()
def migrate() -> None:
    """Bring the tables of the database up to date."""
    from cli import upkeep_commands
    from cli.outcome import finish

    finish(upkeep_commands.migrate())


if __name__ == "__main__":
    app()
