"""A letter was posted by hand: does its day feed the account, and is its receipt kept?"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.support.house import House

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_interest_runs_from_the_day_a_consumer_was_served(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """None before; then from the day after, in the account and in the timeline; also once paid."""
    due = TODAY - timedelta(days=60)
    await house.invoice("F-1", amount="1000.00", due=due, capacity="consumer")
    await house.open("F-1", datetime.now(UTC))
    silent = await starter("account", "F-1", "--json")
    assert silent.data[0]["interest_from"] is None
    on, scan = TODAY - timedelta(days=10), tmp_path / "receipt.pdf"
    scan.write_bytes(b"%PDF-1.7 a receipt")
    said = await starter("served", "F-1", "--on", f"{on}", "--proof", str(scan))
    assert (said.code, "no formal notice left here for F-1" in said.out) == (0, True)
    assert f"served on {on}: F-1" in said.out
    account = await starter("account", "F-1", "--json")
    assert account.data[0]["interest_from"] == f"{on + timedelta(days=1)}"
    shown = await starter("show", "F-1")
    digest = hashlib.sha256(scan.read_bytes()).hexdigest()
    assert f"delivered, served on {on}, proof {digest[:12]}" in shown.out
    await house.pay("F-1", "1000.00", on=TODAY)
    await house.until("F-1", lambda case: case.is_closed)
    earlier = on - timedelta(days=5)
    await starter("served", "F-1", "--on", f"{earlier}", "--outcome", "refused")
    assert (await house.case("F-1")).formal_notice_on == earlier


async def test_what_cannot_be_is_refused_with_a_reason(house: House, starter: Type) -> None:
    """A day to come, one before the invoice, a proof that is none: nothing is put on record."""
    await house.invoice("F-1", due=TODAY)
    wrong = {
        ("F-1", "--on", f"{TODAY + timedelta(days=9)}"): "still to come",
        ("F-1", "--on", "2001-01-01"): "before the invoice's own date",
        ("F-1", "--on", f"{TODAY}", "--outcome", "read"): "delivered",
        ("F-1", "--on", f"{TODAY}", "--proof", "README.md"): "no PDF, JPEG or PNG",
        ("F-1", "--on", f"{TODAY}"): "no case",
    }
    all_said = await asyncio.gather(*(starter("served", *words) for words in wrong))
    for said, told in zip(all_said, wrong.values(), strict=True):
        assert (said.code != 0, told in said.err) == (True, True), said.err
    assert await house.pool.fetchval("select count(*) from facts") == 0
