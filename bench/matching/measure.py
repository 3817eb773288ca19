"""How well, and how fast? Runs ``starter.py match`` over generated files and scores what it says.

``python -m bench.matching.measure --seed 1 --invoices 5000 --transactions 3000`` prints one score
by case; ``--show`` also what went wrong. ``./run bench matching`` prints the table.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.matching.cases import BOOKED
from bench.matching.files import write_statements, write_tables
from bench.matching.habits import STYLES, TUNED
from bench.matching.hard_cases import MISLEADING
from bench.matching.score import Score, score
from bench.matching.story import Told, tell_story
from bench.matching.world import make_world

ROOT = Path(__file__).resolve().parents[2]
HELD_BACK_SEED = 90_001
HELD_BACK_STYLE = "aside"
HELD_BACK_PATTERN = "other"
PATTERNS = ("dashed", "monthly", "plain", "slashed", "letters")


def run(
    folder: Path, seed: int, size: tuple[int, int], styles: Sequence[str], pattern: str
) -> tuple[Score, float, list[Told]]:
    """Generate, match, score; also the processor seconds of the whole command."""
    invoices, transactions = size
    world = make_world(Random(seed), invoices, pattern)
    told = tell_story(
        world, transactions, [STYLES[one] for one in styles], {**BOOKED, **MISLEADING}
    )
    tables = write_tables(folder, world)
    files = write_statements(folder, told)
    began = _processor_seconds()
    decided = matched(tables, files)
    seconds = _processor_seconds() - began
    return score(told, decided), seconds, told


def _processor_seconds() -> float:
    """What the programs started so far have used; the machine's other work does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def matched(tables: tuple[Path, Path], files: Sequence[Path]) -> list[dict[str, Any]]:
    """What ``starter.py match`` says."""
    command = (
        *(sys.executable, "starter.py", "match", "--invoices", str(tables[0])),
        *("--customers", str(tables[1]), "--statements", *map(str, files), "--json"),
    )
    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if told.returncode:
        raise RuntimeError(f"match ended with {told.returncode}: {told.stderr[-2000:]}")
    decided: list[dict[str, Any]] = json.loads(told.stdout)
    return decided


def run_again(folder: Path) -> int:
    """How many transactions book something when every file of a run is fed a second time."""
    tables = (folder / "invoices.csv", folder / "customers.csv")
    files = sorted(one for one in folder.iterdir() if one.suffix != ".csv")
    once = sum(1 for one in matched(tables, files) if one["allocations"])
    backwards = sum(1 for one in matched(tables, [*files, *files[::-1]]) if one["allocations"])
    return backwards - once


def show(found: Score, *, examples: bool) -> None:
    """Print a score by case."""
    for case, counts in sorted(found.by_case.items()):
        told = ", ".join(f"{count} {result}" for result, count in counts.most_common())
        print(f"{case:<26} {told}")
    if examples:
        for (case, result), several in sorted(found.examples.items()):
            for one in several:
                print(f"\n{case} {result}: {one.get('texts')} {one.get('name')}")
                print(f"  truth { ({k: str(v) for k, v in one.get('truth', {}).items()}) }")
                print(f"  is    {json.dumps(one.get('is'), ensure_ascii=False)[:700]}")


def main() -> None:
    """One run, by case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--transactions", type=int, default=3000)
    parser.add_argument("--pattern", default="dashed")
    parser.add_argument("--styles", nargs="*", default=list(TUNED))
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--keep", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        folder = Path(asked.keep or name)
        folder.mkdir(exist_ok=True, parents=True)
        found, seconds, _ = run(
            folder, asked.seed, (asked.invoices, asked.transactions), asked.styles, asked.pattern
        )
    show(found, examples=asked.show)
    print(json.dumps({**found.figures(), "processor_seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
