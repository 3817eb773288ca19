"""Does the check find what must not leave, and nothing else?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.library import read_plans
from activities.template_check import check_templates, texts_of
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email, render_letter, render_script
from schemas.parties import Capacity
from schemas.plan import Channel, Charges, DunningPlan, DunningStep

TEMPLATES = Path(__file__).parents[2] / "templates"
PLANS = Path(__file__).parents[2] / "plans"
Break = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The English texts alone, of which a test spoils one."""
    shutil.copytree(TEMPLATES / "en", tmp_path / "en")
    shutil.copy(TEMPLATES / "layout.mjml", tmp_path)
    for path in (tmp_path / "en").iterdir():
        kept = ("_", "courtesy", "formal-notice", "before-due")
        if not path.name.startswith(kept):
            path.unlink()
    return tmp_path


def spoil(folder: Path, name: str, words: str, other: str) -> None:
    """Put other words into a text."""
    path = folder / name
    text = path.read_text("utf-8")
    assert words in text
    path.write_text(text.replace(words, other), "utf-8")


def found(folder: Path, *plans: DunningPlan) -> set[tuple[str, str]]:
    """The files and rules of all findings."""
    return {(one.file, one.rule) for one in check_templates(folder, plans)}


def test_the_shipped_texts_are_fit_to_leave() -> None:
    """Every shipped text passes, for every capacity and country, with the shipped plans."""
    assert check_templates(TEMPLATES, list(read_plans(PLANS).values())) == []


@pytest.mark.parametrize(
    ("file", "words", "other", "rule"),
    [
        ("en/courtesy.txt", "day_long(pay_by)", "day_long(pay_till)", "unknown-variable"),
        ("en/_footer.txt", "creditor.name", "creditor.nome", "unknown-variable"),
        ("en/_items.txt", "item.invoice", "item.number", "unknown-variable"),
        ("en/formal-notice.letter.txt", "L. 441-10 and ", "", "missing-mention"),
        ("en/formal-notice.letter.txt", "Act 1998", "Act", "missing-mention"),
        ("en/formal-notice.consumer.letter.txt", "1344-1", "1344", "missing-mention"),
        ("en/formal-notice.letter.txt", "give you formal notice", "ask you", "missing-mention"),
        ("en/formal-notice.consumer.letter.txt", "Failing", "€40. Failing", "forbidden-mention"),
        ("en/courtesy.txt", "Hello", "A reminder fee is due. Hello", "forbidden-mention"),
        ("en/before-due.txt", "Hello", "You are late", "forbidden-mention"),
        ("en/_payment.txt", "{{ money(total) }}", "1.23", "text-and-html"),
        ("en/courtesy.subject.txt", "{{ money(total) }}", "money", "incomplete"),
        ("en/courtesy.mjml", "{% block after", "{% macro x() %}{% block after", "syntax"),
        ("en/courtesy.txt", "Hello", "{{ 'a' * 10 }}", "broken"),
        ("en/_payment.txt", "{{ iban }}", "", "incomplete"),
    ],
)
def test_a_spoilt_text_is_named(folder: Path, file: str, words: str, other: str, rule: str) -> None:
    """A wrong name, a forgotten article, a sum no consumer owes: the file and the rule are said."""
    spoil(folder, file, words, other)
    named = found(folder)
    assert rule in {name for _, name in named}
    if rule in {"unknown-variable", "syntax"}:
        assert (file, rule) in named


PLACES = ("AT", "BE", "CH", "IE", "LU", "US")
"""Of France, Germany and Britain the check itself knows."""

LAWS = (
    r"441-10|441-5|2192|\b1103\b|1231-6|1344|Chorus|mandatement|ordonnateur|Code de"
    r"|BGB|§|Basiszins|base rate|Mahnverfahren|Act 1998|Pre-Action|letter before claim"
)


def _said(language: str, name: str, kind: str, country: str, capacity: Capacity) -> str:
    charges = Charges.STATE if name in {"firm", "formal-notice", "hand-over-notice"} else None
    debtor = sample_debtor(language, capacity, country)
    about = sample_notice(name, debtor, charges=charges or Charges.NONE)
    if kind == "script":
        return render_script(about, TEMPLATES)
    if kind == "e-mail":
        mail = render_email(about, TEMPLATES)
        return f"{mail.subject}\n{mail.text}"
    letter = render_letter(about, TEMPLATES)
    return f"{letter.subject}\n{letter.blocks}"


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_nobody_reads_another_countrys_law(language: str) -> None:
    """A debtor in Vienna, Brussels or Dublin reads of no article of Paris, Berlin or London."""
    for name, kind in texts_of(TEMPLATES, language):
        for country in PLACES:
            for capacity in Capacity:
                said = _said(language, name, kind, country, capacity)
                laws = re.findall(LAWS, said)
                assert not laws, (name, kind, country, capacity, laws)


def test_a_foreign_article_is_found(folder: Path) -> None:
    """A text that tells everybody of a French article is named, because of those abroad."""
    spoil(folder, "en/courtesy.txt", "Hello,", "Hello, see article 1344.")
    assert ("en/courtesy.txt", "forbidden-mention") in found(folder)


def test_a_text_that_one_language_lacks_is_named(folder: Path) -> None:
    """A language that has no courtesy reminder is named, and so is half a text."""
    (folder / "fr").mkdir()
    shutil.copy(TEMPLATES / "fr" / "courtesy.txt", folder / "fr")
    missing = {file for file, rule in found(folder) if rule == "missing-language"}
    assert {"fr/courtesy.mjml", "fr/before-due.txt", "fr/formal-notice.letter.txt"} <= missing
    assert "fr/courtesy.txt" not in missing


def test_a_step_without_its_text_is_named(folder: Path) -> None:
    """A plan whose step has no text, or has charges claimed that its text never tells."""
    plan = DunningPlan(
        plan="test",
        steps=(
            DunningStep(name="courtesy", day=3, channel=Channel.EMAIL, charges=Charges.CLAIM),
            DunningStep(name="friendly", day=9, channel=Channel.EMAIL),
        ),
    )
    named = found(folder, plan)
    assert ("en/courtesy.txt", "charges-untold") in named
    assert ("en/friendly.mjml", "missing-text") in named
