"""Is a creditor's file right, and could its rates be agreed on today? ``creditor check``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from activities.library import read_rate_table
from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from domain.creditor import CreditorError, doubtful_rates, read_creditor
from schemas.parties import Creditor
from schemas.settings import Settings


async def check(files: list[Path], today: date, *, as_json: bool) -> Exit:
    """Name every mistake of every file, and each contract rate that is outside the law today.

    The worker starts with such a rate, because it may have been lawful when it was agreed; who
    writes one now is told to leave it out.
    """
    table, worst = read_rate_table(Settings().rates_file), Exit.DONE
    found: list[dict[str, object]] = []
    for file in files:
        text, verdict = _text(file), ""
        try:
            verdict = _verdict(read_creditor(text, str(file)))
            problems = doubtful_rates(text, str(file), table, today)
        except CreditorError as error:
            problems = error.problems
        found.append({"file": str(file), "problems": problems})
        worst = Exit.PROBLEMS if problems else worst
        if as_json:
            continue
        for problem in problems:
            say_error(str(problem), Exit.PROBLEMS)
        if not problems:
            say(f"{file}: {verdict}")
    if as_json:
        say_json(found)
    return worst


def _verdict(creditor: Creditor) -> str:
    """That a file is right, and what its general terms say of late payment."""
    agreed = creditor.contract_rate
    parts = (("businesses", agreed.business), ("consumers", agreed.consumer))
    said = [f"{rate} % towards {whom}" for whom, rate in parts if rate is not None]
    rates = " and ".join(said) if said else "the law's own rates"
    return f"{creditor.creditor}, {rates}, all well"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(Exit.NOT_FOUND, f"cannot read {file}: {error}") from error
