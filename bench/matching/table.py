"""Which figures stand in bench/README.md? Patterns, sizes, and what was held back, one row each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.matching.habits import TUNED
from bench.matching.measure import (
    HELD_BACK_PATTERN,
    HELD_BACK_SEED,
    HELD_BACK_STYLE,
    PATTERNS,
    run,
    run_again,
)

Row = tuple[str, int, tuple[int, int], Sequence[str], str]
"""Name, seed, (open items, transactions), styles and pattern of numbers."""

LARGE = (5_000, 20_000, 100_000)


def rows(*, quick: bool) -> Iterator[Row]:
    """What is measured; the held-back rows come last."""
    size = (1_000, 600) if quick else (5_000, 3_000)
    for seed, pattern in enumerate(PATTERNS, 11):
        yield f"tuned, numbers {pattern}", seed, size, TUNED, pattern
    for items in () if quick else LARGE[1:]:
        yield f"tuned, {items} items", 21, (items, 3_000), TUNED, "dashed"
    style = (HELD_BACK_STYLE,)
    yield "held back: seed", HELD_BACK_SEED, size, TUNED, "dashed"
    yield "held back: style", HELD_BACK_SEED, size, style, "dashed"
    yield "held back: style and numbers", HELD_BACK_SEED, size, style, HELD_BACK_PATTERN


def main(*, quick: bool) -> None:
    """Print a line of JSON for each row."""
    for name, seed, size, styles, pattern in rows(quick=quick):
        with tempfile.TemporaryDirectory(prefix="relance-bench-") as folder:
            found, seconds, _ = run(Path(folder), seed, size, styles, pattern)
            again = run_again(Path(folder))
        figures = {"matching": name, "items": size[0], **found.figures()}
        figures |= {"second_feed_booked": again, "processor_seconds": round(seconds, 1)}
        print(json.dumps(figures), flush=True)
