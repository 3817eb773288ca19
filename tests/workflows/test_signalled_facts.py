"""Does a plain signal reach the case, and is one that cannot be read never lost?"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest

from domain.case import fold
from schemas.case import TaskKind
from schemas.events import FactUnreadable
from tests.support.stage import Handle, Stage, euros, opening, payment

SHORT = {
    "payment_id": "pay-9",
    "amount": "100.00",
    "currency": "EUR",
    "received_on": "2026-11-21",
}
JSON = {"encoding": b"json/plain"}
BINARY = {"encoding": b"binary/plain"}


@pytest.mark.parametrize("fact", [SHORT, payment()], ids=["short", "full"])
async def test_a_payment_by_plain_signal_ends_the_case(stage: Stage, fact: Any) -> None:
    """Any client may say that money has arrived, in few words or in all."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    await handle.signal("payment_received", fact)
    assert (await stage.end(handle)).closing == "paid"
    assert stage.told[handle.id] == [
        "payment_received:pay-9" if fact is SHORT else "payment_received:pay-1"
    ]


UNREADABLE: dict[str, tuple[str, list[tuple[dict[str, bytes], bytes]]]] = {
    "no JSON": ("payment_received", [(JSON, b"{amount: 12")]),
    "a number": ("payment_received", [(JSON, b"12")]),
    "a list": ("payment_received", [(JSON, b"[1, 2]")]),
    "wrong type": ("payment_received", [(JSON, b'{"amount": {"amount": [], "currency": 3}}')]),
    "no amount": ("payment_received", [(JSON, b'{"payment_id": "pay-7"}')]),
    "minus": ("payment_received", [(JSON, json.dumps(SHORT | {"amount": "-5.00"}).encode())]),
    "huge": ("payment_received", [(JSON, json.dumps(SHORT | {"amount": "1E+90"}).encode())]),
    "unknown name": ("payment_recieved", [(JSON, json.dumps(SHORT).encode())]),
    "a NUL name": ("pay\0ment", [(JSON, json.dumps(SHORT).encode())]),
    "no argument": ("payment_received", []),
    "two arguments": ("payment_received", [(JSON, json.dumps(SHORT).encode())] * 2),
    "binary": ("payment_received", [(BINARY, bytes(range(256)))]),
    "nothing": ("payment_received", [({"encoding": b"binary/null"}, b"")]),
    "no encoding": ("payment_received", [({}, b"\xff\xfe")]),
    "deep": ("payment_received", [(JSON, b"[" * 100_000)]),
    "long number": ("payment_received", [(JSON, b"9" * 10_000)]),
}


@pytest.mark.parametrize("kind", UNREADABLE)
async def test_a_signal_that_cannot_be_read_becomes_a_task(stage: Stage, kind: str) -> None:
    """Whatever is signalled, the case puts it before a person and goes on."""
    name, arguments = UNREADABLE[kind]
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    await _signal(stage, handle, name, arguments)
    await stage.recorded(handle, "FactUnreadable")
    (event,) = [one for one in stage.streams[handle.id] if isinstance(one, FactUnreadable)]
    assert event.problem
    assert "\0" not in event.name + event.problem + event.excerpt
    case = fold(stage.streams[handle.id])
    assert [task.kind for task in case.tasks] == [TaskKind.UNREADABLE_FACT]
    assert case.outstanding == euros("100.00")
    await stage.pay(handle)
    assert (await stage.end(handle)).closing == "paid"


async def test_two_unreadable_signals_are_two_tasks(stage: Stage) -> None:
    """Two messages that cannot be read may be two payments: both are kept."""
    handle = await stage.start()
    await stage.recorded(handle, "StepPerformed")
    await _signal(stage, handle, "payment_received", [(JSON, b"?")])
    await _signal(stage, handle, "payment_received", [(JSON, b"?")])
    await stage.recorded(handle, "FactUnreadable", "FactUnreadable")
    assert len(fold(stage.streams[handle.id]).tasks) == 2


async def _signal(
    stage: Stage, handle: Handle, name: str, arguments: list[tuple[dict[str, bytes], bytes]]
) -> None:
    """Signal raw bytes, as a client in another language may."""
    payloads = [Payload(metadata=metadata, data=data) for metadata, data in arguments]
    await stage.client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=handle.id),
            signal_name=name,
            input=Payloads(payloads=payloads),
        )
    )


async def test_a_signal_before_the_first_step_is_heard_before_it(stage: Stage) -> None:
    """Paid while the engine still waits for the first day: the case ends there, nothing leaves."""
    handle = await stage.start(opening(due_in_days=5), delay=timedelta(days=5))
    await handle.signal("payment_received", payment())
    await stage.move(handle, 6)
    assert (await stage.end(handle)).closing == "paid"
    assert "send_email courtesy" not in stage.calls[handle.id]
