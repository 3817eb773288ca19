"""Which invoices came in? ``import``: good rows go in, bad ones are reported, changes are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from activities.library import read_creditors, read_plans, read_rate_table
from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.progress import progress
from cli.reach import database, only
from domain.import_report import problem_report
from domain.import_terms import HouseTerms
from domain.invoice_import import InvoiceFile, RowProblem, read_invoices
from schemas.parties import Creditor
from schemas.plan import DunningPlan
from schemas.settings import Settings
from store.invoices import ImportSummary, import_rows
from store.pool import Pool
from store.start_steps import keep_start_steps

SHOWN_PROBLEMS = 20
"""So many bad cells are printed; the report file has them all."""


async def import_files(files: list[Path], creditor: str, *, dry_run: bool, as_json: bool) -> Exit:
    """Import files one after the other; a bad file does not keep the others from going in."""
    settings = Settings()
    plans = read_plans(settings.plans_folder)
    who = only(read_creditors(settings.creditors_folder), creditor)
    table, today = read_rate_table(settings.rates_file), datetime.now(ZoneInfo(who.time_zone))
    house = HouseTerms.of(who, table, today.date())
    worst, told = Exit.DONE, []
    async with database() as pool:
        for path in files:
            read = _with_known_steps(_read(path, who, house), plans.get(who.plan))
            summary = await _import(pool, who, read, dry_run=dry_run)
            noted = read.problems or read.warnings
            report = _write_report(settings.var, path, read) if noted else None
            worst = Exit.PROBLEMS if read.problems else worst
            told.append(_as_data(path, read, summary, report, dry_run=dry_run))
            if not as_json:
                _say(path, read, summary, report, dry_run=dry_run)
    if as_json:
        say_json(told)
    return worst


def _read(path: Path, who: Creditor, house: HouseTerms) -> InvoiceFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"cannot read {path}: {error.strerror}") from error
    with progress(f"Reading {path.name}", content.count(b"\n")) as advance:
        return read_invoices(
            *(content, path.name, who.creditor),
            home_country=who.country,
            house=house,
            progress=advance,
        )


async def _import(pool: Pool, who: Creditor, read: InvoiceFile, *, dry_run: bool) -> ImportSummary:
    with progress("Importing", len(read.rows)) as advance:
        async with pool.acquire() as connection:
            summary = await import_rows(
                connection,
                who.creditor,
                read.rows,
                dry_run=dry_run,
                progress=advance,
                fields=read.fields,
            )
            if not dry_run:
                invoices = (row.invoice for row in read.rows)
                await keep_start_steps(connection, who.creditor, invoices)
            return summary


def _with_known_steps(read: InvoiceFile, plan: DunningPlan | None) -> InvoiceFile:
    """A case cannot begin at a step that the creditor's plan does not have."""
    names = {step.name for step in plan.steps} if plan else set()
    good = tuple(row for row in read.rows if row.invoice.next_step in {"", *names})
    wrong = [row for row in read.rows if row.invoice.next_step not in {"", *names}]
    expected = f"a step of plan {plan.plan}: {', '.join(sorted(names))}" if plan else "no step"
    problems = [RowProblem(row.line, "next_step", row.invoice.next_step, expected) for row in wrong]
    return replace(read, rows=good, problems=(*read.problems, *problems))


def _write_report(var: Path, path: Path, read: InvoiceFile) -> Path:
    """Keep what was found in a file beside the data, so that none is lost on a terminal."""
    folder = var / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"import-{path.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}.csv"
    report.write_text(problem_report(read.problems, read.warnings), "utf-8")
    return report


def _as_data(
    path: Path, read: InvoiceFile, summary: ImportSummary, report: Path | None, *, dry_run: bool
) -> dict[str, object]:
    return {
        "file": str(path),
        "dry_run": dry_run,
        **summary.model_dump(mode="json"),
        "problems": [
            {"line": one.line, "column": one.column, "value": one.value, "expected": one.expected}
            for one in read.problems
        ],
        "warnings": [
            {"line": one.line, "column": one.column, "warning": one.expected}
            for one in read.warnings
        ],
        "notices": read.notices,
        "report": str(report) if report else None,
    }


def _say(
    path: Path, read: InvoiceFile, summary: ImportSummary, report: Path | None, *, dry_run: bool
) -> None:
    would = " (dry run: nothing was stored)" if dry_run else ""
    changed = len({change.number for change in summary.changed})
    say(
        f"{path}: {summary.new} new, {changed} changed, {summary.unchanged} unchanged; "
        f"debtors: {summary.debtors_new} new, {summary.debtors_changed} changed{would}"
    )
    for change in summary.changed[:SHOWN_PROBLEMS]:
        say(f"  {change.number}: {change.field} {change.before} → {change.after}")
    if summary.told:
        say(f"  {summary.told} open cases will be told before any contact of theirs leaves")
    for notice in read.notices:
        say(f"  note: {notice}")
    for one in read.warnings[:SHOWN_PROBLEMS]:
        say_error(f"  warning: {path.name}: line {one.line}: {one.expected}", Exit.DONE)
    if len(read.warnings) > SHOWN_PROBLEMS:
        left = len(read.warnings) - SHOWN_PROBLEMS
        say_error(f"  {left} more warnings; all of them are in {report}", Exit.DONE)
    for problem in read.problems[:SHOWN_PROBLEMS]:
        say_error(f"  {path.name}: {problem}", Exit.PROBLEMS)
    if report and read.problems:
        left = len(read.problems) - SHOWN_PROBLEMS
        more = f"{left} more; " if left > 0 else ""
        say_error(f"  {more}all {len(read.problems)} bad cells are in {report}", Exit.PROBLEMS)
