"""Is the last day to go to court right, and what moves it?"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.limitation import UnknownLimitationError, limitation, limitation_alarm
from schemas.limitation import (
    Interruption,
    InterruptionKind,
    LimitationAlarm,
    LimitationQuestion,
)
from tests.support.claims import day


def question(country: str = "FR business", **told: object) -> LimitationQuestion:
    """A claim performed on 15 January 2021 and invoiced a month later."""
    code, _, capacity = country.partition(" ")
    return LimitationQuestion.model_validate(
        {
            "country": code,
            "capacity": capacity or "business",
            "invoiced_on": "2021-02-15",
            "due_date": "2021-03-17",
            "performed_on": "2021-01-15",
            **told,
        }
    )


def happened(kind: str, on: str) -> Interruption:
    """Something with its proof."""
    return Interruption(kind=InterruptionKind(kind), day=day(on), proof="archive/1")


@pytest.mark.parametrize(
    ("country", "told", "last"),
    [
        ("FR", {}, "2026-01-15"),
        ("FR consumer", {}, "2023-01-15"),
        ("FR public", {}, "2025-12-31"),
        ("FR", {"nature": "carriage_of_goods"}, "2022-01-15"),
        ("FR", {"nature": "judgment"}, "2031-01-15"),
        ("FR", {"performed_on": "2020-02-29"}, "2025-02-28"),
        ("FR", {"performed_on": None}, "2026-02-15"),
        ("DE", {}, "2024-12-31"),
        ("DE consumer", {"performed_on": "2021-12-31"}, "2024-12-31"),
        ("GB", {}, "2027-03-17"),
        ("BE", {}, "2031-01-15"),
        ("NL", {}, "2026-01-15"),
        ("ES", {}, "2026-01-15"),
        ("IT", {}, "2031-01-15"),
    ],
)
def test_the_last_day_by_country_and_capacity(
    country: str, told: dict[str, object], last: str
) -> None:
    """Counted from performance, not from a late invoice; in Germany from the year's end."""
    assert limitation(question(country, **told)).limitation_day == day(last)


def test_an_unknown_day_of_performance_is_said() -> None:
    """The invoice's date stands in, and whoever reads it knows."""
    found = limitation(question(performed_on=None))
    assert found.counted_from == day("2021-02-15")
    assert "performance is not known" in found.warnings[0]
    assert limitation(question()).warnings == ()


@pytest.mark.parametrize(
    ("country", "kind", "last"),
    [
        *(("FR", "part_payment", "2029-05-02"), ("FR", "acknowledgement", "2029-05-02")),
        *(("FR", "court_claim", "2029-05-02"), ("FR", "order_served", "2029-05-02")),
        *(("FR", "enforcement", "2029-05-02"), ("FR", "insolvency_declaration", "2029-05-02")),
        *(("FR public", "written_claim", "2028-12-31"), ("FR public", "reminder", "2025-12-31")),
        *(("NL", "written_claim", "2029-05-02"), ("GB", "part_payment", "2030-05-02")),
        *(("DE", "part_payment", "2027-05-02"), ("DE", "court_claim", "2024-12-31")),
    ],
)
def test_an_interruption_starts_a_new_full_period(country: str, kind: str, last: str) -> None:
    """On 2 May 2024, while time still runs; in Germany a new period is not to the year's end."""
    found = limitation(question(country, interruptions=[happened(kind, "2024-05-02")]))
    assert found.limitation_day == day(last)


@pytest.mark.parametrize(
    "kind", ["reminder", "formal_notice", "agency_mandate", "order_filed", "written_claim"]
)
def test_letters_do_not_stop_french_time(kind: str) -> None:
    """Neither a reminder nor a registered formal notice, a mandate or an order only asked for."""
    found = limitation(question(interruptions=[happened(kind, "2024-05-02")]))
    assert found.limitation_day == day("2026-01-15")
    assert not found.steps[0].counted
    assert "does not interrupt" in found.steps[0].reason


