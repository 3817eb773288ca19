"""Can a person decide each of several open disputes, and see which there are?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli.case_commands import show
from cli.ops_commands import dispute, manner, resolve
from cli.outcome import CommandFailed, Exit
from cli.selection import Selection
from tests.support.cases import euros
from tests.support.house import House

ONE = Selection(cases=("F-1",))
SAID: dict[str, object] = {"in_favour_of": "debtor", "every": False, "grace_days": 0, "note": ""}


@pytest.mark.story
async def test_one_of_several_disputes_is_decided_by_its_id_and_the_rest_at_once(
    house: House,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three parts are contested: `show` names each, and no decision is taken for the wrong one."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    await house.invoice("F-1", amount="1000.00", due=datetime.now(UTC).date())
    await house.open("F-1", datetime.now(UTC))
    for job, amount in (("first", "500"), ("second", "300"), ("third", "")):
        how = manner(dry_run=False, yes=False, job=job, as_json=False)
        assert await dispute(ONE, how, "quality", amount, "a note", None) is Exit.DONE
    await show("F-1", as_json=False)
    shown = capsys.readouterr().out
    assert "dispute second/case/atelier/F-1: 300.00 EUR, quality, since" in shown
    how = manner(dry_run=False, yes=False, job="", as_json=False)
    assert await resolve(ONE, how, "", SAID) is Exit.REFUSED
    assert "third/case/atelier/F-1 (200.00 EUR, quality)" in capsys.readouterr().err
    with pytest.raises(CommandFailed, match="--dispute names one"):
        await resolve(ONE, how, "second", {**SAID, "every": True})
    how = manner(dry_run=False, yes=False, job="", as_json=False)
    assert await resolve(ONE, how, "second", SAID) is Exit.DONE
    assert (await house.case("F-1")).outstanding == euros("700.00")
    how = manner(dry_run=False, yes=False, job="", as_json=False)
    every = {**SAID, "every": True, "in_favour_of": "creditor"}
    assert await resolve(ONE, how, "", every) is Exit.DONE
    case = await house.case("F-1")
    assert (case.disputes, case.asked) == ((), euros("700.00"))
