"""How much? An amount in its currency, exact, never a float, rounded in one place."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Self

from pydantic import model_validator

from schemas.base import CurrencyCode, Frozen

INTEGER_DIGITS = 16
"""How many digits an amount may have before its decimal point: what the database's columns hold."""


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one calculation."""


_DECIMALS: dict[str, int] = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"), 0
    ),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimals of the currencies that have not two (ISO 4217, list one).

A table of our own, because it decides what money may be written in histories: a library's newer
table must not change what an older event means, nor be loaded in the middle of a workflow.
"""


@lru_cache(maxsize=256)
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for EUR, 1 for JPY (ISO 4217)."""
    return Decimal(1).scaleb(-_DECIMALS.get(currency, 2))


def round_half_up(amount: Decimal, currency: str) -> Decimal:
    """The one rounding of the house: half up, to the currency's minor unit."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def exact(amount: Decimal, currency: str) -> Decimal:
    """An amount with its currency's decimals, or with more where it has more."""
    rounded = round_half_up(amount, currency)
    return rounded if rounded == amount else amount


class Money(Frozen):
    """An amount and its currency.

    Attributes:
        amount: Decimal with exactly the currency's number of decimals; may be negative.
        currency: ISO 4217 code.
    """

    amount: Decimal
    currency: CurrencyCode

    @model_validator(mode="after")
    def _quantised(self) -> Self:
        if self.amount.adjusted() >= INTEGER_DIGITS:
            raise ValueError(f"an amount has at most {INTEGER_DIGITS} digits before its point")
        rounded = round_half_up(self.amount, self.currency)
        if rounded != self.amount:
            raise ValueError(f"{self.amount} has more decimals than {self.currency} allows")
        object.__setattr__(self, "amount", rounded)
        return self

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in a currency."""
        return _nothing(currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def at_most(self, other: Money) -> Money:
        """The smaller of the two."""
        self._same(other)
        return self if self.amount <= other.amount else other

    @property
    def is_positive(self) -> bool:
        """More than nothing."""
        return self.amount > 0

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} do not add up")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@lru_cache(maxsize=256)
def _nothing(currency: str) -> Money:
    return Money(amount=Decimal(0), currency=currency)
