"""Is it understood what people type? Numbers, references, lists and ranges in every habit."""

from __future__ import annotations

import pytest

from domain.creditor_reference import rf_reference
from domain.matching.decide import decide
from schemas.matching import DocumentType, Status
from tests.support.matching import (
    DUBOIS,
    LEROY,
    book,
    booked,
    decided,
    first,
    item,
    payment,
    structured,
)

ONE = {"FA-2026-00123": "842.13"}

ONE_NUMBER = [
    "FA-2026-00123",
    "FACT FA 2026 00123",
    "FACTURE N° FA202600123",
    "fa/2026/00123",
    "REGLEMENT FACTURE FA.2026.00123 DU 05/01/2026",
    "RGLT FACT FA-2026-123",
    "FA-26-00123",
    "FA 00123",
    "FA-2026-OO123",
    "FA2O26OO123",
    "FACT 2026-00123",
    "VIRFA202600123",
    "FACT 00123",
    "FACTURE N 123",
    "FACT N° 123 DU 05.01.26",
    "TEL 01 42 68 53 00 FACT FA-2026-00123",
    "FA-2026-00123 842,13 EUR",
    "CLT C00001 FACT FA-2026-00123",
    "SIREN 123 456 782 FA-2026-00123",
    "FA-2026-00123 ECHEANCE 06/03/2026",
    "FA_2026_00123",
    "FACT. n°FA-2026-00123, merci",
]


@pytest.mark.parametrize("text", ONE_NUMBER)
def test_one_number_however_it_is_typed(text: str) -> None:
    """The number of one invoice is recognised, and the exact amount of it is booked."""
    decision = decided("842.13", text, name="MENUISERIE DUBOIS", iban=DUBOIS)
    assert booked(decision) == ONE
    assert decision.status is Status.MATCHED


@pytest.mark.parametrize("text", [one for one in ONE_NUMBER if "123" in one][:9])
def test_whole_number_needs_no_payer(text: str) -> None:
    """A number with its letters or its year, and exactly its amount, speaks for itself."""
    assert booked(decided("842.13", text, name="BATILUX")) == ONE


@pytest.mark.parametrize(
    "texts",
    [
        ("REGLEMENT FACT", "URE FA-2026-00", "123"),
        ("PAIEMENT DE NOTRE FACTURE FA-2", "026-00123"),
        ("FA-2026-00", "123"),
    ],
)
def test_number_wrapped_over_two_parts(texts: tuple[str, ...]) -> None:
    """A bank that wraps a text wraps numbers, too."""
    assert booked(decided("842.13", *texts, name="MENUISERIE DUBOIS")) == ONE


SEVERAL = [
    ("FA-2026-00123/24/31", "985.10", {"FA-2026-00123", "FA-2026-00124", "FA-2026-00131"}),
    ("FA-2026-00123 ET 124", "919.90", {"FA-2026-00123", "FA-2026-00124"}),
    ("FA-2026-00123, 00124 et 131", "985.10", {"FA-2026-00123", "FA-2026-00124", "FA-2026-00131"}),
    ("FACT 123 124", "919.90", {"FA-2026-00123", "FA-2026-00124"}),
    ("FACT FA-2026-00123 + FA-2026-00124", "919.90", {"FA-2026-00123", "FA-2026-00124"}),
    (
        "FACTURES DU 120 AU 124",
        "2430.40",
        {"FA-2026-00120", "FA-2026-00121", *ONE, "FA-2026-00124"},
    ),
    ("FA-2026-00120 A 00121", "1510.50", {"FA-2026-00120", "FA-2026-00121"}),
    ("FA-2026-00123 A FA-2026-00131", "985.10", {*ONE, "FA-2026-00124", "FA-2026-00131"}),
    ("FA-2026-00121 FA-2026-00139 FA-2026-00131", "375.70", {"FA-2026-00121", "FA-2026-00131"}),
    ("FA-2026-00123 MOINS AVOIR AV-2026-00007", "800.00", {"FA-2026-00123", "AV-2026-00007"}),
    ("FA-2026-00123 AVOIR DEDUIT", "800.00", {"FA-2026-00123", "AV-2026-00007"}),
    (
        "RELEVE AU 31/01/2026",
        "2453.47",
        {
            *("FA-2026-00120", "FA-2026-00121", "FA-2026-00123", "FA-2026-00124", "FA-2026-00131"),
            "AV-2026-00007",
        },
    ),
]


