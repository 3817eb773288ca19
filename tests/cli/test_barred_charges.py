"""Does a person hear that the charges they claim are of a barred claim?"""

from __future__ import annotations

from datetime import date, timedelta

from cli.charges_commands import barred_warning
from schemas.limitation import Limitation

LAST = date(2026, 11, 10)


def test_charges_of_a_barred_claim_are_claimed_with_a_warning() -> None:
    """On the last day nothing is said; the day after the day and the law are named."""
    limit = Limitation(
        limitation_day=LAST, law="Code civil 2224", counted_from=LAST, start="delivery"
    )
    assert barred_warning(limit, LAST) == barred_warning(None, LAST) == ""
    told = barred_warning(limit, LAST + timedelta(days=1))
    assert told == "the last day to go to court was 2026-11-10 (Code civil 2224)"
