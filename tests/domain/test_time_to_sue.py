"""Is there still time for court? Which messages announce one, and until when they may."""

from __future__ import annotations

from datetime import date

import pytest

from domain.time_to_sue import interruptions_of, limitation_of, threatens_court
from schemas.parties import Capacity
from schemas.plan import Channel, DunningStep
from tests.support.builders import a_case, a_payment
from tests.support.given import given


@pytest.mark.parametrize(
    ("template", "said", "threatens"),
    [
        ("courtesy", None, False),
        ("formal-notice", None, True),
        ("formal-notice.consumer", None, True),
        ("hand-over-notice", None, True),
        ("our-last-letter", True, True),
        ("formal-notice", False, False),
    ],
)
def test_formal_notices_announce_a_court(
    template: str, *, said: bool | None, threatens: bool
) -> None:
    """A formal notice announces a court, unless the plan says of its step that it does not."""
    step = DunningStep.model_validate(
        {"name": "x", "day": 1, "channel": Channel.LETTER, "threatens_court": said}
    ).model_copy(update={"template": template})
    assert threatens_court(step) is threatens


def test_a_part_payment_gives_new_time() -> None:
    """Five years from the part payment, not from the invoice (Code civil 2240)."""
    story = given(a_case()).when(a_payment("40.00", on=date(2027, 2, 1))).then("PaymentReceived")
    (receipt,) = interruptions_of(story.case)
    assert receipt.proof.startswith("payment ")
    invoiced, due = date(2023, 1, 2), date(2023, 2, 1)
    alone = limitation_of("FR", Capacity.BUSINESS, invoiced, due, [])
    paid = limitation_of("FR", Capacity.BUSINESS, invoiced, due, [receipt])
    assert alone is not None
    assert paid is not None
    assert (alone.limitation_day, paid.limitation_day) == (date(2028, 1, 2), date(2032, 2, 1))


def test_where_no_law_is_known_nothing_is_barred() -> None:
    """Of a country whose law is not known, no day is made up."""
    assert limitation_of("JP", Capacity.BUSINESS, date(2001, 1, 1), date(2001, 2, 1), []) is None
