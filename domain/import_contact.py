"""How is a debtor reached? What nobody could use is missing, and keeps no invoice out."""

from __future__ import annotations

from collections.abc import Callable

from domain.import_values import Unexpected

_SHOWN_CHARACTERS = 80


def read_contact(
    number: str, column: str, text: str, reader: Callable[[str], str]
) -> tuple[str, str]:
    """An address or a telephone number, and what a person should know of it.

    Args:
        number: of the invoice beside it.
        column: that it stands in.
        text: the cell.
        reader: of such cells; raises ``Unexpected``.

    Returns:
        The value, empty where it cannot be used; and a sentence that says so, or nothing.
    """
    try:
        return reader(text), ""
    except Unexpected as unexpected:
        shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
        return "", f"{number} goes in without {column} {shown!r}: expected {unexpected}"
