"""Does a command say what it expected, and what a moment of its list is?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import typer

from cli.case_commands import asked_for, what_next
from cli.local_time import LocalTimes
from cli.ops_commands import checked
from cli.outcome import CommandFailed
from cli.typed import days, moment
from schemas.limitation_events import WithdrawInterruption
from schemas.requests import ResolveDispute
from store.read_models import CaseLine

OPENED = datetime(2026, 1, 2, 8, tzinfo=UTC)
WARNED = datetime(2031, 4, 20, 22, tzinfo=UTC)


def line(state: str, closing: str = "") -> CaseLine:
    """A case of 89.90, looked at again on 21 April 2031 in Paris."""
    return CaseLine.model_validate(
        {
            "case_id": "case/a/F-1",
            "creditor": "a",
            "invoice": "F-1",
            "debtor_id": "D1",
            "state": state,
            "closing": closing,
            "level": 0,
            "currency": "EUR",
            "next_at": WARNED,
            "waiting_for": "CaseIsReferred",
            "time_zone": "Europe/Paris",
            **dict.fromkeys(("claim", "outstanding"), Decimal("89.9000")),
            "paid": Decimal(0),
            "due_date": date(2026, 1, 1),
            "opened_at": OPENED,
        }
    )


def test_a_moment_of_a_case_that_others_have_is_explained() -> None:
    """The day on which its time limit is looked at is not taken for a day of the ladder."""
    times = LocalTimes(["Europe/Paris"])
    assert what_next(line("open"), times) == "2031-04-21 00:00"
    told = "case is referred; looked at again 2031-04-21 00:00"
    assert what_next(line("referred"), times) == told


def test_what_was_given_up_is_not_listed_as_owed() -> None:
    """A cancelled case asks for nothing, whatever the invoice came to."""
    assert asked_for(line("closed", "cancelled")) == "-"
    assert asked_for(line("referred")) == "89.90 EUR"


@pytest.mark.parametrize("typed", ["0", "-1", "1001", "many", ""])
def test_a_number_of_days_has_its_limits_named(typed: str) -> None:
    """Whoever types too few or too many days reads how many there may be."""
    with pytest.raises(typer.BadParameter, match="number of days from 1 to 1000"):
        days(1000)(typed)
    assert days(1000)(" 1000 ") == 1000


def test_a_moment_is_read_with_its_hour() -> None:
    """A call is put off to a day and an hour; a word for a day is refused with an example."""
    expected = datetime(2026, 12, 31, 14, 30)  # noqa: DTZ001 - on the debtor's clock, added later
    assert moment("2026-12-31 14:30") == moment("2026-12-31T14:30") == expected
    with pytest.raises(typer.BadParameter, match="such as 2026-12-31 14:30"):
        moment("tomorrow")


def test_a_wrong_word_is_answered_with_the_right_ones() -> None:
    """No refusal speaks of strings and inputs: it names what may stand there."""
    asked = {"command_id": "c", "by": "camille"}
    with pytest.raises(CommandFailed, match="--for: 'me' is unknown; expected 'debtor' or 'cred"):
        checked(ResolveDispute, {**asked, "in_favour_of": "me"})
    with pytest.raises(CommandFailed, match="--grace-days: 91 is too much; expected 90 at most"):
        checked(ResolveDispute, {**asked, "in_favour_of": "debtor", "grace_days": 91})
    words = {"kind": "court_claim", "on": date(2026, 1, 1), "reason": ""}
    with pytest.raises(CommandFailed, match="--reason: nothing is said"):
        checked(WithdrawInterruption, {**asked, **words})
