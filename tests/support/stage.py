"""How does the workflow play alone? Real Temporal, and fake activities that a test directs."""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker

from activities.errors import wrong_expected_version
from domain.case import fold
from domain.steps import failed
from schemas.calendar import ContactCalendar, ContactWindow
from schemas.case import CollectionCase
from schemas.commands import RecordPayment
from schemas.events import CaseEvent, CaseOpened, CaseReferred, NoticeSent, StepPerformed
from schemas.identifiers import case_id, contact_reference
from schemas.money import Money
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.turns import CaseSummary, GiveUpOrder, RecordOrder, StepOrder, TurnResult
from worker import WORKFLOWS, running, sandboxed
from workflows.options import NOTICE_ACTIVITY, STEP_ACTIVITY, channel_queue

PATIENCE_SECONDS = 15.0
Handle = WorkflowHandle[Any, CaseSummary]
Directed = Callable[[StepOrder], Awaitable[TurnResult]]

OPEN_CALENDAR = ContactCalendar(
    weekdays=(1, 2, 3, 4, 5, 6, 7),
    windows=(ContactWindow(opens=time(0), closes=time(23, 59, 59)),),
    spread_minutes=0,
)
"""Every hour of every day: stories about the calendar are told elsewhere."""

LADDER = DunningPlan(
    plan="ladder",
    steps=(
        DunningStep(name="courtesy", day=0, channel=Channel.EMAIL),
        DunningStep(name="call", day=10, channel=Channel.PHONE),
        DunningStep(name="notice", day=20, channel=Channel.LETTER),
        DunningStep(name="hand-over", day=30, channel=Channel.REFER),
    ),
)


def plan(*steps: tuple[str, int, Channel]) -> DunningPlan:
    """A plan of named steps, each with its day and channel."""
    rungs = tuple(DunningStep(name=name, day=day, channel=channel) for name, day, channel in steps)
    return DunningPlan(plan="test", steps=rungs)


TWO_EMAILS = plan(("first", 0, Channel.EMAIL), ("second", 10, Channel.EMAIL))


def opening(*, due_in_days: int = 0, ladder: DunningPlan = LADDER) -> CaseOpened:
    """The first event of a case of 100 euros whose invoice is due in so many days."""
    now = datetime.now(UTC)
    invoice = f"F-{uuid.uuid4().hex[:12]}"
    return CaseOpened(
        at=now,
        by="test",
        case_id=case_id("atelier", invoice),
        creditor="atelier",
        invoice=invoice,
        debtor_id="D1",
        claim=euros("100.00"),
        due_date=now.astimezone(ZoneInfo("Europe/Paris")).date() + timedelta(days=due_in_days),
        plan=ladder,
        calendar=OPEN_CALENDAR,
    )


def euros(amount: str) -> Money:
    """An amount in euros."""
    return Money(amount=Decimal(amount), currency="EUR")


def payment(amount: str = "100.00", payment_id: str = "pay-1") -> RecordPayment:
    """Money from the bank."""
    return RecordPayment(
        command_id=payment_id, by="bank", amount=euros(amount), received_on=date(2026, 11, 20)
    )


