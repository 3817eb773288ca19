"""Which histories must every later version of the workflow replay? Records them anew.

``python -m tests.replay.record`` plays each story below on a real Temporal, with fake activities,
and writes its history to ``histories/``, one file a run. Names given as arguments record only
those stories.

Cases live for months: a history written by a released version stays valid for as long as one of
its cases may be open. So a story is recorded when it is new, or when ``patched`` gave the workflow
a new path; then keep the old file beside the new one, under a name of its own. Recording anew over
a file because its replay fails hides exactly what the replay is there to show.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from engines import temporal_server
from schemas.calendar import ContactCalendar
from schemas.case import CollectionCase
from schemas.commands import CancelCase, CompleteTask
from schemas.plan import Channel
from schemas.referral import Approval, Destination
from schemas.requests import ApproveReferral, RecallCase, ReplanCase
from schemas.turns import StepOrder, TurnResult
from tests.replay.waiting_stories import WAITING_STORIES, after_the_first_step
from tests.support.engines import temporal_for_tests
from tests.support.stage import (
    Handle,
    Stage,
    open_stage,
    opening,
    payment,
    plan,
    uninterrupted,
)

HISTORIES = Path(__file__).parent / "histories"
LONG = 40
"""The server suggests to continue as new after so many events, so that one story does."""

LADDER = (
    ("courtesy", 0, Channel.EMAIL),
    ("reminder", 7, Channel.EMAIL),
    ("call", 12, Channel.PHONE),
    ("firm", 27, Channel.EMAIL),
    ("formal-notice", 42, Channel.LETTER),
)


async def paid_at_the_end(stage: Stage) -> Handle:
    """Three e-mails, a call, a letter; then the debtor pays."""
    handle = await stage.start(opening(ladder=plan(*LADDER, ("out", 57, Channel.REFER))))
    for count, (_, day, _) in enumerate(LADDER, start=1):
        await stage.move(handle, day + 1 - (LADDER[count - 2][1] + 1 if count > 1 else 0))
        await stage.until(lambda: len(stage.calls[handle.id]) >= count)  # noqa: B023
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def paid_early_by_update(stage: Stage) -> Handle:
    """Paid in the start delay."""
    handle = await stage.start(opening(due_in_days=5), delay=timedelta(days=5))
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def paid_by_signal(stage: Stage) -> Handle:
    """Paid in two parts, told by plain signals."""
    handle = await after_the_first_step(stage)
    await handle.signal("payment_received", payment("40.00"))
    await stage.recorded(handle, "PaymentReceived")
    await handle.signal("payment_received", payment("60.00", "pay-2"))
    await stage.end(handle)
    return handle


async def paid_during_a_step(stage: Stage) -> Handle:
    """Paid while the first e-mail is being handed over."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(order: StepOrder) -> TurnResult:
        begun.set()
        await go_on.wait()
        return await stage.succeed(order)

    first = opening()
    stage.directed[first.case_id, "courtesy"] = uninterrupted(slow)
    handle = await stage.start(first)
    await begun.wait()
    paid = asyncio.ensure_future(stage.pay(handle))
    await asyncio.sleep(0.3)
    go_on.set()
    await paid
    await stage.end(handle)
    return handle


