"""Is an event answered once, whatever dies on the way, and what does the answer say?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import one_contact, step_turn
from activities.bounces import one_message
from activities.errors import DeliveryPostponed
from activities.smtp import Mailer
from activities.steps import Steps
from domain.case import decide
from domain.next_action import next_action
from engines.mailbox import Mailbox, Received
from schemas.actions import SendNotice
from schemas.case import CollectionCase
from schemas.commands import Refusal, Request
from schemas.contact import ContactState
from schemas.events import NoticeNotSent, NoticeSent
from schemas.pauses import DisputeReason
from schemas.plan import Channel, IfUnknown, Notices
from schemas.requests import PromiseToPay, RaiseDispute
from schemas.turns import StepOrder, TurnResult
from store import contacts, event_store, messages
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.support.cases import MORNING, one_step_plan, opened
from tests.support.ledger import owe
from tests.support.turns import KilledError

LITTLE = timedelta(minutes=6)


class Answer:
    """A case to which something was said, and the attempts to answer it."""

    def __init__(self, pool: Pool, mailbox: Mailbox, steps: Steps, case: CollectionCase) -> None:
        self.pool, self.mailbox, self.steps, self.case = pool, mailbox, steps, case
        action = next_action(case, MORNING + LITTLE)
        assert isinstance(action, SendNotice)
        self.order = StepOrder(
            case_id=case.case_id,
            creditor=case.creditor,
            version=case.version,
            step=action.step,
            cycle=action.cycle,
            level=action.level,
            now=MORNING + LITTLE,
            answers=action.kind,
            about=action.about,
        )

    async def attempt(self) -> TurnResult:
        """One attempt of the real activity."""
        return await ActivityEnvironment().run(self.steps.send_notice, self.order)

    def mails(self) -> list[Received]:
        """What the mail server accepted about this case."""
        return [
            one
            for one in self.mailbox.received()
            if self.case.invoice in str(one.message["Subject"])
        ]


async def said(
    pool: Pool, mailbox: Mailbox, steps: Steps, request: Request, *, email: str = "a@b.example"
) -> Answer:
    """Somebody says something to a fresh case whose plan has it answered."""
    number = f"F-{request.command_id}"
    await owe(pool, number, debtor="D-1", email=email)
    plan = one_step_plan(Channel.EMAIL, IfUnknown.ASK)
    plan = plan.model_copy(update={"notices": Notices(promise=True, dispute=True)})
    case = await opened(pool, number, debtor_id="D-1", plan=plan)
    events = decide(case, request, MORNING)
    assert not isinstance(events, Refusal)
    async with pool.acquire() as connection, connection.transaction():
        await event_store.append(connection, case.case_id, case.version, events)
    return Answer(pool, mailbox, steps, await case_as_it_stands(pool, case.case_id))


def a_promise(request: str) -> PromiseToPay:
    """All of it in a week."""
    return PromiseToPay(command_id=request, by="claire", on=MORNING.date() + timedelta(days=7))


async def test_a_promise_is_answered_once(pool: Pool, mailbox: Mailbox, steps: Steps) -> None:
    """One mail names amount and day; another attempt finds it on record; no level is raised."""
    answer = await said(pool, mailbox, steps, a_promise("P1"))
    result = await answer.attempt()
    (event,) = result.events
    assert isinstance(event, NoticeSent)
    assert (await answer.attempt()).events == result.events
    (mail,) = answer.mails()
    assert "engagement" in str(mail.message["Subject"])
    after = await case_as_it_stands(pool, answer.case.case_id)
    assert (after.level, after.steps) == (0, ())
    assert [one.about for one in after.notices] == ["P1"]
    (kept,) = await messages.find(pool, event.reference)
    assert (kept.sha256, kept.template) == (event.sha256, "promise")


async def test_what_is_said_of_many_invoices_is_answered_once(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """Two invoices promised for one day: one mail about both, in the history of each."""
    first = await said(pool, mailbox, steps, a_promise("P7"))
    second = await said(pool, mailbox, steps, a_promise("P8"))
    (event,) = (await first.attempt()).events
    (other,) = (await second.attempt()).events
    assert isinstance(event, NoticeSent)
    assert isinstance(other, NoticeSent)
    assert (event.about, other.about) == ("P7", "P8")
    assert event.reference == other.reference
    (mail,) = mailbox.received()
    subject = str(mail.message["Subject"])
    assert "F-P7 et F-P8" in subject
    total = (first.case.asked + second.case.asked).amount
    assert f"{total:.2f}".replace(".", ",") in subject.replace("\u202f", "")


async def test_what_is_said_differently_is_answered_apart(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """Promised for two days: two confirmations, each with its own day."""
    first = await said(pool, mailbox, steps, a_promise("P7"))
    later = a_promise("P8").model_copy(update={"on": MORNING.date() + timedelta(days=8)})
    second = await said(pool, mailbox, steps, later)
    await first.attempt()
    await second.attempt()
    assert len(mailbox.received()) == 2


async def test_a_dispute_is_answered_with_who_decides_and_when(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """The receipt says what was understood, who looks into it, by when, and what stays due."""
    request = RaiseDispute(
        command_id="D1",
        by="claire",
        reason=DisputeReason.QUANTITY,
        owner="Paul Martin",
        deadline=datetime.combine(MORNING.date() + timedelta(days=9), MORNING.time(), UTC),
    )
    answer = await said(pool, mailbox, steps, request)
    await answer.attempt()
    (mail,) = answer.mails()
    body = mail.message.get_body(("plain",))
    assert body is not None
    text = str(body.get_content())
    assert "quantité facturée différente" in text
    assert "Paul Martin" in text


async def test_nobody_waits_for_a_debtor_with_a_case_in_the_hand(
    pool: Pool, mailbox: Mailbox, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who holds the debtor may be asking this case: the answer lets go, and comes again."""
    monkeypatch.setattr(one_contact, "LOCK_TRIES", 2)
    answer = await said(pool, mailbox, steps, a_promise("P4"))
    async with one_message(pool, answer.case.creditor, answer.case.debtor_id):
        with pytest.raises(ApplicationError, match="is being put together"):
            await asyncio.wait_for(answer.attempt(), 10)
    assert isinstance((await answer.attempt()).events[0], NoticeSent)


