"""When is it too late to go to court? The last day to act, by country, capacity and interruptions.

Where the law is unsure the earlier day is given: acting too early costs nothing. Not legal advice.
"""

from __future__ import annotations

from datetime import date, timedelta

from domain.applicable_law import law_of
from schemas.base import Frozen
from schemas.limitation import (
    ClaimNature,
    Interruption,
    InterruptionKind,
    Limitation,
    LimitationAlarm,
    LimitationQuestion,
    LimitationStep,
)
from schemas.parties import Capacity

_PAYMENT, _WORD = InterruptionKind.PART_PAYMENT, InterruptionKind.ACKNOWLEDGEMENT
_COURT, _SERVED = InterruptionKind.COURT_CLAIM, InterruptionKind.ORDER_SERVED
_ENFORCED, _DECLARED = InterruptionKind.ENFORCEMENT, InterruptionKind.INSOLVENCY_DECLARATION
_DEBTORS_OWN = frozenset((_PAYMENT, _WORD))
_WITH_COURTS = _DEBTORS_OWN | {_COURT, _SERVED, _ENFORCED, _DECLARED}
_ABROAD = _DEBTORS_OWN | {_COURT}
_WITH_LETTERS = _WITH_COURTS | {InterruptionKind.WRITTEN_CLAIM, InterruptionKind.FORMAL_NOTICE}

INTERRUPTING = _WITH_LETTERS
"""What starts a new period by some law; the rest does so by none that is known here."""


class UnknownLimitationError(ValueError):
    """No period of limitation is known for a country."""


class _Rule(Frozen):
    """A period of limitation.

    Attributes:
        interrupting: what starts a new full period.
        from_year_end: the period is counted from 31 December of the year it would begin in.
        restart_from_year_end: so is a new one.
        from_due_date: the period is counted from the due date, not from performance.
    """

    years: int
    law: str
    interrupting: frozenset[InterruptionKind]
    from_year_end: bool = False
    restart_from_year_end: bool = False
    from_due_date: bool = False


_FR = (
    # Filing an order for payment does not interrupt, serving it does (case law); a formal notice
    # does not, not even a registered one (Cass. com. 18 May 2022, 20-23.204).
    _Rule(years=5, law="Code de commerce L110-4, Code civil 2224", interrupting=_WITH_COURTS),
    _Rule(years=2, law="Code de la consommation L218-2", interrupting=_WITH_COURTS),
    _Rule(
        years=4,
        law="Law 68-1250 of 31 December 1968",
        interrupting=_WITH_LETTERS,
        from_year_end=True,
        restart_from_year_end=True,
    ),
)
_CARRIAGE = _Rule(years=1, law="Code de commerce L133-6", interrupting=_WITH_COURTS)
_JUDGMENT = _Rule(
    years=10, law="Code des procédures civiles d'exécution L111-4", interrupting=_WITH_COURTS
)
_ELSEWHERE = {
    # A German court order suspends (BGB 204); counted as nothing, which gives the earlier day.
    "DE": _Rule(years=3, law="BGB 195, 199, 212", interrupting=_DEBTORS_OWN, from_year_end=True),
    "GB": _Rule(
        years=6,
        law="Limitation Act 1980 (England and Wales)",
        interrupting=_DEBTORS_OWN,
        from_due_date=True,
    ),
    "BE": _Rule(years=10, law="Ancien Code civil 2262bis", interrupting=_ABROAD),
    "ES": _Rule(years=5, law="Código Civil 1964 and 1973", interrupting=_ABROAD),
    "IT": _Rule(years=10, law="Codice civile 2943 and 2946", interrupting=_ABROAD),
    "NL": _Rule(
        years=5,
        law="Burgerlijk Wetboek 3:307 and 3:317",
        interrupting=_ABROAD | {InterruptionKind.WRITTEN_CLAIM, InterruptionKind.FORMAL_NOTICE},
    ),
}
_UNSURE = {
    "GB": "in Scotland the period is five years",
    "BE": "some services to consumers are barred after one or five years",
    "IT": "periodic payments are barred after five years",
}


