"""What does a letter cost? The rows of a price table that fit it, added up; never the debtor's.

Costs of collection without an enforceable title stay with the creditor (CPCE L111-8), so that no
quote reaches an account, a claim or a letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from schemas.letter_price import (
    ANYWHERE,
    LetterFormat,
    PriceRow,
    PriceStatus,
    Quote,
    QuotePart,
)
from schemas.money import Money, round_half_up
from schemas.postage import LetterKind

RECEIPT = "receipt"
PRINTING = ("envelope", "sheet", "page", "colour-page")

ITEMS = (*LetterKind, RECEIPT, *PRINTING)
"""What a row of the table may price."""

_SURENESS = list(PriceStatus)


def quote(rows: Sequence[PriceRow], provider: str, wanted: LetterFormat, on: date) -> Quote:
    """What a letter costs on a day, by the rows of a price table.

    The kind of the letter must have a price; a receipt, an envelope, sheets and pages are added
    where the table has a row for them, since one price may hold them all.

    Args:
        rows: of the table, in any order.
        provider: who posts it; ``folder`` for ourselves.
        wanted: what it is.
        on: the day it is posted.
    """
    postage = _row(rows, provider, wanted.kind.value, wanted, on)
    if postage is None:
        weight = f" of {wanted.grams} g" if wanted.grams else ""
        return Quote(
            provider=provider,
            wanted=wanted,
            why=f"no row {provider},{wanted.kind.value},{wanted.sent_from},{wanted.country} holds "
            f"for a letter{weight} on {on}",
        )
    parts, without = [QuotePart(count=1, row=postage)], []
    for item, count in _beside(wanted):
        if row := _row(rows, provider, item, wanted, on):
            parts.append(QuotePart(count=count, row=row))
        else:
            without.append(item)
    currencies = sorted({part.row.currency for part in parts})
    if len(currencies) > 1:
        why = f"the rows for it are in {' and '.join(currencies)}, and nothing converts them"
        return Quote(provider=provider, wanted=wanted, why=why)
    total = sum((part.count * part.row.price for part in parts), Decimal(0))
    return Quote(
        provider=provider,
        wanted=wanted,
        price=Money(amount=round_half_up(total, currencies[0]), currency=currencies[0]),
        status=max((part.row.status for part in parts), key=_SURENESS.index),
        parts=tuple(parts),
        without=tuple(without),
    )


def _beside(wanted: LetterFormat) -> Iterable[tuple[str, int]]:
    """What else a letter on paper needs, and how many of it."""
    if wanted.kind is LetterKind.REGISTERED:
        yield RECEIPT, 1
    if wanted.sheets:
        yield "envelope", 1
        yield "sheet", wanted.sheets
        yield "colour-page" if wanted.colour else "page", wanted.pages


def _row(
    rows: Sequence[PriceRow], provider: str, item: str, wanted: LetterFormat, on: date
) -> PriceRow | None:
    """The row that fits best: its countries named, then the lightest class, then the latest day."""
    fits = [
        row
        for row in rows
        if (row.provider, row.item) == (provider, item)
        and row.sent_from in {wanted.sent_from, ANYWHERE}
        and row.country in {wanted.country, ANYWHERE}
        and (not row.grams or wanted.grams <= row.grams)
        and row.valid_from <= on
    ]

    def order(row: PriceRow) -> tuple[bool, bool, bool, int, int]:
        far = row.sent_from == ANYWHERE, row.country == ANYWHERE
        return (*far, not row.grams, row.grams, -row.valid_from.toordinal())

    return min(fits, key=order, default=None)
