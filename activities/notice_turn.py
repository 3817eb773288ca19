"""How is an event answered once? As a step is taken, but no level rises and no policy waits."""

from __future__ import annotations

from activities.errors import (
    ClaimLost,
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUnknown,
    NewsArrived,
    try_again,
)
from activities.step_turn import (
    LEASE_SECONDS,
    Deliver,
    Delivered,
    Step,
    StepTurn,
)
from domain.notices import due_notice
from schemas.case import CollectionCase
from schemas.events import NoticeNotSent, NoticeSent
from schemas.plan import NoticeKind
from schemas.turns import StepOrder, TurnResult
from store import contacts
from store.contacts import ContactState
from store.pool import Connection, Pool
from store.shared_contacts import lock_debtor


class NoticeTurn(StepTurn):
    """Answers one event of one case: whatever dies on the way, once.

    It is claimed, handed over and settled as a step is. The contact policy does not keep it: the
    debtor has said something, and is answered; what is sent counts for the policy of later steps.
    """

    def __init__(self, pool: Pool, order: StepOrder) -> None:
        super().__init__(pool, order, repeatable=False)

    async def take(self, deliver: Deliver) -> TurnResult:
        """Answer, or say why not; a result with events means that it is on record."""
        async with self._pool.acquire() as connection, connection.transaction():
            case, result = await self._look(connection)
            if result:
                return result
            await lock_debtor(connection, case.creditor, case.debtor_id)
            contact = await contacts.claim(connection, self._claim(case), LEASE_SECONDS)
        step = Step(order=self._order, case=case, reference=self._reference, now=self._now)
        try:
            if contact.owner != self._owner:
                await self._find_out(contact)
            delivered = await deliver(step, self._begin_hand_over)
        except DeliveryRefused as refusal:
            return await self._settle(
                ContactState.REFUSED, Delivered(), self._not_answered(refusal)
            )
        except DeliveryUnknown as unknown:
            await contacts.take_over(self._pool, self._reference, self._owner, LEASE_SECONDS)
            raise try_again(f"{unknown}; it is sent again under its own Message-ID") from unknown
        except NewsArrived as news:
            await contacts.withdraw(self._pool, self._reference, str(news))
            return TurnResult(facts=news.facts)
        except (DeliveryPostponed, ClaimLost) as problem:
            await contacts.take_back(self._pool, self._reference, self._owner, str(problem))
            raise try_again(str(problem)) from problem
        return await self._settle(ContactState.ACCEPTED, delivered, self._answered(delivered))

    async def _look(self, connection: Connection) -> tuple[CollectionCase, TurnResult | None]:
        """The gates of a step; and the event must still be what the answer says it is."""
        case, result = await super()._look(connection)
        if result:
            return case, result
        due = due_notice(case, self._now)
        if due is None or (due.kind, due.about) != (self._kind, self._order.about):
            return case, TurnResult(not_now=True)
        return case, None

    @property
    def _kind(self) -> NoticeKind:
        if self._order.answers is None:
            raise ValueError(f"{self._order.step.name} answers nothing")
        return self._order.answers

    def _answered(self, delivered: Delivered) -> NoticeSent:
        return NoticeSent(
            at=self._now,
            cause=self._reference,
            kind=self._kind,
            about=self._order.about,
            reference=self._reference,
            detail=delivered.detail,
            sha256=delivered.sha256,
        )

    def _not_answered(self, refusal: DeliveryRefused) -> NoticeNotSent:
        return NoticeNotSent(
            at=self._now,
            cause=self._reference,
            kind=self._kind,
            about=self._order.about,
            reference=self._reference,
            reason=refusal.reason,
            explanation=refusal.explanation,
        )
