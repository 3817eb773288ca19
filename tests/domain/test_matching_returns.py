"""Is a returned payment undone? Exactly, with its fee apart, and never by a guess."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.matching.feed import Feed
from schemas.bank import Charge, Flag
from schemas.matching import Status
from tests.support.matching import DUBOIS, book, booked, payment

ORIGINAL = payment(
    "77.77", "FACT 124", iban=DUBOIS, end_to_end_id="SDD-124", mandate="RUM-77", key="paid"
)

WAYS = [
    ("by end-to-end id", payment("-77.77", end_to_end_id="SDD-124", key="r")),
    ("by mandate", payment("-77.77", "IMPAYE AC04", mandate="RUM-77", key="r")),
    ("by number", payment("-77.77", "REJET FA-2026-00124", key="r")),
    ("by account", payment("-77.77", "IMPAYE", iban=DUBOIS, key="r")),
    ("with a fee inside", payment("-80.77", end_to_end_id="SDD-124", key="r")),
    (
        "with a fee that the bank states",
        payment(
            "-162.77", end_to_end_id="SDD-124", key="r", charges=(Charge(amount=Decimal(-85)),)
        ),
    ),
]


@pytest.mark.parametrize(("words", "back"), WAYS)
def test_return_reopens_what_was_paid(words: str, back: object) -> None:
    """Whatever the bank names, exactly the earlier allocation is taken back."""
    feed = Feed(book())
    feed.deliver(ORIGINAL)
    assert feed.book.standing["FA-2026-00124"].open == 0
    decision = feed.deliver(back)  # type: ignore[arg-type] # the builder returns what it builds
    assert (decision.status, decision.reverses) == (Status.REVERSAL, "paid"), words
    assert booked(decision) == {"FA-2026-00124": "77.77"}
    assert decision.fee == -back.amount - Decimal("77.77")  # type: ignore[attr-defined] # as above
    assert feed.book.standing["FA-2026-00124"].open == Decimal("77.77")


def test_payment_is_taken_back_once() -> None:
    """A second return of the same payment finds nothing to undo."""
    feed = Feed(book())
    feed.deliver(ORIGINAL)
    returns = [feed.deliver(payment("-77.77", end_to_end_id="SDD-124", key=key)) for key in "ab"]
    assert [bool(one.allocations) for one in returns] == [True, False]


def test_two_that_fit_are_a_tie() -> None:
    """Two payments of one amount by one payer: nobody knows which came back; none is undone."""
    feed = Feed(book())
    feed.deliver(payment("500.00", "FA-2026-00132", name="LEROY ET FILS", key="a"))
    feed.deliver(payment("500.00", "FA-2026-00133", name="LEROY ET FILS", key="b"))
    decision = feed.deliver(payment("-500.00", "IMPAYE", name="LEROY ET FILS", key="r"))
    assert (decision.status, booked(decision)) == (Status.REVERSAL, {})
    assert len(decision.suggestions) == 2


def test_return_with_discount_restores_the_whole_item() -> None:
    """What a discount had settled is open again with the money."""
    feed = Feed(book())
    feed.deliver(payment("1176.00", "ESCOMPTE 2% FA-2026-00120", iban=DUBOIS, key="a"))
    feed.deliver(payment("-1176.00", "RETOUR VIREMENT RECU", iban=DUBOIS, key="r"))
    assert feed.book.standing["FA-2026-00120"].open == Decimal("1200.00")


def test_payment_from_before_the_records() -> None:
    """The return of a payment that nobody saw here re-opens the settled invoice that it names."""
    feed = Feed(book())
    decision = feed.deliver(payment("-59.90", "REJET PRLV FA-2026-00139", key="r"))
    assert booked(decision) == {"FA-2026-00139": "59.90"}
    assert feed.book.standing["FA-2026-00139"].open == Decimal("59.90")


def test_batch_items_replace_the_sum() -> None:
    """A batch that was kept as a sum gives way to its payments, each booked once."""
    feed = Feed(book())
    whole = {"entry_amount": Decimal("388.27")}
    total = payment("388.27", "", key="B", **whole, flags=(Flag.NO_DETAILS,))
    items = [
        payment("310.50", "FA-2026-00121", iban=DUBOIS, **whole),
        payment("77.77", "FA-2026-00124", iban=DUBOIS, **whole),
    ]
    keyed = [
        one.model_copy(update={"entry_key": "B", "item_key": f"B/{at}"})
        for at, one in enumerate(items)
    ]
    told = [feed.deliver(one).status for one in (total, *keyed, total, *keyed)]
    assert told == [Status.UNMATCHED, *[Status.MATCHED] * 2, *[Status.DUPLICATE] * 3]


def test_detail_that_comes_later_books() -> None:
    """A payment told without a word is booked when the bank tells its text."""
    feed = Feed(book())
    bare, full = payment("842.13", key="a"), payment("842.13", "FA-2026-00123", key="a")
    told = [feed.deliver(one).status for one in (bare, full, full, bare)]
    assert told == [Status.SUGGESTED, Status.MATCHED, Status.DUPLICATE, Status.DUPLICATE]
