"""Do `interest`, `account` and `rates` say what a person needs, and refuse with the way out?"""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cli.interest_command import Asked, TypedClaim, interest
from cli.outcome import CommandFailed, Exit
from schemas.settings import Settings
from tests.cli.conftest import ROOT, Said, Type, run_starter
from tests.support.claims import SHIPPED, TABLE
from tests.support.house import House
from worker import warn_of_rates

EXAMPLE = ("--amount", "1000", "--due", "2025-03-31", "--paid", "2025-04-30")


@pytest.fixture
def rates_file(tmp_path: Path) -> Path:
    """A copy of the shipped rates that may be changed."""
    return Path(shutil.copy(SHIPPED, tmp_path / "rates.csv"))


async def typed(*words: str, rates: Path = SHIPPED) -> Said:
    """A command that needs no engine and is given none."""
    cleared = dict.fromkeys(("DATABASE_URL", "TEMPORAL_ADDRESS"), "")
    return await run_starter(*words, environment={**cleared, "RATES_FILE": str(rates)})


async def text_of(file: Path) -> str:
    """What a file says."""
    return await asyncio.to_thread(file.read_text, "utf-8")


async def test_interest_is_computed_without_a_database() -> None:
    """The first worked example, as a person types it: 10.81, 40.00 and 1,050.81."""
    said = await typed("interest", "--country", "FR", "--capacity", "business", *EXAMPLE, "--json")
    assert said.code == 0
    found = {part: said.data[part]["amount"] for part in ("interest", "indemnity", "total")}
    assert found == {"interest": "10.81", "indemnity": "40.00", "total": "1050.81"}
    assert said.data["segments"][0]["row"]["series"] == "ECB_MRO"
    text = await typed("interest", *EXAMPLE)
    for words in ("1050.81 EUR", "ECB_MRO@2025-01-01", "13.15 %", "0.360274", "L441-10", "/ 365"):
        assert words in text.out


async def test_interest_takes_payments_credits_and_policies() -> None:
    """Part payments and credit notes as DATE:AMOUNT, and the order in which they settle."""
    more = ("--payment", "2025-04-10:100", "--payment", "2025-04-20:50,50")
    credit = ("--credit", "2025-04-15:200:error", "--policy", "principal_first", "--json")
    said = await typed("interest", *EXAMPLE, *more, *credit)
    assert [(one["day"], one["kind"]) for one in said.data["entries"]] == [
        ("2025-04-10", "payment"),
        ("2025-04-15", "error"),
        ("2025-04-20", "payment"),
    ]
    assert said.data["principal_owed"]["amount"] == "649.50"
    pounds = await typed("interest", "--country", "gb", *EXAMPLE, "--json")
    assert pounds.data["indemnity"] == {"amount": "70.00", "currency": "GBP"}


POLICY = "legal_accessories_first"
CLAIM = {"country": "FR", "capacity": "business", "amount": "1000", "due": date(2025, 3, 31)}


@pytest.mark.parametrize(
    ("told", "code", "words"),
    [
        ({"rate": "5"}, Exit.REFUSED, "floor of 11.13 %"),
        ({"rate": "five"}, Exit.USAGE, "--rate: 'five' is no number"),
        ({"rate": "NaN"}, Exit.USAGE, "--rate: 'NaN' is out of range"),
        ({"policy": "oldest"}, Exit.USAGE, "expected one of: legal_accessories_first"),
        ({"payments": ["yesterday:5"]}, Exit.USAGE, "'yesterday' is no day"),
        ({"payments": ["2025-04-01"]}, Exit.USAGE, "'' is no number"),
        ({"payments": ["2025-04-01:1.234"]}, Exit.USAGE, "'1.234' is no amount in 'EUR'"),
        ({"payments": ["2025-04-01:-5"]}, Exit.USAGE, "is not more than nothing"),
        ({"credits": ["2025-04-01:5:gift"]}, Exit.USAGE, "KIND one of error, gesture, set_off"),
        ({"capacity": "friend"}, Exit.USAGE, "--capacity: 'friend' is unknown; expected one of"),
        ({"country": "France"}, Exit.USAGE, "expected two letters such as FR"),
        (
            {"amount": "1,234.567"},
            Exit.USAGE,
            "'1,234.567' is not an amount of at most 2",
        ),
        ({"amount": "1.2.3"}, Exit.USAGE, "--amount: '1.2.3' is not an amount such as 1234.56"),
        ({"country": "PL"}, Exit.PROBLEMS, "no rule of late payment is known for PL"),
        ({"currency": "euro"}, Exit.USAGE, "--currency: 'euro' is not a currency code such as"),
        ({"due": date(1899, 12, 31)}, Exit.USAGE, "due_date"),
        ({"country": "DE", "due": date(9999, 12, 31)}, Exit.USAGE, "due_date"),
        ({"amount": "1e40"}, Exit.USAGE, "--amount: '1e40' is out of range"),
        ({"paid": date(2400, 1, 1)}, Exit.USAGE, "2400-01-01 is no day for an account"),
    ],
)
async def test_what_cannot_be_computed_is_refused_with_the_way_out(
    told: dict[str, Any], code: Exit, words: str
) -> None:
    """The exit code says whether it was mistyped, refused or not known; the words say where."""
    asked = Asked(told.pop("policy", "legal_accessories_first"), told.pop("rate", ""))
    paid = told.pop("paid", date(2025, 4, 30))
    claim = TypedClaim(**{**CLAIM, "currency": "", **told})
    with pytest.raises(CommandFailed) as refusal:
        await interest(claim, paid, asked, as_json=False)
    assert (refusal.value.code, words in str(refusal.value)) == (code, True), str(refusal.value)


