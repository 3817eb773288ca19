"""Does a person see and claim what is owed, and hear when it was counted by another rate?"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cli.claim_print import print_statement
from schemas.interest import Dispute
from tests.cli.conftest import run_starter
from tests.support.claims import SHIPPED, claim, money, stated
from tests.support.house import House

HEAD = "series,valid_from,value,status,published_on,source\n"


def test_an_account_says_what_is_contested(capsys: pytest.CaptureFixture[str]) -> None:
    """The contested part stands below the total, with what it bears if the creditor wins."""
    contested = Dispute(opened_on=date(2025, 4, 10), amount=money("400.00"))
    account = stated("2025-04-30", claim(disputes=[contested]))
    print_statement("F-1", account)
    printed = " ".join(capsys.readouterr().out.split())
    # 30 days at 13.15 %: of six hundred, and of the four hundred that are contested.
    assert "interest 6.48 EUR fixed sum 40.00 EUR total owed 1046.48 EUR" in printed
    assert "of it disputed 400.00 EUR contingent interest 4.32 EUR" in printed
    assert account.model_dump(mode="json")["disputed"]["amount"] == "400.00"


@pytest.mark.story
async def test_what_is_claimed_stays_what_is_owed(
    house: House, environment: dict[str, str], tmp_path: Path
) -> None:
    """Claimed, half of it credited, a part contested, a rate corrected: each time said as it is."""
    rates = shutil.copy(SHIPPED, tmp_path / "rates.csv")
    told = {**environment, "RATES_FILE": str(rates)}
    await house.invoice("F-1", amount="1000.00", due=date(2025, 3, 31))
    await house.open("F-1", datetime.now(UTC))
    ahead = await run_starter("charges", "claim", "F-1", "--on", "2190-01-01", environment=told)
    assert (ahead.code, "DayToCome: 2190-01-01 is still to come" in ahead.err) == (4, True)
    # 30 days at 13.15 %: 10.81 of a thousand, 5.40 of five hundred.
    claimed = await run_starter("charges", "claim", "F-1", "--on", "2025-04-30", environment=told)
    assert "claimed; 50.81 EUR of charges owed" in claimed.out
    note = ("credit-note", "F-1", "AV-1", "500.00", "--kind", "error", "--on", "2025-04-29")
    assert "(error)" in (await run_starter(*note, environment=told)).out
    asked = ("--amount", "200.00", "--reason", "price")
    dispute = await run_starter("dispute", "F-1", *asked, environment=told)
    assert dispute.code == 0, dispute
    new = tmp_path / "new.csv"
    new.write_text(f"{HEAD}ECB_MRO,2025-01-01,4.15,official,2024-12-18,ECB\n", "utf-8")
    done = await run_starter("rates", "--import", str(new), environment=told)
    assert "1 claim of charges" in done.out
    listed = await run_starter("charges", "list", "--restated", "--json", environment=told)
    [line] = listed.data
    assert line["changed_rows"] == ["ECB_MRO@2025-01-01"]
    # Three hundred uncontested: 30 days at 13.15 %, or at 14.15 %.
    assert line["interest_claimed"]["amount"] == "3.24"
    assert line["interest_by_rates_of_today"]["amount"] == "3.49"
