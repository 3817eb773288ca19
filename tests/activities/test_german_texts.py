"""Do German texts say what an accountant and a lawyer would sign, to each reader and country?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from activities.template_check import texts_of
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email, render_letter, render_script
from activities.typography import typographic
from schemas.notice import Notice
from schemas.parties import Capacity
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


@pytest.mark.parametrize("capacity", [Capacity.BUSINESS, Capacity.PUBLIC])
def test_the_fixed_sum_is_set_off_against_legal_costs(capacity: Capacity) -> None:
    """BGB 288 (5): the last demand says that the 40 euros count towards costs of legal action."""
    words = said(about("formal-notice", capacity=capacity), "letter")
    assert "40 € je Rechnung" in words
    assert "auf Kosten der Rechtsverfolgung angerechnet" in words


def test_a_german_article_is_not_torn_from_its_law() -> None:
    """Sign, number, paragraph and law stay in one line; so do an amount and its currency."""
    assert typographic("Pauschale von 40 € (§ 288 Abs. 5 BGB)", "de") == (
        "Pauschale von 40\u00a0€ (§\u00a0288 Abs.\u00a05\u00a0BGB)"
    )


@pytest.mark.parametrize("name", ["courtesy", "reminder", "firm", "hand-over-notice"])
def test_one_invoice_is_spoken_of_as_one(name: str) -> None:
    """Whoever owes one invoice does not read of several."""
    words = said(about(name, invoices=1), "e-mail")
    assert "olgenden Beträge" not in words
    assert "olgenden Rechnungen" not in words
    assert "olgenden Beträge" in said(about(name), "e-mail") or name == "courtesy"
