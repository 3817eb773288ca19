"""Does the debtor read the right words, amounts and dates, and can nobody else write them?"""

from __future__ import annotations

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from activities.template_engine import TemplateBroken, TemplateMissing
from activities.template_samples import sample_notice
from activities.texts import (
    TooManyItems,
    render_email,
    render_letter,
    render_script,
)
from activities.typography import formats, typographic
from schemas.money import Money
from schemas.notice import EarlierContact, Notice, NoticeItem
from schemas.parties import Capacity, Creditor, Debtor, PostalAddress
from schemas.plan import Channel

TEMPLATES = Path(__file__).parents[2] / "templates"
LANGUAGES = sorted(folder.name for folder in TEMPLATES.glob("[a-z][a-z]"))
EMAILS = sorted(
    f"{path.parent.name}/{path.stem}" for path in TEMPLATES.glob("[a-z][a-z]/[a-z]*.mjml")
)
EVENTS = {"promise", "dispute", "settlement"}
DEMANDS = [name for name in EMAILS if name.split("/")[1] not in EVENTS]
SCRIPTS = sorted(
    f"{path.parent.name}/{path.name.removesuffix('.script.txt')}"
    for path in TEMPLATES.glob("[a-z][a-z]/[a-z]*.script.txt")
)
LETTERS = sorted(
    f"{path.parent.name}/{path.name.removesuffix('.letter.txt')}"
    for path in TEMPLATES.glob("[a-z][a-z]/[a-z]*.letter.txt")
    if path.name.count(".") == 2
)
INDEMNITY = re.compile(r"\b40\s*€|€\s*40\b|L\.\s?441|D\.\s?441|2192|indemn", re.IGNORECASE)
CREDITOR = Creditor(
    creditor="atelier",
    name="Atelier Lumière SAS",
    legal_form="SAS au capital de 50 000 €",
    registration="RCS Lyon 123 456 782",
    address=("12 rue des Tisseurs", "69004 LYON"),
    email="comptabilite@atelier-lumiere.example",
    contact_name="Camille Roche",
    iban="FR7630006000011234567890189",
    bic="AGRIFRPP",
)


def euros(amount: str) -> Money:
    """An amount in euros."""
    return Money(amount=Decimal(amount), currency="EUR")


def debtor(**changes: object) -> Debtor:
    """A fictitious debtor."""
    fields = {
        "creditor": "atelier",
        "debtor_id": "C-0042",
        "name": "Menuiserie Vasseur & Fils",
        "email": "compta@vasseur.example",
        "address": PostalAddress(lines=("27 avenue de la Gare", "59000 Lille")),
    }
    return Debtor.model_validate(fields | changes)


def item(number: str = "F-2026-0117", asked: str = "1234.56", **changes: object) -> NoticeItem:
    """One overdue invoice."""
    fields = {
        "invoice": number,
        "issue_date": date(2026, 8, 7),
        "due_date": date(2026, 9, 6),
        "amount": euros(asked),
        "paid": euros("0"),
        "asked": euros(asked),
        "days_overdue": 45,
        "reference": "RF18539007547034",
    }
    return NoticeItem.model_validate(fields | changes)


def notice(template: str, owes: Debtor | None = None, **changes: object) -> Notice:
    """A message with two invoices, to be paid by the first of November."""
    fields = {
        "reference": "RABCDEFGHIJKLMNO",
        "template": template,
        "level": 1,
        "on": date(2026, 10, 21),
        "pay_by": date(2026, 11, 1),
        "creditor": CREDITOR,
        "debtor": owes or debtor(),
        "items": (item(), item("F-2026-0131", "1480.00")),
        "earlier": (EarlierContact(on=date(2026, 9, 9), channel=Channel.EMAIL, step="courtesy"),),
    }
    return Notice.model_validate(fields | changes)


def words(name: str, capacity: Capacity) -> str:
    """Everything that the text ``language/name`` says to a debtor of that capacity."""
    language, template = name.split("/")
    about = notice(template, debtor(language=language, capacity=capacity))
    if template in EVENTS:
        about = sample_notice(template, debtor(language=language, capacity=capacity))
    if name in EMAILS:
        email = render_email(about, TEMPLATES)
        return f"{email.subject}\n{email.text}\n{email.html}"
    if name in SCRIPTS:
        return render_script(about, TEMPLATES)
    letter = render_letter(about, TEMPLATES)
    return "\n".join((letter.subject, str(letter.blocks)))


def test_the_default_plan_has_its_texts_in_every_language() -> None:
    """Every step of the default plan that reaches a debtor has a text in each language."""
    assert LANGUAGES == ["de", "en", "fr"]
    for language in LANGUAGES:
        assert {f"{language}/{name}" for name in ("courtesy", "firm", "reminder")} <= set(EMAILS)
        assert f"{language}/call" in SCRIPTS
        assert f"{language}/formal-notice" in LETTERS


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("name", DEMANDS + SCRIPTS + LETTERS)
def test_every_text_says_what_is_owed(name: str, capacity: Capacity) -> None:
    """Every text, in every language, to every kind of debtor, names invoices, total and no gaps."""
    said = words(name, capacity)
    total = {"de": "2.714,56\u00a0€", "en": "€2,714.56", "fr": "2\u202f714,56\u00a0€"}[name[:2]]
    assert total in said
    assert "F-2026-0117" in said
    assert "F-2026-0131" in said
    assert "{{" not in said
    assert "None" not in said


