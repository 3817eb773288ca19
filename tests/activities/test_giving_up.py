"""What is put on record of a step that was tried for days? What is known, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.case_record import CaseRecord
from schemas.contact import ContactState
from schemas.events import HoldPlaced, StepFailed, StepPerformed
from schemas.pauses import Hold
from schemas.turns import GiveUpOrder, TurnResult
from store import contacts, facts
from store.pool import Pool
from store.read_models import case_as_it_stands, list_tasks
from tests.support.cases import MORNING, payment, put, received
from tests.support.turns import Make, Turn, dies


async def _give_up(pool: Pool, turn: Turn) -> TurnResult:
    order = GiveUpOrder(step=turn.order, now=MORNING, explanation="451 later")
    return await CaseRecord(pool).give_up_step(order)


async def test_what_never_left_has_failed(pool: Pool, turn: Make) -> None:
    """The mail server said later for three days: the step failed, its contact is refused."""
    step = await turn(email="later@menuiserie.example")
    with pytest.raises(ApplicationError, match="451"):
        await step.attempt()
    (event,) = (await _give_up(pool, step)).events
    assert isinstance(event, StepFailed)
    assert event.reason == "DeliveryDeadlinePassed"
    assert (await step.contact()).state is ContactState.REFUSED
    assert (await case_as_it_stands(pool, step.order.case_id)).level == 0
    assert (await _give_up(pool, step)).events == (event,)


async def test_what_had_begun_to_leave_is_unknown(
    pool: Pool, turn: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died in the hand-over and nobody came back for it: a person is asked."""
    step = await turn()
    await dies(step, "accepted", monkeypatch)
    (event,) = (await _give_up(pool, step)).events
    assert isinstance(event, StepPerformed)
    assert event.delivery == "unknown"
    assert (await step.contact()).state is ContactState.UNKNOWN
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-unknown"


async def test_a_case_that_moved_on_is_not_given_up(pool: Pool, turn: Make) -> None:
    """Somebody else wrote to the case meanwhile: it is read again first."""
    step = await turn()
    await put(pool, step.case, received("10.00", "pay-9"))
    with pytest.raises(ApplicationError) as clash:
        await _give_up(pool, step)
    assert clash.value.type == "WrongExpectedVersion"
    assert await contacts.find(pool, step.reference) is None


async def test_nights_do_not_begin_the_deadline_anew(pool: Pool, turn: Make) -> None:
    """Put off on a Friday, asked at night, put off on the third day after it: given up."""
    step = await turn(email="later@menuiserie.example")
    night, wednesday = MORNING + timedelta(hours=14), MORNING + timedelta(days=5)
    with pytest.raises(ApplicationError, match="451") as first:
        await step.attempt()
    assert not first.value.non_retryable
    assert (await step.attempt(step.order.model_copy(update={"now": night}))).not_now
    await pool.execute("update debtors set email = 'later+2@menuiserie.example'")
    with pytest.raises(ApplicationError, match="451") as last:
        await step.attempt(step.order.model_copy(update={"now": wednesday}))
    assert (last.value.type, last.value.non_retryable) == ("DeliveryDeadlinePassed", True)


async def test_a_hold_begins_the_deadline_anew(pool: Pool, turn: Make) -> None:
    """Put off, then news held it back for days: what is due afterwards has its own three days."""
    step = await turn(email="later@menuiserie.example")
    with pytest.raises(ApplicationError, match="451"):
        await step.attempt()
    await contacts.withdraw(pool, step.reference, "a promise")
    await pool.execute("update debtors set email = 'later+2@menuiserie.example'")
    with pytest.raises(ApplicationError, match="451") as later:
        await step.attempt(step.order.model_copy(update={"now": MORNING + timedelta(days=5)}))
    assert not later.value.non_retryable


@pytest.mark.parametrize("held_by", ["a person", "a payment"])
async def test_what_holds_it_after_a_night_begins_the_deadline_anew(
    pool: Pool, turn: Make, held_by: str
) -> None:
    """Put off, then a night, and then held back for days: what is due afterwards has its three."""
    step = await turn(email="later@menuiserie.example")
    with pytest.raises(ApplicationError, match="451"):
        await step.attempt()
    night = step.order.model_copy(update={"now": MORNING + timedelta(hours=14)})
    assert (await step.attempt(night)).not_now
    case = step.case
    if held_by == "a person":
        hold = Hold(reason="we look into it", by="anna", since=MORNING)
        case = await put(pool, case, HoldPlaced(at=MORNING, hold=hold))
    else:
        async with pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", "F-1", payment("10.00"))
        assert (await step.attempt()).facts
        case = await put(pool, case, received("10.00", "pay-1"))
        await pool.execute("update facts set told_at = now()")
    await pool.execute("update debtors set email = 'later+2@menuiserie.example'")
    afterwards = {"now": MORNING + timedelta(days=5), "version": case.version}
    with pytest.raises(ApplicationError, match="451") as later:
        await step.attempt(step.order.model_copy(update=afterwards))
    assert not later.value.non_retryable
