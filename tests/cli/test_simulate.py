"""Does a plan show what it would do before anybody is written to? On engines of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import run_starter

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()
PLAN = """\
plan: short
steps:
  - {name: courtesy, day: 1, channel: email}
  - {name: formal-notice, day: 12, channel: letter}
  - {name: out, day: 30, channel: refer}
"""


def invoices(folder: Path) -> Path:
    """Two invoices of two debtors, due today."""
    file = folder / "invoices.csv"
    issued = TODAY - timedelta(days=30)
    rows = [
        f"{number};{debtor};{name};{issued};{TODAY};500,00;{debtor}@debtor.example;"
        "1 rue A;69001;LYON"
        for number, debtor, name in (("F-1", "C1", "Lefèvre"), ("F-2", "C2", "Munoz"))
    ]
    head = "number;debtor;name;issue_date;due_date;amount;email;address;postcode;city"
    file.write_text("\n".join([head, *rows]), "utf-8")
    return file


async def test_months_of_a_plan_pass_and_nothing_is_left(tmp_path: Path) -> None:
    """One pays after the mail, one is disputed after the letter; messages and files are named."""
    plan = tmp_path / "short.yaml"
    plan.write_text(PLAN, "utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir(mode=0o755)
    pay, dispute = TODAY + timedelta(days=9), TODAY + timedelta(days=20)
    said = await run_starter(
        *("simulate", str(invoices(tmp_path)), "--plan", str(plan), "--json"),
        *("--pay", f"F-1:{pay}:500", "--dispute", f"F-2:{dispute}"),
        environment={
            "RELANCE_VAR": str(tmp_path / "var"),
            "TMPDIR": str(scratch),
            "DATABASE_URL": "postgresql://nowhere.invalid/never",
        },
    )
    assert said.code == 0, said.err

    first, second = said.data["cases"]
    assert (first["invoice"], first["ended"]) == ("F-1", "paid")
    assert (second["ended"], second["outstanding"]["amount"]) == ("open", "500.00")
    assert "in dispute" in second["why"]
    sent = [one for one in second["entries"] if one["event"] == "StepPerformed"]
    assert "F-2" in sent[0]["found"]
    assert sent[1]["found"].endswith(".pdf")
    assert [one["event"] for one in first["entries"]] == [
        *("CaseOpened", "StepPerformed", "PaymentReceived", "CaseClosed"),
    ]
    assert said.data["refused"] == []
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "var").exists()


async def test_what_cannot_be_simulated_is_named(tmp_path: Path) -> None:
    """An unknown invoice, a day that has passed, a shape that is not known; nothing is started."""
    file = str(invoices(tmp_path))
    for words, expected in (
        (("--pay", "F-9:2030-01-01:5"), "no invoice 'F-9'; there are: F-1, F-2"),
        (("--pay", "F-1"), "expected INVOICE:DATE:AMOUNT"),
        (("--dispute", "F-1:2020-01-01"), "2020-01-01 has passed"),
    ):
        said = await run_starter(
            "simulate", file, "--plan", "standard", *words, environment={"COLUMNS": "200"}
        )
        assert said.code == 2
        assert expected in said.err
