"""Does an address read as the post of its country wants it?"""

from __future__ import annotations

import unicodedata

import pytest

from domain.postal_address import envelope_lines, sender_lines, town_lines, town_of


@pytest.mark.parametrize(
    ("country", "postcode", "town", "lines"),
    [
        ("FR", "59000", "Lille", ("59000 Lille",)),
        ("DE", "20457", "Hamburg", ("20457 Hamburg",)),
        ("BE", "1000", "Bruxelles", ("1000 Bruxelles",)),
        ("NL", "1012  AB", "Amsterdam", ("1012 AB Amsterdam",)),
        ("ES", "28001", "Madrid", ("28001 Madrid",)),
        ("IT", "00187", "Roma RM", ("00187 Roma RM",)),
        ("GB", "BS1 4QA", "Bristol", ("Bristol", "BS1 4QA")),
        ("IE", "D02 X285", "Dublin 2", ("Dublin 2", "D02 X285")),
        ("US", "80202", "Denver CO", ("Denver CO 80202",)),
        ("GB", "", "Bristol", ("Bristol",)),
        ("FR", "59000", "", ("59000",)),
        ("FR", " ", "", ()),
    ],
)
def test_town_and_postcode_stand_in_the_order_of_the_country(
    country: str, postcode: str, town: str, lines: tuple[str, ...]
) -> None:
    """The British post wants the postcode below the town, the French one before it."""
    assert town_lines(postcode, town, country) == lines


@pytest.mark.parametrize(
    ("country", "before", "after"),
    [
        ("FR", ["27 avenue de la Gare", "59000 Lille"], ["27 avenue de la Gare", "59000 LILLE"]),
        ("DE", ["Hafenstraße 12", "20457 Hamburg"], ["Hafenstraße 12", "20457 Hamburg"]),
        ("GB", ["14 Quay", "Bristol", "bs1 4qa"], ["14 Quay", "BRISTOL", "BS1 4QA"]),
        ("GB", ["14 Quay", "Bristol BS1 4QA"], ["14 Quay", "BRISTOL BS1 4QA"]),
        ("NL", ["Kade 1", "1012 AB Amsterdam"], ["Kade 1", "1012 AB AMSTERDAM"]),
    ],
)
def test_the_town_is_in_capitals_where_the_post_wants_it(
    country: str, before: list[str], after: list[str]
) -> None:
    """Streets stay as people wrote them."""
    assert envelope_lines(before, country, 4) == after


def test_a_long_british_address_gives_its_postcode_a_place_beside_the_town() -> None:
    """An address that is one line too long is shortened as Royal Mail allows, not refused."""
    lines = ["Flat 2", "Mill House", "14 Quay", "Bristol", "BS1 4QA"]
    assert envelope_lines(lines, "GB", 4) == ["Flat 2", "Mill House", "14 Quay", "BRISTOL BS1 4QA"]
    assert len(envelope_lines(["Care of", *lines], "GB", 4)) == 6


def test_a_sender_is_never_cut() -> None:
    """A long name goes on in the next line, whole; the town is never dropped."""
    name = "Société des anciens établissements Lumière et Fils réunis"
    lines = sender_lines(name, ("12 rue des Tisseurs", "69004 LYON"))
    assert lines == (
        "Société des anciens établissements",
        "Lumière et Fils réunis",
        "12 rue des Tisseurs",
        "69004 LYON",
    )


def test_an_accent_takes_no_place_of_its_own() -> None:
    """A name of 38 letters that macOS wrote with its accents apart stays on one line."""
    name = "é" * 38
    assert sender_lines(unicodedata.normalize("NFD", name), ("69004 LYON",)) == (name, "69004 LYON")


@pytest.mark.parametrize(
    ("lines", "town"),
    [
        (("12 rue des Tisseurs", "69004 LYON CEDEX 04"), "LYON CEDEX 04"),
        (("Hafenstraße 12", "D-20457 Hamburg"), "Hamburg"),
        (("14 Quay", "Bristol", "BS1 4QA"), "Bristol"),
        (("14 Quay", "Bristol BS1 4QA"), "Bristol"),
    ],
)
def test_a_letter_is_dated_from_the_town(lines: tuple[str, ...], town: str) -> None:
    """The date line names the sender's town, wherever its country puts the postcode."""
    assert town_of(lines) == town
