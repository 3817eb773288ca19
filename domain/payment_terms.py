"""When does an invoice fall due, and is that as late as the law allows? Terms and their ceilings.

A due date that the invoice carries rules; the term is only computed again to warn.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from domain.applicable_law import law_of
from schemas.parties import Capacity
from schemas.payment_terms import Agreement, DueDate, PaymentTerm, TermMethod

_TERM = re.compile(r"(?P<method>NET|EOM_A|EOM_B)_(?P<days>[0-9]{1,3})(?:_DAY_(?P<day>[0-9]{1,2}))?")
_EXPECTED = "NET_30, EOM_A_45, EOM_B_45 or EOM_A_45_DAY_10"

_FRENCH_DAYS = {
    # Code de commerce L441-10 I (ordinary, periodic) and L441-11 (the rest).
    Agreement.NOTHING: 30,
    Agreement.AGREED: 60,
    Agreement.PERIODIC_INVOICE: 45,
    Agreement.TRANSPORT: 30,
    Agreement.PERISHABLE_FOOD: 30,
    Agreement.CATTLE_AND_FRESH_MEAT: 20,
}
_FRENCH_LAW = {
    Agreement.NOTHING: "30 days from delivery where nothing was agreed, {} L441-10 I",
    Agreement.AGREED: "60 days from the invoice, {} L441-10 I",
    Agreement.EXPRESSLY_END_OF_MONTH: "60 days, or 45 days end of month, {} L441-10 I",
    Agreement.PERIODIC_INVOICE: "45 days from a periodic invoice, {} L441-10 I",
    Agreement.TRANSPORT: "30 days from the invoice, {} L441-11",
    Agreement.PERISHABLE_FOOD: "30 days from delivery, {} L441-11",
    Agreement.CATTLE_AND_FRESH_MEAT: "20 days from delivery, {} L441-11",
    Agreement.ALCOHOL: "30 days from the end of the month of delivery, {} L441-11",
    Agreement.WINE: "60 days, or 45 days end of month, {} L441-11",
}
_ELSEWHERE = {
    "DE": "BGB 271a",
    "BE": "law of 2 August 2002",
    "ES": "Ley 3/2004",
    "IT": "D.Lgs. 231/2002",
    "NL": "BW 6:119a and 6:119b",
    "GB": "SI 2013/395",
}
_FROM_DELIVERY = frozenset(
    {
        Agreement.NOTHING,
        Agreement.PERISHABLE_FOOD,
        Agreement.CATTLE_AND_FRESH_MEAT,
        Agreement.ALCOHOL,
    }
)
_FRENCH_PUBLIC_DAYS = {Agreement.PUBLIC_HOSPITAL: 50, Agreement.PUBLIC_UNDERTAKING: 60}
# BGB 271a, law of 2 August 2002, Ley 3/2004, D.Lgs. 231/2002, BW 6:119a and SI 2013/395 all follow
# Directive 2011/7/EU: 60 days between businesses, 30 for public bodies and where nothing is agreed.
_COUNTRIES = frozenset({"FR", "DE", "BE", "ES", "IT", "NL", "GB"})
_BUSINESS_DAYS, _PUBLIC_DAYS = 60, 30


class UnknownTermError(ValueError):
    """A text is no payment term; the words say which there are."""


def read_term(text: str) -> PaymentTerm:
    """A term from its name.

    Raises:
        UnknownTermError: when it is none, or its numbers are out of range.
    """
    found = _TERM.fullmatch(text.strip().upper())
    day = int(found["day"]) if found and found["day"] else None
    if found is None or int(found["days"]) > 365 or (day is not None and not 1 <= day <= 31):
        raise UnknownTermError(f"{text[:40]!r} is no payment term; expected one like {_EXPECTED}")
    method = TermMethod(found["method"])
    if method is TermMethod.NET and day is not None:
        raise UnknownTermError(f"{text[:40]!r}: a day of the month needs EOM_A or EOM_B")
    return PaymentTerm(method=method, days=int(found["days"]), day_of_month=day)


def due_date(term: PaymentTerm, issued_on: date) -> date:
    """The day on which an invoice falls due.

    Args:
        term: as the contract chose it; both ways of reckoning to a month's end are lawful.
        issued_on: the invoice's date.
    """
    days = timedelta(days=term.days)
    match term.method:
        case TermMethod.NET:
            day = issued_on + days
        case TermMethod.EOM_A:
            day = end_of_month(issued_on + days)
        case TermMethod.EOM_B:
            # The month's end lies behind already: the day found may be the day of the month itself.
            day = end_of_month(issued_on) + days
            if term.day_of_month is not None:
                day -= timedelta(days=1)
    return day if term.day_of_month is None else _next_day_of_month(day, term.day_of_month)


def ruling_due_date(
    printed: date | None,
    term: PaymentTerm | None,
    issued_on: date,
    latest: date | None = None,
    law: str = "",
) -> DueDate:
    """The due date that counts: the invoice's own, else the term's, else 30 days after the issue.

    Args:
        printed: the due date that the invoice carries, if it carries one.
        term: of the contract, if one is known.
        issued_on: the invoice's date.
        latest: the law's ceiling, from ``legal_ceiling``; None when there is none.
        law: which that is, from ``ceiling_law``.

    Returns:
        The day, with a warning when the term says otherwise or the ceiling is passed.
    """
    computed = due_date(term, issued_on) if term else issued_on + timedelta(days=30)
    day = printed or computed
    warnings = []
    if term is not None and day != computed:
        warnings.append(f"the invoice is due {day}, its term {term} gives {computed}")
    if day < issued_on:
        warnings.append(f"the invoice is due {day}, before it was issued on {issued_on}")
    if latest is not None and day > latest:
        late = (day - latest).days
        which = f" ({law})" if law else ""
        warnings.append(f"due {day}, {late} days after the legal ceiling of {latest}{which}")
    return DueDate(day=day, warnings=tuple(warnings))


def legal_ceiling(
    country: str, capacity: Capacity, agreement: Agreement, starts_on: date
) -> date | None:
    """The latest due date that the law allows.

    Args:
        country: whose law.
        capacity: as what the debtor owes; consumers have no ceiling.
        agreement: what was agreed or sold.
        starts_on: where the law counts from: the issue of the invoice; for perishable food,
            cattle, meat and alcohol the delivery; where nothing was agreed, and for public
            bodies, the receipt of goods or request.

    Returns:
        The day, or None where no ceiling is known.
    """
    law = law_of(country)
    if capacity is Capacity.CONSUMER or law not in _COUNTRIES:
        return None
    if law == "FR" and capacity is Capacity.BUSINESS:
        return _french_ceiling(agreement, starts_on)
    if capacity is Capacity.PUBLIC:
        days = _PUBLIC_DAYS
        if law == "FR":
            days = _FRENCH_PUBLIC_DAYS.get(agreement, _PUBLIC_DAYS)
        return starts_on + timedelta(days=days)
    return starts_on + timedelta(days=30 if agreement is Agreement.NOTHING else _BUSINESS_DAYS)


def ceiling_law(country: str, capacity: Capacity, agreement: Agreement) -> str:
    """Which ceiling the law sets, and where: as ``legal_ceiling`` counts it."""
    law = law_of(country)
    if law == "FR" and capacity is Capacity.BUSINESS:
        return _FRENCH_LAW.get(agreement, _FRENCH_LAW[Agreement.AGREED]).format("Code de commerce")
    if law == "FR":
        days = _FRENCH_PUBLIC_DAYS.get(agreement, _PUBLIC_DAYS)
        article = "R2192-11" if agreement in _FRENCH_PUBLIC_DAYS else "R2192-10"
        return f"{days} days from the request, Code de la commande publique {article}"
    nothing = capacity is Capacity.PUBLIC or agreement is Agreement.NOTHING
    days = _PUBLIC_DAYS if nothing else _BUSINESS_DAYS
    return f"{days} days, {_ELSEWHERE.get(law, 'Directive 2011/7/EU')}"


def agreement_for(term: PaymentTerm | None, stated: Agreement | None = None) -> Agreement:
    """What was agreed, as far as it can be told: 60 days net, unless terms say end of month.

    Args:
        term: of the contract, if one is known.
        stated: by the creditor, which goes before.
    """
    if stated is not None:
        return stated
    if term is None or term.method is TermMethod.NET:
        return Agreement.AGREED
    return Agreement.EXPRESSLY_END_OF_MONTH


def counts_from_delivery(agreement: Agreement) -> bool:
    """Whether the ceiling is counted from delivery, not from the invoice."""
    return agreement in _FROM_DELIVERY


def end_of_month(day: date) -> date:
    """The last day of the month that a day lies in."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _french_ceiling(agreement: Agreement, starts_on: date) -> date:
    sixty = starts_on + timedelta(days=60)
    if agreement in {Agreement.EXPRESSLY_END_OF_MONTH, Agreement.WINE}:
        both = (TermMethod.EOM_A, TermMethod.EOM_B)
        ends = [due_date(PaymentTerm(method=method, days=45), starts_on) for method in both]
        return max(sixty, *ends)
    if agreement is Agreement.ALCOHOL:
        return end_of_month(starts_on) + timedelta(days=30)
    return starts_on + timedelta(days=_FRENCH_DAYS.get(agreement, 60))


def _next_day_of_month(after: date, day_of_month: int) -> date:
    """The first such day of a month that lies after a day; a short month ends earlier."""
    first = after.replace(day=1)
    while True:
        last = end_of_month(first)
        candidate = first.replace(day=min(day_of_month, last.day))
        if candidate > after:
            return candidate
        first = last + timedelta(days=1)
