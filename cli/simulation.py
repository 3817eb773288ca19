"""How do months pass for given invoices? From one day on which something is due to the next."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.cases import Cases
from activities.telling import Telling
from cli.virtual_clock import VirtualClock
from cli.wording import describe, in_words
from domain.invoice_import import InvoiceFile
from domain.next_action import next_action
from engines.mailbox import Received
from schemas.actions import Wait
from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.commands import RecordPayment
from schemas.events import RecordedEvent, StepPerformed
from schemas.identifiers import case_id
from schemas.money import Money
from schemas.parties import Creditor
from schemas.pauses import DisputeReason
from schemas.plan import DunningPlan
from schemas.requests import RaiseDispute
from store import event_store, facts, read_models, receivables
from store.facts import UntoldFact
from store.invoices import import_rows
from store.pool import Pool

MORNING, EVENING = time(8), time(20)
"""Facts come before the contacts of a day; a day is over when no debtor is contacted any more."""


class Deed(NamedTuple):
    """What the bank or the debtor does on a day."""

    kind: str
    invoice: str
    day: date
    amount: Money | None


class Entry(Frozen):
    """One thing that happened.

    Attributes:
        event: its name on record.
        what: its name for people.
        found: the subject of the message, or the name of the file.
    """

    at: Instant
    on: date
    event: str
    what: str
    words: str
    found: str = ""


class CaseTimeline(Frozen):
    """All that happened to a case, and how it stands at the end.

    Attributes:
        ended: the reason it was closed for, or its state.
        why: what it waits for; empty for a closed one.
    """

    invoice: str
    debtor: str
    claim: Money
    due_date: date
    ended: str
    why: str
    outstanding: Money
    entries: tuple[Entry, ...]


def _why(case: CollectionCase) -> str:
    """What a case waits for, as of the end of its own record."""
    action = next_action(case, case.changed_at or case.opened_at)
    return action.sentence if isinstance(action, Wait) else "Something is due."


class Simulation:
    """Some invoices on engines of their own.

    Attributes:
        refused: what of the deeds the rules did not allow, in sentences.
    """

    def __init__(
        self, pool: Pool, client: Client, creditor: Creditor, plan: DunningPlan, queue: str
    ) -> None:
        self._pool = pool
        self._client = client
        self._creditor = creditor.model_copy(update={"plan": plan.plan})
        self._zone = ZoneInfo(creditor.time_zone)
        known = {creditor.creditor: self._creditor}
        self._cases = Cases(pool, client, known, {plan.plan: plan}, queue)
        self._telling = Telling(pool, client, self._cases)
        self._clock = VirtualClock(client, pool)
        self.refused: list[str] = []

    async def open(self, read: InvoiceFile) -> None:
        """Import the invoices and open a case for each, also for those not yet due."""
        name = self._creditor.creditor
        async with self._pool.acquire() as connection:
            await import_rows(connection, name, read.rows, fields=read.fields)
        numbers = [row.invoice.number for row in read.rows]
        wanted = await receivables.invoices_without_case(self._pool, name, numbers)
        opened = await self._cases.open_invoices(
            self._creditor, wanted, datetime.now(UTC), by="simulation"
        )
        await self._cases.start(opened)

    async def play(
        self, deeds: Sequence[Deed], until: datetime, advance: Callable[[int], None]
    ) -> None:
        """Let time pass until nothing is due any more, or to a moment.

        Args:
            deeds: what the bank and the debtors do meanwhile.
            until: where the simulation ends at the latest.
            advance: told how many days have passed.
        """
        begun = today = datetime.now(self._zone).date()
        left = sorted(deeds, key=lambda deed: deed.day)
        while (day := await self._next_day(left, today)) and day <= until.astimezone(
            self._zone
        ).date():
            due = [deed for deed in left if deed.day <= day]
            if due:
                await self._clock.move_to(self._at(day, MORNING))
            for deed in due:
                await self._do(deed)
            left = left[len(due) :]
            await self._clock.move_to(self._at(day, EVENING))
            today = day + timedelta(days=1)
            advance((today - begun).days)

    async def timelines(self, mails: Sequence[Received]) -> list[CaseTimeline]:
        """What happened to each case, in the order of their invoices."""
        subjects = {str(one.message["Message-ID"]): str(one.message["Subject"]) for one in mails}
        told = []
        for line in await read_models.list_cases(self._pool, limit=10_000):
            case = await read_models.case_as_it_stands(self._pool, line.case_id)
            async with self._pool.acquire() as connection:
                events = await event_store.read_stream(connection, line.case_id)
            told.append(self._timeline(case, line.debtor_name, events, subjects))
        return sorted(told, key=lambda one: one.invoice)

    def _timeline(
        self,
        case: CollectionCase,
        debtor: str,
        events: Sequence[RecordedEvent],
        subjects: dict[str, str],
    ) -> CaseTimeline:
        return CaseTimeline(
            invoice=case.invoice,
            debtor=debtor,
            claim=case.claim,
            due_date=case.due_date,
            ended=case.closing.value if case.closing else case.state.value,
            why="" if case.is_closed else _why(case),
            outstanding=case.outstanding,
            entries=tuple(self._entry(one, subjects) for one in events),
        )

    def _entry(self, recorded: RecordedEvent, subjects: dict[str, str]) -> Entry:
        event = recorded.event
        words, found = describe(event), ""
        if isinstance(event, StepPerformed) and event.detail:
            words = words.removesuffix(event.detail).strip()
            found = subjects.get(event.detail, event.detail)
        return Entry(
            at=event.at,
            on=event.at.astimezone(self._zone).date(),
            event=event.type,
            what=in_words(event.type),
            words=words,
            found=found,
        )

    async def _next_day(self, left: Sequence[Deed], today: date) -> date | None:
        """The next day on which anything is due or done; never one that has been played."""
        due = await read_models.next_due(self._pool)
        days = [deed.day for deed in left]
        if due is not None:
            days.append(due.astimezone(self._zone).date())
        return max(min(days), today) if days else None

    async def _do(self, deed: Deed) -> None:
        """The bank reports money, or the debtor objects; on a case that has ended, too."""
        name = self._creditor.creditor
        case = case_id(name, deed.invoice)
        command = f"simulated-{uuid.uuid4()}"
        if deed.kind == "pay" and deed.amount:
            paid = RecordPayment(
                command_id=command,
                by="bank",
                amount=deed.amount,
                received_on=deed.day,
                source="simulation",
            )
            async with self._pool.acquire() as connection, connection.transaction():
                await facts.keep_payment(connection, name, deed.invoice, paid)
            await self._telling.tell_one(UntoldFact(case_id=case, fact=paid))
            return
        objection = RaiseDispute(
            command_id=command, by="debtor", amount=deed.amount, reason=DisputeReason.OTHER
        )
        handle = self._client.get_workflow_handle(case)
        try:
            await handle.execute_update("submit", objection, id=command)
        except WorkflowUpdateFailedError as error:
            self.refused.append(f"{deed.invoice}: no dispute on {deed.day}: {error.cause}")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            self.refused.append(f"{deed.invoice}: no dispute on {deed.day}: the case has ended")

    def _at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self._zone).astimezone(UTC)
