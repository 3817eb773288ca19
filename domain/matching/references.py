"""Which references with check digits does a payment carry? RF, OGM, QRR, viitenumero, our own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.creditor_reference import rf_reference
from domain.matching.book import Book, Standing
from domain.matching.mention import Mention, together_or_one
from domain.matching.numbers import Form
from domain.matching.plain import compact, runs
from schemas.bank import BankTransaction
from schemas.matching import EvidenceKind

LONGEST = 27
"""A Swiss QRR; an ISO 11649 reference has at most 25 signs."""

MIN_FREE_DIGITS = 8
"""Fewer digits in free text may be anything, whatever they check."""

MIN_SHORT_DIGITS = 5
_PIECES = 10
_RF = re.compile(r"RF ?[0-9] ?[0-9](?:[ \-./]?[A-Z0-9]){1,21}")


def references_in(
    transaction: BankTransaction, parts: Sequence[str], book: Book
) -> tuple[list[Mention], list[str]]:
    """The references of a payment that are on record, and valid ones that are not.

    Args:
        transaction: whose structured references and end-to-end id are read.
        parts: its texts, plain.
        book: what is on record.
    """
    mentions: list[Mention] = []
    lost: list[str] = []
    own = book.by_end_to_end.get(transaction.end_to_end_id.strip().upper(), ())
    if own:
        mentions.append(_mention(own, transaction.end_to_end_id, EvidenceKind.END_TO_END_ID))
    for one in transaction.references:
        if found := _known(compact(one.reference), book):
            mentions.append(_mention(found, one.reference, EvidenceKind.REFERENCE))
        elif one.reference:
            lost.append(one.reference)
    for text in dict.fromkeys((" ".join(parts), "".join(parts))):
        _creditor_references(text, book, mentions, lost)
        mentions += _digit_references(text, book)
    return mentions, lost


def is_valid_rf(text: str) -> bool:
    """Whether an ISO 11649 reference has right check digits (ISO 7064 MOD 97-10)."""
    if not 5 <= len(text) <= 25 or not text.startswith("RF") or not text[2:4].isdigit():
        return False
    value = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
    return int(value) % 97 == 1


def _creditor_references(text: str, book: Book, mentions: list[Mention], lost: list[str]) -> None:
    for hit in _RF.finditer(text):
        typed = compact(hit.group())
        valid = [typed[:end] for end in range(len(typed), 4, -1) if is_valid_rf(typed[:end])]
        known = next((one for one in valid if _known(one, book)), "")
        if known:
            mentions.append(_mention(_known(known, book), known, EvidenceKind.REFERENCE))
        elif typed in valid:
            lost.append(typed)


def _digit_references(text: str, book: Book) -> Iterator[Mention]:
    pieces = runs(text)
    for at, first in enumerate(pieces):
        if not first.is_digits:
            continue
        typed = ""
        for one in pieces[at : at + _PIECES]:
            typed += one.text
            if not one.is_digits or len(typed) > LONGEST:
                break
            if len(typed) >= MIN_SHORT_DIGITS and (found := _known(typed, book)):
                mention = _mention(found, typed, EvidenceKind.REFERENCE)
                # A short one may be any number, and needs its amount.
                is_short = len(typed) < MIN_FREE_DIGITS
                yield mention.as_number(Form.LOOSE) if is_short else mention


def _known(reference: str, book: Book) -> Sequence[Standing]:
    """The items of a reference; leading zeros of digits are free, as payers drop them."""
    if not reference:
        return ()
    found = book.by_reference.get(reference, ())
    if not found and reference.isdigit():
        found = book.by_reference.get(reference.lstrip("0"), ())
    if not found and is_valid_rf(reference):
        body = reference[4:]
        documents = book.numbers.find(body, Form.WHOLE) or book.numbers.find(body[:-4], Form.WHOLE)
        found = [
            standing
            for standing in (book.standing[one] for one in documents)
            if rf_reference(standing.item.number or standing.item.document) == reference
        ]
    return found


def _mention(found: Sequence[Standing], typed: str, kind: EvidenceKind) -> Mention:
    documents = tuple(one.item.document for one in found)
    return Mention(alternatives=together_or_one(documents), form=Form.WHOLE, typed=typed, kind=kind)
