"""What has happened? Append with an expected version, read a stream."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from asyncpg import Record

from domain.case import evolve, opened
from schemas.case import CollectionCase
from schemas.events import EVENT, CaseEvent, CaseOpened, RecordedEvent
from schemas.identifiers import event_id
from store import projections
from store.errors import UnknownStreamError, WrongExpectedVersionError
from store.pool import Connection
from store.queries import queries

NO_HASH = bytes(32)
"""What stands before the first event of every stream."""

_SQL = queries("event_store")


def chain(before: bytes, facts: dict[str, object]) -> bytes:
    """The hash of an event: SHA-256 over the hash before it and its canonical JSON.

    Args:
        before: the hash of the event before it in its stream; ``NO_HASH`` for the first.
        facts: stream, version, event_id, type, data, metadata and recorded_at, all as JSON values.
    """
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(before + canonical.encode()).digest()


def facts_of(row: Record) -> dict[str, object]:
    """What the hash of a recorded event covers."""
    return {
        "stream": row["stream"],
        "version": row["version"],
        "event_id": str(row["event_id"]),
        "type": row["type"],
        "data": row["data"],
        "metadata": row["metadata"],
        "recorded_at": row["recorded_at"].astimezone(UTC).isoformat(),
    }


class Drafts:
    """Events about to be put on record, as the columns of one insert."""

    def __init__(self, recorded_at: datetime) -> None:
        self.recorded_at = recorded_at
        self.metadata: dict[str, object] = {}
        self.columns: tuple[list[Any], ...] = ([], [], [], [], [], [], [], [])

    def add(self, stream: str, version: int, event: CaseEvent, before: bytes) -> bytes:
        """Chain one event behind another and return its hash."""
        data = _data(event)
        identity = event_id(stream, version, event.cause or event.type)
        facts = {
            "stream": stream,
            "version": version,
            "event_id": str(identity),
            "type": event.type,
            "data": data,
            "metadata": self.metadata,
            "recorded_at": self.recorded_at.isoformat(),
        }
        digest = chain(before, facts)
        row = (
            *(stream, version, identity, event.type, data),
            *(self.metadata, self.recorded_at, digest),
        )
        for column, value in zip(self.columns, row, strict=True):
            column.append(value)
        return digest

    async def insert(
        self, connection: Connection, cases: Sequence[tuple[CollectionCase, bytes]]
    ) -> None:
        """Write them all, and the rows of their cases, in one statement."""
        if self.columns[0]:
            await connection.execute(_SQL["record"], *self.columns, *projections.columns(cases))


class Addition(NamedTuple):
    """Events to be put on record behind those that their writer knows.

    Attributes:
        case: the case id; its stream exists.
        expected: the version the writer has folded.
        events: at least one.
    """

    case: str
    expected: int
    events: Sequence[CaseEvent]


async def append(
    connection: Connection,
    case: str,
    expected: int,
    events: Sequence[CaseEvent],
    beside: Sequence[Addition] = (),
    known: CollectionCase | None = None,
) -> CollectionCase:
    """Put events on record behind the ones the caller knows, and bring the read models along.

    A retry that finds its own events already on record succeeds. Call it inside a transaction.

    Args:
        connection: in a transaction.
        case: the case id; its stream exists.
        expected: the version the caller has folded.
        events: to append; at least one.
        beside: what the same events mean for other cases. Those whose streams somebody else is
            writing to, or that have moved on, are left out: their own writers find out later.
        known: the case at the expected version, where the caller has it: it need not be read again.

    Returns:
        The case after the events.

    Raises:
        UnknownStreamError: when the case was never opened.
        WrongExpectedVersionError: when somebody else has written since.
    """
    known = known if known and known.version == expected else None
    head = await connection.fetchrow(_SQL["place" if known else "head"], case)
    if head is None:
        raise UnknownStreamError(case)
    if head["version"] != expected:
        if await _already_there(connection, case, expected, events):
            return await lock(connection, case)
        raise WrongExpectedVersionError(case, expected, head["version"])
    own = Addition(case, expected, events)
    folded = known or CollectionCase.model_validate(head["folded"])
    growing = [(folded, head["hash"], own), *await _free(connection, beside)]
    return (await _write(connection, growing))[0]


Growing = tuple[CollectionCase, bytes, Addition]
"""A case as it stands, the hash of its last event, and what comes behind it."""


async def _write(connection: Connection, growing: Sequence[Growing]) -> list[CollectionCase]:
    """Chain events behind their streams, and bring the read models along."""
    drafts = Drafts(datetime.now(UTC))
    saved: list[tuple[CollectionCase, bytes]] = []
    steps: list[tuple[CollectionCase, CaseEvent, CollectionCase]] = []
    for case, head, addition in growing:
        after, digest = case, head
        for event in addition.events:
            before, after = after, evolve(after, event)
            digest = drafts.add(addition.case, after.version, event, digest)
            steps.append((before, event, after))
        saved.append((after, digest))
    await drafts.insert(connection, saved)
    for before, event, after in steps:
        await projections.follow(connection, before, event, after)
    return [case for case, _ in saved]


async def _free(connection: Connection, wanted: Sequence[Addition]) -> list[Growing]:
    """Those of the streams that stand where they should, folded and locked; none is waited for."""
    if not wanted:
        return []
    by_case = {one.case: one for one in wanted}
    rows = await connection.fetch(_SQL["heads_if_free"], list(by_case))
    return [
        (CollectionCase.model_validate(row["folded"]), row["hash"], addition)
        for row in rows
        if row["version"] == (addition := by_case[row["case_id"]]).expected
    ]


async def lock(connection: Connection, case: str) -> CollectionCase:
    """The case as it stands, with every other writer of its stream kept waiting.

    Args:
        connection: in a transaction, which holds the lock to its end.
        case: the case id.

    Raises:
        UnknownStreamError: when the case was never opened.
    """
    head = await connection.fetchrow(_SQL["head"], case)
    if head is None:
        raise UnknownStreamError(case)
    return CollectionCase.model_validate(head["folded"])


async def open_streams(
    connection: Connection, openings: Sequence[CaseOpened]
) -> list[CollectionCase]:
    """Begin the streams of new cases, many in one transaction.

    Args:
        connection: in a transaction that has made sure that none of them is open yet.
        openings: the first events.
    """
    drafts = Drafts(datetime.now(UTC))
    rows = []
    for event in openings:
        digest = drafts.add(event.case_id, 1, event, NO_HASH)
        rows.append((opened(event), digest))
    await drafts.insert(connection, rows)
    return [case for case, _ in rows]


async def read_stream(
    connection: Connection, case: str, after_version: int = 0
) -> list[RecordedEvent]:
    """The events of a case, in order.

    Args:
        connection: any.
        case: the case id.
        after_version: skip up to and including this one.
    """
    return [recorded(row) for row in await connection.fetch(_SQL["stream"], case, after_version)]


async def count_events(connection: Connection) -> int:
    """How many events are on record."""
    return int(await connection.fetchval(_SQL["count_events"]))


def recorded(row: Record) -> RecordedEvent:
    """An event with its place on record, out of a row."""
    return RecordedEvent(
        stream=row["stream"],
        version=row["version"],
        event_id=str(row["event_id"]),
        event=EVENT.validate_python(row["data"]),
        recorded_at=row["recorded_at"],
        global_position=row["global_position"],
        hash=row["hash"].hex(),
    )


async def _already_there(
    connection: Connection, case: str, expected: int, events: Sequence[CaseEvent]
) -> bool:
    """Whether a former attempt of the same turn has put exactly these events on record.

    The id alone does not say so: a step that was given up has the cause of the one that arrived.
    """
    rows = await connection.fetch(_SQL["events_at"], case, expected, len(events))
    own = [
        (event_id(case, expected + number, event.cause or event.type), _data(event))
        for number, event in enumerate(events, start=1)
    ]
    return [(row["event_id"], row["data"]) for row in rows] == own


def _data(event: CaseEvent) -> dict[str, object]:
    return event.model_dump(mode="json")
