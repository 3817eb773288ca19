"""Which words of an HTML answer are quoted?"""

from __future__ import annotations

from domain.inbound_html import text_of_html


def test_words_behind_a_quote_are_the_senders_own() -> None:
    """Who answers below a quote, and below a quote in a quote, is read as having answered."""
    quotes = "<blockquote>old<blockquote>older</blockquote>old again</blockquote>"
    text = text_of_html(f"<p>above</p>{quotes}<p>below</p>").splitlines()
    assert [line for line in text if line] == [
        "above",
        "> old",
        "> > older",
        "> old again",
        "below",
    ]
