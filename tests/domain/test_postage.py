"""What does the post's news change? A letter only goes forward."""

from __future__ import annotations

from itertools import permutations

from domain.postage import later_state
from schemas.postage import PostalNews, PostalState

JOURNEY = (
    PostalState.SUBMITTED,
    PostalState.ACCEPTED,
    PostalState.PRESENTED,
    PostalState.NOT_CLAIMED,
)


def test_news_in_any_order_comes_to_the_same_end() -> None:
    """Late, twice and out of order: a letter that was not claimed ends as not claimed."""
    for order in permutations(JOURNEY):
        state = PostalState.DRAFT
        for one in (*order, *order):
            state = later_state(state, PostalNews(reference="RL-1", state=one))
        assert state is PostalState.NOT_CLAIMED


def test_what_is_final_stays_final() -> None:
    """A letter that was delivered is not lost by a late message about an error."""
    for final in (state for state in PostalState if state.is_final):
        for other in PostalState:
            assert later_state(final, PostalNews(reference="RL-1", state=other)) is final


def test_who_refuses_a_letter_has_had_it() -> None:
    """Refused and not claimed count as notified; an unknown address does not."""
    notified = {state for state in PostalState if state.notifies}
    assert notified == {PostalState.DELIVERED, PostalState.REFUSED, PostalState.NOT_CLAIMED}
