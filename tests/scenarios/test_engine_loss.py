"""Does a case survive the loss of the whole engine? Its stream alone must be enough."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.business_calendar import local_day
from domain.case import fold
from engines.mailbox import Mailbox
from schemas.case import CollectionCase
from schemas.identifiers import case_id
from store import event_store, read_models, receivables
from tests.support.engines import temporal_for_tests
from tests.support.house import ATELIER, House, at, open_house

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
STEPS = ["courtesy", "reminder", "call", "firm", "formal-notice", "hand-over"]
DAYS = [9, 16, 21, 36, 51, 66]
"""A week beyond each step, wherever the weekends and the holidays lie."""


async def _live(house: House, number: str, days: list[int], done: int = 0) -> CollectionCase:
    """Let a case live to each of these days, and take its step there."""
    for count, day in enumerate(days, start=done + 1):
        await house.skip_to(number, at(TODAY + timedelta(days=day)))
        await house.steps(number, count)
    return await house.case(number)


def _contacts(case: CollectionCase) -> list[tuple[str, str, str, date]]:
    """What left, how it ended and when, whichever case it was."""
    return [
        (one.step, one.channel.value, one.outcome.value, local_day(case.calendar, one.at))
        for one in case.steps
    ]


async def test_cases_go_on_from_their_streams_on_an_emptied_engine(
    database: str, mailbox: Mailbox, tmp_path: Path
) -> None:
    """Temporal's data is gone half-way: the same contacts leave on the same days as without."""
    with temporal_for_tests() as first:
        async with open_house(database, first, mailbox, tmp_path) as house:
            for number in ("F-1", "F-2"):
                await house.invoice(number, due=TODAY, debtor=f"D-{number}")
                await house.open(number, datetime.now(UTC))
            before = await _live(house, "F-1", DAYS[:3])
            await _live(house, "F-2", DAYS[:1])
            await house.pay("F-2", "1200.00", on=TODAY)
            await house.until("F-2", lambda case: case.is_closed)
    with temporal_for_tests() as second:
        async with open_house(database, second, mailbox, tmp_path) as house:
            await receivables.forget_starts(house.pool)
            lost = await read_models.open_cases(house.pool)
            assert [case.invoice for case in lost] == ["F-1"]
            assert await house.cases.start(lost) == 1
            await house.invoice("F-3", due=TODAY, debtor="D-F-3")
            await house.open("F-3", datetime.now(UTC))
            resumed = await _live(house, "F-1", DAYS[3:], done=3)
            undisturbed = await _live(house, "F-3", DAYS)
            mails = Counter(mail.message["Message-ID"] for mail in house.mails())
            async with house.pool.acquire() as connection:
                stream = await event_store.read_stream(connection, resumed.case_id)
            handle = house.client.get_workflow_handle(case_id(ATELIER, "F-1"))
            believed = await handle.query("case", result_type=CollectionCase)
    assert [one.step for one in resumed.steps] == STEPS
    assert resumed.steps[:3] == before.steps
    assert _contacts(resumed) == _contacts(undisturbed)
    assert fold([one.event for one in stream]) == resumed == believed
    assert len(mails) == 3 + 1 + 3
    assert set(mails.values()) == {1}
