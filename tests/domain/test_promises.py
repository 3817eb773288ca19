"""What is a promise worth? The case waits for it, once; what comes of it decides what follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.case import ClosingReason
from schemas.events import PromiseWithdrawn
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_promise,
    a_reversal,
    a_withdrawal,
    for_the_creditor,
    instalments,
    plan_with,
)
from tests.support.builders import (
    a_case,
    a_payment,
    after_due,
    an_outcome,
    euros,
    paris,
    performed,
)
from tests.support.given import Given, given

FRIDAY = after_due(11)


def promised(amount: str | None = None, *, on: date = FRIDAY) -> Given:
    """On the fourth day, after the first reminder, the debtor promises; a Friday by default."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    return story.when(a_promise(amount, on=on)).then("PromiseMade")


def test_promise_makes_the_case_wait_for_the_day_and_the_bank() -> None:
    """Promised for a Friday: nothing until Tuesday midnight, two bank days after it."""
    story = promised(on=after_due(11))
    assert story.case.arrangement is not None
    assert story.case.arrangement.said_by == "Mme Durand"
    assert story.next_moment == paris(after_due(16), hour=0)
    story.on(after_due(15), hour=23, minute=59).next_waits("Promised", until=after_due(16))


def test_promise_kept_in_full_closes_the_case() -> None:
    """What was promised was all that was owed: paid, and nobody is troubled."""
    story = promised().on(after_due(11)).when(a_payment("100.00"))
    kept = story.then("PaymentReceived", "PromiseKept", "CaseClosed")
    assert (kept.case.closing, kept.tasks) == (ClosingReason.PAID, [])


@pytest.mark.parametrize("paid", ["40.00", "55.00"])
def test_promise_of_a_part_that_is_kept_lets_the_rest_go_on(paid: str) -> None:
    """Promised 40 of 100 and paid at least that: the ladder goes on for the rest."""
    story = promised("40.00").on(after_due(11)).when(a_payment(paid))
    kept = story.then("PaymentReceived", "PromiseKept").next_is("reminder")
    assert kept.case.asked == euros("100.00") - euros(paid)


def test_promise_may_be_kept_in_several_payments() -> None:
    """Two payments of 50 keep a promise of 100."""
    story = promised().when(a_payment("50.00")).then("PaymentReceived")
    story.next_waits("Promised")
    last = story.when(a_payment("50.00", payment="P-2"))
    last.then("PaymentReceived", "PromiseKept", "CaseClosed")


def test_promise_kept_in_part_is_broken_and_says_so() -> None:
    """Of 100 promised 30 came: it is broken, and the task says what came and what did not."""
    story = promised().when(a_payment("30.00")).then("PaymentReceived")
    broken = story.on(after_due(16)).next_records("PromiseBroken")
    assert broken.task("promise-broken").summary == "Promised 100.00 EUR, received 30.00 EUR"
    broken.next_is("reminder")
    assert broken.case.asked == euros("70.00")


def test_broken_promise_is_a_task_and_the_ladder_goes_on() -> None:
    """Nothing came: a person is told, and the next step is taken; nobody need remember it."""
    broken = promised().lives_until(after_due(16))
    assert broken.tasks == ["promise-broken"]
    assert broken.history[-1] == ("reminder", after_due(16))


def test_kept_promise_takes_the_task_of_the_broken_one_away() -> None:
    """Who then pays as promised leaves nothing to call about, and has a clean slate."""
    broken = promised().lives_until(after_due(16))
    again = broken.when(a_promise("50.00", on=after_due(20), request="PR-2")).then("PromiseMade")
    kept = again.when(a_payment("50.00")).then("PaymentReceived", "PromiseKept")
    assert (kept.tasks, kept.case.promises_broken) == ([], 0)


def test_task_of_a_broken_promise_is_answered() -> None:
    """A person called the debtor: the task is done, and the ladder is where it was."""
    broken = promised().on(after_due(16)).next_records("PromiseBroken")
    answer = an_outcome(broken.task("promise-broken").task_id, "called")
    broken.when(answer).then("TaskCompleted").next_is("reminder")


def test_after_two_broken_promises_in_a_row_no_third_makes_it_wait() -> None:
    """The plan lets two be broken; the third is refused by name, and a kept one starts anew."""
    story = promised().lives_until(after_due(16))
    second = story.when(a_promise(on=after_due(18), request="PR-2")).then("PromiseMade")
    story = second.lives_until(after_due(23))
    assert story.case.promises_broken == 2
    story.when(a_promise(on=after_due(25), request="PR-3")).then_refused("TooManyBrokenPromises")


