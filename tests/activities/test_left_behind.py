"""What of a shared message that somebody claimed and never finished?"""

from __future__ import annotations

import asyncio

import pytest

from activities import step_turn
from activities.delivery import BeginHandOver, Delivered, Step
from schemas.case import CollectionCase, StepOutcome
from schemas.plan import IfUnknown
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.support.cases import one_step_plan, opened
from tests.support.ledger import owe
from tests.support.races import Letterbox, Pursuer
from tests.support.turns import KilledError

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
