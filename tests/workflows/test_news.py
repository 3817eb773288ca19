"""Does news come before a step that waits in its queue, or to be tried again?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from schemas.plan import Channel
from schemas.turns import StepOrder, TurnResult
from tests.support.stage import (
    Stage,
    directed,
    payment,
    plan,
    scheduled,
    signalled,
    uninterrupted,
)


async def test_a_payment_calls_back_a_step_that_waits_in_its_queue(quiet: Stage) -> None:
    """Paid while the first e-mail waits for a sender: it is called back, the case closes."""
    handle = await quiet.start()
    await scheduled(handle, 1)
    await quiet.pay(handle)
    assert (await quiet.end(handle)).closing == "paid"
    assert quiet.calls[handle.id] == ["record_events"]
    async with quiet.channel_worker(Channel.EMAIL):
        await asyncio.sleep(0.3)
    assert quiet.calls[handle.id] == ["record_events"]


async def test_a_step_called_back_for_nothing_is_taken_after_all(quiet: Stage) -> None:
    """A part payment calls the waiting e-mail back; it is ordered anew, and leaves once."""
    handle = await quiet.start()
    await scheduled(handle, 1)
    await quiet.pay(handle, payment("40.00"))
    await scheduled(handle, 2)
    async with quiet.channel_worker(Channel.EMAIL):
        await quiet.recorded(handle, "PaymentReceived", "StepPerformed")
    assert quiet.calls[handle.id].count("send_email courtesy") == 1


async def test_a_payment_calls_back_a_step_between_two_attempts(stage: Stage) -> None:
    """Paid while the mail server is away: no further attempt is made, the case closes."""

    async def away(_order: StepOrder) -> TurnResult:
        raise ApplicationError("away", next_retry_delay=timedelta(hours=1))

    handle = await directed(stage, away)
    await stage.until(lambda: "send_email first" in stage.calls[handle.id])
    await stage.pay(handle)
    assert (await stage.end(handle)).level == 0
    assert stage.calls[handle.id] == ["send_email first", "record_events"]


async def test_a_payment_during_a_step_is_recorded_after_it(stage: Stage) -> None:
    """Paid while the e-mail is being handed over: both happened, in this order."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(order: StepOrder) -> TurnResult:
        begun.set()
        await go_on.wait()
        return await stage.succeed(order)

    handle = await directed(stage, uninterrupted(slow))
    await begun.wait()
    paid = asyncio.ensure_future(stage.pay(handle))
    await asyncio.sleep(0.2)
    assert stage.events(handle) == ["CaseOpened"]
    go_on.set()
    assert await paid == 4
    await stage.end(handle)
    assert stage.events(handle)[1:] == ["StepPerformed", "PaymentReceived", "CaseClosed"]


async def test_news_that_waits_comes_before_the_next_step(stage: Stage) -> None:
    """Two messages while a step ends: both are heard before the step that is due next."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(order: StepOrder) -> TurnResult:
        begun.set()
        await go_on.wait()
        return await stage.succeed(order)

    handle = await directed(
        stage,
        uninterrupted(slow),
        ladder=plan(("first", 0, Channel.EMAIL), ("again", 0, Channel.PHONE)),
    )
    await begun.wait()
    for number in range(3):
        await handle.signal("payment_received", payment("20.00", f"pay-{number}"))
    await handle.signal("payment_received", payment("40.00", "pay-last"))
    await signalled(handle, 4)
    go_on.set()
    assert (await stage.end(handle)).level == 1
    assert "open_phone_task again" not in stage.calls[handle.id]


async def test_news_during_a_record_comes_before_the_next_step(stage: Stage) -> None:
    """Paid in full while a part payment goes on record: no step is begun that would be called back.

    The case had been looking for its next step since before the second message came.
    """
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(order: StepOrder) -> TurnResult:
        begun.set()
        await go_on.wait()
        return await stage.succeed(order)

    handle = await directed(
        stage,
        uninterrupted(slow),
        ladder=plan(("first", 0, Channel.EMAIL), ("again", 0, Channel.PHONE)),
    )
    stage.slow[handle.id] = asyncio.Event()
    await begun.wait()
    await handle.signal("payment_received", payment("20.00", "part"))
    await signalled(handle, 1)
    go_on.set()
    await stage.until(lambda: "record_events" in stage.calls[handle.id])
    await handle.signal("payment_received", payment("80.00", "rest"))
    await signalled(handle, 2)
    await asyncio.sleep(0.3)  # until the workflow has taken it in
    stage.slow[handle.id].set()
    assert (await stage.end(handle)).level == 1
    assert "open_phone_task again" not in stage.calls[handle.id]
