"""How long is a step tried whose mail server says "later" for ever? Three days, then a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engines.mailbox import Mailbox
from schemas.case import StepOutcome, TaskKind
from schemas.contact import ContactState
from schemas.identifiers import case_id
from store import contacts
from tests.support.house import House, at, open_house
from tests.support.smtp_server import Server, smtp_server

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
NIGHT = timedelta(hours=6)
PAGE = Path(__file__).parents[2] / "docs" / "e-mail.md"
ROW = "| 451 for a recipient, for three days | refused | nothing | a failed step and a task |\n"


@pytest.fixture
async def later() -> AsyncIterator[Server]:
    """A mail server that puts every recipient off."""
    async with smtp_server() as server:
        server.says["RCPT"] = b"451 4.3.0 later"
        yield server


@pytest.fixture
async def house(
    later: Server, database: str, temporal: str, tmp_path: Path
) -> AsyncIterator[House]:
    """All of Relance, whose mails go to that server."""
    box = Mailbox(tmp_path / "none", "127.0.0.1", later.port)
    async with open_house(database, temporal, box, tmp_path) as house:
        yield house


async def test_a_mail_server_says_later_for_ever(
    house: House, later: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried at growing distances in contact hours for three days, then failed, with a task."""
    tried: list[datetime] = []
    take_back = contacts.take_back

    async def noted(*arguments: Any) -> Any:
        tried.append(arguments[-1])
        return await take_back(*arguments)

    monkeypatch.setattr(contacts, "take_back", noted)
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    day = TODAY
    while not (case := await house.case("F-1")).steps:
        day += timedelta(days=1)
        assert day < TODAY + timedelta(days=20)
        await house.skip_to("F-1", at(day, 21))
    (step,) = case.steps
    assert (step.step, step.outcome, case.level) == ("courtesy", StepOutcome.FAILED, 0)
    (task,) = case.tasks
    assert task.kind is TaskKind.DELIVERY_FAILED
    assert "451 4.3.0 later" in task.summary
    (contact,) = await contacts.contacts_of(house.pool, case_id("atelier", "F-1"))
    assert contact.state is ContactState.REFUSED
    assert (later.heard["RCPT"], later.messages) == (len(tried), [])
    assert ROW in PAGE.read_text("utf-8")
    # An attempt an hour, and over a night or a weekend, none.
    assert timedelta(days=3) <= tried[-1] - tried[0] < timedelta(days=6)
    assert all(moment - tried[0] < timedelta(days=3) for moment in tried[:-1])
    apart = [after - before for before, after in pairwise(tried)]
    first_day = apart[: next(place for place, one in enumerate(apart) if one > NIGHT)]
    assert len(first_day) > 8
    for shorter, longer in pairwise(first_day):
        assert longer >= shorter - timedelta(seconds=5)
    assert first_day[0] < timedelta(seconds=30)
    assert timedelta(minutes=55) < first_day[-1] < timedelta(minutes=65)
