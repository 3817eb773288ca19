"""Do a contract's rate and terms reach the account, the messages and the claim of a case?"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Type
from tests.support.house import House

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
OWED = b"%PDF-1.7 I owe it"


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


async def test_a_claim_near_its_end_is_warned_of_until_it_has_new_time(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """The case's own clock opens the task; a signed acknowledgement takes it off the list."""
    issued = TODAY.replace(year=TODAY.year - 5, day=1) + timedelta(days=62)
    file, letter = tmp_path / "old.csv", tmp_path / "aveu.pdf"
    file.write_text(
        "number;debtor;name;issue_date;due_date;amount;delivery_date\n"
        f"F-9;D1;Lefèvre;{issued};{issued};500,00;{issued}\n",
        "utf-8",
    )
    letter.write_bytes(OWED)
    assert (await starter("import", str(file))).code == 0
    await starter("sweep", "--json")
    await house.until("F-9", lambda case: bool(case.tasks))
    first = (await starter("tasks", "--json")).data[0]
    assert (first["kind"], first["invoice"]) == ("limitation", "F-9")
    wrong = await starter(
        *("interrupt", "F-9", "--kind", "formal-notice", "--on", str(TODAY), "--proof", "AR 1A 22")
    )
    assert "formal_notice does not interrupt" in wrong.out + wrong.err
    reminded = await starter("interrupt", "F-9", "--kind", "reminder", "--on", str(TODAY))
    assert (reminded.code, reminded.err.partition(" is unknown; expected one of: ")[0]) == (
        2,
        "--kind: 'reminder'",
    )
    unsaid = ("--kind", "court-claim", "--on", str(TODAY), "--withdraw")
    assert "--withdraw needs --reason" in (await starter("interrupt", "F-9", *unsaid)).err
    nothing = await starter("interrupt", "F-9", "--kind", "court-claim", "--on", str(TODAY))
    assert (nothing.code, "--proof is missing" in nothing.err) == (2, True)
    written = ("--on", str(TODAY), "--proof", str(letter))
    said = await starter("interrupt", "F-9", "--kind", "acknowledgement", *written)
    assert said.code == 0, said.err
    shown = (await starter("show", "F-9")).out
    digest = hashlib.sha256(OWED).hexdigest()[:12]
    assert f"acknowledgement on {TODAY}, proof: aveu.pdf, sha256 {digest}" in shown
    assert [one for one in (await house.case("F-9")).tasks if one.kind == "limitation"] == []
    account = (await starter("account", "F-9")).out
    assert f"anew from acknowledgement on {TODAY}" in account
    assert str(TODAY.year + 5) in account


async def test_a_barred_claim_is_named_where_users_look(house: House, starter: Type) -> None:
    """By the sweep that opens its case, below the forecast, and at the head of `limitation`."""
    issued = TODAY - timedelta(days=5 * 366 + 40)
    await house.invoice("F-8", due=issued + timedelta(days=30))
    swept = await starter("sweep")
    barred = "F-8: the last day to go to court was"
    assert (swept.code, f"warning: {barred}" in swept.err) == (0, True), swept.err
    assert "`starter.py limitation` lists every claim" in swept.out
    assert barred in (await starter("forecast")).out
    listed = await starter("limitation")
    assert "1 claim within 184 days, 1 of them barred" in listed.out
