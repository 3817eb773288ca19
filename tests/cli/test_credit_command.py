"""Does a credit note typed by hand say what is kept of it, and ask where it is odd?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from cli import pay_command
from cli.case_commands import open_cases
from cli.credit_command import Typed, credit_note
from cli.fact_app import app
from cli.outcome import CommandFailed, Exit
from tests.support.cases import euros
from tests.support.house import House

TODAY = datetime.now(UTC).date()
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def reached(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a command, in this process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.story
@pytest.mark.usefixtures("reached")
async def test_a_number_that_another_note_has_is_refused(house: House, capsys: Printed) -> None:
    """The same again changes nothing and says so; another amount or kind is not kept."""
    await house.invoice("F-1", amount="1000.00", due=TODAY)
    assert await credit_note(Typed("F-1", "A-1", "200")) is Exit.DONE
    assert "credit note A-1 (error): 200.00 EUR" in capsys.readouterr().out
    assert await credit_note(Typed("F-1", "A-1", "200,00")) is Exit.DONE
    assert "A-1 is on record already; nothing was changed" in capsys.readouterr().out
    for amount, kind in (("300", "error"), ("200", "gesture")):
        assert await credit_note(Typed("F-1", "A-1", amount, kind)) is Exit.REFUSED
        said = capsys.readouterr()
        assert (said.out, "A-1 is on record with 200.00 EUR (error" in said.err) == ("", True)


@pytest.mark.story
@pytest.mark.usefixtures("reached")
async def test_more_than_is_owed_is_credited_only_when_meant_so(
    house: House, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,050.50 a note of 99,999 closes nothing unasked; nor does one of a day to come."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    await house.invoice("F-1", amount="1050.50", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    assert await credit_note(Typed("F-1", "A-3", "99999")) is Exit.USAGE
    assert "98948.50 EUR of the 99999.00 EUR are more than is owed" in capsys.readouterr().err
    with pytest.raises(CommandFailed, match=r"--on: .* is still to come"):
        await credit_note(Typed("F-1", "A-3", "5", on=TODAY + timedelta(days=2)))
    with pytest.raises(CommandFailed, match=r"AMOUNT: '0': expected an amount above zero$"):
        await credit_note(Typed("F-1", "A-3", "0"))
    assert (await house.case("F-1")).outstanding == euros("1050.50")
    assert await credit_note(Typed("F-1", "A-3", "99999", yes=True)) is Exit.DONE
    assert (await house.case("F-1")).is_closed


@pytest.mark.story
@pytest.mark.usefixtures("reached")
async def test_a_case_has_heard_at_once_what_came_before_it(house: House) -> None:
    """Credited, paid in part, then opened: no sweep is needed to see what is still owed."""
    await house.invoice("F-1", amount="1000.00", due=TODAY)
    await credit_note(Typed("F-1", "A-1", "200"))
    await pay_command.pay(pay_command.Typed("F-1", "50"))
    assert await open_cases(["F-1"], "", "", as_json=False) is Exit.DONE
    assert (await house.case("F-1")).outstanding == euros("750.00")


@pytest.mark.parametrize("words", [("credit-note", "F-1", "A-2", "-5"), ("pay", "F-1", "-5,00")])
def test_an_amount_below_zero_is_told_as_such(words: tuple[str, ...]) -> None:
    """It is no option that is unknown."""
    said = CliRunner().invoke(app, list(words))
    assert said.exit_code == Exit.USAGE
    assert f"AMOUNT: '{words[-1]}': expected an amount above zero" in said.output


def test_a_note_without_a_number_or_of_an_unknown_kind_is_none() -> None:
    """Both are refused before anything is reached."""
    for typed, expected in (
        (Typed("F-1", " ", "5"), "NUMBER: expected"),
        (Typed("F-1", "A-1", "5", "gift", date(2026, 1, 1)), "error, gesture, set-off"),
    ):
        with pytest.raises(CommandFailed, match=expected):
            credit_note(typed).send(None)
