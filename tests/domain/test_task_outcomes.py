"""What follows when a person says what came of a task? What the outcome says is done."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.case import CaseState, ClosingReason
from schemas.commands import CompleteTask
from schemas.money import Money
from schemas.plan import Channel
from tests.support.asking import a_hold, a_promise, a_release, plan_with
from tests.support.builders import (
    a_cancellation,
    a_case,
    a_correction,
    a_payment,
    a_plan,
    after_due,
    an_outcome,
    euros,
)
from tests.support.given import Given, given

ONE = a_plan(("courtesy", 3, Channel.EMAIL))


def exhausted() -> Given:
    """The plan is at its end and a person is asked."""
    story = given(a_case(plan=ONE)).lives_until(after_due(5))
    assert story.tasks == ["decide"]
    return story


def answer(
    story: Given, kind: str, outcome: str, on: date | None = None, amount: Money | None = None
) -> CompleteTask:
    """A person's answer to the latest task of a kind."""
    said = an_outcome(story.task(kind).task_id, outcome)
    return said.model_copy(update={"promised_on": on, "amount": amount})


def test_written_off_by_the_task_is_written_off() -> None:
    """The decision ends the case; nobody has to say it a second time."""
    story = exhausted()
    ended = story.when(answer(story, "decide", "written-off"))
    case = ended.then("TaskCompleted", "WrittenOff", "CaseClosed").case
    assert case.closing is ClosingReason.WRITTEN_OFF


def test_waiting_until_a_day_asks_again_on_that_day() -> None:
    """Decided to wait: the case is on hold until the day, then the question comes back."""
    story = exhausted()
    waiting = story.when(answer(story, "decide", "waiting", after_due(30)))
    held = waiting.then("TaskCompleted", "HoldPlaced").next_waits("OnHold", until=after_due(30))
    assert held.tasks == []
    again = held.on(after_due(30)).next_records("HoldReleased")
    assert again.tasks == ["decide"]


def test_waiting_without_a_day_is_listed_until_somebody_ends_it() -> None:
    """An open-ended wait sleeps visibly; its end puts the question again."""
    story = exhausted()
    held = story.when(answer(story, "decide", "waiting")).then("TaskCompleted", "HoldPlaced")
    held.next_waits("OnHold")
    assert held.when(a_release()).then("HoldReleased").tasks == ["decide"]


def test_waiting_for_a_day_that_has_passed_is_refused() -> None:
    """The task stays open when what it asks cannot be done."""
    story = exhausted()
    story.when(answer(story, "decide", "waiting", after_due(1))).then_refused("HoldEndsInThePast")


def test_a_promise_made_while_deciding_brings_the_question_back_once() -> None:
    """Exhausted, promised in part and kept: what is left is a question for a person again."""
    story = exhausted()
    done = story.when(answer(story, "decide", "done")).then("TaskCompleted")
    promised = done.when(a_promise("40.00", on=after_due(10))).then("PromiseMade")
    kept = promised.when(a_payment("40.00")).then("PaymentReceived", "PromiseKept")
    assert kept.tasks == ["decide"]
    assert kept.case.state is CaseState.EXHAUSTED
    held = kept.when(a_hold()).then("HoldPlaced")
    assert held.when(a_release()).then("HoldReleased").tasks == ["decide"]


def broken() -> Given:
    """A promise was not kept."""
    story = given(a_case()).on(after_due(1))
    story = story.when(a_promise(on=after_due(4))).then("PromiseMade")
    return story.on(after_due(9)).next_records("PromiseBroken")


def test_promised_again_needs_the_day() -> None:
    """Without a day it is refused with the words to type; with one the case waits for it."""
    story = broken()
    refusal = story.when(answer(story, "promise-broken", "promised-again"))
    assert "--on" in refusal.then_refused("DayMissing").sentence
    said = answer(story, "promise-broken", "promised-again", after_due(14), euros("60.00"))
    again = story.when(said).then("TaskCompleted", "PromiseMade")
    again.next_waits("Promised", until=after_due(17))
    assert again.case.arrangement is not None
    assert again.case.arrangement.total == euros("60.00")


def test_too_many_broken_promises_are_not_made_again_by_a_task() -> None:
    """The plan's limit holds, whichever way a promise is recorded."""
    case = a_case(plan=plan_with(promises_in_a_row=1))
    story = given(case).on(after_due(1)).when(a_promise(on=after_due(4))).then("PromiseMade")
    story = story.on(after_due(9)).next_records("PromiseBroken")
    said = answer(story, "promise-broken", "promised-again", after_due(14))
    story.when(said).then_refused("TooManyBrokenPromises")


@pytest.mark.parametrize("outcome", ["referred", "waiting"])
def test_a_question_about_a_closed_case_does_not_open_it(outcome: str) -> None:
    """Corrected after it was paid: what cannot be done to a closed case is refused."""
    story = given(a_case()).when(a_payment()).then("PaymentReceived", "CaseClosed")
    story = story.when(a_correction("120.00")).then("InvoiceCorrected")
    story.when(answer(story, "decide", outcome)).then_refused("CaseIsClosed")
    story.when(answer(story, "decide", "written-off")).then("TaskCompleted")


def test_cancelled_case_keeps_its_question_about_money() -> None:
    """Money was taken back on a case that a person ended: only a person reopens it."""
    story = given(a_case()).when(a_payment("40.00")).then("PaymentReceived")
    assert story.when(a_cancellation()).then("CaseClosed").tasks == []
