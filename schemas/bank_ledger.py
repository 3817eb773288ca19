"""Where is a bank transaction's money, and where does a decision put it?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from schemas.base import Frozen, Instant
from schemas.feed import Place, TransactionState


class Placement(Frozen):
    """So much of a transaction's money belongs in a place.

    Attributes:
        owner: the invoice it is allocated to, the debtor on whose account it is, or a word.
        written_off: with an allocation: what of the invoice is settled without money.
        reason: of that.
    """

    place: Place
    owner: str = ""
    amount: Decimal
    written_off: Decimal = Decimal(0)
    reason: str = ""


class Verdict(Frozen):
    """What was decided about a transaction.

    Attributes:
        action: ``book``, ``suggest``, ``allocate``, …: names it on record.
        placements: where all of its money belongs from now on.
        debtors: whose money it may be.
        hold_until: until then, the contacts of those debtors wait.
        data: evidence and suggestions, as JSON.
        reason: why money that was allocated no longer is, such as the bank's code.
    """

    action: str
    author: str
    decided_at: Instant
    state: TransactionState
    placements: tuple[Placement, ...]
    debtors: tuple[str, ...] = ()
    hold_until: Instant | None = None
    data: Mapping[str, object] = {}
    reason: str = ""


class Holding(Frozen):
    """Money of a transaction in a place."""

    place: Place
    owner: str = ""
    payment_id: str = ""
    amount: Decimal
