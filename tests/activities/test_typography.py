"""Does a line's end tear apart what is read as one? Dates, numbers, amounts, articles of law."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from activities.template_check import languages_of, texts_of
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email
from activities.typography import typographic, typographic_markup
from schemas.parties import Capacity

TEMPLATES = Path(__file__).parents[2] / "templates"
MAILS = [
    (language, name)
    for language in languages_of(TEMPLATES)
    for name, kind in texts_of(TEMPLATES, language)
    if kind == "e-mail"
]


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ("F-2026-0117.", '<span style="white-space:nowrap">F-2026-0117.</span>'),
        ("(PO-88123)", '<span style="white-space:nowrap">(PO-88123)</span>'),
        (
            "releve-de-compte-2026-10-21.pdf",
            '<span style="display:inline-block">releve-de-compte-2026-10-21.pdf</span>',
        ),
        ("ci-dessous", '<span style="white-space:nowrap">ci-dessous</span>'),
        ("gardez-les-nous-donc", "gardez-les-nous-donc"),
        ("compta-2@atelier.example", "compta-2@atelier.example"),
        ("9-" * 30 + "9", "9-" * 30 + "9"),
        ('<a href="/F-2026-0117">ici</a>', '<a href="/F-2026-0117">ici</a>'),
    ],
)
def test_a_number_with_a_hyphen_is_kept_in_one_piece(words: str, held: str) -> None:
    """An invoice's number stays whole with its comma; long words and links are let be."""
    assert typographic_markup(f"<p>{words}</p>", "en") == f"<p>{held}</p>"


def test_the_first_words_in_a_list_of_mails_have_no_markup() -> None:
    """What a mail program shows beside the subject is words alone."""
    shown = typographic_markup("<mj-preview>F-2026-0117 : 40 €</mj-preview>", "fr")
    assert shown == "<mj-preview>F-2026-0117\u00a0: 40\u00a0€</mj-preview>"


@pytest.mark.parametrize(
    ("language", "date"),
    [("de", "1. November 2026"), ("en", "1 November 2026"), ("fr", "1er novembre 2026")],
)
def test_a_mail_keeps_a_date_on_its_line(language: str, date: str) -> None:
    """No line of a mail ends within a date."""
    notice = sample_notice("firm", sample_debtor(language, Capacity.BUSINESS))
    shown = re.sub("<title.*?</title>", "", render_email(notice, TEMPLATES).html)
    assert date.replace(" ", "\u00a0") in shown
    assert date not in shown


def test_french_thousands_stay_together() -> None:
    """A capital of 50 000 € and a company's number are one; a telephone number and an IBAN not."""
    kept = typographic("50 000 € · RCS Lyon 123 456 782", "fr")
    assert kept == "50\u00a0000\u00a0€ · RCS Lyon 123\u00a0456\u00a0782"
    for other in ("+33 4 78 00 00 00", "FR76 3000 6000 0112 3456 7890 189"):
        assert typographic(other, "fr") == other


@pytest.mark.parametrize(("language", "name"), MAILS)
def test_paragraphs_are_parted_by_an_empty_line(language: str, name: str) -> None:
    """In the plain text of a mail no sentence runs into the list or the paragraph after it."""
    text = render_email(
        sample_notice(name, sample_debtor(language, Capacity.BUSINESS)), TEMPLATES
    ).text.partition("\n--\n")[0]
    lines = text.split("\n")
    for line, following in pairwise(lines):
        if line.endswith((".", "?", "!")) and not line.startswith("- "):
            assert following == "", (line, following)
