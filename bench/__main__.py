"""What does Relance cost, and how fast is it? ``./run bench [name…] [--quick]``.

Names: reference_case, cases, starts, dunning, import_rows, statements, matching, mails, letters.
Each line of JSON is one figure with the machine it holds for; the table at the end is for people.
Ratios compare with bare engines, or with a peer, in the same run: only they may be compared between
machines.

One more name stands for itself, and only runs when it is given: crash kills machines in mid-run and
counts what is lost or doubled (--cases, --debtors, --seed); its exit code is 1 when anything is.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Awaitable, Callable

from bench import (
    cases,
    crash,
    dunning,
    import_rows,
    letters,
    mails,
    reference_case,
    starts,
    statements,
)
from bench.ground import Ground, ground, machine
from bench.matching import table

Measure = Callable[..., Awaitable[list[dict[str, object]]]]
ON_THE_GROUND: dict[str, Measure] = {
    "reference_case": reference_case.measure,
    "cases": cases.measure,
    "starts": starts.measure,
}
DUNNING = "dunning"
SIZES = [(1_000, 200), (5_000, 1_000), (1_000, 1_000), (5_000, 5_000), (20_000, 4_000)]
"""Overdue lines and the debtors who owe them; in two of them each line is a mail of its own."""

IMPORT_ROWS = "import_rows"
STATEMENTS = "statements"
MATCHING = "matching"
MAILS = "mails"
LETTERS = "letters"
CRASH = "crash"
SHOWN = ("cases_per_second", "starts_per_second", "events", "actions", "rows_per_second", "ratio")


def main() -> int:
    """Measure what the arguments name, or everything but the crash; the exit code."""
    asked, wanted = _asked()
    print(json.dumps({"machine": machine()}), flush=True)
    if wanted == [CRASH]:
        return crash.main(_size(asked))
    figures = asyncio.run(_on_the_ground(wanted, quick=asked.quick))
    _table(figures)
    if DUNNING in wanted:
        sizes = [(200, 40)] if asked.quick else SIZES
        if asked.lines:
            sizes = [(asked.lines, asked.debtors or asked.lines // 5)]
        dunning.main(sizes, peer=asked.tryton)
    if IMPORT_ROWS in wanted:
        import_rows.main(10_000 if asked.quick else 100_000)
    if STATEMENTS in wanted:
        statements.main(2_000 if asked.quick else 20_000)
    if MATCHING in wanted:
        table.main(quick=asked.quick)
    if MAILS in wanted:
        mails.main(quick=asked.quick)
    if LETTERS in wanted:
        letters.main(quick=asked.quick)
    return 0


def _asked() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="./run bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="name", help="what to measure")
    parser.add_argument("--quick", action="store_true", help="small counts, one round")
    parser.add_argument("--lines", type=int, help="dunning: so many overdue lines")
    parser.add_argument("--tryton", action="store_true", help="dunning: install and run the peer")
    parser.add_argument("--cases", type=int, help="crash: how many cases (1000)")
    parser.add_argument(
        "--debtors", type=int, help="of so many debtors; default: a fifth (dunning), 200 (crash)"
    )
    parser.add_argument("--seed", type=int, help="crash: when what is killed, to run it again")
    asked = parser.parse_args()
    known = (*ON_THE_GROUND, DUNNING, IMPORT_ROWS, STATEMENTS, MATCHING, MAILS, LETTERS)
    if CRASH in asked.names and len(asked.names) > 1:
        parser.error(f"{CRASH} runs alone")
    if unknown := sorted(set(asked.names) - {*known, CRASH}):
        words = ", ".join((*known, CRASH))
        parser.error(f"unknown: {', '.join(unknown)}; expected some of: {words}")
    return asked, asked.names or list(known)


def _size(asked: argparse.Namespace) -> crash.Size:
    given = {name: getattr(asked, name) for name in ("cases", "debtors", "seed")}
    named = {name: value for name, value in given.items() if value is not None}
    return dataclasses.replace(crash.QUICK if asked.quick else crash.Size(), **named)


async def _on_the_ground(wanted: list[str], *, quick: bool) -> list[dict[str, object]]:
    figures: list[dict[str, object]] = []
    if set(wanted) & set(ON_THE_GROUND):
        async with ground() as here:
            for name, measure in ON_THE_GROUND.items():
                if name in wanted:
                    figures += await _measured(measure, here, quick=quick)
    return figures


async def _measured(measure: Measure, here: Ground, *, quick: bool) -> list[dict[str, object]]:
    found = await measure(here, quick=quick)
    for figure in found:
        print(json.dumps(figure), flush=True)
    return found


def _table(figures: list[dict[str, object]]) -> None:
    for figure in figures:
        what = f"{figure['bench']} {figure.get('plan') or figure.get('paid_by') or ''}".strip()
        told = ", ".join(
            f"{name.replace('_', ' ')} {figure[name]}" for name in SHOWN if name in figure
        )
        print(f"{what:<28} {told}", flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # The SDK's threads may abort an interpreter that ends in the ordinary way.
