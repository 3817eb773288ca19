"""Which reference does a debtor quote? One that every bank accepts, and no two invoices share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from domain.creditor_reference import rf_reference


@given(st.text(max_size=60))
def test_reference_of_any_number_is_valid(number: str) -> None:
    """Whatever an invoice number looks like, its reference passes the standard's check."""
    reference = rf_reference(number)
    assert iso11649.is_valid(reference)
    assert len(reference) <= 25
    assert rf_reference(number) == reference


def test_plain_number_can_be_read_in_its_reference() -> None:
    """An invoice number of capitals and digits stands in its reference as it is."""
    assert rf_reference("539007547034") == "RF18539007547034"
    assert rf_reference("F2027001")[4:] == "F2027001"


def test_number_with_separators_can_still_be_recognised() -> None:
    """A person who looks for F-2027/001 recognises it in the reference."""
    reference = rf_reference("F-2027/001")
    assert reference[4:12] == "F2027001"
    assert len(reference) == 16


LOOKALIKES = ["F1", "F-1", "F 1", "f1", "f-1", "F/1", "F_1", "F1-", "-F1", "Fé1", "F.1", "F1 "]


def test_numbers_that_look_alike_have_different_references() -> None:
    """F-1, F1 and f1 are three invoices, and a payment for one never settles another."""
    assert len({rf_reference(number) for number in LOOKALIKES}) == len(LOOKALIKES)


@pytest.mark.parametrize("pattern", ["F-{}", "FACTURE-{:06}", "SERVICE-CLIENT/FRANCE/2027/{:07}"])
def test_twenty_thousand_numbers_in_a_row_have_as_many_references(pattern: str) -> None:
    """Numbers of one series never share a reference, short or long."""
    assert len({rf_reference(pattern.format(number)) for number in range(20_000)}) == 20_000


@given(st.sets(st.text("aAbB1-/ ", max_size=30), min_size=2, max_size=40))
def test_different_numbers_have_different_references(numbers: set[str]) -> None:
    """Invoices of one creditor never share a reference."""
    assert len({rf_reference(number) for number in numbers}) == len(numbers)
