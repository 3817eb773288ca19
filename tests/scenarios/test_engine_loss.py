"""Does a case survive the loss of the whole engine? Its stream alone must be enough."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engines.mailbox import Mailbox
from store import read_models, receivables
from tests.support.engines import temporal_for_tests
from tests.support.house import at, open_house

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
STEPS = ["courtesy", "reminder", "call", "firm", "formal-notice", "hand-over"]


async def test_cases_go_on_from_their_streams_on_an_emptied_engine(
    database: str, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Temporal's data is gone half-way: `resume` goes on, and no step is done twice or lost."""
    with temporal_for_tests() as first:
        async with open_house(database, first, mailbox, tmp_path) as house:
            for number in ("F-1", "F-2"):
                await house.invoice(number, due=TODAY, debtor=f"D-{number}")
                await house.open(number, datetime.now(UTC))
                await house.skip_to(number, at(TODAY + timedelta(days=9)))
                await house.steps(number, 1)
            await house.pay("F-2", "1200.00", on=TODAY)
            await house.until("F-2", lambda case: case.is_closed)
            before = await house.case("F-1")
    with temporal_for_tests() as second:
        async with open_house(database, second, mailbox, tmp_path) as house:
            await receivables.forget_starts(house.pool)
            lost = await read_models.open_cases(house.pool)
            assert [case.invoice for case in lost] == ["F-1"]
            assert await house.cases.start(lost) == 1
            for count, day in enumerate((10, 15, 30, 45, 60), start=2):
                await house.skip_to("F-1", at(TODAY + timedelta(days=day + 6)))
                await house.steps("F-1", count)
            case = await house.case("F-1")
            mails = Counter(mail.message["Message-ID"] for mail in house.mails())
    assert [step.step for step in case.steps] == STEPS
    assert case.steps[0] == before.steps[0]
    assert len(mails) == 4  # three of F-1, one of F-2
    assert set(mails.values()) == {1}
