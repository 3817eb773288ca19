"""Does the formal notice say what the law wants, in words that only its author can arrange?"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from activities.letter_pdf import address_block
from activities.template_engine import TemplateBroken
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_letter
from activities.typography import formats
from schemas.money import Money
from schemas.notice import EarlierContact, Notice, NoticeItem
from schemas.parties import Capacity, Creditor, Debtor, PostalAddress
from schemas.plan import Channel, Charges

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


@pytest.mark.parametrize("capacity", ["business", "consumer", "public"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Livraisons ou prestations : F-2026-0117 le 30\u00a0juillet 2026."),
        ("en", "Delivery or performance: F-2026-0117 on 30\u00a0July 2026."),
        ("de", "Lieferung oder Leistung: F-2026-0117 am 30.\u00a0Juli 2026."),
    ],
)
def test_a_formal_notice_names_the_day_of_delivery_where_it_is_known(
    language: str, words: str, capacity: str
) -> None:
    """The facts of the claim are among its contents; what nobody knows is not made up."""
    about = notice("formal-notice", language=language, capacity=capacity)
    assert words.split(":", maxsplit=1)[0] not in str(render_letter(about, TEMPLATES).blocks)
    [item] = about.items
    known = item.model_copy(update={"delivered_on": date(2026, 7, 30)})
    letter = render_letter(about.model_copy(update={"items": (known,)}), TEMPLATES)
    assert _plain(words) in _plain(repr(letter.blocks))


def british(name: str, capacity: Capacity, charges: Charges, law: str = "Act of 1998") -> str:
    """The paragraphs of a British letter, where a law or the contract sets the interest."""
    about = sample_notice(name, sample_debtor("en", capacity, "GB"), charges=charges)
    if about.claim is not None:
        claim = about.claim.model_copy(update={"laws": (law,)})
        about = about.model_copy(update={"claim": claim})
    return " ".join(
        run["text"]
        for block in render_letter(about, TEMPLATES).blocks
        for run in block.get("runs", [])
    )


@pytest.mark.parametrize("charges", [Charges.CLAIM, Charges.STATE, Charges.WAIVE])
@pytest.mark.parametrize("name", ["firm", "formal-notice"])
def test_a_british_letter_names_no_act_where_the_contract_sets_the_rate(
    name: str, charges: Charges
) -> None:
    """The contract's own rate replaces the Act of 1998, whether it is claimed or reserved."""
    for capacity in (Capacity.BUSINESS, Capacity.PUBLIC):
        assert "Act 1998" in british(name, capacity, charges)
        said = british(name, capacity, charges, "the contract")
        assert "Act 1998" not in said
        assert "statutory" not in said.lower()
        assert "contract" in said


def test_a_british_consumer_is_promised_the_protocol_before_any_court() -> None:
    """No court claim comes before the Protocol's letter and its 30 days, so none is announced."""
    said = british("formal-notice", Capacity.CONSUMER, Charges.NONE)
    [sentence] = re.findall(r"[^.]*\bcourts?\b[^.]*\.", said)
    assert "no court claim will be issued until" in sentence
    assert "reply form, and 30 days" in sentence
    trader = british("formal-notice", Capacity.BUSINESS, Charges.NONE)
    assert "If you are a sole trader, the Pre-Action Protocol for Debt Claims applies" in trader
    assert "sole trader" not in british("formal-notice", Capacity.PUBLIC, Charges.NONE)


def _plain(text: str) -> str:
    """A text whose kinds of spaces do not matter."""
    return " ".join(text.replace("\\xa0", " ").replace("\\u202f", " ").split())


WORDS = {
    "de": ("LETZTE MAHNUNG", "mahnen wir Sie letztmalig", "gerichtlich", "1. November 2026"),
    "en": ("FORMAL NOTICE", "give you formal notice", "competent court", "1 November 2026"),
    "fr": ("MISE EN DEMEURE", "mettons en demeure", "juridiction", "1er novembre 2026"),
}


@pytest.mark.parametrize("charges", [Charges.STATE, Charges.CLAIM, Charges.WAIVE])
@pytest.mark.parametrize("language", WORDS)
def test_the_formal_notice_has_its_eleven_contents(language: str, charges: Charges) -> None:
    """Name, parties, facts, account, order, deadline, sequel, grounds, contact, signature."""
    about = sample_notice(
        "formal-notice", sample_debtor(language, Capacity.BUSINESS), charges=charges
    )
    letter = render_letter(about, TEMPLATES)
    said = " ".join(
        run["text"]
        for block in letter.blocks
        for runs in (block.get("runs", []), *block.get("lines", []))
        for run in runs
    )
    title, order, sequel, deadline = WORDS[language]
    money = formats(language)["money"]
    assert title in letter.subject
    assert order in said
    # Both parties, each with their number and the person who speaks for them.
    assert "RCS Lyon 123 456 782" in said.replace("\u00a0", " ")
    assert "Hélène Marchand, présidente" in said
    assert all(word in said for word in ("111\u00a0222\u00a0337", "Paul Vasseur"))
    # What was reminded of, and when; the account, with what each further day adds.
    assert "16" in said
    assert about.claim is not None
    assert about.claim.daily_increment is not None
    for amount in (about.claim.interest, about.claim.indemnity, about.total):
        assert money(amount) in said
    if charges is not Charges.WAIVE:
        assert money(about.claim.daily_increment) in said
    assert all(
        word in said
        for word in (deadline.replace(" ", "\u00a0"), sequel, "1344", "441-10", CREDITOR.email)
    )
    kinds = [block["kind"] for block in letter.blocks if block["kind"] != "paragraph"]
    assert kinds == ["items", "payment", "signature", "statement"]


def test_a_claim_is_part_of_the_sum_and_a_stated_one_is_not() -> None:
    """The sum demanded has the charges in it exactly when the plan's step claims them."""
    totals = {
        charges: sample_notice(
            "formal-notice", sample_debtor("fr", Capacity.BUSINESS), charges=charges
        ).total
        for charges in Charges
    }
    assert totals[Charges.NONE] == totals[Charges.STATE] == totals[Charges.WAIVE]
    # 12.40 % on 1484.56 for 15 days and on 1234.56 for 30, on 1480 for 45; twice EUR 40.
    assert totals[Charges.CLAIM] - totals[Charges.NONE] == Money(
        amount=Decimal("20.15") + Decimal("22.63") + 80, currency="EUR"
    )


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


def test_an_accent_takes_no_place_on_the_envelope() -> None:
    """An address of 38 letters fits, also where macOS wrote an accent as a sign of its own."""
    street = "é" * 38
    lines = (unicodedata.normalize("NFD", street), "59000 Lille")
    debtor = sample_debtor("fr", Capacity.BUSINESS)
    debtor = debtor.model_copy(update={"address": PostalAddress(lines=lines, country="FR")})
    assert address_block(sample_notice("formal-notice", debtor))[1] == street
