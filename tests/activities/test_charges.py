"""What does a message claim, and what may it no longer threaten? As its case has it on record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from activities.errors import DeliveryUnknown
from activities.library import read_rate_table
from activities.smtp import Mailer
from activities.step_turn import StepTurn
from activities.steps import Steps
from domain.case import decide
from domain.notice_claim import state_case
from engines.mailbox import Mailbox
from schemas.case import CollectionCase, TaskKind
from schemas.charge_events import ChargesClaimed, ChargesWaived
from schemas.commands import CompleteTask, Refusal
from schemas.events import StepFailed, StepPerformed
from schemas.plan import Channel, Charges, DunningPlan, DunningStep
from store import event_store
from store.pool import Pool
from store.read_models import case_as_it_stands
from store.receivables import read_debtor
from tests.support.cases import MORNING, euros, opened, put
from tests.support.ledger import owe
from tests.support.turns import Turn, dies

TODAY = MORNING.date()
RATES = Path("rates/reference-rates.csv")
TEN_DAYS = "4.08"
"""Of 1,200 at 12.40 % a year: 1200 x 0.124 x 10 / 365 = 4.0767."""

Open = Callable[..., Awaitable[Turn]]


@pytest.fixture
def due(pool: Pool, mailbox: Mailbox, steps: Steps) -> Open:
    """A case of 1,200 euros whose only step is due now."""

    async def make(number: str, *, on: date = date(2026, 11, 10), **step: object) -> Turn:
        fields = {"name": "firm", "day": 3, "channel": Channel.EMAIL, **step}
        plan = DunningPlan(plan="short", steps=(DunningStep.model_validate(fields),))
        await owe(pool, number, due=on)
        case = await opened(pool, number, plan=plan, due_date=on)
        return Turn(pool, mailbox, steps, case)

    return make


async def _now(turn: Turn) -> CollectionCase:
    return await case_as_it_stands(turn.pool, turn.order.case_id)


async def test_what_a_message_claims_is_in_the_ledger_of_its_case(
    due: Open, mailbox: Mailbox
) -> None:
    """Ten days late: 4.08 of interest and 40 are claimed beside the 1,200, which stay 1,200."""
    turn = await due("F-1", charges=Charges.CLAIM)
    performed, claimed = (await turn.attempt()).events
    assert isinstance(claimed, ChargesClaimed)
    assert (claimed.interest, claimed.indemnity) == (euros(TEN_DAYS), euros("40.00"))
    assert (claimed.on, claimed.rates) == (TODAY, ("ECB_MRO@2026-07-01",))
    case = await _now(turn)
    assert (case.outstanding, case.charges_owed) == (euros("1200.00"), euros("44.08"))
    assert performed.model_dump()["asked"]["amount"] == case.outstanding.amount
    text = mailbox.received()[-1].message.get_body(("plain",))
    assert text is not None
    assert "1 244,08" in text.get_content().replace("\u202f", " ").replace("\u00a0", " ")


async def test_what_a_message_only_states_is_not_owed(due: Open) -> None:
    """A message that tells what late payment costs, and does not ask for it, claims nothing."""
    turn = await due("F-1", charges=Charges.STATE)
    await turn.attempt()
    assert (await _now(turn)).charges is None


async def test_a_message_for_two_invoices_claims_for_both(due: Open) -> None:
    """One mail, two invoices: each case has its own interest and its own forty euros on record."""
    first, second = await due("F-1", charges=Charges.CLAIM), await due("F-2", charges=Charges.CLAIM)
    await first.attempt()
    assert (await _now(first)).charges_owed == (await _now(second)).charges_owed == euros("44.08")
    found = await second.attempt()
    assert [event.type for event in found.events] == ["StepPerformed", "ChargesClaimed"]
    assert (await _now(second)).charges_owed == euros("44.08")


async def test_what_was_waived_is_not_asked_for_again(due: Open) -> None:
    """The forty euros were given up: the next message asks for the interest alone."""
    turn = await due("F-1", charges=Charges.CLAIM)
    await turn.attempt()
    none = euros("0.00")
    waived = ChargesWaived(at=MORNING, interest=none, indemnity=euros("40.00"), reason="kind")
    case = await put(turn.pool, await _now(turn), waived)
    debtor = await read_debtor(turn.pool, "atelier", "D1")
    assert debtor is not None
    stated = state_case(case, debtor, TODAY, read_rate_table(RATES))
    assert stated is not None
    assert (stated.interest_owed, stated.indemnity_owed) == (euros(TEN_DAYS), none)


@pytest.mark.parametrize(
    ("channel", "template"),
    [(Channel.LETTER, "formal-notice"), (Channel.EMAIL, "hand-over-notice")],
)
async def test_nobody_is_threatened_with_a_court_that_is_too_late(
    due: Open, mailbox: Mailbox, channel: Channel, template: str
) -> None:
    """Seven years on the claim is barred: the notice stays in the house, and a person is told."""
    turn = await due("F-1", on=date(2019, 11, 10), channel=channel, template=template)
    before = len(mailbox.received())
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert failed.reason == "ClaimBarred"
    assert "2024-10-11" in failed.explanation
    assert len(mailbox.received()) == before


async def test_a_barred_claim_may_still_be_asked_for(due: Open, mailbox: Mailbox) -> None:
    """A courteous reminder threatens nothing; a barred claim can still be paid."""
    turn = await due("F-1", on=date(2019, 11, 10), template="courtesy")
    before = len(mailbox.received())
    await turn.attempt()
    assert len(mailbox.received()) == before + 1


async def test_an_invoice_that_was_busy_has_its_claim_on_record_too(
    due: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody was writing to the second case when the mail left: what it claims is not lost."""
    first, second = await due("F-1", charges=Charges.CLAIM), await due("F-2", charges=Charges.CLAIM)
    settle = StepTurn._settle_together

    async def while_it_is_busy(self: StepTurn, *arguments: object) -> None:
        async with second.pool.acquire() as other, other.transaction():
            await event_store.lock(other, second.order.case_id)
            await settle(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(StepTurn, "_settle_together", while_it_is_busy)
    await first.attempt()
    monkeypatch.undo()
    assert (await _now(second)).charges is None
    found = await second.attempt()
    assert [event.type for event in found.events] == ["StepPerformed", "ChargesClaimed"]
    assert (await _now(second)).charges_owed == euros("44.08")


async def _arrived(turn: Turn) -> CollectionCase:
    """A person answers the case's task: the message did arrive."""
    case = await _now(turn)
    (task,) = [one for one in case.tasks if one.kind is TaskKind.DELIVERY_UNKNOWN]
    answer = CompleteTask(command_id="c-1", by="anna", task_id=task.task_id, outcome="arrived")
    events = decide(case, answer, MORNING + timedelta(hours=2))
    assert not isinstance(events, Refusal)
    return await put(turn.pool, case, *events)


async def test_what_an_unknown_message_claimed_is_owed_once_it_is_known_to_have_arrived(
    due: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is cut after the mail: nothing is claimed yet; it arrived, so both cases owe it."""
    first, second = await due("F-1", charges=Charges.CLAIM), await due("F-2", charges=Charges.CLAIM)

    async def cut(*_: object, begin: Callable[[], Awaitable[None]], **__: object) -> None:
        await begin()
        raise DeliveryUnknown("the line was cut after the mail")

    monkeypatch.setattr(Mailer, "send", cut)
    (perhaps,) = (await first.attempt()).events
    assert isinstance(perhaps, StepPerformed)
    assert (perhaps.delivery, (await _now(first)).charges) == ("unknown", None)
    await second.attempt()
    assert (await _now(second)).charges is None
    for turn in (first, second):
        case = await _arrived(turn)
        assert case.charges_owed == euros("44.08")
        assert case.charges is not None
        assert (case.charges.on, case.charges.reference) == (TODAY, first.reference)
        stream = await _stream(turn)
        assert stream.count("ChargesClaimed") == 1


async def test_a_process_that_died_with_a_claim_on_its_way_has_not_lost_it(
    due: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the mail and the record: the next attempt knows what may have been claimed."""
    turn = await due("F-1", charges=Charges.CLAIM)
    await dies(turn, "accepted", monkeypatch)
    await turn.pool.execute("update contacts set lease_until = now() - interval '1 second'")
    (perhaps,) = (await turn.attempt()).events
    assert isinstance(perhaps, StepPerformed)
    assert perhaps.delivery == "unknown"
    assert (await _arrived(turn)).charges_owed == euros("44.08")


async def test_a_later_claim_stays_in_its_place(due: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meanwhile a person claimed more, up to a later day: what arrived does not lower it."""
    turn = await due("F-1", charges=Charges.CLAIM)
    await dies(turn, "accepted", monkeypatch)
    await turn.pool.execute("update contacts set lease_until = now() - interval '1 second'")
    await turn.attempt()
    later = ChargesClaimed(
        at=MORNING, interest=euros("9.99"), indemnity=euros("40.00"), on=date(2026, 12, 1)
    )
    await put(turn.pool, await _now(turn), later)
    assert (await _arrived(turn)).charges_owed == euros("49.99")
    assert (await _stream(turn)).count("ChargesClaimed") == 1


async def _stream(turn: Turn) -> list[str]:
    async with turn.pool.acquire() as connection:
        found = await event_store.read_stream(connection, turn.order.case_id)
    return [one.event.type for one in found]
