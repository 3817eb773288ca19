"""How far does a reading agree with what is expected? Counted per format and per subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One value that is not as expected."""

    file: str
    subject: str
    place: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.file} {self.place} {self.subject}: {self.expected!r}, read {self.found!r}"


@dataclass
class Tally:
    """What was compared: per format and subject how often, and how often it was right."""

    counts: dict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    differences: list[Difference] = field(default_factory=list)
    format: str = ""
    file: str = ""

    def count(self, subject: str, number: int) -> None:
        """So many of something were there and read."""
        both = self.counts[self.format, subject]
        both[0] += number
        both[1] += number

    def same(self, subject: str, place: str, expected: Any, found: Any) -> None:
        """Compare one value."""
        both = self.counts[self.format, subject]
        both[1] += 1
        if expected == found:
            both[0] += 1
        else:
            self.differences.append(Difference(self.file, subject, place, expected, found))

    def table(self, subjects: Iterable[str]) -> str:
        """The counts as a table: right of compared."""
        names = list(subjects)
        formats = list(dict.fromkeys(name for name, _ in self.counts))
        head = f"{'format':<14}" + "".join(f"{name:>16}" for name in names)
        rows = [head]
        for one in formats:
            cells = [self.counts.get((one, name), [0, 0]) for name in names]
            rows.append(f"{one:<14}" + "".join(f"{f'{a} of {b}':>16}" for a, b in cells))
        return "\n".join(rows)

    def share(self, subjects: Iterable[str]) -> float:
        """The share that is right over some subjects and all formats."""
        wanted = set(subjects)
        found = [both for (_, name), both in self.counts.items() if name in wanted]
        return sum(a for a, _ in found) / max(1, sum(b for _, b in found))


def amount(text: str | None) -> Decimal | None:
    """An expected amount."""
    return None if text is None else Decimal(text)


def squeezed(text: str) -> str:
    """A text without blanks, since wrapping adds and takes some."""
    return "".join(text.split())
