"""What becomes of invoices that others have pursued before? They begin where the others stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.case import StepOutcome
from tests.cli.conftest import Type
from tests.support.house import House

pytestmark = pytest.mark.story
TODAY = datetime.now(UTC).date()


async def test_a_case_begins_at_the_step_that_its_import_names(
    house: House, starter: Type, tmp_path: Path
) -> None:
    """Two reminders went out elsewhere: they are on record as skipped, and the call is next."""
    file = tmp_path / "late.csv"
    issued, due = TODAY - timedelta(days=40), TODAY - timedelta(days=10)
    line = f"D1;Lefèvre;{issued};{due};500,00"
    file.write_text(
        "numéro;client;nom;date facture;échéance;montant;étape\n"
        + "\n".join(f"F-{n};{line};{step}" for n, step in ((1, "call"), (2, "relance 9"), (3, ""))),
        "utf-8",
    )
    said = await starter("import", str(file))
    assert said.code == 1
    assert "relance 9" in said.err
    assert "a step of plan standard: call, courtesy" in said.err
    swept = await starter("sweep", "--json")
    assert swept.code == 0, swept.err
    case = await house.case("F-1")
    assert [(one.step, one.outcome) for one in case.steps] == [
        ("courtesy", StepOutcome.SKIPPED),
        ("reminder", StepOutcome.SKIPPED),
    ]
    assert "before Relance" in (await starter("show", "F-1")).out
    assert (await house.case("F-3")).plan.step("courtesy") is not None
    assert all(step.step != "reminder" for step in (await house.case("F-3")).steps)


async def test_a_case_is_opened_by_hand_at_a_step(house: House, starter: Type) -> None:
    """The firm mail is next; a step that the plan does not have opens nothing."""
    await house.invoice("F-1", due=TODAY)
    wrong = await starter("open", "F-1", "--at", "relance")
    assert wrong.code == 2
    assert "expected one of: courtesy" in wrong.err
    assert (await starter("open", "F-1", "--at", "firm")).code == 0
    case = await house.case("F-1")
    assert [one.step for one in case.steps] == ["courtesy", "reminder", "call"]
    assert case.level == 0
