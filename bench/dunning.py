"""How many overdue lines are dunned a second? From imported and due to accepted and on record.

Two spans, measured one after the other, as the daily sweep has them:

* *open*: a case is put on record for every overdue invoice (Tryton: "create dunnings");
* *dun*: the workflows are started and take the first step of the plan, an e-mail, until every mail
  is accepted by the mail server and every line is on record (Tryton: "process dunnings").

Everything is what production has: PostgreSQL with fsync, a Temporal server on a file, a mail server
as a process of its own, two worker processes (one a core) started as ``worker.py`` with the default
settings. Only the limit of mails a second is lifted, and the creditor's contact policy allows any
hour of any day, so that the measurement may be taken at any. The daily sweep opens and starts the
cases, in one of the workers. A debtor's lines go into one message, as the product does
it; with as many debtors as lines, every line is a message of its own, as in Tryton.

Afterwards it is checked that each line was dunned once and that each message left once. Memory is
that of the larger worker; processor seconds are summed over all processes of a kind.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import holidays as public_holidays
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.ground import Ground, ground, process
from bench.processes import Watch
from domain.invoice_import import read_invoices
from engines.leash import leashed
from engines.ports import answers, free_ports
from schemas.turns import SweepRequest, SweepSummary
from store.invoices import import_rows
from store.migrate import migrate
from store.pool import Pool, open_pool
from tests.support.house import ATELIER

WORKERS = 2
DAYS_OVERDUE = 5
"""Two days past the first step of the standard plan, and well before its second."""

PATIENCE_SECONDS = 3600.0
LINE = "LN-[0-9]{6}"
ROOT = Path(__file__).resolve().parents[1]
AT_ANY_HOUR = """
contact:
  business:
    weekdays: [1, 2, 3, 4, 5, 6, 7]
    hours:
      - {opens: "00:00:00", closes: "23:59:59"}
"""
_HEADER = (
    "number;debtor;name;issue_date;due_date;amount;currency;email;address;postcode;city;country;"
    "language;capacity"
)


@dataclass(frozen=True)
class MailServer:
    """A mail server that notes what it takes."""

    port: int
    notes: Path

    def taken(self) -> list[dict[str, object]]:
        """The notes: whom each message was for, its Message-ID, and the lines in it."""
        return [json.loads(line) for line in self.notes.read_text("utf-8").splitlines()]


@contextmanager
def mail_server(here: Ground, pattern: str = LINE) -> Iterator[MailServer]:
    """A mail server as a process of its own."""
    (port,) = free_ports(1)
    notes = here.folder / f"mails-{uuid.uuid4().hex[:6]}.jsonl"
    notes.touch()
    command = leashed([sys.executable, "-m", "bench.sink", notes, port, pattern])
    with process(command, here.folder / "sink.log", lambda: answers("127.0.0.1", port)):
        yield MailServer(port, notes)


async def measure(lines: int, debtors: int, *, peer: bool = False) -> list[dict[str, object]]:
    """Ours, and Tryton's after it on the same engines when ``peer`` is asked for."""
    async with ground() as here:
        with mail_server(here) as mails:
            found = [await _ours(here, mails, lines, debtors)]
        if peer:
            from bench import tryton  # noqa: PLC0415 - only who asks for it has it

            with mail_server(here, "") as mails:
                theirs = await asyncio.to_thread(
                    tryton.measure, here.database, mails.port, lines, debtors
                )
                theirs["mails_taken"] = len(mails.taken())
            found[0]["times_tryton"] = round(
                float(str(found[0]["lines_per_second"])) / float(str(theirs["lines_per_second"])), 2
            )
            found.append(theirs)
        return found


