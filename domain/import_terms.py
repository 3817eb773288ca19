"""When is an imported invoice due, at which rate is it late, and does the law let it?

A due date that an invoice carries rules, its terms come next, the creditor's own last. What the law
does not let is warned of; a contract rate that it refuses is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from domain.agreed_interest import hold_rate
from domain.contract_rate import ContractRateRefusedError
from domain.import_limitation import barred_soon
from domain.import_values import Unexpected
from domain.payment_terms import (
    UnknownTermError,
    agreement_for,
    ceiling_law,
    counts_from_delivery,
    due_date,
    legal_ceiling,
    read_term,
    ruling_due_date,
)
from domain.rates import RateTable, half_year_of
from schemas.agreed_interest import TermsRates
from schemas.invoice import Invoice
from schemas.parties import Capacity, Creditor, Debtor
from schemas.payment_terms import Agreement

FIELDS_OF_TERMS = ("terms", "contract_rate", "delivery_date")
"""Columns that say what was agreed; one that a file does not have leaves what is known."""

_LAWFUL_IN_ANY_CASE = timedelta(days=30)
"""So soon after the invoice a payment may fall due everywhere, if nothing else is stated."""

_NEVER_BARRED_BEFORE = timedelta(days=365)
"""No law here bars a claim so soon; most rows need not be looked at."""

_EXPECTED_RATE = "a yearly rate above 0 and at most 100 percent, such as 12.5"


@dataclass(frozen=True)
class HouseTerms:
    """A creditor's general terms, and what contract rates are held against.

    Attributes:
        terms: of payment, for rows that name neither a due date nor terms; or empty.
        agreement: what was agreed or is sold; None goes by each row's terms.
        rates: of late payment.
        table: the reference rates; without them no contract rate is held against the law.
        on: the day of the import.
    """

    terms: str = ""
    agreement: Agreement | None = None
    rates: TermsRates | None = None
    table: RateTable | None = None
    on: date = date.min

    @classmethod
    def of(cls, creditor: Creditor, table: RateTable | None, today: date) -> HouseTerms:
        """Those of a creditor."""
        return cls(creditor.terms, creditor.agreement, creditor.contract_rate, table, today)


@dataclass
class RowTerms:
    """Reads the terms of rows one after the other, and keeps what a person should know.

    Attributes:
        found: a row's line, its column and a sentence.
    """

    house: HouseTerms
    found: list[tuple[int, str, str]] = field(default_factory=list)
    _held: dict[tuple[object, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def due_date(self, terms: str, issued_on: date, _text: str) -> date:
        """The day that a row's terms give, or the creditor's own, where it carries none.

        Raises:
            Unexpected: when there is no such day.
        """
        wanted = terms or self.house.terms
        if not wanted:
            raise Unexpected("a date such as 2027-01-31, or payment terms beside it")
        return _computed(wanted, issued_on)

    def look_at(self, line: int, invoice: Invoice, debtor: Debtor) -> str:
        """Hold a row against the law; why its contract rate is refused, or empty.

        Args:
            line: of the row.
            invoice: as the row has it.
            debtor: as the row has them.
        """
        house, own = self.house, invoice.contract_rate
        usual = not invoice.terms and house.agreement is None
        if not usual or invoice.due_date - invoice.issue_date > _LAWFUL_IN_ANY_CASE:
            found = due_warnings(
                *(invoice.issue_date, invoice.due_date, invoice.delivery_date),
                *(invoice.terms, house.terms, debtor.country, debtor.capacity, house.agreement),
            )
            self.found += [(line, "due_date", sentence) for sentence in found]
        if told := self._too_late(invoice, debtor):
            self.found.append((line, "issue_date", told))
        if own is not None:
            return self._refusal(line, own, invoice, debtor, again=True)
        if house.rates is not None and debtor.capacity is not Capacity.PUBLIC:
            business = debtor.capacity is Capacity.BUSINESS
            rate = house.rates.business if business else house.rates.consumer
            if rate is not None and (told := self._refusal(line, rate, invoice, debtor)):
                self.found.append((line, "contract_rate", f"of the general terms: {told}"))
        return ""

    def _too_late(self, invoice: Invoice, debtor: Debtor) -> str:
        """That a claim is barred, or about to be; empty for what is young or of no known law."""
        today = self.house.on
        if today - (invoice.delivery_date or invoice.issue_date) < _NEVER_BARRED_BEFORE:
            return ""
        told = barred_soon(
            *(invoice.issue_date, invoice.due_date, invoice.delivery_date),
            *(debtor.country, debtor.capacity, today),
        )
        return f"{invoice.number}: {told}" if told else ""

    def _refusal(
        self, line: int, rate: Decimal, invoice: Invoice, debtor: Debtor, *, again: bool = False
    ) -> str:
        """Why the law refuses a rate; what it only warns of is kept, once for rows that are alike.

        Args:
            line: of the row.
            rate: percent a year.
            invoice: as the row has it.
            debtor: as the row has them.
            again: refuse each row that is alike, not the first alone.
        """
        table, due, issued = self.house.table, invoice.due_date, invoice.issue_date
        if table is None:
            return ""
        key = (rate, debtor.country, debtor.capacity, half_year_of(due), half_year_of(issued))
        known = self._held.get(key)
        if known is not None and not (again and known[0]):
            return ""
        refusal = ""
        try:
            told = hold_rate(
                *(rate, debtor.country, debtor.capacity, due, issued, self.house.on, table)
            )
        except ContractRateRefusedError as error:
            refusal, told = str(error), ()
        if known is None:
            self.found += [(line, "contract_rate", sentence) for sentence in told]
        self._held[key] = (refusal, told)
        return refusal


def read_terms(text: str) -> str:
    """The name of payment terms, such as ``NET_30``; may be empty.

    Raises:
        Unexpected: when it is none.
    """
    return _named(text) if text else ""


def read_rate(text: str) -> Decimal | None:
    """A yearly rate in percent, such as ``12.5``, ``12,5`` or ``12.5 %``; may be empty.

    Raises:
        Unexpected: when it is none, or no rate that a contract has.
    """
    if not text:
        return None
    plain = text.removesuffix("%").strip().replace(",", ".")
    digits = plain.replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 7):
        raise Unexpected(_EXPECTED_RATE)
    rate = Decimal(plain)
    if not 0 < rate <= 100 or rate != rate.quantize(Decimal("0.0001")):
        raise Unexpected(f"{_EXPECTED_RATE}, with at most four decimals")
    return rate


@lru_cache(maxsize=1024)
def _named(text: str) -> str:
    try:
        return str(read_term(text))
    except UnknownTermError as error:
        raise Unexpected(str(error).partition("expected ")[2] or str(error)) from error


@lru_cache(maxsize=4096)
def _computed(terms: str, issued_on: date) -> date:
    try:
        return due_date(read_term(terms), issued_on)
    except OverflowError:
        raise Unexpected("terms that end before the year 9999") from None


@lru_cache(maxsize=65536)
def due_warnings(  # noqa: PLR0913, PLR0917 - what the cache tells rows apart by
    issued_on: date,
    due: date,
    delivered_on: date | None,
    terms: str,
    house_terms: str,
    country: str,
    capacity: Capacity,
    agreement: Agreement | None,
) -> tuple[str, ...]:
    """What a person should know of a due date: another than the terms', or later than lawful.

    Args:
        issued_on: the invoice's date.
        due: the day that rules.
        delivered_on: when it is known; some ceilings count from it.
        terms: that the invoice names, or empty.
        house_terms: the creditor's own, or empty; an invoice may be due on another day.
        country: whose law.
        capacity: in which the debtor owes.
        agreement: as the creditor states it; None goes by the terms.
    """
    term = read_term(terms) if terms else None
    usual = read_term(house_terms) if house_terms else None
    agreed = agreement_for(term or usual, agreement)
    starts_on = delivered_on if delivered_on and counts_from_delivery(agreed) else issued_on
    latest = legal_ceiling(country, capacity, agreed, starts_on)
    ruled = ruling_due_date(
        due,
        term,
        issued_on,
        latest,
        ceiling_law(country, capacity, agreed) if latest else "",
    )
    return ruled.warnings
