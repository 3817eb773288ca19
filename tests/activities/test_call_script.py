"""Does the caller see a number that can be dialled, or that there is none?"""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_script
from schemas.parties import Capacity

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("03 20 00 00 00", "+33320000000 (03 20 00 00 00)"),
        ("+44 20 7946 0018", "+442079460018 (020 7946 0018)"),
        ("+999999999999999", "no usable number: correct it"),
        ("", "number to be found"),
    ],
)
def test_a_caller_sees_what_is_dialled(phone: str, shown: str) -> None:
    """The script shows the number as it is dialled and as it is read, or that there is none."""
    debtor = sample_debtor("en", Capacity.BUSINESS).model_copy(update={"phone": phone})
    first = render_script(sample_notice("call", debtor), TEMPLATES).splitlines()[0]
    assert first.endswith(f" {shown}")
    assert "999" not in first


@pytest.mark.parametrize(
    ("language", "alone", "suppliers"),
    [
        ("en", "Ask for Monsieur Luc Perrin, and", "supplier payments"),
        ("fr", "assuré de parler à Monsieur Luc Perrin", "règlements fournisseurs"),
    ],
)
def test_a_private_person_is_asked_for_by_name(language: str, alone: str, suppliers: str) -> None:
    """Who calls a consumer asks for them alone; a company has somebody who pays suppliers."""
    said = {
        capacity: render_script(sample_notice("call", sample_debtor(language, capacity)), TEMPLATES)
        for capacity in Capacity
    }
    assert alone in said[Capacity.CONSUMER]
    assert suppliers not in said[Capacity.CONSUMER]
    assert suppliers in said[Capacity.BUSINESS]
    assert (suppliers if language == "en" else "mandatement") in said[Capacity.PUBLIC]
