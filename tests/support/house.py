"""How does a story play? All of Relance on real engines, with a clock that the story moves."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import WorkflowRunner

from activities.bounces import Bounces
from activities.cases import Cases
from activities.library import read_creditors, read_plans
from activities.payload_codec import Keyring, data_converter
from activities.smtp import Mailer, SmtpAccount
from activities.telling import Telling
from engines.mailbox import Mailbox, Received, received
from schemas.case import CollectionCase
from schemas.commands import RecordPayment, Request
from schemas.identifiers import case_id
from schemas.invoice import Invoice
from schemas.money import Money
from schemas.parties import Debtor, PostalAddress
from schemas.settings import Settings, SmtpSecurity
from store import event_store, facts
from store.facts import UntoldFact
from store.pool import Pool, open_pool
from store.read_models import case_as_it_stands
from store.receivables import invoices_without_case
from worker import Means, build_workers, running, sandboxed

PATIENCE_SECONDS = 30.0
ATELIER = "atelier"


class House:
    """All of Relance, with what a story does to it and asks of it."""

    def __init__(self, means: Means, mailbox: Mailbox, skipper: TimeSkipper, owner: str) -> None:
        self.means = means
        self.mailbox = mailbox
        self.skipper = skipper
        self.owner = owner
        self.pool = means.pool
        self.client = skipper.client
        self.cases = Cases(
            means.pool, self.client, means.creditors, means.plans, means.settings.task_queue
        )
        self.telling = Telling(means.pool, self.client, self.cases)
        self.bounces = Bounces(means.pool, self.telling)

    async def invoice(
        self,
        number: str,
        *,
        amount: str = "1200.00",
        currency: str = "EUR",
        due: date,
        email: str = "factures@menuiserie.example",
        language: str = "fr",
        address: tuple[str, ...] = ("3 rue du Port", "33000 BORDEAUX"),
        debtor: str = "D1",
        capacity: str = "business",
    ) -> Invoice:
        """Put an invoice and its debtor into the ledger, as an import would."""
        who = Debtor(
            creditor=ATELIER,
            debtor_id=debtor,
            name="Menuiserie Dubois",
            email=email,
            address=PostalAddress(lines=address, country="FR"),
            language=language,
        )
        what = Invoice(
            creditor=ATELIER,
            number=number,
            debtor_id=debtor,
            issue_date=due - timedelta(days=30),
            due_date=due,
            amount=Money(amount=Decimal(amount), currency=currency),
            reference=f"RF18{number.replace('-', '')}",
        )
        await self.pool.execute(
            """insert into debtors (creditor, debtor_id, name, email, phone, address_lines,
            country, language, siren, vat_id, capacity)
            values ($1, $2, $3, $4, '', $5, 'FR', $6, '', '', $7)
            on conflict do nothing""",
            *(ATELIER, debtor, who.name, email, list(address), language, capacity),
        )
        await self.pool.execute(
            """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
            currency, purchase_order, reference) values ($1, $2, $3, $4, $5, $6, $7, '', $8)""",
            *(ATELIER, number, debtor, what.issue_date, due, Decimal(amount), currency),
            what.reference,
        )
        return what

    async def open(self, number: str, now: datetime) -> WorkflowHandle[object, object]:
        """Open the case of an invoice and start it."""
        creditor = self.means.creditors[ATELIER]
        wanted = await invoices_without_case(self.pool, ATELIER, [number])
        opened = await self.cases.open_invoices(creditor, wanted, now, by="test")
        with self.skipper.with_time_skipping_disabled():
            await self.cases.start(opened)
        return self.client.get_workflow_handle(case_id(ATELIER, number))

    async def pay(self, number: str, amount: str, *, payment_id: str = "", on: date) -> bool:
        """Let money arrive for an invoice: the fact first, then tell its case."""
        payment = RecordPayment(
            command_id=payment_id or f"pay-{uuid.uuid4()}",
            by="bank",
            amount=Money(amount=Decimal(amount), currency="EUR"),
            received_on=on,
        )
        async with self.pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, ATELIER, number, payment)
        return await self.telling.tell_one(
            UntoldFact(case_id=case_id(ATELIER, number), fact=payment)
        )

    async def submit(self, number: str, request: Request) -> int:
        """Ask something of a case, as a person does."""
        handle = self.client.get_workflow_handle(case_id(ATELIER, number))
        version: int = await handle.execute_update(
            "submit", request, id=request.command_id, result_type=int
        )
        return version

    async def skip_to(self, number: str, moment: datetime) -> None:
        """Move the clock of a case forward to a moment."""
        handle = self.client.get_workflow_handle(case_id(ATELIER, number))
        now = await self.skipper.get_current_time(handle)
        if moment > now:
            await asyncio.wait_for(
                self.skipper.fast_forward(handle, moment - now), PATIENCE_SECONDS
            )

    async def case(self, number: str) -> CollectionCase:
        """The case as the read models show it."""
        return await case_as_it_stands(self.pool, case_id(ATELIER, number))

    async def events(self, number: str) -> list[str]:
        """The types of a case's events, in order."""
        async with self.pool.acquire() as connection:
            recorded = await event_store.read_stream(connection, case_id(ATELIER, number))
        return [one.event.type for one in recorded]

    async def steps(self, number: str, count: int) -> CollectionCase:
        """The case once so many steps have been taken or have failed."""
        return await self.until(number, lambda case: len(case.steps) >= count)

    async def until(self, number: str, true: Callable[[CollectionCase], bool]) -> CollectionCase:
        """The case once something is true of it; fails when that takes too long."""

        async def look() -> CollectionCase | None:
            case = await self.case(number)
            return case if true(case) else None

        return await eventually(look)

    def mails(self) -> list[Received]:
        """What the mail server has accepted, in order."""
        return received(self.mailbox.folder)


