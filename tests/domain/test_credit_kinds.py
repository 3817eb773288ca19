"""From when is less owed? From the origin, from a day, or as money of a day: reckoned twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.item_account import account_of_case
from schemas.case import CollectionCase
from schemas.interest import CreditKind
from schemas.money import Money
from schemas.requests import IssueCreditNote
from tests.support.asking import a_credit_note, a_dispute, a_reopening, a_write_off, for_the_debtor
from tests.support.builders import a_case, a_payment, a_plan, euros
from tests.support.day_by_day import Owed, reckon
from tests.support.given import Given, given
from tests.support.stated import account_on, claim_stated

DUE = date(2026, 10, 1)
NOTED = date(2026, 10, 21)
TODAY = date(2026, 11, 22)


def owing() -> Given:
    """A thousand, owed since 1 October by a French business."""
    return given(a_case(owing="1000.00", due=DUE)).on(TODAY)


def a_note(kind: CreditKind, amount: str = "500.00") -> IssueCreditNote:
    """A credit note of 21 October, heard of a month later."""
    return a_credit_note(amount, on=NOTED).model_copy(update={"kind": kind})


def reckoned(cents: int = 100_000, **told: object) -> Owed:
    """The same, day by day and in cents; money settles the invoice first."""
    return reckon("FR", cents, DUE, TODAY, order="PIF", **told)  # type: ignore[arg-type]


def cents(amount: Money) -> int:
    """An amount in cents."""
    return int(amount.amount * 100)


def said(case: CollectionCase, on: date = TODAY) -> tuple[int, int]:
    """Interest and principal in cents, as the account of a day has them."""
    account = account_on(case, on)
    return cents(account.interest), cents(account.principal_owed)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CreditKind.ERROR, reckoned(50_000)),
        (CreditKind.GESTURE, reckoned(gestures=((NOTED, 50_000),))),
        (CreditKind.SET_OFF, reckoned(payments=((NOTED, 50_000),))),
    ],
)
def test_a_credit_counts_as_its_kind_says(kind: CreditKind, expected: Owed) -> None:
    """Never owed, not asked for since that day, or paid that day with a debt of our own."""
    story = owing().when(a_note(kind)).then("CreditNoteIssued")
    assert said(story.case) == (expected.interest_total, expected.principal)
    assert story.case.outstanding == euros("500.00")


def test_what_was_never_owed_is_off_the_account_before_the_due_date() -> None:
    """A note for an error takes off at once what a gesture takes off on its day; both by then."""
    early = NOTED - timedelta(days=25)
    for kind, owed in ((CreditKind.ERROR, 50_000), (CreditKind.GESTURE, 100_000)):
        story = owing().when(a_note(kind)).then("CreditNoteIssued")
        assert said(story.case, early) == (0, owed)
        assert cents(account_of_case(story.case, early).outstanding) == owed
        assert said(story.case, NOTED)[1] == 50_000


@pytest.mark.parametrize("kind", [CreditKind.ERROR, CreditKind.GESTURE, CreditKind.SET_OFF])
def test_the_ledger_follows_each_kind(kind: CreditKind) -> None:
    """What had been claimed without the note falls to what the account says with it."""
    story = owing()
    claimed = story.when(claim_stated(story.case, TODAY)).then("ChargesClaimed")
    noted = claimed.when(a_note(kind)).then("CreditNoteIssued", "ChargesCorrected")
    assert noted.case.charges is not None
    assert cents(noted.case.charges.interest) == said(noted.case)[0]


def test_a_gesture_of_today_forgives_no_interest() -> None:
    """What is given up today was late until today: nothing of the claim is corrected."""
    story = owing()
    claimed = story.when(claim_stated(story.case, TODAY)).then("ChargesClaimed")
    gesture = a_note(CreditKind.GESTURE).model_copy(update={"on": TODAY})
    noted = claimed.when(gesture).then("CreditNoteIssued")
    assert noted.case.charges_owed == euros("57.67")


def test_what_a_dispute_conceded_was_never_owed() -> None:
    """A note that gives what was conceded counts from the origin, whatever it calls itself."""
    story = owing().when(a_dispute("500.00")).then("DisputeRaised")
    lost = story.when(for_the_debtor()).then("DisputeResolved")
    noted = lost.when(a_note(CreditKind.GESTURE, "700.00")).then("CreditNoteIssued")
    expected = reckoned(50_000, gestures=((NOTED, 20_000),))
    assert said(noted.case) == (expected.interest_total, expected.principal)
    assert noted.case.credited == euros("700.00")


def test_a_set_off_settles_no_more_than_the_invoice() -> None:
    """What is beyond it is money that a person decides about: it pays no interest by itself."""
    story = owing().when(a_note(CreditKind.SET_OFF, "1200.00"))
    ended = story.then("CreditNoteIssued", "CaseClosed")
    assert ended.tasks == ["unallocated-cash"]
    account = account_on(ended.case, TODAY)
    expected = reckoned(payments=((NOTED, 100_000),))
    assert cents(account.interest_owed) == expected.interest_total > 0
    assert account.indemnity_owed == euros("40.00")


def test_what_is_written_off_was_owed_until_then() -> None:
    """A person lets it go on 22 November: until then it was late; reopened, it is late again."""
    ended = owing().when(a_write_off()).then("WrittenOff", "CaseClosed")
    week_later = TODAY + timedelta(days=7)
    assert said(ended.case, week_later) == (reckoned().interest_total, 0)
    reopened = ended.when(a_reopening()).then("CaseReopened")
    expected = reckon("FR", 100_000, DUE, week_later)
    assert said(reopened.case, week_later) == (expected.interest_total, 100_000)


def test_a_rest_that_is_not_pursued_ends_with_its_payment() -> None:
    """The bank's file comes late; the forgiven 80 cents are forgiven from the day of the money."""
    plan = a_plan().model_copy(update={"small_remainder": Decimal("1.00")})
    story = given(a_case(owing="1000.00", due=DUE, plan=plan)).on(TODAY)
    paid = story.when(a_payment("999.20", on=NOTED))
    ended = paid.then("PaymentReceived", "WrittenOff", "CaseClosed")
    expected = reckoned(payments=((NOTED, 99_920),), gestures=((NOTED, 80),))
    assert said(ended.case) == (expected.interest_total, 0)


def test_the_principal_on_a_day_looks_at_what_counts_then() -> None:
    """On 10 October neither the gesture nor what was let go had lessened anything; an error had."""
    story = owing().when(a_note(CreditKind.GESTURE)).then("CreditNoteIssued")
    wrong = a_credit_note("100.00", number="AV-2", on=NOTED)
    noted = story.when(wrong).then("CreditNoteIssued")
    ended = noted.when(a_write_off()).then("WrittenOff", "CaseClosed")
    assert account_of_case(ended.case, date(2026, 10, 10)).outstanding == euros("900.00")
    assert account_of_case(ended.case, NOTED).outstanding == euros("400.00")
    assert account_of_case(ended.case, TODAY).outstanding == euros("0.00")
    assert [one.on for one in account_of_case(ended.case).movements] == [NOTED, NOTED, TODAY]
