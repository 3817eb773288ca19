"""Does a step leave once, whatever dies on the way?"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import step_turn
from activities.delivery import BeginHandOver, Delivered, Step
from schemas.contact import ContactState
from schemas.events import StepPerformed
from schemas.plan import Channel, IfUnknown
from store import contacts, facts
from store.pool import Pool
from store.read_models import case_as_it_stands, list_tasks
from tests.support.cases import payment
from tests.support.turns import LEASE, Make, Turn, dies

# What happens when nothing goes wrong, and when it happens twice.


async def test_a_step_leaves_once_and_is_on_record(pool: Pool, turn: Make) -> None:
    """One e-mail at the server, one contact, one event; another attempt changes nothing."""
    step = await turn()
    result = await step.attempt()
    (event,) = result.events
    assert isinstance(event, StepPerformed)
    assert step.message_ids() == [event.detail]
    assert (await step.contact()).state is ContactState.ACCEPTED
    assert (await step.attempt()).events == result.events
    assert len(step.message_ids()) == 1
    assert (await case_as_it_stands(pool, step.order.case_id)).version == 2


async def test_many_attempts_at_once_send_one_message(
    turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many workers take the step at one time, one message leaves."""
    step = await turn()
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", 30.0)
    await asyncio.gather(*(step.attempt() for _ in range(6)), return_exceptions=True)
    result = await step.attempt()
    assert len(step.message_ids()) == 1
    assert isinstance(result.events[0], StepPerformed)
    assert result.events[0].delivery == "accepted"


@pytest.mark.parametrize(
    ("phone", "kind"),
    [
        ("", "call"),
        ("03 20 00 00 00", "call"),
        ("+999999999999999", "correct-number"),
        ("0478", "correct-number"),
    ],
)
async def test_a_number_that_nobody_can_dial_is_corrected_before_the_call(
    pool: Pool, turn: Make, phone: str, kind: str
) -> None:
    """Nobody is sent to dial what is no number: the task is to find the right one, then to call."""
    step = await turn(Channel.PHONE)
    await pool.execute("update debtors set phone = $1", phone)
    result = await step.attempt()
    case = await case_as_it_stands(pool, step.order.case_id)
    assert [task.kind.value for task in case.tasks] == [kind]
    assert (await step.attempt()).events == result.events


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.REFER])
async def test_what_stays_in_the_house_is_done_once(
    pool: Pool, turn: Make, channel: Channel
) -> None:
    """A call to make, or a file to hand over, is one task, also after a second attempt."""
    step = await turn(channel)
    first = await step.attempt()
    assert (await step.attempt()).events == first.events
    (task,) = await list_tasks(pool)
    assert task.kind == {"phone": "call", "refer": "hand-over"}[channel.value]


POINTS = {
    "looked": (0, True),
    "claimed": (0, True),
    "began": (0, False),
    "accepted": (1, False),
    "settled": (1, True),
}
"""Where it dies, how many messages have left then, and whether the record tells."""


@pytest.mark.parametrize("if_unknown", IfUnknown)
async def test_wherever_a_process_dies_nothing_leaves_twice(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch, if_unknown: IfUnknown
) -> None:
    """Certain: it is done once. Uncertain: a person is asked, or it is the same message again."""
    for point, (left, certain) in POINTS.items():
        step = await turn(number=point, if_unknown=if_unknown)
        await dies(step, point, monkeypatch)
        assert len(step.message_ids()) == left, point
        if not certain:
            await _waits_for_the_lease(step, if_unknown)
        (event,) = (await step.attempt()).events
        assert isinstance(event, StepPerformed), point
        asked = not certain and if_unknown is IfUnknown.ASK
        assert event.delivery == ("unknown" if asked else "accepted"), point
        sent = left if asked or point == "settled" else left + 1
        assert (len(step.message_ids()), len(set(step.message_ids()))) == (sent, min(sent, 1))
        assert (await step.contact()).state.value == event.delivery, point
        kinds = [task.kind for task in await list_tasks(pool, case=step.order.case_id)]
        assert kinds == (["delivery-unknown"] if asked else []), point