@pytest.mark.parametrize(("text", "amount", "documents"), SEVERAL)
def test_several_items(text: str, amount: str, documents: set[str]) -> None:
    """Lists, shortened lists, ranges, paid ones among them, credit notes: the sum decides."""
    decision = decided(amount, text, name="Menuiserie Dubois", iban=DUBOIS)
    assert set(booked(decision)) == documents


@pytest.mark.parametrize(
    "text",
    ["RF{0}", "REF RF{0}", "rf{0}", "RF{0} MERCI", "RF{1}"],
)
def test_reference_in_the_text(text: str) -> None:
    """A reference with right check digits is found with blanks or without, whoever pays."""
    plain = rf_reference("FA-2026-00123")[2:]
    spaced = " ".join(("RF" + plain)[at : at + 4] for at in range(0, len(plain) + 2, 4))[2:]
    assert booked(decided("842.13", text.format(plain, spaced), name="INCONNU")) == ONE


def test_reference_in_its_field_books_a_part() -> None:
    """With a valid reference, what was paid is booked, though it is less than what is open."""
    decision = decided("400.00", references=structured(rf_reference("FA-2026-00123")))
    assert booked(decision) == {"FA-2026-00123": "400.00"}


def test_order_instead_of_number() -> None:
    """The purchase order names its invoice."""
    assert booked(decided("96.40", "COMMANDE PO 4711", iban=LEROY)) == {"FA-2026-00122": "96.40"}
    assert booked(decided("96.40", "BC 4711", iban=LEROY)) == {"FA-2026-00122": "96.40"}


@pytest.mark.parametrize(
    "text",
    [
        "VIREMENT DU 12/01/2026",
        "TEL 01 20 01 21 00",
        "CLIENT 00123",
        "LE 120121 A 14H32",
        "CHANTIER 123",
        "REF 123456782",
        "PERIODE 2026-01",
        "DOSSIER 00131",
        "842 HEURES 123 JOURS",
    ],
)
def test_digits_that_name_no_invoice(text: str) -> None:
    """Dates, telephones, customers, sites: with another amount than any item, nothing is booked."""
    assert booked(decided("333.33", text, name="Menuiserie Dubois")) == {}
    assert booked(decided("333.33", text, name="INCONNU")) == {}


def test_number_cut_off_at_the_end() -> None:
    """A number whose last digits the bank cut off, by its payer and with one exact amount."""
    decision = decided("842.13", "REGLEMENT FACTURE FA-2026-001", name="Menuiserie Dubois")
    assert booked(decision) == ONE


def test_wrong_check_digits_are_text() -> None:
    """A mistyped reference books nothing by itself."""
    decision = decided("842.13", "RF99FA202600999XXXX", name="INCONNU")
    assert booked(decision) == {}
    assert first(decision) <= {"FA-2026-00123"}


@pytest.mark.parametrize(
    "text", ["26-00123/A,124", "26-00123/A, 00124/A", "26-00123/A/124", "26-00123/A 00124"]
)
def test_letters_behind_a_number_do_not_end_a_list(text: str) -> None:
    """Where every number ends in a letter, the second of a list is read without it, too."""
    items = (item("26-00123/A", "C00001", "842.13"), item("26-00124/A", "C00001", "77.77"))
    paid = decide(payment("919.90", text, name="MENUISERIE DUBOIS", iban=DUBOIS), book(items))
    assert booked(paid) == {"26-00123/A": "842.13", "26-00124/A": "77.77"}


@pytest.mark.parametrize("word", ["ACOMPTE", "ESCOMPTE"])
def test_who_says_why_it_is_less_took_no_credit_note_off(word: str) -> None:
    """A part payment that happens to be an invoice less a credit note is still a part payment."""
    items = (
        item("FA-2026-00123", "C00001", "100.00"),
        item("AV-2026-00007", "C00001", "40.00", type=DocumentType.CREDIT_NOTE),
    )
    paid = payment("60.00", f"{word} FA-2026-00123", name="MENUISERIE DUBOIS", iban=DUBOIS)
    assert "AV-2026-00007" not in booked(decide(paid, book(items)))
