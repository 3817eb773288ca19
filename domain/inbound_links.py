"""Which case is a message about that answers none of ours? What it names, and who wrote it.

A creditor reference (ISO 11649) has check digits and stands in every message of ours, so it is
enough by itself. An invoice number may be anything: it counts only from the debtor's own house.
"""

from __future__ import annotations

import re

REFERENCES_MAX = 10

SHARED_BY_STRANGERS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr"),
        *("live.com", "live.fr", "msn.com", "yahoo.com", "yahoo.fr", "icloud.com", "me.com"),
        *("orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net", "bbox.fr"),
        *("gmx.de", "gmx.net", "gmx.fr", "web.de", "t-online.de", "freenet.de", "posteo.de"),
        *("proton.me", "protonmail.com", "aol.com", "mail.com", "numericable.fr"),
    }
)
"""Domains of mail providers: an address there says nothing about its neighbours."""

_REFERENCE = re.compile(r"\bRF[ \xa0]?\d\d(?:[ \xa0-]?[A-Z0-9]){1,21}", re.IGNORECASE)


def creditor_references(words: str) -> tuple[str, ...]:
    """Texts that may be creditor references, without spaces; the longest reading first.

    People write ``RF18 F202 6011 7`` and go on with another word, so every length is a candidate.
    """
    found: dict[str, None] = {}
    for match in _REFERENCE.findall(words)[:REFERENCES_MAX]:
        whole = re.sub(r"[^A-Z0-9]", "", match.upper())
        found.update(dict.fromkeys(whole[:length] for length in range(len(whole), 4, -1)))
    return tuple(found)


def names_number(words: str, number: str) -> bool:
    """Whether an invoice number stands in the words, as a word of its own."""
    if len(number) < 2 or number.lower() not in words.lower():  # Ten times as quick.
        return False
    edge = r"[A-Za-z0-9]"
    return bool(re.search(rf"(?<!{edge}){re.escape(number)}(?!{edge})", words, re.IGNORECASE))


def house_of(address: str) -> str:
    """The domain of a company's own; empty for one that strangers share, and for no address."""
    domain = address.lower().rpartition("@")[2]
    return "" if domain in SHARED_BY_STRANGERS else domain


def of_one_house(sender: str, address: str) -> bool:
    """Whether two addresses belong to one company: the same, or of one domain that is theirs."""
    if not sender or not address:
        return False
    house = house_of(sender)
    return sender.lower() == address.lower() or (house != "" and house == house_of(address))
