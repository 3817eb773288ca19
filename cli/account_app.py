"""How are accounts typed? What a late payment costs, what an invoice stands at, by which rates."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, Creditor, UpTo, a_day

app = typer.Typer(rich_markup_mode=None)

_PART = "A part payment; once for each."
_CREDIT = "A credit note: error, gesture or set_off; once for each."
_OF_CHARGES = "Of --pdf: none, state or claim; else claim what has been claimed."
CostPolicy = Annotated[
    str,
    typer.Option(
        help="What a payment settles first: the fixed sum (legal_accessories_first, the default "
        "here), interest_first, or principal_first, as `account` and cases count."
    ),
]
AccountPolicy = Annotated[
    str,
    typer.Option(
        help="What a payment settles first: the invoice (principal_first, the default here and in "
        "cases), interest_first, or legal_accessories_first, as `interest` counts."
    ),
]
Rate = Annotated[str, typer.Option(help="Of the contract, percent a year; else the law's own.")]
FormalNotice = Annotated[date | None, a_day("The day on which a formal notice arrived.")]
Insolvency = Annotated[date | None, a_day("The day of the opening judgment.")]


@app.command()
def interest(
    *,
    country: Annotated[str, typer.Option(help="Whose law applies, such as FR.")] = "FR",
    capacity: Annotated[str, typer.Option(help="business, consumer or public.")] = "business",
    amount: Annotated[str, typer.Option(help="Of the invoice, including VAT.")],
    currency: Annotated[str, typer.Option(help="EUR, or GBP in GB, by default.")] = "",
    due: Annotated[date, a_day("When the amount was due.")],
    paid: UpTo = None,
    payment: Annotated[list[str] | None, typer.Option(metavar="DATE:AMOUNT", help=_PART)] = None,
    credit: Annotated[
        list[str] | None, typer.Option(metavar="DATE:AMOUNT:KIND", help=_CREDIT)
    ] = None,
    rate: Rate = "",
    policy: CostPolicy = "legal_accessories_first",
    formal_notice: FormalNotice = None,
    insolvency: Insolvency = None,
    as_json: AsJson = False,
) -> None:
    """Compute what one late payment costs, up to a day (today, or --paid); needs no database."""
    from cli import interest_command
    from cli.outcome import finish

    typed = interest_command.TypedClaim(
        *(country, capacity, amount, currency, due, payment or (), credit or ())
    )
    asked = interest_command.Asked(policy, rate, formal_notice, insolvency)
    finish(interest_command.interest(typed, paid, asked, as_json=as_json))


@app.command()
def account(
    invoices: Annotated[list[str], typer.Argument(help="Invoice numbers.")],
    *,
    on: UpTo = None,
    rate: Rate = "",
    policy: AccountPolicy = "principal_first",
    formal_notice: FormalNotice = None,
    insolvency: Insolvency = None,
    creditor: Creditor = "",
    pdf: Annotated[
        Path | None, typer.Option(help="Write the statement of account to this file.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Of --pdf: fr, en or de; else the debtor's.")] = "",
    charges: Annotated[str, typer.Option(help=_OF_CHARGES)] = "",
    as_json: AsJson = False,
) -> None:
    """State what is owed for invoices on a day: principal, payments, interest, fixed sum."""
    from cli import account_command, account_document, interest_command
    from cli.outcome import finish

    asked = interest_command.Asked(policy, rate, formal_notice, insolvency)
    paper = account_document.TypedPaper(pdf, lang, charges)
    finish(account_command.account(invoices, creditor, on, asked, paper, as_json=as_json))


@app.command()
def rates(
    *,
    import_: Annotated[Path | None, typer.Option("--import", help="Merge a CSV file.")] = None,
    country: Annotated[str, typer.Option(help="Only those that its law uses, such as FR.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the reference rates of interest, or import some; warns of those that are missing."""
    from cli import rates_command
    from cli.outcome import finish

    today = datetime.now().astimezone().date()
    finish(rates_command.rates(import_, today, country, as_json=as_json))


@app.command("limitation")
def limitation_(
    *,
    within: Annotated[int, typer.Option(min=0, help="So many days from today at most.")] = 184,
    as_json: AsJson = False,
) -> None:
    """List open cases whose last day to go to court is near or past, the nearest first."""
    from cli import limitation_command
    from cli.outcome import finish

    finish(limitation_command.near(within, as_json=as_json))
