"""Does a case run its course on real engines?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.case import CaseState, ClosingReason
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_a_case_runs_to_the_end_of_its_plan(house: House) -> None:
    """Nobody pays: three e-mails, a call task, a letter, then the hand-over, each once."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    for count, day in enumerate((3, 10, 15, 30, 45, 60), start=1):
        await house.skip_to("F-1", at(TODAY + timedelta(days=day + 6)))
        await house.steps("F-1", count)
    case = await house.until("F-1", lambda case: case.state is CaseState.REFERRED)
    assert [step.step for step in case.steps] == [
        "courtesy",
        "reminder",
        "call",
        "firm",
        "formal-notice",
        "hand-over",
    ]
    assert len(house.mails()) == 3


async def test_a_payment_ends_the_case(house: House) -> None:
    """Paid in full after the first reminder: the case ends and nothing more leaves."""
    await house.invoice("F-2", due=TODAY)
    handle = await house.open("F-2", datetime.now(UTC))
    await house.skip_to("F-2", at(TODAY + timedelta(days=9)))
    await house.steps("F-2", 1)
    assert await house.pay("F-2", "1200.00", on=TODAY)
    case = await house.until("F-2", lambda case: case.is_closed)
    assert case.closing is ClosingReason.PAID
    await handle.result()
    assert len(house.mails()) == 1
