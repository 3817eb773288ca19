"""Does the engine read the mailboxes by itself? A schedule on a real Temporal, made as typed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import ScheduleHandle
from temporalio.service import RPCError, RPCStatusCode

import worker
from schemas.case import TaskKind
from schemas.turns import InboxSummary
from tests.cli.conftest import run_starter
from tests.support.answers import answer
from tests.support.house import House, at
from tests.support.mail_source import FakeMailbox

TODAY = datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def source(monkeypatch: pytest.MonkeyPatch) -> FakeMailbox:
    """What the workers of the house read; there before they are."""
    box = FakeMailbox()
    monkeypatch.setattr(worker, "mailboxes_of", lambda *_: [lambda: box])
    return box


async def _read_now(house: House, handle: ScheduleHandle, count: int) -> InboxSummary:
    """The schedule's next reading, without waiting for its minutes."""
    await handle.trigger()
    for _ in range(500):
        info = (await handle.describe()).info
        if len(info.recent_actions) >= count:
            started = info.recent_actions[-1].action
            reading = house.client.get_workflow_handle(
                started.workflow_id,  # type: ignore[union-attr] # it starts workflows only
                run_id=started.first_execution_run_id,  # type: ignore[union-attr]
                result_type=InboxSummary,
            )
            return InboxSummary.model_validate(await reading.result())
        await asyncio.sleep(0.02)
    raise AssertionError("the schedule starts nothing")


@pytest.mark.story
async def test_the_engine_reads_again_and_again(
    house: House, environment: dict[str, str], source: FakeMailbox
) -> None:
    """Scheduled, scheduled otherwise, run twice: one answer is one task; then no more."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    case = await house.steps("F-1", 1)
    source.put(answer("reply-outlook-french", case.steps[0].reference))
    here = environment | {"INBOX_HOST": "imap.example", "INBOX_USERNAME": "relance"}
    for minutes in ("600", "1440"):
        made = await run_starter("inbox", "schedule", "--every", minutes, environment=here)
        assert made.code == 0, made.err
    handle = house.client.get_schedule_handle("read-inbox")
    (interval,) = (await handle.describe()).schedule.spec.intervals
    assert interval.every == timedelta(minutes=1440)
    assert (await _read_now(house, handle, 1)).new == {"reply": 1}
    assert (await _read_now(house, handle, 2)).new == {}
    case = await house.until("F-1", lambda case: bool(case.tasks))
    assert [task.kind for task in case.tasks] == [TaskKind.REPLY_RECEIVED]
    for _ in range(2):
        assert (await run_starter("inbox", "schedule", "--remove", environment=here)).code == 0
    with pytest.raises(RPCError) as gone:
        await handle.describe()
    assert gone.value.status is RPCStatusCode.NOT_FOUND
