"""Does anything get lost or doubled when machines die? SIGKILL, on everything, in mid-run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from domain.business_calendar import closed_because
from domain.holidays import contact_calendar
from engines.addresses import running_engines
from engines.mailbox import received
from schemas.case import StepOutcome
from schemas.parties import Capacity
from schemas.settings import EngineAddresses
from schemas.turns import SweepRequest
from store.pool import Pool, open_pool
from store.read_models import case_as_it_stands, due_before, list_cases
from tests.support.engines import folder_for_tests

pytestmark = pytest.mark.story

CASES = 12
LADDER = ["courtesy", "reminder", "call", "firm", "formal-notice", "hand-over"]
MAILS = {"courtesy", "reminder", "firm"}
PARIS = contact_calendar("FR", Capacity.BUSINESS, 2020, 2040, "Europe/Paris")
PATIENCE_SECONDS = 150.0  # beyond the lease of a hand-over that was cut short
SEED = 20261121
VICTIMS = {
    "worker": "worker.py",
    "PostgreSQL": "bin/postgres -D",
    "Temporal": "server start-dev",
}
DEATHS = ("Temporal", "worker", "PostgreSQL", "worker", "Temporal", "PostgreSQL", "worker")
Found = TypeVar("Found")


class Victims:
    """The processes of a running ``up``, to be killed by number."""

    def __init__(self, up: subprocess.Popen[bytes]) -> None:
        self._up = up

    def kill(self, name: str) -> int:
        """SIGKILL every child whose command line holds a word; how many there were."""
        found = [pid for pid in _descendants(self._up.pid) if name in _command(pid)]
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)


def _descendants(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(stat[1])
    found, wanted = [], {root}
    while wanted:
        wanted = {pid for pid, parent in parents.items() if parent in wanted}
        found.extend(wanted)
    return found


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


@asynccontextmanager
async def everything_up(folder: Path) -> AsyncIterator[tuple[EngineAddresses, Victims]]:
    """``./run up`` as its own process, as a person starts it."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")},
        "RELANCE_VAR": str(folder / "var"),
        "EMAILS_PER_SECOND": "100",
    }
    with (folder / "up.log").open("wb") as log:
        up = subprocess.Popen(  # noqa: ASYNC220 - once, at the start
            [sys.executable, "-m", "engines"], env=environment, stdout=log, stderr=log
        )
    try:
        yield await _up(folder, up), Victims(up)
    finally:
        up.terminate()
        await asyncio.to_thread(up.wait, 30)


async def _up(folder: Path, up: subprocess.Popen[bytes]) -> EngineAddresses:
    async def look() -> EngineAddresses | None:
        assert up.poll() is None, (folder / "up.log").read_text()
        said = (folder / "up.log").read_text()
        return running_engines(folder / "var") if "Relance is up" in said else None

    return await _patiently(look, "everything up")


