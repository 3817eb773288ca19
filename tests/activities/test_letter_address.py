"""Does the envelope's window show whom the letter is for, whoever they are, and nothing else?"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations

import pytest

from activities.letter_pdf import AddressDoesNotFit, AddressMissing, address_block
from activities.press import CharacterMissing
from schemas.postage import LetterKind
from tests.activities.test_letter_pdf import PRESS, item, marks, notice, text_of


@pytest.mark.parametrize(
    "lines",
    [
        ("59000 Lille",),
        ("W" * 38, "M" * 38, "27 avenue de la Gare", "BP 1234", "59000 " + "W" * 32),
    ],
)
def test_the_window_shows_the_address_and_nothing_else(lines: tuple[str, ...]) -> None:
    """The address stands where the window is, however long; nothing else can slide into it."""
    letter = PRESS.print(notice(name="Vasseur", lines=lines))
    seen = [mark for mark in marks(letter) if mark[2] > 90 and mark[3] > 44 and mark[1] < 90]
    assert len(seen) == sum(len(line.replace(" ", "")) for line in ("Vasseur", *lines))
    assert min(mark[0] for mark in seen) >= 104.9
    assert max(mark[2] for mark in seen) <= 190
    assert min(mark[1] for mark in seen) >= 55
    assert max(mark[3] for mark in seen) <= 79.1


def test_a_british_letter_has_its_postcode_on_a_line_of_its_own() -> None:
    """Town and postcode in capitals, each on its line, and the country below."""
    about = notice(lines=("14 Harbour Street", "Bristol", "BS1 4QA"), country="GB")
    assert address_block(about)[1:] == ["14 Harbour Street", "BRISTOL", "BS1 4QA", "ROYAUME-UNI"]


def test_a_foreign_address_ends_with_its_country() -> None:
    """A letter abroad names the country last, in the language of the sender, in capitals."""
    lines = address_block(notice(lines=("Hauptstr. 1", "10115 Berlin"), country="DE"))
    assert lines == ["Menuiserie Vasseur & Fils", "Hauptstr. 1", "10115 Berlin", "ALLEMAGNE"]


@pytest.mark.parametrize(
    ("name", "lines", "problem"),
    [
        ("x" * 39, ("59000 Lille",), r"address line 1 .* 39 characters"),
        (
            "Vasseur",
            ("x" * 39, "59000 Lille"),
            r"debtor atelier/C-0042: address line 2 .* 39 characters",
        ),
        ("Vasseur", ("a", "b", "c", "d", "e", "59000 Lille"), "7 lines, at most 6"),
    ],
)
def test_an_address_that_does_not_fit_is_refused(
    name: str, lines: tuple[str, ...], problem: str
) -> None:
    """An address that the window would cut is refused before it costs a stamp."""
    with pytest.raises(AddressDoesNotFit, match=problem):
        PRESS.print(notice(name=name, lines=lines))


@pytest.mark.parametrize("lines", [(), ("", "  ")])
def test_a_missing_address_is_named(lines: tuple[str, ...]) -> None:
    """Without an address no letter is printed, and the debtor is named."""
    with pytest.raises(AddressMissing, match="debtor atelier/C-0042 has no postal address"):
        PRESS.print(notice(lines=lines))


ELECTRONIC = LetterKind.ELECTRONIC_QUALIFIED


@pytest.mark.parametrize(
    "lines",
    [(), ("59000 Lille",), ("Bâtiment " + "B" * 60, "a", "b", "c", "d", "59000 Lille")],
)
def test_an_electronic_letter_names_whom_it_is_for(lines: tuple[str, ...]) -> None:
    """It needs no postal address and no window: name and e-mail, and the address if there is one.

    Nothing of it runs into the text below, which begins at 92 mm.
    """
    about = notice(lines=lines)
    debtor = about.debtor.model_copy(update={"email": "factures@vasseur.example"})
    letter = PRESS.print(about.model_copy(update={"debtor": debtor}), ELECTRONIC)
    said = text_of(letter)
    for words in ("Menuiserie Vasseur & Fils", "factures@vasseur.example"):
        assert words in said
    assert ("59000 LILLE" in said) is (0 < len(lines) < 6)
    beside = [mark for mark in marks(letter) if mark[0] > 104 and 44 < mark[1] < 91]
    assert max(mark[3] for mark in beside) < 89


WRITTEN = {
    "Greek": "Παπαδόπουλος",
    "Cyrillic": "Торговый дом «Ромашка»",
    "Arabic": "شركة النور للتجارة",
    "Hebrew": "חברת אור",
    "Vietnamese": "Nguyễn Thị Ánh Tuyết",
    "typed with a control character": "Menuiserie\x07 \x1bDubois\x00",
    "turned around": "Menuiserie \u202esioubuD\u202c",
}


@pytest.mark.parametrize("name", WRITTEN.values(), ids=WRITTEN)
def test_names_of_other_scripts_stand_in_the_window(name: str) -> None:
    """What a font has is printed, inside the window; what orders no glyph at all orders nothing."""
    letter = PRESS.print(notice(name=name))
    wanted = re.sub(r"[^\w«»]", "", unicodedata.normalize("NFC", name))
    assert wanted in re.sub(r"[^\w«»]", "", text_of(letter))
    seen = [mark for mark in marks(letter) if mark[2] > 90 and mark[3] > 44 and mark[1] < 90]
    assert min(mark[0] for mark in seen) >= 104.9
    assert max(mark[3] for mark in seen) <= 79.1


@pytest.mark.parametrize(
    ("name", "order", "sign", "place"),
    [
        ("Boulangerie 🍞 Dupont", "PO-7", r"U\+1F35E", "Boulangerie 🍞 Dupont"),
        ("株式会社日本", "PO-7", r"U\+682A", "株式会社日本"),
        ("Dupont", "PO \ufffe", r"U\+FFFE", "PO"),
    ],
)
def test_no_letter_shows_an_empty_box(name: str, order: str, sign: str, place: str) -> None:
    """A character that no font has stops the letter before it costs a stamp, and is named."""
    with pytest.raises(CharacterMissing, match=sign) as missing:
        PRESS.print(notice(item(purchase_order=order), name=name))
    assert place in str(missing.value)


def test_what_is_long_on_the_left_is_printed_over_nothing() -> None:
    """A creditor of many lines and a customer number without end move down what is below them."""
    about = notice()
    creditor = about.creditor.model_copy(
        update={"name": "Société " * 8, "address": ("x" * 60,) * 5}
    )
    debtor = about.debtor.model_copy(update={"debtor_id": "9X" * 120})
    long = PRESS.print(about.model_copy(update={"creditor": creditor, "debtor": debtor}))
    # As a set: the break that is possible within a word is told as a sign in its neighbour's place.
    column = {mark for mark in marks(long) if mark[2] < 95 and mark[1] < 140}
    for one, other in combinations(column, 2):
        beside = one[2] <= other[0] + 0.6 or other[2] <= one[0] + 0.6  # Signs may touch.
        assert beside or one[3] <= other[1] + 0.4 or other[3] <= one[1] + 0.4
    usual = marks(PRESS.print(notice()))
    assert min(top for start, top, _, _ in usual if start < 24 and top > 90) < 96


@pytest.mark.parametrize(
    "evil",
    ['#panic("x")', "$x$ *b* _i_ `r`", "@ref <label>", "\\ // /* x", "= H #import", "{{ 7 * 7 }}"],
)
def test_names_never_become_markup(evil: str) -> None:
    """Whatever a debtor or an invoice is called is printed letter by letter."""
    said = text_of(PRESS.print(notice(item(evil, purchase_order=evil), name=evil)))
    assert said.count(evil) >= 3
