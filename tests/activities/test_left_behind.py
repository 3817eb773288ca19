"""What of a message that somebody claimed and never finished?"""

from __future__ import annotations

import asyncio

import pytest
from temporalio.exceptions import ApplicationError

from activities import step_turn
from activities.case_record import CaseRecord
from activities.delivery import BeginHandOver, Delivered, Step
from activities.errors import DeliveryRefused
from activities.one_contact import hear_of_messages
from schemas.case import CollectionCase, StepOutcome
from schemas.contact import ContactState
from schemas.events import CaseClosed, StepFailed, StepPerformed
from schemas.plan import IfUnknown
from schemas.requests import BounceKind, ReportBounce
from schemas.turns import GiveUpOrder
from store import bounces, contacts, facts
from store.pool import Pool
from store.read_models import case_as_it_stands, list_tasks
from tests.support.cases import MORNING, one_step_plan, opened, payment, put, received
from tests.support.ledger import owe
from tests.support.races import Letterbox, Pursuer
from tests.support.turns import KilledError, Make, Turn, dies

LEASE = 0.1


@pytest.fixture(autouse=True)
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", LEASE)


async def _two(pool: Pool, if_unknown: IfUnknown = IfUnknown.ASK) -> list[CollectionCase]:
    for number in ("F-1", "F-2"):
        await owe(pool, number)
    plan = one_step_plan(if_unknown=if_unknown)
    return [await opened(pool, number, plan=plan) for number in ("F-1", "F-2")]


async def _dies_after_it_began(_step: Step, begin: BeginHandOver) -> Delivered:
    await begin()
    raise KilledError


async def test_whoever_it_spoke_for_is_not_asked_again_blindly(pool: Pool) -> None:
    """The process died while it handed over a mail for two: both say that nobody knows."""
    first, second = await _two(pool)
    box = Letterbox()
    with pytest.raises(KilledError):
        await Pursuer(pool, _dies_after_it_began).turn(first.case_id)
    pursuer = Pursuer(pool, box.deliver)
    await pursuer.turn(second.case_id)
    assert (await case_as_it_stands(pool, second.case_id)).steps == ()  # it may still arrive
    await asyncio.sleep(LEASE)
    references = set()
    for case in (second, first):
        await pursuer.turn(case.case_id)
        [step] = (await case_as_it_stands(pool, case.case_id)).steps
        assert step.outcome is StepOutcome.UNKNOWN
        references.add(step.reference)
    assert len(references) == 1
    assert box.left == []


async def test_a_plan_may_prefer_a_second_mail_to_none(pool: Pool) -> None:
    """Where the plan says to send again, the other invoice is asked for by a mail of its own."""
    first, second = await _two(pool, IfUnknown.RESEND)
    box = Letterbox()
    with pytest.raises(KilledError):
        await Pursuer(pool, _dies_after_it_began).turn(first.case_id)
    await asyncio.sleep(LEASE)
    await Pursuer(pool, box.deliver).turn(second.case_id)
    [step] = (await case_as_it_stands(pool, second.case_id)).steps
    assert step.outcome is StepOutcome.PERFORMED
    assert box.naming("F-2") == [step.reference]
    assert box.naming("F-1") == []


async def test_who_was_given_up_cannot_begin_any_more(pool: Pool) -> None:
    """A worker slept over its lease, and the other case went alone: its mail is written anew."""
    first, second = await _two(pool)
    box = Letterbox()
    pursuer = Pursuer(pool, box.deliver)

    async def sleeps(step: Step, begin: BeginHandOver) -> Delivered:
        await asyncio.sleep(LEASE)
        await pursuer.turn(second.case_id)
        return await box.deliver(step, begin)

    await Pursuer(pool, sleeps).turn(first.case_id)
    await pursuer.turn(first.case_id)
    assert [sorted(asked) for _, asked in box.left] == [["F-2"], ["F-1"]]


async def _to_be_sent_again(turn: Make, monkeypatch: pytest.MonkeyPatch) -> Turn:
    """A mail that left, and its process died; it is about to leave again under its Message-ID."""
    step = await turn(if_unknown=IfUnknown.RESEND)
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", LEASE)
    await dies(step, "accepted", monkeypatch)
    await asyncio.sleep(LEASE)
    with pytest.raises(ApplicationError, match="sent again under its own Message-ID"):
        await step.attempt()
    assert (await step.contact()).state is ContactState.CLAIMED
    return step


