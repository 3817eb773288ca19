"""When may a contact leave? On working days, inside contact hours, and never on the clock's gap."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_calendar import (
    NeverOpenError,
    closed_because,
    contact_moment,
    days_overdue,
    is_open,
    next_open_moment,
    working_days_after,
)
from schemas.calendar import ContactCalendar, ContactWindow, Holiday

PARIS = ContactCalendar(
    holidays=(
        Holiday(day=date(2027, 5, 1), name="Fête du Travail"),
        Holiday(day=date(2027, 5, 6), name="Ascension"),
    )
)


def window(opens: str, closes: str) -> ContactWindow:
    """A window from two times as people write them."""
    return ContactWindow(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
DAYS = st.dates(date(2010, 1, 1), date(2037, 12, 31))
KEYS = st.text(max_size=30)
MINUTES = st.integers(0, 24 * 60 - 1)


@st.composite
def calendars(draw: st.DrawFn) -> ContactCalendar:
    """Any calendar that is open at some hour of some weekday."""
    marks = sorted(draw(st.lists(MINUTES, min_size=2, max_size=6, unique=True)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    windows = tuple(
        ContactWindow(opens=time(*divmod(opens, 60)), closes=time(*divmod(closes, 60)))
        for opens, closes in pairs
    )
    closed = draw(st.lists(DAYS, max_size=5, unique=True))
    return ContactCalendar(
        time_zone=draw(ZONES),
        weekdays=tuple(sorted(draw(st.sets(st.integers(1, 7), min_size=1)))),
        windows=windows,
        holidays=tuple(Holiday(day=day, name="Holiday") for day in sorted(closed)),
        spread_minutes=draw(st.integers(0, 600)),
    )


@given(calendars(), DAYS, KEYS)
def test_contact_leaves_in_a_window_of_a_working_day(
    calendar: ContactCalendar, day: date, key: str
) -> None:
    """A contact leaves on a working day in contact hours, never before its planned day."""
    moment = contact_moment(calendar, day, key)
    local = moment.at.astimezone(ZoneInfo(calendar.time_zone))
    assert is_open(calendar, moment.at)
    assert not closed_because(calendar, moment.day)
    assert local.date() == moment.day >= day
    assert len(moment.moved) == (moment.day - day).days
    assert moment.at.utcoffset() == timedelta(0)
    assert contact_moment(calendar, day, key) == moment


@given(calendars(), st.datetimes(datetime(2010, 1, 1), datetime(2037, 12, 31)), KEYS)  # noqa: DTZ001 - made aware below
def test_next_open_moment_is_open_and_not_in_the_past(
    calendar: ContactCalendar, naive: datetime, key: str
) -> None:
    """What comes due at night waits for the next opening; what comes due in hours leaves now."""
    now = naive.replace(tzinfo=UTC)
    moment = next_open_moment(calendar, now, key)
    assert is_open(calendar, moment)
    assert moment >= now
    assert (moment == now) == is_open(calendar, now)
    assert next_open_moment(calendar, moment, key) == moment


def test_contact_says_each_day_it_was_moved_over() -> None:
    """A reminder planned for 1 May 2027 leaves on Monday the 3rd, and says why."""
    moment = contact_moment(PARIS, date(2027, 4, 30), "k")
    assert moment.day == date(2027, 4, 30)
    moment = contact_moment(PARIS, date(2027, 5, 1), "k")
    assert moment.day == date(2027, 5, 3)
    assert moment.moved == ("Saturday", "Sunday")
    moment = contact_moment(PARIS, date(2027, 5, 6), "k")
    assert moment.day == date(2027, 5, 7)
    assert moment.moved == ("6 May: Ascension",)


def test_contacts_of_many_cases_are_spread_over_the_first_hour() -> None:
    """A thousand cases due on one day do not all leave on the stroke of nine."""
    moments = {contact_moment(PARIS, date(2027, 5, 3), f"case/a/{n}").at for n in range(1000)}
    opens = datetime(2027, 5, 3, 7, tzinfo=UTC)
    assert len(moments) > 800
    assert min(moments) >= opens
    assert max(moments) < opens + timedelta(hours=1)
    assert max(moments) > opens + timedelta(minutes=55)


def test_nine_in_paris_is_another_instant_in_winter_and_in_summer() -> None:
    """Contact hours follow the debtor's clock, not ours."""
    calm = PARIS.model_copy(update={"spread_minutes": 0})
    assert contact_moment(calm, date(2027, 1, 4), "k").at == datetime(2027, 1, 4, 8, tzinfo=UTC)
    assert contact_moment(calm, date(2027, 7, 5), "k").at == datetime(2027, 7, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("02:00", "04:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("02:30", "03:15", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("02:10", "02:50", datetime(2027, 4, 4, 0, 10, tzinfo=UTC)),
    ],
)
def test_times_that_the_clocks_jump_over(opens: str, closes: str, expected: datetime) -> None:
    """On the night of the change to summer time a window opens at the jump, or not at all."""
    calendar = ContactCalendar(weekdays=(7,), windows=(window(opens, closes),), spread_minutes=0)
    moment = contact_moment(calendar, date(2027, 3, 28), "k")
    assert moment.at == expected
    if moment.day != date(2027, 3, 28):
        assert moment.moved[0] == "28 March: the clocks jump over its contact hours"


