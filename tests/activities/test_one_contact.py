"""Does a message that speaks for several cases reach each of their records, once?"""

from __future__ import annotations

import asyncio

import pytest

from activities import step_turn
from activities.step_turn import StepTurn
from engines.mailbox import Mailbox
from schemas.case import CollectionCase
from schemas.events import StepPerformed
from schemas.plan import Channel
from store import event_store
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.support.cases import one_step_plan, opened
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
