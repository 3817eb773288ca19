"""What has a debtor been through, and what is known of their money, when a contact is due?"""

from __future__ import annotations

from datetime import date

from schemas.base import Frozen, Instant
from schemas.money import Money
from schemas.parties import Capacity
from schemas.plan import Channel


class PastContact(Frozen):
    """A contact that has left, may have left, or is about to leave."""

    reference: str
    channel: Channel
    at: Instant


class WaitingContact(Frozen):
    """A step of another case of the debtor that waits for its turn.

    Attributes:
        since: from when on it has waited; who has waited longer goes first.
        until: the day on which it will leave.
    """

    channel: Channel
    currency: str
    since: Instant
    until: Instant


class UnallocatedMoney(Frozen):
    """Money of the debtor that no claim has taken, and since when."""

    amount: Money
    since: Instant


class SuggestedPayment(Frozen):
    """Money that may be the debtor's, until a person has said so or the time is over."""

    amount: Money
    until: Instant


class ContactSituation(Frozen):
    """Everything about a debtor that the gate of the last second looks at.

    Attributes:
        capacity: as the debtor was last imported.
        contacts: of the last forty days, without the one that is about to be made.
        waiting: steps of the debtor's other cases that wait for their turn.
        waiting_since: from when on this step has waited, if it has.
        unallocated: of all cases of the debtor.
        suggested: what matching believes to be the debtor's.
        bank_read_on: the last day of which the creditor's bank has told; None without a bank feed.
        under_way: this very contact has begun to leave: it is found out about, not kept waiting.
    """

    capacity: Capacity = Capacity.BUSINESS
    contacts: tuple[PastContact, ...] = ()
    waiting: tuple[WaitingContact, ...] = ()
    waiting_since: Instant | None = None
    unallocated: tuple[UnallocatedMoney, ...] = ()
    suggested: tuple[SuggestedPayment, ...] = ()
    bank_read_on: date | None = None
    under_way: bool = False