def test_hour_that_the_clocks_show_twice_counts_once() -> None:
    """On the night of the change to winter time a window opens at the first showing of its hour."""
    calendar = ContactCalendar(weekdays=(7,), windows=(window("02:30", "02:45"),), spread_minutes=0)
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert contact_moment(calendar, date(2027, 10, 31), "k").at == first
    assert not is_open(calendar, first + timedelta(hours=1))


def test_lunch_break_of_consumers() -> None:
    """What comes due at 13:30 waits until 14:00 and the case's own offset."""
    calendar = ContactCalendar(windows=(window("10:00", "13:00"), window("14:00", "20:00")))
    noon_break = datetime(2027, 5, 3, 11, 30, tzinfo=UTC)
    moment = next_open_moment(calendar, noon_break, "k")
    assert datetime(2027, 5, 3, 12, 0, tzinfo=UTC) <= moment
    assert moment < datetime(2027, 5, 3, 13, 0, tzinfo=UTC)


def test_working_days_are_counted_over_weekends_and_holidays() -> None:
    """Two working days after Wednesday 5 May 2027 is Monday the 10th: Ascension does not count."""
    assert working_days_after(PARIS, date(2027, 5, 5), 2) == date(2027, 5, 10)
    assert working_days_after(PARIS, date(2027, 5, 1), 0) == date(2027, 5, 3)
    with pytest.raises(ValueError, match="forwards"):
        working_days_after(PARIS, date(2027, 5, 1), -1)


@given(calendars(), DAYS, st.integers(0, 30))
def test_working_days_add_up(calendar: ContactCalendar, day: date, count: int) -> None:
    """Counting one working day more goes to a later working day, with none in between."""
    earlier = working_days_after(calendar, day, count)
    later = working_days_after(calendar, day, count + 1)
    between = [earlier + timedelta(days=n) for n in range(1, (later - earlier).days)]
    assert not closed_because(calendar, later)
    if count or not closed_because(calendar, day):
        assert later > earlier
        assert all(closed_because(calendar, one) for one in between)


def test_invoice_is_overdue_from_the_day_after_its_due_date() -> None:
    """The debtor is in time for the whole of the due date."""
    due = date(2027, 5, 3)
    assert [days_overdue(due, due + timedelta(days=n)) for n in (-1, 0, 1, 30)] == [0, 0, 1, 30]


@pytest.mark.parametrize("broken", [{"weekdays": ()}, {"windows": ()}])
def test_calendar_that_never_opens_is_refused(broken: dict[str, tuple[()]]) -> None:
    """A calendar without working days or hours is a mistake and says so, in bounded time."""
    calendar = PARIS.model_copy(update=broken)
    with pytest.raises(NeverOpenError, match="400 days"):
        contact_moment(calendar, date(2027, 5, 3), "k")
    with pytest.raises(NeverOpenError):
        next_open_moment(calendar, datetime(2027, 5, 3, tzinfo=UTC), "k")
