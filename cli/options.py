"""Which options do several commands have? Their types, and the words that ``--help`` prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.typed import day


def a_day(words: str) -> Any:
    """An option that takes a day, with what the day means."""
    return typer.Option(parser=day, metavar="YYYY-MM-DD", help=words)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Creditor = Annotated[
    str, typer.Option(help="Its short name; needed when there is more than one creditor.")
]
OnDay = Annotated[date | None, a_day("The day it counts from; today by default.")]
AsOf = Annotated[date | None, a_day("As if on this day; today by default.")]
UpTo = Annotated[date | None, a_day("The last day that is counted; today by default.")]
Reason = Annotated[str, typer.Option(help="Why; kept on record.")]
Note = Annotated[str, typer.Option(help="A remark; kept on record.")]

# Which cases.
Cases = Annotated[list[str] | None, typer.Argument(help="Case ids or invoice numbers.")]
File = Annotated[Path | None, typer.Option(help="A file with one case per line.")]
Debtor = Annotated[str, typer.Option(help="All cases of the debtor with this number.")]
Plan = Annotated[str, typer.Option(help="All cases that go by this plan.")]
State = Annotated[str, typer.Option(help="open, exhausted, referred or closed.")]
OlderThan = Annotated[int | None, typer.Option(min=0, help="Overdue for at least so many days.")]
MinAmount = Annotated[float | None, typer.Option(min=0, help="At least so much is outstanding.")]

# In which manner.
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which cases; change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Job = Annotated[
    str, typer.Option(help="A name for this run; the same name again asks no case twice.")
]

# What is asked, or told.
Withdraw = Annotated[
    bool, typer.Option("--withdraw", help="It was recorded by mistake; needs --reason.")
]
Kind = Annotated[str, typer.Option(help="acknowledgement, court-claim, order-served, …")]
Proof = Annotated[str, typer.Option(help="The file that proves it, or words that say where it is.")]
NextStep = Annotated[str, typer.Option(help="Only if this step is the next one.")]
LastStep = Annotated[str, typer.Option(help="Only if this step was the last one performed.")]
ToStep = Annotated[str, typer.Option(help="With --mode move: the step to go on with.")]
Part = Annotated[str, typer.Option(help="Only this amount; by default all that is asked.")]
Parts = Annotated[list[str] | None, typer.Option(help="DATE:AMOUNT; once for each instalment.")]
SaidBy = Annotated[str, typer.Option(help="Who said so at the debtor's; kept on record.")]
Means = Annotated[str, typer.Option(help="How it will be paid; named in the confirmation.")]
DisputeReason = Annotated[str, typer.Option(help="Such as quality, price, not-received, other.")]
Winner = Annotated[str, typer.Option("--for", help="Who is right: debtor or creditor.")]
WhichDispute = Annotated[str, typer.Option(help="Its id, or how the id begins; see `show`.")]
EveryDispute = Annotated[bool, typer.Option("--all", help="Every open dispute of the case.")]
Grace = Annotated[
    int, typer.Option(min=0, help="If the creditor is right: days before the plan goes on.")
]
KeepDays = Annotated[
    bool, typer.Option("--keep-days", help="A missed instalment does not make the others due.")
]
To = Annotated[
    str, typer.Option(help="A destination of the plan; by default the plan's rules choose.")
]
WithoutNotice = Annotated[
    bool,
    typer.Option("--without-notice", help="Even if the debtor was not told of the hand-over."),
]
NewPlan = Annotated[str, typer.Option("--to", help="Name of a plan, or a .yaml file.")]
Mode = Annotated[str, typer.Option(help="keep the position, restart, or move to --step.")]
