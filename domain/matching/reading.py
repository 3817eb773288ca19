"""Which items does a text name? References, numbers as people type them, lists, ranges, orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.matching.book import Book
from domain.matching.classify import all_text
from domain.matching.mention import Mention, Reading, together_or_one
from domain.matching.numbers import Form, glued, stripped
from domain.matching.plain import plain
from domain.matching.references import references_in
from domain.matching.traps import is_inside
from domain.matching.typed_text import FILLERS, KEYWORDS, TypedText
from domain.matching.wording import wording_of
from schemas.bank import BankTransaction
from schemas.matching import EvidenceKind

WINDOW = 8
"""A number is typed in at most so many pieces."""

LONGEST_GAP = 3
MIN_UNREAD_DIGITS = 3
_AND = frozenset(("ET", "AND", "UND", "PLUS", "E", "EN", "AINSI", "QUE"))
_TO = frozenset(("A", "AU", "TO", "BIS", "JUSQU", "JUSQUE"))
_ORDER_WORDS = frozenset(
    ("CDE", "CMD", "COMMANDE", "BC", "PO", "ORDER", "COM", "BDC", "BESTELLUNG", "BONDECOMMANDE")
)
_YEAR = re.compile("20[0-9]{2}")
_LIST_GAP = re.compile(r"^[\s/,;+&\-.]{0,3}$")
_DIGIT_BLOCK = re.compile(r"(?<![A-Z0-9])(?=[OIL]*[0-9])(?=[0-9]*[OIL])[0-9OIL]{2,}(?![A-Z0-9])")
_LOOKS_LIKE_DIGITS = re.compile(r"(?<![A-Z0-9])([A-Z]*?)([0-9OIL]*[0-9][0-9OIL]*)(?![A-Z0-9])")
_FOLD = str.maketrans("OIL", "011")


def read(transaction: BankTransaction, book: Book) -> Reading:
    """What a transaction names, required and possible, with what its words say besides."""
    parts = [_digits_typed_as_letters(plain(one), book) for one in _parts(transaction)]
    mentions = list(references_in(transaction, parts, book))
    joined = TypedText(" ".join(parts), book)
    found = list(_scan(joined))
    mentions += found
    if len(parts) > 1:
        mentions += _only_whole(_scan(TypedText("".join(parts), book)), mentions)
    if not any(one.form is Form.WHOLE for one in found):
        folded = _folded(joined.text)
        if folded != joined.text:
            mentions += _only_whole(_scan(TypedText(folded, book)), mentions)
    for part in parts:
        mentions += _cut_off(TypedText(part, book), mentions)
    unknown = _unknown(joined) if not any(one.form is Form.WHOLE for one in mentions) else ()
    return Reading(
        unread=tuple(_unread(joined, found)),
        mentions=tuple(_distinct(mentions)),
        unknown=tuple(unknown),
        wording=wording_of(all_text(transaction)),
    )


def _parts(transaction: BankTransaction) -> Iterator[str]:
    yield from transaction.remittance
    for one in transaction.references:
        if one.document:
            yield one.document
        yield from one.texts
    bank_text = transaction.bank_text
    if bank_text and bank_text not in transaction.remittance:
        yield bank_text
    if transaction.end_to_end_id:
        yield transaction.end_to_end_id


def _scan(text: TypedText) -> Iterator[Mention]:
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
            if not _is_close(text, at, until):
                continue
            for pieces in _readings(text, at, until):
                documents = book.numbers.find(glued(pieces), form) or book.numbers.find(
                    stripped(pieces), form
                )
                if documents and not (form is Form.LOOSE and text.is_trap(at, until)):
                    return _mention(text, at, until, documents, form), until
    return None


def _readings(text: TypedText, at: int, until: int) -> Iterator[list[str]]:
    pieces = [one.text for one in text.runs[at:until]]
    if not any(one[0] <= "9" for one in pieces):
        return
    yield pieces
    first = pieces[0]
    if len(pieces) > 1 and first[0] > "9" and len(first) > 1 and text.gap(at + 1) == "":
        for length in range(len(first) - 1, 0, -1):
            if first[-length:] in text.book.numbers.prefixes:
                yield [first[-length:], *pieces[1:]]


def _is_close(text: TypedText, at: int, until: int) -> bool:
    return all(len(text.gap(one)) <= LONGEST_GAP for one in range(at + 1, until))


def _mention(text: TypedText, at: int, until: int, documents: Sequence[str], form: Form) -> Mention:
    pieces = text.runs[at:until]
    digits = sum(len(one.text) for one in pieces if one.is_digits)
    named = any(not one.is_digits for one in pieces)
    last = next(one.text for one in reversed(pieces) if one.is_digits)
    trapped = not named and text.is_trap(at, until)
    if trapped or digits < 3 or (form is Form.LOOSE and _YEAR.fullmatch(last)):
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
        if until > len(text.runs) or not _is_close(text, at, until):
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
    between = text.gap(at) if previous.is_digits else ""
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
        if not _is_close(text, at, until):
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


def _cut_off(text: TypedText, known: Sequence[Mention]) -> Iterator[Mention]:
    """A number whose end the bank cut off, at the end of a part."""
    count = len(text.runs)
    for at in range(max(0, count - WINDOW), count):
        pieces = [one.text for one in text.runs[at:]]
        named = pieces[0] in text.book.numbers.prefixes and len(pieces) > 1
        dated = len(pieces) > 1 and len(pieces[0]) == 4 and pieces[0].startswith("20")
        if not (named or dated) or any(one[0] > "9" for one in pieces[1:]):
            continue
        if text.runs[-1].end < len(text.text.rstrip()) - 1 or not _is_close(text, at, count):
            continue
        typed = text.typed(at, count)
        if any(one.typed.endswith(typed) or typed.endswith(one.typed) for one in known):
            return
        documents = text.book.numbers.beginning_with(glued(pieces))
        if documents:
            yield Mention(
                alternatives=tuple((one,) for one in documents),
                form=Form.TAIL,
                typed=typed,
                kind=EvidenceKind.NUMBER,
                place=text.runs[at].start,
                is_cut=True,
            )
            return


def _unknown(text: TypedText) -> Iterator[str]:
    """Numbers of the creditor's own pattern that it has not, such as of a lost invoice."""
    numbers = text.book.numbers
    for at, one in enumerate(text.runs):
        if one.is_digits or one.text not in numbers.prefixes:
            continue
        digits = ""
        for until in range(at + 1, min(at + 5, len(text.runs))):
            if not text.runs[until].is_digits or len(text.gap(until)) > LONGEST_GAP:
                break
            digits += text.runs[until].text
            if (one.text, len(digits)) in numbers.shapes and len(digits) >= 4:
                yield text.typed(at, until + 1)
                break


