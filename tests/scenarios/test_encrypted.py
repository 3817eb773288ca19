"""Does a case run the same when Temporal can read nothing of it?"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError

from activities.payload_codec import Keyring
from engines.mailbox import Mailbox
from schemas.case import ClosingReason
from schemas.requests import PlaceHold, Release
from tests.support.house import House, at, open_house

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


@pytest.fixture
async def closed_house(
    database: str, temporal: str, mailbox: Mailbox, tmp_path: Path
) -> AsyncIterator[House]:
    """All of Relance, with a key."""
    keys = Keyring({"2026": os.urandom(32)})
    async with open_house(database, temporal, mailbox, tmp_path, keys=keys) as house:
        yield house


async def test_the_engine_cannot_read_a_case(closed_house: House, temporal: str) -> None:
    """A reminder, requests, a refusal and a payment: no name, amount or word in the history."""
    house, number = closed_house, "SEALED-1"
    await house.invoice(number, amount="1837.50", due=TODAY)
    handle = await house.open(number, datetime.now(UTC))
    await house.skip_to(number, at(TODAY + timedelta(days=9)))
    await house.steps(number, 1)
    hold = PlaceHold(command_id="1", by="camille", reason="asked for a copy")
    await house.submit(number, hold)
    await house.submit(number, Release(command_id="2", by="camille"))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.submit(number, Release(command_id="3", by="camille"))
    assert refused.value.cause.type == "NotOnHold"
    assert "hold" in str(refused.value.cause)
    assert await house.pay(number, "1837.50", on=TODAY)
    case = await house.until(number, lambda case: case.is_closed)
    assert case.closing is ClosingReason.PAID
    assert len(house.mails()) == 1

    stranger = await Client.connect(temporal)
    events = await stranger.get_workflow_handle(handle.id).fetch_history()
    kept = b"".join(event.SerializeToString() for event in events.events)
    for word in (b"1837.50", b"camille", b"asked for a copy", b"courtesy", b"claim"):
        assert word not in kept, word
    assert b"binary/encrypted" in kept


async def test_a_fact_may_still_be_told_in_clear(closed_house: House, temporal: str) -> None:
    """A bank feed of somebody's own, which has no key, sends a plain signal: it is heard."""
    house, number = closed_house, "SEALED-2"
    await house.invoice(number, amount="100.00", due=TODAY)
    handle = await house.open(number, datetime.now(UTC))
    await house.skip_to(number, at(TODAY + timedelta(days=9)))
    await house.steps(number, 1)
    stranger = await Client.connect(temporal)
    told = {
        "payment_id": "BANK-1",
        "amount": "100.00",
        "currency": "EUR",
        "received_on": f"{TODAY}",
    }
    await stranger.get_workflow_handle(handle.id).signal("payment_received", told)
    case = await house.until(number, lambda case: case.is_closed)
    assert case.closing is ClosingReason.PAID
