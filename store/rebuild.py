"""Do the events still say the same? Rebuild the read models from them, and audit their chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from asyncpg import Record

from domain.case import evolve, opened
from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.events import EVENT, CaseOpened
from store import projections
from store.event_store import NO_HASH, chain, facts_of
from store.pool import Connection
from store.queries import queries

_SQL = queries("rebuild")
_PROJECTIONS = queries("projections")
_EVENTS = queries("event_store")
BATCH = 500
"""How many cases are written in one statement while rebuilding."""


class Rebuilt(Frozen):
    """What rebuilding found.

    Attributes:
        changed: rows of read models that differed from what the events say; zero on a sound
            database.
    """

    events: int
    cases: int
    changed: int


class Finding(Frozen):
    """A place at which the record is not what it was."""

    stream: str
    version: int
    problem: str


class Audit(Frozen):
    """What an audit found; sound when there are no findings."""

    events: int
    streams: int
    findings: tuple[Finding, ...] = ()


async def rebuild(
    connection: Connection, progress: Callable[[int], None] = lambda _: None
) -> Rebuilt:
    """Throw the read models away and fold every event again, in one transaction.

    Args:
        connection: of the owner, who may empty the tables.
        progress: told the number of events folded so far.
    """
    async with connection.transaction():
        await connection.execute(_SQL["keep_former"])
        await connection.execute(_PROJECTIONS["forget_read_models"])
        batch: list[tuple[CollectionCase, bytes]] = []
        events = cases = 0
        async for rows in _streams(connection):
            case: CollectionCase | None = None
            for row in rows:
                case = await _fold(connection, case, row)
            events += len(rows)
            if case is not None:
                batch.append((case, rows[-1]["hash"]))
                cases += 1
            if len(batch) >= BATCH:
                await projections.save(connection, batch)
                batch.clear()
                progress(events)
        await projections.save(connection, batch)
        changed = int(await connection.fetchval(_SQL["count_changed"]))
        await connection.execute(_SQL["drop_former"])
    return Rebuilt(events=events, cases=cases, changed=changed)


async def audit(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> Audit:
    """Recompute the chain of every stream, and compare its end with the read models.

    Names the first broken event of each stream: a changed one, a missing one, a shortened end.
    """
    heads = {row["case_id"]: row for row in await connection.fetch(_EVENTS["heads"])}
    findings: list[Finding] = []
    events = streams = 0
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for rows in _streams(connection):
            streams += 1
            events += len(rows)
            stream = rows[0]["stream"]
            problem = _broken(rows) or _shortened(rows, heads.pop(stream, None))
            heads.pop(stream, None)
            if problem:
                findings.append(problem)
            if streams % BATCH == 0:
                progress(events)
    findings.extend(
        Finding(stream=stream, version=1, problem="the whole stream is missing")
        for stream in sorted(heads)
    )
    return Audit(events=events, streams=streams, findings=tuple(findings))


async def _fold(connection: Connection, case: CollectionCase | None, row: Record) -> CollectionCase:
    event = EVENT.validate_python(row["data"])
    if case is None:
        if not isinstance(event, CaseOpened):
            raise ValueError(f"{row['stream']} begins with {row['type']}, not with CaseOpened")
        return opened(event)
    after = evolve(case, event)
    await projections.follow_tasks(connection, case, event, after)
    return after


async def _streams(connection: Connection) -> AsyncIterator[list[Record]]:
    """The rows of one stream after the other."""
    rows: list[Record] = []
    async for row in connection.cursor(_EVENTS["all_events"], prefetch=1000):
        if rows and row["stream"] != rows[0]["stream"]:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _broken(rows: list[Record]) -> Finding | None:
    before = NO_HASH
    for expected, row in enumerate(rows, start=1):
        stream, version = row["stream"], row["version"]
        if version != expected:
            return Finding(stream=stream, version=expected, problem="the event is missing")
        if chain(before, facts_of(row)) != row["hash"]:
            return Finding(
                stream=stream,
                version=version,
                problem=f"{row['type']} is not what was recorded at {row['recorded_at']:%Y-%m-%d}",
            )
        before = row["hash"]
    return None


def _shortened(rows: list[Record], head: Record | None) -> Finding | None:
    stream, last = rows[0]["stream"], rows[-1]
    if head is None:
        return Finding(
            stream=stream, version=last["version"], problem="no read model; run `rebuild`"
        )
    if head["version"] > last["version"]:
        return Finding(
            stream=stream,
            version=last["version"] + 1,
            problem=f"the end is missing: {head['version']} events were recorded",
        )
    if head["hash"] != last["hash"]:
        return Finding(
            stream=stream,
            version=last["version"],
            problem="the read model was made from another event; run `rebuild`",
        )
    return None
