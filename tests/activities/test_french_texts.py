"""Would a French accountant and a lawyer sign it? What the French texts promise, and to whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email, render_letter, render_script
from schemas.notice import Notice
from schemas.parties import Capacity
from schemas.plan import Charges
from tests.activities.test_german_texts import at_contract_rate

TEMPLATES = Path(__file__).parents[2] / "templates"
MANY = "les sommes suivantes restent dues"
ONE = "la somme suivante reste due"


def about(template: str, capacity: Capacity, country: str = "FR", invoices: int = 2) -> Notice:
    """A message in French, with its charges told."""
    debtor = sample_debtor("fr", capacity, country)
    return sample_notice(template, debtor, charges=Charges.CLAIM, invoices=invoices)


def letter(notice: Notice) -> str:
    """The words of a letter, special spaces made ordinary."""
    blocks = render_letter(notice, TEMPLATES).blocks
    said = "\n".join("".join(run["text"] for run in block.get("runs", ())) for block in blocks)
    return said.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", ["firm", "hand-over-notice"])
def test_one_invoice_is_one_sum(name: str) -> None:
    """Whoever owes one invoice reads of one sum, in the mail and in the letter."""
    for invoices, words in ((1, ONE), (2, MANY)):
        notice = about(name, Capacity.BUSINESS, invoices=invoices)
        mail = render_email(notice, TEMPLATES)
        assert all(words in said for said in (letter(notice), mail.text, mail.html))


def test_paying_before_the_hand_over_prevents_it_and_waives_nothing() -> None:
    """No text says that the principal alone closes a case whose charges are reserved."""
    notice = about("hand-over-notice", Capacity.BUSINESS)
    for said in (letter(notice), render_email(notice, TEMPLATES).text):
        assert "évite cette transmission" in said
        assert "À défaut de paiement intégral, nous confierons cette créance le 5" in said
        assert "clôt" not in said


def test_a_british_consumer_is_announced_no_court() -> None:
    """Before a letter of claim and its 30 days, no court can be spoken of; in France it can."""
    assert "ou saisir la juridiction" not in letter(about("formal-notice", Capacity.CONSUMER, "GB"))
    assert "ou saisir la juridiction" in letter(about("formal-notice", Capacity.CONSUMER))


def test_a_german_consumer_reads_of_the_rate_that_runs() -> None:
    """A formal notice names the contract's rate where there is one, else the law's."""
    legal = about("formal-notice", Capacity.CONSUMER, "DE")
    assert "fait courir les intérêts légaux." in letter(legal)
    assert "fait courir les intérêts au taux du contrat." in letter(at_contract_rate(legal))


def test_a_caller_reads_a_script_short_enough_to_say() -> None:
    """Twelve references are not read out: each invoice's own number is asked for."""
    said = render_script(about("call", Capacity.BUSINESS, invoices=12), TEMPLATES)
    assert "le numéro de chaque facture réglée" in said
    assert said.count("F-2026-0271") == 1
