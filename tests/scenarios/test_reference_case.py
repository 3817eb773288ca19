"""What does a case cost the engine? No action more than a bare workflow with as many activities."""

from __future__ import annotations

import pytest

from bench.reference_case import BARE, play
from tests.support.house import House

pytestmark = pytest.mark.story


async def test_the_reference_case_needs_thirteen_actions(house: House) -> None:
    """Five steps and a payment: a start, five timers, six activities and the message."""
    found = await play(house, "signal")
    assert found["actions"] == BARE["actions"] == 1 + 5 + 6 + 1
    assert (found["timers"], found["activities"]) == (5, 6)
    assert int(str(found["events"])) <= BARE["events"] + 1
    assert found["on_record"] == 1 + 5 + 2
