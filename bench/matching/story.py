"""What happens on the account? Payments of known truth, each taking items that no other takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.matching.habits import Style, finished, mangled, trap
from bench.matching.world import CENT, START, Item, Payer, World, iban

DAYS = 20


@dataclass
class Told:
    """A transaction as the bank knows it, with what is true of it.

    Attributes:
        key: the bank's reference, the same wherever it is told.
        want: book, suggest, none (known or unknown money), ignored, or reversal.
        documents: what it truly settles, or takes back.
        batch: transactions of one batch are one entry.
    """

    key: str
    case: str
    want: str
    day: date
    amount: Decimal
    texts: tuple[str, ...] = ()
    documents: dict[str, Decimal] = field(default_factory=dict)
    name: str = ""
    iban: str = ""
    ultimate: str = ""
    end_to_end: str = ""
    mandate: str = ""
    reference: str = ""
    code: str = "PMNT/RCDT/ESCT"
    afb: str = "05"
    reason: str = ""
    is_marked: bool = False
    charges: Decimal = Decimal(0)
    batch: str = ""
    status: str = "BOOK"
    is_paid_twice: bool = False


class Story:
    """Makes transactions, one case after the other."""

    def __init__(self, world: World, styles: Sequence[Style]) -> None:
        self.world = world
        self.random: Random = world.random
        self.styles = styles
        self.told: list[Told] = []
        self.number = 0
        self.style = styles[0]
        self._free = [one for one in world.payers if any(item.open > 0 for item in one.items)]

    def key(self) -> str:
        """A new reference of the bank."""
        self.number += 1
        return f"BK{self.number:09d}"

    def day(self) -> date:
        """A day of the story."""
        return START + timedelta(days=self.random.randrange(DAYS - 5))

    def payer(self, fits: Callable[[Payer], bool], items: int = 1) -> Payer | None:
        """A payer that fits and has so many open invoices left."""
        for _ in range(60):
            one = self.random.choice(self._free)
            if not one.is_taken and fits(one) and len(one.free()) >= items:
                return one
        return None

    def take(self, payer: Payer, count: int) -> list[Item]:
        """Some of a payer's open invoices, which no other event will settle."""
        free = payer.free()
        at = self.random.randrange(len(free) - count + 1)
        taken = free[at : at + count]
        for one in taken:
            one.is_taken = True
        return taken

    def say(self, head: str, numbers: Sequence[str], item: Item | None, payer: Payer) -> str:
        """A text of numbers, with or without digits that mislead."""
        between = self.random.choice(self.style.between)
        text = f"{head}{between.join(numbers)}"
        roll = self.random.random()
        if roll < 0.25:
            text = f"{text} {trap(self.random, self.style, payer, item)}"
        elif roll < 0.35:
            text = f"{trap(self.random, self.style, payer, item)} {text}"
        return finished(self.style, text, payer)

    def typed(self, item: Item) -> str:
        """An item's number as this style types it."""
        return mangled(self.random, item.number, self.random.choice(self.style.mangles))

    def head(self) -> str:
        """What stands before a number."""
        return self.random.choice(self.style.before)

    def tell(self, payer: Payer | None, case: str, want: str, amount: Decimal, text: str) -> Told:
        """A transaction of a payer, under its name and account."""
        told = Told(
            key=self.key(),
            case=case,
            want=want,
            day=self.day(),
            amount=amount,
            texts=self._parts(text),
            name=self._name(payer) if payer else "",
            iban=payer.iban if payer else "",
            code="PMNT/RCDT/XBCT" if payer and payer.country != "FR" else "PMNT/RCDT/ESCT",
            afb="18" if payer and payer.country != "FR" else "05",
        )
        self.told.append(told)
        return told

    def _parts(self, text: str) -> tuple[str, ...]:
        """A text whole, cut at 140 characters, or wrapped where it does not fit."""
        roll = self.random.random()
        if roll < 0.08 and len(text) > 20:
            width = self.random.choice((27, 31, 35))
            return tuple(text[at : at + width] for at in range(0, len(text), width))
        return (text[:140],) if text else ()

    def _name(self, payer: Payer) -> str:
        """A payer's name as its bank has it."""
        name = payer.name
        roll = self.random.random()
        if roll < 0.08:
            words = name.split()
            return " ".join([words[-1], *words[:-1]])
        if roll < 0.14:
            return name.replace("TRANSPORTS", "TRANSP").replace("CONSTRUCTIONS", "CONSTR")[:35]
        if roll < 0.19:
            return name.replace(" ET ", " & ")
        if roll < 0.23:
            return f"STE {name}"[:27]
        return name

    def unknown_iban(self, told: Told, payer: Payer) -> None:
        """It comes from an account that nobody knows."""
        told.iban = iban(self.random, payer.country)


def documents(items: Sequence[Item]) -> dict[str, Decimal]:
    """What settles items whole; credit notes count negatively."""
    return {one.number: -one.open if one.is_credit else one.open for one in items}


def tell_story(
    world: World, count: int, styles: Sequence[Style], weights: dict[str, tuple[int, Case]]
) -> list[Told]:
    """So many transactions, of cases drawn by their weights, in the order of their days."""
    story = Story(world, styles)
    names = list(weights)
    shares = [weights[name][0] for name in names]
    tries = 0
    while len(story.told) < count and tries < count * 5:
        tries += 1
        story.style = story.random.choice(styles)
        name = story.random.choices(names, shares)[0]
        weights[name][1](story, name)
    return sorted(story.told, key=lambda one: (one.day, one.amount < 0, one.key))


Case = Callable[[Story, str], None]


def returned(story: Story, told: Told, days: int) -> Told:
    """A return of a transaction, some days later, with the same truth."""
    back = replace(
        told,
        key=story.key(),
        case=f"return_{told.case}",
        want="reversal",
        day=told.day + timedelta(days=days),
        amount=-told.amount,
    )
    story.told.append(back)
    return back


def part(amount: Decimal, low: int, high: int) -> Decimal:
    """Nothing more than a part of an amount; between two percentages, by its own digits."""
    share = low + int(amount * 100) % (high - low)
    return (amount * share / 100).quantize(CENT)