@pytest.mark.parametrize(
    ("day", "code"), [(3, "PromiseInThePast"), (35, "PromiseTooFarOut"), (4, ""), (34, "")]
)
def test_day_of_a_promise_has_limits(day: int, code: str) -> None:
    """On the fourth day a promise may name that day, and thirty days later, and nothing beyond."""
    story = given(a_case()).on(after_due(4)).when(a_promise(on=after_due(day)))
    if code:
        story.then_refused(code)
    else:
        story.then("PromiseMade")


@pytest.mark.parametrize("amount", ["100.01", "0.00", "-1.00"])
def test_amount_of_a_promise_has_limits(amount: str) -> None:
    """Nobody promises nothing, or more than is asked for."""
    story = given(a_case()).on(after_due(4))
    story.when(a_promise(amount, on=after_due(9))).then_refused("PromiseMoreThanAsked")


def test_second_promise_waits_for_the_first() -> None:
    """One promise at a time, of either kind; of a closed case none."""
    story = promised()
    story.when(a_promise(on=after_due(20), request="PR-2")).then_refused("AlreadyPromised")
    story.when(instalments(("50.00", 20))).then_refused("AlreadyPromised")
    story = story.when(a_payment()).then("PaymentReceived", "PromiseKept", "CaseClosed")
    story.when(a_promise(on=after_due(20), request="PR-3")).then_refused("CaseIsClosed")


def test_dispute_raised_during_a_promise_outlasts_it() -> None:
    """The promise breaks on its day all the same; what is contested goes on waiting (X5)."""
    story = promised().on(after_due(8)).when(a_dispute()).then("DisputeRaised")
    broken = story.lives_until(after_due(40))
    assert broken.tasks == ["promise-broken"]
    assert broken.history == [("courtesy", after_due(3))]
    broken.next_waits("Disputed")
    broken.when(for_the_creditor()).then("DisputeResolved").on(after_due(43)).next_is("reminder")


def test_payment_of_before_counts_neither_for_nor_against_a_promise() -> None:
    """An earlier payment that is returned makes the debt larger, not the promise broken."""
    story = given(a_case()).when(a_payment("30.00", payment="early")).then("PaymentReceived")
    story = story.when(a_promise("70.00", on=after_due(9))).then("PromiseMade")
    story = story.when(a_reversal("early")).then("PaymentReversed")
    story = story.when(a_payment("70.00", payment="kept")).then("PaymentReceived", "PromiseKept")
    assert story.case.asked == euros("30.00")


def test_payment_returned_during_a_promise_no_longer_counts_for_it() -> None:
    """Half was paid and returned: on the day the promise is broken, with nothing received."""
    story = promised().when(a_payment("50.00")).then("PaymentReceived")
    story = story.when(a_reversal()).then("PaymentReversed")
    broken = story.on(after_due(16)).next_records("PromiseBroken")
    assert "received 0.00 EUR" in broken.task("promise-broken").summary


def test_payment_in_another_currency_keeps_no_promise() -> None:
    """Dollars are for a person to look at; the euros that were promised are still awaited."""
    story = promised().when(a_payment("100.00", currency="USD")).then("PaymentReceived")
    story.next_waits("Promised")
    assert story.tasks == ["unallocated-cash"]


def test_a_promise_recorded_by_mistake_is_withdrawn() -> None:
    """Another debtor had called: the ladder goes on, and nothing counts against this one."""
    asked = promised().on(after_due(10)).when(a_withdrawal())
    assert isinstance(asked.decision, tuple)
    (withdrawn,) = asked.decision
    assert isinstance(withdrawn, PromiseWithdrawn)
    assert (withdrawn.by, withdrawn.reason) == ("claire", "another debtor's call")
    story = asked.then("PromiseWithdrawn")
    assert (story.case.arrangement, story.case.promises_broken, story.tasks) == (None, 0, [])
    story.next_is("reminder")
    story.when(a_promise(on=after_due(12), request="PR-2")).then("PromiseMade")


def test_a_withdrawn_promise_resumes_as_the_plan_says() -> None:
    """A plan that wants the nearest step passes over those whose day has gone meanwhile."""
    plan = plan_with(resume="nearest")
    story = given(a_case(plan=plan)).on(after_due(1)).when(a_promise(on=after_due(29)))
    story = story.then("PromiseMade").on(after_due(18)).when(a_withdrawal())
    story.then("PromiseWithdrawn", "StepSkipped", "StepSkipped").next_is("call")


def test_withdrawn_instalments_take_their_missed_one_along() -> None:
    """What was never agreed was never missed either: nobody need look after it."""
    parts = instalments(("50.00", 8), ("50.00", 40), accelerates=False)
    story = given(a_case()).on(after_due(4)).when(parts).then("InstalmentsAgreed")
    story = story.on(after_due(20)).next_records("InstalmentMissed")
    assert story.tasks == ["promise-broken"]
    story = story.when(a_withdrawal()).then("PromiseWithdrawn")
    assert (story.case.arrangement, story.tasks) == (None, [])
    assert story.case.asked == euros("100.00")


