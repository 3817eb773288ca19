"""Does the letter reach its reader, look the same for ever, and can a phone pay from it?"""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from activities.letter_pdf import LetterPress
from activities.template_engine import TemplateBroken, TemplateMissing
from activities.template_samples import sample_debtor, sample_notice
from schemas.money import Money
from schemas.notice import EarlierContact, Letter, Notice, NoticeItem
from schemas.parties import Capacity, Creditor, Debtor, PostalAddress
from schemas.plan import Channel, Charges

TEMPLATES = Path(__file__).parents[2] / "templates"
PRESS = LetterPress(TEMPLATES)
MILLIMETRE = 72 / 25.4
CREDITOR = Creditor(
    creditor="atelier",
    name="Atelier Lumière SAS",
    legal_form="SAS au capital de 50 000 €",
    registration="RCS Lyon 123 456 782",
    address=("12 rue des Tisseurs", "69004 LYON CEDEX 04"),
    email="comptabilite@atelier-lumiere.example",
    phone="+33 4 78 00 00 00",
    contact_name="Camille Roche",
    iban="FR76 3000 6000 0112 3456 7890 189",
    bic="AGRIFRPP",
)


def item(number: str = "F-2026-0117", asked: str = "1234.56", **changes: object) -> NoticeItem:
    """One overdue invoice."""
    currency = str(changes.pop("currency", "EUR"))
    amount = Money(amount=Decimal(asked), currency=currency)
    fields = {
        "invoice": number,
        "issue_date": date(2026, 8, 7),
        "due_date": date(2026, 9, 6),
        "amount": amount,
        "paid": Money.zero(currency),
        "asked": amount,
        "days_overdue": 45,
        "reference": "RF18539007547034",
    }
    return NoticeItem.model_validate(fields | changes)


def notice(
    *items: NoticeItem, name: str = "Menuiserie Vasseur & Fils", language: str = "fr",
    lines: tuple[str, ...] = ("27 avenue de la Gare", "59000 Lille"), country: str = "FR",
) -> Notice:  # fmt: skip
    """A formal notice."""
    return Notice(
        reference="RABCDEFGHIJKLMNO",
        template="formal-notice",
        level=4,
        on=date(2026, 10, 21),
        pay_by=date(2026, 11, 1),
        creditor=CREDITOR,
        debtor=Debtor(
            creditor="atelier",
            debtor_id="C-0042",
            name=name,
            address=PostalAddress(lines=lines, country=country),
            language=language,
        ),
        items=items or (item(),),
        earlier=(EarlierContact(on=date(2026, 9, 9), channel=Channel.EMAIL, step="courtesy"),),
    )


