"""What would a plan do with these invoices? The real workflow, on private engines, in a minute."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from activities.engine import connect_temporal
from activities.library import read_creditors
from cli.named_plan import named_plan
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.progress import progress
from cli.reach import only
from cli.simulation import CaseTimeline, Deed, Simulation
from cli.typed import money
from domain.import_terms import HouseTerms
from domain.import_values import Unexpected, read_date
from domain.invoice_import import InvoiceFile, read_invoices
from engines.laptop import PortTaken, lay_out
from engines.mailbox import received
from engines.places import PostgresUnavailable, placed, sockets_of
from engines.services import EngineFailed
from engines.supervisor import run_engines
from engines.temporal_server import TemporalUnavailable
from schemas.parties import Creditor
from schemas.plan import DunningPlan
from schemas.settings import Settings
from store.pool import open_pool

INVOICES_MAX = 100
"""More than a person reads; `forecast` is for the thousands of a running system."""

SET_ASIDE = (
    *("DATABASE_", "TEMPORAL_", "SMTP_", "INBOX_", "HEALTH_ADDRESS", "METRICS_ADDRESS"),
    *("LETTERS_FOLDER", "TASK_QUEUE"),
)
"""What the environment says about real engines: none of it is reached."""


class Given(NamedTuple):
    """What was typed.

    Attributes:
        plan: a name, or a file.
        pays: each as INVOICE:DATE:AMOUNT.
        disputes: each as INVOICE:DATE, or with an amount.
        days: how far ahead to look at the most.
    """

    file: Path
    plan: str
    pays: list[str]
    disputes: list[str]
    creditor: str
    days: int


async def simulate(given: Given, *, as_json: bool) -> Exit:
    """Let months pass for given invoices, and print what came of each."""
    settings = Settings()
    who = only(read_creditors(settings.creditors_folder), given.creditor)
    plan = named_plan(settings.plans_folder, given.plan)
    read = _read(given.file, who)
    deeds = [
        *(_deed(text, "pay", "--pay", read) for text in given.pays),
        *(_deed(text, "dispute", "--dispute", read) for text in given.disputes),
    ]
    with _private(settings, who, plan) as own:
        try:
            told, refused = await _play(own, who, plan, read, deeds, given.days)
        except (EngineFailed, PortTaken, PostgresUnavailable, TemporalUnavailable) as error:
            raise CommandFailed(Exit.UNREACHABLE, str(error)) from error
    if as_json:
        say_json({"plan": plan.plan, "cases": told, "refused": refused})
    else:
        _print(told, plan, who)
    for words in refused if not as_json else ():
        say_error(words, Exit.REFUSED)
    return Exit.PROBLEMS if read.problems else Exit.DONE


def _read(file: Path, who: Creditor) -> InvoiceFile:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"cannot read {file}: {error.strerror}") from error
    house = HouseTerms.of(who, None, date.min)
    read = read_invoices(content, file.name, who.creditor, home_country=who.country, house=house)
    for problem in read.problems:
        say_error(f"{file.name}: {problem}", Exit.PROBLEMS)
    if not read.rows:
        raise CommandFailed(Exit.PROBLEMS, f"{file}: no invoice could be read")
    if len(read.rows) > INVOICES_MAX:
        words = f"{file}: {len(read.rows)} invoices; at most {INVOICES_MAX} are simulated"
        raise CommandFailed(Exit.USAGE, words)
    return read


def _deed(text: str, kind: str, option: str, read: InvoiceFile) -> Deed:
    """What was typed as INVOICE:DATE:AMOUNT; a dispute without an amount is about everything."""
    currencies = {row.invoice.number: row.invoice.amount.currency for row in read.rows}
    shape = "INVOICE:DATE:AMOUNT" + (" or INVOICE:DATE" if kind == "dispute" else "")
    parts = text.rsplit(":", 2)
    if kind == "dispute" and (len(parts) < 3 or parts[0] not in currencies):
        parts = [*text.rsplit(":", 1), ""]
    if len(parts) != 3:
        raise CommandFailed(Exit.USAGE, f"{option}: {text!r}: expected {shape}")
    number, day, amount = parts
    if number not in currencies:
        known = ", ".join(sorted(currencies))
        raise CommandFailed(Exit.USAGE, f"{option}: no invoice {number!r}; there are: {known}")
    try:
        on = read_date(day.strip())
    except Unexpected as error:
        raise CommandFailed(Exit.USAGE, f"{option}: {day!r}: expected {error}") from error
    if on < datetime.now(UTC).date():
        raise CommandFailed(Exit.USAGE, f"{option}: {on} has passed; a simulation begins today")
    return Deed(
        kind=kind,
        invoice=number,
        day=on,
        amount=money(amount, currencies[number]) if amount else None,
    )


@contextmanager
def _private(settings: Settings, who: Creditor, plan: DunningPlan) -> Iterator[Settings]:
    """Settings that reach nothing of the user's; all that they point to is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="relance-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's user must pass through when we are root.
        for variable in [name for name in os.environ if name.startswith(SET_ASIDE)]:
            del os.environ[variable]
        contact = who.contact.model_copy(update={"bank_feed_max_age_days": 0})
        own = who.model_copy(update={"plan": plan.plan, "contact": contact})
        for kind, document in (("plans", plan), ("creditors", own)):
            (folder / kind).mkdir()
            (folder / kind / "only.yaml").write_text(document.model_dump_json(), "utf-8")
        os.environ.update(
            RELANCE_VAR=str(folder / "var"),
            PLANS_FOLDER=str(folder / "plans"),
            CREDITORS_FOLDER=str(folder / "creditors"),
            TEMPLATES_FOLDER=str(settings.templates_folder.absolute()),
            RATES_FILE=str(settings.rates_file.absolute()),
            EMAILS_PER_SECOND="200",
            LETTERS_PER_SECOND="200",
            DRAIN_SECONDS="1",
        )
        try:
            yield Settings()
        finally:
            data = placed(folder / "var" / "postgres")
            shutil.rmtree(data, ignore_errors=True)
            shutil.rmtree(sockets_of(data), ignore_errors=True)


async def _play(
    settings: Settings,
    who: Creditor,
    plan: DunningPlan,
    read: InvoiceFile,
    deeds: list[Deed],
    days: int,
) -> tuple[list[CaseTimeline], list[str]]:
    def tell(words: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"{words}\n")

    lay = partial(lay_out, usual_ports=False)
    async with run_engines(settings, say=tell, lay=lay) as (found, _):
        client = await connect_temporal(found.temporal_address)
        async with open_pool(found.database_url, 12) as pool:
            story = Simulation(pool, client, who, plan, settings.task_queue)
            await story.open(read)
            until = datetime.now(UTC) + timedelta(days=days)
            with progress("Days", days) as advance:
                await story.play(deeds, until, advance)
            return await story.timelines(received(Path(found.mailbox))), story.refused


def _print(told: list[CaseTimeline], plan: DunningPlan, who: Creditor) -> None:
    for case in told:
        rows = [(f"{one.on:%a %Y-%m-%d}", one.what, one.words, one.found) for one in case.entries]
        title = f"{case.invoice}  {case.debtor}  {case.claim}, due {case.due_date}: {case.ended}"
        say_table(title, ("day", "what", "", "message or file"), rows)
        if case.why:
            say(case.why)
        say()
    say(
        f"Simulated with plan {plan.plan} of {who.name}, from {date.today():%Y-%m-%d} on; "  # noqa: DTZ011 - the day on this machine
        "nothing was sent, and nothing is left of it."
    )
