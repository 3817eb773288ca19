"""Which items does a text name? References, numbers as people type them, lists, ranges, orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.matching.book import Book
from domain.matching.mention import Mention, Reading
from domain.matching.numbers import Form, glued
from domain.matching.plain import plain, runs
from domain.matching.references import references_in
from domain.matching.scanning import LONGEST_GAP, WINDOW, is_close, scan
from domain.matching.traps import is_inside
from domain.matching.typed_text import TypedText
from domain.matching.wording import wording_of
from schemas.bank import BankTransaction

MIN_UNREAD_DIGITS = 3
MOST_CUT_DIGITS = 3
NARROWEST_LINE, WIDEST_LINE = 24, 140
"""Banks wrap texts at 27, 31, 32, 35, 65, 70 or 140 characters."""
_WIDTHS = frozenset((27, 31, 32, 35, 64, 65, 69, 70, *range(132, 141)))
"""At these lengths banks cut texts off."""

_BLOCK = re.compile(r"(?<![A-Z0-9])([A-Z]*?)([OIL]*[0-9][0-9OIL]*)(?![A-Z0-9])")
_LOOKS_LIKE_DIGITS = re.compile(r"(?<![A-Z0-9])([A-Z]*?)([0-9OIL]*[0-9][0-9OIL]*)(?![A-Z0-9])")
_FOLD = str.maketrans("OIL", "011")


def read(transaction: BankTransaction, book: Book) -> Reading:
    """What a transaction names, required and possible, with what its words say besides."""
    said = [plain(one) for one in _parts(transaction)]
    known, lost = references_in(transaction, [*said, *map(plain, _secondary(transaction))], book)
    mentions = list(known)
    parts = [_digits_typed_as_letters(_without(one, known), book) for one in said]
    joined = TypedText(_joined(parts), book)
    found = list(scan(joined))
    mentions += found
    if len(parts) > 1:
        mentions += _only_whole(scan(TypedText("".join(parts), book)), mentions)
    if not any(one.form is Form.WHOLE for one in found):
        folded = _folded(joined.text)
        if folded != joined.text:
            mentions += _only_whole(scan(TypedText(folded, book)), mentions)
    for one in _secondary(transaction):
        scanned = scan(TypedText(_digits_typed_as_letters(plain(one), book), book))
        mentions += _only_whole(scanned, mentions)
    is_whole = any(one.form is Form.WHOLE for one in mentions)
    unknown = () if is_whole else (*lost, *_unknown(joined))
    cut = tuple(_cut_off(joined, found))
    return Reading(
        unread=tuple(_unread(joined, found)),
        mentions=tuple(_distinct(mentions)),
        unknown=unknown,
        wording=wording_of(plain(" ".join(_parts(transaction)))),
        cut=cut,
        may_be_cut=bool(cut) or any(_fills_its_line(one, book) for one in said[-1:]),
    )


def _parts(transaction: BankTransaction) -> Iterator[str]:
    yield from transaction.remittance
    for one in transaction.references:
        if one.document:
            yield one.document
        yield from one.texts
    if not transaction.remittance:
        yield transaction.bank_text


def _secondary(transaction: BankTransaction) -> Iterator[str]:
    """Texts of others in which only a whole number counts: the bank's label, the payer's own id."""
    if transaction.remittance and transaction.bank_text not in transaction.remittance:
        yield transaction.bank_text
    if transaction.end_to_end_id:
        yield transaction.end_to_end_id


def _cut_off(text: TypedText, found: Sequence[Mention]) -> Iterator[str]:
    """The beginning of a number at the end of the text, where the bank cut the rest off.

    ``FA-2026-001`` may begin several numbers, and the 3 of ``FA-2026-00123/24/3`` as well.
    """
    count = len(text.runs)
    if not count or text.runs[-1].end < len(text.text.rstrip()) - 1:
        return
    last = max(found, key=lambda one: one.place, default=None)
    if last is not None and last.in_list and last.place == text.runs[-1].start:
        (document, *_), *_ = last.alternatives
        whole = text.book.numbers.whole(document)
        for more in range(1, MOST_CUT_DIGITS):
            yield whole[: -len(last.typed) - more] + last.typed
    for at in range(max(0, count - WINDOW), count):
        pieces = [one.text for one in text.runs[at:]]
        if pieces[0] not in text.book.numbers.prefixes or not is_close(text, at, count):
            continue
        if all(one.place < text.runs[at].start for one in found) and not any(
            one[0] > "9" for one in pieces[1:]
        ):
            yield glued(pieces)
            return


def _fills_its_line(text: str, book: Book) -> bool:
    """Whether a text is as long as banks let it be, and does not end in a word."""
    if len(text) not in _WIDTHS:
        return False
    last = runs(text)[-1:]
    return not last or last[0].is_digits or last[0].text in book.numbers.prefixes


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
        if alike and not is_inside(
            one.start, one.end, [*read_spans, *text.traps, *text.bare_traps]
        ):
            yield one.text


def _only_whole(found: Iterator[Mention], known: Sequence[Mention]) -> list[Mention]:
    named = {document for one in known if one.form is Form.WHOLE for document in one.documents}
    return [
        replace(one, is_second_reading=True)
        for one in found
        if one.form is Form.WHOLE and not one.is_range and not named & set(one.documents)
    ]


def _without(text: str, references: Sequence[Mention]) -> str:
    """The text without the creditor references in it, whose pieces look like numbers."""
    for one in references:
        if one.typed.startswith("RF"):
            text = re.sub(r"[ \-./]?".join(one.typed), " ", text)
    return text


def _digits_typed_as_letters(text: str, book: Book) -> str:
    """The text with ``2O26`` read as 2026, and ``FAOO12`` where numbers begin with FA as FA0012."""

    def fold(found: re.Match[str]) -> str:
        letters, digits = found.groups()
        sure = not letters or letters in book.numbers.prefixes
        prefix = letters + digits[: len(digits) - len(digits.lstrip("OIL"))]
        if not sure or (prefix != letters and prefix in book.numbers.prefixes):
            return found.group()
        return letters + digits.translate(_FOLD)

    return _BLOCK.sub(fold, text)


def _joined(parts: Sequence[str]) -> str:
    """The parts as one text: those that fill a line go on without a blank."""
    widest = max((len(one) for one in parts[:-1]), default=0)
    if not NARROWEST_LINE <= widest <= WIDEST_LINE:
        return " ".join(parts)
    return "".join(one if len(one) == widest else f"{one} " for one in parts)


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
