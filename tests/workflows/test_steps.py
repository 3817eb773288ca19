"""What happens around a step: news before it, failure of it, another writer, too late a gate?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError

from activities.errors import try_again
from domain.case import fold
from domain.ladder import pending_steps
from schemas.actions import Wait
from schemas.case import StepOutcome
from schemas.commands import CancelCase
from schemas.events import PaymentReceived, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.plan import Channel
from schemas.requests import SkipStep
from schemas.turns import StepOrder, TurnResult
from tests.support.stage import (
    Stage,
    directed,
    euros,
    opening,
    payment,
    plan,
    scheduled,
    uninterrupted,
)

NAMES = ("first", "second", "third")
THREE_EMAILS = plan(*((name, 10 * day, Channel.EMAIL) for day, name in enumerate(NAMES)))


@pytest.mark.parametrize("final", [True, False], ids=["at once", "after three days"])
async def test_a_step_that_fails_for_good_is_a_task_and_the_case_goes_on(
    stage: Stage, *, final: bool
) -> None:
    """Whether at once or after all attempts: the failure is on record, the next step comes."""

    async def broken(_order: StepOrder) -> TurnResult:
        if final:
            raise ApplicationError("the relay does not know us", non_retryable=True)
        raise try_again("the relay does not know us", after=timedelta(hours=20))

    handle = await directed(stage, broken, skipping=True)
    await stage.until(lambda: "send_email second" in stage.calls[handle.id])
    (failed,) = [one for one in stage.streams[handle.id] if isinstance(one, StepFailed)]
    assert failed.step == "first"
    assert "the relay does not know us" in failed.explanation
    assert [task.step for task in fold(stage.streams[handle.id]).tasks][:1] == ["first"]
    assert stage.calls[handle.id].count("send_email first") == (1 if final else 4)
    await stage.pay(handle)
    assert [step.outcome for step in fold(stage.streams[handle.id]).steps] == [
        StepOutcome.FAILED,
        StepOutcome.PERFORMED,
    ]


async def test_another_writer_before_a_step_loses_nothing(stage: Stage) -> None:
    """The stream moved on unseen: the step reads it again, and knows of the payment."""

    async def overtaken(order: StepOrder) -> TurnResult:
        stage.directed.pop((order.case_id, "first"))
        _write_elsewhere(stage, order.case_id)
        return await stage.succeed(order)

    handle = await directed(stage, overtaken)
    await stage.recorded(handle, "PaymentReceived", "StepPerformed")
    assert stage.calls[handle.id] == ["send_email first", "read_case", "send_email first"]
    assert await stage.pay(handle, payment("70.00")) == 5
    assert (await stage.end(handle)).closing == "paid"


@pytest.mark.parametrize("way", ["update", "signal", "request"])
async def test_another_writer_before_news_loses_nothing(stage: Stage, way: str) -> None:
    """The stream moved on unseen: what the case is told is decided anew, and recorded once."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    _write_elsewhere(stage, handle.id)
    if way == "update":
        assert await stage.pay(handle, payment("70.00")) == 5
    elif way == "signal":
        await handle.signal("payment_received", payment("70.00"))
    else:
        request = CancelCase(command_id="c", by="anna", reason="agreed")
        await handle.execute_update("submit", request, id="c")
    closing = (await stage.end(handle)).closing
    assert closing == ("cancelled" if way == "request" else "paid")
    assert stage.calls[handle.id][1:] == ["record_events", "read_case", "record_events"]
    assert stage.events(handle)[2:3] == ["PaymentReceived"]


@pytest.mark.parametrize("named", ["", "second"])
async def test_a_skip_is_about_the_step_that_was_next(stage: Stage, named: str) -> None:
    """A message of another invoice took the step unseen: the skip is refused, no other is lost."""
    handle = await stage.start(opening(ladder=THREE_EMAILS))
    await stage.recorded(handle, "StepPerformed")
    case = fold(stage.streams[handle.id])
    reference = contact_reference(case.case_id, "second", 1)
    (first,) = (one for one in stage.streams[handle.id] if isinstance(one, StepPerformed))
    taken = {"step": "second", "cause": reference, "reference": "R-of-another-invoice"}
    stage.streams[handle.id].append(first.model_copy(update=taken))
    skip = SkipStep(command_id="s", by="anna", step=named, reason="they called")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update("submit", skip, id="s")
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "StepIsNotNext"
    assert [one.name for one in pending_steps(fold(stage.streams[handle.id]))] == ["third"]


