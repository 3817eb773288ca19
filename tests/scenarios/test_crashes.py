"""Does anything get lost or doubled when machines die? SIGKILL, on everything, in mid-run."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from domain.business_calendar import closed_because
from domain.holidays import contact_calendar
from engines.mailbox import received
from schemas.parties import Capacity
from schemas.turns import SweepRequest
from store.pool import Pool, open_pool
from store.read_models import case_as_it_stands, due_before, list_cases
from tests.support.engines import folder_for_tests
from tests.support.killing import Victims, everything_up, patiently
from tests.support.tally import tally

pytestmark = pytest.mark.story

CASES = 12
LADDER = ["courtesy", "reminder", "call", "firm", "formal-notice", "hand-over"]
PARIS = contact_calendar("FR", Capacity.BUSINESS, 2020, 2040, "Europe/Paris")
SEED = 20261121
DEATHS = ("Temporal", "worker", "PostgreSQL", "worker", "Temporal", "PostgreSQL", "worker")
CUT = {6: "unanswered", 7: "vanished"}
"""Debtors whose mail server cuts the line after each message, with it kept and without."""


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

        await patiently(run, f"the sweep of {day}")

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

        await patiently(live, f"the contacts of {day}")

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
            *(f"D{debtor}", f"Debtor {debtor}"),
            f"{CUT.get(debtor, 'compta')}+{debtor}@debtor-{debtor}.example",
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
        async with everything_up(folder, EMAILS_PER_SECOND="100") as (found, victims):
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
            mails = received(Path(found.mailbox))
    counted = tally(cases, mails, LADDER)
    assert counted.holds, counted
    assert {case.state.value for case in cases} == {"referred"}
    assert killed == Counter(DEATHS)
    assert any(counted.unknown.values())
    assert not all(counted.unknown.values())
    with capfd.disabled():
        told = f"killed {dict(killed)}; {len(mails)} mails, {len(counted.unknown)} unknown"
        sys.stdout.write(f"\n{told}\n")


async def _kill_soon(
    victims: Victims, name: str, draw: random.Random, killed: Counter[str]
) -> None:
    """Strike while contacts are on their way."""
    await asyncio.sleep(draw.uniform(0, 0.25))
    killed[name] += bool(victims.kill(name))
