"""Do the cases, the worklist and the money agree? Three days of statements over 300 cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from domain.creditor_reference import rf_reference
from schemas.feed import TransactionState
from store import bank_ledger, facts
from store.open_items import open_items
from store.read_models import list_cases
from store.receivables import invoices_without_case
from tests.bank.test_feed import feed
from tests.support.bank_files import Line, camt
from tests.support.house import ATELIER, House

pytestmark = pytest.mark.story

DEBTORS, EACH = 100, 3
TODAY = datetime.now(UTC).date()
FIRST = TODAY - timedelta(days=3)
Entry = Line | Sequence[Line]


def number(debtor: int, which: int) -> str:
    """An invoice number."""
    return f"FA-{2600 + debtor:04d}{which}"


def amount(debtor: int, which: int) -> Decimal:
    """What an invoice is about: no two amounts are alike."""
    return Decimal(100 + debtor) + Decimal(which * 1000) + Decimal(debtor % 97) / 100


def name(debtor: int) -> str:
    """A debtor's name; none is like another."""
    towns = ("Albi", "Brest", "Caen", "Dax", "Evry", "Foix", "Gap", "Hyeres", "Istres", "Jarnac")
    trades = ("Boulangerie", "Garage", "Menuiserie", "Librairie", "Pharmacie", "Imprimerie")
    return f"{trades[debtor % 6]} {towns[debtor % 10]} {'ABCDEFGHIJ'[debtor // 10]}{debtor:02d}"


async def a_house_full_of_cases(house: House) -> None:
    """Three hundred overdue invoices of a hundred debtors, each with its case."""
    due = FIRST - timedelta(days=1)
    await house.pool.executemany(
        "insert into debtors (creditor, debtor_id, name) values ($1, $2, $3)",
        [(ATELIER, f"D{debtor}", name(debtor)) for debtor in range(DEBTORS)],
    )
    rows = [
        (*(ATELIER, text, f"D{debtor}", due, amount(debtor, which)), rf_reference(text))
        for debtor in range(DEBTORS)
        for which in range(EACH)
        if (text := number(debtor, which))
    ]
    await house.pool.executemany(
        """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
        currency, reference) values ($1, $2, $3, $4, $4, $5, 'EUR', $6)""",
        rows,
    )
    creditor = house.means.creditors[ATELIER]
    wanted = await invoices_without_case(house.pool, ATELIER, [row[1] for row in rows])
    opened = await house.cases.open_invoices(creditor, wanted, datetime.now(UTC), by="test")
    with house.skipper.with_time_skipping_disabled():
        assert await house.cases.start(opened) == DEBTORS * EACH


class Bank:
    """What the bank tells on each day, and what must be open in the end."""

    def __init__(self) -> None:
        self.open = {
            number(debtor, which): amount(debtor, which)
            for debtor in range(DEBTORS)
            for which in range(EACH)
        }
        self.balance = Decimal(0)
        self.counted = 0
        self.on_account = Decimal(0)
        self.asked = Decimal(0)

    def pays(self, debtor: int, *which: int, part: str = "", more: str = "0.00") -> Line:
        """A payment that names its invoices: in full, in part, or too much."""
        numbers = [number(debtor, one) for one in which]
        total = Decimal(part) if part else sum((self.open[one] for one in numbers), Decimal(0))
        for one in numbers:
            self.open[one] -= total if part else self.open[one]
        self.on_account += Decimal(more)
        word = "ACOMPTE SUR " if part else "REGLEMENT "
        return self.line(total + Decimal(more), debtor, word + " ".join(numbers))

    def pays_again(self, debtor: int, which: int) -> Line:
        """The same invoice a second time: the money is the debtor's, and settles nothing."""
        self.on_account += amount(debtor, which)
        return self.line(amount(debtor, which), debtor, f"REGLEMENT {number(debtor, which)}")

    def riddle(self, value: str) -> Line:
        """Money of somebody unknown."""
        self.asked += Decimal(value)
        return self.line(Decimal(value), -1, "MERCI POUR TOUT")

    def returns(self, debtor: int, which: int, fee: str) -> Line:
        """A payment goes back, and the bank keeps a fee."""
        self.open[number(debtor, which)] = amount(debtor, which)
        value = -amount(debtor, which) - Decimal(fee)
        line = self.line(value, debtor, f"REJET {number(debtor, which)}")
        return Line(
            line.amount, line.text, line.name, line.iban, line.reference,
            f"E2E-{debtor}-{which}", "MS03",
        )  # fmt: skip

    def line(self, value: Decimal, debtor: int, text: str) -> Line:
        """A payment with the bank's own reference."""
        self.counted += 1
        who = name(debtor) if debtor >= 0 else "Q7 ZZ"
        return Line(f"{value:.2f}", text, who, "", f"BK{self.counted:08d}")

    def statement(self, day: date, entries: Sequence[Entry], kind: str = "camt.053") -> bytes:
        """The day's statement, with balances that follow."""
        content = camt(day, entries, opening=f"{self.balance:.2f}", kind=kind)
        if kind == "camt.053":
            lines = [one for entry in entries for one in _lines(entry)]
            self.balance += sum((Decimal(one.amount) for one in lines), Decimal(0))
        return content


