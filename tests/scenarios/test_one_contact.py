"""Does a debtor get one message a day, however many invoices they owe?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.case import StepOutcome
from schemas.requests import PlaceHold, Release
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
NUMBERS = ("F-1", "F-2", "F-3")


async def _open(house: House, *, email: str = "a@dubois.example", **due_days: int) -> None:
    for number in NUMBERS:
        due = TODAY + timedelta(days=due_days.get(number.replace("-", ""), 0))
        await house.invoice(number, amount="100.00", due=due, email=email)
        await house.open(number, datetime.now(UTC))


async def _all_to(house: House, days: int) -> None:
    for number in NUMBERS:
        await house.skip_to(number, at(TODAY + timedelta(days=days)))


def _text(mail: Any) -> str:
    return str(mail.message.get_body(("plain",)).get_content())


async def test_invoices_due_on_one_day_share_one_message(house: House) -> None:
    """Three invoices, one mail that lists them all; each case has it in its own history."""
    await _open(house)
    await _all_to(house, 9)
    cases = [await house.steps(number, 1) for number in NUMBERS]
    [mail] = house.mails()
    assert all(number in _text(mail) for number in NUMBERS)
    assert "300,00" in str(mail.message["Subject"])
    assert len({case.steps[0].reference for case in cases}) == 1
    assert all(case.level == 1 for case in cases)
    assert str(cases[0].asked) == "100.00 EUR"


async def test_the_tone_is_that_of_the_firmest(house: House) -> None:
    """One invoice is at its reminder, another at its courtesy: one mail, in firmer words."""
    await _open(house, F2=7, F3=400)
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    await house.steps("F-1", 1)
    for number in ("F-1", "F-2"):
        await house.skip_to(number, at(TODAY + timedelta(days=16)))
    await house.steps("F-1", 2)
    await house.steps("F-2", 1)
    _, both = house.mails()
    assert "F-1" in _text(both)
    assert "F-2" in _text(both)
    assert "À quelle date" in _text(both)


async def test_what_is_paid_or_held_is_not_in_the_message(house: House) -> None:
    """One of three is paid, one on hold: the mail asks for the third alone."""
    await _open(house)
    await house.pay("F-1", "100.00", on=TODAY)
    hold = PlaceHold(command_id="h", by="camille", reason="wait")
    await house.submit("F-2", hold)
    await house.skip_to("F-3", at(TODAY + timedelta(days=9)))
    await house.steps("F-3", 1)
    [mail] = house.mails()
    assert "F-3" in _text(mail)
    assert "F-1" not in _text(mail)
    assert "F-2" not in _text(mail)


async def test_a_refused_message_speaks_for_nobody(house: House) -> None:
    """The mailbox does not exist: each case says so for itself, and none counts as reminded."""
    await _open(house, email="refused@dubois.example")
    await _all_to(house, 9)
    for number in NUMBERS:
        case = await house.steps(number, 1)
        assert case.steps[0].outcome is StepOutcome.FAILED
        assert case.level == 0
    assert house.mails() == []


async def test_a_case_that_slept_through_is_not_written_to_again(house: House) -> None:
    """It was held just after the shared mail left: released, it has been reminded already."""
    await _open(house, F3=400)
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    await house.steps("F-1", 1)
    [mail] = house.mails()
    assert "F-2" in _text(mail)
    await house.submit("F-2", PlaceHold(command_id="h", by="camille", reason="wait"))
    await house.skip_to("F-2", at(TODAY + timedelta(days=9)))
    assert (await house.case("F-2")).level == 1
    await house.submit("F-2", Release(command_id="r", by="camille"))
    case = await house.steps("F-2", 1)
    assert case.steps[0].outcome is StepOutcome.PERFORMED
    assert len(house.mails()) == 1


async def test_a_message_left_lying_holds_nobody_up(house: House) -> None:
    """Whoever claimed the shared mail is gone for good: after its lease the others go alone."""
    await _open(house, F3=400)
    await house.pool.execute(
        """insert into contacts (reference, case_id, step, cycle, channel, state, owner,
        lease_until) values ('RLOST', 'case/atelier/F-9', 'courtesy', 1, 'email', 'claimed', 'me',
        now() - interval '1 second')"""
    )
    await house.pool.execute(
        "insert into contact_items values ('RLOST', 'case/atelier/F-1', 'courtesy', 1)"
    )
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    await house.steps("F-1", 1)
    assert len(house.mails()) == 1