def limitation(question: LimitationQuestion) -> Limitation:
    """The last day on which a claim can be brought to court.

    The period runs from performance, never from a late invoice (Cass. com. 26 February 2020,
    18-25.036); the invoice's day stands in when performance is not known. The last day counts
    whole (Code civil 2229). An interruption after it changes nothing.

    Raises:
        UnknownLimitationError: when no period is known for the country; names those there are.
    """
    rule = _rule(question)
    warnings = []
    start = question.due_date if rule.from_due_date else question.performed_on
    what = "the due date" if rule.from_due_date else "delivery"
    if start is None:
        start, what = question.invoiced_on, "the invoice's date"
        warnings.append("the day of performance is not known: counted from the invoice's date")
    if question.country in _UNSURE:
        warnings.append(_UNSURE[question.country])
    until = _end(start, rule, at_year_end=rule.from_year_end)
    steps = []
    for one in sorted(question.interruptions, key=lambda event: event.day):
        step = _step(one, rule, start, until)
        until = step.until
        steps.append(step)
    return Limitation(
        limitation_day=until,
        law=rule.law,
        counted_from=start,
        start=what,
        steps=tuple(steps),
        warnings=tuple(warnings),
    )


def alarm_days(limitation_day: date) -> tuple[date, date, date]:
    """The days on which a person is warned: six months, three months, 30 days before."""
    six, three = (_months_before(limitation_day, months) for months in (6, 3))
    return six, three, limitation_day - timedelta(days=30)


def limitation_alarm(limitation_day: date, today: date) -> LimitationAlarm:
    """How near the last day is: 6 months, 3 months, 30 days, or past.

    Args:
        limitation_day: the last day on which to act.
        today: the day on which somebody looks.
    """
    if today > limitation_day:
        return LimitationAlarm.BARRED
    if (limitation_day - today).days <= 30:
        return LimitationAlarm.THIRTY_DAYS
    if _months_before(limitation_day, 3) <= today:
        return LimitationAlarm.THREE_MONTHS
    if _months_before(limitation_day, 6) <= today:
        return LimitationAlarm.SIX_MONTHS
    return LimitationAlarm.NONE


def _rule(question: LimitationQuestion) -> _Rule:
    law = law_of(question.country)
    if law == "FR":
        if question.nature is ClaimNature.JUDGMENT:
            return _JUDGMENT
        if question.nature is ClaimNature.CARRIAGE_OF_GOODS:
            return _CARRIAGE
        order = (Capacity.BUSINESS, Capacity.CONSUMER, Capacity.PUBLIC)
        return _FR[order.index(question.capacity)]
    rule = _ELSEWHERE.get(law)
    if rule is None or question.nature is not ClaimNature.ORDINARY:
        known = ", ".join(sorted({"FR", *_ELSEWHERE}))
        raise UnknownLimitationError(
            f"no limitation of a claim ({question.nature.value}) is known for "
            f"{question.country}; known: {known}, others than ordinary ones in FR only"
        )
    return rule


def _step(one: Interruption, rule: _Rule, start: date, until: date) -> LimitationStep:
    if one.day > until:
        reason = f"too late: the claim was barred after {until}"
    elif one.day < start:
        reason = f"before {start}, when the period began"
    elif one.kind not in rule.interrupting:
        reason = f"{one.kind.value} does not interrupt ({rule.law})"
    else:
        # A German period that has not begun yet is not cut short by a new one.
        afresh = max(until, _end(one.day, rule, at_year_end=rule.restart_from_year_end))
        reason = f"a new period of {rule.years} years ({rule.law})"
        return LimitationStep(interruption=one, counted=True, until=afresh, reason=reason)
    return LimitationStep(interruption=one, counted=False, until=until, reason=reason)


def _end(start: date, rule: _Rule, *, at_year_end: bool) -> date:
    """The last day of a period; the day it begins with is not counted."""
    if at_year_end:
        return date(start.year + rule.years, 12, 31)
    return _years_after(start, rule.years)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def _months_before(day: date, months: int) -> date:
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