async def eventually(
    look: Callable[[], Awaitable[CollectionCase | None]], seconds: float = PATIENCE_SECONDS
) -> CollectionCase:
    """Look until there is something to see."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        if (found := await look()) is not None:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"not seen within {seconds} seconds")


def at(day: date, hour: int = 12) -> datetime:
    """A moment of a day in Paris."""
    return datetime.combine(day, time(hour), ZoneInfo("Europe/Paris")).astimezone(UTC)


@asynccontextmanager
async def open_house(
    owner: str,
    temporal: str,
    mailbox: Mailbox,
    folder: Path,
    *,
    runner: WorkflowRunner | None = None,
    keys: Keyring | None = None,
) -> AsyncIterator[House]:
    """Run the workers of one story on its own task queues and database.

    Args:
        owner: of a database.
        temporal: where the engine is.
        mailbox: where mails go.
        folder: where letters go.
        runner: in what workflows run, if not in the sandbox that watches them.
        keys: by which payloads are encrypted.
    """
    settings = Settings(
        TASK_QUEUE=f"relance-{uuid.uuid4().hex[:8]}",
        LETTERS_FOLDER=folder / "letters",
        EMAILS_PER_SECOND=1000,
        LETTERS_PER_SECOND=1000,
        DRAIN_SECONDS=2,
    )
    client = await Client.connect(temporal, data_converter=data_converter(keys))
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=True))
    account = SmtpAccount(
        host=mailbox.host, port=mailbox.port, security=SmtpSecurity.NONE, timeout_seconds=5
    )
    async with open_pool(owner, 8) as pool:
        mailer = Mailer(account)
        means = Means(
            settings=settings,
            client=client,
            pool=pool,
            creditors=read_creditors(settings.creditors_folder),
            plans=read_plans(settings.plans_folder),
            mailer=mailer,
            workflow_runner=runner or sandboxed(),
        )
        async with running(build_workers(means)):
            yield House(means, mailbox, skipper, owner)
            await _end_all(client, pool)
        await mailer.close()


async def _end_all(client: Client, pool: Pool) -> None:
    """The next story has the same case ids: nothing of this one may still run."""
    for row in await pool.fetch("select case_id from cases"):
        with suppress(RPCError):
            await client.get_workflow_handle(row["case_id"]).terminate("the story is told")


async def owner_connection(dsn: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection that may do anything, as a superuser with bad intentions has it."""
    return await asyncpg.connect(dsn)