async def _waits_for_the_lease(step: Turn, if_unknown: IfUnknown) -> None:
    with pytest.raises(ApplicationError, match="may still be handing over") as waiting:
        await step.attempt()
    assert waiting.value.next_retry_delay is not None
    assert not waiting.value.non_retryable
    await asyncio.sleep(LEASE)
    if if_unknown is IfUnknown.RESEND:
        with pytest.raises(ApplicationError, match="sent again under its own Message-ID"):
            await step.attempt()


async def test_a_lost_answer_asks_a_person(pool: Pool, turn: Make) -> None:
    """The server took the message and the line broke: nobody knows, and nobody guesses."""
    step = await turn(email="unanswered@menuiserie.example")
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepPerformed)
    assert event.delivery == "unknown"
    assert len(step.message_ids()) == 1
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-unknown"


async def test_a_former_owner_sends_nothing(turn: Make) -> None:
    """An attempt that was believed dead comes back: it finds its claim gone before it sends."""
    step = await turn()
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_step: Step, begin: BeginHandOver) -> Delivered:
        looked.set()
        await go_on.wait()
        await begin()
        raise AssertionError("it must not come here")

    former = asyncio.create_task(step.deliver_with(slowly))
    await looked.wait()
    result = await step.attempt()
    go_on.set()
    with pytest.raises(ApplicationError, match="another attempt has taken the contact over"):
        await former
    assert step.message_ids() == [result.events[0].detail]
    assert (await step.contact()).state is ContactState.ACCEPTED


async def test_news_does_not_unsay_what_may_have_left(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter was dropped, its process died, and a payment came before it was taken over."""
    step = await turn(Channel.LETTER)
    await dies(step, "accepted", monkeypatch)
    await asyncio.sleep(LEASE)
    take_over = contacts.take_over

    async def and_it_is_paid(*arguments: Any) -> None:
        await take_over(*arguments)
        async with pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", "F-1", payment("1200.00"))

    monkeypatch.setattr(contacts, "take_over", and_it_is_paid)
    assert len((await step.attempt()).facts) == 1
    assert (await step.contact()).state is ContactState.UNKNOWN


async def test_two_answers_tell_one_story(pool: Pool, turn: Make) -> None:
    """Two attempts come to different ends: the first on record holds, the other reads it again."""
    step = await turn()
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_step: Step, begin: BeginHandOver) -> Delivered:
        await begin()
        began.set()
        await go_on.wait()
        return Delivered(detail="accepted after all")

    former = asyncio.create_task(step.deliver_with(slowly))
    await began.wait()
    await asyncio.sleep(LEASE)
    (event,) = (await step.attempt()).events
    assert event.delivery == "unknown"
    go_on.set()
    with pytest.raises(ApplicationError) as clash:
        await former
    assert (clash.value.type, clash.value.non_retryable) == ("WrongExpectedVersion", True)
    assert (await step.contact()).state is ContactState.UNKNOWN
    assert (await case_as_it_stands(pool, step.order.case_id)).version == 2


async def test_the_answer_survives_a_restart_of_the_database(
    database: str, pool: Pool, turn: Make
) -> None:
    """The server accepted, and just then the database went away: the answer is not forgotten."""
    step = await turn()
    ended = 0

    async def cut_off(_step: Step, begin: BeginHandOver) -> Delivered:
        nonlocal ended
        await begin()
        ended = await _cut(database)
        return Delivered(detail="accepted")

    (event,) = (await step.deliver_with(cut_off)).events
    assert ended > 0
    assert event.delivery == "accepted"
    assert (await step.contact()).state is ContactState.ACCEPTED


async def test_a_draining_worker_finishes_what_it_began(turn: Make) -> None:
    """Asked to stop in the middle of the conversation, it ends the conversation and records it."""
    step = await turn()
    beats: list[object] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = beats.append
    sending = asyncio.create_task(environment.run(step.steps.send_email, step.order))
    while not sending.done():
        await asyncio.sleep(0.01)
        environment._cancelled = False
        environment.cancel()
    assert isinstance((await sending).events[0], StepPerformed)
    assert len(step.message_ids()) == 1


async def _cut(database: str) -> int:
    """End every connection to the database, as its restart does."""
    owner = await asyncpg.connect(database)
    try:
        ended: int = await owner.fetchval(
            """select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()"""
        )
    finally:
        await owner.close()
    return ended
