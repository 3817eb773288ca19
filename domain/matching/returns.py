"""Which payment came back? Found by its ids, then by number, account and amount; undone exactly.

A return re-opens exactly what the payment had settled. What the bank took beyond that is a fee and
is kept apart. Two earlier payments that fit equally well are a tie, and nothing is undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain.matching.book import Book, Standing
from domain.matching.payers import payers_of
from domain.matching.plain import compact
from domain.matching.reading import read
from schemas.bank import BankTransaction
from schemas.matching import (
    Allocation,
    Booking,
    Decision,
    DocumentType,
    Evidence,
    EvidenceKind,
    Status,
    Suggestion,
)

MOST_FEE = Decimal(50)
"""A bank keeps no more than this inside a returned amount."""

_ZERO = Decimal(0)


def decide_return(
    transaction: BankTransaction, book: Book, evidence: tuple[Evidence, ...]
) -> Decision:
    """Undo the payment that came back.

    Args:
        transaction: with a negative amount.
        book: what is on record.
        evidence: why it is a return.
    """
    back = -transaction.amount
    tie: list[Booking] = []
    for why, found, is_named in _candidates(transaction, book):
        fitting = _fitting(found, back, transaction, with_fee=is_named)
        if len(fitting) == 1:
            return _undone(transaction, fitting[0], back, (*evidence, why))
        if len(fitting) > 1:
            tie = tie or fitting
    if tie:
        return _tie(tie, evidence)
    return _before_records(transaction, book, back, evidence) or Decision(
        status=Status.REVERSAL,
        evidence=(*evidence, _said("No earlier payment on record is the one that came back.")),
    )


def _candidates(
    transaction: BankTransaction, book: Book
) -> Iterator[tuple[Evidence, Sequence[Booking], bool]]:
    """Earlier payments, the surest way first, and whether the return names the payment itself."""
    ids = [transaction.end_to_end_id, *(value for _, value in transaction.other_references)]
    for one in dict.fromkeys(filter(None, ids)):
        found = book.earlier("end-to-end", one.upper())
        yield _said(f"Its end-to-end id {one} is that of the payment."), found, True
    references = [
        *(transaction.transaction_id, transaction.instruction_id, transaction.bank_reference),
        *(value for _, value in transaction.other_references),
    ]
    for one in dict.fromkeys(filter(None, references)):
        found = book.earlier("bank-reference", one)
        yield _said(f"It names the payment's bank reference {one}."), found, True
    documents = _named_documents(transaction, book)
    mandated = book.earlier("mandate", transaction.mandate.upper())
    by_number = [one for document in documents for one in book.earlier("document", document)]
    both = [one for one in mandated if one in by_number]
    yield _said("It names the payment's mandate and invoice."), both, True
    yield _said("It names an invoice that the payment settled."), by_number, True
    yield _said(f"It has the payment's mandate {transaction.mandate}."), mandated, True
    yield from _by_payer(transaction, book)


def _by_payer(
    transaction: BankTransaction, book: Book
) -> Iterator[tuple[Evidence, Sequence[Booking], bool]]:
    other = transaction.counterparty
    if other is not None and other.iban:
        found = book.earlier("iban", other.iban)
        yield _said(f"It went back to the payment's account {other.iban}."), found, False
    if other is not None and other.name:
        found = book.earlier("name", compact(other.name))
        yield _said(f"It went back to the payer “{other.name}”."), found, False
    payers = payers_of(transaction, book)
    if payers.best:
        found = book.earlier("customer", payers.best)
        yield _said(f"It went back to customer {payers.best}."), found, False


def _named_documents(transaction: BankTransaction, book: Book) -> list[str]:
    own = book.by_end_to_end.get(transaction.end_to_end_id.strip().upper(), ())
    mentions = read(transaction, book).mentions
    return list(
        dict.fromkeys(
            [
                *(one.item.document for one in own),
                *(one for mention in mentions for one in mention.documents),
            ]
        )
    )


def _fitting(
    found: Sequence[Booking], back: Decimal, transaction: BankTransaction, *, with_fee: bool
) -> list[Booking]:
    """The payments of that amount; else, if one is named, less a fee that the bank kept."""
    distinct = list({one.transaction: one for one in found}.values())
    paid = [
        one
        for one in distinct
        if one.currency == transaction.currency
        and (
            one.booked_on is None
            or transaction.booking_date is None
            or one.booked_on <= transaction.booking_date
        )
    ]
    same = [one for one in paid if one.amount == back]
    if same:
        return same
    fee = sum((-one.amount for one in transaction.charges if one.amount < 0), start=_ZERO)
    if fee and (known := [one for one in paid if one.amount + fee == back]):
        return known
    if not with_fee:
        return []
    return [one for one in paid if _ZERO < back - one.amount <= min(MOST_FEE, one.amount)]


def _undone(
    transaction: BankTransaction, booking: Booking, back: Decimal, evidence: tuple[Evidence, ...]
) -> Decision:
    fee = back - booking.amount
    day = f" of {booking.booked_on}" if booking.booked_on else ""
    words = f"It undoes the payment of {booking.amount}{day}"
    words += f"; the bank kept a fee of {fee}." if fee else "."
    if transaction.returned is not None and transaction.returned.code:
        words += f" Reason {transaction.returned.code}."
    return Decision(
        status=Status.REVERSAL,
        customer=booking.customer,
        allocations=booking.allocations,
        differences=booking.differences,
        evidence=(*evidence, _said(words)),
        reverses=booking.transaction,
        fee=fee,
        unlearns=booking.learnt,
    )


def _tie(found: Sequence[Booking], evidence: tuple[Evidence, ...]) -> Decision:
    latest = sorted(found, key=lambda one: (one.booked_on is not None, one.booked_on), reverse=True)
    same = {(one.allocations, one.customer) for one in found}
    words = f"{len(found)} earlier payments fit equally well; nothing is undone."
    if len(same) == 1:  # twins that settled the same: whichever is undone
        booking = latest[0]
        return Decision(
            status=Status.REVERSAL,
            customer=booking.customer,
            allocations=booking.allocations,
            differences=booking.differences,
            evidence=(*evidence, _said("One of equal payments came back.")),
            reverses=booking.transaction,
        )
    return Decision(
        status=Status.REVERSAL,
        suggestions=tuple(
            Suggestion(allocations=one.allocations, differences=one.differences)
            for one in latest[:5]
            if one.allocations
        ),
        evidence=(*evidence, _said(words)),
    )


def _before_records(
    transaction: BankTransaction, book: Book, back: Decimal, evidence: tuple[Evidence, ...]
) -> Decision | None:
    """A payment from before the records: the invoice that its return names is open again."""
    named = [book.standing[one] for one in _named_documents(transaction, book)]
    named = [
        one
        for one in named
        if one.item.type is DocumentType.INVOICE
        and one.item.currency == transaction.currency
        and not book.earlier("document", one.item.document)
    ]
    fitting = [one for one in named if _paid(one) == back] or [
        one for one in named if _ZERO < back - _paid(one) <= min(MOST_FEE, _paid(one))
    ]
    if len(fitting) != 1:
        return None
    standing = fitting[0]
    allocation = Allocation(document=standing.item.document, amount=_paid(standing))
    words = f"{standing.item.document} was paid before the records begin; it is open again."
    return Decision(
        status=Status.REVERSAL,
        customer=standing.item.customer,
        allocations=(allocation,),
        evidence=(*evidence, _said(words)),
        fee=back - _paid(standing),
    )


def _paid(standing: Standing) -> Decimal:
    return standing.item.amount - standing.open


def _said(words: str) -> Evidence:
    return Evidence(kind=EvidenceKind.IDENTITY, words=words)
