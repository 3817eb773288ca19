"""Does one creditor's big day make another's few reminders wait?"""

from __future__ import annotations

import dataclasses

from activities.cases import priority_of
from domain.case import fold
from schemas.plan import Channel
from tests.support.house import House
from tests.support.stage import open_stage, opening
from worker import build_workers


async def test_every_creditor_has_a_share_of_its_own(temporal: str) -> None:
    """A case has its creditor as key; its steps inherit it, and the queues take turns by it."""
    async with open_stage(temporal, without=[Channel.EMAIL]) as stage:
        first = opening()
        stage.streams[first.case_id] = [first]
        with stage.skipper.with_time_skipping_disabled():
            handle = await stage.client.start_workflow(
                "CollectionCase",
                fold([first]),
                id=first.case_id,
                task_queue=stage.queue,
                priority=priority_of(fold([first])),
            )
        described = (await handle.describe()).raw_description
    assert described.workflow_execution_info.priority.fairness_key == "atelier"


async def test_a_channel_keeps_the_rate_of_its_account(house: House) -> None:
    """The mail server's rate is a limit of the e-mails' own queue, over all workers."""
    means = dataclasses.replace(
        house.means,
        settings=house.means.settings.model_copy(
            update={
                "task_queue": "limited",
                "emails_per_second": 7.0,
                "letters_per_second": 3.0,
            }
        ),
    )
    limits = {
        worker.task_queue.removeprefix(means.settings.task_queue): worker.config(
            active_config=False
        ).get("max_task_queue_activities_per_second")
        for worker in build_workers(means)
    }
    assert (limits["-email"], limits["-letter"], limits["-phone"]) == (7.0, 3.0, None)
