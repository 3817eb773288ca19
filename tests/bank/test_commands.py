"""How do people work with the bank's money? The commands, on real engines."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import bank_commands, feed_command
from cli.outcome import CommandFailed, Exit
from tests.cli.conftest import run_starter
from tests.support.bank_files import OWN_IBAN, Line, camt
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=1)
PAYER = "FR1420041010050500013M02606"
RIDDLE = Line("250.00", "MERCI", "X 42", PAYER, "REF-1234567")


@pytest.fixture
def environment(house: House, temporal: str, tmp_path: Path) -> dict[str, str]:
    """The environment that names the house's engines."""
    return {
        "DATABASE_URL": house.owner,
        "TEMPORAL_ADDRESS": temporal,
        "TASK_QUEUE": house.means.settings.task_queue,
        "RELANCE_VAR": str(tmp_path / "var"),
        "RELANCE_AUTHOR": "camille",
    }


@pytest.fixture
def at_home(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The commands find the house, as if typed there."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def inbox(tmp_path: Path, **files: bytes) -> Path:
    """A folder into which the bank delivers."""
    folder = tmp_path / "inbox"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.xml").write_bytes(content)
    return folder


async def feed(folder: Path) -> tuple[Exit, None]:
    """Feed a folder."""
    return await feed_command.feed([folder], "", None, as_json=True), None


async def test_from_the_file_to_the_closed_case_and_back(
    house: House,
    environment: dict[str, str],
    at_home: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A person finds money that nobody could place, allocates it, and takes it back."""
    await house.invoice("F-1", amount="200.00", due=DAY - timedelta(days=3))
    await house.open("F-1", datetime.now(UTC))
    folder = inbox(tmp_path, day=camt(DAY, [RIDDLE]), scan=b"\x89PNG\r\n\x1a\n" + bytes(99))
    assert await feed(folder) == (Exit.PROBLEMS, None)
    told = json.loads(capsys.readouterr().out)["files"]
    assert [bool(one["read"]["refused"]) for one in told] == [False, True]
    said = await run_starter("unmatched", "--json", environment=environment)
    [waiting] = json.loads(said.out)
    tx = waiting["transaction"]
    assert (waiting["amount"], waiting["free"], waiting["status"]) == (
        *("250.00", "250.0000", "unmatched"),
    )
    assert await bank_commands.suggest(tx, as_json=False) is Exit.DONE
    assert await bank_commands.allocate(tx, ["F-1:150.00"], "") is Exit.DONE
    assert (await house.case("F-1")).outstanding.amount == 50
    assert await bank_commands.allocate(tx, ["F-1"], "") is Exit.DONE
    assert (await house.case("F-1")).is_closed
    said_so = capsys.readouterr().out
    assert "200.00 allocated (F-1)" in said_so
    assert "50.00 on account (D1)" in said_so
    assert await bank_commands.payers("", as_json=True) is Exit.DONE
    assert json.loads(capsys.readouterr().out)[0]["iban"] == PAYER
    assert await bank_commands.forget_payer(PAYER, "", "") is Exit.DONE
    with pytest.raises(CommandFailed, match="no payer"):
        await bank_commands.forget_payer(PAYER, "", "")
    assert await bank_commands.unallocate(tx, []) is Exit.DONE
    assert (await house.case("F-1")).outstanding.amount == 200
    assert await bank_commands.ignore(tx, "not ours") is Exit.DONE
    capsys.readouterr()
    assert await bank_commands.unmatched("", as_json=True) is Exit.DONE
    assert json.loads(capsys.readouterr().out) == []


async def test_accounts_tell_the_last_day_and_the_gaps(
    house: House,
    at_home: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each account shows its last booked day; a missing statement is named with its amount."""
    assert house
    old = camt(DAY - timedelta(days=7), [RIDDLE])
    await feed(inbox(tmp_path, a=old, b=camt(DAY, [], opening="300.00")))
    capsys.readouterr()
    assert await bank_commands.accounts("", as_json=True) is Exit.PROBLEMS
    shown = {one["account"]: one for one in json.loads(capsys.readouterr().out)["accounts"]}
    assert shown[OWN_IBAN]["booked_to"] == str(DAY)
    assert "+50.00 EUR" in shown[OWN_IBAN]["gaps"][0]
    assert await bank_commands.accounts("", as_json=False) is Exit.PROBLEMS
    assert "never fed" in capsys.readouterr().out


async def test_a_watched_folder_waits_until_a_file_is_whole(
    house: House,
    at_home: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file that still grows is left; then it is fed and moved, a refused one with its reason."""
    assert house
    content = camt(DAY, [RIDDLE])
    folder = inbox(tmp_path, growing=content[:500], scan=b"\x89PNG\r\n\x1a\n" + bytes(99))
    growing, looks = folder / "growing.xml", 0

    def enough() -> bool:
        nonlocal looks
        looks += 1
        if looks == 1:
            growing.write_bytes(content)
        return looks == 4

    assert await feed_command.watch([folder], "", 0, enough) is Exit.DONE
    assert sorted(one.name for one in folder.iterdir()) == ["done", "refused"]
    assert (folder / "done" / "growing.xml").read_bytes() == content
    assert "picture" in (folder / "refused" / "scan.xml.report.txt").read_text("utf-8")
    assert "1 new payments" in capsys.readouterr().out


async def test_the_day_begins_with_the_bank(
    house: House,
    at_home: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """First the statements, then the sweep: no case is opened for what has just been paid."""
    for number in ("FA-7001", "FA-7002"):
        await house.invoice(number, amount="70.00", due=DAY - timedelta(days=3))
    paid = Line("70.00", "FACTURE FA-7001", "Menuiserie Dubois", reference="REF-7654321")
    folder = inbox(tmp_path, day=camt(DAY, [paid]))
    assert await feed_command.day(folder, None) is Exit.DONE
    assert "1 cases opened" in capsys.readouterr().out
    opened = await house.pool.fetch("select invoice from cases")
    assert [row["invoice"] for row in opened] == ["FA-7002"]


async def test_a_suggestion_keeps_the_reminder_in_the_house(
    house: House, at_home: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Money that may be the debtor's is asked about first: nothing is sent, and `why` says so."""
    monday = TODAY + timedelta(days=7 - TODAY.weekday())
    await house.invoice("FA-8001", amount="80.00", due=monday - timedelta(days=5))
    await house.invoice("FA-8002", amount="80.00", due=monday - timedelta(days=5))
    handle = await house.open("FA-8001", at(monday - timedelta(days=1)))
    line = Line("80.00", "REGLEMENT", "Menuiserie Dubois", reference="REF-7654321")
    await feed_command.feed(
        [inbox(tmp_path, day=camt(DAY, [line]))], "", monday - timedelta(days=1), as_json=True
    )
    status = await house.pool.fetchval("select status from bank_transactions")
    assert status == "suggested"
    assert handle
    await house.skip_to("FA-8001", at(monday, 17))
    for _ in range(200):
        if row := await house.pool.fetchrow("select reason from waiting"):
            break
        await asyncio.sleep(0.05)
    assert row
    assert row["reason"] == "PaymentSuggested"
    assert house.mails() == []
