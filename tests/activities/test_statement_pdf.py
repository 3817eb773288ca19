"""Does the statement of account add up, on paper, in every language, for one invoice or sixty?"""

from __future__ import annotations

import re
import shutil
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from activities.statement_pdf import StatementPress
from activities.template_check import check_templates
from activities.template_engine import TemplateBroken
from activities.template_samples import sample_debtor, sample_notice
from schemas.account import Movement, MovementKind
from schemas.interest import RateSeries, RateStatus
from schemas.notice import Letter, Notice
from schemas.parties import Capacity
from schemas.plan import Charges
from tests.support.cases import euros

TEMPLATES = Path(__file__).parents[2] / "templates"
PRESS = StatementPress(TEMPLATES)
AMOUNT = r"-?\d{1,3}(?: \d{3})*,\d\d"
DAY = r"\d\d/\d\d/\d{4}"


def owed(
    language: str = "fr", charges: Charges = Charges.NONE, invoices: int = 12, country: str = "FR"
) -> Notice:
    """So many invoices of a business; the third has a credit note, the fourth is in dispute."""
    debtor = sample_debtor(language, Capacity.BUSINESS, country)
    notice = sample_notice("firm", debtor, charges=charges, invoices=invoices)
    items = list(notice.items)
    for place, change in ((2, "credit"), (3, "dispute")):
        if place >= len(items) or (account := items[place].account) is None:
            continue
        left = account.outstanding - euros("100.00")
        changes: dict[str, object] = {"asked": left}
        if change == "credit":
            credit = Movement(
                kind=MovementKind.CREDIT, amount=euros("100.00"), on=date(2026, 9, 30)
            )
            changes["movements"] = (*account.movements, credit)
        else:
            changes["disputed"] = euros("100.00")
        new = account.model_copy(update=changes)
        items[place] = items[place].model_copy(update={"account": new, "asked": left})
    principal = sum((one.asked for one in items[1:]), items[0].asked)
    claim = notice.claim and notice.claim.model_copy(update={"principal": principal})
    return notice.model_copy(update={"items": tuple(items), "claim": claim})


def pages_of(document: Letter) -> list[str]:
    """What is printed on each page, special spaces made ordinary."""
    pdf = pypdfium2.PdfDocument(document.pdf)
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    pdf.close()
    return [re.sub(r"[\s\u00a0\u202f]+", " ", page.replace("\ufffe", "-")) for page in pages]


def number(text: str) -> Decimal:
    """A French amount."""
    return Decimal(text.replace(" ", "").replace(",", "."))


def test_every_column_adds_up_to_what_is_asked() -> None:
    """Invoiced less paid and credited is outstanding; less what is disputed, it is asked for."""
    said = " ".join(pages_of(PRESS.print(owed())))
    rows = re.findall(
        rf"(F-2026-\d{{4}}) (?:Commande \S+ )?{DAY} {DAY} 45 ({AMOUNT}) €"
        rf"(?: ({AMOUNT}) €)?? ({AMOUNT}) €(?: (100,00) €)?(?= F-| Paiement| Avoir| Total)",
        said,
    )
    assert len({row[0] for row in rows}) == 12
    invoiced, settled, left, disputed = (
        [number(row[column]) for row in rows if row[column]] for column in range(1, 5)
    )
    printed = re.search(rf"Total ({AMOUNT}) € ({AMOUNT}) € ({AMOUNT}) € ({AMOUNT}) €", said)
    assert printed is not None
    sums = [sum(invoiced), sum(settled), sum(left), sum(disputed)]
    assert [number(one) for one in printed.groups()] == sums
    assert sum(invoiced) - sum(settled) == sum(left)
    moved = re.findall(rf"(?:Paiement reçu|Avoir) · {DAY} ({AMOUNT}) €", said)
    assert sum(map(number, moved)) == sum(settled)
    total = re.search(rf"Total à régler ({AMOUNT}) €", said)
    assert total is not None
    assert number(total.group(1)) == sum(left) - sum(disputed)
    for figure in ("Pénalités", "Indemnité", "Taux"):
        assert figure not in said


def test_interest_can_be_counted_again_from_the_paper() -> None:
    """Each line's base, rate and days give its interest; they and the fixed sums give the total."""
    said = " ".join(pages_of(PRESS.print(owed(charges=Charges.CLAIM))))
    lines = re.findall(
        rf"{DAY} {DAY} (\d+) ({AMOUNT}) € (\d+,\d\d) % BCE 01/07/2026 · \d,\d\d % ({AMOUNT}) €",
        said,
    )
    assert len(lines) == 13  # one invoice was paid in part, and has two
    exact = Decimal(0)
    for days, base, rate, printed in lines:
        interest = number(base) * number(rate) * int(days) / 36500
        assert interest.quantize(Decimal("0.01"), ROUND_HALF_UP) == number(printed)
        exact += interest
    blocks = re.findall(rf"Dû au titre du retard ({AMOUNT}) €", said)
    assert len(blocks) == 12
    charged = sum(map(number, blocks))
    # Each invoice is rounded once, a payment rounds once more: at most half a cent for each.
    assert abs(charged - 12 * 40 - exact) <= Decimal("0.005") * 13
    parts = dict(
        re.findall(
            rf"(Principal|Pénalités de retard|forfaitaire|Total à régler) ({AMOUNT}) €", said
        )
    )
    assert number(parts["Total à régler"]) == number(parts["Principal"]) + charged
    assert "Intérêts = montant TTC impayé" in said
    reference = re.search(r"BCE 01/07/2026 (\d,\d\d) % \w", said)
    assert reference is not None
    assert {number(line[2]) for line in lines} == {number(reference.group(1)) + 10}


