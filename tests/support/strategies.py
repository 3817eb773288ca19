"""Which cases, facts and requests may there be? Any; the properties of the rules range over all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from schemas.calendar import ContactCalendar, Holiday
from schemas.commands import (
    CancelCase,
    CompleteTask,
    CorrectInvoice,
    NoteUnreadableFact,
    RecordPayment,
)
from schemas.events import CaseOpened
from schemas.money import Money
from schemas.plan import Channel, DunningPlan
from tests.support.builders import DUE, a_plan, an_opening

CONTACTS = st.sampled_from([Channel.EMAIL, Channel.PHONE, Channel.LETTER])
CENTS = st.integers(1, 500) | st.integers(5_000, 100_000)
MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2028, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware by its second argument
ZONES = st.sampled_from(["Europe/Paris", "America/New_York", "Pacific/Auckland"])
DUE_DATES = st.dates(DUE - timedelta(days=60), DUE + timedelta(days=60))


def money(cents: int, currency: str = "EUR") -> Money:
    """An amount given in cents."""
    return Money(amount=Decimal(cents) / 100, currency=currency)


@st.composite
def plans(draw: st.DrawFn) -> DunningPlan:
    """Any short ladder, with steps of one day and with or without a hand-over at its end."""
    days = sorted(draw(st.lists(st.integers(-10, 60), min_size=1, max_size=6)))
    steps = [(f"step-{place}", day, draw(CONTACTS)) for place, day in enumerate(days)]
    if draw(st.booleans()):
        steps.append(("hand-over", days[-1] + draw(st.integers(0, 10)), Channel.REFER))
    return a_plan(*steps)


@st.composite
def calendars(draw: st.DrawFn) -> ContactCalendar:
    """Any working days, with holidays around the time of the case."""
    holidays = draw(st.sets(st.dates(DUE, DUE + timedelta(days=60)), max_size=6))
    return ContactCalendar(
        time_zone=draw(ZONES),
        weekdays=tuple(sorted(draw(st.sets(st.integers(1, 7), min_size=2)))),
        holidays=tuple(Holiday(day=day, name="Feast") for day in sorted(holidays)),
    )


@st.composite
def openings(draw: st.DrawFn) -> CaseOpened:
    """Any case, opened before, on, or long after its due date."""
    late = timedelta(days=draw(st.integers(-20, 100)), hours=draw(st.integers(0, 23)))
    return an_opening(
        owing=str(money(draw(CENTS)).amount),
        opened_at=datetime(2027, 1, 4, tzinfo=UTC) + late,
        plan=draw(plans()),
        calendar=draw(calendars()),
    )


AMOUNTS = st.integers(-500, 5_000) | st.integers(1, 100_000)
CURRENCIES = st.sampled_from(["EUR", "EUR", "EUR", "USD"])
IDS = st.sampled_from([f"id-{number}" for number in range(30)])
FACTS = st.one_of(
    st.builds(
        RecordPayment,
        command_id=IDS,
        amount=st.builds(money, AMOUNTS, CURRENCIES),
        received_on=DUE_DATES,
    ),
    st.builds(
        CorrectInvoice,
        command_id=IDS,
        amount=st.builds(money, AMOUNTS, CURRENCIES),
        due_date=DUE_DATES | st.sampled_from([date.min, date.max]),
    ),
    st.builds(NoteUnreadableFact, command_id=IDS, name=st.text(max_size=5), problem=st.text()),
)
REQUESTS = st.one_of(
    st.builds(CancelCase, command_id=IDS, reason=st.just("asked")),
    st.builds(CompleteTask, command_id=IDS, task_id=st.just("nothing"), outcome=st.just("done")),
)
