"""On whom are texts tried? Fictitious parties of each country and capacity, who owe something."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from activities.library import read_rate_table
from domain.enclosures import STATEMENT_TEMPLATES
from domain.interest import state_claim
from domain.interest_regimes import UnknownRegimeError
from domain.notice_claim import add_up, told
from schemas.account import ItemAccount, Movement, MovementKind
from schemas.interest import (
    Claim,
    ClaimStatement,
    ImputationPolicy,
    Receipt,
)
from schemas.money import Money
from schemas.notice import EarlierContact, Enclosure, Notice, NoticeItem
from schemas.parties import Capacity, Creditor, Debtor, PostalAddress
from schemas.pauses import Arrangement, Dispute, DisputeReason, Instalment
from schemas.plan import Channel, Charges, NoticeKind

TODAY = date(2026, 10, 21)
BEFORE_DUE = "before-due"
COUNTRIES = ("FR", "DE", "GB")
"""Countries whose law the shipped texts name."""

TRIED = (*COUNTRIES, "BE", "ES", "IT", "NL", "CH")
"""Where a text is tried: those, the others whose interest is known, and one whose is not."""

_REMINDED = {BEFORE_DUE: 0, "courtesy": 0, "reminder": 1, "firm": 2}
"""How many messages came before a text, where it is not all three."""
_PAID_ON = date(2026, 9, 21)
_ADDRESSES = {
    "FR": PostalAddress(lines=("27 avenue de la Gare", "59000 LILLE"), country="FR"),
    "DE": PostalAddress(lines=("Hafenstraße 12", "20457 Hamburg"), country="DE"),
    "GB": PostalAddress(lines=("14 Harbour Street", "BRISTOL", "BS1 4QA"), country="GB"),
}
_NAMES = {
    ("FR", Capacity.BUSINESS): "Menuiserie Vasseur & Fils",
    ("FR", Capacity.CONSUMER): "Monsieur Luc Perrin",
    ("FR", Capacity.PUBLIC): "Commune de Saint-Aubin",
    ("DE", Capacity.BUSINESS): "Tischlerei Brandt GmbH",
    ("DE", Capacity.CONSUMER): "Erika Sommer",
    ("DE", Capacity.PUBLIC): "Stadt Altenfeld",
    ("GB", Capacity.BUSINESS): "Harbour Joinery Ltd",
    ("GB", Capacity.CONSUMER): "Ms Joan Field",
    ("GB", Capacity.PUBLIC): "Aldbourne Parish Council",
}
_SPEAKERS = {"FR": "Paul Vasseur", "DE": "Jens Brandt", "GB": "Alan Price"}
_TRANSFER = {"de": "Überweisung", "en": "bank transfer", "fr": "virement"}
SHIPPED_RATES = Path(__file__).parents[1] / "rates" / "reference-rates.csv"
"""What the law's interest is computed with in a sample, as it would be in earnest."""


def sample_creditor() -> Creditor:
    """A French company, with everything a creditor's file may say."""
    return Creditor(
        creditor="atelier",
        name="Atelier Lumière SAS",
        legal_form="SAS au capital de 50 000 €",
        registration="RCS Lyon 123 456 782",
        address=("12 rue des Tisseurs", "69004 LYON"),
        email="comptabilite@atelier-lumiere.example",
        phone="+33 4 78 00 00 00",
        contact_name="Camille Roche",
        signatory="Hélène Marchand",
        signatory_role="présidente",
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
    )


def sample_debtor(language: str, capacity: Capacity, country: str = "FR") -> Debtor:
    """Somebody who reads this language; another country has the French names and address."""
    known = country if country in COUNTRIES else "FR"
    company = capacity is Capacity.BUSINESS
    return Debtor(
        creditor="atelier",
        debtor_id="C-0042",
        name=_NAMES[known, capacity],
        email="compta@debtor.example",
        phone="+33 3 20 00 00 00",
        address=_ADDRESSES[known].model_copy(update={"country": country}),
        language=language,
        siren="111222337" if company and country == "FR" else "",
        capacity=capacity,
        representative=_SPEAKERS[known] if company else "",
    )


