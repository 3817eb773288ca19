"""Do German texts say what an accountant and a lawyer would sign, to each reader and country?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from activities.template_check import texts_of
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email, render_letter, render_script
from activities.typography import typographic
from schemas.money import Money
from schemas.notice import Notice
from schemas.parties import Capacity
from schemas.pauses import Instalment
from schemas.plan import Charges

TEMPLATES = Path(__file__).parents[2] / "templates"
TEXTS = texts_of(TEMPLATES, "de")


def about(
    name: str,
    country: str = "DE",
    capacity: Capacity = Capacity.BUSINESS,
    charges: Charges = Charges.NONE,
    invoices: int = 2,
) -> Notice:
    """A German text about two invoices, to somebody in a country."""
    debtor = sample_debtor("de", capacity, country)
    return sample_notice(name, debtor, charges=charges, invoices=invoices)


def said(notice: Notice, kind: str) -> str:
    """Everything that a text says, with ordinary spaces."""
    if kind == "e-mail":
        mail = render_email(notice, TEMPLATES)
        words = f"{mail.subject}\n{mail.text}"
    elif kind == "letter":
        words = str(render_letter(notice, TEMPLATES).blocks).replace("\\xa0", " ")
    else:
        words = render_script(notice, TEMPLATES)
    return words.replace("\u00a0", " ")


def at_contract_rate(notice: Notice) -> Notice:
    """The same message, whose interest runs at the contract's own rate."""
    items = []
    for item in notice.items:
        assert item.statement is not None
        change = {"rate": Decimal(12), "row": None, "source": "contract"}
        parts = tuple(part.model_copy(update=change) for part in item.statement.segments)
        account = item.statement.model_copy(update={"segments": parts})
        items.append(item.model_copy(update={"statement": account}))
    return notice.model_copy(update={"items": tuple(items)})


@pytest.mark.parametrize(("name", "kind"), TEXTS)
def test_a_swiss_reader_finds_no_sharp_s(name: str, kind: str) -> None:
    """Switzerland writes ss: "Grüssen", and words that would need the other letter are avoided."""
    words = said(about(name, "CH"), kind)
    assert "ß" not in words
    assert kind == "script" or "Mit freundlichen Grüssen" in words
    assert kind == "script" or "Mit freundlichen Grüßen" in said(about(name, "AT"), kind)


@pytest.mark.parametrize("name", [name for name, kind in TEXTS if kind == "letter"])
def test_a_letter_greets_a_consumer_by_name(name: str) -> None:
    """One person is no "ladies and gentlemen"; the name alone says no gender."""
    assert "Guten Tag Erika Sommer," in said(about(name, capacity=Capacity.CONSUMER), "letter")
    assert "Sehr geehrte Damen und Herren," in said(about(name), "letter")


def test_a_caller_asks_for_whoever_pays() -> None:
    """A firm has a purchase ledger, a town an office that pays; a person is asked for first."""
    business, consumer, public = (said(about("call", capacity=one), "script") for one in Capacity)
    assert "Kreditorenbuchhaltung" in business
    assert "Kreditorenbuchhaltung" not in consumer + public
    assert "zur Zahlung anweist" in public
    first = next(line for line in consumer.splitlines() if line.startswith("1. "))
    assert first.index("Erika Sommer selbst") < first.index("Atelier Lumière")


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize(("name", "kind"), [("firm", "e-mail"), ("formal-notice", "letter")])
def test_a_german_text_names_the_rate_that_is_counted(
    name: str, kind: str, capacity: Capacity
) -> None:
    """BGB 288 (3): where the contract sets the rate, no text names the law's points instead."""
    law = about(name, capacity=capacity, charges=Charges.CLAIM)
    contract = at_contract_rate(law)
    assert not law.at_contract_rate
    assert contract.at_contract_rate
    named = not (name == "firm" and capacity is Capacity.CONSUMER)
    assert ("Prozentpunkten über dem Basiszinssatz" in said(law, kind)) is named
    assert ("vertraglich vereinbarten Zinssatz" in said(contract, kind)) is named
    assert "Prozentpunkten" not in said(contract, kind)


def test_instalments_are_not_asked_for_at_once() -> None:
    """Whoever pays in instalments reads no sum of all beside the day of the first."""
    plan = about("promise")
    assert plan.promise is not None
    [whole] = plan.promise.instalments
    half = Money(amount=Decimal("617.28"), currency="EUR")
    parts = (
        Instalment(amount=half, on=whole.on),
        Instalment(amount=half, on=whole.on + timedelta(days=30)),
    )
    promise = plan.promise.model_copy(update={"instalments": parts})
    words = said(plan.model_copy(update={"promise": promise}), "e-mail")
    assert "Zahlung per Überweisung bis 30. Oktober 2026" in said(plan, "e-mail")
    assert "Zahlung jeder Rate" in words
    assert "Überweisung bis" not in words
    assert "617,28 € am 30. Oktober 2026, 617,28 € am 29. November 2026" in words
    assert words.startswith("Ihre Ratenzahlung")


@pytest.mark.parametrize("charges", [Charges.CLAIM, Charges.STATE])
def test_what_is_claimed_is_not_reserved_as_well(charges: Charges) -> None:
    """In a country whose law no text names, only what goes beyond the account is reserved."""
    words = said(about("firm", "ES", charges=charges), "e-mail")
    assert "Weitere Ansprüche" in words
    assert "Ansprüche auf Zinsen und Kosten" not in words


@pytest.mark.parametrize("capacity", [Capacity.BUSINESS, Capacity.PUBLIC])
def test_the_fixed_sum_is_set_off_against_legal_costs(capacity: Capacity) -> None:
    """BGB 288 (5): the last demand says that the 40 euros count towards costs of legal action."""
    words = said(about("formal-notice", capacity=capacity), "letter")
    assert "40 € je Rechnung" in words
    assert "auf Kosten der Rechtsverfolgung angerechnet" in words


def test_a_german_article_is_not_torn_from_its_law() -> None:
    """Sign, number, paragraph and law stay in one line; so do an amount and its currency."""
    assert typographic("Artikel L. 441-10", "de") == "Artikel L.\u00a0441-10"
    assert typographic("Pauschale von 40 € (§ 288 Abs. 5 BGB)", "de") == (
        "Pauschale von 40\u00a0€ (§\u00a0288\u00a0Abs.\u00a05\u00a0BGB)"
    )


@pytest.mark.parametrize("name", ["courtesy", "reminder", "firm", "hand-over-notice"])
def test_one_invoice_is_spoken_of_as_one(name: str) -> None:
    """Whoever owes one invoice does not read of several."""
    words = said(about(name, invoices=1), "e-mail")
    assert "olgenden Beträge" not in words
    assert "olgenden Rechnungen" not in words
    assert "olgenden Beträge" in said(about(name), "e-mail") or name == "courtesy"
