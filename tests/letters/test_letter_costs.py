"""What did a letter cost, and who bears it? It is on record with the letter, and no debtor pays."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.letter_drop import dropped_letters
from activities.letter_office import LetterOffice
from activities.letter_prices import Printing
from domain.letter_price_file import COLUMNS
from engines.mailbox import Mailbox
from schemas.events import StepPerformed
from schemas.notice import Letter
from schemas.plan import Charges
from schemas.postage import LetterKind
from store import letter_costs, messages
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.activities.test_letter_pdf import text_of
from tests.cli.conftest import run_starter
from tests.letters.conftest import Desk, its_lease_ends, sent, submit_unheard
from tests.support.postal_provider import PostalProvider

PRICE = "77.77"
"""Of a registered letter; nobody owes such a sum."""


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A table with one price for each who posts."""
    file = tmp_path / "prices.csv"
    rows = (f"{who},registered,FR,FR,,{PRICE},EUR,2026-01-01,agreed,us" for who in WHO)
    file.write_text("\n".join((",".join(COLUMNS), *rows, "")), "utf-8")
    return file


WHO = ("folder", "maileva")


@pytest.fixture(params=WHO)
def priced(
    request: pytest.FixtureRequest, pool: Pool, desk: Desk, tmp_path: Path, prices: Path
) -> LetterOffice:
    """An office that knows its prices, once with a folder and once with a provider."""
    providers = () if request.param == "folder" else (desk.paper, desk.electronic)
    return LetterOffice(pool, tmp_path / "letters", providers, Printing(prices))


def _prices_become(file: Path, price: str) -> None:
    file.write_text(file.read_text("utf-8").replace(PRICE, price), "utf-8")


async def test_a_letter_is_on_record_with_its_price(
    pool: Pool, priced: LetterOffice, mailbox: Mailbox
) -> None:
    """Who posted it and what it cost, and the sum of all letters."""
    turn = await sent(pool, priced, mailbox)
    await turn.attempt()
    [line] = await letter_costs.posted(pool)
    assert (line.reference, line.kind, str(line.cost)) == (
        turn.reference,
        "registered",
        f"{PRICE} EUR",
    )
    assert line.state == ("submitted" if line.provider == "maileva" else "in the folder")
    [total] = await letter_costs.sums(pool)
    assert (total.letters, str(total.price)) == (1, f"{PRICE} EUR")


async def test_no_debtor_pays_for_a_letter(
    pool: Pool, priced: LetterOffice, mailbox: Mailbox
) -> None:
    """Costs of amicable collection stay with the creditor (CPCE L111-8): no event, no text."""
    turn = await sent(pool, priced, mailbox, charges=Charges.CLAIM)
    events = (await turn.attempt()).events
    assert isinstance(events[0], StepPerformed)
    said = [event.model_dump_json() for event in events]
    case = await case_as_it_stands(pool, turn.case.case_id)
    [kept] = await messages.find(pool, turn.reference)
    assert PRICE not in "".join((*said, case.model_dump_json()))
    printed = text_of(Letter(pdf=kept.content, sha256=kept.sha256))
    assert ("1 200,00" in printed, "77,77" in printed) == (True, False)
    assert str(case.outstanding) == "1200.00 EUR"


