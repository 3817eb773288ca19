"""Is anything lost or doubled when machines die? SIGKILL in mid-run, and then everything counted.

Cases of a few debtors, all due at once, are put on record and started while no worker runs. Then
two worker processes begin, as production starts them, against ``./run up``'s PostgreSQL (with
fsync), Temporal (on a file) and mail server. While messages arrive, at moments that the seed draws
among the arrivals, the worker that has run longest is killed 20 times, PostgreSQL 3 times and
Temporal 3 times, all by SIGKILL; ten debtors' mail servers cut the line after DATA, five with the
message kept and five without. When every case has its step on record, each contact is counted as
the cases tell it and as the mail server has it: exactly one message for each, or a listed unknown.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.cases import Cases
from activities.library import read_creditors
from engines.leash import leashed
from engines.mailbox import received
from engines.ports import free_ports
from schemas.case import CollectionCase
from schemas.events import CaseOpened
from schemas.identifiers import case_id
from schemas.money import Money
from schemas.plan import Channel, DunningPlan, DunningStep
from store import event_store
from store.pool import Pool, open_owner, open_pool
from store.read_models import case_as_it_stands
from store.rebuild import Audit, Rebuilt, audit, rebuild
from tests.support.cases import ALWAYS_OPEN
from tests.support.killing import Victims, environment, everything_up, patiently
from tests.support.tally import Tally, tally

CREDITOR, STEP = "atelier", "courtesy"
PLAN = DunningPlan(
    plan="crash",
    steps=(DunningStep(name=STEP, day=3, channel=Channel.EMAIL, template="courtesy"),),
)
WITHOUT_POLICY = "contact: {business: {gap_days: 0, per_week: 0}, unallocated_hold_days: 0}\n"
WORKERS = 2
PATIENCE_SECONDS = 1200.0
TOLD_SECONDS = 5.0
"""How often a person who waits is told how far it is."""


@dataclass(frozen=True)
class Size:
    """How much is at stake, and how much is broken."""

    cases: int = 1000
    debtors: int = 200
    workers_killed: int = 20
    databases_killed: int = 3
    temporals_killed: int = 3
    cuts: int = 10
    seed: int = 20261121

    def deaths(self, draw: random.Random) -> list[tuple[int, str]]:
        """Who is killed after how many messages have arrived; drawn from the seed."""
        names = ["worker"] * self.workers_killed
        names += ["PostgreSQL"] * self.databases_killed + ["Temporal"] * self.temporals_killed
        draw.shuffle(names)
        last = max(int((self.debtors - self.cuts) * 0.8), 2)
        return sorted(zip((draw.randrange(1, last) for _ in names), names, strict=True))


QUICK = Size(cases=60, debtors=20, workers_killed=3, databases_killed=1, temporals_killed=1, cuts=2)


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    size: Size
    seconds: float
    killed: Counter[str]
    tally: Tally
    audit: Audit
    rebuilt: Rebuilt

    @property
    def holds(self) -> bool:
        """Whether every promise was kept, and everything was broken that was to be."""
        planned = self.size.workers_killed + self.size.databases_killed + self.size.temporals_killed
        return (
            self.tally.holds
            and self.killed.total() == planned
            and not self.audit.findings
            and not self.rebuilt.changed
        )


def main(size: Size) -> int:
    """Run, print the table, and return the exit code: 1 when a promise was broken."""
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)  # that the database is away is no news
    outcome = asyncio.run(_run(size))
    print(_table(outcome), flush=True)
    return 0 if outcome.holds else 1


async def _run(size: Size) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="relance-crash-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # noqa: ASYNC240 - once; PostgreSQL runs as another user when we are root
        async with everything_up(folder, "--without-worker") as (found, victims):
            client = await Client.connect(
                found.temporal_address, data_converter=pydantic_data_converter
            )
            async with open_pool(found.database_url, 4) as pool:
                cases = await _cases(pool, size)
                places = Cases(pool, client, read_creditors(Path("creditors")), {}, "relance")
                await places.start(cases)
                began = time.monotonic()
                async with _workers(folder) as mine:
                    killed = await _break(pool, Path(found.mailbox), (victims, mine), size)
                seconds = time.monotonic() - began
                ended = [await case_as_it_stands(pool, case.case_id) for case in cases]
            async with open_owner(found.database_url) as owner:
                checked, rebuilt = await audit(owner), await rebuild(owner)
        mails = received(Path(found.mailbox))
    return Outcome(size, seconds, killed, tally(ended, mails, [STEP]), checked, rebuilt)


async def _cases(pool: Pool, size: Size) -> list[CollectionCase]:
    """Debtors, some of whose servers cut the line; their invoices; all of it overdue."""
    draw = random.Random(size.seed)
    cut = dict.fromkeys(draw.sample(range(size.debtors), size.cuts), "unanswered")
    cut |= dict.fromkeys(list(cut)[::2], "vanished")
    await pool.executemany(
        """insert into debtors (creditor, debtor_id, name, email, address_lines)
        values ('atelier', $1, $2, $3, '{"1 rue du Port","33000 BORDEAUX"}')""",
        [
            (f"D{one}", f"Debtor {one}", f"{cut.get(one, 'compta')}+{one}@debtor-{one}.example")
            for one in range(size.debtors)
        ],
    )
    due = datetime.now(UTC).date() - timedelta(days=10)
    numbers = [(f"F{one:05d}", f"D{one % size.debtors}") for one in range(size.cases)]
    await pool.executemany(
        """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
        currency, reference) values ('atelier', $1, $2, $3, $3, 100.00, 'EUR', 'RF18' || $1)""",
        [(number, debtor, due) for number, debtor in numbers],
    )
    async with pool.acquire() as connection, connection.transaction():
        return await event_store.open_streams(
            connection, [_opening(number, debtor, due) for number, debtor in numbers]
        )


def _opening(number: str, debtor: str, due: date) -> CaseOpened:
    return CaseOpened(
        at=datetime.now(UTC),
        by="bench",
        case_id=case_id(CREDITOR, number),
        creditor=CREDITOR,
        invoice=number,
        debtor_id=debtor,
        claim=Money(amount=Decimal("100.00"), currency="EUR"),
        due_date=due,
        plan=PLAN,
        calendar=ALWAYS_OPEN,
    )


def _without_policy(folder: Path) -> Path:
    """The creditor's file, with nothing that keeps contacts apart."""
    own = folder / "creditors"
    own.mkdir()
    said = Path("creditors/atelier.yaml").read_text(encoding="utf-8")
    (own / "atelier.yaml").write_text(f"{said}{WITHOUT_POLICY}", encoding="utf-8")
    return own