async def _patiently(look: Callable[[], Awaitable[Found | None]], what: str) -> Found:
    """Look until there is something; engines that are down in between do not matter."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_SECONDS
    trouble: BaseException | None = None
    while loop.time() < end:
        try:
            if (found := await asyncio.wait_for(look(), 20)) is not None:
                return found
        except (OSError, RPCError, RuntimeError, TimeoutError, asyncpg.PostgresError) as error:
            trouble = error
        except asyncpg.InterfaceError as error:
            trouble = error
        await asyncio.sleep(0.1)
    raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} seconds ({trouble!r})")


class Days:
    """Lets days pass on engines that come and go."""

    def __init__(self, client: Client, pool: Pool) -> None:
        self._client = client
        self._pool = pool
        self._skipper = TimeSkipper(client)

    async def sweep(self, day: date) -> None:
        """Open what is overdue on this day."""

        async def run() -> bool:
            await self._client.execute_workflow(
                "OverdueSweep",
                SweepRequest(now=_at(day, 7)),
                id=f"sweep/{day}/{random.random()}",  # noqa: S311 - a name, not a secret
                task_queue="relance",
                rpc_timeout=timedelta(seconds=15),
            )
            return True

        await _patiently(run, f"the sweep of {day}")

    async def pass_to(self, day: date) -> None:
        """Let every open case live until the afternoon of a day, however often that takes."""
        hour = 13.0

        async def live() -> bool | None:
            nonlocal hour
            cases = [case.case_id for case in await list_cases(self._pool, state="open")]
            await asyncio.gather(*(self._to(case, _at(day, hour)) for case in cases))
            for _ in range(20):
                if not await due_before(self._pool, _at(day, 12)):
                    return True
                await asyncio.sleep(0.1)
            hour = min(hour + 0.25, 17.5)  # what is being tried again waits on its own clock
            return None

        await _patiently(live, f"the contacts of {day}")

    async def _to(self, case: str, moment: datetime) -> None:
        handle = self._client.get_workflow_handle(case)
        now = await self._skipper.get_current_time(handle)
        if moment > now:
            await asyncio.wait_for(self._skipper.fast_forward(handle, moment - now), 10)


def _at(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(hours=hour)


def _working_days(first: date, count: int) -> list[date]:
    days = (first + timedelta(days=number) for number in range(count))
    return [day for day in days if not closed_because(PARIS, day)]


async def _import(pool: Pool, first: date) -> None:
    for number in range(CASES):
        due = first + timedelta(days=number % 8)
        debtor = number % 8  # so that some owe two invoices, due on one day
        await pool.execute(
            """insert into debtors (creditor, debtor_id, name, email, address_lines)
            values ('atelier', $1, $2, $3, '{"1 rue du Port","33000 BORDEAUX"}')
            on conflict do nothing""",
            *(f"D{debtor}", f"Debtor {debtor}", f"compta@debtor-{debtor}.example"),
        )
        await pool.execute(
            """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
            currency, reference) values ('atelier', $1, $2, $3, $3, $4, 'EUR', $5)""",
            *(f"F{number}", f"D{debtor}", due, Decimal("100.00"), f"RF18F{number}"),
        )


async def test_every_step_leaves_once_whatever_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    """Worker, PostgreSQL and Temporal are killed again and again: no step is lost or doubled."""
    today = datetime.now(UTC).date()
    draw = random.Random(SEED)  # noqa: S311 - a seed, to run it again
    killed: Counter[str] = Counter()
    with folder_for_tests() as folder:
        async with everything_up(folder) as (found, victims):
            client = await Client.connect(
                found.temporal_address, data_converter=pydantic_data_converter
            )
            async with open_pool(found.database_url, 6) as pool:
                days = Days(client, pool)
                await _import(pool, today - timedelta(days=1))
                deaths = list(DEATHS)
                for day in _working_days(today + timedelta(days=1), 90):
                    if day <= today + timedelta(days=15):
                        await days.sweep(day)
                    if not await due_before(pool, _at(day, 12)):
                        continue
                    name = deaths.pop() if deaths else ""
                    dying = _kill_soon(victims, name, draw, killed) if name else asyncio.sleep(0)
                    await asyncio.gather(days.pass_to(day), dying)
                cases = [await case_as_it_stands(pool, f"case/atelier/F{n}") for n in range(CASES)]
            mails: dict[str, list[str]] = defaultdict(list)
            for mail in received(Path(found.mailbox)):
                reference = str(mail.message["X-Relance-Reference"])
                mails[reference].append(str(mail.message.get_body(("plain",))))
    unknown = 0
    for case in cases:
        assert [step.step for step in case.steps] == LADDER
        assert case.state.value == "referred"
        for step in (step for step in case.steps if step.step in MAILS):
            texts = mails[step.reference]
            if step.outcome is StepOutcome.UNKNOWN:
                unknown += 1
                assert len(texts) <= 1
            else:
                [text] = texts
                assert f"{case.invoice} " in text
    assert killed == Counter(DEATHS)
    # Four debtors owe two invoices that are always due together: they share every message.
    assert unknown or len(mails) == 3 * 8
    with capfd.disabled():
        told = f"killed {dict(killed)}; {len(mails)} mails, {unknown} steps unknown"
        sys.stdout.write(f"\n{told}\n")


async def _kill_soon(
    victims: Victims, name: str, draw: random.Random, killed: Counter[str]
) -> None:
    """Strike while contacts are on their way."""
    await asyncio.sleep(draw.uniform(0, 0.25))
    killed[name] += bool(victims.kill(VICTIMS[name]))
