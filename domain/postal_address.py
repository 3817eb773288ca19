"""How is an address written in its country? Where the postcode stands, and what is in capitals.

Source: the addressing sheets of the countries' posts, as the Universal Postal Union collects them
(Postal addressing systems). A country that is not listed has the postcode before the town.
"""

from __future__ import annotations

import re

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
