"""Does a word before the due date reach the debtor before the due date?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from activities.cases import Cases
from tests.support.house import ATELIER, House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_the_sweep_opens_a_case_in_time_for_its_first_step(house: House) -> None:
    """A step a week before the due date: the case is opened then, and its mail leaves in time."""
    due = TODAY + timedelta(days=7)
    await house.invoice("F-1", due=due)
    await house.invoice("F-2", due=due + timedelta(days=2))
    means = house.means
    plans = {"complete": means.plans["complete"]}
    creditor = means.creditors[ATELIER].model_copy(update={"plan": "complete"})
    queue = means.settings.task_queue
    cases = Cases(house.pool, house.client, {ATELIER: creditor}, plans, queue)
    opened, problems, _ = await cases.open_overdue(datetime.now(UTC), lambda *_: None)
    assert (opened, problems) == (1, [])
    with house.skipper.with_time_skipping_disabled():
        await cases.start_unstarted(lambda *_: None)
    await house.skip_to("F-1", at(TODAY + timedelta(days=6), hour=19))
    case = await house.steps("F-1", 1)
    assert [one.step for one in case.steps] == ["before-due"]
    [mail] = house.mails()
    assert "venir" in mail.message["Subject"]
    assert f"{due:%d/%m/%Y}" in mail.message["Subject"]
