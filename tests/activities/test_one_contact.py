"""Does a message that speaks for several cases reach each of their records, once?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

import pytest
from temporalio.exceptions import ApplicationError

from activities import step_turn
from activities.case_record import CaseRecord
from activities.delivery import BeginHandOver, Delivered, Step
from activities.step_turn import StepTurn
from domain.case import decide
from domain.ladder import pending_steps
from domain.step_rules import as_meant
from engines.mailbox import Mailbox
from schemas.case import CollectionCase, StepOutcome, TaskKind
from schemas.commands import Refusal
from schemas.contact import ContactState
from schemas.events import HoldPlaced, StepPerformed
from schemas.pauses import Hold
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.requests import ReplanCase, SkipStep, UndoStep
from schemas.turns import RecordOrder
from store import event_store
from store.pool import Pool
from store.read_models import case_as_it_stands
from store.shared_contacts import covered
from tests.support.cases import MORNING, one_step_plan, opened, performed, put
from tests.support.ledger import owe
from tests.support.turns import LEASE, Turn, dies


@pytest.fixture
async def two(pool: Pool, mailbox: Mailbox, steps: object) -> tuple[Turn, Turn]:
    """Two invoices of one debtor, both due now."""
    made = []
    for number in ("F-1", "F-2"):
        await owe(pool, number)
        made.append(Turn(pool, mailbox, steps, await opened(pool, number)))  # type: ignore[arg-type]
    return made[0], made[1]


def _number(mailbox: Mailbox) -> int:
    return len(mailbox.received())


async def _case(turn: Turn) -> CollectionCase:
    return await case_as_it_stands(turn.pool, turn.order.case_id)


async def test_the_others_have_it_on_record_at_once(
    two: tuple[Turn, Turn], mailbox: Mailbox
) -> None:
    """The first one's mail is the second one's step; its own turn finds it and sends nothing."""
    first, second = two
    before = _number(mailbox)
    (sent,) = (await first.attempt()).events
    assert (await _case(second)).level == 1
    (found,) = (await second.attempt()).events
    assert isinstance(sent, StepPerformed)
    assert isinstance(found, StepPerformed)
    assert (found.reference, found.detail, found.sha256) == (
        *(sent.reference, sent.detail, sent.sha256),
    )
    assert found.cause == second.reference != sent.cause
    assert _number(mailbox) == before + 1


async def test_a_busy_case_finds_out_by_itself(
    two: tuple[Turn, Turn], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody was writing to the second case just then: its own turn records the same message."""
    first, second = two
    before, settle = _number(mailbox), StepTurn._settle_together

    async def while_it_is_busy(self: StepTurn, *arguments: object) -> None:
        async with second.pool.acquire() as other, other.transaction():
            await event_store.lock(other, second.order.case_id)
            await settle(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(step_turn.StepTurn, "_settle_together", while_it_is_busy)
    (sent,) = (await first.attempt()).events
    monkeypatch.undo()
    assert (await _case(second)).level == 0
    (found,) = (await second.attempt()).events
    assert isinstance(sent, StepPerformed)
    assert isinstance(found, StepPerformed)
    assert found.reference == sent.reference
    assert (await _case(second)).level == 1
    assert _number(mailbox) == before + 1


def _another_plan(case: CollectionCase, mode: Literal["keep", "restart"]) -> RecordOrder:
    """What the case's workflow has recorded when somebody puts it on another plan."""
    step = DunningStep(name="soft", day=3, channel=Channel.EMAIL, template="courtesy")
    last = DunningStep(name="firm", day=9, channel=Channel.EMAIL, template="courtesy")
    other = DunningPlan(plan="other", steps=(step, last))
    command = ReplanCase(command_id=f"replan-{case.version}", plan=other, mode=mode)
    events = decide(case, command, MORNING)
    assert not isinstance(events, Refusal)
    return RecordOrder(case_id=case.case_id, version=case.version, events=events)


@pytest.mark.parametrize("mode", ["keep", "restart"])
async def test_a_plan_changed_in_the_hand_over_counts_the_message(
    two: tuple[Turn, Turn],
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    mode: Literal["keep", "restart"],
) -> None:
    """The second case gets another plan while the mail leaves: first the mail, then the plan."""
    first, second = two
    before, settle = _number(mailbox), StepTurn._settle_together
    record = CaseRecord(first.pool).record_events

    async def while_it_leaves(self: StepTurn, *arguments: object) -> None:
        with pytest.raises(ApplicationError, match="speaks for this one"):
            await record(_another_plan(second.case, mode))
        await settle(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(step_turn.StepTurn, "_settle_together", while_it_leaves)
    (sent,) = (await first.attempt()).events
    monkeypatch.undo()
    assert isinstance(sent, StepPerformed)
    with pytest.raises(ApplicationError, match="at version"):
        await record(_another_plan(second.case, mode))
    found = await _case(second)
    assert [one.reference for one in found.steps] == [sent.reference]
    await record(_another_plan(found, mode))
    after = await _case(second)
    assert after.plan.plan == "other"
    due = {"keep": ["firm"], "restart": ["soft", "firm"]}
    assert [step.name for step in pending_steps(after)] == due[mode]
    assert _number(mailbox) == before + 1


async def test_a_plan_changed_after_a_message_that_is_not_on_record_counts_it(
    two: tuple[Turn, Turn], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody put the second case on hold while the mail left; the next plan knows of the mail."""
    first, second = two
    settle, record = StepTurn._settle_together, CaseRecord(first.pool).record_events
    held = HoldPlaced(at=MORNING, hold=Hold(reason="wait", by="camille", since=MORNING))

    async def while_it_leaves(self: StepTurn, *arguments: object) -> None:
        await put(first.pool, second.case, held)
        await settle(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(step_turn.StepTurn, "_settle_together", while_it_leaves)
    (sent,) = (await first.attempt()).events
    assert isinstance(sent, StepPerformed)
    on_hold = await _case(second)
    assert on_hold.steps == ()
    with pytest.raises(ApplicationError, match="has spoken for it") as overtaken:
        await record(_another_plan(on_hold, "keep"))
    assert overtaken.value.type == "WrongExpectedVersion"
    found = await _case(second)
    assert [one.reference for one in found.steps] == [sent.reference]
    await record(_another_plan(found, "keep"))
    assert [step.name for step in pending_steps(await _case(second))] == ["firm"]


async def test_a_plan_changed_before_the_hand_over_has_the_message_written_anew(
    two: tuple[Turn, Turn], mailbox: Mailbox, pool: Pool
) -> None:
    """A claimed message cannot leave for a step that the second case's new plan does not know."""
    first, second = two
    record = CaseRecord(first.pool).record_events
    before = _number(mailbox)

    async def deliver(_step: Step, begin: BeginHandOver) -> Delivered:
        await record(_another_plan(second.case, "keep"))
        await begin()
        raise AssertionError("it must not leave")

    with pytest.raises(ApplicationError, match="another"):
        await first.deliver_with(deliver)
    assert (await first.attempt()).events
    after = await _case(second)
    assert after.plan.plan == "other"
    assert [one.step for one in after.steps] == ["soft"]
    assert [one.step for one in await covered(pool, first.reference)] == ["soft"]
    assert _number(mailbox) == before + 1


def _moved(case: CollectionCase, request: SkipStep | UndoStep) -> RecordOrder:
    """What the case's workflow has recorded of a request about its steps."""
    events = decide(case, as_meant(case, request), MORNING)
    assert not isinstance(events, Refusal)
    return RecordOrder(case_id=case.case_id, version=case.version, events=events)


TWO = (
    DunningStep(name="courtesy", day=0, channel=Channel.EMAIL, template="courtesy"),
    DunningStep(name="firm", day=4, channel=Channel.EMAIL, template="firm"),
)
SKIP = SkipStep(command_id="s", by="anna", reason="they called")


@pytest.mark.parametrize("request_", [SKIP, UndoStep(command_id="u", by="anna")])
async def test_a_step_that_a_message_has_taken_is_heard_of_before_the_ladder_moves(
    pool: Pool, mailbox: Mailbox, steps: object, request_: SkipStep | UndoStep
) -> None:
    """Held while the mail left for its second step: what a person asks then is decided anew."""
    turns = []
    for number in ("F-1", "F-2"):
        await owe(pool, number)
        case = await opened(pool, number, plan=DunningPlan(plan="two", steps=TWO))
        case = await put(pool, case, performed(case, at=MORNING - timedelta(days=7)))
        turns.append(Turn(pool, mailbox, steps, case))  # type: ignore[arg-type]
        turns[-1].order = turns[-1].order.model_copy(update={"step": TWO[1], "level": 2})
    first, second = turns
    held = HoldPlaced(at=MORNING, hold=Hold(reason="wait", by="camille", since=MORNING))

    async def while_it_leaves(_step: Step, begin: BeginHandOver) -> Delivered:
        await begin()
        await put(pool, second.case, held)
        return Delivered(detail="left")

    (sent,) = (await first.deliver_with(while_it_leaves)).events
    assert isinstance(sent, StepPerformed)
    on_hold = await _case(second)
    assert len(on_hold.steps) == 1
    with pytest.raises(ApplicationError, match="has spoken for it") as overtaken:
        await CaseRecord(pool).record_events(_moved(on_hold, request_))
    assert overtaken.value.type == "WrongExpectedVersion"
    found = await _case(second)
    assert [one.reference for one in found.steps][1:] == [sent.reference]
    again = decide(found, as_meant(on_hold, request_), MORNING)
    assert isinstance(again, Refusal)
    assert again.code in {"NoStepLeft", "StepIsNotLast"}


async def test_a_skipped_step_whose_own_mail_may_have_left_is_unknown(
    two: tuple[Turn, Turn], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process died in the hand-over, and a person skips it: did it arrive, they are asked."""
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", LEASE)
    first, _ = two
    await dies(first, "began", monkeypatch)
    record = CaseRecord(first.pool).record_events
    order = _moved(first.case, SKIP)
    with pytest.raises(ApplicationError, match="is being handed over"):
        await record(order)
    await asyncio.sleep(LEASE)
    with pytest.raises(ApplicationError, match="may have"):
        await record(order)
    after = await _case(first)
    assert [one.outcome for one in after.steps] == [StepOutcome.UNKNOWN]
    assert [task.kind for task in after.tasks] == [TaskKind.DELIVERY_UNKNOWN]
    assert (await first.contact()).state is ContactState.UNKNOWN


async def test_a_letter_taken_over_is_no_second_step_of_the_others(
    pool: Pool, mailbox: Mailbox, steps: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process died, and the second case took it for unknown: it is one step all the same."""
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", LEASE)
    turns = []
    for number in ("F-1", "F-2"):
        await owe(pool, number)
        case = await opened(pool, number, plan=one_step_plan(Channel.LETTER))
        turns.append(Turn(pool, mailbox, steps, case))  # type: ignore[arg-type]
    first, second = turns
    await dies(first, "accepted", monkeypatch)
    await asyncio.sleep(LEASE)
    (guessed,) = (await second.attempt()).events
    assert isinstance(guessed, StepPerformed)
    assert guessed.delivery == "unknown"
    (sent,) = (await first.attempt()).events
    assert isinstance(sent, StepPerformed)
    assert sent.delivery == "accepted"
    assert [one.reference for one in (await _case(second)).steps] == [first.reference]