def _lines(entry: Entry) -> list[Line]:
    return [entry] if isinstance(entry, Line) else list(entry)


def _with_end_to_end(line: Line, debtor: int, which: int) -> Line:
    return Line(
        *(line.amount, line.text, line.name, line.iban, line.reference),
        end_to_end=f"E2E-{debtor}-{which}",
    )


def three_days(bank: Bank) -> list[list[bytes]]:
    """Files of three days; reports, statements and notifications tell of the same payments."""
    day = [FIRST + timedelta(days=number) for number in range(3)]
    first: list[Entry] = [_with_end_to_end(bank.pays(debtor, 0), debtor, 0) for debtor in range(40)]
    first += [bank.pays(debtor, 0, part="50.00") for debtor in range(40, 50)]
    batch = [bank.pays(debtor, 0) for debtor in range(50, 55)]
    second: list[Entry] = [bank.pays(debtor, 1, 2) for debtor in range(20)]
    second += [bank.pays(debtor, 1, more="12.34") for debtor in range(20, 26)]
    second += [bank.pays_again(debtor, 0) for debtor in range(10, 14)]
    second += [bank.riddle("77.70"), bank.riddle("77.70")]
    third: list[Entry] = [bank.returns(debtor, 0, "3.50") for debtor in range(20, 28)]
    third += [bank.pays(debtor, 2) for debtor in range(60, 70)]
    report = bank.statement(day[0], first[:30], "camt.052")
    sums = camt(day[0], [*first, batch], opening="0.00", sums_only=True)
    bank.statement(day[0], [*first, batch])
    details = bank.statement(day[0], [*first, batch], "camt.054")
    tuesday = bank.statement(day[1], second)
    wednesday = bank.statement(day[2], third)
    return [[report, sums, details], [tuesday, sums], [wednesday, tuesday, wednesday]]


async def test_three_days_over_three_hundred_cases(house: House) -> None:
    """In part, in groups, too much, twice, returned, told again: everything adds up to the cent."""
    await a_house_full_of_cases(house)
    bank = Bank()
    for files in three_days(bank):
        for content in files:
            summary = await feed(house, content)
            assert (summary.gaps, summary.told.untold) == ((), 0)
    await _money_adds_up(house, bank)
    lines = {line.invoice: line for line in await list_cases(house.pool)}
    assert {name_: line.outstanding for name_, line in lines.items()} == bank.open
    closed = {name_ for name_, line in lines.items() if line.state == "closed"}
    assert closed == {name_ for name_, rest in bank.open.items() if rest == 0}
    async with house.pool.acquire() as connection:
        found = await open_items(connection, ATELIER, TODAY)
    assert {one.document: one.open_amount for one in found} == bank.open
    assert await facts.all_untold(house.pool) == []
    waiting = await bank_ledger.waiting_money(
        house.pool, ATELIER, [TransactionState.SUGGESTED, TransactionState.UNMATCHED]
    )
    assert sum((one.free for one in waiting), Decimal(0)) == bank.asked


async def _money_adds_up(house: House, bank: Bank) -> None:
    """What the bank moved is in exactly one place each, and the places are those expected."""
    places = (await bank_ledger.sums(house.pool))["EUR"]
    superseded = places.pop("superseded")
    assert superseded == sum((amount(debtor, 0) for debtor in range(50, 55)), Decimal(0))
    assert sum(places.values()) == bank.balance
    paid = sum(
        (amount(d, w) - bank.open[number(d, w)] for d in range(DEBTORS) for w in range(EACH)),
        Decimal(0),
    )
    assert places == {
        "allocated": paid,
        "on account": bank.on_account,
        "unmatched": bank.asked,
        "ignored": Decimal("-3.50") * 8,
    }
