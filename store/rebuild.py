"""Do the events still say the same? Rebuild the read models from them, and audit their chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

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
_EVENTS = queries("event_store")
SUMMARY = 4
"""Where a task's words stand among its columns."""

BATCH = 500
"""How many cases are written in one statement while rebuilding."""


class Rebuilt(Frozen):
    """What rebuilding found.

    Attributes:
        changed: rows of read models that differed from what the events say, were missing or were
            too many; zero on a sound database.
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
    """Fold every event again, and mend what differs in the read models; all or nothing.

    The house may go on working: events are folded aside, and writers wait only while the two are
    compared. What was recorded meanwhile is folded then.

    Args:
        connection: of the owner.
        progress: told the number of events folded so far.
    """
    async with connection.transaction():
        await connection.execute(_SQL["make_room"])
        events = await _fold_all(connection, progress)
        await connection.execute(_SQL["hold_writers"])
        events += await _fold_late(connection)
        await connection.execute(_SQL["find_astray"])
        changed = int(await connection.fetchval(_SQL["count_astray"]))
        await connection.execute(_SQL["mend"])
        cases = int(await connection.fetchval(_SQL["count_cases"]))
        await connection.execute(_SQL["make_space"])
    return Rebuilt(events=events, cases=cases, changed=changed)


async def audit(connection: Connection, progress: Callable[[int], None] = lambda _: None) -> Audit:
    """Recompute the chain of every stream, and compare its end with the read models.

    Names the first broken event of each stream: a changed one, a missing one, a shortened end.
    """
    findings: list[Finding] = []
    events = streams = 0
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        # In the same snapshot: a case that is written meanwhile is no finding.
        heads = {row["case_id"]: row for row in await connection.fetch(_EVENTS["heads"])}
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


async def _fold_all(connection: Connection, progress: Callable[[int], None]) -> int:
    """Fold every stream into the tables aside; how many events there were."""
    events, batch = 0, _Batch()
    async for rows in _streams(connection):
        batch.fold(rows)
        events += len(rows)
        if len(batch.cases) >= BATCH:
            await batch.write(connection)
            progress(events)
    await batch.write(connection)
    return events


async def _fold_late(connection: Connection) -> int:
    """Fold the streams again that have grown meanwhile; by how many events."""
    late = [row["stream"] for row in await connection.fetch(_SQL["written_meanwhile"])]
    before = int(await connection.fetchval(_SQL["count_folded"], late))
    await connection.execute(_SQL["forget_streams"], late)
    after, batch = 0, _Batch()
    for stream in late:
        rows = await connection.fetch(_EVENTS["stream"], stream, 0)
        batch.fold(rows)
        after += len(rows)
    await batch.write(connection)
    return after - before


class _Batch:
    """Folded cases and their tasks, to be written in two statements."""

    def __init__(self) -> None:
        self.cases: list[tuple[CollectionCase, bytes]] = []
        self.tasks: list[tuple[Any, ...]] = []

    def fold(self, rows: Sequence[Record]) -> None:
        """Fold one whole stream.

        Raises:
            ValueError: when it does not begin with ``CaseOpened``.
        """
        first = EVENT.validate_python(rows[0]["data"])
        if not isinstance(first, CaseOpened):
            stream, found = rows[0]["stream"], rows[0]["type"]
            raise ValueError(f"{stream} begins with {found}, not with CaseOpened")  # noqa: TRY004 - the record's value is wrong, no caller's type
        case, tasks = opened(first), {}
        for row in rows[1:]:
            event = EVENT.validate_python(row["data"])
            after = evolve(case, event)
            changes = projections.task_changes(case, event, after)
            for task in changes.opened:
                tasks[task[0]] = (*task, "open", "", "", None, "")
            for identity, words in changes.reworded:
                kept = tasks[identity]
                tasks[identity] = (*kept[:SUMMARY], words, *kept[SUMMARY + 1 :])
            for task, *ending in changes.ended:
                tasks[task] = (*tasks[task][: projections.TASK_COLUMNS], *ending)
            case = after
        self.cases.append((case, rows[-1]["hash"]))
        self.tasks += tasks.values()

    async def write(self, connection: Connection) -> None:
        """Write what was folded so far, and begin anew."""
        if self.cases:
            await connection.execute(_SQL["add_cases"], *projections.columns(self.cases))
        if self.tasks:
            await connection.execute(_SQL["add_tasks"], *map(list, zip(*self.tasks, strict=True)))
        self.cases, self.tasks = [], []


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