async def test_a_letter_of_which_no_price_is_known_leaves_all_the_same(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """Nobody waits for a table: the letter is posted, and why its price is unknown is on record."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    assert post.only()["submitted"] == 1
    [line] = await letter_costs.posted(pool)
    assert (line.cost, line.cost_unknown) == (None, "there is no table of prices")
    [total] = await letter_costs.sums(pool)
    assert (total.letters, total.price) == (1, None)


async def test_a_broken_table_stops_no_letter(pool: Pool, mailbox: Mailbox, tmp_path: Path) -> None:
    """Somebody broke the file: the letter lies in the folder, without a price, and it says why."""
    file = tmp_path / "prices.csv"
    file.write_text("nonsense", "utf-8")
    office = LetterOffice(pool, tmp_path / "letters", (), Printing(file))
    await (await sent(pool, office, mailbox)).attempt()
    [line] = await letter_costs.posted(pool)
    assert (line.cost, "prices.csv" in line.cost_unknown) == (None, True)


async def test_what_had_left_keeps_the_price_it_left_with(
    pool: Pool, desk: Desk, mailbox: Mailbox, post: PostalProvider, prices: Path, tmp_path: Path
) -> None:
    """The answer was lost, and prices went up before anybody asked again: it cost what it cost."""
    office = LetterOffice(pool, tmp_path, (desk.paper,), Printing(prices))
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    _prices_become(prices, "88.88")
    await its_lease_ends(pool)
    await turn.attempt()
    [line] = await letter_costs.posted(pool)
    assert (str(line.cost), line.state) == (f"{PRICE} EUR", "submitted")


async def test_a_letter_that_did_not_leave_costs_nothing(
    pool: Pool, desk: Desk, mailbox: Mailbox, post: PostalProvider, prices: Path, tmp_path: Path
) -> None:
    """A draft that the provider never took is no cost; taken later, it is one."""
    office = LetterOffice(pool, tmp_path, (desk.paper,), Printing(prices))
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST submit": [503]}
    with pytest.raises(ApplicationError):
        await turn.attempt()
    assert await letter_costs.sums(pool) == []
    await its_lease_ends(pool)
    await turn.attempt()
    assert [str(one.price) for one in await letter_costs.sums(pool)] == [f"{PRICE} EUR"]


async def test_the_provider_prints_as_it_was_priced(
    pool: Pool, desk: Desk, mailbox: Mailbox, post: PostalProvider
) -> None:
    """Colour and sides are told to the provider, so that the price is that of the letter."""
    printing = Printing(colour=True, duplex=False)
    office = LetterOffice(pool, Path(), (desk.paper,), printing)
    await (await sent(pool, office, mailbox)).attempt()
    letter = post.only()
    assert (letter["color_printing"], letter["duplex_printing"]) == (True, False)


async def test_a_print_shop_learns_from_the_folder_what_it_needs(
    pool: Pool, mailbox: Mailbox, tmp_path: Path, prices: Path
) -> None:
    """File, hash, kind, address as the window shows it, pages, price; and what is wrong with it."""
    place = tmp_path / "letters"
    office = LetterOffice(pool, place, (), Printing(prices))
    turn = await sent(pool, office, mailbox, LetterKind.REGISTERED)
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    [line] = dropped_letters(place)
    assert (line.file, line.sha256, line.problem) == (performed.detail, performed.sha256, "")
    assert (line.kind, line.pages, line.sheets, line.grams) == ("registered", 1, 1, 10)
    assert line.address == ("Menuiserie Dubois", "3 rue du Port", "33000 BORDEAUX")
    assert (line.price, line.currency, line.price_status) == (PRICE, "EUR", "agreed")
    (place / "2026-01-01-HALF.pdf").write_bytes(b"%PDF-")
    (place / "2026-01-02-ODD.json").write_text("[]", "utf-8")
    (place / line.file).write_bytes(b"%PDF-1.7 another")
    problems = {one.file: one.problem for one in dropped_letters(place)}
    assert "no manifest" in problems["2026-01-01-HALF.pdf"]
    assert "no manifest of a letter" in problems["2026-01-02-ODD.json"]
    assert "not the one that was written" in problems[line.file]


async def test_a_person_asks_what_letters_cost(
    pool: Pool, database: str, mailbox: Mailbox, tmp_path: Path, prices: Path
) -> None:
    """Before one is posted, and after: the price, its sum, and what the print shop is given."""
    office = LetterOffice(pool, tmp_path / "letters", (), Printing(prices))
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    (tmp_path / "letters" / "2026-01-01-HALF.pdf").write_bytes(b"%PDF-")
    environment = {
        "DATABASE_URL": database,
        "LETTERS_FOLDER": str(tmp_path / "letters"),
        "LETTER_PRICES_FILE": str(prices),
        "COLUMNS": "200",
    }
    quoted, listed, given = await asyncio.gather(
        run_starter("letters", "quote", environment=environment),
        run_starter("letters", "list", environment=environment),
        run_starter("letters", "manifest", environment=environment),
    )
    assert (quoted.code, f"{PRICE} EUR" in quoted.out) == (0, True)
    assert "no price known: ordinary: no row folder,ordinary,FR,FR" in quoted.err
    assert turn.reference in listed.out
    assert f"{PRICE} EUR for 1 letter; ours to bear" in listed.out
    lines = {row["file"]: row for row in csv.DictReader(io.StringIO(given.out))}
    assert (given.code, len(lines)) == (1, 2)
    ready = next(row for row in lines.values() if not row["problem"])
    assert (ready["reference"], ready["price"]) == (turn.reference, PRICE)
    assert (ready["address_2"], ready["address_6"]) == ("3 rue du Port", "")
