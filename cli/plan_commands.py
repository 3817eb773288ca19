"""Is the plan right, and when would what leave? ``plan check`` and ``plan preview``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.named_plan import named_plan
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.typed import one_of
from domain.dunning_plan import PlanError, read_plan
from domain.formal_notice import unproven_notices
from schemas.parties import Capacity
from schemas.plan import Charges, DunningPlan
from schemas.settings import Settings

CHARGES = {
    Charges.STATE: "tells interest and the fixed sum, and asks for the invoices alone",
    Charges.CLAIM: "claims interest and the fixed sum with the invoices",
    Charges.WAIVE: "gives interest and the fixed sum up for a payment in time",
}
"""What a step's charges mean, in words."""


async def check(files: list[Path], *, as_json: bool) -> Exit:
    """Name every mistake of every file, by line and field."""
    worst: Exit = Exit.DONE
    found: list[dict[str, object]] = []
    for file in files:
        try:
            plan = read_plan(_text(file), str(file))
        except PlanError as error:
            worst = Exit.PROBLEMS
            found.append({"file": str(file), "problems": error.problems})
            if not as_json:
                say_error(str(error), Exit.PROBLEMS)
        else:
            warnings = unproven_notices(plan)
            found.append({"file": str(file), "problems": (), "warnings": warnings, "plan": plan})
            if not as_json:
                verdict = "all well" if not warnings else "no mistake, but:"
                say(f"{file}: {plan.plan}, {len(plan.steps)} steps, {verdict}")
                _explain(plan)
                for warning in warnings:
                    say_error(f"  warning: {warning}", Exit.DONE)
    if as_json:
        say_json(found)
    return worst


def _explain(plan: DunningPlan) -> None:
    """What the plan says beside its days: of charges, and of events that are answered."""
    for step in plan.steps:
        if step.charges is not Charges.NONE:
            say(f"  {step.name}: {CHARGES[step.charges]}")
    answered = [kind for kind, is_wanted in plan.notices.model_dump().items() if is_wanted]
    if answered:
        say(f"  acknowledged by e-mail: {', '.join(answered)}")


async def preview(name: str, due: date, country: str, capacity: str, *, as_json: bool) -> Exit:
    """Print the calendar of a plan for one due date, with the reason for each moved day."""
    from domain.holidays import contact_calendar  # noqa: PLC0415 - heavy
    from domain.plan_calendar import plan_calendar  # noqa: PLC0415

    one_of(capacity, tuple(Capacity), "--capacity")
    plan = _named(name)
    calendar = contact_calendar(
        country=country.upper(),
        capacity=Capacity(capacity),
        first_year=due.year,
        last_year=due.year + 5,
        fallback_time_zone="Europe/Paris",
    )
    planned = plan_calendar(plan, due, calendar, f"preview/{plan.plan}")
    if as_json:
        say_json(planned)
        return Exit.DONE
    zone = ZoneInfo(calendar.time_zone)
    rows = [
        (
            *(one.step.name, one.step.channel.value, f"{one.step.day:+d}"),
            f"{one.nominal:%a %Y-%m-%d}",
            f"{one.moment.at.astimezone(zone):%a %Y-%m-%d %H:%M}",
            ", ".join(one.moment.moved),
        )
        for one in planned
    ]
    title = f"{plan.title or plan.plan}: due {due}, {country.upper()} ({calendar.time_zone})"
    say_table(title, ("step", "channel", ">day", "planned", "leaves", "moved over"), rows)
    return Exit.DONE


def _named(name: str) -> DunningPlan:
    """A plan by its file, whatever that is called, or by its name in the folder of plans."""
    file = Path(name)
    if file.is_file():
        return read_plan(_text(file), name)
    return named_plan(Settings().plans_folder, name)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"there is no file {file}") from error
    except UnicodeDecodeError as error:
        raise CommandFailed(Exit.PROBLEMS, f"{file}: not UTF-8 ({error})") from error
