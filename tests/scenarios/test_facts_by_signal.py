"""Does a case hear everything that is said to it? Also by plain signals, and also twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import WorkflowHandle

from schemas.case import ClosingReason
from schemas.commands import CorrectInvoice
from schemas.money import Money
from store import facts
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def reminded(house: House, number: str) -> WorkflowHandle[object, object]:
    """A case that runs: its first step has been taken."""
    await house.invoice(number, due=TODAY)
    handle = await house.open(number, datetime.now(UTC))
    await house.skip_to(number, at(TODAY + timedelta(days=9)))
    await house.steps(number, 1)
    return handle


async def test_a_payment_counts_whatever_else_has_its_id(house: House) -> None:
    """A correction had the id that the bank gives a payment: the money counts all the same."""
    handle = await reminded(house, "SIGNAL-1")
    correction = {"command_id": "1", "amount": "900.00", "currency": "EUR", "due_date": f"{TODAY}"}
    await handle.signal("invoice_corrected", correction)
    await house.until("SIGNAL-1", lambda case: case.version == 3)
    assert await house.pay("SIGNAL-1", "900.00", payment_id="1", on=TODAY)
    case = await house.until("SIGNAL-1", lambda case: case.is_closed)
    assert case.closing is ClosingReason.PAID


async def test_a_fact_that_is_known_holds_no_step_up(house: House) -> None:
    """The import reports what a signal has said before: it is ticked off, and dunning goes on."""
    handle = await reminded(house, "SIGNAL-2")
    correction = CorrectInvoice(
        command_id="C-1", amount=Money(amount=Decimal(900), currency="EUR"), due_date=TODAY
    )
    await handle.signal("invoice_corrected", correction)
    await house.until("SIGNAL-2", lambda case: case.version == 3)
    async with house.pool.acquire() as connection, connection.transaction():
        await facts.keep_fact(connection, handle.id, correction)
    await house.skip_to("SIGNAL-2", at(TODAY + timedelta(days=16)))
    await house.steps("SIGNAL-2", 2)
    assert len(house.mails()) == 2
    assert await facts.all_untold(house.pool) == []


async def test_no_signal_stops_a_case(house: House) -> None:
    """Amounts without end, depth without end and a NUL: three tasks, and dunning goes on."""
    handle = await reminded(house, "SIGNAL-3")
    payment = {"payment_id": "P", "amount": "1e40", "currency": "EUR", "received_on": f"{TODAY}"}
    await handle.signal("payment_received", payment)
    await handle.signal("payment_received", "[" * 10_000)
    await handle.signal("bo\0unce", "a\0b")
    await house.until("SIGNAL-3", lambda case: len(case.tasks) == 3)
    await house.skip_to("SIGNAL-3", at(TODAY + timedelta(days=16)))
    await house.steps("SIGNAL-3", 2)
    assert len(house.mails()) == 2
