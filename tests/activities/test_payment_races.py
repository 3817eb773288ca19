"""What if the payment comes just now? At every single wait of a step, and in any disorder."""

from __future__ import annotations

import asyncio
import contextlib
import random
from decimal import Decimal

import pytest

from activities import step_turn
from activities.steps import Steps
from engines.mailbox import Mailbox
from schemas.case import CollectionCase, StepOutcome
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.support.cases import opened, payment
from tests.support.ledger import owe
from tests.support.races import Letterbox, Money, Pursuer
from tests.support.tally import Arrivals
from tests.support.turns import KilledError

SEEDS, AT_ONCE = 200, 8


async def _due(pool: Pool, number: str, debtor: str) -> CollectionCase:
    await owe(pool, number, debtor=debtor, email=f"{debtor}@dubois.example")
    return await opened(pool, number, debtor_id=debtor)


async def test_a_payment_at_any_moment_of_an_email(
    pool: Pool, steps: Steps, mailbox: Mailbox
) -> None:
    """At each wait in turn: what was paid before its message began to leave gets none."""
    arrivals, pursuer = Arrivals(mailbox.folder), Pursuer(pool, steps._email)
    too_late: list[bool] = []
    for moment in range(200):
        case = await _due(pool, f"F-{moment}", f"D{moment}")
        money = Money(pool, case, payment("1200.00"), moment)
        await pursuer.rest(case.case_id, money.arrives_then)
        if money.begun is None:
            break
        assert (await case_as_it_stands(pool, case.case_id)).is_closed
        assert arrivals.naming(case.invoice) == len(money.begun), moment
        too_late.append(bool(money.begun))
    assert too_late.count(False) > 15
    assert too_late.count(True) > 3


@pytest.mark.parametrize("told", ["untold", "told"])
async def test_a_payment_for_another_invoice_of_a_shared_message(pool: Pool, told: str) -> None:
    """One message for three: what of them is paid at any moment before it leaves is not in it."""
    too_late: list[bool] = []
    for moment in range(200):
        box = Letterbox()
        pursuer = Pursuer(pool, box.deliver)
        first, paid, third = [await _due(pool, f"F{moment}-{n}", f"D{moment}") for n in range(3)]
        teller = pursuer if told == "told" else None
        money = Money(pool, paid, payment("1200.00"), moment, teller)
        await pursuer.turn(first.case_id, money.arrives_then)
        if money.hearing:
            await money.hearing
        for case in (first, paid, third):
            await pursuer.rest(case.case_id)
        if money.begun is None:
            break
        assert len(box.naming(paid.invoice)) == len(money.begun), (moment, box.left)
        assert (await case_as_it_stands(pool, paid.case_id)).is_closed
        for case in (first, third):
            assert len(box.naming(case.invoice)) == 1
        too_late.append(bool(money.begun))
    assert {False, True} == set(too_late)


class Disorder:
    """The cases of one debtor at once, with money, delays and deaths where a seed puts them."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self.pool = pool
        self.seed = seed
        self.draw = random.Random(seed)  # noqa: S311 - a seed, to run it again
        self.box = Letterbox()
        self.pursuer = Pursuer(pool, self.box.deliver)
        self.cases: list[CollectionCase] = []
        self.coming: list[Money] = []
        self.come: list[Money] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.deaths = self.draw.choice([0, 0, 1, 2])

    async def play(self) -> None:
        """Everybody works at once; then the sweep tells the rest, and everybody finishes."""
        for place in range(self.draw.randint(1, 4)):
            self.cases.append(await _due(self.pool, f"F{self.seed}-{place}", f"D{self.seed}"))
        for number in range(self.draw.randint(0, 3)):
            case = self.draw.choice(self.cases)
            fact = payment(self.draw.choice(["1200.00", "500.00"]), f"pay-{number}")
            teller = self.pursuer if self.draw.random() < 0.5 else None
            self.coming += [Money(self.pool, case, fact, pursuer=teller)] * self.draw.choice([1, 2])
        await asyncio.gather(*(self._pursue(case) for case in self.cases))
        await asyncio.gather(*self.tasks)
        while self.coming:
            await self._money()
        await asyncio.gather(*(self._pursue(case) for case in self.cases))

    async def _pursue(self, case: CollectionCase) -> None:
        """Whoever dies begins again, and dies only so often."""
        while True:
            with contextlib.suppress(KilledError):
                await self.pursuer.rest(case.case_id, self._happens)
                return

    async def _happens(self, waits: int) -> None:
        chance = self.draw.random()
        if chance < 0.05 and self.coming:
            self.tasks.append(asyncio.create_task(self._money()))
        elif chance < 0.07 and self.deaths and waits:
            self.deaths -= 1
            raise KilledError
        elif chance < 0.08:
            await asyncio.sleep(self.draw.uniform(0, 0.06))
        elif chance < 0.4:
            await asyncio.sleep(0)

    async def _money(self) -> None:
        if self.coming:
            money = self.coming.pop()
            self.come.append(money)
            await money.arrives_in_disorder()

    async def judge(self) -> None:
        """Nobody was asked twice, or for what had been paid before the message began to leave."""
        for case in self.cases:
            about = f"{case.invoice}, seed {self.seed}: {self.box.left}"
            named = self.box.naming(case.invoice)
            assert len(named) <= 1, about
            came = {one.fact.command_id: one for one in self.come if one.case is case}
            for reference in named:
                paid = sum(
                    (
                        one.fact.amount.amount
                        for one in came.values()
                        if reference not in (one.begun or ())
                    ),
                    Decimal(0),
                )
                [asked] = [asks[case.invoice] for one, asks in self.box.left if one == reference]
                assert asked == Decimal("1200.00") - paid > 0, about
            after = await case_as_it_stands(self.pool, case.case_id)
            owed = Decimal("1200.00") - sum(one.fact.amount.amount for one in came.values())
            assert after.outstanding.amount == max(owed, Decimal(0)), about
            assert after.is_closed == (owed <= 0), about
            if not after.is_closed:
                [step] = after.steps
                assert step.outcome is StepOutcome.UNKNOWN or named == [step.reference], about


async def test_money_delays_and_deaths_in_any_disorder(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it comes, nobody is asked twice or for what is paid, and no case is forgotten."""
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", 0.05)
    places = asyncio.Semaphore(AT_ONCE)
    stories = [Disorder(pool, seed) for seed in range(SEEDS)]

    async def told(story: Disorder) -> None:
        async with places:
            await story.play()
            await story.judge()

    await asyncio.gather(*(told(story) for story in stories))
    in_time = [one.begun == set() for story in stories for one in story.come]
    assert {True, False} == set(in_time)
