"""Is the record one that a business can stand on?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.case import decide
from domain.facts import read_fact
from schemas.case import CollectionCase
from store import event_store
from store.errors import UnknownStreamError, WrongExpectedVersionError
from store.event_store import Addition, append, count_events, read_stream
from store.pool import Pool, open_owner, open_pool
from store.read_models import case_as_it_stands
from store.rebuild import audit
from tests.support.cases import MORNING, failed, lived, opened, performed, put, received


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 8) as pool:
        yield pool


async def test_an_append_goes_behind_what_the_writer_knows(pool: Pool) -> None:
    """What is put on record stands in the stream in order, and the read model says the same."""
    case = await opened(pool)
    after = await put(pool, case, received("200.00", "a"), received("300.00", "b"))
    async with pool.acquire() as connection:
        events = await read_stream(connection, case.case_id)
        later = await read_stream(connection, case.case_id, after_version=2)
    assert [(one.version, one.event.cause) for one in events] == [(1, ""), (2, "a"), (3, "b")]
    assert [one.version for one in later] == [3]
    assert await case_as_it_stands(pool, case.case_id) == after
    assert after.paid.amount == 500


async def test_a_retried_append_adds_nothing(pool: Pool) -> None:
    """A writer whose answer was lost repeats itself; the record has it once."""
    case = await opened(pool)
    events = received("200.00", "a"), failed(case)
    first = await put(pool, case, *events)
    again = await put(pool, case, *events)
    assert again == first
    async with pool.acquire() as connection:
        assert await count_events(connection) == 3


async def test_a_clash_is_refused(pool: Pool) -> None:
    """Whoever did not know the latest event may not write behind it."""
    case = await opened(pool)
    await put(pool, case, received("200.00", "a"))
    with pytest.raises(WrongExpectedVersionError, match="is at version 2, not at 1"):
        await put(pool, case, received("300.00", "b"))
    with pytest.raises(UnknownStreamError):
        await put(pool, case.model_copy(update={"case_id": "case/atelier/none"}), failed(case))


async def test_same_cause_but_another_story_is_a_clash(pool: Pool) -> None:
    """A step that was given up while it arrived after all is not taken for its own retry."""
    case = await opened(pool)
    await put(pool, case, performed(case))
    with pytest.raises(WrongExpectedVersionError):
        await put(pool, case, failed(case))
    assert (await case_as_it_stands(pool, case.case_id)).steps[0].outcome == "performed"


async def test_part_of_a_retry_is_a_clash(pool: Pool) -> None:
    """A longer list that begins with what is on record was never on record."""
    case = await opened(pool)
    await put(pool, case, received("200.00", "a"))
    with pytest.raises(WrongExpectedVersionError):
        await put(pool, case, received("200.00", "a"), received("300.00", "b"))


async def test_of_two_writers_at_once_exactly_one_wins(pool: Pool) -> None:
    """However many write at one time behind the same event, one does."""
    case = await opened(pool)
    answers = await asyncio.gather(
        *(put(pool, case, received("10.00", f"p{number}")) for number in range(8)),
        return_exceptions=True,
    )
    winners = [answer for answer in answers if isinstance(answer, CollectionCase)]
    others = [answer for answer in answers if isinstance(answer, WrongExpectedVersionError)]
    assert (len(winners), len(others)) == (1, 7)


async def test_what_is_said_for_others_goes_on_record_beside(database: str, pool: Pool) -> None:
    """One message for three cases is in three streams at once, each with its read model."""
    first, second, third = [await opened(pool, number) for number in ("F-1", "F-2", "F-3")]
    beside = [Addition(one.case_id, 1, [performed(one)]) for one in (second, third)]
    async with pool.acquire() as connection, connection.transaction():
        after = await append(connection, first.case_id, 1, [performed(first)], beside)
    assert (after.case_id, after.level) == (first.case_id, 1)
    for case in (first, second, third):
        assert (await case_as_it_stands(pool, case.case_id)).level == 1
    async with open_owner(database) as owner:
        assert (await audit(owner)).findings == ()


async def test_others_who_are_busy_or_have_moved_on_are_left_out(pool: Pool) -> None:
    """Nobody waits for another case's writer, and nothing is said behind its back."""
    first, busy, moved = [await opened(pool, number) for number in ("F-1", "F-2", "F-3")]
    await put(pool, moved, received("10.00", "p"))
    beside = [Addition(one.case_id, 1, [performed(one)]) for one in (busy, moved)]
    async with pool.acquire() as other, other.transaction():
        await event_store.lock(other, busy.case_id)
        async with pool.acquire() as connection, connection.transaction():
            await append(connection, first.case_id, 1, [performed(first)], beside)
    assert (await case_as_it_stands(pool, first.case_id)).level == 1
    assert (await case_as_it_stands(pool, busy.case_id)).version == 1
    assert (await case_as_it_stands(pool, moved.case_id)).level == 0


async def test_whoever_locks_a_case_is_waited_for(pool: Pool) -> None:
    """A turn that looks at a case sees nobody write to it until the turn is over."""
    case = await opened(pool)
    async with pool.acquire() as connection, connection.transaction():
        assert await event_store.lock(connection, case.case_id) == case
        writer = asyncio.create_task(put(pool, case, received("10.00", "p")))
        done, _ = await asyncio.wait({writer}, timeout=0.15)
        assert not done
    assert (await writer).version == 2


FORBIDDEN = (
    "update events set data = '{}'",
    "delete from events",
    "truncate events",
    "alter table events disable trigger events_are_for_ever",
    "drop table events",
)


async def test_nobody_changes_an_event(database: str, pool: Pool) -> None:
    """The application's role can only add and read events; the owner's mistakes are stopped too."""
    await lived(pool)
    assert await pool.fetchval("select current_user") == "relance_app"
    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)
    async with open_owner(database) as owner:
        for statement in FORBIDDEN[:3]:
            with pytest.raises(asyncpg.RaiseError, match="events are for ever"):
                await owner.execute(statement)
        assert await count_events(owner) == 7


async def test_an_append_that_fails_leaves_nothing(pool: Pool) -> None:
    """Events, read models and tasks are written together or not at all."""
    case = await opened(pool)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await append(connection, case.case_id, 1, [failed(case)])
        await transaction.rollback()
    assert await case_as_it_stands(pool, case.case_id) == case
    assert await pool.fetchval("select count(*) from tasks") == 0


async def test_whatever_a_stranger_writes_can_be_recorded(pool: Pool) -> None:
    """No letter that a database or UTF-8 cannot keep stops a case at its record for ever."""
    case = await opened(pool)
    said = rb'{"payment_id": "p\u0000", "amount": "1", "currency": "EUR",'
    said += rb' "received_on": "2026-11-21", "source": "half \ud800 a \u0000 character"}'
    events = decide(case, read_fact("payment_received", [said], "f"), MORNING)
    assert isinstance(events, tuple)
    after = await put(pool, case, *events)
    noise = decide(after, read_fact("x\x00", [b"\x00\xff"], "g"), MORNING)
    assert isinstance(noise, tuple)
    await put(pool, after, *noise)
    async with pool.acquire() as connection:
        recorded = [one.event for one in await read_stream(connection, case.case_id)]
    assert recorded[1:] == [*events, *noise]