def text_of(letter: Letter) -> str:
    """All words of a letter, lines joined, special spaces made ordinary."""
    document = pypdfium2.PdfDocument(letter.pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return re.sub(r"[\s\u00a0\u202f]+", " ", " ".join(pages).replace("\ufffe", "-"))


def pages_of(letter: Letter) -> list[str]:
    """The words of each page."""
    document = pypdfium2.PdfDocument(letter.pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return pages


def payment_fields(letter: Letter) -> list[str] | None:
    """What a phone reads in the QR code of the first page printed at 200 dpi."""
    document = pypdfium2.PdfDocument(letter.pdf)
    picture = document[0].render(scale=200 / 72).to_pil()
    document.close()
    codes = zxingcpp.read_barcodes(picture)
    return codes[0].text.replace("\r\n", "\n").split("\n") if codes else None


def marks(letter: Letter) -> list[tuple[float, float, float, float]]:
    """Every printed letter of the first page: left, top, right, bottom in mm from the top left."""
    document = pypdfium2.PdfDocument(letter.pdf)
    page = document[0]
    height = page.get_height()
    words = page.get_textpage()
    boxes = [
        words.get_charbox(place)
        for place in range(words.count_chars())
        if words.get_text_range(place, 1).strip()
    ]
    document.close()
    return [
        (left / MILLIMETRE, (height - top) / MILLIMETRE, right / MILLIMETRE,
         (height - bottom) / MILLIMETRE)
        for left, bottom, right, top in boxes
    ]  # fmt: skip


def test_a_letter_says_what_the_law_wants() -> None:
    """The letter names itself, both parties, invoice, dates, amount, account and deadline."""
    letter = PRESS.print(notice())
    said = text_of(letter)
    for words in (
        "MISE EN DEMEURE", "Atelier Lumière SAS", "SAS au capital de 50 000 €",
        "RCS Lyon 123 456 782", "Menuiserie Vasseur & Fils", "59000 LILLE",
        "Lyon, le 21 octobre 2026", "F-2026-0117", "07/08/2026", "06/09/2026", "Jours de retard",
        "1 234,56 €", "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPP", "RF18539007547034",
        "9 septembre 2026", "1er novembre 2026", "Camille Roche", "RABCDEFGHIJKLMNO",
        "Page 1 sur 1",
    ):  # fmt: skip
        assert words in said
    assert letter.pages == 1


def test_an_english_letter() -> None:
    """An English reader gets the demand in English, with English amounts and dates."""
    said = text_of(PRESS.print(notice(language="en")))
    for words in ("FORMAL NOTICE", "€1,234.56", "7 Aug 2026", "1 November 2026", "Page 1 of 1"):
        assert words in said


def test_the_same_notice_gives_the_same_letter() -> None:
    """Printed twice, in other threads, by another press: the same bytes, and their hash."""
    letters = [LetterPress(TEMPLATES).print(notice()), PRESS.print(notice())]
    with ThreadPoolExecutor(2) as threads:
        letters += threads.map(PRESS.print, [notice()] * 4)
    assert len({letter.pdf for letter in letters}) == 1
    assert letters[0].sha256 == sha256(letters[0].pdf).hexdigest()
    assert PRESS.print(notice(item("F-2"))).sha256 != letters[0].sha256


def test_a_letter_can_be_archived() -> None:
    """The letter declares PDF/A-2a and PDF/UA-1, for the archive and for readers who listen.

    What can be held against that here: it is tagged, every font is embedded, every sign has its
    letter. Typst itself refuses to set what it knows to break either standard.
    """
    pdf = PRESS.print(notice()).pdf
    assert re.search(rb"pdfaid:part>2<", pdf)
    assert re.search(rb"pdfaid:conformance>A<", pdf)
    assert re.search(rb"pdfuaid:part>1<", pdf)
    document = pypdfium2.PdfDocument(pdf)
    assert pypdfium2.raw.FPDFCatalog_IsTagged(document.raw)
    for page in document:
        texts = list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]))
        fonts = [pypdfium2.raw.FPDFTextObj_GetFont(text.raw) for text in texts]
        assert fonts
        assert all(pypdfium2.raw.FPDFFont_GetIsEmbedded(font) for font in fonts)
        words = page.get_textpage()
        signs = range(words.count_chars())
        assert not any(pypdfium2.raw.FPDFText_HasUnicodeMapError(words.raw, at) for at in signs)
    document.close()


def test_a_long_statement_takes_more_pages() -> None:
    """Eighty invoices run over several pages; every page is counted, every invoice listed."""
    items = tuple(item(f"F-{number:04}", "10.00") for number in range(80))
    letter = PRESS.print(notice(*items))
    said = text_of(letter)
    assert letter.pages > 1
    assert f"Page {letter.pages} sur {letter.pages}" in said
    assert all(f"F-{number:04}" in said for number in range(80))
    assert "800,00 €" in said


def test_a_phone_can_pay_one_invoice() -> None:
    """The QR code on the printed page names payee, account, amount and structured reference."""
    assert payment_fields(PRESS.print(notice())) == [
        "BCD",
        "002",
        "1",
        "SCT",
        "AGRIFRPP",
        "Atelier Lumière SAS",
        "FR7630006000011234567890189",
        "EUR1234.56",
        "",
        "RF18539007547034",
    ]


