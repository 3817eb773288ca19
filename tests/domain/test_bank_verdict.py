"""Where does decided money belong? Every cent has a place, also when a part of it goes back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bank_verdict import Circumstances, return_verdicts, verdict_on
from schemas.bank import BankTransaction, ReturnInformation
from schemas.bank_ledger import Holding
from schemas.feed import Place, TransactionState
from schemas.matching import Allocation, Decision, Difference, DifferenceKind, Status

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AROUND = Circumstances(moment=NOON, hold_until=NOON)
CENTS = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)


def part(document: str, amount: str) -> Allocation:
    """So much of an invoice."""
    return Allocation(document=document, amount=Decimal(amount))


def held(*parts: tuple[Place, str, str]) -> list[Holding]:
    """Where the money of a payment is."""
    return [
        Holding(place=place, owner=owner, payment_id="p", amount=Decimal(amount))
        for place, owner, amount in parts
    ]


def going_back(amount: str) -> BankTransaction:
    """A return, for a closed account."""
    returned = ReturnInformation(code="AC04", texts=("closed",))
    return BankTransaction(amount=Decimal(amount), currency="EUR", returned=returned)


def test_a_rounding_up_is_set_aside() -> None:
    """Five cents too much settle the invoice; they are nobody's, and they are somewhere."""
    decision = Decision(
        status=Status.MATCHED,
        customer="D1",
        allocations=(part("F-1", "100.05"),),
        differences=(
            Difference(document="F-1", kind=DifferenceKind.ROUNDING, amount=Decimal("-0.05")),
        ),
    )
    verdict = verdict_on(Decimal("100.05"), decision, AROUND)
    assert {(one.place, one.owner): one.amount for one in verdict.placements} == {
        (Place.ALLOCATED, "F-1"): Decimal(100),
        (Place.IGNORED, "rounding"): Decimal("0.05"),
    }
    assert verdict.state is TransactionState.BOOKED


def test_a_credit_note_that_was_deducted_is_for_a_person() -> None:
    """What takes money off another document is asked about, never booked."""
    decision = Decision(
        status=Status.MATCHED, allocations=(part("F-1", "100.00"), part("A-1", "-20.00"))
    )
    verdict = verdict_on(Decimal(80), decision, AROUND)
    assert verdict.state is TransactionState.SUGGESTED
    assert [one.place for one in verdict.placements] == [Place.UNMATCHED]


def test_a_part_that_goes_back_opens_only_what_it_paid() -> None:
    """Of a payment of two invoices one part is returned: the other stays settled."""
    decision = Decision(status=Status.REVERSAL, allocations=(part("F-2", "40.00"),))
    where = held((Place.ALLOCATED, "F-1", "60.00"), (Place.ALLOCATED, "F-2", "40.00"))
    undone, itself = return_verdicts(going_back("-40.00"), "t1", "t2", where, decision, AROUND)
    assert {(one.place, one.owner): one.amount for one in undone.placements} == {
        (Place.ALLOCATED, "F-1"): Decimal(60),
        (Place.IGNORED, "returned by t2"): Decimal(40),
    }
    assert undone.state is TransactionState.BOOKED
    assert undone.reason == "AC04 closed"
    assert [one.owner for one in itself.placements] == ["returns t1"]


@given(paid=st.lists(CENTS, min_size=1, max_size=4), spare=CENTS, fee=CENTS, share=st.booleans())
def test_what_goes_back_leaves_no_cent_without_a_place(
    paid: list[Decimal], spare: Decimal, fee: Decimal, *, share: bool
) -> None:
    """Whole or in part, with a fee or none: both transactions keep all of their money."""
    where = [
        *(Holding(place=Place.ALLOCATED, owner=f"F-{n}", amount=a) for n, a in enumerate(paid)),
        Holding(place=Place.ON_ACCOUNT, owner="D1", amount=spare),
    ]
    total = sum(paid, spare)
    back = paid[0] if share else total
    allocations = [Allocation(document="F-0", amount=paid[0])]
    if not share:
        allocations = [Allocation(document=f"F-{n}", amount=a) for n, a in enumerate(paid)]
    decision = Decision(status=Status.REVERSAL, allocations=tuple(allocations), fee=fee)
    undone, itself = return_verdicts(
        going_back(str(-(back + fee))), "t1", "t2", where, decision, AROUND
    )
    assert sum(one.amount for one in undone.placements) == total
    assert sum(one.amount for one in itself.placements) == -(back + fee)
    assert all(one.amount > 0 for one in undone.placements)
    assert [one.amount for one in itself.placements if one.owner == "fee"] == [-fee]


@pytest.mark.parametrize("status", [Status.IGNORED, Status.UNMATCHED, Status.ON_ACCOUNT])
def test_money_that_settles_nothing_has_one_place(status: Status) -> None:
    """Ignored, unmatched or on account of a known payer: all of it in one place."""
    decision = Decision(status=status, customer="D1")
    [placement] = verdict_on(Decimal("12.34"), decision, AROUND).placements
    assert placement.amount == Decimal("12.34")
    assert (placement.owner == "D1") == (status is Status.ON_ACCOUNT)
