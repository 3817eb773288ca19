"""How does a case's history reach the record? One writer, in one transaction."""

from __future__ import annotations

from temporalio import activity

from activities.errors import wrong_expected_version
from activities.one_contact import hear_of_messages
from domain.notices import not_answered, now_answered
from domain.steps import failed, perhaps_taken
from schemas.case import CollectionCase
from schemas.charges import StatedCharges
from schemas.contact import ContactState
from schemas.events import CaseEvent
from schemas.identifiers import contact_reference
from schemas.step_events import LadderRestarted, PlanChanged, StepSkipped, StepUndone
from schemas.turns import GiveUpOrder, RecordOrder, TurnResult
from store import contacts, event_store, facts
from store.contacts import Settled
from store.errors import WrongExpectedVersionError
from store.pool import Pool
from store.read_models import case_as_it_stands

MOVES_THE_LADDER = (PlanChanged, LadderRestarted, StepSkipped, StepUndone)
"""After these, nobody would look for a message that has left for the step which was next."""


class CaseRecord:
    """Puts a case's events on record, and reads it back."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="record_events")
    async def record_events(self, order: RecordOrder) -> None:
        """Append what the rules decided; a retry that finds its own events succeeds."""
        heard = False
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                moves = (one for one in order.events if isinstance(one, MOVES_THE_LADDER))
                if moved := next(moves, None):
                    heard = await hear_of_messages(
                        connection, order.case_id, order.version, moved.at
                    )
                if order.events and not heard:
                    await event_store.append(connection, order.case_id, order.version, order.events)
                elif order.told and not heard:
                    await facts.mark_told(connection, order.case_id, order.told, "nothing changed")
        except WrongExpectedVersionError as error:
            raise wrong_expected_version(str(error)) from error
        if heard:
            words = f"{order.case_id}: a message has spoken for it, or may have, just now"
            raise wrong_expected_version(words)

    @activity.defn(name="give_up_step")
    async def give_up_step(self, order: GiveUpOrder) -> TurnResult:
        """Record that a step failed; or, when it had begun to leave, that nobody knows."""
        step, words = order.step, order.explanation
        reference = contact_reference(step.case_id, step.step.name, step.cycle)
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                case = await event_store.lock(connection, step.case_id)
                event: CaseEvent = _given_up(order)
                if await contacts.may_have_left(connection, reference):
                    contact = await contacts.find(connection, reference)
                    event = _perhaps(case, order, contact.charges if contact else ())
                    unknown = Settled(state=ContactState.UNKNOWN, detail=words)
                    await contacts.settle(connection, reference, unknown)
                await event_store.append(connection, step.case_id, step.version, [event])
        except WrongExpectedVersionError as error:
            raise wrong_expected_version(str(error)) from error
        return TurnResult(events=(event,))

    @activity.defn(name="read_case")
    async def read_case(self, case_id: str) -> CollectionCase:
        """The case as its stream says it stands."""
        return await case_as_it_stands(self._pool, case_id)


def _given_up(order: GiveUpOrder) -> CaseEvent:
    """It never left; a person looks after a step, and an answer is let go."""
    step, reason = order.step, "DeliveryDeadlinePassed"
    if step.answers:
        return not_answered(step, order.now, reason, order.explanation)
    return failed(step, order.now, reason, order.explanation)


def _perhaps(
    case: CollectionCase, order: GiveUpOrder, charges: tuple[StatedCharges, ...]
) -> CaseEvent:
    """It had begun to leave, and nobody can tell."""
    if order.step.answers:
        return now_answered(order.step, order.now, order.explanation, unknown=True)
    return perhaps_taken(case, order.step, order.now, order.explanation, charges)
