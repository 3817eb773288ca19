"""How is something done again and again? The engine keeps it under its name, and does it."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.service import RPCError, RPCStatusCode


async def keep_schedule(client: Client, name: str, wanted: Schedule) -> None:
    """Have the engine do it; one that is there already is changed to what is wanted."""
    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(name)
        await handle.update(lambda _was: ScheduleUpdate(schedule=wanted))


async def drop_schedule(client: Client, name: str) -> None:
    """Have the engine do it no more; nothing happens where there is none."""
    try:
        await client.get_schedule_handle(name).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def every(
    interval: timedelta, workflow: str, workflow_id: str, task_queue: str, catch_up: timedelta
) -> Schedule:
    """A workflow without an argument, again and again; one that still runs lets the next wait.

    Args:
        interval: between two starts.
        workflow: its name.
        workflow_id: of what is started.
        task_queue: of the workers.
        catch_up: how late a start that was missed is still made.
    """
    return Schedule(
        action=ScheduleActionStartWorkflow(workflow, id=workflow_id, task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=interval)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catch_up),
    )
