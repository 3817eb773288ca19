"""What may a person do with a transaction's money? Allocate it, take it back, set it aside.

Each answer says where every cent of the transaction belongs afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from domain.bank_verdict import record_of, state_of
from schemas.bank_ledger import Holding, Placement, Verdict
from schemas.base import Frozen
from schemas.feed import Place, TransactionState
from schemas.matching import Allocation, Decision, Evidence, EvidenceKind, OpenItem, Status

_ZERO = Decimal(0)
_FREE = frozenset({Place.ON_ACCOUNT, Place.UNMATCHED})


class DeskRefusal(Exception):  # noqa: N818 - reads as the condition it names
    """Something cannot be decided so; the words say why, and what can."""


class Wanted(Frozen):
    """So much for an invoice; None for what is open of it, as far as the money goes."""

    document: str
    amount: Decimal | None = None


class HeldMoney(Frozen):
    """The money of one transaction.

    Attributes:
        tx: what people call the transaction.
        amount: of it, signed.
        state: what it counts as now.
        held: where its money is now.
    """

    tx: str
    amount: Decimal
    state: TransactionState
    held: tuple[Holding, ...]

    @property
    def takeable(self) -> frozenset[Place]:
        """Where money may be taken from; of an ignored transaction, also from there."""
        return _FREE | {Place.IGNORED} if self.state is TransactionState.IGNORED else _FREE

    @property
    def free(self) -> Decimal:
        """How much may be allocated."""
        return _sum(one.amount for one in self.held if one.place in self.takeable)


class Order(Frozen):
    """Who decides what, and when.

    Attributes:
        action: ``allocate``, ``unallocate`` or ``ignore``.
        author: who decides.
        moment: when.
        reason: in the person's own words; may be empty.
    """

    action: str
    author: str
    moment: datetime
    reason: str = ""


def parts_of(
    money: HeldMoney, wanted: Sequence[Wanted], open_items: Mapping[str, OpenItem]
) -> list[Allocation]:
    """How much each invoice takes.

    Raises:
        DeskRefusal: when it is more than is open, or more than there is.
    """
    if money.amount <= 0:
        raise DeskRefusal(f"{money.tx} is {money.amount}: only money received is allocated")
    parts: list[Allocation] = []
    rest = money.free
    for one in wanted:
        is_open = open_items[one.document].open_amount
        amount = min(is_open, rest) if one.amount is None else one.amount
        if amount > is_open:
            raise DeskRefusal(
                f"{one.document} has {is_open} open, {amount} cannot be allocated to it; what is "
                "left over stays on the debtor's account"
            )
        if amount <= 0 or amount > rest:
            raise DeskRefusal(
                f"{money.tx} has {rest} left to allocate, and {one.document} has {is_open} open"
            )
        parts.append(Allocation(document=one.document, amount=amount))
        rest -= amount
    return parts


def allocated(money: HeldMoney, parts: Sequence[Allocation], owner: str) -> list[Placement]:
    """Where the money belongs once these parts are allocated.

    Args:
        money: of the transaction.
        parts: what each invoice takes of what is free.
        owner: the debtor on whose account the rest is kept; empty leaves it unmatched.
    """
    new = [Placement(place=Place.ALLOCATED, owner=one.document, amount=one.amount) for one in parts]
    rest = money.free - _sum(one.amount for one in parts)
    place = Place.ON_ACCOUNT if owner else Place.UNMATCHED
    left = [Placement(place=place, owner=owner, amount=rest)] if rest else []
    return _merged([*_staying(money, money.takeable), *new, *left])


def taken_back(money: HeldMoney, documents: Sequence[str]) -> list[Placement]:
    """Where the money belongs once allocations are taken back: what is freed waits unmatched.

    Args:
        money: of the transaction.
        documents: from these invoices only; none for everything, money on account too.

    Raises:
        DeskRefusal: when there is nothing to take back.
    """
    back = [
        one
        for one in money.held
        if (one.place is Place.ALLOCATED and (not documents or one.owner in documents))
        or (one.place is Place.ON_ACCOUNT and not documents)
    ]
    missing = sorted(set(documents) - {one.owner for one in back})
    if missing or not back:
        now = ", ".join(one.owner for one in money.held if one.place is Place.ALLOCATED)
        raise DeskRefusal(
            f"{money.tx} has nothing to take back of {', '.join(missing) or 'anything'}; "
            f"it is allocated to: {now or 'nothing'}"
        )
    staying = [_as_placement(one) for one in money.held if one not in back]
    freed = Placement(place=Place.UNMATCHED, amount=_sum(one.amount for one in back))
    return _merged([*staying, freed])


def set_aside(money: HeldMoney, reason: str) -> list[Placement]:
    """Where the money belongs once what is free of it concerns no invoice.

    Raises:
        DeskRefusal: when nothing of it is free.
    """
    free = [one for one in money.held if one.place in _FREE]
    if not free:
        raise DeskRefusal(f"nothing of {money.tx} is free: it is {money.state.value}")
    amount = _sum(one.amount for one in free)
    ignored = Placement(place=Place.IGNORED, owner=reason[:100], amount=amount)
    return _merged([*_staying(money, _FREE), ignored])


def verdict_of(order: Order, placements: Sequence[Placement], debtor: str) -> Verdict:
    """A person's decision as the ledger keeps it.

    Args:
        order: who decides what, and when.
        placements: where every cent belongs.
        debtor: whose money it is; empty when that is not one debtor.
    """
    words = f"{order.action} by {order.author}" + (f": {order.reason}" if order.reason else "")
    taken = tuple(
        Allocation(document=one.owner, amount=one.amount)
        for one in placements
        if one.place is Place.ALLOCATED
    )
    decision = Decision(
        status=Status.MATCHED if taken else Status.UNMATCHED,
        customer=debtor,
        allocations=taken,
        evidence=(Evidence(kind=EvidenceKind.CLASSIFICATION, words=words),),
    )
    return Verdict(
        action=order.action,
        author=order.author,
        decided_at=order.moment,
        state=state_of({one.place for one in placements}),
        placements=tuple(placements),
        debtors=(debtor,) if debtor else (),
        data=record_of(decision),
        reason=words,
    )


def _staying(money: HeldMoney, taken_from: frozenset[Place]) -> list[Placement]:
    return [_as_placement(one) for one in money.held if one.place not in taken_from]


def _merged(placements: Sequence[Placement]) -> list[Placement]:
    """One placement for each place and owner."""
    found: dict[tuple[Place, str], Placement] = {}
    for one in placements:
        key = (one.place, one.owner)
        before = found.get(key)
        amount = one.amount + (before.amount if before else _ZERO)
        found[key] = one.model_copy(update={"amount": amount})
    return list(found.values())


def _as_placement(held: Holding) -> Placement:
    return Placement(place=held.place, owner=held.owner, amount=held.amount)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, _ZERO)
