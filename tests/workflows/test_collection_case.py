"""Does a case take its steps in time, hear what it is told, and end when it should?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError

from domain.case import fold
from schemas.case import CaseState, CollectionCase
from schemas.commands import CancelCase, CompleteTask
from tests.support.stage import Handle, Stage, euros, opening, payment


async def test_the_plan_runs_to_its_end(stage: Stage) -> None:
    """Nobody pays: every step is taken once, in order, and the case is handed over."""
    handle = await stage.start(skipping=True)
    await stage.recorded(handle, "StepPerformed", "CaseReferred")
    assert stage.calls[handle.id] == [
        "send_email courtesy",
        "open_phone_task call",
        "post_letter notice",
        "refer_case hand-over",
    ]
    await stage.pay(handle)
    assert (await stage.end(handle)).closing == "recovered"


async def test_a_payment_ends_the_case_between_two_steps(stage: Stage) -> None:
    """Paid while waiting for the next step: recorded, closed, nothing more is done."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    assert await stage.pay(handle) == 4
    summary = await stage.end(handle)
    assert (summary.closing, summary.level, summary.version) == ("paid", 1, 4)
    assert stage.events(handle) == [
        "CaseOpened",
        "StepPerformed",
        "PaymentReceived",
        "CaseClosed",
    ]


async def test_a_part_payment_changes_no_date(stage: Stage) -> None:
    """Half of it paid: the case goes on, and the next step comes on its day, not before."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle, payment("50.00"))
    await stage.move(handle, 9)
    assert stage.events(handle)[-1] == "PaymentReceived"
    await stage.move(handle, 2)
    await stage.recorded(handle, "PaymentReceived", "StepPerformed")
    assert fold(stage.streams[handle.id]).outstanding == euros("50.00")


async def test_the_same_payment_twice_counts_once(stage: Stage) -> None:
    """One payment told by update, by the same update again and by signal: one payment."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    half = payment("50.00")
    first = await stage.pay(handle, half)
    assert await stage.pay(handle, half) == first
    await handle.signal("payment_received", half)
    await handle.signal("payment_received", payment("30.00", "pay-2"))
    await stage.recorded(handle, "PaymentReceived", "PaymentReceived")
    assert fold(stage.streams[handle.id]).outstanding == euros("20.00")


async def test_a_fact_heard_before_is_still_marked_as_told(stage: Stage) -> None:
    """A signal was quicker than the bank feed: the fact counts as told, or it is told for ever."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    half = payment("50.00")
    await handle.signal("payment_received", half)
    await stage.recorded(handle, "PaymentReceived")
    await stage.pay(handle, half)
    assert stage.told[handle.id] == ["payment_received:pay-1"] * 2
    assert stage.events(handle).count("PaymentReceived") == 1


async def test_an_update_before_the_first_step_wakes_the_case_without_haste(stage: Stage) -> None:
    """Told something during its start delay, a case answers at once and still acts in time."""
    handle = await stage.start(opening(due_in_days=5), delay=timedelta(days=5))
    await stage.pay(handle, payment("50.00"))
    assert stage.calls[handle.id] == ["record_events"]
    await stage.move(handle, 4)
    assert stage.calls[handle.id] == ["record_events"]
    await stage.move(handle, 2)
    await stage.recorded(handle, "PaymentReceived", "StepPerformed")


async def test_paid_before_the_first_step_nothing_is_ever_done(stage: Stage) -> None:
    """Paid in full during the start delay: the case ends at once."""
    handle = await stage.start(opening(due_in_days=5), delay=timedelta(days=5))
    await stage.pay(handle)
    assert (await stage.end(handle)).level == 0
    history = await handle.fetch_history()
    assert len(history.events) <= 13


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (CompleteTask(command_id="c1", task_id="nothere", outcome="done"), "TaskIsNotOpen"),
        (CompleteTask(command_id="c2", task_id="call", outcome="nonsense"), "OutcomeUnknown"),
    ],
)
async def test_a_refusal_reaches_the_caller_by_name(
    stage: Stage, request_: CompleteTask, code: str
) -> None:
    """What the rules do not allow is refused by name, and leaves no trace in the history."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    if request_.task_id == "call":
        await stage.move(handle, 11)
        await stage.recorded(handle, "StepPerformed", "StepPerformed")
        (task,) = fold(stage.streams[handle.id]).tasks
        request_ = request_.model_copy(update={"task_id": task.task_id})
    before = await _updates(handle)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update("submit", request_, id=request_.command_id)
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == code
    assert await _updates(handle) == before == 0


async def test_of_two_requests_at_once_the_second_is_refused(stage: Stage) -> None:
    """Two people cancel at the same moment: one does, the other is told that it is closed."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    answers = await asyncio.gather(
        *(
            handle.execute_update(
                "submit", CancelCase(command_id=name, by=name, reason="agreed"), id=name
            )
            for name in ("anna", "bruno")
        ),
        return_exceptions=True,
    )
    (error,) = [one for one in answers if isinstance(one, WorkflowUpdateFailedError)]
    assert isinstance(error.cause, ApplicationError)
    assert error.cause.type == "CaseIsClosed"
    assert (await stage.end(handle)).closing == "cancelled"
    assert stage.events(handle).count("CaseClosed") == 1


async def test_the_same_request_twice_is_one_command(stage: Stage) -> None:
    """A double click cancels once, and both clicks hear the same."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    request = CancelCase(command_id="click", by="anna", reason="agreed")
    versions = await asyncio.gather(
        *(handle.execute_update("submit", request, id="click") for _ in range(2))
    )
    assert versions == [3, 3]
    assert (await stage.end(handle)).version == 3


async def test_the_query_shows_the_case_as_it_stands(stage: Stage) -> None:
    """What the engine believes is what is on record."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    await stage.pay(handle, payment("50.00"))
    case = await handle.query("case", result_type=CollectionCase)
    assert case == fold(stage.streams[handle.id])


async def test_a_case_goes_on_from_the_middle_of_its_life(stage: Stage) -> None:
    """Restarted from its record on an empty engine, a case repeats nothing that was done."""
    before = await stage.start()
    await stage.recorded(before, "StepPerformed")
    await before.cancel()
    with pytest.raises(WorkflowFailureError):
        await stage.end(before)
    first, *earlier = stage.streams[before.id]
    assert first.type == "CaseOpened"
    await asyncio.sleep(1.1)  # the engine's least time between two runs of one id
    handle = await stage.start(first, earlier=earlier, skipping=True)
    await stage.recorded(handle, "StepPerformed", "CaseReferred")
    assert stage.calls[handle.id].count("send_email courtesy") == 1
    assert fold(stage.streams[handle.id]).state is CaseState.REFERRED


async def test_a_cancelled_workflow_ends_cancelled(stage: Stage) -> None:
    """Operators cancel the workflow: it ends so, and its record is left for a restart."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as ended:
        await stage.end(handle)
    assert isinstance(ended.value.cause, CancelledError)
    assert stage.events(handle) == ["CaseOpened", "StepPerformed"]


async def _updates(handle: Handle) -> int:
    """How many updates the history knows of."""
    history = await handle.fetch_history()
    return sum(
        event.HasField("workflow_execution_update_accepted_event_attributes")
        for event in history.events
    )
