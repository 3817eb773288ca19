"""Do the events still say what was recorded, and do the read models say what the events say?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from store.event_store import chain, facts_of
from store.pool import Pool, open_owner, open_pool
from store.rebuild import audit, rebuild
from tests.support.cases import failed, lived, opened, performed, put, received

TABLES = ("cases", "tasks")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 4) as pool:
        yield pool


async def rows(pool: Pool) -> dict[str, list[dict[str, Any]]]:
    """Every row of the read models."""
    return {
        table: [dict(row) for row in await pool.fetch(f"select * from {table} order by 1")]  # noqa: S608 - our own two names
        for table in TABLES
    }


async def tamper(database: str, *statements: str) -> None:
    """Do what somebody does who has every right and bad intentions."""
    async with open_owner(database) as owner:
        await owner.execute("alter table events disable trigger events_are_for_ever")
        for statement in statements:
            await owner.execute(statement)
        await owner.execute("alter table events enable trigger events_are_for_ever")


async def test_a_life_of_events_is_sound(database: str, pool: Pool) -> None:
    """Nobody touched anything: the audit finds nothing, and rebuilding changes nothing."""
    for number in ("F-1", "F-2", "été/3"):
        await lived(pool, number)
    before = await rows(pool)
    assert {row["status"] for row in before["tasks"]} == {"open", "done", "obsolete"}
    async with open_owner(database) as owner:
        found = await audit(owner)
        assert (found.events, found.streams, found.findings) == (21, 3, ())
        built = await rebuild(owner)
    assert (built.events, built.cases, built.changed) == (21, 3, 0)
    assert await rows(pool) == before


CHANGED = "is not what was recorded"

TAMPERING = {
    "amount": (
        """update events set data = jsonb_set(data, '{amount,amount}', '"1.00"')""",
        3,
        CHANGED,
    ),
    "moment": ("update events set recorded_at = recorded_at - interval '1 day'", 4, CHANGED),
    "type": ("update events set type = 'CaseClosed'", 2, CHANGED),
    "author": ("""update events set metadata = '{"by": "x"}'""", 1, CHANGED),
    "hash": ("update events set hash = sha256('x')", 7, CHANGED),
    "middle": ("delete from events", 4, "the event is missing"),
    "start": ("delete from events", 1, "the event is missing"),
    "tail": ("delete from events", 7, "the end is missing: 7 events were recorded"),
}


async def test_the_audit_names_the_first_broken_event(database: str, pool: Pool) -> None:
    """Whoever changes the past is found out, at the very event; the sound cases are not named."""
    for number in (*TAMPERING, "whole", "sound"):
        await lived(pool, number)
    where = "where stream = 'case/atelier/{}' and version = {}"
    await tamper(
        database,
        *(
            f"{do} {where.format(number, version)}"
            for number, (do, version, _) in TAMPERING.items()
        ),
        "delete from events where stream = 'case/atelier/whole'",
    )
    async with open_owner(database) as owner:
        found = {one.stream: one for one in (await audit(owner)).findings}
    assert set(found) == {f"case/atelier/{number}" for number in (*TAMPERING, "whole")}
    assert "whole stream is missing" in found["case/atelier/whole"].problem
    for number, (_, version, words) in TAMPERING.items():
        finding = found[f"case/atelier/{number}"]
        assert (finding.version, words in finding.problem) == (version, True), finding


async def forge(database: str, stream: str, version: int) -> None:
    """Change the amount of an event, and give it a hash that fits it and the event before it."""
    change = """update events set data = jsonb_set(data, '{amount,amount}', '"1.00"')"""
    await tamper(database, f"{change} where stream = '{stream}' and version = {version}")
    async with open_owner(database) as owner:
        look = "select * from events where stream = $1 and version = $2"
        before = await owner.fetchrow(look, stream, version - 1)
        forged = chain(before["hash"], facts_of(await owner.fetchrow(look, stream, version)))
    change = f"update events set hash = decode('{forged.hex()}', 'hex')"  # noqa: S608 - our own
    await tamper(database, f"{change} where stream = '{stream}' and version = {version}")


async def test_a_forger_who_hashes_anew_is_found_all_the_same(database: str, pool: Pool) -> None:
    """The event behind a forged one does not fit; nor does, behind the last, what is shown."""
    case = await opened(pool, "F-1")
    for number in range(3):
        case = await put(pool, case, received("10.00", f"pay-{number}"))
    case = await opened(pool, "F-2")
    await put(pool, case, received("10.00", "pay-1"))
    await forge(database, "case/atelier/F-1", 3)
    await forge(database, "case/atelier/F-2", 2)
    async with open_owner(database) as owner:
        found = [(one.stream, one.version, one.problem) for one in (await audit(owner)).findings]
    [middle, last] = found
    assert middle[:2] == ("case/atelier/F-1", 4)
    assert CHANGED in middle[2]
    assert last[:2] == ("case/atelier/F-2", 2)
    assert "made from another event" in last[2]


async def test_the_audit_of_a_house_at_work_finds_nothing(database: str, pool: Pool) -> None:
    """What is recorded while the audit runs is not taken for tampering."""
    cases = [await opened(pool, f"F-{number}") for number in range(4)]
    stop = asyncio.Event()

    async def work(number: int) -> None:
        case, count = cases[number], 0
        while not stop.is_set():
            count += 1
            case = await put(pool, case, received("1.00", f"{number}-{count}"))

    workers = [asyncio.create_task(work(number)) for number in range(len(cases))]
    async with open_owner(database) as owner:
        audits = [await audit(owner) for _ in range(10)]
        rebuilt = [await rebuild(owner) for _ in range(5)]
    stop.set()
    await asyncio.gather(*workers)
    assert [found.findings for found in audits] == [()] * 10
    assert [found.changed for found in rebuilt] == [0] * 5
    assert rebuilt[-1].events > rebuilt[0].events > audits[0].events >= 4
    async with open_owner(database) as owner:
        assert (await rebuild(owner)).changed == 0


async def test_people_can_look_while_the_read_models_are_rebuilt(database: str, pool: Pool) -> None:
    """Rebuilding makes writers wait for a moment, and readers never."""
    await lived(pool)
    async with open_owner(database) as owner, owner.transaction():
        await rebuild(owner)  # Its locks are now held to the end of the outer transaction.
        assert len(await pool.fetch("select from cases")) == 1
        assert len(await pool.fetch("select from tasks")) == 3


EDITS = {
    "update cases set level = 9, state = 'open' where invoice = 'F-1'": 1,
    """update cases set folded = folded || '{"version": 1}' where invoice = 'F-1'""": 1,
    "update cases set hash = sha256('x')": 2,
    "delete from cases where invoice = 'F-1'": 1,
    "delete from tasks where status = 'done'": 2,
    "update tasks set status = 'open', outcome = '' where status = 'obsolete'": 2,
    "update tasks set note = 'never happened' where status = 'done'": 2,
    "update cases set invoice = 'F-9' where invoice = 'F-1'": 1,
    "truncate cases, tasks": 8,
    "insert into tasks (task_id, case_id, kind, summary, opened_at, status) "
    "values ('forged', 'case/atelier/F-1', 'call', 'x', now(), 'open')": 1,
}
"""What somebody did to the read models, and how many rows are wrong by it."""


async def test_rebuilding_mends_what_somebody_edited(database: str, pool: Pool) -> None:
    """A read model that does not say what the events say is counted, and put right."""
    await lived(pool, "F-1")
    await lived(pool, "F-2")
    before = await rows(pool)
    async with open_owner(database) as owner:
        for statement, changed in EDITS.items():
            await owner.execute(statement)
            assert (await rebuild(owner)).changed == changed, statement
            assert await rows(pool) == before, statement
        assert (await rebuild(owner)).changed == 0


async def test_a_stream_without_its_beginning_is_not_rebuilt(database: str, pool: Pool) -> None:
    """A record that cannot be folded stops the rebuild by name, and nothing is changed."""
    await lived(pool)
    before = await rows(pool)
    await tamper(database, "delete from events where version = 1")
    async with open_owner(database) as owner:
        with pytest.raises(ValueError, match="case/atelier/F-1 begins with StepPerformed"):
            await rebuild(owner)
    assert await rows(pool) == before


async def test_many_cases_are_rebuilt_in_batches(
    database: str, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the number of cases, each is written once and progress is told."""
    monkeypatch.setattr("store.rebuild.BATCH", 2)
    for number in range(5):
        case = await opened(pool, f"F-{number}")
        case = await put(pool, case, performed(case, "call", channel="phone"))
        await put(pool, case, failed(case))
    told: list[int] = []
    async with open_owner(database) as owner:
        await owner.execute("truncate cases, tasks")
        found = await rebuild(owner, told.append)
    assert (found.events, found.cases, found.changed) == (15, 5, 15)
    assert told == [6, 12]
