"""Does the sentence under a statement say what binds this debtor, as their language cites it?"""

from __future__ import annotations

import pytest

from domain.interest_terms import interest_terms
from domain.interest_words import conventions
from domain.legal_mentions import forbidden_mentions
from schemas.agreed_interest import DayCount
from schemas.interest import ImputationPolicy
from schemas.parties import Capacity
from tests.support.claims import TABLE, claim, day


@pytest.mark.parametrize(
    ("language", "consumer", "business"),
    [
        ("de", "die Hauptforderung, dann die Zinsen.", "dann die Pauschale."),
        ("en", "principal, then interest.", "then the fixed sum."),
        ("fr", "le principal, puis les intérêts.", "puis l\u2019indemnité forfaitaire."),
    ],
)
def test_a_consumer_reads_of_no_fixed_sum_under_a_statement(
    language: str, consumer: str, business: str
) -> None:
    """What a part payment settles names the fixed sum only where the law gives one."""
    said = {}
    for capacity in (Capacity.CONSUMER, Capacity.BUSINESS):
        terms = interest_terms(claim("DE", capacity=capacity), day("2026-01-01"), TABLE)
        words = conventions(
            terms, ImputationPolicy.PRINCIPAL_FIRST, DayCount.ACT_365F, language=language
        )
        said[capacity] = words
    place = ("firm", "DE", Capacity.CONSUMER, language)
    assert consumer in said[Capacity.CONSUMER]
    assert forbidden_mentions(said[Capacity.CONSUMER], *place) == []
    assert business in said[Capacity.BUSINESS]


def test_a_german_statement_cites_german_law_as_germans_do() -> None:
    """Paragraphs of the BGB with their sign; and that a due date on a day of rest moves (193)."""
    cited = {Capacity.CONSUMER: "§§ 247, 288 Abs. 1 BGB.", Capacity.BUSINESS: "Abs. 2 und 5 BGB."}
    for capacity, law in cited.items():
        terms = interest_terms(claim("DE", capacity=capacity), day("2026-01-01"), TABLE)
        words = conventions(terms, ImputationPolicy.INTEREST_FIRST, DayCount.ACT_365F, "de")
        assert words.endswith(law)
        assert "gilt der nächste Werktag" in words
    french = interest_terms(claim("FR"), day("2026-01-01"), TABLE)
    assert "working day" not in conventions(
        french, ImputationPolicy.INTEREST_FIRST, DayCount.ACT_365F
    )
