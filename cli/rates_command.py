"""Which reference rates are known, and which are due? ``rates`` lists and imports them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from activities.library import doubtful_contract_rates
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.restated_charges import RestatedClaim, claims_on_rows, print_restated
from cli.wording import count
from domain.interest_regimes import series_of
from domain.rate_file import RateChange, changes, rates_text, read_rates
from domain.rates import RateTable
from domain.yaml_document import DocumentError, Problem
from schemas.interest import RateSeries, ReferenceRate
from schemas.settings import Settings


async def rates(import_file: Path | None, on: date, country: str = "", *, as_json: bool) -> Exit:
    """List the rates, or merge a file into them; say which are missing and due.

    Args:
        import_file: CSV; None lists.
        on: today.
        country: only the series that its law counts with; empty for all.
        as_json: for programs.
    """
    wanted = _series(country)
    path = Settings().rates_file
    table = read_rates_file(path)
    done: tuple[RateChange, ...] = ()
    if import_file is not None:
        new = read_rates(_content(import_file), str(import_file), table, on)
        done = changes(table, new)
        table = table.merged_with(new.rows)
        if done:
            _replace(path, rates_text(table.rows))
    due = [one for one in table.due(on) if one.series in wanted]
    rows = [row for row in table.rows if row.series in wanted]
    claims = await _claims_on(done, table)
    doubtful = _overtaken_rates(table, on)
    if as_json:
        plain = None if claims is None else [one.plain() for one in claims]
        found = {"file": str(path), "changed": done, "rates": rows, "due": due}
        say_json({**found, "claims": plain, "contract_rates": doubtful})
        return Exit.DONE
    for one in (*due, *doubtful):  # First: after two hundred rows nobody would see it.
        say_error(f"warning: {one}", Exit.DONE)
    if import_file is None:
        _print(rows)
    else:
        _print_changes(done, claims)
        say(f"{import_file}: {count(len(done), 'row')} new or changed in {path}")
    return Exit.DONE


def _overtaken_rates(table: RateTable, on: date) -> tuple[Problem, ...]:
    """The contract rates of the creditors' files that these rates put outside the law."""
    try:
        return doubtful_contract_rates(Settings().creditors_folder, table, on)
    except (DocumentError, OSError, UnicodeDecodeError):
        return ()  # Whoever needs the files is told what is wrong with them.


def _series(country: str) -> frozenset[RateSeries]:
    """The series that a country's law counts with; all of them when none is named.

    Raises:
        CommandFailed: when no law of that country is known.
    """
    if not country:
        return frozenset(RateSeries)
    found = series_of(country.strip().upper())
    if not found:
        words = f"--country: no law of late payment is known for {country!r}; expected such as FR"
        raise CommandFailed(Exit.USAGE, words)
    return found


async def _claims_on(done: Sequence[RateChange], table: RateTable) -> list[RestatedClaim] | None:
    """The claims of charges that rest on rows which were changed; None when nobody could look."""
    if not done:
        return []
    from asyncpg import PostgresError  # noqa: PLC0415 - heavy, and rates need no database

    from cli.reach import database  # noqa: PLC0415 - the same
    from engines.addresses import EnginesNotRunning  # noqa: PLC0415 - the same
    from store import read_models  # noqa: PLC0415 - the same

    try:
        async with database() as pool:
            cases = await read_models.cases_with_charges(pool)
    except (EnginesNotRunning, OSError, PostgresError):
        return None
    return list(claims_on_rows(cases, {one.after.row for one in done}, table))


def _print_changes(done: Sequence[RateChange], claims: list[RestatedClaim] | None) -> None:
    for change in done:
        row, before = change.after, change.before
        was = f"was {before.value} % {before.status}" if before else "new"
        say(f"{row.row}: {row.value} % {row.status.value} ({was})")
        concerned = [one for one in claims or () if row.row in one.rows]
        if concerned:
            say(f"  {count(len(concerned), 'claim')} of charges counted otherwise")
    if claims:
        print_restated(claims)
        say("`charges list --restated` lists them; `charges claim` states them again")
    elif claims is None:
        say_error("warning: without the database no claim of charges was looked at", Exit.DONE)


def read_rates_file(path: Path) -> RateTable:
    """The rate table of this installation.

    Raises:
        CommandFailed: when there is no such file.
        RateFileError: with every problem found in it.
    """
    return read_rates(_content(path), str(path))


def _print(found: Sequence[ReferenceRate]) -> None:
    rows = [
        (
            *(row.series.value, row.valid_from, f"{row.value:.2f}", row.status.value),
            *(row.published_on or "", row.source),
        )
        for row in found
    ]
    head = ("series", "half-year from", ">percent", "status", "published", "source")
    say_table(count(len(rows), "reference rate"), head, rows)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        words = f"cannot read the rates in {path}: {error.strerror}"
        raise CommandFailed(Exit.NOT_FOUND, words) from error


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old one or the new one, never half of it."""
    try:
        mode = path.stat().st_mode & 0o777
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".rates-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError as error:
        words = f"cannot write {path}: {error.strerror}; RATES_FILE may name a file elsewhere"
        raise CommandFailed(Exit.PROBLEMS, words) from error
