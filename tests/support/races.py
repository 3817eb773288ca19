"""What if it happens just now? Something else, between any two waits of what is under way."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.delivery import BeginHandOver, Delivered, Step
from activities.step_turn import StepTurn
from domain.case import decide
from domain.next_action import next_action
from domain.steps import order_of
from schemas.actions import PerformStep, Record
from schemas.case import CollectionCase
from schemas.commands import Fact, RecordPayment, fact_id
from schemas.contact_policy import ContactPolicy
from schemas.turns import OVERTAKEN, TurnResult
from store import event_store, facts
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.support.cases import MORNING, put
from tests.support.turns import KilledError

Answer = TypeVar("Answer")
Deliver = Callable[[Step, BeginHandOver], Awaitable[Delivered]]
Happens = Callable[[int], Awaitable[None]]

TURNS, PAUSE_SECONDS = 200, 0.01
"""How often a case is looked at, and how soon again, until it must have come to rest."""

LOCKED_OUT_SECONDS = 0.2

FREELY = ContactPolicy.model_validate(
    {"business": {"gap_days": 0, "per_week": 0}, "unallocated_hold_days": 0}
)
"""So that a case whose message was lost to another may go alone on the same day."""

BEGUN = """
with about as (
    select c.reference from contacts as c where c.case_id = $1 or exists (
        select from contact_items as i where i.reference = c.reference and i.case_id = $1)
), free as (
    select c.reference, c.state from contacts as c
    where c.reference in (select reference from about) for share skip locked
)
select reference from about
where reference not in (select reference from free where state in ('claimed', 'withdrawn'))
"""
"""The messages about a case that have begun to leave, or are just passing the gate."""


class Interrupted(Generic[Answer]):
    """Awaits something, and lets something else happen at each of its waits, even its death.

    Whatever was waited for at that moment has come to its end, and nothing after it has begun: a
    question to a database is answered, the next not yet asked. So the order of the two is certain.
    """

    def __init__(self, under_way: Coroutine[Any, Any, Answer], happens: Happens) -> None:
        self._under_way = under_way
        self._happens = happens

    def __await__(self) -> Generator[Any, Any, Answer]:
        """Run it; 0 is the moment before it begins."""
        waits = 0
        yield from self._happens(waits).__await__()
        inner = self._under_way.__await__()
        trouble: BaseException | None = None
        while True:
            try:
                waited_for = next(inner) if trouble is None else inner.throw(trouble)
            except StopIteration as end:
                return end.value
            trouble = None
            try:
                yield waited_for
            except BaseException as raised:  # noqa: BLE001 - handed on as it came
                trouble = raised
            waits += 1
            try:
                yield from self._happens(waits).__await__()
            except KilledError as death:
                trouble = death


async def nothing(_waits: int) -> None:
    """Nothing happens."""


@dataclass
class Letterbox:
    """Takes messages; remembers of each its reference, and what it asks for each invoice."""

    left: list[tuple[str, dict[str, Decimal]]] = field(default_factory=list)

    async def deliver(self, step: Step, begin: BeginHandOver) -> Delivered:
        """Write a message from what the step says, and let it go."""
        cases = [step.case, *(one.case for one in step.others)]
        await asyncio.sleep(0)
        await begin()
        self.left.append((step.reference, {one.invoice: one.asked.amount for one in cases}))
        await asyncio.sleep(0)
        return Delivered(detail=step.reference)

    def naming(self, invoice: str) -> list[str]:
        """The references of the messages that ask for an invoice."""
        return [reference for reference, asked in self.left if invoice in asked]


@dataclass
class Pursuer:
    """Does with cases what their workflows do, turn by turn, on the real record."""

    pool: Pool
    deliver: Deliver
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def turn(self, case_id: str, happens: Happens = nothing) -> bool:
        """Take the case's next turn; whether there was one."""
        async with self.turns[case_id]:
            case = await case_as_it_stands(self.pool, case_id)
            action = next_action(case, MORNING)
            if isinstance(action, Record):
                await put(self.pool, case, *action.events)
            elif isinstance(action, PerformStep):
                await self._perform(case, action, happens)
            return isinstance(action, Record | PerformStep)

    async def rest(self, case_id: str, happens: Happens = nothing) -> None:
        """Take turns until nothing is due, then hear what nobody has told yet, as from a sweep."""
        for _ in range(TURNS):
            if not await self.turn(case_id, happens):
                news = await facts.untold(self.pool, case_id)
                if not news:
                    return
                for fact in news:
                    await self.hear(case_id, fact)
            await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError(f"{case_id} never comes to rest")

    async def _perform(self, case: CollectionCase, action: PerformStep, happens: Happens) -> None:
        order = order_of(case, action, MORNING)

        async def take() -> TurnResult:
            step = StepTurn(self.pool, order, repeatable=False, policy=FREELY)
            return await Interrupted(step.take(self.deliver), happens)

        try:
            result = await ActivityEnvironment().run(take)
        except ApplicationError as problem:
            # Somebody else wrote the record: the workflow reads it again.
            assert not problem.non_retryable or problem.type == OVERTAKEN  # noqa: PT017
            return
        for fact in result.facts:
            await self._record(case.case_id, fact)

    async def hear(self, case_id: str, fact: Fact) -> None:
        """Tell a case of a fact; it puts it on record at its turn."""
        async with self.turns[case_id]:
            await self._record(case_id, fact)

    async def _record(self, case_id: str, fact: Fact) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            case = await event_store.lock(connection, case_id)
            events = decide(case, fact, MORNING)
            assert isinstance(events, tuple)
            if events:
                await event_store.append(connection, case_id, case.version, events)
            await facts.mark_told(connection, case_id, fact_id(fact), "test")


@dataclass
class Money:
    """Money that arrives for a case.

    Attributes:
        moment: after how many waits of what it comes in between.
        pursuer: has the case hear of it at once; if none, it is found by the case's own gate.
        begun: the messages about the case that had begun to leave when it was there.
        hearing: the case hears of it.
    """

    pool: Pool
    case: CollectionCase
    fact: RecordPayment
    moment: int = -1
    pursuer: Pursuer | None = None
    begun: set[str] | None = None
    hearing: asyncio.Task[None] | None = None

    async def arrives_then(self, waits: int) -> None:
        """If this is the moment."""
        if waits == self.moment and self.begun is None:
            await self.arrives()

    async def arrives(self) -> None:
        """In the database, where every gate sees it; then its case may hear of it.

        It may have to wait for what is under way, which has locked its record; not this.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", self.case.invoice, self.fact)
        self.begun = {row["reference"] for row in await self.pool.fetch(BEGUN, self.case.case_id)}
        if self.pursuer:
            self.hearing = asyncio.create_task(self.pursuer.hear(self.case.case_id, self.fact))
            await asyncio.wait({self.hearing}, timeout=LOCKED_OUT_SECONDS)

    async def arrives_in_disorder(self) -> None:
        """While others work: no message begins to leave in its middle, but before or after."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("lock table contacts in share mode")
            await facts.keep_payment(connection, "atelier", self.case.invoice, self.fact)
            begun = await connection.fetch(BEGUN, self.case.case_id)
        if self.begun is None:
            self.begun = {row["reference"] for row in begun}
        if self.pursuer:
            await self.pursuer.hear(self.case.case_id, self.fact)
