"""In which language is a debtor addressed? Their own, else their country's, else the creditor's."""

from __future__ import annotations

LAST_RESORT = "en"
"""What is read where nothing better is written."""

_OF_COUNTRY = {
    **dict.fromkeys(("FR", "MC", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"), "fr"),
    **dict.fromkeys(("DE", "AT", "LI"), "de"),
    **dict.fromkeys(("GB", "IE", "US", "AU", "NZ"), "en"),
    "ES": "es",
    "IT": "it",
    "NL": "nl",
    "PT": "pt",
    "PL": "pl",
    "SE": "sv",
    "DK": "da",
}
"""Countries that speak one language in business; elsewhere (BE, CH, LU, CA) nobody guesses."""


def language_of_country(country: str) -> str:
    """The language of business of a country; English where there are several or none is known."""
    return _OF_COUNTRY.get(country, LAST_RESORT)


def languages_for(own: str, country: str, creditors: str) -> tuple[str, ...]:
    """The languages to write to a debtor in, the best first; the first that has a text is taken.

    Args:
        own: the debtor's language; empty when it is not known.
        country: of the debtor, ISO 3166-1.
        creditors: the creditor's language, which the contract is likely to be in.
    """
    wanted = (own, _OF_COUNTRY.get(country, ""), creditors, LAST_RESORT)
    return tuple(dict.fromkeys(language for language in wanted if language))