async def test_what_the_gate_finds_is_heard_and_the_step_looked_at_again(stage: Stage) -> None:
    """The gate finds a payment that nobody told: nothing is sent, the case closes."""
    fact = payment()

    async def gate(_order: StepOrder) -> TurnResult:
        return TurnResult(facts=(fact,))

    handle = await directed(stage, gate)
    assert (await stage.end(handle)).closing == "paid"
    assert stage.calls[handle.id] == ["send_email first", "record_events"]
    assert stage.told[handle.id] == ["payment_received:pay-1"]


async def test_the_gate_tells_what_is_known_already_without_end(stage: Stage) -> None:
    """A fact that the case knows and its row does not say so: told once more, then sent."""
    half = payment("50.00")

    async def gate(order: StepOrder) -> TurnResult:
        if stage.told[order.case_id].count("payment_received:pay-1") < 2:
            return TurnResult(facts=(half,))
        return await stage.succeed(order)

    handle = await directed(stage, gate, due_in_days=1)
    await stage.pay(handle, half)
    await stage.move(handle, 1.5)
    await stage.recorded(handle, "PaymentReceived", "StepPerformed")
    assert stage.calls[handle.id].count("send_email first") == 2


async def test_a_gate_past_the_contact_hours_does_not_make_the_case_spin(stage: Stage) -> None:
    """The hours ended while the order waited: the case looks again later, not at once."""

    async def late(order: StepOrder) -> TurnResult:
        if len(stage.calls[order.case_id]) < 3:
            return TurnResult(not_now=True)
        return await stage.succeed(order)

    handle = await directed(stage, late)
    await stage.until(lambda: len(stage.calls[handle.id]) == 1)
    await asyncio.sleep(0.3)
    assert len(stage.calls[handle.id]) == 1
    await stage.move(handle, 0.02)
    await stage.until(lambda: len(stage.calls[handle.id]) == 2)
    await stage.move(handle, 0.02)
    await stage.recorded(handle, "StepPerformed")


async def test_a_gate_that_says_until_when_is_asked_again_then(stage: Stage) -> None:
    """The debtor was contacted two days ago: the case sleeps for those days, and asks once more."""

    async def policy(order: StepOrder) -> TurnResult:
        if len(stage.calls[order.case_id]) < 2:
            until = order.now + timedelta(days=2)
            wait = Wait(until=until, reason="MinimumGap", sentence="contacted yesterday")
            return TurnResult(wait=wait)
        return await stage.succeed(order)

    handle = await directed(stage, policy)
    await stage.until(lambda: len(stage.calls[handle.id]) == 1)
    await stage.move(handle, 1.9)
    await asyncio.sleep(0.2)
    assert len(stage.calls[handle.id]) == 1
    await stage.move(handle, 0.2)
    await stage.recorded(handle, "StepPerformed")
    assert len(stage.calls[handle.id]) == 2


async def test_a_workflow_cancelled_during_a_step_ends_once_the_step_is_done(stage: Stage) -> None:
    """Operators cancel while an e-mail is handed over: it is finished, then the run ends."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(order: StepOrder) -> TurnResult:
        begun.set()
        await go_on.wait()
        return await stage.succeed(order)

    handle = await directed(stage, uninterrupted(slow))
    await begun.wait()
    await handle.cancel()
    await asyncio.sleep(0.2)
    go_on.set()
    with pytest.raises(WorkflowFailureError) as ended:
        await stage.end(handle)
    assert isinstance(ended.value.cause, CancelledError)
    assert stage.events(handle) == ["CaseOpened", "StepPerformed"]


async def test_a_workflow_cancelled_while_a_step_waits_ends_without_it(quiet: Stage) -> None:
    """Operators cancel while an e-mail waits for a sender: it never leaves."""
    handle = await quiet.start()
    await scheduled(handle, 1)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as ended:
        await quiet.end(handle)
    assert isinstance(ended.value.cause, CancelledError)
    assert quiet.events(handle) == ["CaseOpened"]


def _write_elsewhere(stage: Stage, case: str) -> None:
    """Somebody else records a payment of 30 euros, as a restart of the case would."""
    elsewhere = PaymentReceived(
        at=fold(stage.streams[case]).opened_at,
        cause="pay-0",
        payment_id="pay-0",
        amount=euros("30.00"),
        received_on=payment().received_on,
        allocated=euros("30.00"),
        unallocated=euros("0.00"),
    )
    stage.streams[case].append(elsewhere)
