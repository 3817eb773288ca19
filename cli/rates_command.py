"""Which reference rates are known, and which are due? ``rates`` lists and imports them."""

from __future__ import annotations

import os
import tempfile
from datetime import date
from pathlib import Path

from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from domain.rate_file import RateChange, changes, rates_text, read_rates
from domain.rates import RateTable
from schemas.settings import Settings


async def rates(import_file: Path | None, on: date, *, as_json: bool) -> Exit:
    """List the rates, or merge a file into them; say which are missing and due."""
    path = Settings().rates_file
    table = read_rates_file(path)
    done: tuple[RateChange, ...] = ()
    if import_file is not None:
        new = read_rates(_content(import_file), str(import_file), table)
        done = changes(table, new)
        table = table.merged_with(new.rows)
        if done:
            _replace(path, rates_text(table.rows))
    due = table.due(on)
    if as_json:
        say_json({"file": str(path), "changed": done, "rates": table.rows, "due": due})
        return Exit.DONE
    if import_file is None:
        _print(table)
    else:
        for change in done:
            before = (
                f"was {change.before.value} % {change.before.status}" if change.before else "new"
            )
            say(
                f"{change.after.row}: {change.after.value} % {change.after.status.value} ({before})"
            )
        say(f"{import_file}: {len(done)} rows new or changed in {path}")
    for one in due:
        say_error(f"warning: {one}", Exit.DONE)
    return Exit.DONE


def read_rates_file(path: Path) -> RateTable:
    """The rate table of this installation.

    Raises:
        CommandFailed: when there is no such file.
        RateFileError: with every problem found in it.
    """
    return read_rates(_content(path), str(path))


def _print(table: RateTable) -> None:
    rows = [
        (
            *(row.series.value, row.valid_from, f"{row.value:.2f}", row.status.value),
            *(row.published_on or "", row.source),
        )
        for row in table.rows
    ]
    head = ("series", "half-year from", ">percent", "status", "published", "source")
    say_table(f"{len(rows)} reference rates", head, rows)


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
