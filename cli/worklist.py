"""In which order does a person work? The open tasks with number, hour, owner and money at risk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from activities.delivery import Step
from activities.errors import DeliveryRefused
from activities.library import read_creditors
from activities.notices import gather_notice
from activities.template_engine import TemplateBroken, TemplateMissing
from activities.texts import render_script
from domain.business_calendar import NeverOpenError, is_open, next_open_moment
from domain.resume import is_paused
from domain.telephone import telephone_number
from domain.worklist import place
from schemas.base import Frozen
from schemas.case import CollectionCase, OpenTask, TaskKind
from schemas.settings import Settings
from schemas.turns import StepOrder
from store import read_models
from store.pool import Pool
from store.read_models import TaskLine


class WorkLine(Frozen):
    """An open task as somebody works on it.

    Attributes:
        number: to be dialled, E.164; empty when nobody could dial what is on file.
        when: ``now``, or from when the debtor may be called, by their own clock.
        due_on: the last day to do it.
        at_risk: the money owed, weighed by age and behaviour.
    """

    task: TaskLine
    case: CollectionCase
    owner: str = ""
    passed_on: bool = False
    overdue: bool = False
    due_on: date | None = None
    attempts: int = 0
    not_before: datetime | None = None
    number: str = ""
    when: str = ""
    at_risk: Decimal = Decimal(0)
    urgency: str = ""

    @property
    def what(self) -> str:
        """What is to be done, and how often it was tried."""
        tried = f" (call {self.attempts + 1})" if self.attempts else ""
        return f"{self.task.summary}{tried}"

    def plain(self) -> dict[str, object]:
        """The line for programs: the task, and its place in the worklist."""
        return {
            **self.task.model_dump(mode="json"),
            **self.model_dump(mode="json", exclude={"task", "case"}),
        }


async def worklist(pool: Pool, now: datetime) -> list[WorkLine]:
    """The open tasks, the most urgent first.

    Args:
        pool: of the database.
        now: aware.
    """
    cases = await read_models.cases_with_tasks(pool)
    lines = [
        (task, cases[task.case_id])
        for task in await read_models.list_tasks(pool)
        if task.case_id in cases
    ]
    placed = []
    for line, case in lines:
        task = next((one for one in case.tasks if one.task_id == line.task_id), None)
        if task is not None:  # None: it was ended between the two questions.
            stands = place(case, task, now)
            order = (*stands.order, task.opened_at, task.task_id)
            placed.append((order, _line(line, case, task, now)))
    return [line for _, line in sorted(placed, key=lambda one: one[0])]


def _line(line: TaskLine, case: CollectionCase, task: OpenTask, now: datetime) -> WorkLine:
    stands = place(case, task, now)
    number = telephone_number(line.phone, line.country) if line.phone else None
    zone = ZoneInfo(case.calendar.time_zone)
    due = task.due_at.astimezone(zone) - timedelta(seconds=1) if task.due_at else None
    return WorkLine(
        task=line,
        case=case,
        owner=stands.owner,
        passed_on=stands.passed_on,
        overdue=stands.overdue,
        due_on=due.date() if due else None,
        attempts=task.attempts,
        not_before=task.not_before,
        number=number.e164 if number else "",
        when=_when(case, task, now) if task.kind is TaskKind.CALL else "",
        at_risk=stands.at_risk,
        urgency=stands.urgency.name.lower().replace("_", "-"),
    )


def _when(case: CollectionCase, task: OpenTask, now: datetime) -> str:
    if is_paused(case):
        return "not now: paused"
    from_when = _opening(case, max(now, task.not_before or now))
    if from_when is None:
        return "never open"
    if from_when <= now:
        return "now"
    local = from_when.astimezone(ZoneInfo(case.calendar.time_zone))
    return f"from {local:%Y-%m-%d %H:%M}"


def call_time(case: CollectionCase, now: datetime) -> str:
    """What the debtor's clock shows, and whether they may be called."""
    zone = ZoneInfo(case.calendar.time_zone)
    local = f"{now.astimezone(zone):%a %H:%M} ({zone.key})"
    windows = ", ".join(f"{one.opens:%H:%M} to {one.closes:%H:%M}" for one in case.calendar.windows)
    if is_open(case.calendar, now):
        return f"their time: {local}; may be called now ({windows})"
    opening = _opening(case, now)
    later = f"not before {opening.astimezone(zone):%a %d %b %H:%M}" if opening else "never"
    return f"their time: {local}; {later} ({windows}, working days)"


def _opening(case: CollectionCase, moment: datetime) -> datetime | None:
    try:
        return next_open_moment(case.calendar, moment, "")
    except NeverOpenError:
        return None


async def script(pool: Pool, work: WorkLine) -> str:
    """What the caller has before them, in the debtor's language; empty for other tasks.

    What cannot be rendered is said in its place: a broken text must not keep anybody from calling.
    """
    case, step = work.case, work.case.plan.step(work.task.step)
    if work.task.kind != TaskKind.CALL or step is None:
        return ""
    settings = Settings()
    at = case.changed_at or case.opened_at
    order = StepOrder(
        case_id=case.case_id,
        creditor=case.creditor,
        version=case.version,
        step=step,
        cycle=1,
        level=case.level,
        now=at,
    )
    looked_at = Step(order=order, case=case, reference=work.task.task_id, now=at)
    try:
        creditors = read_creditors(settings.creditors_folder)
        notice = await gather_notice(pool, creditors, looked_at)
        return render_script(notice, settings.templates_folder)
    except (DeliveryRefused, TemplateBroken, TemplateMissing) as error:
        return f"There is no script: {error}\n"
