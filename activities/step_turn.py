"""How is a step taken once? Look, claim, hand over, then settle and record in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn
from uuid import uuid4

from temporalio import activity

from activities.delivery import Deliver, Delivered, Held, Step
from activities.errors import (
    ClaimLost,
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUncertain,
    DeliveryUnknown,
    NewsArrived,
    given_up,
    try_again,
    wrong_expected_version,
)
from activities.last_gate import LastGate
from activities.one_contact import (
    lock_debtor,
    record_as_said,
    speak_for_others,
    spoken_for,
)
from domain.business_calendar import is_open
from domain.sharing import REFUSED_FOR_ALL, SHARED_CHANNELS
from domain.spoken_for import claimed_with, said_for, speaks_still, to_be_told
from domain.steps import STEP_TRIED_FOR, failed, performed_now, perhaps_taken, taken
from schemas.case import CollectionCase
from schemas.charges import StatedCharges
from schemas.contact import Contact, ContactState, CoveredStep
from schemas.contact_policy import ContactPolicy
from schemas.events import CaseEvent, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.notice import KeptMessage
from schemas.plan import IfUnknown
from schemas.turns import StepOrder, TurnResult
from store import contacts, event_store, facts, messages
from store.contacts import Claim, Leaving, Settled
from store.errors import WrongExpectedVersionError
from store.event_store import Addition
from store.pool import PASSING_PROBLEMS, Connection, Pool
from store.shared_contacts import covered, uncover_all

LEASE_SECONDS = 75.0
"""How long a hand-over may take before it counts as unknown; beyond every SMTP timeout."""

SETTLE_SECONDS = 120.0
"""How long the answer of a hand-over waits for the database; lost, nobody would know it."""

SETTLE_PAUSE_SECONDS = 1.0

NO_POLICY_OF_ITS_OWN = ContactPolicy()


class StepTurn:
    """Takes one step of one case: once, whatever dies on the way.

    Attributes:
        tried_for: how long a step that is put off is tried.

    Args:
        repeatable: the receiving side recognises a reference it already has, so an unfinished
            hand-over is simply done again.
        policy: the creditor's, as it stands today.
    """

    tried_for = STEP_TRIED_FOR

    def __init__(
        self,
        pool: Pool,
        order: StepOrder,
        *,
        repeatable: bool,
        policy: ContactPolicy = NO_POLICY_OF_ITS_OWN,
    ) -> None:
        self._pool = pool
        self._policy = policy
        self._order = order
        self._repeatable = repeatable
        self._owner = uuid4().hex
        self._reference = contact_reference(order.case_id, order.step.name, order.cycle)
        self._now = order.now + _waited()
        self._others_written: tuple[CoveredStep, ...] = ()
        self._charges: tuple[StatedCharges, ...] = ()
        self._message: KeptMessage | None = None
        self._case: CollectionCase | None = None
        self._may_have_left_before = self._has_begun = False

    async def take(self, deliver: Deliver) -> TurnResult:
        """Take the step, or say why not; an answer means that it is on record."""
        async with self._pool.acquire() as connection, connection.transaction():
            held = await self._look_and_claim(connection)
            if isinstance(held, TurnResult) and not held.events:
                await contacts.withdraw(connection, self._reference, overnight=held.not_now)
        if isinstance(held, TurnResult):
            return held
        case, contact, others = held
        self._others_written, self._charges = tuple(others), contact.charges
        self._may_have_left_before = _was_begun(contact)
        step = Step(
            order=self._order,
            case=case,
            reference=self._reference,
            now=self._now,
            others=self._others_written,
        )
        try:
            if contact.owner != self._owner:
                await self._find_out(contact)
            delivered = await deliver(step, self._begin_hand_over)
        except DeliveryRefused as refusal:
            # Only who recognises a reference, and was asked for it, speaks of an earlier attempt.
            if self._may_have_left_before and not (self._repeatable and self._has_begun):
                return await self._perhaps(case, str(refusal))
            return await self._refused(refusal, others)
        except DeliveryUnknown as unknown:
            return await self._leave_unknown(case, unknown)
        except NewsArrived as news:
            await self._hold_back(contact, str(news))
            return TurnResult(facts=news.facts)
        except DeliveryPostponed as problem:
            await self._postpone(problem)
        except ClaimLost as lost:
            await contacts.take_back(self._pool, self._reference, self._owner, str(lost))
            raise try_again(str(lost)) from lost
        accepted = Settled(state=ContactState.ACCEPTED, **delivered.model_dump())
        events, beside = self._done(case, delivered, others)
        return await self._settle(accepted, *events, beside=beside)

    async def _look_and_claim(self, connection: Connection) -> Held | TurnResult:
        """Claim the contact, if it may leave now; else what came of the turn without it."""
        case, result = await self._look(connection)
        gate = LastGate(connection, case, self._order, self._policy, self._now)
        result = result or await self._taken_with_another(connection, case)
        result = result or await gate.keeps_waiting()
        if result:
            return result
        contact = await contacts.claim(connection, self._claim(case), LEASE_SECONDS)
        return Held(case, contact, await self._others(connection, contact, gate))

    def _done(
        self, case: CollectionCase, delivered: Delivered, others: Sequence[CoveredStep]
    ) -> tuple[list[CaseEvent], list[Addition]]:
        """What goes on record of an accepted message: of its own case, and of the others."""
        performed = performed_now(case, self._order, self._now, delivered.detail, delivered.sha256)
        again = self._message if self._may_have_left_before else None
        if again and again.sha256 == delivered.sha256:
            self._charges = again.charges  # The earlier one never left.
        own = [*taken(case, performed), *claimed_with(performed, case.case_id, self._charges)]
        return own, [_beside(one, performed, self._charges) for one in to_be_told(others)]

    async def _look(self, connection: Connection) -> tuple[CollectionCase, TurnResult | None]:
        """Why the step is not taken now: done, overtaken, news unheard, out of contact hours."""
        case = await event_store.lock(connection, self._order.case_id)
        if case.version != self._order.version:
            done = await self._done_before(connection)
            if done:
                return case, TurnResult(events=done)
            raise wrong_expected_version(
                f"{case.case_id} is at version {case.version}, not at {self._order.version}"
            )
        if news := await facts.untold(connection, case.case_id):
            return case, TurnResult(facts=news)
        self._case = case
        if not is_open(case.calendar, self._now):
            return case, TurnResult(not_now=True)
        return case, None

    async def _taken_with_another(
        self, connection: Connection, case: CollectionCase
    ) -> TurnResult | None:
        """The debtor has been written to about this step by another case's message.

        From here on, no other contact of the debtor is put together until this one is claimed.
        """
        await lock_debtor(connection, case)
        if self._order.step.channel not in SHARED_CHANNELS:
            return None
        contact = await spoken_for(connection, self._order)
        if contact is None:
            return None
        events = await record_as_said(connection, contact, case, self._order, self._now)
        return TurnResult(events=events)

    async def _others(
        self, connection: Connection, contact: Contact, gate: LastGate
    ) -> list[CoveredStep]:
        """The other cases of the message: gathered anew, or as they were when it began to leave."""
        if self._order.step.channel not in SHARED_CHANNELS:
            return []
        is_as_it_was = contact.perhaps_left and self._repeatable  # It is found, not made anew.
        if contact.owner != self._owner or is_as_it_was:
            return speaks_still(await covered(connection, self._reference))
        return await speak_for_others(connection, gate, contact)

    async def _done_before(self, connection: Connection) -> tuple[CaseEvent, ...]:
        """The events of this very step, if a former attempt put them on record unseen."""
        later = await event_store.read_stream(connection, self._order.case_id, self._order.version)
        own = [found.event for found in later if found.event.cause == self._reference]
        return tuple(own) if len(own) == len(later) else ()

    async def _find_out(self, contact: Contact) -> None:
        """A former attempt began to hand over: did it? Ask its lease, then its channel."""
        if contact.state is ContactState.REFUSED:
            raise DeliveryRefused("CameBack", contact.last_error, address=contact.address)
        if contact.state is not ContactState.HANDING_OVER and not self._repeatable:
            raise DeliveryUnknown(f"the contact was left {contact.state}")
        if not contact.lease_is_over:
            rest = max(contact.lease_until - datetime.now(UTC), timedelta(seconds=1))
            raise try_again("another attempt may still be handing over", after=rest)
        if not self._repeatable:
            raise DeliveryUnknown("the process ended while it was handing over")
        await contacts.take_over(self._pool, self._reference, self._owner, LEASE_SECONDS)

    async def _begin_hand_over(self, message: KeptMessage | None = None) -> None:
        others = [one.case for one in self._others_written]
        # What may have left already claims what it did, until this one is known to leave instead.
        charges = message.charges if message and not self._may_have_left_before else None
        leaving = Leaving(others, charges, await messages.pack(message))
        # Last of all, so that whatever came in until now is seen.
        if await contacts.begin_hand_over(
            self._pool, self._reference, self._owner, LEASE_SECONDS, leaving
        ):
            self._message, self._has_begun = message, True
            self._charges = self._charges if charges is None else charges
            return
        if news := await facts.untold(self._pool, self._order.case_id):
            raise NewsArrived(news)
        raise ClaimLost("another attempt has taken the contact over, or another case moved on")

    async def _postpone(self, problem: DeliveryPostponed) -> NoReturn:
        """Try again later; given up after too long, where nights count and holds do not."""
        since = await contacts.take_back(
            self._pool, self._reference, self._owner, str(problem), self._now
        )
        if since is not None and self._now - since >= self.tried_for:
            raise given_up(str(problem)) from problem
        raise try_again(str(problem), after=problem.after) from problem

    async def _ask_again(self, case: CollectionCase, problem: DeliveryUncertain) -> TurnResult:
        """Ask the channel again later what became of it; after too long, a person finds out."""
        since = await contacts.put_off(
            self._pool, self._reference, self._owner, str(problem), self._now
        )
        if since is not None and self._now - since >= self.tried_for:
            return await self._perhaps(case, str(problem))
        raise try_again(str(problem)) from problem

    async def _hold_back(self, contact: Contact, problem: str) -> None:
        """Withdraw the contact because of news; what a former attempt began to send is unknown."""
        if contact.owner == self._owner:
            await contacts.withdraw(self._pool, self._reference, problem)
            return
        perhaps = Settled(state=ContactState.UNKNOWN, problem=problem)
        async with self._pool.acquire() as connection:
            await contacts.settle(connection, self._reference, perhaps)

    async def _leave_unknown(self, case: CollectionCase, unknown: DeliveryUnknown) -> TurnResult:
        """Ask a person, or send again under the same Message-ID, as the plan's step says."""
        if isinstance(unknown, DeliveryUncertain):
            return await self._ask_again(case, unknown)
        if self._order.step.if_unknown is IfUnknown.RESEND:
            await contacts.take_over(self._pool, self._reference, self._owner, LEASE_SECONDS)
            raise try_again(f"{unknown}; it is sent again under its own Message-ID") from unknown
        return await self._perhaps(case, str(unknown))

    async def _perhaps(self, case: CollectionCase, words: str) -> TurnResult:
        """Nobody knows whether it left: it is on record as that, and a person is asked."""
        event = perhaps_taken(case, self._order, self._now, words, self._charges)
        return await self._settle(Settled(state=ContactState.UNKNOWN, detail=words), event)

    async def _refused(self, refusal: DeliveryRefused, others: Sequence[CoveredStep]) -> TurnResult:
        """The step has failed; for the others, too, when it is about where the message goes."""
        event = failed(self._order, self._now, refusal.reason, refusal.explanation)
        settled = Settled(state=ContactState.REFUSED, address=refusal.address, problem=str(refusal))
        for_all = others if refusal.reason in REFUSED_FOR_ALL else ()
        return await self._settle(
            settled, event, beside=[_beside(other, event) for other in to_be_told(for_all)]
        )

    async def _settle(
        self, settled: Settled, *events: CaseEvent, beside: Sequence[Addition] = ()
    ) -> TurnResult:
        """Put on record what became of it, through a restart of the database if need be."""
        last_try = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                await self._settle_together(settled, events, beside)
            except PASSING_PROBLEMS:
                if time.monotonic() > last_try:
                    raise
                await asyncio.sleep(SETTLE_PAUSE_SECONDS)
            except WrongExpectedVersionError as error:
                raise wrong_expected_version(str(error)) from error
            else:
                return TurnResult(events=events)

    async def _settle_together(
        self, settled: Settled, events: Sequence[CaseEvent], beside: Sequence[Addition]
    ) -> None:
        """The case first, then its contact: every transaction locks the two in this order."""
        async with self._pool.acquire() as connection, connection.transaction():
            await event_store.append(
                *(connection, self._order.case_id, self._order.version, events, beside, self._case)
            )
            if settled.state is ContactState.REFUSED and not beside:
                await uncover_all(connection, self._reference)
            await contacts.settle(connection, self._reference, settled)

    def _claim(self, case: CollectionCase) -> Claim:
        return Claim(
            reference=self._reference,
            case_id=self._order.case_id,
            creditor=case.creditor,
            debtor_id=case.debtor_id,
            at=self._now,
            step=self._order.step.name,
            cycle=self._order.cycle,
            channel=self._order.step.channel.value,
            owner=self._owner,
        )


def _beside(
    other: CoveredStep, said: StepPerformed | StepFailed, charges: Sequence[StatedCharges] = ()
) -> Addition:
    return Addition(other.case.case_id, other.case.version, said_for(other, said, charges))


def _was_begun(contact: Contact) -> bool:
    """An earlier attempt had begun to hand it over, and nobody knows what became of that."""
    began = contact.state in {ContactState.HANDING_OVER, ContactState.UNKNOWN}
    return began or (contact.state is ContactState.CLAIMED and contact.perhaps_left)


def _waited() -> timedelta:
    """How long the order has waited in its queue and between attempts, on the engine's clock."""
    info = activity.info()
    return max(info.started_time - info.scheduled_time, timedelta(0))
