"""What just happened? Tells each event of the demo in a line, with its virtual date."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.wording import describe
from schemas.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReferred,
    DisputeRaised,
    DisputeResolved,
    NoticeSent,
    PaymentReceived,
    PromiseKept,
    PromiseMade,
    StepFailed,
    StepGivenBack,
    StepPerformed,
    TaskCompleted,
)
from schemas.feed import Place
from schemas.money import exact
from schemas.plan import Channel
from schemas.step_events import CallTried
from store import bank_ledger, bank_transactions, read_models
from store.pool import Pool

_PARIS = ZoneInfo("Europe/Paris")
_SIGNS = {
    Channel.EMAIL: "e-mail",
    Channel.PHONE: "call",
    Channel.LETTER: "letter",
}


class Narrator:
    """Tells what was put on record since it last looked."""

    def __init__(self, pool: Pool, console: Console) -> None:
        self._pool = pool
        self._console = console
        self._told = 0

    async def tell(self) -> None:
        """Print every event that is new."""
        news = await read_models.events_since(self._pool, self._told)
        self._told = max([self._told, *(new.recorded.global_position for new in news)])
        for new in sorted(news, key=lambda new: new.recorded.event.at):
            event = new.recorded.event
            if isinstance(event, StepPerformed) and event.channel is Channel.REFER:
                continue  # told by CaseReferred
            when = event.at.astimezone(_PARIS)
            kind, words, style = _words(event)
            self._console.print(
                f"[dim]{when:%a %d %b %Y %H:%M}[/]  [bold]{escape(new.invoice):<11}[/] "
                f"{escape(new.debtor_name[:24]):<24}  [{style}]{kind:<9}[/]  {escape(words)}"
            )

    def announce(self, day: date, words: str) -> None:
        """Print what a person or the bank does."""
        self._console.print(f"[dim]{day:%a %d %b %Y}[/]        [italic cyan]{escape(words)}[/]")

    async def tell_statement(self, day: date, file: str) -> None:
        """Print what the bank told, payment by payment, and what the feed made of each."""
        for one in await bank_transactions.told_first_by(self._pool, file):
            said = one.said
            payer = said.counterparty.name if said.counterparty else ""
            text = " ".join(said.remittance)
            places = [
                f"{exact(held.amount, one.currency)} {_WHERE[held.place]} {held.owner}".strip()
                for held in await bank_ledger.holdings(self._pool, one.tx)
            ]
            asked = one.status == "suggested"
            made = "suggested, a person is asked" if asked else ", ".join(places)
            self.announce(
                day, f"the bank: {one.amount} {one.currency} from {payer}, “{text}” → {made}"
            )

    async def summary(self) -> None:
        """Print how every case ended, or stands."""
        table = Table(title="How they ended", title_justify="left", box=None, pad_edge=False)
        for name in ("invoice", "debtor", "claim", "paid", "outstanding"):
            table.add_column(name, justify="right" if name in _AMOUNTS else "left")
        for name in ("state", "level", "tasks"):
            table.add_column(name)
        for line in await read_models.list_cases(self._pool):
            table.add_row(
                *(escape(line.invoice), escape(line.debtor_name)),
                f"{line.claim:,.2f} {line.currency}",
                *(f"{line.paid:,.2f}", f"{line.outstanding:,.2f}"),
                *(line.closing or line.state, str(line.level), str(line.open_tasks or "")),
            )
        self._console.print()
        self._console.print(table)


_WHERE = {
    Place.ALLOCATED: "to",
    Place.ON_ACCOUNT: "on account of",
    Place.UNMATCHED: "unmatched",
    Place.IGNORED: "ignored",
    Place.SUPERSEDED: "superseded",
}

_AMOUNTS = ("claim", "paid", "outstanding")


def _words(event: CaseEvent) -> tuple[str, str, str]:  # noqa: PLR0911, PLR0912, C901 - one line an event
    """A kind, a sentence and a style."""
    words = describe(event)
    match event:
        case CaseOpened():
            return "opened", f"{event.claim} due {event.due_date}", "white"
        case StepPerformed(channel=channel):
            return _SIGNS.get(channel, ""), f"{event.step}: asks for {event.asked}", "green"
        case StepFailed():
            return "failed", f"{event.step}: {event.explanation} → a task for a person", "red"
        case PaymentReceived():
            return "payment", words, "cyan"
        case CallTried():
            return "tried", words, "yellow"
        case TaskCompleted():
            return "answered", f"{event.outcome} {event.note}", "yellow"
        case StepGivenBack():
            return "again", f"{event.step} will be tried again", "yellow"
        case DisputeRaised():
            return "disputed", words, "yellow"
        case DisputeResolved():
            return "decided", words, "yellow"
        case PromiseMade():
            return "promised", words, "yellow"
        case NoticeSent():
            return "e-mail", f"the {event.kind.value} is acknowledged", "green"
        case PromiseKept():
            return "kept", words, "cyan"
        case CaseReferred():
            return "referred", words, "magenta"
        case CaseClosed():
            return event.reason.value, event.note or "the case is closed", "bold blue"
        case _:
            return "", f"{event.type}: {words}", "white"