async def test_an_answer_that_is_no_longer_wanted_holds_nobody_up(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """Claimed, postponed, and then it is too late for it: nothing of the claim is left."""
    answer = await said(pool, mailbox, steps, a_promise("P5"))

    async def busy(*_: object, **__: object) -> None:
        raise DeliveryPostponed("450 try later")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mailer, "send", busy)
        with pytest.raises(ApplicationError, match="450"):
            await answer.attempt()
    late = answer.order.now + timedelta(days=6)
    answer.order = answer.order.model_copy(update={"now": late})
    assert (await answer.attempt()).events == ()
    (contact,) = await contacts.contacts_of(pool, answer.case.case_id)
    assert contact.state is ContactState.WITHDRAWN


async def test_without_an_address_nobody_is_asked_for_one(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """A debtor without e-mail is not answered, on record, and no task is opened."""
    answer = await said(pool, mailbox, steps, a_promise("P2"), email="")
    (event,) = (await answer.attempt()).events
    assert isinstance(event, NoticeNotSent)
    assert event.reason == "EmailAddressMissing"
    after = await case_as_it_stands(pool, answer.case.case_id)
    assert after.tasks == answer.case.tasks


async def test_an_answer_in_doubt_goes_out_again_under_its_own_id(
    pool: Pool, mailbox: Mailbox, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died after the server took it: the same Message-ID leaves again, and no other."""
    answer = await said(pool, mailbox, steps, a_promise("P3"))
    with monkeypatch.context() as patch:

        async def dies(*_: object) -> None:
            raise KilledError

        patch.setattr(step_turn.StepTurn, "_settle_together", dies)
        with pytest.raises(KilledError):
            await answer.attempt()
    await pool.execute("update contacts set lease_until = now() - interval '1 second'")
    with pytest.raises(ApplicationError, match="sent again under its own Message-ID"):
        await answer.attempt()
    result = await answer.attempt()
    assert isinstance(result.events[0], NoticeSent)
    ids = {str(mail.message["Message-ID"]) for mail in answer.mails()}
    assert len(ids) == 1


async def test_an_answer_turned_down_at_its_second_try_may_have_arrived(
    pool: Pool, mailbox: Mailbox, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It left, its process died, and the second try is refused: nobody says it was not sent."""
    answer = await said(pool, mailbox, steps, a_promise("P6"))
    with monkeypatch.context() as patch:

        async def dies(*_: object) -> None:
            raise KilledError

        patch.setattr(step_turn.StepTurn, "_settle_together", dies)
        with pytest.raises(KilledError):
            await answer.attempt()
    await pool.execute("update contacts set lease_until = now() - interval '1 second'")
    with pytest.raises(ApplicationError, match="sent again under its own Message-ID"):
        await answer.attempt()
    await pool.execute("update debtors set email = 'refused@b.example'")
    (event,) = (await answer.attempt()).events
    assert isinstance(event, NoticeSent)
    assert event.delivery == "unknown"
    (contact,) = await contacts.contacts_of(pool, answer.case.case_id)
    assert contact.state is ContactState.UNKNOWN
