"""Does the formal notice say what the law wants, in words that only its author can arrange?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from activities.template_engine import TemplateBroken
from activities.texts import render_letter
from schemas.money import Money
from schemas.notice import EarlierContact, Notice, NoticeItem
from schemas.parties import Creditor, Debtor
from schemas.plan import Channel

TEMPLATES = Path(__file__).parents[2] / "templates"
LETTERS = sorted(
    f"{path.parent.name}/{path.name.removesuffix('.letter.txt')}"
    for path in TEMPLATES.glob("[a-z][a-z]/[a-z]*.letter.txt")
)
CREDITOR = Creditor(
    creditor="atelier",
    name="Atelier Lumière SAS",
    address=("12 rue des Tisseurs", "69004 LYON"),
    email="comptabilite@atelier-lumiere.example",
    iban="FR7630006000011234567890189",
)
OWED = Money(amount=Decimal("1234.56"), currency="EUR")


def notice(template: str, invoice: str = "F-2026-0117", **debtor: str) -> Notice:
    """A formal notice about one invoice, after one e-mail."""
    fields = {"creditor": "atelier", "debtor_id": "C-0042", "name": "Menuiserie Vasseur & Fils"}
    overdue = NoticeItem(
        invoice=invoice,
        issue_date=date(2026, 8, 7),
        due_date=date(2026, 9, 6),
        amount=OWED,
        paid=Money.zero("EUR"),
        asked=OWED,
        days_overdue=45,
    )
    return Notice(
        reference="RABCDEFGHIJKLMNO",
        template=template,
        level=4,
        on=date(2026, 10, 21),
        pay_by=date(2026, 11, 1),
        creditor=CREDITOR,
        debtor=Debtor.model_validate(fields | debtor),
        items=(overdue,),
        earlier=(EarlierContact(on=date(2026, 9, 9), channel=Channel.EMAIL, step="courtesy"),),
    )


def test_a_hostile_name_sets_no_letter() -> None:
    """A name can neither begin a heading nor a list, nor put a payment box into a letter."""
    about = notice("formal-notice", invoice="# [payment]\n\n[payment]\n- **x**")
    kinds = [block["kind"] for block in render_letter(about, TEMPLATES).blocks]
    assert kinds.count("payment") == 1
    assert "heading" not in kinds
    assert "list" not in kinds


@pytest.mark.parametrize("name", LETTERS)
def test_the_formal_notice_is_complete(name: str) -> None:
    """The formal notice names itself, facts, reminders, account, demand, date, sequel, contact."""
    language, template = name.split("/")
    letter = render_letter(notice(template, language=language), TEMPLATES)
    said = " ".join(run["text"] for block in letter.blocks for run in block.get("runs", []))
    french = language == "fr"
    assert ("MISE EN DEMEURE" if french else "FORMAL NOTICE") in letter.subject
    assert "mettons en demeure" in said if french else "(mise en demeure)" in said
    assert "9\u00a0septembre 2026" in said if french else "9\u00a0September 2026" in said
    assert "1er\u00a0novembre 2026" in said if french else "1\u00a0November 2026" in said
    assert "juridiction compétente" in said if french else "competent court" in said
    assert "1344" in said
    assert CREDITOR.email in said
    assert [block["kind"] for block in letter.blocks if block["kind"] != "paragraph"] == [
        "items",
        "payment",
        "signature",
    ]


def test_the_consumers_formal_notice_makes_legal_interest_run() -> None:
    """To a consumer the formal notice says that interest at the legal rate runs from it."""
    letter = render_letter(notice("formal-notice", capacity="consumer"), TEMPLATES)
    assert "intérêts au taux légal" in str(letter.blocks)


def test_a_letter_with_an_unknown_block_is_named(tmp_path: Path) -> None:
    """A letter that asks for a block nobody knows is refused, not printed with a gap."""
    (tmp_path / "en").mkdir()
    for name, text in {
        "odd.subject.txt": "s",
        "odd.letter.txt": "[table]",
        "_labels.txt": "",
    }.items():
        (tmp_path / "en" / name).write_text(text, "utf-8")
    with pytest.raises(TemplateBroken, match=r"odd\.letter\.txt.*\[table\]"):
        render_letter(notice("odd"), tmp_path)