async def _ours(here: Ground, mails: MailServer, lines: int, debtors: int) -> dict[str, object]:
    dsn = await _fresh_database(here.database)
    async with open_pool(dsn, 2) as pool:
        await _import(pool, lines, debtors)
        client = await Client.connect(here.temporal, data_converter=pydantic_data_converter)
        queue = f"dunning-{uuid.uuid4().hex[:6]}"
        async with _workers(here, mails, dsn, queue):
            load = os.getloadavg()[0]
            with Watch() as watch:
                began = time.perf_counter()
                sweep = await client.start_workflow(
                    "OverdueSweep", SweepRequest(), id=queue, task_queue=queue
                )
                open_seconds = await _until(pool, "select count(*) from cases", lines) - began
                done = "select count(*) from cases where level > 0"
                seconds = await _until(pool, done, lines) - began
                found = SweepSummary.model_validate(await sweep.result())
                seconds = max(seconds, time.perf_counter() - began)
        if (found.opened, found.started, found.problems) != (lines, lines, ()):
            raise RuntimeError(f"not what was to be measured: {found}")
        await _check(pool, mails, lines, debtors)
    memory = watch.memory["worker"]
    return {
        "bench": "dunning",
        "who": "relance",
        "lines": lines,
        "debtors": debtors,
        "mails": debtors,
        "workers": WORKERS,
        "open_seconds": round(open_seconds, 2),
        "dun_seconds": round(seconds - open_seconds, 2),
        "opened_per_second": round(lines / open_seconds, 1),
        "dunned_per_second": round(lines / (seconds - open_seconds), 1),
        "lines_per_second": round(lines / seconds, 1),
        "cpu_seconds": watch.seconds,
        "cpu_milliseconds_a_line": round(1000 * sum(watch.seconds.values()) / lines, 1),
        "worker_megabytes": {"first": memory[0], "half": memory[len(memory) // 2]}
        | {"most": max(memory), "last": memory[-1]},
        "load_before": round(load, 2),
    }


async def _fresh_database(dsn: str) -> str:
    """A database of its own for each measurement, brought to today's shape."""
    name = f"dunning_{uuid.uuid4().hex[:6]}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name}")
    await connection.close()
    fresh = dsn.replace("@/postgres?", f"@/{name}?")
    await migrate(fresh)
    return fresh


async def _import(pool: Pool, lines: int, debtors: int) -> None:
    """The lines, by the importer: so many invoices for each debtor, all due on one day."""
    due = date.today() - timedelta(days=DAYS_OVERDUE)  # noqa: DTZ011
    rows = [_HEADER]
    for number in range(lines):
        debtor = number % debtors
        rows.append(
            f"LN-{number:06};C{debtor:05};Menuiserie Dubois {debtor};{due - timedelta(days=30)};"
            f"{due};100,00;EUR;compta{debtor}@client{debtor}.example;{debtor} rue des Érables;"
            "69004;LYON;FR;fr;business"
        )
    found = read_invoices("\n".join(rows).encode(), "lines.csv", ATELIER)
    async with pool.acquire() as connection:
        summary = await import_rows(connection, ATELIER, found.rows)
    if summary.new != lines or found.problems:
        raise RuntimeError(f"{summary.new} imported: {found.problems[:3]}")


def _creditors(here: Ground) -> Path:
    """The creditor as everybody gets it, whose policy allows contacts at any hour of any day."""
    if public_holidays.country_holidays("FR").get(date.today()):  # noqa: DTZ011
        raise RuntimeError("today is a holiday in France: nothing leaves, so measure tomorrow")
    folder = here.folder / "creditors"
    folder.mkdir(exist_ok=True)
    sample = (ROOT / "creditors" / f"{ATELIER}.yaml").read_text("utf-8")
    (folder / f"{ATELIER}.yaml").write_text(sample + AT_ANY_HOUR, "utf-8")
    return folder


@asynccontextmanager
async def _workers(here: Ground, mails: MailServer, dsn: str, queue: str) -> AsyncIterator[None]:
    """The worker as production runs it, one process a core."""
    with ExitStack() as stack:
        for number in range(WORKERS):
            health, metrics = free_ports(2)
            given = {
                "DATABASE_URL": dsn,
                "TEMPORAL_ADDRESS": here.temporal,
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(mails.port),
                "SMTP_SECURITY": "none",
                "EMAILS_PER_SECOND": "100000",
                "TASK_QUEUE": queue,
                "HEALTH_ADDRESS": f"127.0.0.1:{health}",
                "METRICS_ADDRESS": f"127.0.0.1:{metrics}",
                "RELANCE_VAR": str(here.folder / "var"),
                "CREDITORS_FOLDER": str(_creditors(here)),
                "DRAIN_SECONDS": "5",
            }
            stack.enter_context(
                process(
                    leashed([sys.executable, "worker.py"]),
                    here.folder / f"worker-{number}.log",
                    lambda port=health: answers("127.0.0.1", port),  # type: ignore[misc]
                    {**os.environ, **given},
                )
            )
        yield


async def _until(pool: Pool, question: str, answer: int) -> float:
    """The moment at which so many are there."""
    end = time.perf_counter() + PATIENCE_SECONDS
    while await pool.fetchval(question) < answer:
        if time.perf_counter() > end:
            raise RuntimeError(f"{question}: not {answer} within an hour")
        await asyncio.sleep(0.25)
    return time.perf_counter()


async def _check(pool: Pool, mails: MailServer, lines: int, debtors: int) -> None:
    """Each line dunned once on record, each debtor written to once, each line in one message."""
    steps = await pool.fetch(
        """select stream, count(*) as steps, min(data ->> 'reference') as reference,
        bool_and(data ->> 'delivery' = 'accepted') as accepted
        from events where type = 'StepPerformed' group by stream"""
    )
    once = [row for row in steps if row["steps"] == 1 and row["accepted"]]
    contacts = dict(await pool.fetch("select reference, state from contacts"))
    accepted = {name for name, state in contacts.items() if state == "accepted"}
    taken = mails.taken()
    people = Counter(str(note["to"]) for note in taken)
    printed = Counter(word for note in taken for word in note["words"])  # type: ignore[attr-defined]
    found = {
        "steps on record": (len(once), lines),
        "contacts accepted": (len(accepted), debtors),
        "references on record": (len({row["reference"] for row in once}), debtors),
        "messages": (len(taken), debtors),
        "Message-IDs": (len({note["id"] for note in taken}), debtors),
        "people written to once": (sum(count == 1 for count in people.values()), debtors),
        "lines in one message": (sum(count == 1 for count in printed.values()), lines),
    }
    if wrong := {what: pair for what, pair in found.items() if pair[0] != pair[1]}:
        raise RuntimeError(f"not what was to be measured: {wrong}")


def main(sizes: list[tuple[int, int]], *, peer: bool) -> None:
    """Measure each size on fresh engines; print a line of JSON each and a table."""
    found: list[dict[str, object]] = []
    for lines, debtors in sizes:
        for figure in asyncio.run(measure(lines, debtors, peer=peer)):
            print(json.dumps(figure), flush=True)
            found.append(figure)
    _table(found)


def _table(found: list[dict[str, object]]) -> None:
    print(
        f"{'who':<9}{'lines':>7}{'debtors':>9}{'mails':>7}{'open s':>9}{'dun s':>9}{'lines/s':>9}"
    )
    for one in found:
        row = (one["open_seconds"], one["dun_seconds"], one["lines_per_second"])
        print(
            f"{one['who']:<9}{one['lines']:>7}{one['debtors']:>9}{one['mails']:>7}"
            + "".join(f"{value:>9}" for value in row)
            + (f"   {one['times_tryton']} x Tryton" if "times_tryton" in one else ""),
            flush=True,
        )
