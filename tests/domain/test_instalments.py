"""What if the debt is paid in parts? The case waits as long as every part comes in time."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.case import ClosingReason
from schemas.commands import AgreeInstalments
from schemas.money import Money
from schemas.pauses import Instalment
from tests.support.asking import a_credit_note, a_promise, a_reversal, instalments
from tests.support.builders import a_case, a_payment, after_due, euros, paris
from tests.support.given import Given, given

THREE = (("40.00", 14), ("30.00", 42), ("30.00", 70))
"""Three Mondays, each with Tuesday and Wednesday as bank days."""


def agreed() -> Given:
    """A debt of 100 is to be paid as 40, 30 and 30."""
    story = given(
        a_case(),
    ).on(after_due(1))
    return story.when(instalments(*THREE)).then("InstalmentsAgreed")


def paying(story: Given, amount: str, day: int, payment: str) -> Given:
    """An instalment comes in."""
    return story.on(after_due(day)).when(a_payment(amount, payment=payment)).then("PaymentReceived")


def test_instalments_that_come_in_time_are_waited_for_to_the_end() -> None:
    """Each payment moves the wait to the next instalment; the last one closes the case."""
    story = agreed().next_waits("PayingByInstalments", until=after_due(17))
    story = paying(story, "40.00", 14, "P-1").next_waits("PayingByInstalments", until=after_due(45))
    story = paying(story, "30.00", 42, "P-2").next_waits("PayingByInstalments", until=after_due(73))
    last = story.on(after_due(72)).when(a_payment("30.00", payment="P-3"))
    closed = last.then("PaymentReceived", "PromiseKept", "CaseClosed")
    assert (closed.case.closing, closed.history, closed.tasks) == (ClosingReason.PAID, [], [])


@pytest.mark.parametrize(
    ("paid", "until"), [("0.01", 17), ("39.99", 17), ("40.00", 45), ("69.99", 45), ("70.00", 73)]
)
def test_money_covers_the_instalments_in_their_order(paid: str, until: int) -> None:
    """What came in is counted altogether: paying early, or in other parts, is no breach."""
    story = paying(agreed(), paid, 2, "P-1")
    story.next_waits("PayingByInstalments", until=after_due(until))


def test_missed_instalment_breaks_the_agreement() -> None:
    """The second does not come: a person is told, and all of the rest is asked for at once."""
    story = paying(agreed(), "40.00", 14, "P-1")
    broken = story.on(after_due(45)).next_records("PromiseBroken")
    assert broken.task("promise-broken").summary == "Promised 100.00 EUR, received 40.00 EUR"
    assert broken.case.asked == euros("60.00")
    broken.next_is("courtesy")


def test_instalment_that_is_short_is_missed() -> None:
    """A cent too little by the day is too little."""
    story = paying(agreed(), "39.99", 14, "P-1")
    story.on(after_due(17)).next_records("PromiseBroken")


def test_returned_instalment_is_missed() -> None:
    """The first was returned after its day: the agreement is broken when that is known."""
    story = paying(agreed(), "40.00", 14, "P-1").on(after_due(30))
    story = story.when(a_reversal()).then("PaymentReversed")
    story.next_records("PromiseBroken")


def test_credit_note_may_end_an_agreement_early() -> None:
    """After 40 paid and 60 credited nothing is owed, whatever was agreed."""
    story = paying(agreed(), "40.00", 14, "P-1")
    closed = story.when(a_credit_note("60.00")).then("CreditNoteIssued", "CaseClosed")
    assert closed.case.arrangement is None


def test_agreement_on_a_part_lets_the_rest_go_on_when_kept() -> None:
    """Instalments of 50 for a debt of 100: once they are in, the other 50 is asked for."""
    story = given(a_case()).on(after_due(1))
    story = story.when(instalments(("25.00", 7), ("25.00", 9))).then("InstalmentsAgreed")
    paid = story.on(after_due(9)).when(a_payment("50.00"))
    kept = paid.then("PaymentReceived", "PromiseKept").next_is("courtesy")
    assert kept.case.asked == euros("50.00")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((("50.00", 20), ("50.00", 10)), "InstalmentsOutOfOrder"),
        ((("50.00", 20), ("50.00", 20)), "InstalmentsOutOfOrder"),
        ((("50.00", 0), ("50.00", 20)), "InstalmentsOutOfOrder"),
        ((("50.00", 10), ("50.01", 20)), "InstalmentsMoreThanOwed"),
        ((("110.00", 10), ("-10.00", 20)), "InstalmentsMoreThanOwed"),
        ((("0.00", 10), ("50.00", 20)), "InstalmentsMoreThanOwed"),
        ((("50.00", 10), ("50.00", 4000)), "InstalmentsTooFarOut"),
    ],
)
def test_agreement_that_makes_no_sense_is_refused(
    parts: tuple[tuple[str, int], ...], code: str
) -> None:
    """Days ascend from today and end some time; amounts are positive and no more than is owed."""
    given(a_case()).on(after_due(1)).when(instalments(*parts)).then_refused(code)


def test_last_day_of_the_calendar_is_refused_like_any_other_mistake() -> None:
    """The year 9999 is a typing mistake, not the end of the case."""
    parts = (Instalment(amount=euros("50.00"), on=date.max),)
    command = AgreeInstalments(command_id="IN-1", instalments=parts)
    given(a_case()).when(command).then_refused("InstalmentsTooFarOut")


def test_instalments_are_in_the_currency_of_the_claim() -> None:
    """A claim in euros is not paid in dollars by agreement."""
    dollars = Money(amount=euros("50.00").amount, currency="USD")
    command = AgreeInstalments(
        command_id="IN-1", instalments=(Instalment(amount=dollars, on=after_due(9)),)
    )
    given(a_case()).when(command).then_refused("WrongCurrency")


def test_agreement_of_one_part_lapses_like_a_promise() -> None:
    """One instalment beyond the days that a promise may reach is agreed, and then awaited."""
    story = given(a_case()).on(after_due(1))
    story.when(a_promise(on=after_due(70))).then_refused("PromiseTooFarOut")
    story = story.when(instalments(("100.00", 70))).then("InstalmentsAgreed")
    assert story.next_moment == paris(after_due(73), hour=0)


def kept_days() -> Given:
    """A debt of 100 in 40, 30 and 30, and one that is missed does not make the others due."""
    story = given(a_case()).on(after_due(1))
    return story.when(instalments(*THREE, accelerates=False)).then("InstalmentsAgreed")


def test_missed_instalment_without_acceleration_is_asked_for_alone() -> None:
    """Only what is lacking is asked for; once it has come, the next day is waited for again."""
    story = kept_days().on(after_due(17)).next_records("InstalmentMissed")
    assert story.task("promise-broken").summary == "An instalment was missed: 40.00 EUR is lacking"
    assert story.case.asked == euros("40.00")
    story = story.next_is("courtesy").lives_until(after_due(20))
    story = story.when(a_payment("15.00", payment="P-1")).then("PaymentReceived")
    assert story.case.asked == euros("25.00")
    story = story.when(a_payment("25.00", payment="P-2")).then("PaymentReceived")
    story.next_waits("PayingByInstalments", until=after_due(45))
    assert story.case.asked == euros("60.00")


def test_the_second_missed_one_adds_to_the_first() -> None:
    """Two are missed: both are asked for; the third, missed too, ends the agreement."""
    story = kept_days().lives_until(after_due(46))
    assert story.case.asked == euros("70.00")
    assert [kind for kind in story.tasks if kind == "promise-broken"] == ["promise-broken"] * 2
    story = story.lives_until(after_due(74))
    assert story.case.arrangement is None
    assert story.case.asked == euros("100.00")


def test_missed_instalments_may_be_agreed_anew() -> None:
    """A new agreement takes the place of one that was breached, never of one that is kept."""
    again = instalments(("50.00", 30), ("50.00", 60), request="IN-2")
    kept_days().when(again).then_refused("AlreadyPromised")
    story = kept_days().on(after_due(17)).next_records("InstalmentMissed")
    story = story.when(again).then("InstalmentsAgreed")
    story.next_waits("PayingByInstalments", until=after_due(33))
