"""Does each payment count once? Whatever files tell it, however often, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.bank_identity import sight
from schemas.bank import BankTransaction, Flag
from schemas.matching import SeenEntry, SightingKind


def single(key: str, amount: str, text: str = "") -> BankTransaction:
    """A payment that is an entry of its own."""
    return BankTransaction(
        entry_key=key,
        item_key=key,
        amount=Decimal(amount),
        entry_amount=Decimal(amount),
        remittance=(text,) if text else (),
    )


def batch_sum(key: str, amount: str) -> BankTransaction:
    """A batch told in one sum."""
    return single(key, amount).model_copy(update={"flags": (Flag.NO_DETAILS,)})


def batch_item(key: str, name: str, amount: str, total: str) -> BankTransaction:
    """A payment inside a batch."""
    return BankTransaction(
        entry_key=key,
        item_key=f"{key}/{name}",
        amount=Decimal(amount),
        entry_amount=Decimal(total),
    )


def counted(told: Iterable[BankTransaction]) -> dict[str, Decimal]:
    """What counts after everything was told in this order, by item key."""
    seen: dict[str, SeenEntry] = {}
    counts: dict[str, Decimal] = {}
    for one in told:
        sighting = sight(one, seen.get(one.entry_key))
        seen[one.entry_key] = sighting.entry
        counts.pop(sighting.replaces, None)
        if sighting.kind in {SightingKind.FIRST, SightingKind.REPLACES_SUM}:
            counts[one.item_key] = one.amount
    return counts


SUM = batch_sum("B", "300.00")
ITEMS = [batch_item("B", name, "100.00", "300.00") for name in ("x-1", "x-2", "x-3")]
ONES = [single("A-1", "50.00"), single("A-2", "50.00"), single("C-1", "-20.00")]
TOLD = [SUM, *ITEMS, *ONES]


def test_second_sighting_is_a_duplicate() -> None:
    """What the bank tells again, in the report and in the statement, counts once."""
    first = sight(ONES[0], None)
    assert first.kind is SightingKind.FIRST
    assert sight(ONES[0], first.entry).kind is SightingKind.DUPLICATE


def test_twins_are_two() -> None:
    """Two really equal payments of one day are two payments."""
    assert sum(counted(ONES).values()) == Decimal("80.00")


def test_items_replace_their_sum_once() -> None:
    """A batch first told as a sum is replaced by its items, and the sum told again is nothing."""
    counts = counted([SUM, *ITEMS, SUM, *ITEMS])
    assert set(counts) == {one.item_key for one in ITEMS}


def test_more_detail_is_no_second_payment() -> None:
    """A later file that says more about a payment adds words, not money."""
    first = sight(single("A", "50.00"), None)
    again = sight(single("A", "50.00", "FACTURE 123"), first.entry)
    assert again.kind is SightingKind.ADDS_DETAIL
    assert sight(single("A", "50.00", "FACTURE 123"), again.entry).kind is SightingKind.DUPLICATE


def test_items_under_other_names_count_once() -> None:
    """Two files that name the payments of one batch differently do not double it."""
    others = [batch_item("B", name, "100.00", "300.00") for name in ("y-1", "y-2", "y-3")]
    assert sum(counted([*ITEMS, *others]).values()) == Decimal("300.00")


@given(st.lists(st.sampled_from(TOLD), max_size=25).map(lambda more: [*TOLD, *more]), st.randoms())
def test_order_of_files_makes_no_difference(told: list[BankTransaction], random: object) -> None:
    """Told in any order and any number of times, the same payments count."""
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis's own
    assert counted(shuffled) == {one.item_key: one.amount for one in (*ITEMS, *ONES)}
