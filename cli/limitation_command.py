"""Which claims must go to court soon? ``limitation``, over all open cases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from cli.outcome import Exit, say_json, say_table
from cli.reach import database
from cli.wording import count
from domain.limitation import limitation_alarm
from domain.time_to_sue import interruptions_of, limitation_of
from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.limitation import LimitationAlarm
from schemas.money import Money
from schemas.parties import Capacity
from store import read_models
from store.read_models import ClaimFacts


class NearLimitation(Frozen):
    """A case whose last day to go to court is near.

    Attributes:
        limitation_day: the last day on which to act.
        days_left: until then; negative when it has passed.
        alarm: how near it is.
    """

    invoice: str
    debtor: str
    outstanding: Money
    limitation_day: date
    days_left: int
    alarm: LimitationAlarm
    law: str


async def near(within: int, *, as_json: bool) -> Exit:
    """Print the open cases whose last day lies within so many days."""
    async with database() as pool:
        found = [_near(facts, within) async for facts in read_models.claim_facts(pool)]
    lines = sorted((one for one in found if one), key=lambda one: one.limitation_day)
    if as_json:
        say_json(lines)
        return Exit.DONE
    rows = [
        (
            *(line.invoice, line.debtor, line.outstanding, line.limitation_day, line.days_left),
            *(line.alarm.value.replace("_", " "), line.law),
        )
        for line in lines
    ]
    head = ("invoice", "debtor", ">outstanding", "last day", ">days left", "alarm", "law")
    barred = sum(line.alarm is LimitationAlarm.BARRED for line in lines)
    so_many = f", {barred} of them barred" if barred else ""
    say_table(f"{count(len(rows), 'claim')} within {count(within, 'day')}{so_many}", head, rows)
    return Exit.DONE


def _near(facts: ClaimFacts, within: int) -> NearLimitation | None:
    case = facts.case
    limit = limitation_of(
        *(facts.country, Capacity(facts.capacity), facts.issue_date, case.due_date),
        interruptions_of(case),
        facts.delivery_date,
    )
    today = _today(case)
    if limit is None or (limit.limitation_day - today).days > within:
        return None
    return NearLimitation(
        invoice=case.invoice,
        debtor=facts.debtor_name,
        outstanding=case.outstanding,
        limitation_day=limit.limitation_day,
        days_left=(limit.limitation_day - today).days,
        alarm=limitation_alarm(limit.limitation_day, today),
        law=limit.law,
    )


def _today(case: CollectionCase) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(case.calendar.time_zone)).date()
