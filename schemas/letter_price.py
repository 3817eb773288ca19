"""What does a letter cost whoever sends it? Rows of a price table, and a quote made of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from schemas.base import Frozen
from schemas.money import Money
from schemas.postage import LetterKind

ANYWHERE = "*"
"""Stands for every country that no row names."""

SHEET_GRAMS = 5
"""A sheet of A4 of 80 g/m² weighs 4.99 g (ISO 216: a sixteenth of a square metre)."""

ENVELOPE_GRAMS = 5
"""An envelope DL with its window, rounded up."""


class PriceStatus(StrEnum):
    """How sure a price is: published by the post, agreed with a provider, or as somebody says."""

    OFFICIAL = "official"
    AGREED = "agreed"
    PROVISIONAL = "provisional"


class LetterFormat(Frozen):
    """What the price of a letter depends on.

    Attributes:
        country: to which it goes, ISO 3166-1 alpha-2.
        sent_from: the country it is posted in.
        colour: it is printed in colours.
        duplex: it is printed on both sides of a sheet.
    """

    kind: LetterKind
    pages: int = 1
    country: str = "FR"
    sent_from: str = "FR"
    colour: bool = False
    duplex: bool = True

    @property
    def sheets(self) -> int:
        """Of paper; none when it travels electronically."""
        if self.kind.is_electronic:
            return 0
        return (self.pages + 1) // 2 if self.duplex else self.pages

    @property
    def grams(self) -> int:
        """What it weighs in its envelope; nothing when it travels electronically."""
        return ENVELOPE_GRAMS + SHEET_GRAMS * self.sheets if self.sheets else 0


class PriceRow(Frozen):
    """A price of the table.

    Attributes:
        provider: whose price it is: ``folder`` is what we pay ourselves.
        item: a kind of letter, or ``receipt``, ``envelope``, ``sheet``, ``page``, ``colour-page``.
        sent_from: the country it is posted in, or ``*``.
        country: to which it goes, or ``*``.
        grams: up to which it holds; 0 for any weight.
        price: of one, with up to four decimals.
        currency: ISO 4217.
        valid_from: the first day it holds; until the day of the next such row.
        source: who says so.
    """

    provider: str
    item: str
    sent_from: str
    country: str
    grams: int
    price: Decimal
    currency: str
    valid_from: date
    status: PriceStatus
    source: str


class QuotePart(Frozen):
    """What a quote is made of: so many of one row."""

    count: int
    row: PriceRow


class Quote(Frozen):
    """What a letter costs us; never what a debtor owes.

    Attributes:
        provider: who would post it; ``folder`` for ourselves.
        price: None when none is known.
        why: none is known, and what to do about it; empty with a price.
        status: of the least sure part; None without a price.
        without: what the table names no price of, and the quote does not hold.
    """

    provider: str
    wanted: LetterFormat
    price: Money | None = None
    why: str = ""
    status: PriceStatus | None = None
    parts: tuple[QuotePart, ...] = ()
    without: tuple[str, ...] = ()


class LetterCost(Frozen):
    """What letters have cost so far, by currency; a letter without a price counts as such.

    Attributes:
        price: the sum; None for letters of which no price was known.
        provisional: how many of them rest on a price that is not sure.
    """

    letters: int
    price: Money | None = None
    provisional: int = 0
