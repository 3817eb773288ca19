"""How is an address written in its country? Where the postcode stands, and what is in capitals.

Source: the addressing sheets of the countries' posts, as the Universal Postal Union collects them
(Postal addressing systems). A country that is not listed has the postcode before the town.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

SENDER_LINES_MAX = 6
LINE_CHARACTERS_MAX = 38
"""What providers of letters print of a sender (NF Z 10-011), its country apart."""

_BELOW = frozenset({"GB", "GG", "IE", "IM", "JE"})
"""The postcode has the last line to itself, below the town."""

_BEHIND = frozenset({"AU", "CA", "IN", "NZ", "SG", "US"})
"""The postcode follows the town (and the state), on the same line."""

_BRITISH = re.compile(r"\s*\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$", re.IGNORECASE)

_CAPITALS = _BELOW | _BEHIND | frozenset({"AT", "BE", "ES", "FR", "IT", "LU", "MC", "NL"})
"""The town is written in capitals; elsewhere (Germany, Switzerland) as it is."""


def town_lines(postcode: str, town: str, country: str) -> tuple[str, ...]:
    """The last lines of an address, as the country's post reads them; what is blank is left out.

    Args:
        postcode: as the country writes it.
        town: with the state or county, where the country wants one.
        country: ISO 3166-1 alpha-2.
    """
    code, place = " ".join(postcode.split()), " ".join(town.split())
    if country in _BELOW:
        return tuple(line for line in (place, code) if line)
    parts = (place, code) if country in _BEHIND else (code, place)
    line = " ".join(part for part in parts if part)
    return (line,) if line else ()


def envelope_lines(lines: list[str], country: str, room: int) -> list[str]:
    """An address as it stands on an envelope: the town in capitals, where the country wants it.

    Args:
        lines: street first, town last; none is blank.
        country: ISO 3166-1 alpha-2.
        room: for so many lines; a British postcode joins its town when it is one too few.
    """
    found = list(lines)
    alone = country in _BELOW and len(found) > 1 and _is_code(found[-1])
    if alone and len(found) == room + 1:
        code = found.pop()
        found[-1] = f"{found[-1]} {code}"
        alone = False
    if country in _CAPITALS:
        for place in range(len(found) - (2 if alone else 1), len(found)):
            found[place] = found[place].upper()
    return found


def sender_lines(name: str, address: tuple[str, ...]) -> tuple[str, ...]:
    """A sender as a provider prints it: nothing is cut; what is too long takes two lines.

    Args:
        name: of the creditor.
        address: street first, town last, without the country.

    Raises:
        ValueError: when it does not fit, with what is too long.
    """
    found: list[str] = []
    for line in (name, *address):
        plain = unicodedata.normalize("NFC", " ".join(line.split()))
        found += textwrap.wrap(
            *(plain, LINE_CHARACTERS_MAX), break_long_words=False, break_on_hyphens=False
        )
    for line in found:
        if len(line) > LINE_CHARACTERS_MAX:
            raise ValueError(f"{line!r} has more than {LINE_CHARACTERS_MAX} characters in a row")
    if len(found) > SENDER_LINES_MAX:
        raise ValueError(
            f"name and address take {len(found)} lines of {LINE_CHARACTERS_MAX} characters, "
            f"at most {SENDER_LINES_MAX} fit: {' / '.join(found)}"
        )
    return tuple(found)


def town_of(lines: tuple[str, ...]) -> str:
    """The town of an address, as a letter's date line needs it: without its postcode.

    Args:
        lines: street first, town and postcode last, in the order of their country.
    """
    line = " ".join(lines[-1].split())
    if len(lines) > 1 and _BRITISH.fullmatch(line):
        line = " ".join(lines[-2].split())
    return re.sub(r"^[A-Z]{0,2}-?\d[\d ]*", "", _BRITISH.sub("", line)).strip()


def _is_code(line: str) -> bool:
    """A British or Irish postcode and nothing else: short, with a digit."""
    return len(line) <= 8 and any(sign.isdigit() for sign in line)