async def exhausted(stage: Stage) -> Handle:
    """Every step is taken, and a person decides to wait."""
    handle = await stage.start(opening(ladder=plan(*LADDER[:2])), skipping=True)
    await stage.recorded(handle, "PlanExhausted")
    (task,) = (await _case(handle)).tasks
    done = CompleteTask(command_id="c1", by="anna", task_id=task.task_id, outcome="waiting")
    await handle.execute_update("submit", done, id="c1")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def referred(stage: Stage) -> Handle:
    """The agency has the case, then the debtor pays."""
    handle = await stage.start(skipping=True)
    await stage.recorded(handle, "StepPerformed", "CaseReferred")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def referred_by_two(stage: Stage) -> Handle:
    """The plan asks for approval: the case waits, a person approves, the lawyer has it."""
    lawyer = Destination(to="Maître Colin", approval=Approval.REQUIRED)
    ladder = plan(*LADDER[:1], ("out", 7, Channel.REFER)).model_copy(update={"refer": (lawyer,)})
    handle = await stage.start(opening(ladder=ladder), skipping=True)
    await stage.recorded(handle, "ReferralProposed")
    approval = ApproveReferral(command_id="c1", by="anna")
    await handle.execute_update("submit", approval, id="c1")
    await stage.recorded(handle, "StepPerformed", "CaseReferred")
    recall = RecallCase(command_id="c2", by="anna", reason="they gave up")
    await handle.execute_update("submit", recall, id="c2")
    await stage.recorded(handle, "PlanExhausted")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def replanned(stage: Stage) -> Handle:
    """After its first step the case goes by another plan, then back to an earlier step of it."""
    handle = await after_the_first_step(stage)
    for number, mode in enumerate(("keep", "move"), start=1):
        change = ReplanCase.model_validate(
            {
                "command_id": f"c{number}",
                "by": "anna",
                "mode": mode,
                "step": "courtesy",
                "plan": plan(*LADDER[:3], ("out", 57, Channel.REFER)),
            }
        )
        await handle.execute_update("submit", change, id=f"c{number}")
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def cancelled(stage: Stage) -> Handle:
    """A person gives the case up."""
    handle = await after_the_first_step(stage)
    request = CancelCase(command_id="c1", by="anna", reason="agreed")
    await handle.execute_update("submit", request, id="c1")
    await stage.end(handle)
    return handle


async def workflow_cancelled(stage: Stage) -> Handle:
    """Operators end the run while the case rests."""
    handle = await after_the_first_step(stage)
    await handle.cancel()
    await _failed(stage, handle)
    return handle


async def step_failed(stage: Stage) -> Handle:
    """The first step fails for good; a person lets it be tried again."""

    async def broken(order: StepOrder) -> TurnResult:
        if order.cycle == 1:
            raise ApplicationError("no such address", non_retryable=True)
        return await stage.succeed(order)

    first = opening(ladder=plan(*LADDER[:2]))
    stage.directed[first.case_id, "courtesy"] = broken
    handle = await stage.start(first)
    await stage.recorded(handle, "StepFailed")
    (task,) = (await _case(handle)).tasks
    again = CompleteTask(command_id="c1", by="anna", task_id=task.task_id, outcome="try-again")
    await handle.execute_update("submit", again, id="c1")
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def unreadable_signal(stage: Stage) -> Handle:
    """Somebody signals what nobody can read; the case goes on."""
    handle = await after_the_first_step(stage)
    await handle.signal("payment_received", "three euros")
    await handle.signal("payement", payment())
    await stage.recorded(handle, "FactUnreadable", "FactUnreadable")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def called_back(stage: Stage) -> Handle:
    """Half is paid between two attempts of a step, the rest between two more."""

    async def away(_order: StepOrder) -> TurnResult:
        raise ApplicationError("away", next_retry_delay=timedelta(hours=1))

    first = opening()
    stage.directed[first.case_id, "courtesy"] = away
    handle = await stage.start(first)
    await stage.until(lambda: len(stage.calls[handle.id]) == 1)
    await stage.pay(handle, payment("50.00"))
    await stage.until(lambda: len(stage.calls[handle.id]) == 3)
    await stage.pay(handle, payment("50.00", "pay-2"))
    await stage.end(handle)
    return handle