def test_a_claim_is_paid_in_one_sum_and_can_be_counted_again() -> None:
    """The code asks for invoice and charges together; the enclosure shows days, base and rate."""
    about = sample_notice(
        "formal-notice",
        sample_debtor("fr", Capacity.BUSINESS),
        charges=Charges.CLAIM,
        invoices=1,
    )
    letter = PRESS.print(about)
    fields = payment_fields(letter)
    assert fields is not None
    # 1,234.56 owed, 20.15 of interest on it and on the 250 that came late, and 40 fixed:
    # 1,484.56 x 15 days and 1,234.56 x 30 days at 12.40 % a year of 365 days.
    assert fields[7] == "EUR1294.71"
    assert fields[9] == "RF18539007547034"
    words = text_of(letter)
    assert "Annexe : décompte arrêté au 21 octobre 2026" in words
    assert "22/09/2026 21/10/2026 30 1 234,56 € 12,40 % BCE 01/07/2026 · 2,40 % 12,58 €" in words
    assert "Total dû 1 294,71 €" in words


def test_a_phone_can_pay_several_invoices() -> None:
    """A transfer for several invoices carries their numbers, as no one reference fits all."""
    fields = payment_fields(PRESS.print(notice(item("F-1", "10.00"), item("F-2", "5.50"))))
    assert fields is not None
    assert fields[7:] == ["EUR15.5", "", "", "F-1 F-2"]


def test_a_reference_that_is_none_travels_as_text() -> None:
    """A reference with wrong check digits is not passed off as a structured one."""
    fields = payment_fields(PRESS.print(notice(item(reference="RF00WRONG"))))
    assert fields is not None
    assert fields[9:] == ["", "F-2026-0117"]


def test_no_code_for_another_currency() -> None:
    """The code exists for euros only: a letter in pounds has none, and is otherwise complete."""
    letter = PRESS.print(notice(item(currency="GBP")))
    assert payment_fields(letter) is None
    assert "1 234,56 £GB" in text_of(letter)


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_no_page_holds_a_signature_alone(language: str) -> None:
    """However many invoices, the last paragraph, its closing and the signature share a page."""
    words = {"fr": "contestez tout", "en": "dispute all", "de": "beanstanden Sie die Forderung"}
    signed = {"fr": "Pour Atelier", "en": "For Atelier", "de": "Mit freundlichen"}
    for count in range(1, 8):
        about = sample_notice(
            *("formal-notice", sample_debtor(language, Capacity.BUSINESS)),
            charges=Charges.CLAIM,
            invoices=count,
        )
        pages = [" ".join(page.split()) for page in pages_of(PRESS.print(about))]
        [page] = [one for one in pages if signed[language] in one]
        assert words[language] in page, count
        assert "Page" in page or "Seite" in page


def test_the_page_has_margins() -> None:
    """Nothing is printed nearer than 8 mm to the paper's edge, where printers cannot print."""
    for left, top, right, bottom in marks(PRESS.print(notice())):
        assert left > 8
        assert top > 8
        assert right < 202
        assert bottom < 289


def test_an_endless_number_stays_on_the_page() -> None:
    """An invoice number without end is broken, and neither covers an amount nor leaves the page."""
    printed = marks(PRESS.print(notice(item("W" * 150))))
    assert max(mark[2] for mark in printed) < 191


def test_missing_and_broken_layouts_are_named(tmp_path: Path) -> None:
    """A layout that is missing, or that somebody broke, is named with the line."""
    for language in ("fr", "en"):
        shutil.copytree(TEMPLATES / language, tmp_path / language)
    with pytest.raises(TemplateMissing, match=r"letter\.typ"):
        LetterPress(tmp_path).print(notice())
    (tmp_path / "letter.typ").write_text("#let a = 1\n#undefined-thing\n", "utf-8")
    with pytest.raises(TemplateBroken, match=r"letter\.typ, line 2: unknown variable"):
        LetterPress(tmp_path).print(notice())
