"""Does the plain half of a mail read as well? Paragraphs apart, each part on its day."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email
from activities.typography import formats
from schemas.money import Money
from schemas.parties import Capacity

TEMPLATES = Path(__file__).parents[2] / "templates"
EMAILS = sorted((path.parent.name, path.stem) for path in TEMPLATES.glob("[a-z][a-z]/[a-z]*.mjml"))


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize(("language", "template"), EMAILS)
def test_paragraphs_of_a_plain_mail_stand_apart(
    language: str, template: str, capacity: Capacity
) -> None:
    """After a sentence comes an empty line, so that no sum is run into the words before it."""
    about = sample_notice(template, sample_debtor(language, capacity))
    text = render_email(about, TEMPLATES).text
    assert not re.findall(r"^(?!- ).*[.?!]\n(?=.)", text, re.MULTILINE)


@pytest.mark.parametrize("language", ["de", "en", "fr"])
def test_instalments_are_not_asked_for_at_once(language: str) -> None:
    """Who pays in parts reads each with its day, and nowhere that all of it is due on one."""
    whole = sample_notice("promise", sample_debtor(language, Capacity.BUSINESS))
    assert whole.promise is not None
    [part] = whole.promise.instalments
    parts = tuple(
        part.model_copy(
            update={
                "amount": Money(amount=Decimal(amount), currency="EUR"),
                "on": date(2026, month, 30),
            }
        )
        for amount, month in (("400.00", 10), ("834.56", 11))
    )
    agreed = whole.promise.model_copy(update={"instalments": parts})
    said = render_email(whole.model_copy(update={"promise": agreed}), TEMPLATES).text
    form = formats(language)
    for one in parts:
        assert form["money"](one.amount) in said
        assert said.count(form["day_long"](one.on)) == 1
    assert said.count(form["money"](agreed.total)) == 1
