"""What may be booked, what is suggested, and what is kept on account? The decision table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.matching.decide import decide
from domain.matching.feed import Feed
from schemas.bank import Flag, Party, TransactionKind, TransactionStatus
from schemas.matching import DifferenceKind, Status
from tests.support.matching import (
    DUBOIS,
    HOLDING,
    LEROY,
    MULLER,
    book,
    booked,
    decided,
    first,
    item,
    payment,
)

TO_BOOK = [
    ("the account and one exact item", "310.50", "VIREMENT", {"iban": DUBOIS}),
    ("a mandate and one exact item", "310.50", "", {"mandate": "RUM-77"}),
    ("our own end-to-end id", "77.77", "", {"end_to_end_id": "SDD-124"}),
    ("a number that a company of the group pays", "431.00", "FA-2026-00134", {"iban": HOLDING}),
    ("a number that the treasury pays", "150.25", "FA-2026-00136", {"name": "DRFIP BRETAGNE"}),
    ("an order that the treasury pays", "150.25", "EJ-2026-5501", {"name": "DRFIP BRETAGNE"}),
    ("a SIREN and a running number", "310.50", "123456782 FACT 121", {"name": "BATILUX"}),
]


@pytest.mark.parametrize(("words", "amount", "text", "payer"), TO_BOOK)
def test_what_is_booked(words: str, amount: str, text: str, payer: dict[str, str]) -> None:
    """Ids, numbers with a payer that may pay them, and a known account with one exact item."""
    decision = decided(amount, text, **payer)
    assert decision.status is Status.MATCHED, words
    assert sum(map(Decimal, booked(decision).values())) == Decimal(amount)
    assert decision.evidence


TO_SUGGEST = [
    ("name only", "310.50", "", {"name": "Menuiserie Dubois"}, {"FA-2026-00121"}),
    ("amount only", "310.50", "", {"name": "ZORG"}, {"FA-2026-00121"}),
    ("two equal items", "500.00", "", {"iban": LEROY}, {"FA-2026-00132"}),
    ("a sum of two", "1510.50", "", {"iban": DUBOIS}, {"FA-2026-00120", "FA-2026-00121"}),
    ("another's number", "310.50", "FA-2026-00132", {"iban": DUBOIS}, {"FA-2026-00121"}),
    ("another's number and sum", "96.40", "FA-2026-00122", {"iban": DUBOIS}, {"FA-2026-00122"}),
    ("another's running number", "96.40", "FACT 122", {"iban": DUBOIS}, {"FA-2026-00122"}),
    ("a number nobody has", "310.50", "FA-2026-09999", {"iban": DUBOIS}, {"FA-2026-00121"}),
    ("less, without a word", "400.00", "FA-2026-00120", {"iban": DUBOIS}, {"FA-2026-00120"}),
    ("a group without a number", "431.00", "", {"iban": HOLDING}, {"FA-2026-00134"}),
    ("a treasury without a number", "150.25", "", {"name": "DDFIP DU RHONE"}, {"FA-2026-00136"}),
    ("more, of a stranger", "1250.00", "FA-2026-00120", {"name": "BATILUX"}, {"FA-2026-00120"}),
    (
        *("more, which another item explains", "1510.50", "FA-2026-00120", {"iban": DUBOIS}),
        {"FA-2026-00120", "FA-2026-00121"},
    ),
]


@pytest.mark.parametrize(("words", "amount", "text", "payer", "documents"), TO_SUGGEST)
def test_what_is_only_suggested(
    words: str, amount: str, text: str, payer: dict[str, str], documents: set[str]
) -> None:
    """Ties, names alone, amounts alone, others' numbers and unnamed differences wait for people."""
    decision = decided(amount, text, **payer)
    assert (decision.status, booked(decision)) == (Status.SUGGESTED, {}), words
    assert first(decision) == documents


DIFFERENCES = [
    ("1199.98", "FA-2026-00120", DUBOIS, DifferenceKind.ROUNDING, "0.02"),
    ("1200.03", "FA-2026-00120", DUBOIS, DifferenceKind.ROUNDING, "-0.03"),
    ("1176.00", "ESCOMPTE 2% FA-2026-00120", DUBOIS, DifferenceKind.DISCOUNT, "24.00"),
    ("1985.00", "INVOICE FA-2026-00135", MULLER, DifferenceKind.CHARGES, "15.00"),
]


@pytest.mark.parametrize(("amount", "text", "iban", "kind", "difference"), DIFFERENCES)
def test_named_differences_settle_the_item(
    amount: str, text: str, iban: str, kind: DifferenceKind, difference: str
) -> None:
    """Cents, a discount in time, charges from abroad: settled, with the difference stated apart."""
    open_book, told = book(), payment(amount, text, iban=iban)
    decision = decide(told, open_book)
    assert decision.status is Status.MATCHED
    (stated,) = decision.differences
    assert (stated.kind, str(stated.amount)) == (kind, difference)
    open_book.apply(told, decision)
    assert open_book.standing[stated.document].open == 0