@pytest.mark.parametrize("news", ["found by the gate", "at the last second", "closes the case"])
async def test_what_is_not_sent_again_may_have_left_before(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch, news: str
) -> None:
    """A payment comes before the second mail: nobody says that nothing was sent."""
    step = await _to_be_sent_again(turn, monkeypatch)

    async def pay() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", "F-1", payment("1200.00"))

    async def paid_meanwhile(_step: Step, begin: BeginHandOver) -> Delivered:
        await pay()
        await begin()
        raise AssertionError("it must not come here")

    if news == "found by the gate":
        await pay()
        assert (await step.attempt()).facts
    elif news == "at the last second":
        assert (await step.deliver_with(paid_meanwhile)).facts
    else:
        closed = CaseClosed(at=MORNING, reason="paid")
        await put(pool, step.case, received("1200.00", "pay-1"), closed)
    assert (await step.contact()).state is ContactState.UNKNOWN
    assert len(step.message_ids()) == 1


async def test_what_cannot_be_sent_again_for_days_may_have_left_before(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first mail left, the second never could: the step is unknown, not failed."""
    step = await _to_be_sent_again(turn, monkeypatch)
    order = GiveUpOrder(step=step.order, now=MORNING, explanation="451 later")
    (event,) = (await CaseRecord(pool).give_up_step(order)).events
    assert isinstance(event, StepPerformed)
    assert event.delivery == "unknown"
    assert (await step.contact()).state is ContactState.UNKNOWN


@pytest.mark.parametrize("trouble", ["no such mailbox", "no address", "after the message"])
async def test_a_refusal_of_the_second_mail_says_nothing_of_the_first(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """The first mail left, the second is turned down: it may have arrived, so a person asks."""
    step = await _to_be_sent_again(turn, monkeypatch)
    address = "refused@menuiserie.example" if trouble == "no such mailbox" else ""
    await pool.execute("update debtors set email = $1", address)

    async def too_large(_step: Step, begin: BeginHandOver) -> Delivered:
        await begin()
        raise DeliveryRefused("RefusedByServer", "552 5.3.4 too large")

    late = trouble == "after the message"
    (event,) = (await (step.deliver_with(too_large) if late else step.attempt())).events
    assert isinstance(event, StepPerformed)
    assert event.delivery == "unknown"
    assert (await step.contact()).state is ContactState.UNKNOWN
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-unknown"


async def test_what_came_back_meanwhile_has_failed(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first mail bounced before the second could leave: then it is certain, and failed."""
    step = await _to_be_sent_again(turn, monkeypatch)
    bounce = ReportBounce(command_id="b", reference=step.reference, kind=BounceKind.SOFT)
    await pool.execute("update contacts set updated_at = now() - interval '1 hour'")
    async with pool.acquire() as connection, connection.transaction():
        await bounces.keep_bounce(connection, bounce)
    await pool.execute("update facts set told_at = now()")
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepFailed)
    assert event.reason == "CameBack"


async def test_what_is_called_back_unknown_still_speaks_for_the_others(pool: Pool) -> None:
    """Two invoices in the mail that perhaps left; one is paid: the other says unknown as well."""
    first, second = await _two(pool)
    with pytest.raises(KilledError):
        await Pursuer(pool, _dies_after_it_began).turn(first.case_id)
    (contact,) = await contacts.contacts_of(pool, first.case_id)
    await contacts.take_over(pool, contact.reference, "another", LEASE)
    case = await case_as_it_stands(pool, first.case_id)
    closed = CaseClosed(at=MORNING, reason="paid")
    await put(pool, case, received("1200.00", "pay-1"), closed)
    box = Letterbox()
    await Pursuer(pool, box.deliver).turn(second.case_id)
    [step] = (await case_as_it_stands(pool, second.case_id)).steps
    assert (step.outcome, box.left) == (StepOutcome.UNKNOWN, [])


@pytest.mark.parametrize("other", ["is due", "gets another ladder"])
async def test_what_may_have_left_before_is_unknown_to_the_others(pool: Pool, other: str) -> None:
    """A message for two perhaps left, was taken over and left lying: the other gets no second."""
    first, second = await _two(pool)
    with pytest.raises(KilledError):
        await Pursuer(pool, _dies_after_it_began).turn(first.case_id)
    (contact,) = await contacts.contacts_of(pool, first.case_id)
    await contacts.take_over(pool, contact.reference, "another", LEASE)
    await asyncio.sleep(LEASE)
    box = Letterbox()
    if other == "is due":
        await Pursuer(pool, box.deliver).turn(second.case_id)
    else:
        async with pool.acquire() as connection, connection.transaction():
            assert await hear_of_messages(connection, second.case_id, second.version, MORNING)
    [step] = (await case_as_it_stands(pool, second.case_id)).steps
    assert (step.outcome, box.left) == (StepOutcome.UNKNOWN, [])
