"""Who is owed, and by which plan? Reads the folders of creditors and plans, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from domain.creditor import doubtful_rates, read_creditor
from domain.dunning_plan import read_plan
from domain.rate_file import read_rates
from domain.rates import RateTable
from domain.yaml_document import DocumentError, Problem
from schemas.parties import Creditor
from schemas.plan import DunningPlan

Document = TypeVar("Document", Creditor, DunningPlan)


def read_creditors(folder: Path) -> dict[str, Creditor]:
    """Every creditor file, by the creditor's short name.

    Raises:
        DocumentError: with the problems of all files, each named by file, line and field.
    """
    return _read(folder, read_creditor, lambda creditor: creditor.creditor)


def doubtful_contract_rates(folder: Path, table: RateTable, today: date) -> tuple[Problem, ...]:
    """The contract rates of all creditor files that nobody could agree on today; they stop nothing.

    Args:
        folder: where the files are.
        table: the reference rates.
        today: whose half-year the rates are held against.

    Raises:
        DocumentError: when a file cannot be used at all.
    """
    found: list[Problem] = []
    for path in _files(folder):
        found += doubtful_rates(path.read_text("utf-8"), str(path), table, today)
    return tuple(found)


def read_plans(folder: Path) -> dict[str, DunningPlan]:
    """Every plan file, by the plan's short name.

    Raises:
        DocumentError: as above.
    """
    return _read(folder, read_plan, lambda plan: plan.plan)


def read_rate_table(file: Path) -> RateTable:
    """The reference rates of a file, read again when it has changed.

    Raises:
        DocumentError: with every problem found; also when there is no such file.
    """
    try:
        changed = file.stat().st_mtime_ns
    except OSError as error:
        problem = Problem(file=str(file), line=1, field="", message=f"cannot be read: {error}")
        raise DocumentError((problem,)) from error
    return _rate_table(file, changed)


@lru_cache(maxsize=4)
def _rate_table(file: Path, _changed: int) -> RateTable:
    return read_rates(file.read_bytes(), str(file))


def _read(
    folder: Path, read: Callable[[str, str], Document], name_of: Callable[[Document], str]
) -> dict[str, Document]:
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in _files(folder):
        try:
            document = read(path.read_text("utf-8"), str(path))
        except DocumentError as error:
            problems.extend(error.problems)
        except UnicodeDecodeError as error:
            problems.append(Problem(file=str(path), line=1, field="", message=f"no UTF-8: {error}"))
        else:
            name = name_of(document)
            if name in found:
                message = f"the name {name!r} is taken by another file of this folder"
                problems.append(Problem(file=str(path), line=1, field="", message=message))
            found[name] = document
    if not found and not problems:
        message = "expected at least one .yaml file in this folder"
        problems.append(Problem(file=str(folder), line=1, field="", message=message))
    if problems:
        raise DocumentError(tuple(problems))
    return found


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