def _unread(text: TypedText, mentions: Sequence[Mention]) -> Iterator[str]:
    """Digits that may be a number and that nothing explains."""
    read_spans = [(one.place, one.place + len(one.typed)) for one in mentions]
    lengths = text.book.numbers.lengths
    for one in text.runs:
        alike = one.is_digits and len(one.text) >= MIN_UNREAD_DIGITS and len(one.text) in lengths
        if alike and not is_inside(one.start, one.end, [*read_spans, *text.traps]):
            yield one.text


def _only_whole(found: Iterator[Mention], known: Sequence[Mention]) -> list[Mention]:
    named = {document for one in known if one.form is Form.WHOLE for document in one.documents}
    return [
        replace(one, is_second_reading=True)
        for one in found
        if one.form is Form.WHOLE and not one.is_range and not named & set(one.documents)
    ]


def _digits_typed_as_letters(text: str, book: Book) -> str:
    """The text with ``2O26`` read as 2026, unless such a block begins a number of the creditor."""

    def fold(found: re.Match[str]) -> str:
        letters = found.group().rstrip("0123456789")
        if letters in book.numbers.prefixes:
            return found.group()
        return found.group().translate(_FOLD)

    return _DIGIT_BLOCK.sub(fold, text)


def _folded(text: str) -> str:
    """The text with the letters O, I and L read as digits where they stand among digits."""
    return _LOOKS_LIKE_DIGITS.sub(
        lambda found: found.group(1) + found.group(2).translate(_FOLD), text
    )


def _distinct(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Each set of documents once, by the fullest form it was named in."""
    best: dict[tuple[tuple[str, ...], ...], Mention] = {}
    for one in mentions:
        kept = best.get(one.alternatives)
        if kept is None or one.rank > kept.rank:
            best[one.alternatives] = one
    # A document named whole is not named again by a piece of its number.
    whole = {
        document
        for one in best.values()
        if one.form is Form.WHOLE and not one.is_range
        for document in one.documents
    }
    for one in best.values():
        if one.form is Form.WHOLE or one.is_range or not set(one.documents) & whole:
            yield one
