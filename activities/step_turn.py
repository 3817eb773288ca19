"""How is a step taken once? Look, claim, hand over, then settle and record in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio import activity

from activities.errors import (
    ClaimLost,
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUnknown,
    try_again,
    wrong_expected_version,
)
from domain.business_calendar import is_open
from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.events import CaseEvent, CaseReferred, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.plan import Channel, IfUnknown
from schemas.turns import StepOrder, TurnResult
from store import contacts, event_store, facts
from store.contacts import Claim, Contact, ContactState
from store.errors import WrongExpectedVersionError
from store.pool import Connection, Pool
from store.read_models import case_as_it_stands

LEASE_SECONDS = 75.0
"""How long a hand-over may take before it counts as unknown; beyond every SMTP timeout."""

BeginHandOver = Callable[[], Awaitable[None]]
"""Called just before nobody could tell any more whether the message left."""


class Delivered(Frozen):
    """What the receiving side took.

    Attributes:
        detail: where to find it: a Message-ID, a file name.
        sha256: of the exact bytes that left, hexadecimal.
    """

    detail: str = ""
    sha256: str = ""


class Step(Frozen):
    """What a delivery needs to know."""

    order: StepOrder
    case: CollectionCase
    reference: str
    now: datetime


Deliver = Callable[[Step, BeginHandOver], Awaitable[Delivered]]


class StepTurn:
    """Takes one step of one case: whatever dies on the way, once.

    Attributes:
        repeatable: the receiving side recognises a reference it already has, so an unfinished
            hand-over is simply done again.
    """

    def __init__(self, pool: Pool, order: StepOrder, *, repeatable: bool) -> None:
        self._pool = pool
        self._order = order
        self._repeatable = repeatable
        self._owner = uuid4().hex
        self._reference = contact_reference(order.case_id, order.step.name, order.cycle)
        self._now = order.now + _waited()

    async def take(self, deliver: Deliver) -> TurnResult:
        """Take the step, or say why not; an answer means that it is on record."""
        async with self._pool.acquire() as connection, connection.transaction():
            case, result = await self._look(connection)
            if result:
                return result
            contact = await contacts.claim(connection, self._claim(), LEASE_SECONDS)
        step = Step(order=self._order, case=case, reference=self._reference, now=self._now)
        try:
            if contact.owner != self._owner:
                await self._find_out(contact)
            delivered = await deliver(step, self._begin_hand_over)
        except DeliveryRefused as refusal:
            return await self._settle(ContactState.REFUSED, Delivered(), self._failed(refusal))
        except DeliveryUnknown as unknown:
            return await self._leave_unknown(case, unknown)
        except (DeliveryPostponed, ClaimLost) as problem:
            await contacts.take_back(self._pool, self._reference, self._owner, str(problem))
            raise try_again(str(problem)) from problem
        return await self._settle(
            ContactState.ACCEPTED, delivered, *self._performed(case, delivered)
        )

    async def _look(self, connection: Connection) -> tuple[CollectionCase, TurnResult | None]:
        """The gates of the last second: already done, overtaken, news unheard, out of hours."""
        await event_store.lock(connection, self._order.case_id)
        case = await case_as_it_stands(connection, self._order.case_id)
        if case.version != self._order.version:
            done = await self._done_before(connection)
            if done:
                return case, TurnResult(events=done)
            raise wrong_expected_version(
                f"{case.case_id} is at version {case.version}, not at {self._order.version}"
            )
        if news := await facts.untold(connection, case.case_id):
            return case, TurnResult(facts=news)
        if not is_open(case.calendar, self._now):
            return case, TurnResult(not_now=True)
        return case, None

    async def _done_before(self, connection: Connection) -> tuple[CaseEvent, ...]:
        """The events of this very step, if a former attempt put them on record unseen."""
        later = await event_store.read_stream(connection, self._order.case_id, self._order.version)
        own = [found.event for found in later if found.event.cause == self._reference]
        return tuple(own) if len(own) == len(later) else ()

    async def _find_out(self, contact: Contact) -> None:
        """A former attempt began to hand over: did it? Ask its lease, then its channel."""
        if contact.state is not ContactState.HANDING_OVER and not self._repeatable:
            raise DeliveryUnknown(f"the contact was left {contact.state}")
        if not contact.lease_is_over:
            rest = max(contact.lease_until - datetime.now(UTC), timedelta(seconds=1))
            raise try_again("another attempt may still be handing over", after=rest)
        if not self._repeatable:
            raise DeliveryUnknown("the process ended while it was handing over")
        await contacts.take_over(self._pool, self._reference, self._owner, LEASE_SECONDS)

    async def _begin_hand_over(self) -> None:
        begun = await contacts.begin_hand_over(
            self._pool, self._reference, self._owner, LEASE_SECONDS
        )
        if not begun:
            raise ClaimLost("another attempt has taken the contact over")

    async def _leave_unknown(self, case: CollectionCase, unknown: DeliveryUnknown) -> TurnResult:
        """Ask a person, or send again under the same Message-ID, as the plan's step says."""
        if self._order.step.if_unknown is IfUnknown.RESEND:
            await contacts.take_over(self._pool, self._reference, self._owner, LEASE_SECONDS)
            raise try_again(f"{unknown}; it is sent again under its own Message-ID") from unknown
        delivered = Delivered(detail=str(unknown))
        event = self._performed(case, delivered)[0].model_copy(update={"delivery": "unknown"})
        return await self._settle(ContactState.UNKNOWN, delivered, event)

    async def _settle(
        self, state: ContactState, delivered: Delivered, *events: CaseEvent
    ) -> TurnResult:
        """Settle the contact and record what it means for the case, together or not at all."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await contacts.settle(
                    connection, self._reference, state, delivered.detail, delivered.sha256
                )
                await event_store.append(
                    connection, self._order.case_id, self._order.version, events
                )
        except WrongExpectedVersionError as error:
            raise wrong_expected_version(str(error)) from error
        return TurnResult(events=events)

    def _claim(self) -> Claim:
        return Claim(
            reference=self._reference,
            case_id=self._order.case_id,
            step=self._order.step.name,
            cycle=self._order.cycle,
            channel=self._order.step.channel.value,
            owner=self._owner,
        )

    def _performed(self, case: CollectionCase, delivered: Delivered) -> list[CaseEvent]:
        step = self._order.step
        performed = StepPerformed(
            at=self._now,
            cause=self._reference,
            step=step.name,
            channel=step.channel,
            cycle=self._order.cycle,
            reference=self._reference,
            asked=case.outstanding,
            detail=delivered.detail,
            sha256=delivered.sha256,
        )
        if step.channel is not Channel.REFER:
            return [performed]
        referred = CaseReferred(
            at=self._now,
            cause=self._reference,
            to=case.plan.refer_to,
            outstanding=case.outstanding,
            reference=self._reference,
        )
        return [performed, referred]

    def _failed(self, refusal: DeliveryRefused) -> StepFailed:
        return StepFailed(
            at=self._now,
            cause=self._reference,
            step=self._order.step.name,
            channel=self._order.step.channel,
            cycle=self._order.cycle,
            reference=self._reference,
            reason=refusal.reason,
            explanation=refusal.explanation,
        )


def _waited() -> timedelta:
    """How long the order has waited in its queue and between attempts, on the engine's clock."""
    info = activity.info()
    return max(info.started_time - info.scheduled_time, timedelta(0))
