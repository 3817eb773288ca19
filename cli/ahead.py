"""What will leave, and when? Every debtor's open cases folded forward, as their policy allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from activities.library import read_creditors
from cli.under_way import clock_of
from domain.business_calendar import local_day
from domain.debtor_forecast import Standing, WaitedFor, forecast_debtor
from domain.forecast import Forecast
from domain.time_to_sue import court_warning, limitation_of_case
from schemas.case import CollectionCase
from schemas.contact_policy import ContactPolicy
from schemas.limitation import CourtFacts
from schemas.settings import Settings
from store.contact_situation import DebtorOutlook, WaitingStep, outlooks, waiting_steps
from store.court_facts import court_facts
from store.pool import Pool

Debtors = dict[tuple[str, str], list[CollectionCase]]


class Outlook:
    """What is ahead of cases.

    Attributes:
        names: of debtors, by creditor and number.
        steps: still to come, by case.
        too_late: claims that no court hears any more, or for thirty days at the most: by case,
            the last day.
    """

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], str] = {}
        self.steps: dict[str, tuple[Forecast, ...]] = {}
        self.too_late: dict[str, date] = {}


async def look_ahead(
    pool: Pool, cases: Iterable[CollectionCase], now: datetime, until: datetime
) -> Outlook:
    """Fold cases forward, those of one debtor together.

    Args:
        pool: any.
        cases: all open ones of every debtor who is meant.
        now: a case whose clock was moved ahead is looked at from where it is.
        until: how far to look.
    """
    debtors: Debtors = defaultdict(list)
    for case in cases:
        debtors[case.creditor, case.debtor_id].append(case)
    only = next(iter(debtors)) if len(debtors) == 1 else ("", "")
    known = await outlooks(pool, *only)
    waits = await waiting_steps(pool)
    creditors = read_creditors(Settings().creditors_folder)
    facts = await court_facts(pool, [case.case_id for owed in debtors.values() for case in owed])
    found = Outlook()
    found.too_late = {
        case.case_id: limit.limitation_day
        for owed in debtors.values()
        for case in owed
        if (limit := limitation_of_case(case, facts.get(case.case_id)))
        and court_warning(limit, local_day(case.calendar, now))
    }
    for whose, owed in debtors.items():
        creditor = creditors.get(whose[0])
        policy = creditor.contact if creditor else ContactPolicy()
        debtor = known.get(whose, DebtorOutlook())
        found.names[whose] = debtor.name
        found.steps |= forecast_debtor(
            owed,
            {case.case_id: _standing(case, waits.get(case.case_id), facts, now) for case in owed},
            policy,
            debtor.situation,
            until,
        )
    return found


def _standing(
    case: CollectionCase,
    waits: WaitingStep | None,
    facts: Mapping[str, CourtFacts],
    now: datetime,
) -> Standing:
    limit = limitation_of_case(case, facts.get(case.case_id))
    return Standing(
        clock=clock_of(case, waits, now),
        waited=WaitedFor(waits.since, waits.until) if waits else None,
        court_until=limit.limitation_day if limit else None,
    )
