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
from domain.legal_mentions import forbidden_mentions
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


PIXEL = "https://evil.example/pixel.gif"
FORBIDDEN = "forbidden-mention"
NO_FILE = "missing-file"
NO_NAME = "unknown-variable"
REMOTE = "remote-resource"
NEVER, END = "{% if notice.level == 999 %}", "{% endif %}"


@pytest.mark.parametrize(
    ("file", "words", "other", "rule"),
    [
        ("en/courtesy.txt", "day_long(pay_by)", "day_long(pay_till)", "unknown-variable"),
        ("en/_footer.txt", "creditor.name", "creditor.nome", "unknown-variable"),
        ("en/_items.txt", "item.invoice", "item.number", "unknown-variable"),
        ("en/formal-notice.letter.txt", "L. 441-10 and ", "", "missing-mention"),
        ("en/_grounds.txt", "Act 1998", "Act", "missing-mention"),
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


SUM_IN_WORDS = ("quarante euros", "quarante\u00a0euros", "forty euros", "vierzig Euro", "40 EUR")


@pytest.mark.parametrize("words", SUM_IN_WORDS)
def test_no_consumer_reads_the_fixed_sum_in_words(words: str) -> None:
    """The fixed sum is found in letters, too, and only where a consumer would read it."""
    place = ("firm", "FR", Capacity.CONSUMER, "fr")
    assert len(forbidden_mentions(f"Nous réclamons {words}.", *place)) == 1
    place = ("firm", "FR", Capacity.BUSINESS, "fr")
    assert not forbidden_mentions(f"Nous réclamons {words}.", *place)


THREATS = (
    "À défaut nous saisirons le tribunal.",
    "Le dossier sera remis à un commissaire de justice.",
    "We would take legal action.",
    "Our solicitors would write to you.",
    "Sonst gäben wir die Sache an ein Inkassobüro.",
)


@pytest.mark.parametrize("threat", THREATS)
def test_who_has_paid_is_threatened_with_nothing(threat: str) -> None:
    """A receipt that speaks of a court, a bailiff or an agency is found; a formal notice may."""
    place = ("FR", Capacity.BUSINESS, "fr")
    assert forbidden_mentions(threat, "settlement", *place)
    assert not forbidden_mentions(threat, "formal-notice", *place)


def test_a_link_out_of_the_folder_is_named(folder: Path) -> None:
    """A text that is a link to a file of the system is named by the check."""
    (folder / "en" / "_pw.txt").symlink_to("/etc/passwd")
    assert ("en/_pw.txt", "link") in found(folder)


def test_every_country_whose_interest_is_known_is_tried(folder: Path) -> None:
    """A mistake that only a debtor in one country would read is found for each of them."""
    for path in (folder / "en").glob("[bf]*"):
        path.unlink()
    words = "{% if country != 'FR' %}A reminder fee is due. {% endif %}Hello"
    spoil(folder, "en/courtesy.txt", "Hello", words)
    named = " ".join(str(one) for one in check_templates(folder, ()))
    for country in ("BE", "CH", "DE", "ES", "GB", "IT", "NL"):
        assert f"debtor in {country}: has a fee" in named, country


@pytest.mark.parametrize(
    ("file", "words", "other", "rule"),
    [
        ("en/courtesy.txt", "Hello", "An administration fee of €12 is due. Hello", FORBIDDEN),
        ("en/courtesy.txt", "Hello", "Collection costs are added. Hello", FORBIDDEN),
        (
            "en/courtesy.txt",
            "Hello",
            "{% if false %}{% include 'en/no.txt' %}{% endif %}",
            NO_FILE,
        ),
        ("en/courtesy.txt", "Hello", "{% include 'en/' if total else 'x' %}", NO_FILE),
        ("en/courtesy.mjml", "en/_layout.mjml", "en/_frame.mjml", NO_FILE),
        (
            "en/courtesy.txt",
            "Hello",
            f"{NEVER}{{% set x = claim %}}{{{{ x.nope }}}}{END}",
            NO_NAME,
        ),
        ("en/courtesy.txt", "Hello", f"{NEVER}{{{{ claim['nope'] }}}}{END}", NO_NAME),
        ("en/courtesy.txt", "Hello", f"{NEVER}{{{{ (claim or promise).on }}}}{END}", NO_NAME),
        ("en/courtesy.txt", "Hello", f"{NEVER}{{{{ debtor.name.upper() }}}}{END}", NO_NAME),
        ("en/courtesy.txt", "Hello", f"{NEVER}{{{{ debtor.name|safe }}}}{END}", NO_NAME),
        (
            *("en/_layout.mjml", "{{ creditor.name }}"),
            *("{% autoescape false %}{{ debtor.name }}{% endautoescape %}", "syntax"),
        ),
        ("layout.mjml", "<mj-column>", f"<mj-column><mj-image src='{PIXEL}' />", REMOTE),
        ("layout.mjml", ":root {", f".a {{ background: url({PIXEL}) }} :root {{", REMOTE),
        ("layout.mjml", ":root {", f"@import '{PIXEL}'; :root {{", REMOTE),
        (
            "layout.mjml",
            "<mj-attributes>",
            f"<mj-font name='Helvetica' href='{PIXEL}' /><mj-attributes>",
            REMOTE,
        ),
        ("en/courtesy.mjml", "<mj-text>", f"<mj-text><img src='{PIXEL}'>", REMOTE),
    ],
)
def test_what_is_never_reached_is_found(
    folder: Path, file: str, words: str, other: str, rule: str
) -> None:
    """Fees, names and files on branches that no sample takes, and whatever a mail would load."""
    for path in (folder / "en").glob("[bf]*"):
        path.unlink()
    spoil(folder, file, words, other)
    named = found(folder)
    assert rule in {name for _, name in named}
    if rule != FORBIDDEN:
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
