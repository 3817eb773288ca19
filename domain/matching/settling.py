"""What does an amount settle of these items? All, all but a named difference, a part, or too much.

Source of the limits: what banks and payers do; each is stated in docs/matching.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from domain.matching.book import Standing
from domain.matching.sums import total
from domain.matching.wording import Wording
from schemas.matching import (
    Allocation,
    Difference,
    DifferenceKind,
    Evidence,
    EvidenceKind,
    Suggestion,
)

ROUNDING = Decimal("0.05")
CHARGES = Decimal(30)
DISCOUNT = Decimal("0.035")
_CENT = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Settlement:
    """How an amount is spread over items.

    Attributes:
        on_account: what is left of it.
        is_named: a difference has a reason that the payment itself states.
    """

    allocations: tuple[Allocation, ...] = ()
    differences: tuple[Difference, ...] = ()
    on_account: Decimal = _ZERO
    words: str = ""
    is_named: bool = False

    @property
    def evidence(self) -> Evidence:
        """What the amount says."""
        return Evidence(kind=EvidenceKind.AMOUNT, words=self.words)

    def with_words(self, words: str) -> Settlement:
        """The same, said otherwise."""
        return replace(self, words=words)

    def suggestion(self, evidence: Sequence[Evidence]) -> Suggestion:
        """As a suggestion, with why."""
        return Suggestion(
            allocations=self.allocations,
            differences=self.differences,
            evidence=(*evidence, self.evidence),
        )


@dataclass(frozen=True)
class Circumstances:
    """What of a payment allows differences.

    Attributes:
        foreign: came from abroad or in another currency, so banks may have kept charges.
    """

    wording: Wording
    paid_on: date | None
    foreign: bool


def exact(standings: Sequence[Standing], amount: Decimal) -> Settlement:
    """Items whose open amounts make the amount, credit notes taken off."""
    named = ", ".join(one.item.document for one in standings[:6])
    more = " …" if len(standings) > 6 else ""
    return Settlement(
        allocations=_whole(standings),
        words=f"{amount} is exactly what is open of {named}{more}.",
    )


def with_difference(
    standings: Sequence[Standing], amount: Decimal, around: Circumstances
) -> Settlement:
    """Items whose open amounts do not make the amount; the difference with its reason, if any."""
    open_sum = total(standings)
    short = open_sum - amount
    if abs(short) <= ROUNDING:
        words = f"{amount} is {open_sum} but for a rounding of {abs(short)}."
        return _settled(standings, short, DifferenceKind.ROUNDING, words)
    if short < 0:
        return Settlement(
            allocations=_whole(standings),
            on_account=-short,
            words=f"{amount} is {-short} more than the {open_sum} open; the rest is on account.",
        )
    if (around.foreign or around.wording.charges) and short <= CHARGES and short < open_sum / 2:
        words = f"{amount} is {open_sum} less charges of {short} that banks kept."
        return _settled(standings, short, DifferenceKind.CHARGES, words)
    if around.wording.discount and short <= open_sum * DISCOUNT:
        return _discounted(standings, amount, short, around)
    if around.wording.partial:
        part = _part(standings, amount, f"{amount} is a part of {open_sum}, and called so.")
        return replace(part, is_named=len(standings) == 1)
    return _part(standings, amount, f"{amount} is less than the {open_sum} open; nobody says why.")


def _discounted(
    standings: Sequence[Standing], amount: Decimal, short: Decimal, around: Circumstances
) -> Settlement:
    if not _in_time(standings, around.paid_on):
        return _part(standings, amount, f"A discount of {short} was taken, but too late for it.")
    rate = (short / (amount + short) * 100).quantize(_CENT)
    words = f"{amount} is {amount + short} less a discount of {short} ({rate} %), paid in time."
    return _settled(standings, short, DifferenceKind.DISCOUNT, words)


def _settled(
    standings: Sequence[Standing], short: Decimal, kind: DifferenceKind, words: str
) -> Settlement:
    """Every item is settled; the difference is spread over the invoices by their size."""
    invoices = [one for one in standings if one.sign > 0 and one.open > 0]
    shares = _shares(invoices, short) if kind is DifferenceKind.DISCOUNT else {}
    if not shares and invoices:
        largest = max(invoices, key=lambda one: one.open)
        shares = {largest.item.document: short}
    allocations = tuple(
        one.model_copy(update={"amount": one.amount - max(shares.get(one.document, _ZERO), _ZERO)})
        for one in _whole(standings)
    )
    differences = tuple(
        Difference(document=document, kind=kind, amount=share)
        for document, share in shares.items()
        if share
    )
    return Settlement(allocations=allocations, differences=differences, words=words, is_named=True)


def _shares(invoices: Sequence[Standing], short: Decimal) -> dict[str, Decimal]:
    whole = sum((one.open for one in invoices), start=_ZERO)
    shares = {
        one.item.document: (short * one.open / whole).quantize(_CENT, ROUND_HALF_UP)
        for one in invoices
    }
    last = invoices[-1].item.document
    shares[last] += short - sum(shares.values(), start=_ZERO)
    return shares


def _part(standings: Sequence[Standing], amount: Decimal, words: str) -> Settlement:
    return Settlement(allocations=greedy(standings, amount), words=words)


def greedy(standings: Sequence[Standing], amount: Decimal) -> tuple[Allocation, ...]:
    """Oldest due first until the amount is used up; credit notes come first, as they add to it."""
    left = amount
    found: list[Allocation] = []
    for one in standings:
        if one.sign < 0 and one.open > 0:
            left += one.open
            found.append(Allocation(document=one.item.document, amount=-one.open))
    for one in sorted(standings, key=lambda each: each.order):
        if one.sign > 0 and one.open > 0 and left > 0:
            used = min(one.open, left)
            left -= used
            found.append(Allocation(document=one.item.document, amount=used))
    return tuple(found)


def _whole(standings: Sequence[Standing]) -> tuple[Allocation, ...]:
    return tuple(
        Allocation(document=one.item.document, amount=one.signed)
        for one in standings
        if one.open > 0
    )


def _in_time(standings: Sequence[Standing], paid_on: date | None) -> bool:
    return paid_on is not None and all(
        one.item.due_date is None or paid_on <= one.item.due_date
        for one in standings
        if one.sign > 0
    )
