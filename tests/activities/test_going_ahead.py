"""Does one case go ahead of its debtor's others, and does everyone start in the end?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from activities import going_ahead
from activities.going_ahead import GoingAhead
from schemas.case import CollectionCase
from store import receivables
from store.pool import Pool
from tests.support.cases import ALWAYS_OPEN, opened, performed, put

THREE = ("F-1", "F-2", "F-3")


class Engine:
    """Starts what it is asked to start, and takes the first step of whoever starts first.

    Attributes:
        spoken_for: cases for which the first one's message speaks too.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        steps_are_taken: bool = False,
        spoken_for: Sequence[CollectionCase] = (),
    ) -> None:
        self.pool = pool
        self.steps_are_taken = steps_are_taken
        self.spoken_for = spoken_for
        self.waves: list[list[CollectionCase]] = []

    async def start(self, cases: Sequence[CollectionCase]) -> int:
        """Note who starts together."""
        if cases:
            self.waves.append(list(cases))
        await receivables.mark_started(self.pool, [case.case_id for case in cases])
        if self.steps_are_taken and len(self.waves) == 1:
            for case in (*cases, *self.spoken_for):
                await put(self.pool, case, performed(case))
        return len(cases)

    @property
    def order(self) -> list[list[str]]:
        """The invoices, wave by wave."""
        return [[case.invoice for case in wave] for wave in self.waves]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for as long as in earnest, and a page is short."""
    monkeypatch.setattr(going_ahead, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(going_ahead, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(going_ahead, "PAGE", 2)


async def start_all(engine: Engine) -> int:
    """Start what is unstarted."""
    return await GoingAhead(engine.pool, engine.start).start_all(lambda _: None)


async def test_one_case_of_a_debtor_goes_ahead(pool: Pool) -> None:
    """Three invoices of one debtor are due: the first starts, the others when it was heard of."""
    for number in THREE:
        await opened(pool, number, calendar=ALWAYS_OPEN)
    engine = Engine(pool, steps_are_taken=True)
    assert await start_all(engine) == 3
    assert engine.order == [["F-1"], ["F-2", "F-3"]]
    assert await receivables.unstarted(pool, 10) == []


async def test_others_start_as_they_stand_by_then(pool: Pool) -> None:
    """What the first one's message said for them is in the cases with which they start."""
    cases = [await opened(pool, number, calendar=ALWAYS_OPEN) for number in THREE]
    engine = Engine(pool, steps_are_taken=True, spoken_for=cases[1:])
    await start_all(engine)
    _, others = engine.waves
    assert [case.level for case in others] == [1, 1]


async def test_a_leader_who_gets_nowhere_holds_nobody_up(pool: Pool) -> None:
    """Its worker is away or its mail is put off: the others start by themselves."""
    for number in THREE:
        await opened(pool, number, calendar=ALWAYS_OPEN)
    engine = Engine(pool)
    assert await start_all(engine) == 3
    assert engine.order == [["F-1"], ["F-2", "F-3"]]


async def test_only_cases_of_one_message_wait_for_one_another(pool: Pool) -> None:
    """Another debtor, another currency, or a step that is not due yet: nobody goes behind."""
    pounds = {"amount": "5.00", "currency": "GBP"}
    await opened(pool, "F-1", calendar=ALWAYS_OPEN)
    await opened(pool, "F-2", calendar=ALWAYS_OPEN, due_date="2030-01-01")
    await opened(pool, "F-3", calendar=ALWAYS_OPEN, claim=pounds)
    await opened(pool, "F-4", calendar=ALWAYS_OPEN, debtor_id="D2")
    engine = Engine(pool)
    assert await start_all(engine) == 4
    assert engine.order == [["F-1", "F-2"], ["F-3", "F-4"]]
