"""How does a case's history reach the record? One writer, in one transaction."""

from __future__ import annotations

from temporalio import activity

from activities.errors import wrong_expected_version
from schemas.case import CollectionCase
from schemas.turns import RecordOrder
from store import event_store, facts
from store.errors import WrongExpectedVersionError
from store.pool import Pool
from store.read_models import case_as_it_stands


class CaseRecord:
    """Puts a case's events on record, and reads it back."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="record_events")
    async def record_events(self, order: RecordOrder) -> None:
        """Append what the rules decided; a retry that finds its own events succeeds."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                if order.events:
                    await event_store.append(connection, order.case_id, order.version, order.events)
                elif order.told:
                    await facts.mark_told(connection, order.case_id, order.told, "nothing changed")
        except WrongExpectedVersionError as error:
            raise wrong_expected_version(str(error)) from error

    @activity.defn(name="read_case")
    async def read_case(self, case_id: str) -> CollectionCase:
        """The case as its stream says it stands."""
        return await case_as_it_stands(self._pool, case_id)
