"""Is every event said in words? And every moment on the debtor's clock?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

from cli.local_time import LocalTimes, morning_of
from cli.wording import WORDS, WORDS_WITH_A_MOMENT, describe
from schemas.events import CaseEvent, HoldPlaced
from schemas.pauses import Hold

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_every_kind_of_event_has_words() -> None:
    """What happens to a case is never shown as a mere name."""
    assert set(get_args(get_args(CaseEvent)[0])) == {*WORDS, *WORDS_WITH_A_MOMENT}


def test_a_hold_ends_on_the_debtors_clock() -> None:
    """A collector who reads until when a case is held need not know the zone of the machine."""
    hold = Hold(reason="asked to wait", by="camille", since=NOON, until=NOON)
    placed = HoldPlaced(at=NOON, hold=hold)
    assert describe(placed, ZoneInfo("Europe/London")).startswith("until 2026-07-01 13:00:")
    assert describe(placed).startswith("until 2026-07-01 12:00 UTC:")


def test_a_zone_stands_in_the_head_or_in_each_row() -> None:
    """One zone is named once; where debtors live in several, each moment names its own."""
    one = LocalTimes(["Europe/Paris", "Europe/Paris"])
    assert one.head("next") == "next (Europe/Paris)"
    assert one.show(NOON, "Europe/Paris") == "2026-07-01 14:00"
    several = LocalTimes(["Europe/Paris", "Europe/London"])
    assert several.head("next") == "next"
    assert several.show(NOON, "Europe/London") == "2026-07-01 13:00 Europe/London"


def test_a_day_begins_where_the_debtor_is() -> None:
    """Held until the 2nd of July means the British morning to a British debtor."""
    assert morning_of(date(2026, 7, 2), "Europe/London") == datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert morning_of(date(2026, 7, 2), "Europe/Paris") == datetime(2026, 7, 1, 22, tzinfo=UTC)
