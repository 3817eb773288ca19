"""Does every cent of a transaction have its place after a person's decision?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bank_desk import (
    DeskRefusal,
    HeldMoney,
    Wanted,
    allocated,
    parts_of,
    set_aside,
    taken_back,
)
from schemas.bank_ledger import Holding, Placement
from schemas.feed import Place, TransactionState
from schemas.matching import OpenItem

PLACES = (Place.ALLOCATED, Place.ON_ACCOUNT, Place.UNMATCHED, Place.IGNORED)


@st.composite
def money(draw: st.DrawFn) -> HeldMoney:
    """A transaction whose money is spread over places and owners."""
    held = tuple(
        Holding(place=draw(st.sampled_from(PLACES)), owner=owner, amount=Decimal(cents) / 100)
        for owner, cents in draw(
            st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 10_000), min_size=1)
        ).items()
    )
    state = draw(st.sampled_from([TransactionState.BOOKED, TransactionState.IGNORED]))
    return HeldMoney(
        tx="T-1", amount=sum((one.amount for one in held), Decimal(0)), state=state, held=held
    )


def total(placements: list[Placement]) -> Decimal:
    """What all places hold together."""
    return sum((one.amount for one in placements), Decimal(0))


@given(money(), st.sampled_from("ABCDE"), st.sampled_from(["", "D1"]))
def test_no_cent_is_lost_or_made(held: HeldMoney, document: str, owner: str) -> None:
    """Allocated, taken back or set aside: all places together hold what came in."""
    items = {document: OpenItem(document=document, customer="D1", amount=50, open_amount=50)}
    try:
        parts = parts_of(held, [Wanted(document=document)], items)
    except DeskRefusal:
        assert held.free == 0
    else:
        assert total(allocated(held, parts, owner)) == held.amount
        assert sum(one.amount for one in parts) == min(held.free, 50)
    for decide in (lambda: taken_back(held, ()), lambda: set_aside(held, "a refund")):
        try:
            assert total(decide()) == held.amount
        except DeskRefusal:
            assert not {Place.ON_ACCOUNT} & {one.place for one in held.held}


@pytest.mark.parametrize(("wanted", "words"), [("60.00", "50 open"), ("45.00", "40 left")])
def test_no_more_is_allocated_than_there_is(wanted: str, words: str) -> None:
    """Neither more than the invoice has open, nor more than the transaction has free."""
    free = Holding(place=Place.UNMATCHED, amount=Decimal(40))
    held = HeldMoney(tx="T-1", amount=free.amount, state=TransactionState.UNMATCHED, held=(free,))
    items = {"F-1": OpenItem(document="F-1", customer="D1", amount=50, open_amount=50)}
    with pytest.raises(DeskRefusal, match=words):
        parts_of(held, [Wanted(document="F-1", amount=Decimal(wanted))], items)
