"""Do a contract's rate and terms reach the account, the messages and the claim of a case?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.support.house import House

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_what_a_contract_says_reaches_the_case(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """From the import's column to the account, to what is claimed and to what `show` prints."""
    file = tmp_path / "contracts.csv"
    issued, due = TODAY - timedelta(days=70), TODAY - timedelta(days=40)
    head = "numéro;client;nom;date facture;échéance;montant;conditions;taux contractuel"
    file.write_text(
        f"{head}\nF-1;D1;Lefèvre;{issued};{due};3650,00;NET_30;15\n"
        f"F-2;D1;Lefèvre;{issued};;100,00;NET_65;\nF-3;D1;Lefèvre;{issued};{due};1,00;;5\n",
        "utf-8",
    )
    said = await starter("import", str(file), "--json")
    assert said.code == 1
    [told] = said.data
    assert [one["column"] for one in told["problems"]] == ["taux contractuel"]
    assert "floor" in told["problems"][0]["expected"]
    late = [one for one in told["warnings"] if one["column"] == "échéance"]
    assert "5 days after the legal ceiling" in late[0]["warning"]
    report = await asyncio.to_thread(Path(told["report"]).read_text, "utf-8")
    assert "imported, with a warning" in report
    before = (await starter("account", "F-1")).out
    assert "rate of the contract: 15 % a year, from the invoice" in before
    await house.open("F-1", datetime.now(UTC))
    assert "interest 15 % a year, from the invoice" in (await starter("show", "F-1")).out
    account = (await starter("account", "F-1", "--json")).data[0]
    # 3,650 at 15 % is 1.50 a day.
    assert account["interest"]["amount"] == "60.00"
    assert account["rate_of"] == "the invoice"
    claimed = await starter("charges", "claim", "F-1")
    assert "100.00 EUR of charges owed" in claimed.out
    typed = (await starter("account", "F-1", "--rate", "20", "--json")).data[0]
    assert (typed["interest"]["amount"], typed["rate_of"]) == ("80.00", "the command")
