"""How is an event answered once? As a step is taken, but no level rises and no policy waits."""

from __future__ import annotations

from collections.abc import Sequence

from activities.delivery import Delivered, Held
from activities.errors import DeliveryRefused, DeliveryUnknown, try_again
from activities.one_contact import lock_debtor, spoken_for
from activities.step_turn import LEASE_SECONDS, StepTurn
from domain.notices import (
    NOTICE_TRIED_FOR,
    answered_with,
    due_notice,
    not_answered,
    notices_of,
    now_answered,
)
from schemas.case import CollectionCase
from schemas.contact import Contact, ContactState, CoveredStep
from schemas.events import CaseEvent, NoticeSent
from schemas.identifiers import contact_reference
from schemas.turns import StepOrder, TurnResult
from store import contacts, event_store
from store.contacts import Settled
from store.event_store import Addition
from store.pool import Connection, Pool
from store.shared_contacts import (
    cover,
    covered,
    on_their_way,
    other_cases,
    uncover_all,
)


class NoticeTurn(StepTurn):
    """Answers one event of one case: once, whatever dies on the way.

    It is claimed, handed over and settled as a step is. The contact policy does not keep it: the
    debtor has said something, and is answered; what is sent counts for the policy of later steps.
    """

    tried_for = NOTICE_TRIED_FOR

    def __init__(self, pool: Pool, order: StepOrder) -> None:
        super().__init__(pool, order, repeatable=False)

    async def _look_and_claim(self, connection: Connection) -> Held | TurnResult:
        case, result = await self._look(connection)
        if result:
            return result
        await lock_debtor(connection, case)
        if found := await spoken_for(connection, self._order):
            return await self._answered_with_another(connection, case, found)
        contact = await contacts.claim(connection, self._claim(case), LEASE_SECONDS)
        return Held(case, contact, await self._gather(connection, case, contact))

    async def _refused(
        self, refusal: DeliveryRefused, _others: Sequence[CoveredStep]
    ) -> TurnResult:
        event = not_answered(self._order, self._now, refusal.reason, refusal.explanation)
        settled = Settled(state=ContactState.REFUSED, address=refusal.address, problem=str(refusal))
        return await self._settle(settled, event)

    async def _perhaps(self, _case: CollectionCase, words: str) -> TurnResult:
        event = now_answered(self._order, self._now, words, unknown=True)
        return await self._settle(Settled(state=ContactState.UNKNOWN, detail=words), event)

    async def _leave_unknown(self, _case: CollectionCase, unknown: DeliveryUnknown) -> TurnResult:
        """Send it again under the same Message-ID: twice harms less than not at all."""
        await contacts.take_over(self._pool, self._reference, self._owner, LEASE_SECONDS)
        raise try_again(f"{unknown}; it is sent again under its own Message-ID") from unknown

    def _done(
        self, _case: CollectionCase, delivered: Delivered, others: Sequence[CoveredStep]
    ) -> tuple[list[CaseEvent], list[Addition]]:
        answered = now_answered(self._order, self._now, delivered.detail, delivered.sha256)
        return [answered], [_said_for(other, answered) for other in others]

    async def _look(self, connection: Connection) -> tuple[CollectionCase, TurnResult | None]:
        """The gates of a step; and the event must still be what the answer says it is."""
        case, result = await super()._look(connection)
        if result:
            return case, result
        due = due_notice(case, self._now)
        if due is None or (due.kind, due.about) != (self._order.answers, self._order.about):
            return case, TurnResult(not_now=True)
        return case, None

    async def _answered_with_another(
        self, connection: Connection, case: CollectionCase, contact: Contact
    ) -> TurnResult:
        """The debtor has been answered by another invoice's message, which speaks for this one."""
        own = now_answered(self._order, self._now, contact.detail, contact.sha256)
        event = own.model_copy(update={"reference": contact.reference})
        await event_store.append(connection, case.case_id, self._order.version, [event])
        return TurnResult(events=(event,))

    async def _gather(
        self, connection: Connection, case: CollectionCase, contact: Contact
    ) -> list[CoveredStep]:
        """For whom else the message answers: gathered anew, or as it was when it began to leave."""
        if contact.owner != self._owner:
            return await covered(connection, self._reference)
        if contact.attempts > 1:
            await uncover_all(connection, self._reference)
        joining = [
            CoveredStep(case=other, step=answer.step.name, cycle=answer.cycle)
            for other in await other_cases(connection, case)
            if (answer := answered_with(case, other, self._now))
        ]
        if joining:
            gone = await on_their_way(connection, joining)
            joining = [one for one in joining if one.case.case_id not in gone]
        if joining:
            await cover(connection, self._reference, joining)
        return joining


def _said_for(other: CoveredStep, event: NoticeSent) -> Addition:
    """What an accepted answer means for another case it spoke for: it is answered, too.

    The cause is the one that its own answer would have had: its own turn then recognises it.
    """
    case = other.case
    about = notices_of(case)[other.step]
    cause = contact_reference(case.case_id, other.step, other.cycle)
    changed = event.model_copy(update={"cause": cause, "about": about})
    return Addition(case.case_id, case.version, [changed])