@asynccontextmanager
async def _workers(folder: Path) -> AsyncIterator[Victims]:
    """Worker processes, each started again as soon as it ends."""
    running: dict[int, subprocess.Popen[bytes]] = {}
    creditors = _without_policy(folder)

    async def keep(place: int) -> None:
        health, metrics = free_ports(2)
        given = environment(
            folder,
            HEALTH_ADDRESS=f"127.0.0.1:{health}",
            METRICS_ADDRESS=f"127.0.0.1:{metrics}",
            CREDITORS_FOLDER=str(creditors),
        )
        while True:
            with (folder / f"worker-{place}.log").open("ab") as log:
                running[place] = subprocess.Popen(  # noqa: ASYNC220 - does not wait
                    leashed([sys.executable, "worker.py"]), env=given, stdout=log, stderr=log
                )
            while running[place].poll() is None:  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.05)

    keepers = [asyncio.create_task(keep(place)) for place in range(WORKERS)]
    try:
        yield Victims(os.getpid())
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        for process in running.values():
            process.terminate()
        for process in running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, 70)
            process.kill()


async def _break(
    pool: Pool, mailbox: Path, victims: tuple[Victims, Victims], size: Size
) -> Counter[str]:
    """Kill while messages arrive, until every case has its step on record; who was killed."""
    draw = random.Random(size.seed + 1)
    deaths, killed = size.deaths(draw), Counter[str]()
    engines, workers = victims
    told = began = time.monotonic()

    async def look() -> bool | None:
        nonlocal told
        arrived = sum(1 for name in os.listdir(mailbox) if name.endswith(".eml"))  # noqa: PTH208 - often
        while deaths and deaths[0][0] <= arrived:
            _, name = deaths.pop(0)
            await asyncio.sleep(draw.uniform(0, 0.3))
            one = workers.kill(name, 1) if name == "worker" else engines.kill(name)
            killed[name] += bool(one)
        taken: int | None = None
        if not deaths or time.monotonic() - told > TOLD_SECONDS:
            taken = await pool.fetchval(_TAKEN)
        if time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            _tell(f"{told - began:4.0f} s: {arrived} messages, {taken} cases; {_dead(killed)}")
        return True if taken == size.cases else None

    await patiently(look, "a step of every case", PATIENCE_SECONDS)
    return killed


_TAKEN = "select count(*) from cases where jsonb_array_length(folded -> 'steps') > 0"


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _dead(killed: Counter[str]) -> str:
    return ", ".join(f"{name} killed {count}" for name, count in sorted(killed.items())) or "-"


def _table(found: Outcome) -> str:
    seen, size = found.tally, found.size
    left = sum(1 for copies in seen.unknown.values() if copies)
    rows: list[tuple[str, object]] = [
        ("cases, of debtors", f"{size.cases}, {size.debtors}"),
        ("killed", _dead(found.killed)),
        ("lines cut after DATA", size.cuts),
        ("contacts on record", seen.contacts),
        ("… left exactly once", seen.contacts - len(seen.unknown)),
        ("… listed as unknown", f"{len(seen.unknown)} ({left} had left)"),
        ("messages kept by the server", seen.mails),
        ("lost", len(seen.lost)),
        ("doubled", len(seen.doubled)),
        ("not on any record", len(seen.strangers)),
        ("events, their chain broken", f"{found.audit.events}, {len(found.audit.findings)}"),
        ("rows rebuilt differently", found.rebuilt.changed),
        ("seconds; seed", f"{found.seconds:.0f}; {size.seed}"),
    ]
    lines = [f"{name:<30} {value}" for name, value in rows]
    lines += [f"  unknown: {one} (kept {copies})" for one, copies in sorted(seen.unknown.items())]
    lines += [f"  LOST {one}" for one in seen.lost]
    lines += [f"  DOUBLED {one}" for one in seen.doubled]
    lines += [f"  NOT ON RECORD {one}" for one in seen.strangers]
    lines += [
        f"  CHAIN {one.stream} event {one.version}: {one.problem}" for one in found.audit.findings
    ]
    return "\n".join([*lines, "every promise kept" if found.holds else "A PROMISE WAS BROKEN"])
