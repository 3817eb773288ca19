"""Does a message count what the debtor received before, and what nobody asks for any more?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email
from schemas.money import Money
from schemas.parties import Capacity

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize(
    ("template", "language", "received", "title"),
    [
        ("reminder", "fr", 0, "Rappel : "),
        ("reminder", "fr", 1, "Deuxième rappel : "),
        ("reminder", "fr", 2, "Nouveau rappel : "),
        ("reminder", "en", 0, "Reminder: "),
        ("reminder", "en", 1, "Second reminder: "),
        ("reminder", "de", 0, "Mahnung: "),
        ("reminder", "de", 1, "1. Mahnung: "),
        ("firm", "de", 0, "Mahnung: "),
        ("firm", "de", 2, "2. Mahnung: "),
    ],
)
def test_a_message_counts_what_the_debtor_received(
    template: str, language: str, received: int, title: str
) -> None:
    """The first message that a debtor gets is no second reminder, whatever its step is called."""
    debtor = sample_debtor(language, Capacity.BUSINESS)
    about = sample_notice(template, debtor)
    about = about.model_copy(update={"earlier": about.earlier[:1] * received})
    email = render_email(about, TEMPLATES)
    assert email.subject.replace("\u00a0", " ").startswith(title)
    if not received:
        assert "toujours pas reçu" not in email.text
        assert "still not received" not in email.text


@pytest.mark.parametrize(
    ("language", "words", "rest"),
    [("fr", "renonçons", "0,06"), ("en", "have waived", "€0.06"), ("de", "verzichten", "0,06")],
)
def test_a_remainder_that_is_waived_is_told(language: str, words: str, rest: str) -> None:
    """Whoever paid all but a few cents reads that nobody asks for these any more."""
    full = sample_notice("settlement", sample_debtor(language, Capacity.BUSINESS))
    [item] = full.items
    paid = item.paid - Money(amount=Decimal("0.06"), currency="EUR")
    short = full.model_copy(update={"items": (item.model_copy(update={"paid": paid}),)})
    text = render_email(short, TEMPLATES).text
    assert words in text
    assert rest in text
    assert words not in render_email(full, TEMPLATES).text
