"""What holds for every feed? Sums, open amounts, and that a second feed changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching.feed import Feed
from schemas.bank import BankTransaction
from schemas.matching import Status
from tests.support.matching import CUSTOMERS, ITEMS, book, payment

numbers = st.sampled_from([one.number for one in ITEMS])
pieces = st.one_of(
    numbers,
    numbers.map(lambda number: number.replace("-", " ")),
    numbers.map(lambda number: number[-3:]),
    st.sampled_from(
        ("FACT", "ACOMPTE", "ESCOMPTE", "SOLDE", "AVOIR", "DU", "AU", "/", ",", "ET", "IMPAYE")
    ),
    st.text("FA-2026 01239/", max_size=12),
)
amounts = st.one_of(
    st.sampled_from([one.amount for one in ITEMS]),
    st.lists(st.sampled_from(ITEMS), min_size=2, max_size=3, unique=True).map(
        lambda items: sum((one.amount for one in items), start=Decimal(0))
    ),
    st.decimals("0.01", "3000.00", places=2),
)


@st.composite
def payments(draw: st.DrawFn) -> BankTransaction:
    """A receipt or a return by anybody, with any words."""
    amount = draw(amounts)
    who = draw(st.sampled_from(CUSTOMERS))
    told: dict[str, Any] = {"key": draw(st.sampled_from("abcdefghijkl"))}
    if draw(st.booleans()):
        told["name"] = who.name
    if who.ibans and draw(st.booleans()):
        told["iban"] = who.ibans[0]
    if draw(st.integers(0, 4)) == 0:
        amount = -amount
    made: BankTransaction = payment(
        str(amount), " ".join(draw(st.lists(pieces, max_size=5))), **told
    )
    return made


@settings(max_examples=80, deadline=None)
@given(st.lists(payments(), max_size=10))
def test_books_stay_in_balance(told: list[BankTransaction]) -> None:
    """No payment is spent twice, and nothing is settled beyond what is open."""
    feed = Feed(book())
    for one in told:
        before = {document: standing.open for document, standing in feed.book.standing.items()}
        decision = feed.deliver(one)
        if decision.status is Status.MATCHED:
            used = sum((each.amount for each in decision.allocations), start=Decimal(0))
            received = sum(
                (-each.amount for each in decision.differences if each.amount < 0),
                start=Decimal(0),
            )
            assert used + decision.on_account + received == one.amount
            for each in decision.allocations:
                is_credit = feed.book.standing[each.document].sign < 0
                assert abs(each.amount) <= before[each.document]
                assert (each.amount < 0) == is_credit
        for standing in feed.book.standing.values():
            assert 0 <= standing.open <= standing.item.amount


@settings(max_examples=60, deadline=None)
@given(st.lists(payments(), max_size=8))
def test_second_feed_changes_nothing(told: list[BankTransaction]) -> None:
    """Everything told again is a duplicate, and no open amount moves."""
    feed = Feed(book())
    for one in told:
        feed.deliver(one)
    before = {document: standing.open for document, standing in feed.book.standing.items()}
    again = [feed.deliver(one) for one in reversed(told)]
    assert all(one.status is Status.DUPLICATE for one in again)
    assert {document: one.open for document, one in feed.book.standing.items()} == before


@settings(max_examples=60, deadline=None)
@given(payments())
def test_return_restores_what_it_undoes(told: BankTransaction) -> None:
    """A payment and its return leave every open amount as it was."""
    feed = Feed(book())
    before = {document: standing.open for document, standing in feed.book.standing.items()}
    decision = feed.deliver(told)
    if decision.status is not Status.MATCHED:
        return
    back = feed.deliver(
        payment(str(-told.amount), "IMPAYE", end_to_end_id="E2E-1", key="back").model_copy(
            update={"counterparty": told.counterparty, "remittance": told.remittance}
        )
    )
    if back.reverses:
        assert {document: one.open for document, one in feed.book.standing.items()} == before


@settings(max_examples=60, deadline=None)
@given(payments(), st.randoms(use_true_random=False))
def test_order_of_items_makes_no_difference(told: BankTransaction, random: Any) -> None:
    """The same open items in another order give the same decision."""
    shuffled = list(ITEMS)
    random.shuffle(shuffled)
    assert Feed(book()).deliver(told) == Feed(book(shuffled)).deliver(told)
