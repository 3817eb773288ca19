"""How does a case wait? Stories whose histories are kept: a gate, a promise, a hold, a deadline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from schemas.actions import Wait
from schemas.plan import Channel, Notices
from schemas.requests import PlaceHold, PromiseToPay, RaiseDispute, ResolveDispute
from schemas.turns import StepOrder, TurnResult
from tests.support.stage import Handle, Stage, opening, payment, plan


async def after_the_first_step(stage: Stage) -> Handle:
    """A case whose first step has been taken."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    return handle


async def kept_waiting(stage: Stage) -> Handle:
    """The last gate says until when; the case sleeps, asks once more, and the step is taken."""

    async def gate(order: StepOrder) -> TurnResult:
        if len(stage.calls[order.case_id]) == 1:
            wait = Wait(
                until=order.now + timedelta(days=2),
                reason="MinimumGap",
                sentence="The debtor was contacted yesterday.",
            )
            return TurnResult(wait=wait)
        return await stage.succeed(order)

    first = opening()
    stage.directed[first.case_id, "courtesy"] = gate
    handle = await stage.start(first)
    await stage.until(lambda: len(stage.calls[handle.id]) == 1)
    await stage.move(handle, 2.1)
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def promise_broken(stage: Stage) -> Handle:
    """A promise is made after the first step; its day passes, and the ladder goes on."""
    handle = await after_the_first_step(stage)
    promise = PromiseToPay(command_id="promise", by="claire", on=_in_days(3), said_by="Mme Durand")
    await handle.execute_update("submit", promise, id="promise")
    await stage.move(handle, 12)
    await stage.until(lambda: "PromiseBroken" in stage.events(handle))
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def answered(stage: Stage) -> Handle:
    """A promise, which is confirmed; then it is kept."""
    ladder = plan(("courtesy", 0, Channel.EMAIL))
    ladder = ladder.model_copy(update={"notices": Notices(promise=True)})
    handle = await stage.start(opening(ladder=ladder))
    await stage.recorded(handle, "StepPerformed")
    promise = PromiseToPay(command_id="p-1", by="claire", on=_in_days(5))
    await handle.execute_update("submit", promise, result_type=int)
    await stage.move(handle, 1)
    await stage.recorded(handle, "PromiseMade", "NoticeSent")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def held_and_released(stage: Stage) -> Handle:
    """On hold over the day of the second step: released by the clock, then the step."""
    handle = await after_the_first_step(stage)
    until = datetime.now(UTC) + timedelta(days=15)
    hold = PlaceHold(command_id="hold", by="claire", reason="new manager", until=until)
    await handle.execute_update("submit", hold, id="hold")
    await stage.move(handle, 15.5)
    await stage.recorded(handle, "HoldReleased", "StepPerformed")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def disputed(stage: Stage) -> Handle:
    """Contested whole: its owner is reminded at the deadline, and the creditor was right."""
    handle = await after_the_first_step(stage)
    deadline = datetime.now(UTC) + timedelta(days=5)
    dispute = RaiseDispute(
        command_id="dispute", by="claire", reason="damaged", owner="sales", deadline=deadline
    )
    await handle.execute_update("submit", dispute, id="dispute")
    await stage.move(handle, 12)
    await stage.recorded(handle, "DisputeOverdue")
    end = ResolveDispute(command_id="end", by="sales", in_favour_of="creditor")
    await handle.execute_update("submit", end, id="end")
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle, payment())
    await stage.end(handle)
    return handle


def _in_days(count: int) -> date:
    return (datetime.now(UTC) + timedelta(days=count)).date()


WAITING_STORIES = (kept_waiting, answered, promise_broken, held_and_released, disputed)
