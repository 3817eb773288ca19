"""When may somebody be contacted? A calendar that travels as data inside the case."""

from __future__ import annotations

from datetime import date, time

from schemas.base import Frozen


class ContactWindow(Frozen):
    """Hours of a day in which contacts may leave: from ``opens`` to just before ``closes``."""

    opens: time
    closes: time


class Holiday(Frozen):
    """A public holiday with its name."""

    day: date
    name: str


class ContactCalendar(Frozen):
    """Working days and contact hours of a debtor.

    It is computed when the case opens and kept in it, so that a later release of the holiday
    library never changes what a running case does.

    Attributes:
        time_zone: IANA name of the debtor's local time.
        weekdays: ISO weekdays (1 = Monday) on which contacts may leave.
        windows: in order, not overlapping.
        known_until: holidays after this day are not in the list.
        spread_minutes: a case's own offset into the window lies below this.
    """

    time_zone: str = "Europe/Paris"
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    windows: tuple[ContactWindow, ...] = (ContactWindow(opens=time(9), closes=time(18)),)
    holidays: tuple[Holiday, ...] = ()
    known_until: date = date.max
    spread_minutes: int = 60
