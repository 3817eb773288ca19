"""Which items add up to an amount? All of them, one, or a few, and whether there is one way only.

Sums of up to four are found by looking the missing part up, not by trying every combination.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from domain.matching.book import Standing

Combination = tuple[Standing, ...]

MOST_SINGLE = 2000
"""A customer's items that are looked at one by one."""

MOST_CANDIDATES = 24
"""Items among which sums of several are sought, oldest due first."""

MOST_CANDIDATES_LARGE = 14
LARGEST_SHOWN = 6
MOST_WAYS = 8


def total(standings: Sequence[Standing]) -> Decimal:
    """What is open of them together, credit notes taken off."""
    return sum((one.signed for one in standings), start=Decimal(0))


def ways(standings: Sequence[Standing], amount: Decimal) -> list[Combination]:
    """Sums of one to four items that make an amount; single items first, then the fewest.

    Returns:
        At most eight; those of more items only where no fewer make it.
    """
    single = [(one,) for one in standings[:MOST_SINGLE] if one.signed == amount]
    if single:
        return list(single[:MOST_WAYS])
    few = list(standings[:MOST_CANDIDATES])
    values = [_units(one.signed) for one in few]
    target = _units(amount)
    for size in (2, 3, 4):
        found = _of_size(values, target, size)
        if found:
            return [tuple(few[at] for at in each) for each in found]
    return []


def is_pair(standings: Sequence[Standing], amount: Decimal) -> bool:
    """Whether two of the items make an amount, however many there are."""
    before: set[Decimal] = set()
    for one in standings:
        if amount - one.signed in before:
            return True
        before.add(one.signed)
    return False


def large_ways(standings: Sequence[Standing], amount: Decimal) -> list[Combination]:
    """Sums of five or six items; good enough to be shown, not to be booked."""
    few = list(standings[:MOST_CANDIDATES_LARGE])
    values = [_units(one.signed) for one in few]
    target = _units(amount)
    for size in (5, LARGEST_SHOWN):
        found = [
            each
            for each in combinations(range(len(few)), size)
            if sum(values[at] for at in each) == target
        ]
        if found:
            return [tuple(few[at] for at in each) for each in found[:MOST_WAYS]]
    return []


def subsets(standings: Sequence[Standing], amount: Decimal, most: int) -> list[Combination]:
    """Sums of up to ``most`` of a few items, such as the credit notes of a customer."""
    found: list[Combination] = []
    few = standings[:MOST_CANDIDATES]
    for size in range(1, most + 1):
        found += [each for each in combinations(few, size) if total(each) == amount]
        if len(found) >= MOST_WAYS:
            break
    return found[:MOST_WAYS]


def _of_size(values: Sequence[int], target: int, size: int) -> list[tuple[int, ...]]:
    """Index tuples, ascending, whose values add up; at most ``MOST_WAYS``."""
    places: dict[int, list[int]] = {}
    for at, value in enumerate(values):
        places.setdefault(value, []).append(at)
    found: list[tuple[int, ...]] = []
    for start in combinations(range(len(values)), size - 1):
        missing = target - sum(values[at] for at in start)
        for at in places.get(missing, ()):
            if at > start[-1]:
                found.append((*start, at))
                if len(found) == MOST_WAYS:
                    return found
    return found


def _units(amount: Decimal) -> int:
    """An amount in thousandths: whole numbers, which add up faster."""
    return int(amount * 1000)
