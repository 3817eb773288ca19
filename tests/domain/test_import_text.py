"""Is a cell read as people see it, whatever program wrote its signs?"""

from __future__ import annotations

import unicodedata

import pytest

from domain.import_text import read_text

NAME = "Société Générale d'Été"
APART = unicodedata.normalize("NFD", NAME)
"""The same as macOS writes it: each accent is a sign of its own."""


@pytest.mark.parametrize("field", ["name", "address", "city", "number"])
def test_a_letter_and_its_accent_are_one_sign(field: str) -> None:
    """The same name is the same, however a program wrote its accents."""
    assert APART != NAME
    assert read_text(field, APART) == NAME


def test_an_accent_makes_no_name_too_long() -> None:
    """A name of 140 letters is one of 140 letters."""
    assert read_text("name", unicodedata.normalize("NFD", "é" * 140)) == "é" * 140


def test_the_name_of_a_file_stays_as_its_disk_has_it() -> None:
    """A PDF that was copied from a Mac is found under the name that the disk knows."""
    assert read_text("document", f"{APART}.pdf") == f"{APART}.pdf"
