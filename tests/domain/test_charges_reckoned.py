"""Is the ledger right after any facts in any order? Reckoned a second way, day by day in cents."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.interest import CreditKind
from schemas.money import Money
from schemas.pauses import StopKind
from tests.support.asking import a_credit_note, a_dispute, a_stop
from tests.support.builders import a_case, a_payment
from tests.support.day_by_day import reckon
from tests.support.given import Given
from tests.support.given import given as story_of
from tests.support.stated import claim_stated

DUE = date(2026, 4, 10)
CLAIMED = date(2026, 10, 30)
HEARD = CLAIMED + timedelta(days=20)
DAYS = st.dates(DUE - timedelta(days=20), HEARD)
CENTS = st.integers(1, 60_000)
MOVES = st.lists(
    st.tuples(st.sampled_from(["payment", "error", "gesture", "set_off"]), DAYS, CENTS), max_size=5
)


def euros(cents: int) -> Money:
    """An amount given in cents."""
    return Money(amount=Decimal(cents) / 100, currency="EUR")


def told(story: Given, moves: list[tuple[str, date, int]]) -> Given:
    """The bank and the ledger of record report what came, in the order in which they are heard."""
    for number, (kind, day, cents) in enumerate(moves):
        amount = str(Decimal(cents) / 100)
        if kind == "payment":
            decided = story.when(a_payment(amount, payment=f"P-{number}", on=day))
        else:
            note = a_credit_note(amount, number=f"AV-{number}", on=day)
            decided = story.when(note.model_copy(update={"kind": CreditKind(kind)}))
        assert isinstance(decided.decision, tuple)
        story = decided.then(*(event.type for event in decided.decision))
    return story


def within(moves: list[tuple[str, date, int]], total: int) -> list[tuple[str, date, int]]:
    """As many of them as leave something of the invoice to be paid."""
    kept: list[tuple[str, date, int]] = []
    for move in moves:
        if sum(cents for *_, cents in kept) + move[2] < total:
            kept.append(move)
    return kept


@settings(max_examples=150, deadline=None)
@given(
    moves=MOVES,
    total=st.integers(60_000, 200_000),
    contested=st.integers(0, 20_000),
    judgment=st.none() | st.dates(DUE + timedelta(days=2), HEARD),
)
def test_the_ledger_is_what_the_days_add_up_to(
    moves: list[tuple[str, date, int]], total: int, contested: int, judgment: date | None
) -> None:
    """Money and notes of any day, a dispute, a judgment: the claim is what its days bore."""
    amount = str(Decimal(total) / 100)
    start = story_of(a_case(owing=amount, due=DUE)).on(HEARD)
    claimed = start.when(claim_stated(start.case, CLAIMED)).then("ChargesClaimed")
    before = reckon("FR", total, DUE, CLAIMED, order="PIF").interest_total
    moves = within(moves, total)
    story = told(claimed, moves)
    left = int(story.case.outstanding.amount * 100)
    part = min(contested, left - 1)
    if part > 0:
        decided = story.when(a_dispute(str(Decimal(part) / 100)))
        assert isinstance(decided.decision, tuple)
        story = decided.then(*(event.type for event in decided.decision))
    if judgment:
        decided = story.when(a_stop(StopKind.INSOLVENCY, on=judgment))
        assert isinstance(decided.decision, tuple)
        story = decided.then(*(event.type for event in decided.decision))
    money = [(day, cents) for kind, day, cents in moves if kind in {"payment", "set_off"}]
    never = sum(cents for kind, _, cents in moves if kind == "error") + max(part, 0)
    owed = reckon(
        *("FR", total - never, DUE, CLAIMED),
        payments=tuple(money),
        gestures=tuple((day, cents) for kind, day, cents in moves if kind == "gesture"),
        order="PIF",
        stop=judgment,
    )
    charges = story.case.charges
    assert charges is not None
    assert charges.interest == euros(min(owed.interest_total, before))
    assert charges.indemnity == euros(owed.fixed)
