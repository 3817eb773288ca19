"""What is owed, reckoned a second way? One day after the other, in cents and exact fractions.

Nothing here is taken from the engine: the yearly percentages are those that were published or
printed for each country, not a series and a margin, and no day is ever put together with another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

# Half-year, French business rate, ECB + 8, Belgian business rate, German base + 9, British + 8.
_PRINTED = """
2019-01 10.00  8.00  8.0  8.12  8.75
2019-07 10.00  8.00  8.0  8.12  8.75
2020-01 10.00  8.00  8.0  8.12  8.75
2020-07 10.00  8.00  8.0  8.12  8.10
2021-01 10.00  8.00  8.0  8.12  8.10
2021-07 10.00  8.00  8.0  8.12  8.10
2022-01 10.00  8.00  8.0  8.12  8.25
2022-07 10.00  8.00  8.0  8.12  9.25
2023-01 12.50 10.50 10.5 10.62 11.50
2023-07 14.00 12.00 12.0 12.12 13.00
2024-01 14.50 12.50 12.5 12.62 13.25
2024-07 14.25 12.25 12.5 12.37 13.25
2025-01 13.15 11.15 11.5 11.27 12.75
2025-07 12.15 10.15 10.5 10.27 12.25
2026-01 12.15 10.15 10.5 10.27 11.75
2026-07 12.40 10.40 10.5 10.52 11.75
"""
_COLUMN = {"FR": 1, "FR public": 2, "ES": 2, "IT": 2, "NL": 2, "BE": 3, "DE": 4, "GB": 5}
_PERCENT = {
    (name, line.split()[0]): Fraction(line.split()[column])
    for name, column in _COLUMN.items()
    for line in _PRINTED.split("\n")
    if line
}
FROZEN = ("FR public", "GB")


def printed_percent(law: str, day: date) -> Fraction:
    """The yearly percentage printed for a day."""
    return _PERCENT[law, f"{day.year}-{'01' if day.month < 7 else '07'}"]


@dataclass
class Owed:
    """What is owed, in cents; ``interest_total`` is all that was ever reckoned."""

    principal: int
    fixed: int = 0
    interest: int = 0
    interest_total: int = 0
    over: int = 0
    running: Fraction = field(default_factory=Fraction)
    bearing: Fraction = field(default_factory=Fraction)

    def round(self) -> None:
        """Turn the interest that has run into whole cents; half a cent is a cent."""
        whole = (2 * self.running.numerator + self.running.denominator) // (
            2 * self.running.denominator
        )
        self.interest += whole
        self.interest_total += whole
        self.running = Fraction(0)

    def pay(self, cents: int, order: str) -> None:
        """Settle fixed sum, interest and principal in the order of the letters F, I and P."""
        self.round()
        for letter in order:
            name = {"F": "fixed", "I": "interest", "P": "principal"}[letter]
            part = min(cents, getattr(self, name))
            setattr(self, name, getattr(self, name) - part)
            cents -= part
            if letter == "I":
                self.bearing = max(Fraction(0), self.bearing - part)
        self.over += cents


def reckon(  # every field of the story
    law: str,
    cents: int,
    due: date,
    until: date,
    *,
    fixed: int = 4000,
    payments: tuple[tuple[date, int], ...] = (),
    gestures: tuple[tuple[date, int], ...] = (),
    order: str = "FIP",
    percent: Fraction | None = None,
    stop: date | None = None,
) -> Owed:
    """Reckon from the due date to a day, which is included.

    Args:
        law: a country of the printed table.
        cents: the principal.
        due: the last day without interest.
        until: the day of the account.
        fixed: the fixed sum in cents, owed from the first day of delay.
        payments: day and cents of each.
        gestures: credit notes from their own day, on the principal only.
        order: what a payment settles first.
        percent: of a contract, instead of the law's.
        stop: the day of an opening judgment, from which nothing runs.
    """
    owed = Owed(cents)
    first = due + timedelta(days=1)
    day = min([due, *(day for day, _ in (*payments, *gestures))])
    while day <= until:
        runs = day >= first and (stop is None or day < stop)
        if runs and day == first and owed.principal > 0:
            owed.fixed = fixed
        if runs:
            of_day = first if law in FROZEN else day
            rate = printed_percent(law, of_day) if percent is None else percent
            owed.running += (owed.principal + owed.bearing) * rate / 36500
        for _, part in (one for one in gestures if one[0] == day):
            owed.principal -= part
        for _, part in (one for one in payments if one[0] == day):
            owed.pay(part, order)
        if law == "NL" and percent is None and runs and _ends_a_year(first, day):
            owed.bearing = owed.interest + owed.running
        day += timedelta(days=1)
    owed.round()
    return owed


def _ends_a_year(first: date, day: date) -> bool:
    tomorrow = day + timedelta(days=1)
    begins = (tomorrow.month, tomorrow.day)
    leapt = (first.month, first.day) == (2, 29) and begins == (3, 1) and day.day == 28
    return tomorrow > first and (begins == (first.month, first.day) or leapt)
