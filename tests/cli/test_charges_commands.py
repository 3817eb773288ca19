"""Does a person see and claim what is owed, and hear when it was counted by another rate?"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cli import charges_commands, rates_command
from cli.claim_print import print_statement
from cli.credit_command import Typed, credit_note
from cli.outcome import CommandFailed, Exit
from schemas.interest import Dispute
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


@pytest.fixture
def rates(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a command, with a copy of the shipped rates that may be changed."""
    copy = Path(shutil.copy(SHIPPED, tmp_path / "rates.csv"))
    for name, value in {**environment, "RATES_FILE": str(copy)}.items():
        monkeypatch.setenv(name, value)
    return copy


@pytest.mark.story
@pytest.mark.usefixtures("rates")
async def test_what_is_claimed_stays_what_is_owed(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Claimed, half of it credited, then the rate is corrected: each time said as it is."""
    await house.invoice("F-1", amount="1000.00", due=date(2025, 3, 31))
    await house.open("F-1", datetime.now(UTC))
    with pytest.raises(CommandFailed, match="DayToCome: 2190-01-01 is still to come") as refusal:
        await charges_commands.claim(["F-1"], date(2190, 1, 1), "")
    assert refusal.value.code is Exit.REFUSED
    # 30 days at 13.15 %: 10.81 of a thousand, 5.40 of five hundred; at 14.15 % 5.82.
    await charges_commands.claim(["F-1"], date(2025, 4, 30), "")
    assert "claimed; 50.81 EUR of charges owed" in capsys.readouterr().out
    await credit_note(Typed("F-1", "AV-1", "500.00", on=date(2025, 4, 29)))
    assert "credit note AV-1 (error)" in capsys.readouterr().out
    new = tmp_path / "new.csv"
    new.write_text(f"{HEAD}ECB_MRO,2025-01-01,4.15,official,2024-12-18,ECB\n", "utf-8")
    await rates_command.rates(new, date(2026, 11, 22), as_json=False)
    assert "1 claim of charges counted otherwise" in capsys.readouterr().out
    await charges_commands.list_restated(owed=True, as_json=True)
    [line] = json.loads(capsys.readouterr().out)
    assert line["changed_rows"] == ["ECB_MRO@2025-01-01"]
    assert line["interest_claimed"]["amount"] == "5.40"
    assert line["interest_by_rates_of_today"]["amount"] == "5.82"


async def test_a_credit_note_of_an_unknown_kind_is_no_credit_note() -> None:
    """The kinds are named; nothing is put on record."""
    with pytest.raises(CommandFailed, match="expected one of: error, gesture, set-off"):
        await credit_note(Typed("F-1", "AV-1", "5.00", "gift"))
