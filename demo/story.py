"""How do months pass in a minute? Day by day: the bank first, then the sweep, then the contacts."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta

from rich.console import Console
from temporalio.client import Client

from activities.engine import connect_temporal
from activities.library import read_creditors
from activities.telling import Telling
from demo.clock import DemoClock, moment
from demo.narrator import Narrator
from demo.sample import sample_invoices
from demo.script import CREDITS, DEEDS, LAST_DAY, Credit, Deed
from domain.invoice_import import read_invoices
from schemas.commands import CancelCase, CompleteTask, RecordPayment, Request
from schemas.identifiers import case_id
from schemas.parties import Creditor
from schemas.settings import EngineAddresses, Settings
from schemas.turns import SweepRequest, SweepSummary
from store import facts, read_models, receivables
from store.facts import UntoldFact
from store.invoices import import_rows
from store.pool import Pool, open_pool

BANK, SWEEP, PEOPLE, EVENING = time(7), time(7, 30), time(8, 15), time(20)


class DemoStory:
    """The demo's days, on real engines; only the clocks of the cases are moved."""

    def __init__(self, settings: Settings, pool: Pool, client: Client, creditor: Creditor) -> None:
        self._queue = settings.task_queue
        self._pool = pool
        self._client = client
        self._creditor = creditor
        self._clock = DemoClock(client, pool)
        self._telling = Telling(pool, client)
        self._console = Console(width=None if Console().is_terminal else 150, highlight=False)
        self._narrator = Narrator(pool, self._console)
        self._today = datetime.now(UTC).date()

    @classmethod
    @asynccontextmanager
    async def on(cls, settings: Settings, found: EngineAddresses) -> AsyncIterator[DemoStory]:
        """A story on running engines."""
        creditor = next(iter(read_creditors(settings.creditors_folder).values()))
        client = await connect_temporal(found.temporal_address)
        async with open_pool(found.database_url, 12) as pool:
            yield cls(settings, pool, client, creditor)

    async def play(self) -> None:
        """Import the invoices, then let the days pass."""
        await self._import()
        for number in range(LAST_DAY + 1):
            day = self._today + timedelta(days=number)
            credits = [credit for credit in CREDITS if credit.day == number]
            deeds = [deed for deed in DEEDS if deed.day == number]
            working_day = day.isoweekday() <= 5
            if credits:
                await self._clock.move_to(moment(day, BANK))
            for credit in credits:
                await self._credit(day, credit)
            if working_day:
                await self._sweep(day)
            if deeds:
                await self._clock.move_to(moment(day, PEOPLE))
                await self._narrator.tell()
            for deed in deeds:
                await self._deed(day, deed)
            if working_day:
                await self._clock.move_to(moment(day, EVENING))
            await self._narrator.tell()

    async def summary(self) -> None:
        """Print how every case ended."""
        await self._narrator.summary()

    async def _import(self) -> None:
        content = sample_invoices(self._today).encode()
        read = read_invoices(content, "invoices.csv", self._creditor.creditor)
        async with self._pool.acquire() as connection:
            summary = await import_rows(connection, self._creditor.creditor, read.rows)
        words = f"{summary.new} invoices of {summary.debtors_new} debtors are imported"
        self._narrator.announce(self._today, words)

    async def _credit(self, day: date, credit: Credit) -> None:
        """The bank reports a credit: the fact first, then its case is told."""
        self._narrator.announce(day, f"the bank reports {credit.money} for {credit.invoice}")
        payment = RecordPayment(
            command_id=f"demo-{credit.day}-{credit.invoice}",
            by="bank",
            amount=credit.money,
            received_on=day,
            source="demo statement",
        )
        async with self._pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, self._creditor.creditor, credit.invoice, payment)
        case = self._case(credit.invoice)
        if await receivables.is_on_record(self._pool, case):
            await self._telling.tell_one(UntoldFact(case_id=case, fact=payment))

    async def _sweep(self, day: date) -> None:
        """What Temporal's schedule starts every working morning, as of this virtual one."""
        await self._client.execute_workflow(
            "OverdueSweep",
            SweepRequest(now=moment(day, SWEEP)),
            id=f"sweep/{day}",
            task_queue=self._queue,
            result_type=SweepSummary,
        )

    async def _deed(self, day: date, deed: Deed) -> None:
        case = self._case(deed.invoice)
        command_id = f"demo-{uuid.uuid4()}"
        match deed.kind:
            case "address":
                self._narrator.announce(day, f"Camille learns an address: {deed.words}")
                await self._learn_address(deed)
                return
            case "cancel":
                self._narrator.announce(day, f"Camille cancels {deed.invoice}: {deed.words}")
                request: Request = CancelCase(
                    command_id=command_id, by="camille", reason=deed.words
                )
            case _:
                words = f"Camille answers the {deed.task} task of {deed.invoice}: {deed.words}"
                self._narrator.announce(day, words)
                folded = await read_models.case_as_it_stands(self._pool, case)
                task = next(task for task in folded.tasks if task.kind == deed.task)
                request = CompleteTask(
                    command_id=command_id, by="camille", task_id=task.task_id, outcome=deed.words
                )
        handle = self._client.get_workflow_handle(case)
        await handle.execute_update("submit", request, id=command_id)

    async def _learn_address(self, deed: Deed) -> None:
        """A corrected file is imported; only the debtor's e-mail address is new in it."""
        text = sample_invoices(self._today)
        line = next(line for line in text.splitlines() if line.startswith(deed.invoice))
        name = line.split(";")[7]
        mended = line.replace(f"{name};;", f"{name};{deed.words};")
        content = f"{text.splitlines()[0]}\n{mended}\n".encode()
        read = read_invoices(content, "corrected.csv", self._creditor.creditor)
        async with self._pool.acquire() as connection:
            await import_rows(connection, self._creditor.creditor, read.rows)

    def _case(self, invoice: str) -> str:
        return case_id(self._creditor.creditor, invoice)
