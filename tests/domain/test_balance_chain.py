"""Is a statement missing? Balances follow one another, whatever order the files came in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

from domain.balance_chain import broken_links
from schemas.feed import StatementLink

MONDAY = date(2026, 11, 16)


def link(day: int, opening: int, closing: int, *, days: int = 0) -> StatementLink:
    """A statement of a day, or of several up to it."""
    last = MONDAY + timedelta(days=day)
    return StatementLink(
        opening=Decimal(opening),
        opening_day=last - timedelta(days=days),
        closing=Decimal(closing),
        closing_day=last,
        currency="EUR",
        label=f"statement {day}",
    )


def test_a_chain_holds_in_any_order() -> None:
    """Days that follow are whole, however they were fed."""
    chain = [link(0, 0, 10), link(1, 10, 7), link(2, 7, 7), link(3, 7, 20)]
    for order in permutations(chain):
        assert broken_links("A", order) == []


def test_a_missing_day_is_named_with_its_amount() -> None:
    """Between Monday and Wednesday three euros left the account unseen."""
    [gap] = broken_links("A", [link(0, 0, 10), link(2, 7, 9)])
    assert "2026-11-16" in gap
    assert "2026-11-18" in gap
    assert "-3 EUR" in gap


def test_several_statements_of_one_day_follow_by_their_balances() -> None:
    """Pages of one day are put in order by where they begin."""
    pages = [link(0, 5, 9), link(0, 0, 5), link(0, 9, 1)]
    for order in permutations(pages):
        assert broken_links("A", order) == []


def test_a_statement_that_tells_days_again_is_no_gap() -> None:
    """The week's statement after the days' own repeats them, and misses nothing."""
    days = [link(0, 0, 10), link(1, 10, 7), link(2, 7, 12)]
    assert broken_links("A", [*days, link(2, 0, 12, days=2)]) == []


def test_accounts_in_two_currencies_have_two_chains() -> None:
    """Pounds and euros of one number do not follow one another."""
    pounds = link(1, 500, 600).model_copy(update={"currency": "GBP"})
    assert broken_links("A", [link(0, 0, 10), pounds, link(2, 10, 11)]) == []
