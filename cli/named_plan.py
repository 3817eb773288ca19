"""Which plan is meant? One of the folder of plans by its name, or a file."""

from __future__ import annotations

from pathlib import Path

from activities.library import read_plans
from cli.outcome import CommandFailed, Exit
from domain.dunning_plan import read_plan
from schemas.plan import DunningPlan


def named_plan(folder: Path, text: str) -> DunningPlan:
    """A plan by its short name, or by a file's.

    Raises:
        CommandFailed: when there is none of that name, or no such file.
        PlanError: when the file is no plan.
    """
    if text.endswith((".yaml", ".yml")):
        try:
            return read_plan(Path(text).read_text("utf-8"), text)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(Exit.NOT_FOUND, f"cannot read {text}: {error}") from error
    plans = read_plans(folder)
    if text not in plans:
        known = ", ".join(sorted(plans))
        raise CommandFailed(Exit.NOT_FOUND, f"no plan {text!r}; expected one of: {known}")
    return plans[text]
