"""What would a letter cost? The office's own table answers; no letter waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from domain.letter_price import quote
from domain.letter_price_file import read_letter_prices
from domain.yaml_document import DocumentError
from schemas.letter_price import LetterFormat, PriceRow, Quote
from schemas.settings import Settings

FOLDER = "folder"
"""Whose prices are ours: what we pay for a letter that a person posts."""


@dataclass(frozen=True)
class Printing:
    """How letters are printed, and what each costs.

    Attributes:
        prices: the file of the price table; None when there is none.
        colour: in colours, where it is a matter of choice.
        duplex: on both sides of a sheet.
    """

    prices: Path | None = None
    colour: bool = False
    duplex: bool = True

    def quote(self, provider: str, wanted: LetterFormat, on: date) -> Quote:
        """What a letter costs; a table that is missing or wrong is the reason why nobody knows."""
        if self.prices is None:
            return Quote(provider=provider, wanted=wanted, why="there is no table of prices")
        try:
            found = quote(price_rows(self.prices), provider, wanted, on)
        except DocumentError as error:
            return Quote(provider=provider, wanted=wanted, why=str(error.problems[0]))
        except OSError as error:
            why = f"{self.prices} cannot be read: {error.strerror}"
            return Quote(provider=provider, wanted=wanted, why=why)
        if found.why:
            return found.model_copy(update={"why": f"{found.why}: add one to {self.prices}"})
        return found


def printing_of(settings: Settings) -> Printing:
    """How letters are printed, as the settings say."""
    return Printing(
        prices=settings.letter_prices_file,
        colour=settings.letters_in_colour,
        duplex=settings.letters_duplex,
    )


def price_rows(file: Path) -> tuple[PriceRow, ...]:
    """The rows of a price table, read again when it has changed.

    Raises:
        PriceFileError: with every problem found.
        OSError: when it cannot be read.
    """
    return _rows(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _rows(file: Path, _changed: int) -> tuple[PriceRow, ...]:
    return read_letter_prices(file.read_bytes(), str(file))
