"""Which digits are no invoice number? Dates, telephones, amounts, SIREN, IBAN, customer numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_MONTHS = (
    "JANVIER|FEVRIER|MARS|AVRIL|MAI|JUIN|JUILLET|AOUT|SEPTEMBRE|OCTOBRE|NOVEMBRE|DECEMBRE|"
    "JANV|FEVR|FEV|AVR|JUIL|SEPT|OCT|NOV|DEC|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|"
    "SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER"
)
_DAY = "(?:0?[1-9]|[12][0-9]|3[01])"
_MONTH = "(?:0[1-9]|1[0-2]|[1-9])"
_PAIR_MONTH = "(?:0[1-9]|1[0-2])"
_YEAR = "(?:20[0-9]{2}|[0-9]{2})"

# A date may follow a slash, but not the digits before it.
_FREE = r"(?<![0-9])(?<![0-9][/.\-])"

_TRAPS = tuple(
    re.compile(one)
    for one in (
        rf"{_FREE}{_DAY}[/.\-]{_MONTH}[/.\-]{_YEAR}(?![0-9])",
        rf"{_FREE}{_DAY} {_PAIR_MONTH} 20[0-9]{{2}}(?![0-9])",
        rf"{_FREE}20[0-9]{{2}}[/.\-]{_PAIR_MONTH}[/.\-]{_DAY}(?![0-9])",
        rf"{_FREE}(?<![A-Z]){_DAY}[/.]{_PAIR_MONTH}(?![0-9/])",
        rf"{_FREE}{_PAIR_MONTH}[/.\-]20[0-9]{{2}}(?![0-9])",
        rf"{_FREE}(?<![A-Z])20[0-9]{{2}}[/.\-]{_PAIR_MONTH}(?![0-9/.\-])",
        rf"(?:{_DAY} ?)?\b(?:{_MONTHS})\b\.? ?(?:20)?[0-9]{{2}}(?![0-9])",
        rf"(?<![0-9]){_DAY}(?:ER)? (?:{_MONTHS})\b",
        r"(?<![0-9])(?:\+33 ?|0033 ?|0)[1-9](?:[ .\-]?[0-9]{2}){4}(?![0-9])",
        r"\b(?:TEL|TELEPHONE|FAX|PHONE|MOB|PORT)\b[ .:]*[0-9][0-9 .\-]*[0-9]",
        (
            r"(?<![0-9A-Z,.\-/])"
            r"(?:0|[1-9][0-9]{0,2}(?:([ .,'])[0-9]{3}(?:\1[0-9]{3})*)?|[1-9][0-9]*)"
            r"[.,][0-9]{2}(?![0-9]|[,/][0-9])"
        ),
        (
            r"(?<![0-9])(?:[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]+)(?:[.,][0-9]{1,2})? ?"
            r"(?:EUR|EUROS?|€|USD|CHF|GBP)(?![A-Z])"
        ),
        r"\b(?:EUR|USD|CHF|GBP|€) ?[0-9]+(?:[ .,][0-9]{3})*(?:[.,][0-9]{1,2})?(?![0-9])",
        r"\b(?:SIREN|SIRET|RCS|TVA|VAT|NAF|APE)\b[ A-Z:.]*[0-9][0-9 ]*[0-9]",
        (
            r"\b(?:CLT|CLIENT|CLI|CUSTOMER|CUST|COMPTE|CPTE|CPT|ACCOUNT|ACC|KD|KUNDE|KUNDENNR)\b"
            r"[ .:#]*(?:N[O°]?\b)?[ .:#]*[A-Z]{0,3}[ \-]?[0-9]+"
        ),
        (
            r"\b(?:CHQ|CHEQUE|BORDEREAU|BORD|REMISE|CONTRAT|CONTRACT|CTR|MANDAT|RUM|ICS|LOT|"
            r"DOSSIER|DOSS|CHANTIER|CHANT|"
            r"BL|BON|LIVRAISON|DEVIS|TICKET|CB|CARTE|AFFAIRE|AFF|BAIL|LOYER|"
            r"ENGAGEMENT|EJ|MARCHE|MANDATEMENT|MDT|BDX|TITRE|EXERCICE|DOMICILIATION|RIB|GUICHET)\b"
            r"[ .:#]*(?:N[O°]?\b)?[ .:#]*[A-Z]{0,3}[ \-]?[0-9]+"
        ),
        r"(?<![0-9])[0-2]?[0-9][:H][0-5][0-9](?![0-9])",
        r"(?<![0-9])[0-9]{1,2}(?:[.,][0-9]+)? ?%",
        r"(?<![0-9])(?:1ER|1ERE|[0-9]E|[0-9]EME|[0-9]NDE?)\b",
    )
)
_BARE_DATES = tuple(
    re.compile(one)
    for one in (
        rf"(?<![0-9])(?:0[1-9]|[12][0-9]|3[01]){_PAIR_MONTH}20[1-4][0-9](?![0-9])",
        rf"(?<![0-9])20[1-4][0-9]{_PAIR_MONTH}(?:0[1-9]|[12][0-9]|3[01])(?![0-9])",
        rf"(?<![0-9])(?:0[1-9]|[12][0-9]|3[01]){_PAIR_MONTH}(?:2[0-9])(?![0-9])",
    )
)
_SIREN = re.compile(
    r"(?<![0-9])(?<![0-9] )(?:[0-9]{9}(?:[0-9]{5})?|[0-9]{3}(?: [0-9]{3}){2}(?: [0-9]{5})?)"
    r"(?! ?[0-9])"
)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])")

Span = tuple[int, int]


def traps(text: str) -> list[Span]:
    """Where in a plain text there are digits that name something else than an invoice."""
    found = [hit.span() for pattern in _TRAPS for hit in pattern.finditer(text)]
    found += [hit.span() for hit in _IBAN.finditer(text) if _is_iban(hit.group())]
    return found


def bare_traps(text: str) -> list[Span]:
    """Digits without a sign between that may be a date or a SIREN, unless something says not."""
    found = [hit.span() for pattern in _BARE_DATES for hit in pattern.finditer(text)]
    found += [hit.span() for hit in _SIREN.finditer(text) if has_luhn(_digits(hit.group()))]
    return found


def is_inside(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether a piece of text shares a sign with one of the spans."""
    return any(start < high and low < end for low, high in spans)


def sirens(text: str) -> Iterator[str]:
    """Every SIREN of a plain text, also out of a SIRET; the check digit holds (Luhn)."""
    for hit in _SIREN.finditer(text):
        digits = _digits(hit.group())
        if has_luhn(digits):
            yield digits[:9]


def has_luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1)."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _digits(text: str) -> str:
    return text.replace(" ", "")


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    rearranged = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in rearranged)) % 97 == 1
