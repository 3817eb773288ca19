"""What is done with a transaction? Booked, suggested, kept on account, or left alone, and why."""

from __future__ import annotations

from domain.matching.book import Book
from domain.matching.classify import Class, classify
from schemas.bank import BankTransaction
from schemas.matching import Decision, Evidence, EvidenceKind, Status


def decide(transaction: BankTransaction, book: Book) -> Decision:
    """Decide about a transaction; the book is read and not changed.

    Args:
        transaction: one that was not counted before (``domain/bank_identity.py``).
        book: what is open now. ``book.apply(transaction, decision)`` moves it on.
    """
    kind, why = classify(transaction, book.own_accounts, book.own_names)
    evidence = (Evidence(kind=EvidenceKind.CLASSIFICATION, words=why),) if why else ()
    if kind is Class.IGNORED:
        return Decision(status=Status.IGNORED, evidence=evidence)
    return Decision(status=Status.UNMATCHED, evidence=evidence)
