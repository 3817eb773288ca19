"""How is what people type compared? Upper case, without accents, cut into letters and digits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_RUN = re.compile("[A-Z]+|[0-9]+")
_SEPARATORS = re.compile("[^A-Z0-9]+")
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ß": "SS", "Ø": "O", "Ł": "L"})


@dataclass(frozen=True, slots=True)
class Run:
    """Letters or digits that stand together.

    Attributes:
        start, end: where it stands in the plain text.
    """

    text: str
    start: int
    end: int

    @property
    def is_digits(self) -> bool:
        """Whether it consists of digits."""
        return self.text[0] <= "9"


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Capital letters without accents; every sign stays, so that separators can be seen."""
    upper = text.upper()
    if upper.isascii():
        return upper
    kept = unicodedata.normalize("NFKD", upper.translate(_LIGATURES).replace("°", " "))
    return "".join(sign for sign in kept if not unicodedata.combining(sign)).upper()


def runs(text: str) -> list[Run]:
    """The letters and digits of a plain text, run by run."""
    return [Run(found.group(), found.start(), found.end()) for found in _RUN.finditer(text)]


def pieces(text: str) -> list[str]:
    """The same as bare texts."""
    return _RUN.findall(text)


@lru_cache(maxsize=65536)
def compact(text: str) -> str:
    """Only the letters and digits."""
    return _SEPARATORS.sub("", plain(text))


def words(text: str) -> list[str]:
    """The words of a text, with their digits."""
    return [word for word in _SEPARATORS.split(plain(text)) if word]