@pytest.mark.parametrize("name", EMAILS + SCRIPTS + LETTERS)
def test_a_consumer_never_reads_of_the_indemnity(name: str) -> None:
    """A consumer is never told of the EUR 40 or of the articles that only bind businesses."""
    assert not INDEMNITY.search(words(name, Capacity.CONSUMER))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("capacity", "article"), [(Capacity.BUSINESS, "441-10"), (Capacity.PUBLIC, "2192-13")]
)
def test_a_french_business_reads_of_the_law(
    language: str, capacity: Capacity, article: str
) -> None:
    """The firm reminder states the law that binds a French business, or a public buyer."""
    said = render_email(notice("firm", debtor(language=language, capacity=capacity)), TEMPLATES)
    assert article in said.text
    assert article in said.html


def test_french_law_is_not_told_abroad() -> None:
    """A debtor outside France is not told of French articles by a reminder."""
    abroad = debtor(language="en", address=PostalAddress(lines=("1 High St",), country="GB"))
    assert not INDEMNITY.search(render_email(notice("firm", abroad), TEMPLATES).text)


def test_french_amounts_and_dates() -> None:
    """A French reader sees 1 234,56 €, 03/09/2026 and 1er novembre 2026."""
    fr = formats("fr")
    assert fr["money"](euros("1234.56")) == "1\u202f234,56\u00a0€"
    assert fr["day"](date(2026, 9, 3)) == "03/09/2026"
    assert fr["day_long"](date(2026, 11, 1)) == "1er novembre 2026"
    assert fr["day_long"](date(2026, 11, 21)) == "21 novembre 2026"
    assert fr["percent"](Decimal("0.1075")) == "10,75\u202f%"


def test_english_amounts_and_dates() -> None:
    """An English reader sees €1,234.56 and a month by its name, so that no date is ambiguous."""
    en = formats("en")
    assert en["money"](euros("1234.56")) == "€1,234.56"
    assert en["day"](date(2026, 10, 3)) == "3 Oct 2026"
    assert en["day_long"](date(2026, 11, 1)) == "1 November 2026"
    assert en["percent"](Decimal("0.1075")) == "10.75%"
    assert en["listed"](["a", "b", "c"]) == "a, b and c"


def test_a_subject_names_invoice_and_amount() -> None:
    """The subject of a reminder about one invoice says which and how much."""
    subject = render_email(notice("courtesy", items=(item(),)), TEMPLATES).subject
    assert subject == "Rappel\u00a0: facture F-2026-0117 \u2013 1\u202f234,56\u00a0€"


def test_many_invoices_make_a_short_subject() -> None:
    """Five invoices are counted in the subject, and listed in the text."""
    five = tuple(item(f"F-{number}", "100.00") for number in range(1, 6))
    email = render_email(notice("courtesy", debtor(language="en"), items=five), TEMPLATES)
    assert email.subject == "Reminder: invoices F-1, F-2 and 3 others \u2013 €500.00"
    assert all(f"F-{number} of" in email.text for number in range(1, 6))


def test_a_part_payment_is_acknowledged() -> None:
    """Whoever has paid a part reads what remains, and of how much."""
    part = item(asked="480.00", amount=euros("2480.00"), paid=euros("2000.00"))
    said = render_email(notice("reminder", items=(part,)), TEMPLATES)
    assert "480,00\u00a0€ (sur 2\u202f480,00\u00a0€)" in said.text
    assert "sur 2\u202f480,00\u00a0€" in said.html


def test_french_double_signs_stay_with_their_word() -> None:
    """French double signs, articles of law and euros are never torn off at a line's end."""
    assert typographic("Quand ? « Ici » : oui ; 40 €, art. L. 441-10", "fr") == (
        "Quand\u202f? «\u00a0Ici\u00a0»\u00a0: oui\u202f; 40\u00a0€, art. L.\u00a0441-10"
    )
    assert typographic("Really ?", "en") == "Really ?"


def test_mail_styles_keep_their_spaces() -> None:
    """French spacing is for words: a style sheet with no-break spaces would be ignored."""
    html = render_email(notice("firm"), TEMPLATES).html
    styles = "".join(re.findall(r"<style.*?</style>", html, re.DOTALL))
    assert "color-scheme: light dark" in styles
    assert "\u00a0" not in styles
    assert "\u202f" not in styles


@pytest.mark.parametrize("name", EMAILS)
def test_mails_load_nothing(name: str) -> None:
    """No picture, font or pixel is loaded from anywhere when the debtor opens the mail."""
    language, template = name.split("/")
    about = sample_notice(template, debtor(language=language))
    html = render_email(about, TEMPLATES).html
    assert not re.search(r"<img|<link|<script|src=|url\(|@import|href=", html)
    assert f'<html lang="{language}"' in html