class Stage:
    """Fake activities over streams kept in memory, and what a test does with cases.

    Attributes:
        streams: what is on record, by case.
        calls: every call of an activity, by case: its name, and the step's where it has one.
        told: the ids of facts that cases said they have heard, by case.
        directed: what a step does instead of succeeding, by case and step name.
        slow: cases whose record waits until it is let go.
    """

    def __init__(self, client: Client, queue: str) -> None:
        self.queue = queue
        self.skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=True))
        self.client = self.skipper.client
        self.streams: dict[str, list[CaseEvent]] = {}
        self.calls: dict[str, list[str]] = defaultdict(list)
        self.told: dict[str, list[str]] = defaultdict(list)
        self.directed: dict[tuple[str, str], Directed] = {}
        self.slow: dict[str, asyncio.Event] = {}

    @activity.defn(name="record_events")
    async def record_events(self, order: RecordOrder) -> None:
        """As the real one: behind the version that the caller knows, or not at all."""
        self.calls[order.case_id].append("record_events")
        if order.case_id in self.slow:
            await self.slow[order.case_id].wait()
        self.append(order.case_id, order.version, order.events)
        if order.told:
            self.told[order.case_id].append(order.told)

    @activity.defn(name="give_up_step")
    async def give_up_step(self, order: GiveUpOrder) -> TurnResult:
        """As the real one, of a step that had not begun to leave."""
        step = order.step
        self.calls[step.case_id].append("give_up_step")
        event = failed(step, order.now, "DeliveryDeadlinePassed", order.explanation)
        self.append(step.case_id, step.version, [event])
        return TurnResult(events=(event,))

    @activity.defn(name="read_case")
    async def read_case(self, case: str) -> CollectionCase:
        """As the real one."""
        self.calls[case].append("read_case")
        return fold(self.streams[case])

    async def step(self, order: StepOrder) -> TurnResult:
        """Succeed at once, unless the test directs otherwise."""
        self.calls[order.case_id].append(f"{activity.info().activity_type} {order.step.name}")
        directed = self.directed.get((order.case_id, order.step.name))
        return await (directed(order) if directed else self.succeed(order))

    async def succeed(self, order: StepOrder) -> TurnResult:
        """Put the step on record, as the real activities do."""
        case = fold(self.streams[order.case_id])
        reference = contact_reference(order.case_id, order.step.name, order.cycle)
        if order.answers:
            said = NoticeSent(
                at=order.now, cause=reference, kind=order.answers, about=order.about,
                reference=reference,
            )  # fmt: skip
            self.append(order.case_id, order.version, [said])
            return TurnResult(events=(said,))
        performed = StepPerformed(
            at=order.now,
            cause=reference,
            step=order.step.name,
            channel=order.step.channel,
            reference=reference,
            asked=case.outstanding,
        )
        events: tuple[CaseEvent, ...] = (performed,)
        if order.step.channel is Channel.REFER:
            referred = CaseReferred(
                at=order.now, cause=reference, to="agency", outstanding=case.outstanding,
                reference=reference,
            )  # fmt: skip
            events = (performed, referred)
        self.append(order.case_id, order.version, events)
        return TurnResult(events=events)

    def append(self, case: str, version: int, events: Sequence[CaseEvent]) -> None:
        """Put events on record behind a version."""
        stream = self.streams[case]
        if stream[version:] and stream[version:] == list(events):
            return
        if events and len(stream) != version:
            raise wrong_expected_version(f"{case} is at {len(stream)}, not at {version}")
        stream.extend(events)

    async def start(
        self,
        first: CaseOpened | None = None,
        *,
        earlier: Sequence[CaseEvent] = (),
        skipping: bool = False,
        delay: timedelta | None = None,
    ) -> Handle:
        """Open a case and run its workflow; its clock stands until it is moved, or runs ahead."""
        first = first or opening()
        self.streams.setdefault(first.case_id, [first, *earlier])
        case = fold(self.streams[first.case_id])
        start = self.client.start_workflow(
            "CollectionCase",
            case,
            id=case.case_id,
            task_queue=self.queue,
            result_type=CaseSummary,
            start_delay=delay,
        )
        if skipping:
            return await start
        with self.skipper.with_time_skipping_disabled():
            return await start

    async def pay(self, handle: Handle, fact: RecordPayment | None = None) -> int:
        """Tell a case of a payment, as the bank feed does."""
        fact = fact or payment()
        version: int = await asyncio.wait_for(
            handle.execute_update("payment_received", fact, id=fact.command_id), PATIENCE_SECONDS
        )
        return version

    async def end(self, handle: Handle) -> CaseSummary:
        """How the case's workflow ended."""
        return await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)

    async def move(self, handle: Handle, days: float) -> None:
        """Let days pass for a case."""
        await asyncio.wait_for(
            self.skipper.fast_forward(handle, timedelta(days=days)), PATIENCE_SECONDS
        )

    def events(self, handle: Handle) -> list[str]:
        """The types of the events on a case's record."""
        return [event.type for event in self.streams[handle.id]]

    async def until(self, true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something is true."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not true():
            if loop.time() > end:
                raise AssertionError(f"not seen within {seconds} seconds")
            await asyncio.sleep(0.01)

    async def recorded(self, handle: Handle, *types: str) -> None:
        """Wait until the record of a case ends with these events."""
        await self.until(lambda: self.events(handle)[-len(types) :] == list(types))

    def workers(self, *, without: Sequence[Channel] = (), cached: int = 100) -> list[Worker]:
        """The workers of the stage.

        Args:
            without: channels whose queues nobody serves.
            cached: how many workflows are kept in memory; with 0 every task replays its history.
        """
        main = Worker(
            self.client,
            task_queue=self.queue,
            workflows=WORKFLOWS,
            activities=[self.record_events, self.give_up_step, self.read_case],
            workflow_runner=sandboxed(),
            max_cached_workflows=cached,
        )
        served = [channel for channel in Channel if channel not in without]
        return [main, *(self.channel_worker(channel) for channel in served)]

    def channel_worker(self, channel: Channel) -> Worker:
        """The worker of one channel's queue."""
        return Worker(
            self.client,
            task_queue=channel_queue(self.queue, channel),
            activities=[
                self.channel_effect(channel, self.step),
                *([self.notice_effect()] if channel is Channel.EMAIL else []),
            ],
        )

    def notice_effect(self) -> Callable[..., Any]:
        """The activity that answers what was said."""

        async def take(order: StepOrder) -> TurnResult:
            return await self.step(order)

        return activity.defn(name=NOTICE_ACTIVITY)(take)

    def channel_effect(self, channel: Channel, step: Directed) -> Callable[..., Any]:
        """The activity of a channel, doing what a test wants of it."""

        async def take(order: StepOrder) -> TurnResult:
            return await step(order)

        return activity.defn(name=STEP_ACTIVITY[channel])(take)


def uninterrupted(step: Directed) -> Directed:
    """Go on when asked to stop, as the real activities do."""

    async def take(order: StepOrder) -> TurnResult:
        task = asyncio.ensure_future(step(order))
        while not task.done():
            try:
                await asyncio.wait({task}, timeout=0.05)
            except asyncio.CancelledError:
                continue
            activity.heartbeat()
        return task.result()

    return take


@asynccontextmanager
async def open_stage(
    address: str, *, without: Sequence[Channel] = (), cached: int = 100
) -> AsyncIterator[Stage]:
    """Run the workflow with fake activities on task queues of its own."""
    client = await Client.connect(address, data_converter=pydantic_data_converter, identity="stage")
    stage = Stage(client, f"stage-{uuid.uuid4().hex[:8]}")
    async with running(stage.workers(without=without, cached=cached)):
        yield stage


async def directed(
    stage: Stage,
    step: Directed,
    *,
    ladder: DunningPlan | None = None,
    due_in_days: int = 0,
    skipping: bool = False,
) -> Handle:
    """Start a case whose first step does as directed."""
    first = opening(ladder=ladder or TWO_EMAILS, due_in_days=due_in_days)
    stage.directed[first.case_id, "first"] = step
    return await stage.start(first, skipping=skipping)


async def scheduled(handle: Handle, count: int) -> None:
    """Wait until so many activities have been ordered."""
    await in_history(handle, "activity_task_scheduled_event_attributes", count)


async def signalled(handle: Handle, count: int) -> None:
    """Wait until so many signals have come in."""
    await in_history(handle, "workflow_execution_signaled_event_attributes", count)


async def in_history(handle: Handle, attribute: str, count: int) -> None:
    """Wait until the history has so many events of a kind."""
    for _ in range(500):
        history = await handle.fetch_history()
        if sum(event.HasField(attribute) for event in history.events) >= count:  # type: ignore[arg-type]
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {count} {attribute}")
