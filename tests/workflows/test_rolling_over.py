"""What happens to a case whose history grows long? It goes on in a new run, and loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from domain.case import fold
from engines import temporal_server
from schemas.turns import CaseSummary
from tests.support.engines import temporal_for_tests
from tests.support.stage import Handle, Stage, euros, open_stage, payment

LONG = 25
"""After so many events the server of these tests suggests to continue as new; else 4,096."""


@pytest.fixture(scope="module")
def impatient_temporal() -> Iterator[str]:
    """A Temporal for which a history is soon long."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(
            temporal_server.SETTINGS, "limit.historyCount.suggestContinueAsNew", str(LONG)
        )
        with temporal_for_tests() as address:
            yield address


@pytest.fixture(scope="module")
async def stage(impatient_temporal: str) -> AsyncIterator[Stage]:
    """The workflow on that server."""
    async with open_stage(impatient_temporal) as stage:
        yield stage


async def test_a_long_history_is_left_behind_and_the_case_goes_on(stage: Stage) -> None:
    """Many small payments: several runs, each payment once, and the next step in its time."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    for number in range(12):
        await stage.pay(_current(stage, handle), payment("2.00", f"pay-{number}"))
    assert await _runs(stage, handle) > 1
    assert fold(stage.streams[handle.id]).outstanding == euros("76.00")
    await stage.pay(_current(stage, handle), payment("2.00", "pay-0"))
    assert fold(stage.streams[handle.id]).outstanding == euros("76.00")
    await stage.pay(_current(stage, handle), payment("76.00", "rest"))
    assert (await stage.end(_current(stage, handle))).closing == "paid"
    assert stage.calls[handle.id].count("send_email courtesy") == 1


async def test_messages_in_flight_survive_the_change_of_runs(stage: Stage) -> None:
    """A storm of signals and updates across several runs: every one is heard, exactly once."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    current = _current(stage, handle)

    async def update(number: int) -> None:
        await stage.pay(current, payment("1.00", f"update-{number}"))

    async def signal(number: int) -> None:
        await asyncio.sleep(number / 50)
        await current.signal("payment_received", payment("1.00", f"signal-{number}"))

    for _ in range(2):
        first = len(stage.streams[handle.id])
        await asyncio.gather(
            *(signal(first + number) for number in range(6)),
            *(update(first + number) for number in range(6)),
        )
        await stage.until(lambda: len(stage.streams[handle.id]) == first + 12)  # noqa: B023
    assert await _runs(stage, handle) > 1
    assert fold(stage.streams[handle.id]).outstanding == euros("76.00")


async def test_messages_that_change_nothing_are_left_behind_too(stage: Stage) -> None:
    """The same payment told many times: the history does not grow without end."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    current = _current(stage, handle)
    for number in range(15):
        await current.signal("payment_received", payment("1.00"))
        await stage.until(lambda: len(stage.told[handle.id]) > number)  # noqa: B023
        await asyncio.sleep(0.1)  # a run cannot end in the moment in which a message arrives
    assert await _runs(stage, handle) > 2
    assert len((await current.fetch_history()).events) < 2 * LONG


def _current(stage: Stage, handle: Handle) -> Handle:
    """The case whichever run it is in."""
    return stage.client.get_workflow_handle(handle.id, result_type=CaseSummary)


async def _runs(stage: Stage, handle: Handle) -> int:
    """How many runs the case has had."""
    found = set()
    run: str | None = handle.first_execution_run_id
    while run:
        found.add(run)
        history = await stage.client.get_workflow_handle(handle.id, run_id=run).fetch_history()
        ended = history.events[-1].workflow_execution_continued_as_new_event_attributes
        run = ended.new_execution_run_id or None
    return len(found)
