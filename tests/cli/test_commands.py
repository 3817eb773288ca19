"""Do the commands do what a person expects, and say what to do when they cannot?"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from schemas.case import ClosingReason
from tests.cli.conftest import ROOT, Type, run_starter
from tests.support.house import House, at

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
DUE = TODAY - timedelta(days=1)


def test_help_loads_nothing_heavy() -> None:
    """Asked for help, it answers at once: neither the engine's SDK nor a driver is loaded."""
    script = (
        "import sys; sys.argv = ['starter.py', '--help']\n"
        "try:\n    import runpy; runpy.run_path('starter.py', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'temporalio', 'asyncpg', 'pydantic', 'typst', 'babel', 'starlette'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines()[-1] == "[]"
    assert "Exit codes" in said.stdout


async def test_without_engines_a_command_says_what_to_do(tmp_path: Path) -> None:
    """Nothing runs and nothing is named: exit code 3 and the way out."""
    cleared = dict.fromkeys(("DATABASE_URL", "TEMPORAL_ADDRESS"), "")
    said = await run_starter("list", environment={**cleared, "RELANCE_VAR": str(tmp_path)})
    assert said.code == 3
    assert "./run up" in said.err


async def test_invoices_come_in_and_are_opened_by_the_sweep(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """A file is imported twice without change; the sweep opens what is overdue."""
    file = tmp_path / "factures.csv"
    file.write_text(
        "numéro;client;nom;date_facture;échéance;montant_ttc;courriel\n"
        f"F-1;D1;Menuiserie Dubois;{DUE - timedelta(days=30)};{DUE};1 234,56;a@dubois.example\n"
        f"F-2;D1;Menuiserie Dubois;{DUE};{DUE + timedelta(days=60)};10,00;a@dubois.example\n"
        f"F-3;D1;Menuiserie Dubois;{DUE};demain;10,00;a@dubois.example\n",
        "utf-8",
    )
    first = await starter("import", str(file), "--json")
    assert first.code == 1
    assert (first.data[0]["new"], len(first.data[0]["problems"])) == (2, 1)
    assert first.data[0]["problems"][0]["line"] == 4
    assert "demain" in await asyncio.to_thread(Path(first.data[0]["report"]).read_text, "utf-8")
    again = await starter("import", str(file), "--dry-run", "--json")
    assert (again.data[0]["new"], again.data[0]["unchanged"]) == (0, 2)
    early = await starter("show", "F-2")
    assert (early.code, "10.00 EUR outstanding; it has no case yet" in early.err) == (5, True)
    assert "there is no case 'F-4'" in (await starter("show", "F-4")).err
    swept = await starter("sweep", "--json")
    assert (swept.data["opened"], swept.data["started"]) == (1, 1)
    listed = await starter("list", "--json")
    assert [(case["invoice"], case["outstanding"]) for case in listed.data] == [
        ("F-1", "1234.5600")
    ]
    assert (await starter("sweep", "--json")).data["opened"] == 0
    file.write_text(file.read_text("utf-8").replace("1 234,56", "1 000,00"), "utf-8")
    changed = await starter("import", str(file), "--json")
    assert [(one["field"], one["before"]) for one in changed.data[0]["changed"]] == [
        ("amount", "1234.56 EUR")
    ]
    assert (await starter("sweep", "--json")).data["told"] == 1
    assert str((await house.case("F-1")).claim) == "1000.00 EUR"


async def test_show_tells_the_past_the_present_and_the_future(house: House, starter: Type) -> None:
    """The command `show` prints what happened, why nothing happens now, and what will."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    said = await starter("show", "F-1", "--json")
    assert said.code == 0
    assert [one["event"]["type"] for one in said.data["events"]] == ["CaseOpened"]
    assert "'courtesy' is due" in said.data["why"]
    coming = [one["step"] for one in said.data["forecast"]]
    assert coming == ["courtesy", "reminder", "call", "firm", "formal-notice", "hand-over"]
    text = await starter("show", "case/atelier/F-1")
    assert "opened" in text.out.lower()
    assert "1200.00 EUR due" in text.out
    assert "Ahead, if nobody pays" in text.out


async def test_a_payment_by_hand_that_is_odd_is_asked_about_or_refused(
    house: House, starter: Type
) -> None:
    """No amount, another currency, a lost comma: refused by field; too much: only when meant so."""
    await house.invoice("F-1", amount="100.00", due=DUE)
    await house.invoice("F-2", amount="100.00", due=DUE)
    await house.open("F-1", datetime.now(UTC))
    for amount in ("0", "-5", "1000000000000", "10000", "10.001", "ten"):
        wrong = await starter("pay", "F-1", "--", amount)
        assert (wrong.code, wrong.err.partition(":")[0]) == (2, "AMOUNT"), wrong.err
    dollars = await starter("pay", "F-1", "50", "--currency", "USD")
    assert (dollars.code, "--currency: invoice F-1 is in EUR" in dollars.err) == (2, True)
    nowhere = await starter("pay", "F-2", "120", "--yes")
    assert (nowhere.code, "20.00 EUR" in nowhere.err) == (4, True)
    more = await starter("pay", "F-1", "120", "--id", "much")
    assert (more.code, "20.00 EUR of the 120.00 EUR" in more.err) == (2, True)
    assert str((await house.case("F-1")).outstanding) == "100.00 EUR"
    assert (await starter("pay", "F-1", "120", "--id", "much", "--yes")).code == 0
    assert (await starter("pay", "F-1", "120", "--id", "much")).code == 0
    case = await house.case("F-1")
    assert (case.closing, [str(one) for one in case.unallocated]) == (
        *(ClosingReason.PAID, ["20.00 EUR"]),
    )
    assert [task.kind for task in case.tasks] == ["unallocated-cash"]


async def test_a_payment_by_hand_counts_once_and_ends_the_case(house: House, starter: Type) -> None:
    """The command `pay` with one id twice is one payment; in full, it ends the case."""
    await house.invoice("F-1", amount="100.00", due=DUE)
    await house.open("F-1", datetime.now(UTC))
    await starter("pay", "F-1", "40", "--id", "bank-1")
    twice = await starter("pay", "F-1", "40", "--id", "bank-1")
    assert "nothing was changed" in twice.out
    assert str((await house.case("F-1")).outstanding) == "60.00 EUR"
    await starter("pay", "F-1", "60,00", "--id", "bank-2")
    assert (await house.case("F-1")).closing is ClosingReason.PAID
    assert (await starter("pay", "F-1", "60,00", "--id", "bank-2")).code == 0
    refused = await starter("cancel", "F-1", "--reason", "too late")
    assert refused.code == 4
    assert "CaseIsClosed" in refused.err


async def test_a_case_is_cancelled_with_its_reason_and_author(house: House, starter: Type) -> None:
    """The command `cancel` ends a case; who and why stay on record."""
    await house.invoice("F-1", due=DUE)
    await house.open("F-1", datetime.now(UTC))
    assert (await starter("cancel", "F-1", "--reason", "goodwill")).code == 0
    said = await starter("show", "F-1", "--json")
    closed = said.data["events"][-1]["event"]
    assert (closed["reason"], closed["note"], closed["by"]) == ("cancelled", "goodwill", "camille")


async def test_a_call_waits_for_a_person_who_says_what_came_of_it(
    house: House, starter: Type
) -> None:
    """The phone step is a task with a number and a script; a promise made on the phone is one."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    for count, day in enumerate((3, 10, 15), start=1):
        await house.skip_to("F-1", at(TODAY + timedelta(days=day + 6)))
        await house.steps("F-1", count)
    await house.pool.execute("update debtors set phone = '04 78 00 00 00'")
    [task] = (await starter("tasks", "--json")).data
    assert (task["kind"], task["invoice"]) == ("call", "F-1")
    assert (task["number"], task["attempts"]) == ("+33478000000", 0)
    shown = (await starter("task", "show", task["task_id"])).out
    assert "APPEL" in shown
    assert "1 200,00" in shown.replace("\u202f", " ").replace("\u00a0", " ")
    nobody = await starter("task", "done", task["task_id"], "--outcome", "no-answer")
    assert "call 1; again from" in nobody.out
    [later] = (await starter("tasks", "--kind", "call", "--owner", "claire", "--json")).data
    assert (later["attempts"], later["urgency"]) == (1, "later")
    wrong = await starter("task", "done", task["task_id"], "--outcome", "maybe")
    assert wrong.code == 4
    assert "promised" in wrong.err
    pay_day = (TODAY + timedelta(days=30)).isoformat()
    promised = ("task", "done", task["task_id"], "--outcome", "promised")
    assert "PromiseWithoutDay" in (await starter(*promised)).err
    assert (await starter(*promised, "--on", pay_day, "--amount", "700")).code == 0
    arrangement = (await house.case("F-1")).arrangement
    assert arrangement is not None
    assert (str(arrangement.total), arrangement.instalments[0].on.isoformat()) == (
        "700.00 EUR",
        pay_day,
    )
    assert (await starter("tasks", "--json")).data == []


async def test_audit_names_the_event_that_somebody_changed(house: House, starter: Type) -> None:
    """A superuser changes one event behind everybody's back: `audit` names it, with exit code 1."""
    await house.invoice("F-1", amount="100.00", due=DUE)
    await house.open("F-1", datetime.now(UTC))
    await house.pay("F-1", "100.00", on=TODAY)
    assert (await starter("audit")).code == 0
    superuser = await asyncpg.connect(house.owner)
    await superuser.execute("alter table events disable trigger all")
    await superuser.execute(
        "update events set data = jsonb_set(data, '{amount,amount}', '\"1.00\"') where version = 2"
    )
    await superuser.close()
    said = await starter("audit", "--json")
    assert said.code == 1
    [finding] = said.data["findings"]
    assert (finding["stream"], finding["version"]) == ("case/atelier/F-1", 2)


async def test_rebuild_says_whether_anything_had_differed(house: House, starter: Type) -> None:
    """On a sound database `rebuild` changes nothing and says so; a doctored row is mended."""
    await house.invoice("F-1", due=DUE)
    await house.open("F-1", datetime.now(UTC))
    assert (await starter("rebuild", "--json")).data["changed"] == 0
    superuser = await asyncpg.connect(house.owner)
    await superuser.execute("update cases set outstanding = 1")
    await superuser.close()
    assert (await starter("rebuild", "--json")).data["changed"] > 0
    assert str((await house.case("F-1")).outstanding) == "1200.00 EUR"
    assert (await starter("rebuild", "--json")).data["changed"] == 0


async def test_resume_counts_what_runs_already(house: House, starter: Type) -> None:
    """The command `resume` on a healthy engine starts nothing and says so."""
    await house.invoice("F-1", due=DUE)
    await house.open("F-1", datetime.now(UTC))
    said = await starter("resume", "--json")
    assert said.data == {"open": 1, "started": 0, "running_already": 1}


async def test_the_schedule_is_set_changed_and_removed(starter: Type) -> None:
    """The command `schedule` may be said again with another hour, and taken back."""
    first = await starter("schedule", "--at", "06:15")
    assert first.code == 0
    assert "06:15" in first.out
    assert "07:45" in (await starter("schedule", "--at", "07:45")).out
    assert (await starter("schedule", "--remove")).code == 0


def test_plans_are_checked_by_line_and_previewed_with_reasons(tmp_path: Path) -> None:
    """A plan's mistakes are named by file, line and field; its preview says why a day moved."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "plan: wrong\nsteps:\n  - name: courtesy\n    day: 3\n    channel: mail\n", "utf-8"
    )

    def starter(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "starter.py", "plan", *words],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    checked = starter("check", str(wrong), "plans/standard.yaml")
    assert checked.returncode == 1
    assert f"{wrong}:5" in checked.stderr
    assert "channel" in checked.stderr
    assert "all well" in checked.stdout
    preview = starter("preview", "plans/standard.yaml", "--due", "2026-12-01", "--country", "FR")
    assert "Saturday" in preview.stdout
    named = starter("preview", "standard", "--due", "2026-12-01", "--country", "FR")
    assert named.stdout == preview.stdout
