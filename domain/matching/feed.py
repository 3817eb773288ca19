"""What does each delivered transaction do? Identity, then the decision, then the book moves."""

from __future__ import annotations

from domain.bank_identity import sight
from domain.matching.book import Book
from domain.matching.decide import decide
from schemas.bank import BankTransaction
from schemas.matching import (
    Decision,
    Evidence,
    EvidenceKind,
    SeenEntry,
    Sighting,
    SightingKind,
    Status,
)


class Feed:
    """Transactions one after the other, each counted once, over a book that moves on.

    A store does the same with rows: look the entry up by its key, ``sight``, ``decide``, and keep
    the entry, the decision and the new open amounts in one transaction.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.seen: dict[str, SeenEntry] = {}
        self.status: dict[str, Status] = {}

    def deliver(self, transaction: BankTransaction) -> Decision:
        """Decide about a transaction as it comes, and let the book move on."""
        if not transaction.settles:
            return decide(transaction, self.book)
        sighting = sight(transaction, self.seen.get(transaction.entry_key))
        self.seen[transaction.entry_key] = sighting.entry
        decision = self._decide(transaction, sighting)
        if decision.status is not Status.DUPLICATE:
            self.status[transaction.item_key] = decision.status
            self.book.apply(transaction, decision)
        return decision

    def _decide(self, transaction: BankTransaction, sighting: Sighting) -> Decision:
        match sighting.kind:
            case SightingKind.DUPLICATE:
                return _duplicate("It was told before.")
            case SightingKind.ADDS_DETAIL:
                return self._with_more_detail(transaction)
            case SightingKind.REPLACES_SUM:
                self.book.undo(sighting.replaces)
        return decide(transaction, self.book)

    def _with_more_detail(self, transaction: BankTransaction) -> Decision:
        """A payment that could not be booked may be, now that the bank says more."""
        if self.status.get(transaction.item_key) in {Status.MATCHED, Status.REVERSAL}:
            return _duplicate("It was told before, and booked.")
        again = decide(transaction, self.book)
        if not again.allocations:
            return _duplicate("It was told before; what the bank says more does not decide it.")
        self.book.undo(transaction.item_key)
        return again


def _duplicate(words: str) -> Decision:
    evidence = Evidence(kind=EvidenceKind.IDENTITY, words=words)
    return Decision(status=Status.DUPLICATE, evidence=(evidence,))
