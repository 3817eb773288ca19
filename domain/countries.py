"""Which country is meant? Codes and names as people write them, to ISO 3166-1 alpha-2."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

from babel import Locale

_ALSO = {"uk": "GB", "great britain": "GB", "england": "GB", "angleterre": "GB", "usa": "US"}


def country_code(text: str) -> str:
    """The code of a country given as code or as English or French name; empty if unknown."""
    plain = without_accents(text).strip()
    if plain.upper() in _codes():
        return plain.upper()
    return _ALSO.get(plain) or _codes_by_name().get(plain, "")


def without_accents(text: str) -> str:
    """A text in lower case without accents, to compare what people type."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    """Every country of the list that comes with the time zone database."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and line[0] != "#")


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    return {
        without_accents(name): code
        for language in ("en", "fr")
        for code, name in Locale(language).territories.items()
        if code in _codes()
    }