@pytest.mark.parametrize("name", DEMANDS)
def test_hostile_names_stay_names(name: str) -> None:
    """Nothing in a debtor's or invoice's name becomes code, markup, a style or a new line."""
    language, template = name.split("/")
    evil = "{{ 7 * 7 }}<script>alert(1)</script>\"'</td><b>\r\nBcc: all@evil.example\u202e"
    about = notice(
        template,
        debtor(name=evil, language=language),
        items=(item(evil, purchase_order=evil), item(evil)),
    )
    email = render_email(about, TEMPLATES)
    assert "\n" not in email.subject
    assert "\u202e" not in email.text
    assert "\nBcc" not in email.text
    assert "{{ 7 * 7 }}" in email.text
    assert "<script" not in email.html
    assert "</td><b>" not in email.html
    assert "&lt;script&gt;" in email.html


def test_no_text_threatens_reminder_fees() -> None:
    """Costs of amicable collection stay with the creditor: no text claims any."""
    for name in EMAILS + LETTERS:
        said = words(name, Capacity.BUSINESS)
        assert not re.search(r"frais de (relance|dossier)|reminder fee|late fee", said)


def test_the_language_that_a_debtor_gets() -> None:
    """The debtor's own language, else the country's, else the creditor's; amounts go with it."""
    own = render_email(notice("courtesy", debtor(language="de")), TEMPLATES)
    assert own.subject.endswith("2.714,56\u00a0€")
    vienna = PostalAddress(lines=("Ring 1", "1010 Wien"), country="AT")
    country = render_email(notice("courtesy", debtor(language="hu", address=vienna)), TEMPLATES)
    assert country.language == "de"
    ghent = PostalAddress(lines=("Veldstraat 1", "9000 Gent"), country="BE")
    creditors = render_email(notice("courtesy", debtor(language="nl", address=ghent)), TEMPLATES)
    assert creditors.language == "fr"


def test_a_new_language_is_a_folder_away(tmp_path: Path) -> None:
    """Whoever puts a folder beside the others writes to debtors in its language."""
    shutil.copytree(TEMPLATES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.ttf"))
    (tmp_path / "en").rename(tmp_path / "es")
    for path in (tmp_path / "es").iterdir():
        path.write_text(path.read_text("utf-8").replace('"en/', '"es/'), "utf-8")
    email = render_email(notice("courtesy", debtor(language="es")), tmp_path)
    assert email.language == "es"
    assert email.subject.endswith("2.714,56\u00a0€")


def test_a_text_for_one_capacity_goes_before_the_common_one(tmp_path: Path) -> None:
    """A consumer reads the text written for consumers, anybody else the common one."""
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "call.script.txt").write_text("for all", "utf-8")
    (folder / "call.consumer.script.txt").write_text("for consumers", "utf-8")
    for capacity, said in ((Capacity.CONSUMER, "for consumers\n"), (Capacity.PUBLIC, "for all\n")):
        about = notice("call", debtor(language="en", capacity=capacity))
        assert render_script(about, tmp_path) == said


def test_a_missing_text_is_named() -> None:
    """A plan that asks for a text that nobody wrote learns which file is missing."""
    with pytest.raises(TemplateMissing, match=r"templates/fr/friendly\.subject\.txt"):
        render_email(notice("friendly"), TEMPLATES)
    with pytest.raises(TemplateMissing, match=r"courtesy\.letter\.txt"):
        render_letter(notice("courtesy"), TEMPLATES)
    with pytest.raises(TemplateMissing):
        render_email(notice("../en/courtesy"), TEMPLATES)


def test_a_half_written_text_is_named(tmp_path: Path) -> None:
    """A language that has the subject but not the mail is not silently passed over."""
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "courtesy.subject.txt").write_text("x", "utf-8")
    with pytest.raises(TemplateMissing, match=r"fr/courtesy\.txt"):
        render_email(notice("courtesy"), tmp_path)


def test_broken_mjml_is_named(tmp_path: Path) -> None:
    """A mail that is no MJML is refused with the file's name."""
    (tmp_path / "en").mkdir()
    for ending, text in {"subject.txt": "s", "txt": "t", "mjml": "<mjml><mj-bo"}.items():
        (tmp_path / "en" / f"broken.{ending}").write_text(text, "utf-8")
    with pytest.raises(TemplateBroken, match=r"en/broken\.mjml.*MJML"):
        render_email(notice("broken"), tmp_path)


def test_a_long_statement_fits_into_the_budget() -> None:
    """Five hundred invoices are listed; five hundred and one are too many for one message."""
    many = tuple(item(f"F-{number}", "1.00") for number in range(500))
    assert "F-499" in render_email(notice("firm", items=many), TEMPLATES).html
    with pytest.raises(TooManyItems, match="501"):
        render_email(notice("firm", items=(*many, item())), TEMPLATES)


def test_an_unknown_language_formats_as_english() -> None:
    """A language that the locale data does not know is written as in English."""
    assert formats("qq")["money"](euros("1234.56")) == "€1,234.56"
