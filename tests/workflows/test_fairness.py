"""Does one creditor's big day make another's few reminders wait?"""

from __future__ import annotations

import asyncio

from temporalio.worker import Worker

from activities.cases import priority_of
from domain.case import fold
from schemas.plan import Channel
from schemas.turns import StepOrder, TurnResult
from tests.support.stage import Stage, open_stage, opening
from workflows.options import channel_queue

BIG, SMALL = 24, 4


async def _start(stage: Stage, creditor: str) -> None:
    """A case of a creditor, started as in earnest: with the creditor's fairness key."""
    first = opening().model_copy(update={"creditor": creditor})
    stage.streams[first.case_id] = [first]
    case = fold([first])
    await stage.client.start_workflow(
        "CollectionCase",
        case,
        id=case.case_id,
        task_queue=stage.queue,
        priority=priority_of(case),
    )


async def _backlog(stage: Stage) -> int:
    """How many e-mails wait in their queue."""
    query = f"TaskQueue = '{stage.queue}' and ExecutionStatus = 'Running'"
    waiting = 0
    async for run in stage.client.list_workflows(query):
        described = await stage.client.get_workflow_handle(run.id).describe()
        waiting += len(described.raw_description.pending_activities)
    return waiting


async def test_few_reminders_do_not_wait_for_many(temporal: str) -> None:
    """Dozens of a big creditor wait when the four of a small one come: these leave in between."""
    order: list[str] = []
    async with open_stage(temporal, without=[Channel.EMAIL]) as stage:

        async def send(step: StepOrder) -> TurnResult:
            order.append(step.creditor)
            return await stage.succeed(step)

        with stage.skipper.with_time_skipping_disabled():
            await asyncio.gather(*(_start(stage, "big") for _ in range(BIG)))
            await _until(stage, BIG)
            await asyncio.gather(*(_start(stage, "small") for _ in range(SMALL)))
            await _until(stage, BIG + SMALL)
            effect = stage.channel_effect(Channel.EMAIL, send)
            worker = Worker(
                stage.client,
                task_queue=channel_queue(stage.queue, Channel.EMAIL),
                activities=[effect],
                max_concurrent_activities=1,
            )
            async with worker:
                await stage.until(lambda: len(order) == BIG + SMALL)
    places = [place for place, name in enumerate(order) if name == "small"]
    # In turn for each of the queue's partitions; without the key they would all be the last.
    assert sum(places) / SMALL < BIG * 2 / 3, "".join(name[0] for name in order)


async def _until(stage: Stage, waiting: int) -> None:
    for _ in range(200):
        if await _backlog(stage) == waiting:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{await _backlog(stage)} e-mails wait, not {waiting}")