def sample_notice(
    template: str, debtor: Debtor, *, charges: Charges = Charges.NONE, invoices: int = 2
) -> Notice:
    """A message about invoices of which one is paid in part; or about a promise, and so on.

    Args:
        template: the name of the text.
        debtor: to whom.
        charges: what is said of interest and fixed sums.
        invoices: how many; a message that answers an event is about one.
    """
    event = template in set(NoticeKind)
    items = tuple(_item(place, template, debtor) for place in range(1 if event else invoices))
    principal = sum((item.asked for item in items[1:]), items[0].asked)
    statements = [item.statement for item in items]
    early = template == BEFORE_DUE
    return Notice(
        reference="RABCDEFGHIJKLMNO",
        template=template,
        level=1,
        on=TODAY,
        pay_by=items[0].due_date if early else TODAY + timedelta(days=9 if event else 11),
        creditor=sample_creditor(),
        debtor=debtor,
        items=items,
        earlier=tuple(
            EarlierContact(on=TODAY - timedelta(days=days), channel=Channel.EMAIL, step=step)
            for days, step in ((42, "courtesy"), (35, "reminder"), (15, "firm"))
        )[: _REMINDED.get(template, 3)],
        claim=add_up(told(charges, debtor), principal, statements),
        promise=_promise(debtor.language) if template == NoticeKind.PROMISE else None,
        dispute=_dispute() if template == NoticeKind.DISPUTE else None,
        enclosures=(Enclosure(name=f"sample-{TODAY}.pdf", statement=True),)
        if template.startswith(STATEMENT_TEMPLATES)
        else (),
        follows="formal-notice" if template == "firm" else "",
        refer_to="collection agency",
        refer_on=TODAY + timedelta(days=15),
    )


def _euros(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def _item(place: int, template: str, debtor: Debtor) -> NoticeItem:
    due = TODAY + timedelta(days=6) if template == BEFORE_DUE else date(2026, 9, 6)
    amount, paid = _euros("1484.56"), _euros("250.00")
    if place:
        amount, paid = _euros(f"{1480 + 10 * (place - 1)}.00"), _euros("0.00")
    if template == NoticeKind.SETTLEMENT:
        paid = amount
    asked = amount - paid
    if template == NoticeKind.DISPUTE:
        asked -= _dispute().amount
    return NoticeItem(
        invoice=f"F-2026-{117 + 14 * place:04d}",
        issue_date=due - timedelta(days=30),
        due_date=due,
        amount=amount,
        paid=paid,
        asked=asked,
        days_overdue=max((TODAY - due).days, 0),
        purchase_order="" if place else "PO-88123",
        reference="RF18539007547034" if place == 0 else "",
        statement=_statement(amount, paid, due, debtor),
        account=_account(amount, paid, asked),
    )


def _account(amount: Money, paid: Money, asked: Money) -> ItemAccount:
    received = Movement(kind=MovementKind.PAYMENT, amount=paid, on=_PAID_ON, reference="sample")
    return ItemAccount(
        invoiced=amount,
        movements=(received,) if paid.is_positive else (),
        disputed=amount - paid - asked,
        asked=asked,
    )


def _statement(amount: Money, paid: Money, due: date, debtor: Debtor) -> ClaimStatement | None:
    received = (Receipt(day=_PAID_ON, amount=paid),) if paid.is_positive else ()
    claim = Claim(
        amount=amount,
        country=debtor.country,
        capacity=debtor.capacity,
        due_date=due,
        payments=received,
    )
    language = debtor.language
    try:
        return state_claim(
            *(claim, TODAY, read_rate_table(SHIPPED_RATES)),
            policy=ImputationPolicy.PRINCIPAL_FIRST,
            language=language,
        )
    except UnknownRegimeError:
        return None


def _promise(language: str) -> Arrangement:
    day = TODAY + timedelta(days=9)
    return Arrangement(
        arrangement_id="sample",
        instalments=(Instalment(amount=_euros("1234.56"), on=day),),
        lapses=(datetime(2026, 11, 3, tzinfo=UTC),),
        means=_TRANSFER.get(language, _TRANSFER["en"]),
        made_at=datetime(2026, 10, 21, tzinfo=UTC),
        received=_euros("0.00"),
    )


def _dispute() -> Dispute:
    return Dispute(
        dispute_id="sample",
        amount=_euros("400.00"),
        reason=DisputeReason.QUANTITY,
        owner="Camille Roche",
        raised_at=datetime(2026, 10, 21, tzinfo=UTC),
        deadline=datetime(2026, 11, 4, 12, tzinfo=UTC),
    )
