"""Which steps will be taken? Reads a plan from its file and says exactly what is wrong with it."""

from __future__ import annotations

from domain.plan_calendar import PlannedStep, plan_calendar
from domain.yaml_document import Document, DocumentError, Problem, read_model
from schemas.plan import Channel, DunningPlan

__all__ = ["PlanError", "PlannedStep", "Problem", "plan_calendar", "read_plan"]


class PlanError(DocumentError):
    """A plan cannot be used; ``problems`` names file, line, field, value and what was expected."""


def read_plan(text: str, file: str) -> DunningPlan:
    """Read a dunning plan from YAML 1.2 text.

    Args:
        text: what the file holds.
        file: its name, for messages only.

    Raises:
        PlanError: with every problem found, such as ``plans/standard.yaml:7: steps[2].channel:
            'mail' is not one of email, phone, letter, refer``.
    """
    return read_model(text, file, DunningPlan, check=_ladder, error=PlanError)


def _ladder(document: Document) -> None:
    """Note what makes a list of steps no ladder: double names, wrong order, a refer too early."""
    steps = document.value.get("steps")
    if not isinstance(steps, list):
        return
    first_of: dict[str, int] = {}
    latest: tuple[int, int] | None = None
    for place, step in enumerate(steps):
        if not isinstance(step, dict):
            continue
        name, day = step.get("name"), step.get("day")
        if isinstance(name, str) and first_of.setdefault(name, place) != place:
            document.problem(
                ("steps", place, "name"),
                f"{name!r} is already the name of steps[{first_of[name]}]; names are unique",
            )
        if isinstance(day, int) and not isinstance(day, bool):
            if latest and day < latest[1]:
                document.problem(
                    ("steps", place, "day"),
                    f"{day} comes after day {latest[1]} of steps[{latest[0]}]; "
                    "steps stand in the order of their days",
                )
            else:
                latest = (place, day)
        if step.get("channel") == Channel.REFER.value and place != len(steps) - 1:
            document.problem(
                ("steps", place, "channel"), "a step that refers the case must be the last"
            )