def test_interruptions_follow_each_other() -> None:
    """A payment makes time for a second; what comes when it is too late changes nothing."""
    story = [
        happened("part_payment", "2024-02-29"),
        happened("acknowledgement", "2020-12-31"),
        happened("part_payment", "2029-02-28"),
        happened("part_payment", "2034-03-01"),
    ]
    found = limitation(question(interruptions=story))
    assert [step.counted for step in found.steps] == [False, True, True, False]
    assert found.limitation_day == day("2034-02-28")
    assert "before 2021-01-15" in found.steps[0].reason
    assert "too late" in found.steps[3].reason


def test_a_german_period_that_has_not_begun_is_not_cut_short() -> None:
    """A payment in the year of the claim leaves the end of the third year after it."""
    found = limitation(question("DE", interruptions=[happened("part_payment", "2021-06-01")]))
    assert found.limitation_day == day("2024-12-31")


def test_an_interruption_needs_its_proof() -> None:
    """Without a proof there is nothing to show in court, so it is refused."""
    with pytest.raises(ValidationError, match="proof"):
        Interruption(kind=InterruptionKind.PART_PAYMENT, day=day("2024-01-01"), proof="")


def test_an_unknown_country_is_refused_by_name() -> None:
    """No period is guessed, for a country or for a kind of claim."""
    with pytest.raises(UnknownLimitationError, match="known for PL; known: BE, DE"):
        limitation(question("PL"))
    with pytest.raises(UnknownLimitationError, match="carriage_of_goods"):
        limitation(question("DE", nature="carriage_of_goods"))


@pytest.mark.parametrize(
    ("today", "alarm"),
    [
        ("2025-07-14", LimitationAlarm.NONE),
        ("2025-07-15", LimitationAlarm.SIX_MONTHS),
        ("2025-10-14", LimitationAlarm.SIX_MONTHS),
        ("2025-10-15", LimitationAlarm.THREE_MONTHS),
        ("2025-12-15", LimitationAlarm.THREE_MONTHS),
        ("2025-12-16", LimitationAlarm.THIRTY_DAYS),
        ("2026-01-15", LimitationAlarm.THIRTY_DAYS),
        ("2026-01-16", LimitationAlarm.BARRED),
    ],
)
def test_the_last_day_is_announced_three_times(today: str, alarm: LimitationAlarm) -> None:
    """Six months, three months and thirty days before 15 January 2026; the day itself counts."""
    assert limitation_alarm(day("2026-01-15"), day(today)) is alarm


def test_short_months_do_not_confuse_the_alarm() -> None:
    """Six months before 31 August is the last of February."""
    assert limitation_alarm(day("2025-08-31"), day("2025-02-27")) is LimitationAlarm.NONE
    assert limitation_alarm(day("2025-08-31"), day("2025-02-28")) is LimitationAlarm.SIX_MONTHS


KINDS = st.sampled_from(InterruptionKind)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(
    st.sampled_from(["FR", "FR consumer", "FR public", "DE", "GB", "NL", "BE"]),
    DAYS,
    st.lists(st.tuples(KINDS, DAYS), max_size=6),
)
def test_interruptions_only_ever_give_more_time(
    country: str, performed: date, story: list[tuple[InterruptionKind, date]]
) -> None:
    """Whatever happened in whatever order, the last day is never before that of nothing."""
    told = {"performed_on": performed, "invoiced_on": performed, "due_date": performed}
    events = [Interruption(kind=kind, day=on, proof="file") for kind, on in story]
    plain = limitation(question(country, **told))
    moved = limitation(question(country, **told, interruptions=events))
    assert moved.limitation_day >= plain.limitation_day
    assert len(moved.steps) == len(events)
    if not any(step.counted for step in moved.steps):
        assert moved.limitation_day == plain.limitation_day
