"""What does a call change? Each outcome does what a collector would do about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.case import TaskKind
from schemas.commands import CompleteTask
from schemas.pauses import DisputeReason, StopKind
from schemas.plan import Channel, DunningPlan
from schemas.requests import StopContacts
from tests.support.asking import a_hold
from tests.support.builders import a_case, a_payment, a_plan, after_due, euros, paris, performed
from tests.support.given import Given, given

CALLED = after_due(15)
"""A Tuesday."""


def a_call(plan: DunningPlan | None = None) -> Given:
    """The call of the ladder is on the worklist, after two reminders."""
    before = [performed(step, after_due(day)) for step, day in (("courtesy", 3), ("reminder", 10))]
    call = performed("call", CALLED, channel=Channel.PHONE)
    return given(a_case(plan=plan or a_plan()), *before, call).on(CALLED, hour=15)


def said(story: Given, outcome: str, **more: object) -> CompleteTask:
    """What the caller enters."""
    task = story.task("call").task_id
    number = sum(task.attempts for task in story.case.tasks)
    fields = {"command_id": f"call-{number}", "by": "claire", "task_id": task, "outcome": outcome}
    return CompleteTask.model_validate({**fields, **more})


def test_a_call_is_due_in_two_working_days() -> None:
    """A call put on the list on Tuesday is to be done until Thursday evening."""
    assert a_call().task("call").due_at == paris(after_due(18), hour=0)


def test_a_promise_on_the_phone_is_a_promise() -> None:
    """“It leaves on Friday”: the case waits for Friday and the bank, and the call is done."""
    story = a_call()
    friday = after_due(18)
    done = story.when(said(story, "promised", promised_on=friday)).then(
        "TaskCompleted", "PromiseMade"
    )
    assert done.tasks == []
    assert done.case.arrangement is not None
    assert done.case.arrangement.total == euros("100.00")
    done.next_waits("Promised")


def test_a_promise_needs_its_day() -> None:
    """A promise without a day cannot be kept, so it cannot be entered; the call stays open."""
    story = a_call()
    story.when(said(story, "promised")).then_refused("PromiseWithoutDay")


def test_a_promise_on_the_phone_has_the_limits_of_every_promise() -> None:
    """Two hundred days are too far out, on the phone too."""
    story = a_call()
    late = said(story, "promised", promised_on=after_due(215))
    story.when(late).then_refused("PromiseTooFarOut")


def test_a_dispute_on_the_phone_is_a_dispute() -> None:
    """“Forty of it was damaged”: forty wait, sixty are asked for, and the ladder goes on."""
    story = a_call()
    words = said(
        story, "disputes", reason=DisputeReason.DAMAGED, amount=euros("40.00"), note="two boxes"
    )
    done = story.when(words).then("TaskCompleted", "DisputeRaised")
    assert done.case.asked == euros("60.00")
    assert done.case.disputes[0].note == "two boxes"
    done.next_waits("NextStepNotDue", until=after_due(30))


def test_a_dispute_needs_its_reason() -> None:
    """A dispute without a reason is refused with the reasons there are."""
    story = a_call()
    refusal = story.when(said(story, "disputes")).then_refused("DisputeWithoutReason")
    assert "damaged" in refusal.sentence


@pytest.mark.parametrize(
    ("outcome", "follows"),
    [
        ("says-paid", []),
        ("needs-invoice", [TaskKind.SEND_INVOICE]),
        ("asks-instalments", [TaskKind.AGREE_INSTALMENTS]),
    ],
)
def test_who_answers_in_good_faith_is_left_in_peace(outcome: str, follows: list[TaskKind]) -> None:
    """Says it is paid, wants the invoice, wants instalments: five working days without a word."""
    story = a_call()
    done = story.when(said(story, outcome)).then("TaskCompleted", "HoldPlaced")
    assert [task.kind for task in done.case.tasks] == follows
    done.next_waits("OnHold", until=after_due(23))
    done.on(after_due(24)).next_records("HoldReleased")


def test_a_longer_hold_is_not_cut_short_by_a_call() -> None:
    """A case on hold without an end stays so, whatever is said on the phone."""
    story = a_call()
    held = story.when(a_hold(request="H-1")).then("HoldPlaced")
    done = held.when(said(held, "says-paid")).then("TaskCompleted")
    done.next_waits("OnHold", until=None)


def test_who_refuses_is_for_a_person_to_decide_about() -> None:
    """“We shall not pay”: no pause, and somebody decides what follows."""
    story = a_call()
    done = story.when(said(story, "refused")).then("TaskCompleted")
    assert done.tasks == ["decide"]
    done.next_waits("NextStepNotDue", until=after_due(30))


@pytest.mark.parametrize("outcome", ["wrong-number", "not-in-service"])
def test_a_wrong_number_is_corrected_and_called_again(outcome: str) -> None:
    """The number is somebody else's: find the right one, and the call is made again."""
    story = a_call()
    done = story.when(said(story, outcome)).then("TaskCompleted")
    (task,) = done.case.tasks
    assert (task.kind, task.step, task.cycle) == (TaskKind.CORRECT_NUMBER, "call", 1)
    again = CompleteTask(command_id="found", by="claire", task_id=task.task_id, outcome="try-again")
    done.when(again).then("TaskCompleted", "StepGivenBack").next_is("call", cycle=2)


