"""What does the post's news change? A letter only goes forward, whatever order news comes in."""

from __future__ import annotations

from schemas.postage import PostalNews, PostalState

_ORDER = list(PostalState)


def later_state(known: PostalState, news: PostalNews) -> PostalState:
    """How far a letter has come, given what is known and what is said now.

    News may come twice, late and in any order: what was final stays final.
    """
    if known.is_final or _ORDER.index(news.state) <= _ORDER.index(known):
        return known
    return news.state
