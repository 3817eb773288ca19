"""What may a person accept? Ways to allocate a payment, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.matching.book import Book, Standing
from domain.matching.mention import Reading
from domain.matching.naming import Meaning, Named
from domain.matching.payers import NAMED, Payers
from domain.matching.settling import (
    CHARGES,
    ROUNDING,
    Circumstances,
    Settlement,
    exact,
    greedy,
    with_difference,
)
from domain.matching.sums import large_ways, total, ways
from schemas.bank import BankTransaction
from schemas.matching import Suggestion

MOST = 5
"""So many ways are suggested at most."""

MOST_NAMED = 50
MOST_BY_AMOUNT = 3
"""An amount that more items have says nothing."""


@dataclass(frozen=True)
class Ground:
    """What suggestions rest on."""

    transaction: BankTransaction
    book: Book
    payers: Payers
    reading: Reading
    meaning: Meaning
    around: Circumstances

    @property
    def amount(self) -> Decimal:
        """What came in."""
        return self.transaction.amount


def suggestions_for(ground: Ground) -> tuple[Suggestion, ...]:
    """At most five ways, each once; none where nothing is known at all."""
    found: dict[tuple[tuple[str, Decimal], ...], Suggestion] = {}
    for one in _ways(ground):
        key = tuple(sorted((each.document, each.amount) for each in one.allocations))
        if key and key not in found:
            found[key] = one
        if len(found) == MOST:
            break
    return tuple(found.values())


def _ways(ground: Ground) -> Iterator[Suggestion]:
    named = ground.meaning.exact
    supported = [one for one in named if _is_supported(ground, one)]
    for one in sorted(supported, key=_oldest):
        yield _suggestion(ground, one, exact(one.standings, ground.amount))
    base = ground.meaning.base
    base_holds = base is not None and _is_supported(ground, base)
    if not supported:
        yield from _single(ground)
    if base is not None and base_holds and not named:
        yield from _around_base(ground, base)
    for customer in _customers(ground):
        yield from _of_customer(ground, customer)
    for one in named:
        yield _suggestion(ground, one, exact(one.standings, ground.amount))
    if base is not None and not base_holds and total(base.standings) > 0:
        settlement = with_difference(base.standings, ground.amount, ground.around)
        yield _suggestion(ground, base, settlement)
    yield from _of_strangers(ground)
    if not ground.payers.claims:
        yield from _by_amount(ground)
    for customer in _customers(ground)[:2]:
        yield from _oldest_first(ground, customer)


def _single(ground: Ground) -> Iterator[Suggestion]:
    """One open item of a likely payer that has exactly the amount, oldest due first."""
    for customer in _customers(ground):
        if ground.payers.weight(customer) >= NAMED:
            for one in _open(ground, customer):
                if one.signed == ground.amount:
                    yield _of_payer(ground, customer, exact((one,), ground.amount))


def _is_supported(ground: Ground, named: Named) -> bool:
    if ground.payers.is_pool or all(one.weight < NAMED for one in ground.payers.claims.values()):
        return True
    return all(ground.payers.weight(one) for one in named.customers)


def _oldest(named: Named) -> tuple[object, ...]:
    return min(one.order for one in named.standings)


def _around_base(ground: Ground, base: Named) -> Iterator[Suggestion]:
    """What is named, alone or with other items of the same customer that fill the rest."""
    open_sum = total(base.standings)
    if len(base.customers) == 1 and open_sum < ground.amount:
        known = {one.item.document for one in base.standings}
        others = [one for one in _open(ground, base.customers[0]) if one.item.document not in known]
        for more in ways(others, ground.amount - open_sum):
            together = (*base.standings, *more)
            yield _suggestion(ground, base, exact(together, ground.amount))
    if open_sum > ground.amount and len(base.standings) > 1:
        for fewer in ways(base.standings, ground.amount):
            yield _suggestion(ground, base, exact(fewer, ground.amount))
    if open_sum > 0:
        settlement = with_difference(base.standings, ground.amount, ground.around)
        yield _suggestion(ground, base, settlement)


def _customers(ground: Ground) -> list[str]:
    """Who may have paid, the surest first; customers of a group that pays are asked, too."""
    ranked = sorted(ground.payers.claims, key=lambda one: (-ground.payers.weight(one), one))
    groups = {ground.book.group_of(one) for one in ranked} - {""}
    groups |= ground.payers.groups
    members = [one for group in sorted(groups) for one in ground.book.members(group)]
    return list(dict.fromkeys((*ranked, *members)))[:12]


def _of_customer(ground: Ground, customer: str) -> Iterator[Suggestion]:
    items = _open(ground, customer)
    if not items:
        return
    tails = _tails(ground, items)
    found = sorted(ways(items, ground.amount), key=lambda each: (-_hits(each, tails), _first(each)))
    for each in found:
        yield _of_payer(ground, customer, exact(each, ground.amount))
    if not found and len(items) > 1 and total(items) == ground.amount:
        yield _of_payer(ground, customer, exact(items, ground.amount))
    if not found:
        for each in large_ways(items, ground.amount):
            yield _of_payer(ground, customer, exact(each, ground.amount))
    for one in items:
        if one.sign > 0 and _is_near(ground, one):
            settlement = with_difference((one,), ground.amount, ground.around)
            yield _of_payer(ground, customer, settlement)


def _is_near(ground: Ground, one: Standing) -> bool:
    short = one.open - ground.amount
    limit = ROUNDING
    if ground.around.foreign:
        limit = CHARGES
    if ground.around.wording.discount:
        limit = max(limit, one.open * Decimal("0.035"))
    return -ROUNDING <= short <= limit


def _tails(ground: Ground, items: Sequence[Standing]) -> set[str]:
    base = ground.meaning.base
    mentioned: set[str] = {one.item.document for one in base.standings} if base else set()
    return mentioned & {one.item.document for one in items}


def _hits(each: Sequence[Standing], tails: set[str]) -> int:
    return sum(1 for one in each if one.item.document in tails)


def _first(each: Sequence[Standing]) -> tuple[object, ...]:
    return min(one.order for one in each)


def _oldest_first(ground: Ground, customer: str) -> Iterator[Suggestion]:
    items = _open(ground, customer)
    invoices = [one for one in items if one.sign > 0]
    # One item that alone is larger is the likelier part payment; else the oldest are filled.
    if invoices:
        words = "No open items make the amount; the oldest due first."
        settlement = Settlement(allocations=greedy(invoices, ground.amount), words=words)
        yield _of_payer(ground, customer, settlement)


def _of_strangers(ground: Ground) -> Iterator[Suggestion]:
    """Somebody else's item of which a part of the number is named, with exactly the amount."""
    for mention in ground.reading.mentions:
        for document in mention.documents[:MOST_NAMED]:
            standing = ground.book.standing[document]
            fits = standing.signed == ground.amount
            if fits and standing.item.currency == ground.transaction.currency:
                evidence = (mention.evidence((document,)),)
                yield exact((standing,), ground.amount).suggestion(evidence)


def _by_amount(ground: Ground) -> Iterator[Suggestion]:
    found = ground.book.with_open_amount(ground.amount, ground.transaction.currency)
    if len(found) <= MOST_BY_AMOUNT:
        for one in found:
            settlement = exact((one,), ground.amount)
            yield settlement.suggestion(())


def _open(ground: Ground, customer: str) -> list[Standing]:
    currency = ground.transaction.currency
    return [one for one in ground.book.open_items(customer) if one.item.currency == currency]


def _suggestion(ground: Ground, named: Named, settlement: Settlement) -> Suggestion:
    evidence = [mention.evidence(documents) for mention, documents in named.choices]
    for customer in named.customers:
        evidence += ground.payers.evidence(customer)
    return settlement.suggestion(evidence)


def _of_payer(ground: Ground, customer: str, settlement: Settlement) -> Suggestion:
    return settlement.suggestion(ground.payers.evidence(customer))