def test_discount_too_late_is_suggested() -> None:
    """A discount taken after the due date is for a person to grant."""
    decision = decided(
        "1176.00", "ESCOMPTE 2% FA-2026-00120", iban=DUBOIS, booking_date=date(2026, 4, 1)
    )
    assert decision.status is Status.SUGGESTED


def test_part_that_is_called_so_is_booked() -> None:
    """A down payment named as one reduces its invoice."""
    decision = decided("400.00", "ACOMPTE FA-2026-00120", iban=DUBOIS)
    assert booked(decision) == {"FA-2026-00120": "400.00"}


def test_more_than_open_goes_on_account() -> None:
    """What a known payer paid beyond its invoice stays on its account."""
    decision = decided("1250.00", "FA-2026-00120", iban=DUBOIS)
    assert booked(decision) == {"FA-2026-00120": "1200.00"}
    assert decision.on_account == Decimal("50.00")


def test_second_payment_goes_on_account_and_not_to_the_next_invoice() -> None:
    """An invoice paid twice leaves money on account."""
    feed = Feed(book())
    paid = [feed.deliver(payment("1200.00", "FA-2026-00120", iban=DUBOIS, key=key)) for key in "ab"]
    assert [one.status for one in paid] == [Status.MATCHED, Status.ON_ACCOUNT]
    assert paid[1].on_account == Decimal("1200.00")


@pytest.mark.parametrize(
    "told",
    [
        payment("100.00", "FA-2026-00120", status=TransactionStatus.PENDING),
        payment("-1200.00", "FA-2026-00120", kind=TransactionKind.PAYMENT),
        payment("-3.00", "FRAIS REJET PRLV", kind=TransactionKind.RETURNED_RECEIPT),
        payment("1200.00", "FA-2026-00120", kind=TransactionKind.RETURNED_PAYMENT),
        payment("1200.00", "VIR REJETE FA-2026-00120"),
        payment("1200.00", "VIREMENT", iban="FR7630006000011234567890189"),
        payment("1200.00", "REMBOURSEMENT CREDIT DE TVA", name="DGFIP"),
    ],
)
def test_what_is_no_payment(told: object) -> None:
    """Pending lines, money out, fees, our own money and tax never settle an invoice."""
    decision = decide(told, book())  # type: ignore[arg-type] # the builder returns what it builds
    assert (decision.status, booked(decision)) == (Status.IGNORED, {})


def test_batch_sum_waits_for_its_items() -> None:
    """A batch in one sum is matched by its payments, not as a sum."""
    decision = decide(payment("1200.00", "FA-2026-00120", flags=(Flag.NO_DETAILS,)), book())
    assert decision.status is Status.UNMATCHED


def test_ultimate_debtor_outweighs_who_sent_the_money() -> None:
    """Somebody else's account may pay for the customer that is named as the ultimate debtor."""
    decision = decided(
        "310.50", "FA-2026-00121", iban=LEROY, ultimate_debtor=Party(name="DUBOIS MENUISERIE")
    )
    assert booked(decision) == {"FA-2026-00121": "310.50"}


def test_account_is_learnt_from_number_and_name_and_unlearnt_by_a_return() -> None:
    """A new account pays once with number and name, then without; its return takes that back."""
    new, feed = "FR7630004000031234567890143", Feed(book())
    taught = payment("96.40", "FA-2026-00122", name="LEROY ET FILS", iban=new, key="a")
    feed.deliver(taught)
    assert feed.book.customers_of_iban(new) == {"C00002"}
    again = feed.deliver(payment("777.00", "VIREMENT", iban=new, key="b"))
    assert booked(again) == {"FA-2025-00120": "777.00"}
    feed.deliver(payment("-96.40", "FA-2026-00122", iban=new, key="c"))
    assert feed.book.customers_of_iban(new) == frozenset()


def test_account_of_two_customers_says_nothing() -> None:
    """An account seen with two customers is no evidence any more."""
    feed = Feed(book())
    shared = "FR7630004000031234567890143"
    feed.deliver(payment("96.40", "FA-2026-00122", name="LEROY ET FILS", iban=shared, key="a"))
    feed.book.by_iban[shared].add("C00001")
    assert feed.deliver(payment("777.00", "", iban=shared, key="b")).status is not Status.MATCHED


def test_evidence_is_in_words() -> None:
    """Every decision can be checked against the statement."""
    decision = decided("842.13", "FACT 2026-00123", iban=DUBOIS)
    words = " ".join(one.words for one in decision.evidence)
    assert "2026-00123" in words
    assert DUBOIS in words
    assert "842.13 is exactly what is open" in words


def test_one_item_that_two_others_equal_is_a_tie() -> None:
    """Six hundred may be one invoice or two: a known account alone does not say which."""
    items = (
        item("FA-2026-00123", "C00001", "600.00"),
        item("FA-2026-00124", "C00001", "240.00"),
        item("FA-2026-00125", "C00001", "360.00"),
    )
    decision = decide(payment("600.00", "VIREMENT", iban=DUBOIS), book(items))
    assert decision.status is Status.SUGGESTED
    assert first(decision) == {"FA-2026-00123"}
