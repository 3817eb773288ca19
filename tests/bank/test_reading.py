"""Does each payment count once? The same file, overlapping ones, 052, 053 and 054, in any order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from store import bank_files, bank_transactions
from tests.statements.reading import sample
from tests.support.bank import Counter
from tests.support.bank_files import OWN_IBAN, Line, camt

DAY = date(2026, 11, 19)
NEXT = date(2026, 11, 20)
ONE = Line("100.00", "FACTURE F-1", "Dubois", reference="REF-1234567")
OTHER = Line("40.00", "FACTURE F-2", "Martin", reference="REF-1234568")


async def test_the_same_file_twice_counts_once(counter: Counter) -> None:
    """A file that is fed again adds nothing."""
    content = camt(DAY, [ONE, OTHER])
    first, second = await counter.read(content), await counter.read(content)
    assert (first.new, second.new, second.known) == (2, 0, 2)
    assert await counter.money() == [(Decimal(40), "new"), (Decimal(100), "new")]


async def test_report_statement_and_notification_tell_of_one_payment(counter: Counter) -> None:
    """The 052 of the day, the 053 of the evening and the 054 tell of the same entry once."""
    for kind in ("camt.052", "camt.053", "camt.054"):
        await counter.read(camt(DAY, [ONE], kind=kind))
    assert await counter.money() == [(Decimal(100), "new")]


async def test_equal_lines_count_twice(counter: Counter) -> None:
    """Two payments that look the same, without a reference of the bank, are two payments."""
    twin = Line("25.00", "ABONNEMENT", "Dubois", reference="NONREF")
    await counter.read(camt(DAY, [twin, twin]))
    assert await counter.money() == [(Decimal(25), "new"), (Decimal(25), "new")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_overlapping_files_in_any_order(counter: Counter, order: tuple[int, ...]) -> None:
    """Whatever the order of files that overlap, the payments are the same."""
    late = Line("7.00", "FACTURE F-3", reference="REF-1234569", on=NEXT)
    early = Line(ONE.amount, ONE.text, ONE.name, reference=ONE.reference, on=DAY)
    files = [
        camt(DAY, [ONE]),
        camt(NEXT, [late], opening="100.00"),
        camt(NEXT, [early, late], number="of both days"),
    ]
    for number in order:
        await counter.read(files[number])
    assert await counter.money() == [(Decimal(7), "new"), (Decimal(100), "new")]


@pytest.mark.parametrize("sum_first", [True, False])
async def test_a_batch_is_replaced_by_its_payments(counter: Counter, *, sum_first: bool) -> None:
    """A batch first told as one sum counts as its payments once they are told, never as both."""
    batch = [Line("60.00", "F-1", reference="LOT-000777"), Line("15.00", "F-2")]
    files = [camt(DAY, [batch], sums_only=True), camt(DAY, [batch], kind="camt.054")]
    for content in files if sum_first else files[::-1]:
        await counter.feed(content)
    amounts = [amount for amount, _ in await counter.money()]
    assert amounts == [Decimal(15), Decimal(60)]
    left = dict(await counter.places())
    assert left.pop("superseded", Decimal(75)) == Decimal(75)
    assert sum(left.values()) == Decimal(75)


async def test_an_unknown_account_is_refused_by_name(counter: Counter) -> None:
    """A statement of an account that no creditor has is refused, and says what to do."""
    foreign = "DE89370400440532013000"
    summary = await counter.read(camt(DAY, [ONE], account=foreign))
    assert foreign in summary.refused
    assert "bank_accounts" in summary.refused
    assert await counter.money() == []


async def test_an_account_is_known_by_its_national_number(counter: Counter) -> None:
    """A French bank that writes the bare account number means the creditor's IBAN."""
    assert (await counter.read(sample("credit-agricole.csv"))).accounts == (OWN_IBAN,)


async def test_a_person_can_say_whose_statement_it_is(counter: Counter) -> None:
    """A file that names no account of ours is taken in once somebody says whose it is."""
    content = camt(DAY, [ONE], account="DE89370400440532013000")
    assert "--account" in (await counter.read(content)).refused
    assert (await counter.read(content, account=OWN_IBAN)).new == 1


async def test_another_format_of_the_same_day_is_left_out(counter: Counter) -> None:
    """The same day in another format cannot be recognised, so it is not counted a second time."""
    plain = sample("plain.ofx")
    await counter.read(plain, account=OWN_IBAN)
    told = await counter.money()
    rows = await counter.pool.fetch("select distinct booked_on from bank_transactions")
    day = rows[0]["booked_on"]
    summary = await counter.read(camt(day, [ONE]))
    assert (summary.new, summary.held_back) == (0, 1)
    assert str(day) in summary.problems[0]
    assert await counter.money() == told


async def test_the_bytes_are_kept_as_they_came(counter: Counter) -> None:
    """A file larger than one part comes back byte for byte."""
    content = bytes(range(256)) * 40_000
    sha256, new = await bank_files.keep_file(counter.pool, content, "large", "test")
    assert new
    assert await bank_files.content_of(counter.pool, sha256) == content
    assert await bank_files.keep_file(counter.pool, content, "again", "test") == (sha256, False)


async def test_the_last_booked_day_is_known(counter: Counter) -> None:
    """An account is booked to the day of its last statement, also when nothing moved on it."""
    await counter.read(camt(DAY, [ONE]))
    await counter.read(camt(NEXT, [], opening="100.00"))
    found = await bank_transactions.list_accounts(counter.pool)
    told = {one.account: (one.booked_to, one.closing) for one in found}
    assert told.pop(OWN_IBAN) == (NEXT, Decimal(100))
    assert set(told.values()) == {(None, None)}  # the creditor's other account, of which none told


@pytest.mark.parametrize("amount", ["99999999999999999.00", "10.001"])
async def test_an_impossible_amount_stops_nothing(counter: Counter, amount: str) -> None:
    """A line that no account can have is named and left out; the others are kept."""
    summary = await counter.feed(camt(DAY, [Line(amount, "?", reference="REF-7654321"), ONE]))
    assert [money for money, _ in await counter.money()] == [Decimal(100)]
    assert any("no amount of money" in one for one in summary.problems)


async def test_a_text_that_no_database_keeps_stops_nothing(counter: Counter) -> None:
    """A NUL in what a payer wrote is replaced, and the payment counts."""
    content = sample("plain.json").replace(b'"MERCI"', b'"\\u0000MERCI"', 1)
    assert content != sample("plain.json")
    await counter.read(content, account=OWN_IBAN)
    [(money, _)] = await counter.money()
    assert money == Decimal(119)