def test_a_number_found_has_the_call_made() -> None:
    """The number on file was none: who finds the right one has the call made with it."""
    before = [performed(step, after_due(day)) for step, day in (("courtesy", 3), ("reminder", 10))]
    call = performed("call", CALLED, channel=Channel.PHONE)
    call = call.model_copy(update={"detail": "no usable number"})
    story = given(a_case(plan=a_plan()), *before, call).on(CALLED, hour=15)
    (task,) = story.case.tasks
    assert (task.kind, task.step, task.cycle) == (TaskKind.CORRECT_NUMBER, "call", 1)
    again = CompleteTask(command_id="found", by="claire", task_id=task.task_id, outcome="try-again")
    story.when(again).then("TaskCompleted", "StepGivenBack").next_is("call", cycle=2)


@pytest.mark.parametrize(
    ("hour", "again"),
    [(10, time(14, 30)), (15, time(9, 30))],
)
def test_who_was_out_is_called_at_another_time(hour: int, again: time) -> None:
    """Nobody in the morning: the next afternoon; nobody in the afternoon: the next morning."""
    story = a_call().on(CALLED, hour=hour)
    done = story.when(said(story, "no-answer")).then("CallTried")
    (task,) = done.case.tasks
    wall = datetime.combine(after_due(16), again, ZoneInfo("Europe/Paris"))
    assert task.not_before == wall.astimezone(UTC)
    assert (task.attempts, task.due_at) == (1, paris(after_due(17), hour=0))


def test_a_time_that_somebody_named_is_kept() -> None:
    """“Call again on Thursday at four” is when the call comes back."""
    story = a_call()
    thursday = paris(after_due(17), hour=16)
    done = story.when(said(story, "voicemail", again_at=thursday)).then("CallTried")
    assert done.task("call").not_before == thursday
    past = said(done, "voicemail", again_at=paris(date(2027, 1, 1), hour=10))
    refusal = done.when(past).then_refused("CallAgainInThePast")
    assert refusal.sentence == "2027-01-01 10:00 (Europe/Paris) has passed."


@pytest.mark.parametrize(
    ("day", "hour", "why", "instead"),
    [
        (after_due(20), 3, "Sunday", after_due(21)),
        (after_due(20), 10, "Sunday", after_due(21)),
        (after_due(17), 3, "from 09:00 to 18:00", after_due(17)),
        (after_due(17), 18, "from 09:00 to 18:00", after_due(18)),
    ],
)
def test_nobody_is_called_outside_their_hours(
    day: date, hour: int, why: str, instead: date
) -> None:
    """“Again on Sunday at three in the morning” is refused; the next moment that does is named."""
    story = a_call()
    words = said(story, "no-answer", again_at=paris(day, hour=hour))
    refusal = story.when(words).then_refused("CallAgainOutsideHours")
    assert f"{day} {hour:02}:00 (Europe/Paris)" in refusal.sentence
    assert why in refusal.sentence
    assert refusal.sentence.endswith(f"{instead} 09:00.")


def test_nobody_is_called_again_in_a_year() -> None:
    """Ninety days ahead is kept, the working day after them is refused by name."""
    story = a_call()
    ahead = CALLED + timedelta(days=90)
    last = said(story, "no-answer", again_at=paris(ahead, hour=15))
    story.when(last).then("CallTried")
    late = said(story, "no-answer", again_at=paris(ahead + timedelta(days=1), hour=10))
    refusal = story.when(late).then_refused("CallAgainTooFarAhead")
    assert "90 days" in refusal.sentence


def test_the_third_call_that_reaches_nobody_is_the_last() -> None:
    """Three times nobody: the call is done, and the ladder has gone its way all the while."""
    story = a_call()
    for _ in range(2):
        story = story.when(said(story, "no-answer")).then("CallTried")
    done = story.when(said(story, "voicemail")).then("TaskCompleted")
    assert done.tasks == []
    done.next_waits("NextStepNotDue", until=after_due(30))


def test_a_call_not_made_never_freezes_the_debtor() -> None:
    """A call that nobody makes stays on the list; the next letter leaves all the same."""
    a_call().on(after_due(30)).next_is("firm")


def test_money_ends_the_call() -> None:
    """Nobody calls a debtor who has paid."""
    paid = a_call().when(a_payment("100.00")).then("PaymentReceived", "CaseClosed")
    assert paid.tasks == []


def test_nobody_calls_after_the_hand_over() -> None:
    """Own contacts stop when the case is handed over, so its call leaves the list."""
    referred = a_call().lives_until(after_due(90))
    assert "hand-over" in referred.tasks
    assert "call" not in referred.tasks


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        (StopKind.INSOLVENCY, False),
        (StopKind.DO_NOT_CONTACT, False),
        (StopKind.DECEASED, False),
        (StopKind.UNKNOWN_ADDRESS, True),
    ],
)
def test_who_may_not_be_contacted_is_not_called(kind: StopKind, *, calls: bool) -> None:
    """The call leaves the list; a call may yet find who has moved away."""
    stop = StopContacts(command_id="S-1", kind=kind, on=CALLED)
    stopped = a_call().when(stop).then("ContactsStopped")
    assert ("call" in stopped.tasks) is calls
