"""Where does a text name items? Run by run: numbers, orders, lists, ranges, running numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.matching.book import Book
from domain.matching.mention import Mention, together_or_one
from domain.matching.numbers import Form, glued, stripped
from domain.matching.typed_text import FILLERS, KEYWORDS, TypedText
from schemas.matching import EvidenceKind

WINDOW = 8
"""A number is typed in at most so many pieces."""
LONGEST_GAP = 3
_AND = frozenset(("ET", "AND", "UND", "PLUS", "E", "EN", "AINSI", "QUE"))
_TO = frozenset(("A", "AU", "TO", "BIS", "JUSQU", "JUSQUE"))
_ORDER_WORDS = frozenset(
    ("CDE", "CMD", "COMMANDE", "BC", "PO", "ORDER", "COM", "BDC", "BESTELLUNG", "BONDECOMMANDE")
)
_YEAR = re.compile("20[0-9]{2}")
_LETTERS_OF_A_NUMBER = re.compile("^[A-Z]{1,3}$")
_LIST_GAP = re.compile(r"^[\s/,;+&\-.]{0,3}$")


def scan(text: TypedText) -> Iterator[Mention]:
    """Everything that a text names, in its order."""
    at = 0
    last: Mention | None = None
    while at < len(text.runs):
        found = _number(text, at) or _order(text, at)
        if found is None and last is not None:
            found = _list_member(text, at, last)
        if found is None:
            found = _tail(text, at)
        if found is None:
            if text.runs[at].is_digits or text.runs[at].text not in _AND | _TO | FILLERS | KEYWORDS:
                last = None
            at += 1
            continue
        mention, after = found
        if last is not None and (ranged := _range(text, at, last, mention)):
            yield ranged
        yield mention
        last, at = mention, after


def _number(text: TypedText, at: int) -> tuple[Mention, int] | None:
    """The longest whole number that begins here, else the longest without year or letters."""
    book = text.book
    for form in (Form.WHOLE, Form.LOOSE):
        for until in range(min(at + WINDOW, len(text.runs)), at, -1):
            if not is_close(text, at, until):
                continue
            for pieces in _readings(text, at, until):
                documents, form_found = _documents(book, pieces, form)
                if documents and not (form is Form.LOOSE and text.is_trap(at, until)):
                    return _mention(text, at, until, documents, form_found), until
    return None


def _documents(book: Book, pieces: Sequence[str], form: Form) -> tuple[Sequence[str], Form]:
    """What the pieces name in a form; FA-25769 is number 769 of 2025 as well as number 25769."""
    keys = (glued(pieces), stripped(pieces))
    found = next(filter(None, (book.numbers.find(key, form) for key in keys)), ())
    if not found or form is not Form.WHOLE:
        return found, form
    others = [one for key in keys for one in book.numbers.find(key, Form.LOOSE)]
    several = tuple(dict.fromkeys((*found, *others)))
    return several, form if len(several) == len(found) else Form.LOOSE


def _readings(text: TypedText, at: int, until: int) -> Iterator[list[str]]:
    pieces = [one.text for one in text.runs[at:until]]
    if not any(one[0] <= "9" for one in pieces):
        return
    yield pieces
    first = pieces[0]
    if len(pieces) > 1 and first[0] > "9":
        shortest = 1 if text.gap(at + 1) == "" else 2
        for length in range(len(first) - 1, shortest - 1, -1):
            if first[-length:] in text.book.numbers.prefixes:
                yield [first[-length:], *pieces[1:]]


def is_close(text: TypedText, at: int, until: int) -> bool:
    """Whether no long gap parts these runs."""
    return all(len(text.gap(one)) <= LONGEST_GAP for one in range(at + 1, until))


def _mention(text: TypedText, at: int, until: int, documents: Sequence[str], form: Form) -> Mention:
    pieces = text.runs[at:until]
    digits = sum(len(one.text) for one in pieces if one.is_digits)
    named = any(not one.is_digits for one in pieces)
    last = next(one.text for one in reversed(pieces) if one.is_digits)
    if not named and text.is_trap(at, until):
        # A whole number that could be a date is one if the amount says so.
        is_sure = form is Form.WHOLE and text.is_only_bare(at, until)
        form = Form.LOOSE if is_sure else Form.TAIL
    if digits < 3 or (form is Form.LOOSE and _YEAR.fullmatch(last)):
        form = Form.TAIL
    return Mention(
        alternatives=tuple((one,) for one in documents),
        form=form,
        typed=text.typed(at, until),
        kind=EvidenceKind.NUMBER,
        place=text.runs[at].start,
    )


def _tail(text: TypedText, at: int) -> tuple[Mention, int] | None:
    """A running number alone: of full length, or after a word for invoice."""
    one = text.runs[at]
    if not one.is_digits or text.is_trap(at, at + 1):
        return None
    numbers = text.book.numbers
    for until in (at + 2, at + 1):
        if until > len(text.runs) or not is_close(text, at, until):
            continue
        pieces = [run.text for run in text.runs[at:until]]
        if any(piece[0] > "9" for piece in pieces) or text.is_trap(at, until):
            continue
        if until == at + 1:
            full = len(one.text) >= 4 and len(one.text) in numbers.sequence_lengths
            if not (full or text.follows_keyword(at)):
                continue
        key = glued(pieces) if until == at + 1 else stripped(pieces)
        documents = numbers.find(key, Form.TAIL)
        if documents:
            return _mention(text, at, until, documents, Form.TAIL), until
    return None


def _list_member(text: TypedText, at: int, last: Mention) -> tuple[Mention, int] | None:
    """A shortened number behind another one: ``FA-2026-00123/24/31``."""
    one = text.runs[at]
    previous = text.runs[at - 1]
    between = text.gap(at)
    if not previous.is_digits and not _LETTERS_OF_A_NUMBER.match(previous.text):
        between = ""
    if not one.is_digits or len(one.text) > 8 or not _LIST_GAP.match(between):
        return None
    if text.is_trap(at, at + 1) or (len(one.text) < 2 and between.strip() == ""):
        return None
    documents = [
        found
        for each in last.alternatives
        if len(each) == 1
        for found in text.book.numbers.neighbour(each[0], one.text)
    ]
    if not documents:
        return None
    mention = _mention(text, at, at + 1, tuple(dict.fromkeys(documents)), Form.TAIL)
    return replace(mention, form=min(last.form, Form.LOOSE), in_list=True), at + 1


def _range(text: TypedText, at: int, last: Mention, mention: Mention) -> Mention | None:
    """All numbers from one to another: ``du 120 au 125``."""
    previous = text.runs[at - 1]
    said = previous.text if not previous.is_digits else text.gap(at).strip()
    if said not in _TO | {"-", "->", ">"}:
        return None
    spans = [
        found
        for (first,) in (one for one in last.alternatives if len(one) == 1)
        for (until,) in (one for one in mention.alternatives if len(one) == 1)
        if len(found := text.book.between(first, until)) > 1
    ]
    if not spans:
        return None
    return Mention(
        alternatives=tuple(spans),
        form=min(last.form, mention.form),
        typed=f"{last.typed} … {mention.typed}",
        kind=EvidenceKind.NUMBER,
        place=last.place,
        is_range=True,
    )


def _order(text: TypedText, at: int) -> tuple[Mention, int] | None:
    """A purchase order of ours, written out or its digits behind a word for order."""
    for until in range(min(at + WINDOW, len(text.runs)), at, -1):
        if not is_close(text, at, until):
            continue
        pieces = [one.text for one in text.runs[at:until]]
        key = glued(pieces)
        found = text.book.by_order.get(key, ())
        digits = sum(len(one) for one in pieces if one[0] <= "9")
        if not found or digits < 3 or len(key) < 4:
            continue
        named = any(one[0] > "9" for one in pieces) or _follows_order_word(text, at)
        sure = named or (len(key) >= 7 and not text.is_trap(at, until))
        documents = tuple(one.item.document for one in found)
        mention = Mention(
            alternatives=together_or_one(documents),
            form=Form.WHOLE if sure else Form.TAIL,
            typed=text.typed(at, until),
            kind=EvidenceKind.PURCHASE_ORDER,
            place=text.runs[at].start,
        )
        return mention, until
    return None


def _follows_order_word(text: TypedText, at: int) -> bool:
    before = [one.text for one in text.runs[max(0, at - 3) : at]]
    return any(one in _ORDER_WORDS for one in before)
