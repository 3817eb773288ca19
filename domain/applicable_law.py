"""Whose law applies to a debtor of this country? The overseas departments have that of France."""

from __future__ import annotations

_FRENCH_LAW_OVERSEAS = frozenset({"GF", "GP", "MQ", "RE", "YT"})


def law_of(country: str) -> str:
    """The country whose law is applied, by ISO 3166-1 code; a country's own but for a few."""
    return "FR" if country in _FRENCH_LAW_OVERSEAS else country
