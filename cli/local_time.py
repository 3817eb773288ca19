"""On whose clock is a moment shown? On the debtor's, whose zone stands beside it or in the head."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


class LocalTimes:
    """Moments of one table, each on its debtor's clock.

    Args:
        zones: of all its rows (IANA); the one zone that all share is named once, in the head.
    """

    def __init__(self, zones: Iterable[str]) -> None:
        found = set(zones)
        self._shared = found.pop() if len(found) == 1 else ""

    def head(self, name: str) -> str:
        """The head of a column of moments."""
        return f"{name} ({self._shared})" if self._shared else name

    def show(self, moment: datetime, zone: str) -> str:
        """A moment in one row."""
        shown = f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        return shown if self._shared else f"{shown} {zone}"


def morning_of(day: date, zone: str) -> datetime:
    """When a day begins where the debtor is."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
