"""Is a debtor answered when they promise, once, and does the ladder go on as before?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.requests import PromiseToPay
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_a_promise_is_confirmed_and_the_ladder_waits(house: House) -> None:
    """A reminder, a promise, its confirmation, and after the broken promise the next reminder."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    await house.steps("F-1", 1)
    promise = PromiseToPay(command_id="p-1", by="claire", on=TODAY + timedelta(days=20))
    await house.submit("F-1", promise)
    await house.skip_to("F-1", at(TODAY + timedelta(days=14)))
    case = await house.until("F-1", lambda case: bool(case.notices))
    assert case.level == 1
    assert case.notices[0].sent
    await house.skip_to("F-1", at(TODAY + timedelta(days=40)))
    await house.steps("F-1", 2)
    subjects = [str(mail.message["Subject"]).replace("\u00a0", " ") for mail in house.mails()]
    assert [subject.partition(" :")[0] for subject in subjects] == [
        "Rappel",
        "Votre engagement de règlement",
        "Deuxième rappel",
    ]
