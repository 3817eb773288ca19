"""Has this payment been told before? In whatever file and order, each one counts once.

Keys come from the readers (docs/bank-statements.md): an entry of an account has one key in every
file, and each payment of a batch one below it. What is remembered is small and looked up by the
entry's key alone, so that a store can keep it.
"""

from __future__ import annotations

from decimal import Decimal

from schemas.bank import BankTransaction, Flag
from schemas.matching import SeenEntry, SeenItem, Sighting, SightingKind


def sight(transaction: BankTransaction, known: SeenEntry | None) -> Sighting:
    """Say which sighting of a payment this is.

    Args:
        transaction: one that settles; pending and informational ones are never remembered.
        known: what is remembered under its ``entry_key``.

    Returns:
        What it is, and the entry to remember. Of a batch first told as a sum, the first item
        names the sum it replaces; the items after it are first sightings. A further item than the
        entry's amount has room for is a counted one under another name.
    """
    mine = SeenItem(
        item_key=transaction.item_key,
        amount=transaction.amount,
        detail=said(transaction),
    )
    if known is None:
        return _first(transaction, mine)
    again = next((one for one in known.items if one.item_key == mine.item_key), None)
    if again is not None:
        return _again(transaction, known, again, mine)
    if transaction.item_key == transaction.entry_key:
        return Sighting(kind=SightingKind.DUPLICATE, entry=known)
    if known.items and known.items[0].item_key == known.entry_key:
        replaced = known.model_copy(update={"is_sum": False, "items": (mine,)})
        return Sighting(
            kind=SightingKind.REPLACES_SUM, entry=replaced, replaces=known.items[0].item_key
        )
    if not _has_room(known, mine.amount):
        return Sighting(kind=SightingKind.DUPLICATE, entry=known)
    more = known.model_copy(update={"items": (*known.items, mine)})
    return Sighting(kind=SightingKind.FIRST, entry=more)


def said(transaction: BankTransaction) -> int:
    """How much the bank says about a payment: letters and digits of everything that identifies."""
    counterparty = transaction.counterparty
    texts = [
        *transaction.remittance,
        *(one.reference + one.document for one in transaction.references),
        *(transaction.end_to_end_id, transaction.mandate),
    ]
    if counterparty is not None:
        texts += [counterparty.name, counterparty.iban]
    return sum(1 for text in texts for sign in text if sign.isalnum())


def _first(transaction: BankTransaction, mine: SeenItem) -> Sighting:
    entry = SeenEntry(
        entry_key=transaction.entry_key,
        amount=transaction.entry_amount,
        is_sum=Flag.NO_DETAILS in transaction.flags,
        items=(mine,),
    )
    return Sighting(kind=SightingKind.FIRST, entry=entry)


def _again(
    transaction: BankTransaction, known: SeenEntry, again: SeenItem, mine: SeenItem
) -> Sighting:
    if mine.detail <= again.detail:
        return Sighting(kind=SightingKind.DUPLICATE, entry=known)
    items = tuple(mine if one is again else one for one in known.items)
    is_sum = known.is_sum and Flag.NO_DETAILS in transaction.flags
    richer = known.model_copy(update={"items": items, "is_sum": is_sum})
    return Sighting(kind=SightingKind.ADDS_DETAIL, entry=richer)


def _has_room(known: SeenEntry, amount: Decimal) -> bool:
    """Whether an entry can have one more item: together they never move more than it did."""
    counted = sum((one.amount for one in known.items), start=Decimal(0))
    rest = known.amount - counted
    return rest != 0 and (amount > 0) == (rest > 0) and abs(amount) <= abs(rest)