@pytest.mark.parametrize("invoices", [1, 12, 60])
@pytest.mark.parametrize(
    ("language", "title", "page", "head"),
    [
        ("fr", "Relevé de compte au 21 octobre 2026", "Page {} sur {}", "Facture Émise le"),
        ("en", "Statement of account as at 21 October 2026", "Page {} of {}", "Invoice Issued"),
        ("de", "Forderungsaufstellung zum 21. Oktober 2026", "Seite {} von {}", "Rechnung Datum"),
    ],
)
def test_long_accounts_have_their_heads_on_every_page(
    language: str, title: str, page: str, head: str, invoices: int
) -> None:
    """Every page is counted and has the heads of its table; no invoice is lost between two."""
    document = PRESS.print(owed(language, Charges.STATE, invoices))
    pages = pages_of(document)
    assert title in pages[0]
    for place, said in enumerate(pages, start=1):
        assert page.format(place, document.pages) in said
    row = re.compile(r"F-2026-\d{4} (?:\w+ PO-88123 )?0?7(?:/08/|\.08\.| Aug )2026")
    with_invoices = [said for said in pages if row.search(said)]
    assert sum(len(row.findall(said)) for said in with_invoices) == invoices
    assert all(head in said for said in with_invoices)
    assert len(set(re.findall(r"F-2026-\d{4}", " ".join(pages)))) == invoices


def test_a_phone_can_pay_the_account() -> None:
    """The code on the page printed at 200 dpi asks for the total, charges included if claimed."""
    about = owed(charges=Charges.CLAIM, invoices=1)
    document = PRESS.print(about)
    total = re.search(rf"Total à régler ({AMOUNT}) €", " ".join(pages_of(document)))
    assert total is not None
    pdf = pypdfium2.PdfDocument(document.pdf)
    (code,) = zxingcpp.read_barcodes(pdf[0].render(scale=200 / 72).to_pil())
    pdf.close()
    fields = code.text.replace("\r\n", "\n").split("\n")
    assert fields[5:7] == ["Atelier Lumière SAS", "FR7630006000011234567890189"]
    assert Decimal(fields[7].removeprefix("EUR")) == number(total.group(1)) > number("1 274,56")


def test_the_same_account_is_the_same_document() -> None:
    """Printed twice, by another press: the same bytes, for the archive and for those who listen."""
    first, again = PRESS.print(owed()), StatementPress(TEMPLATES).print(owed())
    assert first.pdf == again.pdf
    assert re.search(rb"pdfaid:part>2<", first.pdf)
    assert re.search(rb"pdfaid:conformance>A<", first.pdf)
    assert re.search(rb"pdfuaid:part>1<", first.pdf)


def test_a_rate_that_is_not_published_is_said_to_come() -> None:
    """Where a half-year is missing its days are listed, bear nothing yet, and no day is guessed."""
    about = owed(charges=Charges.STATE, invoices=1)
    (item,) = about.items
    assert item.statement is not None
    assert about.claim is not None
    last = item.statement.segments[-1].model_copy(
        update={"rate": None, "row": None, "source": "rate to be published", "interest": 0}
    )
    stated = item.statement.model_copy(
        update={"segments": (*item.statement.segments[:-1], last), "complete": False}
    )
    claim = {"complete": False, "known_until": date(2026, 9, 21), "daily_increment": None}
    about = about.model_copy(
        update={
            "items": (item.model_copy(update={"statement": stated}),),
            "claim": about.claim.model_copy(update=claim),
        }
    )
    said = " ".join(pages_of(PRESS.print(about)))
    assert "22/09/2026 21/10/2026 30 1 234,56 € – taux à publier –" in said  # noqa: RUF001 - a dash
    assert "n’est pas encore publié" in said  # noqa: RUF001 - as printed
    assert "Chaque jour" not in said


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_every_published_rate_has_a_name(language: str) -> None:
    """Whatever law was applied, its rate is named in the reader's language."""
    words = (TEMPLATES / language / "_labels.txt").read_text("utf-8")
    for series in RateSeries:
        assert f"\nseries_{series.value.lower()} = " in words


def test_a_missing_word_is_found_before_a_debtor_finds_it(tmp_path: Path) -> None:
    """A language that lacks a word of the statement is named by the check, and by the press."""
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder, ignore=shutil.ignore_patterns("[a-z]*-*", "[c-s]*.*"))
    file = folder / "en" / "_labels.txt"
    file.write_text(file.read_text("utf-8").replace("account_file = ", "file = "), "utf-8")
    found = [str(one) for one in check_templates(folder, ())]
    assert "en/_labels.txt:0: missing-language: there is no word for account_file here" in found
    with pytest.raises(TemplateBroken, match="has no word for account_file"):
        StatementPress(folder).file_name(owed("en"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "nach bekannter Regel abgeleitet"),
        ("en", "derived from a known rule"),
        ("fr", "déduit d’une règle connue"),  # noqa: RUF001 - as printed
    ],
)
def test_the_debtor_never_reads_what_the_house_noted_of_a_rate(language: str, words: str) -> None:
    """Its name, first day, value and how sure it is, in their language; no remark of the file."""
    about = owed(language, charges=Charges.STATE, invoices=1)
    (item,) = about.items
    assert item.statement is not None
    rows = tuple(
        one.model_copy(update={"source": "as the press reported", "status": RateStatus.DERIVED})
        for one in item.statement.rates
    )
    stated = item.statement.model_copy(update={"rates": rows})
    about = about.model_copy(update={"items": (item.model_copy(update={"statement": stated}),)})
    said = " ".join(" ".join(pages_of(PRESS.print(about, language=language))).split())
    assert words in said
    assert "press" not in said