async def test_what_is_in_no_figure_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A payment of a later day, an account before the due date; thousands as people write them."""
    typed = TypedClaim("fr", "business", "1.234,56", "eur", date(2025, 3, 31), ["2025-05-01:9"])
    assert await interest(typed, date(2025, 3, 31), Asked(POLICY, "14 %"), as_json=True) == 0
    said = capsys.readouterr()
    assert '"1234.56"' in said.out
    assert said.err.splitlines() == [
        "warning: nothing is late on 2025-03-31: it is due on 2025-03-31",
        "warning: 9.00 EUR of 2025-05-01 is left out: the account is of 2025-03-31 (see --paid)",
    ]


async def test_a_refused_rate_ends_the_command_with_its_own_code() -> None:
    """A rate below the floor is refused: exit code 4, and what applies instead."""
    said = await typed("interest", *EXAMPLE, "--rate", "5")
    assert (said.code, said.out) == (4, "")
    assert "the law's own rate of 13.15 % applies" in said.err


async def test_a_contract_rate_that_a_published_rate_overtakes_is_named_and_stops_nothing(
    rates_file: Path, tmp_path: Path
) -> None:
    """At its start the worker names file, field, floor and proposal, as `rates` does.

    8.28 % are more than three times 2.62 %, and less than three times the 2.80 % published now.
    """
    folder = tmp_path / "creditors"
    folder.mkdir()
    file, here = folder / "a.yaml", {"CREDITORS_FOLDER": str(folder), "RATES_FILE": str(rates_file)}
    sample = await text_of(ROOT / "creditors/atelier.yaml")
    file.write_text(f"{sample}contract_rate:\n  business: 8.28\n", "utf-8")
    line = sample.count("\n") + 2
    checked = await run_starter("creditor", "check", str(file), environment=here)
    assert (checked.code, "8.28 % towards businesses, all well" in checked.out) == (0, True)
    new = tmp_path / "new.csv"
    row = "FR_LEGAL_OTHER,2026-07-01,2.80,official,2026-06-30,Journal officiel"
    new.write_text(f"series,valid_from,value,status,published_on,source\n{row}\n", "utf-8")
    place = f"{file}:{line}: contract_rate.business: a contract rate of 8.28 % is below the "
    floor = "floor of 8.40 % (3 times the legal rate of 2.80 % from 2026-07-01)"
    proposal = "until then accounts count the lower of the two"

    def names_it(said: str) -> bool:
        return all(words in said for words in (place, floor, "leave it out", proposal))

    imported = await run_starter("rates", "--import", str(new), environment=here)
    assert (imported.code, names_it(imported.err)) == (0, True), imported.err
    listed = await run_starter("rates", "--json", environment=here)
    assert [one["field"] for one in listed.data["contract_rates"]] == ["contract_rate.business"]
    checked = await run_starter("creditor", "check", str(file), environment=here)
    assert (checked.code, names_it(checked.err)) == (1, True), checked.err
    with capture_logs() as logs:
        warn_of_rates(Settings(creditors_folder=folder, rates_file=rates_file))
    [log] = logs
    assert log["log_level"] == "warning"
    assert names_it(f"{log['file']}: {log['field']}: {log['why']}")


async def test_rates_are_listed_with_what_is_due(rates_file: Path) -> None:
    """Every row with its source, and a warning for the French legal rate that is missing."""
    said = await typed("rates", "--json", rates=rates_file)
    assert said.code == 0
    assert len(said.data["rates"]) == len(TABLE.rows)
    missing = {one["series"] for one in said.data["due"] if one["is_missing"]}
    assert {"FR_LEGAL_OTHER", "FR_LEGAL_INDIVIDUAL"} <= missing
    text = await typed("rates", rates=rates_file)
    assert "UK_BANK_RATE_REFERENCE" in text.out
    assert "FR_LEGAL_OTHER: rate to be published or imported since 2026-07-01" in text.err
    german = await typed("rates", "--country", "de", "--json", rates=rates_file)
    assert {one["series"] for one in german.data["rates"]} == {"DE_BASE"}
    nowhere = await typed("rates", "--country", "XX", rates=rates_file)
    assert (nowhere.code, "--country" in nowhere.err) == (2, True)


async def test_rates_are_imported_into_the_file(rates_file: Path, tmp_path: Path) -> None:
    """A new row is used from then on; the same file again changes nothing."""
    new = tmp_path / "new.csv"
    new.write_text(
        "series,valid_from,value,status,published_on,source\n"
        "FR_LEGAL_OTHER,2026-07-01,2.70,official,2026-06-30,Journal officiel\n",
        "utf-8",
    )
    first = await typed("rates", "--import", str(new), rates=rates_file)
    assert "FR_LEGAL_OTHER@2026-07-01: 2.70 % official (new)" in first.out
    assert "FR_LEGAL_OTHER,2026-07-01,2.70,official" in await text_of(rates_file)
    again = await typed("rates", "--import", str(new), "--json", rates=rates_file)
    assert again.data["changed"] == []
    consumer = ("--capacity", "consumer", "--formal-notice", "2026-07-01", "--json")
    dates = ("--amount", "1000", "--due", "2026-06-01", "--paid", "2026-07-31")
    used = await typed("interest", *consumer, *dates, rates=rates_file)
    assert used.data["interest"]["amount"] == "2.22"
    left = await asyncio.to_thread(os.listdir, tmp_path)
    assert sorted(left) == ["new.csv", "rates.csv"]


async def test_a_bad_file_of_rates_changes_nothing(rates_file: Path, tmp_path: Path) -> None:
    """Every mistake with its line and column, exit code 1, and the table as it was."""
    before = await text_of(rates_file)
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "series,valid_from,value,status,published_on,source\n"
        "ECB_MRO,2027-01-01,2.40,official,,ECB\n"
        "ECB_MRO,2027-03-01,two,official,,ECB\n",
        "utf-8",
    )
    said = await typed("rates", "--import", str(bad), rates=rates_file)
    assert said.code == 1
    assert "bad.csv:3: valid_from: '2027-03-01' is not a 1 January or 1 July" in said.err
    assert "bad.csv:3: value: 'two' is not percent a year" in said.err
    assert await text_of(rates_file) == before
    nowhere = await typed("rates", rates=tmp_path / "nowhere.csv")
    assert (nowhere.code, "cannot read the rates" in nowhere.err) == (5, True)


@pytest.mark.story
async def test_an_account_is_stated_from_what_is_on_record(house: House, starter: Type) -> None:
    """Invoice, payment and debtor from the database: the account of a day, in parts and in sum."""
    await house.invoice("F-1", amount="6240.00", due=date(2025, 6, 10))
    await house.invoice("F-2", amount="1000.00", due=date(2025, 3, 31))
    await house.open("F-1", datetime.now(UTC))
    await house.pay("F-1", "1000.00", payment_id="bank-1", on=date(2025, 7, 25))
    said = await starter("account", "F-1", "F-2", "--on", "2025-07-25", "--json")
    assert said.code == 0
    first, second = said.data
    assert (first["invoice"], first["interest"]["amount"]) == ("F-1", "96.89")
    assert (first["paid"]["amount"], first["total"]["amount"]) == ("1000.00", "5376.89")
    assert first["entries"][0]["reference"] == "bank-1"
    assert second["country"] == "FR"
    text = await starter("account", "F-1", "F-2", "--on", "2025-07-25", "--rate", "15")
    assert "at the contract's rate" in text.out
    assert "total of 2 invoices" in text.out
    # The payment of July 2025 gave five new years.
    assert first["limitation"]["limitation_day"] == "2030-07-25"
    old = await starter("account", "F-2", "--on", "2029-12-01")
    assert "less than three months to go to court: 2030-03-01" in old.err
    await house.pool.execute(
        """insert into payments
        (payment_id, creditor, invoice, amount, currency, received_on, source) values
            ('odd-1', 'atelier', 'F-2', 5, 'USD', '2025-04-02', 'manual'),
            ('odd-2', 'atelier', 'F-2', -7, 'EUR', '2025-04-02', 'manual')"""
    )
    odd = await starter("account", "F-2", "--on", "2025-04-30", "--json")
    assert odd.data[0]["total"]["amount"] == "1050.81"
    assert [notice.split(" on ")[0] for notice in odd.data[0]["notices"]] == [
        "payment odd-1 of 5.00 USD",
        "payment odd-2 of -7.00 EUR",
    ]
    unknown = await starter("account", "F-9", "F-2", "--on", "2025-07-25")
    assert (unknown.code, "F-9: there is no such invoice of atelier" in unknown.err) == (5, True)
    assert "F-2: account on 2025-07-25" in unknown.out
    near = (await starter("limitation", "--within", "5000", "--json")).data
    assert [(one["invoice"], one["limitation_day"]) for one in near] == [("F-1", "2030-07-25")]
    assert (await starter("charges", "claim", "F-1", "--on", "2025-07-25")).code == 0
    assert (
        await starter("charges", "waive", "F-1", "--reason", "kind", "--part", "indemnity")
    ).code == 0
    [line] = (await starter("charges", "list", "--owed", "--json")).data
    assert (line["interest_owed"]["amount"], line["indemnity_owed"]["amount"]) == ("96.89", "0.00")
    waived = (await starter("account", "F-1", "--on", "2025-07-25", "--json")).data[0]
    assert (waived["indemnity_owed"]["amount"], waived["total"]["amount"]) == ("0.00", "5336.89")
    again = await starter("charges", "reinstate", "F-1")
    assert "136.89 EUR of charges owed" in again.out
