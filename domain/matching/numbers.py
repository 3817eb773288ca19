"""Which numbers may a payer type? The creditor's own patterns, learnt from its open items.

Each number is known under keys: whole, without its year or its letters, and its running number
alone. Typing habits (blanks, dashes, dropped zeros, two or four digits of the year) all lead to one
of these keys, so a text is read by looking its pieces up, however many items there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from domain.matching.plain import pieces as cut
from domain.matching.plain import plain
from schemas.matching import OpenItem

MIN_WHOLE_DIGITS = 6
"""A number of digits alone counts as whole from so many on; a shorter one is any number."""

SHARE_OF_A_PATTERN = 5
"""A pattern holds where at most one in so many numbers of a shape breaks it."""

_YEAR = re.compile("(?:19|20)[0-9]{2}")


class Form(IntEnum):
    """How much of a number was typed."""

    TAIL = 1
    LOOSE = 2
    WHOLE = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """A number by its parts, in their order: ``letters``, ``year``, ``digits`` and ``sequence``."""

    texts: tuple[str, ...]
    roles: str

    def sequence(self) -> str:
        """The running number, as it is printed."""
        return self.texts[self.roles.rindex("s")]


class NumberIndex:
    """Documents by what payers type of their numbers."""

    def __init__(self, items: Iterable[OpenItem]) -> None:
        known = list(items)
        self.keys: dict[Form, dict[str, list[str]]] = {form: {} for form in Form}
        self.parts: dict[str, Parts] = {}
        self.prefixes: set[str] = set()
        self.shapes: set[tuple[str, int]] = set()
        self.sequence_lengths: set[int] = set()
        self.lengths: set[int] = set()
        splits = _learn_splits(known)
        for item in known:
            self._add(item, splits)

    def find(self, key: str, form: Form) -> Sequence[str]:
        """The documents that a piece of text names in a form."""
        return self.keys[form].get(key, ())

    def neighbour(self, document: str, sequence: str) -> Sequence[str]:
        """The documents of the same pattern that ends in these digits instead of its own."""
        parts = self.parts.get(document)
        if parts is None:
            return ()
        last = parts.roles.rindex("s") + 1
        own, suffix = glued(parts.texts[:last]), glued(parts.texts[last:])
        full = sequence.zfill(len(parts.sequence()))
        found: dict[str, None] = {}
        for typed in dict.fromkeys((sequence, full)):
            if own[-len(typed) :].isdigit() and len(typed) < len(own):
                key = own[: -len(typed)] + typed + suffix
                either = self.find(key, Form.WHOLE) or self.find(key, Form.TAIL)
                found.update(dict.fromkeys(either))
        return tuple(found)

    def whole(self, document: str) -> str:
        """The number of a document without its separators; empty where it has no digits."""
        parts = self.parts.get(document)
        return glued(parts.texts) if parts is not None else ""

    def place(self, document: str) -> tuple[str, tuple[int, ...]] | None:
        """The pattern of a number, and its place in it: year and so on, then the running number."""
        parts = self.parts.get(document)
        if parts is None:
            return None
        pairs = list(zip(parts.texts, parts.roles, strict=True))
        letters = "".join(text for text, role in pairs if role == "l")
        return letters, tuple(int(text) for text, role in pairs if role != "l")

    def _add(self, item: OpenItem, splits: dict[str, tuple[int, int]]) -> None:
        number = item.number or item.document
        parts = _parts(number, item, splits)
        if parts is None:
            return
        self.parts[item.document] = parts
        letters = "".join(
            text for text, role in zip(parts.texts, parts.roles, strict=True) if role == "l"
        )
        digits = "".join(
            text for text, role in zip(parts.texts, parts.roles, strict=True) if role != "l"
        )
        if letters:
            self.prefixes.add(letters)
        self.shapes.add((letters, len(digits)))
        self.sequence_lengths.add(len(parts.sequence()))
        self.lengths.update({len(digits), *range(len(parts.sequence()) + 1)})
        for key, form in _keys(parts):
            documents = self.keys[form].setdefault(key, [])
            if not documents or documents[-1] != item.document:
                documents.append(item.document)


def glued(pieces: Iterable[str]) -> str:
    """A key that keeps zeros and forgets where the pieces were parted."""
    return "".join(pieces)


def stripped(pieces: Iterable[str]) -> str:
    """A key that forgets leading zeros and keeps where the pieces were parted."""
    return "|".join(piece.lstrip("0") or "0" if piece[0] <= "9" else piece for piece in pieces)


def _shape(pieces: Sequence[str]) -> str:
    return " ".join(f"#{len(one)}" if one[0] <= "9" else one for one in pieces)


def _learn_splits(items: Sequence[OpenItem]) -> dict[str, tuple[int, int]]:
    """For each shape with glued digits, how many of them are the year and the month."""
    count: Counter[str] = Counter()
    years: Counter[tuple[str, int]] = Counter()
    months: Counter[tuple[str, int]] = Counter()
    for item in items:
        pieces = cut(plain(item.number or item.document))
        if not pieces or pieces[-1][0] > "9" or len(pieces[-1]) < 5 or item.issue_date is None:
            continue
        shape, digits = _shape(pieces), pieces[-1]
        count[shape] += 1
        year, month = f"{item.issue_date:%Y}", f"{item.issue_date:%m}"
        for width in (4, 2):
            if digits.startswith(year[-width:]):
                years[shape, width] += 1
                months[shape, width] += digits[width : width + 2] == month
                break
    found: dict[str, tuple[int, int]] = {}
    for (shape, width), hits in years.items():
        enough = count[shape] - count[shape] // SHARE_OF_A_PATTERN
        if hits >= enough and (width == 4 or count[shape] >= SHARE_OF_A_PATTERN):
            is_monthly = months[shape, width] >= enough and count[shape] >= SHARE_OF_A_PATTERN
            found[shape] = (width, 2 if is_monthly else 0)
    return found


def _parts(number: str, item: OpenItem, splits: dict[str, tuple[int, int]]) -> Parts | None:
    pieces = cut(plain(number))
    if not any(one[0] <= "9" for one in pieces):
        return None
    last = max(at for at, one in enumerate(pieces) if one[0] <= "9")
    years = {f"{item.issue_date:%Y}", f"{item.issue_date:%y}"} if item.issue_date else set()
    split = splits.get(_shape(pieces))
    texts: list[str] = []
    roles = ""
    for at, one in enumerate(pieces):
        if one[0] > "9":
            texts.append(one)
            roles += "l"
        elif at == last:
            for text, role in _split(one, split):
                texts.append(text)
                roles += role
        else:
            texts.append(one)
            is_year = "y" not in roles and (one in years or _YEAR.fullmatch(one))
            roles += "y" if is_year else "d"
    return Parts(tuple(texts), roles)


def _split(digits: str, split: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    year, month = split or (0, 0)
    if year + month >= len(digits):
        year = month = 0
    if year:
        yield digits[:year], "y"
    if month:
        yield digits[year : year + month], "d"
    yield digits[year + month :], "s"


def _keys(parts: Parts) -> Iterator[tuple[str, Form]]:
    """Everything that may be typed for a number, the fullest first."""
    texts, roles = parts.texts, parts.roles
    named = "l" in roles
    digits = sum(len(text) for text, role in zip(texts, roles, strict=True) if role != "l")
    whole = Form.WHOLE if named or digits >= MIN_WHOLE_DIGITS else Form.TAIL
    yield from _both(texts, whole)
    other = _other_year(texts, roles)
    if other:
        yield from _both(other, whole if named else Form.LOOSE)
    if named:
        bare = _without(texts, roles, "l")
        has_year = "y" in roles
        yield from _both(bare, Form.LOOSE if has_year or digits >= MIN_WHOLE_DIGITS else Form.TAIL)
        if other:
            is_short = len(texts[roles.index("y")]) == 4
            shorter = _without(other, roles, "l")
            yield from _both(shorter, Form.TAIL if is_short else Form.LOOSE)
    if "y" in roles:
        yearless = _without(texts, roles, "y")
        yield from _both(yearless, Form.LOOSE if named else Form.TAIL)
    for text in {parts.sequence(), parts.sequence().lstrip("0")} - {""}:
        yield text, Form.TAIL


def _both(pieces: Sequence[str], form: Form) -> Iterator[tuple[str, Form]]:
    keys = {glued(pieces), stripped(pieces)}
    short = [*pieces[:-1], pieces[-1].lstrip("0") or "0"]
    if len(short[-1]) >= 2 or form is Form.WHOLE:
        keys.add(glued(short))
    for key in sorted(keys):
        # Digits alone are any number, unless there are enough of them, or a year beside them.
        yield key, Form.TAIL if key.isdigit() and len(key) < MIN_WHOLE_DIGITS else form


def _without(texts: Sequence[str], roles: str, role: str) -> list[str]:
    return [text for text, its in zip(texts, roles, strict=True) if its != role]


def _other_year(texts: Sequence[str], roles: str) -> list[str] | None:
    """The same number with two digits of its year instead of four, or the other way round."""
    if "y" not in roles:
        return None
    at = roles.index("y")
    year = texts[at]
    other = year[2:] if len(year) == 4 else f"20{year}"
    return [*texts[:at], other, *texts[at + 1 :]]
