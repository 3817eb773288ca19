"""Is a cell plain text? Without invisible signs, without control characters, and not too long."""

from __future__ import annotations

import unicodedata

from domain.import_values import Unexpected

SHORT_ENOUGH = 40
"""No field refuses a text of this length for being too long."""

_LONGEST = {
    # A case id carries the number, percent-encoded: 64 signs stay below Temporal's 1,000 bytes.
    **dict.fromkeys(("number", "debtor", "purchase_order"), 64),
    **dict.fromkeys(("name", "address_2", "address_3", "city"), 140),
    "email": 254,
    "address": 500,
}


def read_text(field: str, text: str) -> str:
    """A cell without the invisible signs that copying leaves behind; every space is a plain one.

    A letter and its accent are one sign (Unicode NFC), as they are counted and compared; macOS
    writes them as two. The name of a file stays as its disk has it.

    Args:
        field: what the cell holds; only an address may have several lines.
        text: the cell.

    Raises:
        Unexpected: when it holds a control character, or is too long for its field.
    """
    signs: list[str] = []
    for sign in text if field == "document" else unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        if category == "Zs" or sign == "\t":
            signs.append(" ")
        elif category[0] not in "CZ" or (sign == "\n" and field == "address"):
            signs.append(sign)
        elif category != "Cf":
            raise Unexpected("plain text without control characters")
    longest = _LONGEST.get(field, SHORT_ENOUGH)
    if len(signs) > longest:
        raise Unexpected(f"a text of at most {longest} characters")
    return "".join(signs).strip()