async def overtaken(stage: Stage) -> Handle:
    """Another writer was quicker than the step; and the gate was past the contact hours once."""

    async def gate(order: StepOrder) -> TurnResult:
        if len(stage.calls[order.case_id]) == 1:
            raise ApplicationError("no", type="WrongExpectedVersion", non_retryable=True)
        if len(stage.calls[order.case_id]) == 3:
            return TurnResult(not_now=True)
        if len(stage.calls[order.case_id]) == 4:
            return TurnResult(facts=(payment("10.00"),))
        return await stage.succeed(order)

    first = opening()
    stage.directed[first.case_id, "courtesy"] = gate
    handle = await stage.start(first)
    await stage.until(lambda: len(stage.calls[handle.id]) == 3)
    await stage.move(handle, 0.02)
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle, payment("90.00", "pay-2"))
    await stage.end(handle)
    return handle


async def outside_contact_hours(stage: Stage) -> Handle:
    """Opened late, on a calendar with ordinary hours: each step waits for its morning."""
    first = opening(due_in_days=-20, ladder=plan(*LADDER[:2]))
    first = first.model_copy(update={"calendar": ContactCalendar()})
    handle = await stage.start(first, skipping=True)
    await stage.recorded(handle, "PlanExhausted")
    await stage.pay(handle)
    await stage.end(handle)
    return handle


async def rolled_over(stage: Stage) -> Handle:
    """Many small payments: the case goes on in a second run."""
    handle = await after_the_first_step(stage)
    current: Handle = stage.client.get_workflow_handle(handle.id)
    for number in range(10):
        await stage.pay(current, payment("10.00", f"pay-{number}"))
        await asyncio.sleep(0.1)
    await stage.end(current)
    return handle


Story = Callable[[Stage], Awaitable[Handle]]
STORIES: tuple[Story, ...] = (
    *(paid_at_the_end, paid_early_by_update, paid_by_signal, paid_during_a_step, exhausted),
    *(referred, cancelled, workflow_cancelled, step_failed, unreadable_signal, called_back),
    *(overtaken, outside_contact_hours, referred_by_two, replanned),
    *WAITING_STORIES,
)
LONG_STORIES: tuple[Story, ...] = (rolled_over,)
"""Those are played where a history is soon long."""


async def record(address: str, stories: Sequence[Story]) -> None:
    """Play stories and keep their histories."""
    HISTORIES.mkdir(exist_ok=True)
    async with open_stage(address) as stage:
        for story in stories:
            name = story.__name__.replace("_", "-")
            handle = await story(stage)
            for number, text in enumerate(await _runs(stage, handle), start=1):
                file = f"{name}.json" if number == 1 else f"{name}-{number}.json"
                (HISTORIES / file).write_text(text + "\n", encoding="utf-8")
                sys.stdout.write(f"{file}: {text.count('eventId')} events\n")


async def _case(handle: Handle) -> CollectionCase:
    case: CollectionCase = await handle.query("case", result_type=CollectionCase)
    return case


async def _failed(stage: Stage, handle: Handle) -> None:
    try:
        await stage.end(handle)
    except WorkflowFailureError:
        return
    raise AssertionError("the workflow did not end cancelled")


async def _runs(stage: Stage, handle: Handle) -> list[str]:
    """The history of each run of a case, as JSON."""
    texts = []
    run = handle.first_execution_run_id
    while run:
        history = await stage.client.get_workflow_handle(handle.id, run_id=run).fetch_history()
        # Where the code stood on the recorder's machine is nobody's business.
        texts.append(
            re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', history.to_json())
        )
        ended = history.events[-1].workflow_execution_continued_as_new_event_attributes
        run = ended.new_execution_run_id
    return texts


def main() -> None:
    """Record what the arguments name, or everything."""
    names = [name.replace("-", "_") for name in sys.argv[1:]]
    for stories, long in ((STORIES, "4096"), (LONG_STORIES, str(LONG))):
        wanted = [story for story in stories if not names or story.__name__ in names]
        temporal_server.SETTINGS["limit.historyCount.suggestContinueAsNew"] = long
        if wanted:
            with temporal_for_tests() as address:
                asyncio.run(record(address, wanted))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    os._exit(0)  # The SDK's threads may abort an interpreter that ends in the ordinary way.
