"""Who gets which message, held against other systems' own tests? See docs/behaviours.md."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from activities.delivery import BeginHandOver, Delivered, Step
from activities.errors import DeliveryRefused
from schemas.case import CollectionCase, StepOutcome
from store.pool import Pool, open_pool
from store.read_models import case_as_it_stands
from tests.support.cases import opened
from tests.support.ledger import owe
from tests.support.races import Letterbox, Pursuer


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 4) as pool:
        yield pool


async def _due(pool: Pool, number: str, debtor: str) -> CollectionCase:
    await owe(pool, number, debtor=debtor)
    return await opened(pool, number, debtor_id=debtor)


async def _run(pursuer: Pursuer, *cases: CollectionCase) -> None:
    for case in cases:
        await pursuer.rest(case.case_id)


async def test_each_debtor_gets_a_message_of_their_own(pool: Pool) -> None:
    """Two debtors, three invoices: two messages, each with its own debtor's invoices, once."""
    box = Letterbox()
    cases = [await _due(pool, "F-1", "D1"), await _due(pool, "F-2", "D2")]
    cases.append(await _due(pool, "F-3", "D1"))
    await _run(Pursuer(pool, box.deliver), *cases)
    assert sorted(sorted(asked) for _, asked in box.left) == [["F-1", "F-3"], ["F-2"]]


async def test_a_run_twice_sends_once(pool: Pool) -> None:
    """Everything is looked at a second and a third time: the second run sends no message."""
    box = Letterbox()
    case = await _due(pool, "F-1", "D1")
    pursuer = Pursuer(pool, box.deliver)
    for _ in range(3):
        await _run(pursuer, case)
    assert len(box.left) == 1


async def test_a_failure_at_the_first_debtor_keeps_no_other_waiting(pool: Pool) -> None:
    """The first debtor cannot be written to: a task; the second's message leaves in that run."""
    first, second = await _due(pool, "F-1", "D1"), await _due(pool, "F-2", "D2")
    box = Letterbox()

    async def deliver(step: Step, begin: BeginHandOver) -> Delivered:
        if step.case.invoice == "F-1":
            raise DeliveryRefused("EmailAddressMissing", "there is none")
        return await box.deliver(step, begin)

    await _run(Pursuer(pool, deliver), first, second)
    assert [sorted(asked) for _, asked in box.left] == [["F-2"]]
    failed = await case_as_it_stands(pool, first.case_id)
    assert [one.outcome for one in failed.steps] == [StepOutcome.FAILED]
    assert failed.tasks[0].kind.value == "delivery-failed"
    assert failed.level == 0
