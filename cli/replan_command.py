"""How does a case change its plan? Shown for each case and in total first, then asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from cli.asking import Manner, ask
from cli.named_plan import named_plan
from cli.ops_commands import checked
from cli.outcome import CommandFailed, Exit, say, say_json, say_table
from cli.progress import progress
from cli.reach import Reach, author
from cli.selection import Selection
from cli.wording import count
from domain.forecast import Forecast
from domain.plan_preview import PlanPreview, preview
from schemas.base import Frozen
from schemas.commands import Asked
from schemas.money import Money
from schemas.requests import ReplanCase
from schemas.settings import Settings
from store import read_models
from store.read_models import CaseLine


class Total(Frozen):
    """What a change of plan would mean altogether.

    Attributes:
        changed: cases that would go by the new plan.
        money: outstanding on them.
        due_at_once: their steps that would be due now.
        debtors_at_once: whom these concern; each hears from us once a day at the most.
        refusals: how many would be refused, by name.
    """

    changed: int
    money: tuple[Money, ...]
    due_at_once: int
    debtors_at_once: int
    skipped: int
    again: int
    refusals: dict[str, int]


SHOWN = 40
"""How many cases of many the preview lists for people; ``--json`` lists them all."""


async def replan(
    selection: Selection, how: Manner, to: str, mode: str, step: str, reason: str
) -> Exit:
    """Have cases go on by another plan."""
    plan = named_plan(Settings().plans_folder, to)
    if step and mode != "move":
        raise CommandFailed(Exit.USAGE, "--step needs --mode move")
    if mode == "move" and plan.step(step) is None:
        known = ", ".join(one.name for one in plan.steps)
        raise CommandFailed(
            Exit.USAGE, f"--step: {step!r} is no step of {plan.plan}; expected one of: {known}"
        )

    def make(_line: CaseLine, command_id: str) -> Asked:
        words = {"plan": plan, "mode": mode, "step": step, "reason": reason}
        return checked(ReplanCase, {"command_id": command_id, "by": author(), **words})

    wanted = checked(
        ReplanCase,
        {"command_id": "preview", "by": author(), "plan": plan, "mode": mode, "step": step},
    )
    assert isinstance(wanted, ReplanCase)  # noqa: S101 - as it was just made
    said = f"on plan {plan.plan}"
    return await ask(selection, how, said, make, show=partial(_show, wanted))


async def _show(
    request: ReplanCase, reach: Reach, lines: Sequence[CaseLine], words: str, manner: Manner
) -> None:
    now = datetime.now(UTC)
    cases = await read_models.cases_of(reach.pool, [line.case_id for line in lines])
    seen = []
    with progress("Looking ahead", len(cases)) as advance:
        for case in sorted(cases, key=lambda one: one.case_id):
            seen.append(preview(case, request, max(now, case.changed_at or case.opened_at)))
            advance(len(seen))
    if manner.as_json:
        say_json({"would_be": words, "cases": seen, "total": _total(seen, now)})
        return
    rows = [
        (one.invoice, one.outstanding, *_both(one), _passed(one) or _refused(one))
        for one in seen[:SHOWN]
    ]
    head = ("invoice", ">outstanding", "next so far", "next then", "passed over, again, or refused")
    say_table(f"{count(len(seen), 'case')} would be {words}", head, rows)
    if len(seen) > SHOWN:
        say(f"… and {len(seen) - SHOWN} more (--json lists them all)")
    total = _total(seen, now)
    say(
        f"In total: {count(total.changed, 'case')} changed, "
        f"{', '.join(map(str, total.money)) or 'nothing'} outstanding; "
        f"{count(total.due_at_once, 'step')} due at once, for "
        f"{count(total.debtors_at_once, 'debtor')}; "
        f"{count(total.skipped, 'step')} passed over, {total.again} taken again"
    )
    for name, number in total.refusals.items():
        say(f"  {number} would be refused: {name}")


def _total(seen: Sequence[PlanPreview], now: datetime) -> Total:
    changed = [one for one in seen if one.refusal is None]
    money: dict[str, Money] = {}
    for one in changed:
        owed = one.outstanding
        money[owed.currency] = money.get(owed.currency, Money.zero(owed.currency)) + owed
    at_once = [one for one in changed if one.after and one.after.at <= now]
    return Total(
        changed=len(changed),
        money=tuple(money[name] for name in sorted(money)),
        due_at_once=len(at_once),
        debtors_at_once=len({one.debtor_id for one in at_once}),
        skipped=sum(len(one.skipped) for one in changed),
        again=sum(len(one.again) for one in changed),
        refusals=dict(Counter(one.refusal.code for one in seen if one.refusal)),
    )


def _both(one: PlanPreview) -> tuple[str, str]:
    return _next(one.before), "unchanged" if one.refusal else _next(one.after)


def _next(step: Forecast | None) -> str:
    return f"{step.step} {step.at:%Y-%m-%d}" if step else "nothing by itself"


def _passed(one: PlanPreview) -> str:
    parts = [f"passed over: {', '.join(one.skipped)}"] if one.skipped else []
    if one.again:
        parts.append(f"again: {', '.join(one.again)}")
    return "; ".join(parts)


def _refused(one: PlanPreview) -> str:
    return f"{one.refusal.sentence} ({one.refusal.code})" if one.refusal else ""
