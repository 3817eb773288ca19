"""Does the process grow with what it does? Its resident memory after so many messages (Linux)."""

from __future__ import annotations

from pathlib import Path

MARKS = (200, 1_000, 2_000)
"""After so many messages the memory is read; the first is the warm-up."""

QUICK = (50, 100, 200)


def resident_megabytes() -> float:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 1_048_576


def growth(read: dict[int, float]) -> dict[str, object]:
    """The figures of what was read after each mark; the ratio is that of last to first."""
    marks = sorted(read)
    return {
        "resident_megabytes": {str(mark): round(read[mark], 1) for mark in marks},
        "resident_last_to_first": round(read[marks[-1]] / read[marks[0]], 3),
    }
