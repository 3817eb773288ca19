"""Can people settle what nobody knew, and correct where messages go?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.case import StepOutcome
from schemas.identifiers import case_id
from schemas.requests import BounceKind, ReportBounce
from store import contacts
from tests.cli.conftest import Type
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
NUMBERS = ("F-1", "F-2")


async def _remind(house: House, email: str) -> str:
    """Two invoices in one mail; its reference."""
    for number in NUMBERS:
        await house.invoice(number, amount="100.00", due=TODAY, email=email)
        await house.open(number, datetime.now(UTC))
    for number in NUMBERS:
        await house.skip_to(number, at(TODAY + timedelta(days=9)))
    cases = [await house.steps(number, 1) for number in NUMBERS]
    references = {case.steps[0].reference for case in cases}
    assert len(references) == 1
    return references.pop()


async def _state(house: House, reference: str) -> str:
    found = await contacts.find(house.pool, reference)
    return found.state.value if found else "none"


async def test_what_did_not_arrive_is_taken_again_under_another_reference(
    house: House, starter: Type
) -> None:
    """Nobody knew of one mail for two invoices; it did not arrive: one more, not the same twice."""
    reference = await _remind(house, "unanswered@dubois.example")
    assert await _state(house, reference) == "unknown"
    assert reference in (await starter("contacts", "--unknown")).out
    await house.pool.execute("update debtors set email = 'a@dubois.example'")
    said = await starter("contacts", "resolve", reference, "not-arrived", "--by", "anna")
    assert said.code == 0, said.err
    assert await _state(house, reference) == "refused"
    for number in NUMBERS:
        case = await house.until(number, lambda case: case.level == 1)
        assert case.tasks == ()
        assert case.steps[0].reference != reference
        assert "StepGivenBack" in await house.events(number)
    ids = [str(mail.message["Message-ID"]) for mail in house.mails()]
    assert len(ids) == len(set(ids)) == 2
    again = await starter("contacts", "resolve", reference, "not-arrived")
    assert (again.code, "settled already" in again.out) == (0, True)
    other = await starter("contacts", "resolve", reference, "arrived")
    assert (other.code, "only what is unknown" in other.err) == (4, True)
    assert (await starter("contacts", "resolve", "RNONE", "arrived")).code == 5
    assert (await starter("contacts", "resolve", reference)).code == 2


async def test_what_did_arrive_counts_for_every_invoice(house: House, starter: Type) -> None:
    """The debtor has answered it: the contact is accepted, no task is left, nothing is sent."""
    reference = await _remind(house, "unanswered@dubois.example")
    assert (await starter("contacts", "resolve", reference, "arrived")).code == 0
    assert await _state(house, reference) == "accepted"
    for number in NUMBERS:
        case = await house.case(number)
        assert (case.tasks, case.steps[0].outcome) == ((), StepOutcome.PERFORMED)
    assert len(house.mails()) == 1


async def test_a_corrected_address_has_the_mail_sent_again(house: House, starter: Type) -> None:
    """It came back; a person finds the right address: both invoices are in the next mail."""
    reference = await _remind(house, "gone@dubois.example")
    bounce = ReportBounce(command_id="b", by="mail", reference=reference, kind=BounceKind.HARD)
    assert await house.bounces.report(bounce) == "kept"
    for number in NUMBERS:
        case = await house.case(number)
        assert (case.level, [task.kind for task in case.tasks]) == (0, ["delivery-failed"])
    wrong = await starter("email", "D1", "no address")
    assert wrong.code == 2
    said = await starter("email", "D1", "right@dubois.example")
    assert "2 of 2 failed steps are tried again" in said.out
    for number in NUMBERS:
        await house.until(number, lambda case: case.level == 1)
    assert [mail.recipients for mail in house.mails()] == [
        ("gone@dubois.example",),
        ("right@dubois.example",),
    ]
    assert case_id("atelier", "F-1") in (await starter("contacts", "F-1")).out


async def test_a_message_that_is_unknown_when_its_case_ends_is_said_and_can_be_settled(
    house: House, starter: Type
) -> None:
    """Ended while nobody knew whether the mail left: no task; `why` and `show` say it, once."""
    await house.invoice("F-3", amount="100.00", due=TODAY, email="unanswered@dubois.example")
    await house.open("F-3", datetime.now(UTC))
    await house.skip_to("F-3", at(TODAY + timedelta(days=9)))
    case = await house.steps("F-3", 1)
    assert (await starter("cancel", "F-3", "--reason", "agreed", "--yes")).code == 0
    case = await house.until("F-3", lambda case: case.is_closed)
    assert case.tasks == ()
    words = "Nobody knows whether the message of step"
    for command in ("why", "show"):
        said = await starter(command, "F-3")
        assert (said.code, said.out.count(words)) == (0, 1), said.out
    reference = case.steps[0].reference
    await house.pool.execute(  # As one that its process left in the hand-over.
        "update contacts set state = 'handing over', lease_until = now() - interval '1 hour'"
    )
    assert words in (await starter("why", "F-3")).out
    found = await starter("contacts", "resolve", reference, "arrived")
    assert (found.code, "settled now" in found.out) == (0, True), found.out + found.err
    assert "settled already" in (await starter("contacts", "resolve", reference, "arrived")).out
    assert words not in (await starter("why", "F-3")).out
