"""How do months pass in a minute? Day by day: the bank first, then the sweep, then the contacts."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from rich.console import Console
from temporalio.client import Client

from activities.bank_desk import Desk
from activities.cases import Cases
from activities.engine import connect_temporal
from activities.library import read_creditors
from activities.telling import Telling
from cli.virtual_clock import VirtualClock, moment
from demo.bank_file import bank_file
from demo.narrator import Narrator
from demo.sample import sample_invoices
from demo.script import CREDITS, DEEDS, LAST_DAY, Credit, Deed
from domain.bank_desk import Wanted
from domain.business_calendar import closed_because, working_days_after
from domain.holidays import contact_calendar
from domain.invoice_import import read_invoices
from schemas.commands import (
    Asked,
    CancelCase,
    CompleteTask,
    PromiseToPay,
    RaiseDispute,
    ResolveDispute,
)
from schemas.feed import FeedRequest, FeedSummary, TransactionState
from schemas.identifiers import case_id, statement_workflow
from schemas.money import Money
from schemas.parties import Capacity, Creditor
from schemas.pauses import DisputeReason
from schemas.settings import EngineAddresses, Settings
from schemas.turns import SweepRequest, SweepSummary
from store import bank_files, bank_ledger, read_models
from store.invoices import import_rows
from store.pool import Pool, open_pool

DOING = {
    "cancel": "cancels {invoice}: {words}",
    "answer": "answers the {task} task of {invoice}: {words}",
    "dispute": "records that the debtor contests {words} of {invoice}",
    "resolve": "decides the dispute about {invoice} for the {words}",
    "promise": "records a promise to pay {invoice} within {words} days",
}
BANK, SWEEP, PEOPLE, EVENING = time(7), time(7, 30), time(8, 15), time(20)


class DemoStory:
    """The demo's days, on real engines; only the clocks of the cases are moved."""

    def __init__(self, settings: Settings, pool: Pool, client: Client, creditor: Creditor) -> None:
        self._queue = settings.task_queue
        self._pool = pool
        self._client = client
        self._creditor = creditor
        self._clock = VirtualClock(client, pool)
        self._telling = Telling(pool, client, Cases(pool, client, {}, {}, settings.task_queue))
        self._folder = settings.var / "bank"
        self._balances = {"EUR": Decimal("18250.00"), "GBP": Decimal("3120.00")}
        self._console = Console(width=None if Console().is_terminal else 150, highlight=False)
        self._narrator = Narrator(pool, self._console)
        self._today = datetime.now(UTC).date()
        self._calendar = contact_calendar(
            creditor.country,
            Capacity.BUSINESS,
            self._today.year,
            self._today.year + 1,
            creditor.time_zone,
        )

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
            await self._live(self._today + timedelta(days=number))

    async def _live(self, day: date) -> None:
        """One day: the bank, the sweep, the people, the contacts; weekends are quiet."""
        if closed_because(self._calendar, day):
            return
        reported = [credit for credit in CREDITS if self._falls_on(credit.day) == day]
        deeds = [deed for deed in DEEDS if self._falls_on(deed.day) == day]
        if reported:
            await self._clock.move_to(moment(day, BANK))
            await self._bank(day, reported)
        await self._sweep(day)
        if deeds:
            await self._clock.move_to(moment(day, PEOPLE))
            await self._narrator.tell()
        for deed in deeds:
            await self._deed(day, deed)
        if await read_models.due_before(self._pool, moment(day, EVENING)):
            await self._clock.move_to(moment(day, EVENING))
        await self._narrator.tell()

    def _falls_on(self, number: int) -> date:
        """The working day on or after a day of the script: banks and people rest."""
        return working_days_after(self._calendar, self._today + timedelta(days=number), 0)

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

    async def _bank(self, day: date, reported: Sequence[Credit]) -> None:
        """The bank's file of the day: kept, taken in by the engine, and told line by line."""
        received = [credit.received for credit in reported]
        content, self._balances = bank_file(day, received, self._balances)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{day:%Y-%m-%d}.camt053.xml"
        (self._folder / name).write_bytes(content)
        sha256, _ = await bank_files.keep_file(self._pool, content, name, "demo")
        await self._client.execute_workflow(
            "BankStatement",
            FeedRequest(sha256=sha256, name=name, now=moment(day, BANK)),
            id=statement_workflow(sha256),
            task_queue=self._queue,
            result_type=FeedSummary,
        )
        await self._narrator.tell_statement(day, sha256)

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
        if deed.kind == "allocate":
            await self._allocate(day, deed)
            return
        if deed.kind == "address":
            self._narrator.announce(day, f"Camille learns an address: {deed.words}")
            await self._learn_address(deed)
            return
        case = self._case(deed.invoice)
        request = await self._request(case, day, deed)
        if request is None:
            return  # Weekends and holidays of this very day have moved the plan; nothing to do.
        doing = DOING[deed.kind].format(task=deed.task, invoice=deed.invoice, words=deed.words)
        self._narrator.announce(day, f"Camille {doing}")
        handle = self._client.get_workflow_handle(case)
        await handle.execute_update("submit", request, id=request.command_id)

    async def _request(self, case: str, day: date, deed: Deed) -> Asked | None:
        said: dict[str, Any] = {"command_id": f"demo-{uuid.uuid4()}", "by": "camille"}
        folded = await read_models.case_as_it_stands(self._pool, case)
        match deed.kind:
            case "cancel":
                return CancelCase(reason=deed.words, **said)
            case "dispute":
                part = Money(amount=Decimal(deed.words), currency=folded.claim.currency)
                return RaiseDispute(reason=DisputeReason.PRICE, amount=part, **said)
            case "resolve":
                return ResolveDispute(in_favour_of=deed.words, **said)
            case "promise":
                return PromiseToPay(on=day + timedelta(days=int(deed.words)), **said)
            case _:
                task = next((task for task in folded.tasks if task.kind == deed.task), None)
                if task is None:
                    return None
                outcome, _, days = deed.words.partition(" in ")
                wait = timedelta(days=int(days.removesuffix(" days"))) if days else None
                promised = day + wait if wait else None
                return CompleteTask(
                    task_id=task.task_id, outcome=outcome, promised_on=promised, **said
                )

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

    async def _allocate(self, day: date, deed: Deed) -> None:
        """A person follows the feed's suggestion, as `allocate` does."""
        waiting = await bank_ledger.waiting_money(
            self._pool, self._creditor.creditor, [TransactionState.SUGGESTED]
        )
        for one in waiting:
            named = [part for way in one.decision.suggestions[:1] for part in way.allocations]
            if deed.invoice in {part.document for part in named}:
                desk = Desk(
                    self._pool,
                    {self._creditor.creditor: self._creditor},
                    "camille",
                    moment(day, PEOPLE),
                )
                wanted = [Wanted(document=part.document, amount=part.amount) for part in named]
                words = ", ".join(f"{part.amount} to {part.document}" for part in named)
                self._narrator.announce(day, f"Camille allocates the suggested payment: {words}")
                _, told = await desk.allocate(one.transaction.tx, wanted)
                await self._telling.tell(told)

    def _case(self, invoice: str) -> str:
        return case_id(self._creditor.creditor, invoice)