def test_a_withdrawal_needs_a_promise_that_stands() -> None:
    """None was made, it was kept, or it was broken: refused, each by its name."""
    given(a_case()).when(a_withdrawal()).then_refused("NothingPromised")
    story = promised("40.00").when(a_payment("40.00")).then("PaymentReceived", "PromiseKept")
    story.when(a_withdrawal()).then_refused("PromiseIsKept")
    broken = promised().on(after_due(16)).next_records("PromiseBroken")
    broken.when(a_withdrawal()).then_refused("PromiseIsBroken")
    closed = promised().when(a_payment()).then("PaymentReceived", "PromiseKept", "CaseClosed")
    closed.when(a_withdrawal()).then_refused("CaseIsClosed")


def test_a_promise_stands_again_when_what_kept_it_is_taken_back() -> None:
    """The payment was allocated to the wrong invoice: the case waits for the promised day again."""
    story = promised().on(after_due(8)).when(a_payment())
    story = story.then("PaymentReceived", "PromiseKept", "CaseClosed")
    story = story.on(after_due(9)).when(a_reversal())
    story = story.then("PaymentReversed", "CaseReopened", "PromiseReinstated")
    story.next_waits("Promised", until=after_due(16))
    story.when(a_payment(payment="P-2")).then("PaymentReceived", "PromiseKept", "CaseClosed")


def test_a_promise_whose_day_has_passed_is_broken_when_what_kept_it_is_taken_back() -> None:
    """It came back two months later: nothing came by the day that was named."""
    story = promised("40.00").on(after_due(8)).when(a_payment("40.00"))
    story = story.then("PaymentReceived", "PromiseKept").on(after_due(64)).when(a_reversal())
    story = story.then("PaymentReversed", "PromiseReinstated").next_records("PromiseBroken")
    assert story.task("promise-broken").summary == "Promised 40.00 EUR, received 0.00 EUR"
    assert story.case.promises_broken == 1
    story.next_is("reminder")


def test_a_promise_stays_kept_by_what_was_not_taken_back() -> None:
    """Ten came, then fifty, of forty promised: without the ten it is kept all the same."""
    story = promised("40.00").when(a_payment("10.00")).then("PaymentReceived")
    story = story.when(a_payment("50.00", payment="P-2")).then("PaymentReceived", "PromiseKept")
    story = story.when(a_reversal()).then("PaymentReversed")
    again = story.when(a_reversal("P-2", request="V-2"))
    again.then("PaymentReversed", "PromiseReinstated")


def test_a_promise_of_more_than_was_owed_in_the_end_stands_again_too() -> None:
    """Promised 100, credited 40, paid 60: when that comes back, the promise is still awaited."""
    story = promised().when(a_credit_note("40.00")).then("CreditNoteIssued")
    story = story.when(a_payment("60.00")).then("PaymentReceived", "CaseClosed")
    story = story.when(a_reversal()).then("PaymentReversed", "CaseReopened", "PromiseReinstated")
    story.next_waits("Promised", until=after_due(16))


def test_a_later_promise_is_not_replaced_by_the_one_before() -> None:
    """What is promised now stands; the payment that comes back kept another one."""
    story = promised("40.00").when(a_payment("40.00")).then("PaymentReceived", "PromiseKept")
    story = story.when(a_promise(on=after_due(13), request="PR-2")).then("PromiseMade")
    story = story.when(a_reversal()).then("PaymentReversed")
    assert story.case.arrangement is not None
    assert story.case.arrangement.arrangement_id == "PR-2"


def test_a_promise_that_stands_again_follows_those_broken_before_it() -> None:
    """One was broken, the next one kept; when its payment comes back, the broken one counts."""
    story = promised().on(after_due(16)).next_records("PromiseBroken")
    story = story.when(a_promise("40.00", on=after_due(19), request="PR-2")).then("PromiseMade")
    story = story.when(a_payment("40.00")).then("PaymentReceived", "PromiseKept")
    assert story.case.promises_broken == 0
    story = story.when(a_reversal()).then("PaymentReversed", "PromiseReinstated")
    assert story.case.promises_broken == 1


@pytest.mark.parametrize("days", range(7))
def test_bank_days_are_working_days(days: int) -> None:
    """Whatever the weekday, the promise lapses after as many working days as the plan says."""
    case = a_case(plan=plan_with(bank_days=1))
    day = after_due(7 + days)
    story = given(case).on(after_due(4)).when(a_promise(on=day)).then("PromiseMade")
    extra = {4: 3, 5: 2}.get(day.weekday(), 1)
    assert story.next_moment == paris(day + timedelta(days=extra + 1), hour=0)
