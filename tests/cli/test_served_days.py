"""On which days can a formal notice have reached its debtor? Not before it left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cli.outcome import CommandFailed
from cli.served_command import _is_likely
from schemas.invoice import Invoice
from schemas.plan import Channel
from tests.support.builders import DUE, a_case, after_due, euros, performed
from tests.support.given import given


def invoice() -> Invoice:
    """The invoice of the case that the tests are about."""
    return Invoice(
        creditor="atelier",
        number="F-1",
        debtor_id="C-1",
        issue_date=DUE - timedelta(days=30),
        due_date=DUE,
        amount=euros("100.00"),
    )


def test_no_notice_reaches_anybody_before_it_left() -> None:
    """The day it left and later ones can be; the day before is refused, and both are named."""
    sent = performed("formal-notice", after_due(45), channel=Channel.LETTER)
    case = given(a_case(), sent).case
    _is_likely(invoice(), case, after_due(45))
    with pytest.raises(CommandFailed, match=f"{after_due(44)} is before {after_due(45)}"):
        _is_likely(invoice(), case, after_due(44))


def test_a_notice_that_left_elsewhere_has_the_invoices_day_alone() -> None:
    """Where the case knows of no notice, any day since the invoice can be."""
    _is_likely(invoice(), a_case(), DUE - timedelta(days=29))
    with pytest.raises(CommandFailed, match="before the invoice's own date"):
        _is_likely(invoice(), a_case(), date(2001, 1, 1))


def test_tomorrow_is_counted_on_the_cases_own_clock() -> None:
    """A case that was moved ahead, as in a trial, may be told of days that it has lived."""
    far = datetime.now(UTC) + timedelta(days=400)
    case = a_case().model_copy(update={"changed_at": far})
    _is_likely(invoice(), case, far.date())
    with pytest.raises(CommandFailed, match="still to come"):
        _is_likely(invoice(), a_case(), far.date())
