"""What keeps a step from leaving, and what does the other side say to it?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.delivery import BeginHandOver, Delivered, Step
from activities.library import read_creditors
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from schemas.contact import ContactState
from schemas.events import DisputeRaised, StepFailed, StepPerformed
from schemas.pauses import Dispute, DisputeReason
from schemas.plan import Channel
from schemas.settings import SmtpSecurity
from schemas.turns import TurnResult
from store import contacts, facts
from store.pool import Pool
from store.read_models import case_as_it_stands, list_tasks
from tests.support.cases import MORNING, euros, payment, put, received
from tests.support.turns import LEASE, Make, dies

# What keeps a step from being taken, or a part of the claim from being asked for.


async def test_a_message_never_asks_for_what_is_contested(pool: Pool, turn: Make) -> None:
    """Of 1200 with 200 contested, the e-mail and the record of it ask for 1000."""
    step = await turn()
    case = await case_as_it_stands(pool, step.order.case_id)
    dispute = Dispute(
        dispute_id="D-1", amount=euros("200.00"), reason=DisputeReason.PRICE, raised_at=MORNING
    )
    case = await put(pool, case, DisputeRaised(at=MORNING, cause="D-1", dispute=dispute))
    result = await step.attempt(step.order.model_copy(update={"version": case.version}))
    (event,) = result.events
    assert isinstance(event, StepPerformed)
    assert event.asked == euros("1000.00")
    (mail,) = step.mailbox.received()
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert "1000,00" in "".join(body.get_content().split())


async def test_news_comes_before_the_step(pool: Pool, turn: Make) -> None:
    """A payment the case has not heard of: it is told, and nothing is sent or claimed."""
    step = await turn()
    async with pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, "atelier", "F-1", payment("1200.00"))
    result = await step.attempt()
    assert [fact.command_id for fact in result.facts] == ["pay-1"]
    assert (result.events, step.message_ids()) == ((), [])
    assert await contacts.contacts_of(pool, step.order.case_id) == []


async def test_news_at_the_last_second_comes_before_the_step(pool: Pool, turn: Make) -> None:
    """A payment that comes while the message is being written stops it; the claim is withdrawn."""
    step = await turn()

    async def meanwhile(_step: Step, begin: BeginHandOver) -> Delivered:
        async with pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", "F-1", payment("1200.00"))
        await begin()
        raise AssertionError("it must not come here")

    result = await step.deliver_with(meanwhile)
    assert [fact.command_id for fact in result.facts] == ["pay-1"]
    assert (await step.contact()).state is ContactState.WITHDRAWN
    assert (await step.attempt()).facts == result.facts


async def test_what_the_case_has_heard_is_no_news(pool: Pool, turn: Make) -> None:
    """A fact that the case had from elsewhere is given to it once more, to be ticked off."""
    step = await turn()
    case = await case_as_it_stands(pool, step.order.case_id)
    await put(pool, case, received("10.00", "pay-9"))
    async with pool.acquire() as connection:
        await facts.keep_fact(connection, case.case_id, payment("10.00", "pay-9"))
    result = await step.attempt(step.order.model_copy(update={"version": 2}))
    assert result.facts == (payment("10.00", "pay-9"),)
    assert step.message_ids() == []


async def test_a_case_that_moved_on_is_looked_at_again(pool: Pool, turn: Make) -> None:
    """The order is of an older case: nothing is sent, and no retry of it ever would be."""
    step = await turn()
    case = await case_as_it_stands(pool, step.order.case_id)
    await put(pool, case, received("10.00", "pay-9"))
    with pytest.raises(ApplicationError) as clash:
        await step.attempt()
    assert (clash.value.type, clash.value.non_retryable) == ("WrongExpectedVersion", True)
    assert step.message_ids() == []


async def test_nothing_leaves_outside_contact_hours(pool: Pool, turn: Make) -> None:
    """The order waited in its queue until the evening: it waits on, and nothing was claimed."""
    step = await turn()
    result = await step.attempt(waited=10 * 3600)
    assert result == TurnResult(not_now=True)
    assert step.message_ids() == []
    assert await contacts.contacts_of(pool, step.order.case_id) == []


# What the other side says.


@pytest.mark.parametrize(
    ("channel", "changes", "reason"),
    [
        (Channel.EMAIL, {"email": "refused@menuiserie.example"}, "RefusedByServer"),
        (Channel.EMAIL, {"email": ""}, "EmailAddressMissing"),
        (Channel.EMAIL, {"email": "no address"}, "EmailAddressInvalid"),
        (Channel.LETTER, {"address": ()}, "AddressMissing"),
        (Channel.LETTER, {"address": ("very long " * 40, "33000 BORDEAUX")}, "AddressDoesNotFit"),
        (Channel.LETTER, {"address": ("3 rue du 🐟", "33000 BORDEAUX")}, "CharacterMissing"),
    ],
)
async def test_what_will_never_arrive_is_for_a_person(
    pool: Pool, turn: Make, channel: Channel, changes: dict[str, str], reason: str
) -> None:
    """No address, no such mailbox: the step has failed, and a person finds out why."""
    step = await turn(channel, **changes)
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepFailed)
    assert event.reason == reason
    assert (await step.contact()).state is ContactState.REFUSED
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-failed"
    assert (await step.attempt()).events == (event,)


async def test_a_busy_server_is_asked_again(turn: Make) -> None:
    """The server says later: the contact stays claimed with the reason, and then it leaves."""
    step = await turn(email="later@menuiserie.example")
    with pytest.raises(ApplicationError, match="451") as later:
        await step.attempt()
    assert not later.value.non_retryable
    contact = await step.contact()
    assert (contact.state, "451" in contact.last_error) == (ContactState.CLAIMED, True)
    assert isinstance((await step.attempt()).events[0], StepPerformed)
    assert len(step.message_ids()) == 1


async def test_a_server_that_is_away_is_asked_again(pool: Pool, turn: Make, tmp_path: Path) -> None:
    """Nobody listens: nothing left, nothing failed for good."""
    step = await turn()
    account = SmtpAccount(host="127.0.0.1", port=9, security=SmtpSecurity.NONE)
    step.steps = Steps(
        pool, read_creditors(Path("creditors")), Mailer(account), Path("templates"), tmp_path
    )
    with pytest.raises(ApplicationError, match=r"cannot reach 127\.0\.0\.1:9") as away:
        await step.attempt()
    assert not away.value.non_retryable
    assert (await step.contact()).state is ContactState.CLAIMED


async def test_the_envelope_has_the_address_of_the_header(turn: Make) -> None:
    """Spaces around an address or a domain with accents do not keep a message from leaving."""
    step = await turn(email=" factures@menuiserie-été.example ")
    assert isinstance((await step.attempt()).events[0], StepPerformed)
    (mail,) = step.mailbox.received()
    (recipient,) = mail.recipients
    assert recipient == "factures@" + "menuiserie-été.example".encode("idna").decode()


# Letters are repeatable: the file's name is the reference.


async def test_a_letter_is_dropped_once(
    turn: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The process died after the drop: the next attempt finds the same file and adds none."""
    step = await turn(Channel.LETTER)
    await dies(step, "accepted", monkeypatch)
    (dropped,) = (tmp_path / "letters").glob("*.pdf")
    content = dropped.read_bytes()
    with pytest.raises(ApplicationError, match="may still be handing over"):
        await step.attempt()
    await asyncio.sleep(LEASE)
    tomorrow = step.order.model_copy(update={"now": MORNING + timedelta(days=3)})
    (event,) = (await step.attempt(tomorrow)).events
    assert isinstance(event, StepPerformed)
    assert (event.delivery, event.detail) == ("accepted", dropped.name)
    assert [path.name for path in (tmp_path / "letters").glob("*.pdf")] == [dropped.name]
    assert dropped.read_bytes() == content


async def test_a_folder_that_cannot_be_written_is_tried_again(turn: Make, tmp_path: Path) -> None:
    """The disk of the letters is away: nothing left, nothing failed for good."""
    step = await turn(Channel.LETTER)
    (tmp_path / "letters").write_text("not a folder")
    with pytest.raises(ApplicationError, match="cannot write to"):
        await step.attempt()
    assert (await step.contact()).state is ContactState.CLAIMED
    (tmp_path / "letters").unlink()
    assert isinstance((await step.attempt()).events[0], StepPerformed)
