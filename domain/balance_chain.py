"""Is a statement missing? The closing balance of one is the opening balance of the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from schemas.feed import StatementLink


def broken_links(account: str, links: Iterable[StatementLink]) -> list[str]:
    """Where the balances of an account do not follow, oldest first, each in a sentence.

    A statement that repeats days which others have told is no gap, as long as it begins with a
    balance that was known on its day.

    Args:
        account: for the words.
        links: the account's statements with both balances, in any order.
    """
    found: list[str] = []
    by_currency: dict[str, list[StatementLink]] = {}
    for link in links:
        by_currency.setdefault(link.currency, []).append(link)
    for currency, chain in sorted(by_currency.items()):
        found.extend(_broken(account, currency, _in_order(chain)))
    return found


def _in_order(chain: Sequence[StatementLink]) -> list[StatementLink]:
    """By their days; several of one day follow one another by their balances where they can."""
    rest = sorted(chain, key=lambda one: (_day(one.closing_day), _day(one.opening_day), one.label))
    ordered: list[StatementLink] = []
    while rest:
        day = rest[0].closing_day
        last = ordered[-1].closing if ordered else None
        same = [one for one in rest if one.closing_day == day]
        following = next((one for one in same if one.opening == last), None) or _first_of(same)
        rest.remove(following)
        ordered.append(following)
    return ordered


def _first_of(same: Sequence[StatementLink]) -> StatementLink:
    """Of several statements of one day, the one that no other of them leads to."""
    closings = [one.closing for one in same]
    return next((one for one in same if one.opening not in closings), same[0])


def _broken(account: str, currency: str, chain: Sequence[StatementLink]) -> list[str]:
    found: list[str] = []
    known: set[tuple[Decimal, date | None]] = set()
    last: StatementLink | None = None
    for link in chain:
        follows = last is None or link.opening == last.closing
        repeats = any(link.opening == amount for amount, _day_of in known) and _goes_back(
            link, last
        )
        if last is not None and not follows and not repeats:
            found.append(_words(account, currency, last, link))
        known.update({(link.opening, link.opening_day), (link.closing, link.closing_day)})
        last = link
    return found


def _goes_back(link: StatementLink, last: StatementLink | None) -> bool:
    """Whether a statement begins before the end of the one before it, and so tells days again."""
    if last is None or link.opening_day is None or last.closing_day is None:
        return False
    return link.opening_day < last.closing_day


def _words(account: str, currency: str, last: StatementLink, link: StatementLink) -> str:
    missing = link.opening - last.closing
    return (
        f"{account}: {last.label or 'the statement'} closes on {last.closing_day} with "
        f"{last.closing} {currency}, the next one opens on {link.opening_day} with {link.opening}; "
        f"{missing:+} {currency} are missing between them: feed what lies between"
    )


def _day(day: date | None) -> date:
    return day or date.min
