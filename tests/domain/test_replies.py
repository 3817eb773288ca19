"""What does an answer of the debtor stop, and for how long? The next contact, until it is read."""

from __future__ import annotations

from typing import Any

import pytest

from domain.forecast import forecast
from schemas.commands import ReceiveReply
from tests.support.asking import a_hold, a_release
from tests.support.builders import a_case, a_payment, after_due, an_outcome, paris, performed
from tests.support.given import Given, given


def a_reply(request: str = "mail-1", **changes: Any) -> ReceiveReply:
    """The debtor answers."""
    fields = {"excerpt": "The transfer left yesterday.", "by": "inbox", **changes}
    return ReceiveReply.model_validate({"command_id": request, **fields})


def reminded() -> Given:
    """A Tuesday, after the first reminder; the second is due on Thursday, the tenth day."""
    return given(a_case(), performed("courtesy", after_due(3))).on(after_due(8))


def test_an_answer_is_read_before_the_next_contact() -> None:
    """A task shows its first lines; three working days pass, then the ladder goes on by itself."""
    story = reminded().when(a_reply()).then("ReplyReceived")
    assert story.task("reply-received").summary == "Reply received: The transfer left yesterday."
    story.next_waits("ReplyReceived", until=after_due(12))
    lived = story.lives_until(after_due(14))
    assert lived.history[1:] == [("reminder", after_due(14))]
    assert lived.tasks == ["reply-received"]


def test_whoever_has_read_it_lets_the_ladder_go_on() -> None:
    """The end of the task ends the wait: the reminder leaves on its own day."""
    story = reminded().when(a_reply()).then("ReplyReceived")
    task = story.task("reply-received").task_id
    story = story.when(an_outcome(task, "answered")).then("TaskCompleted")
    assert story.case.readings == ()
    assert story.lives_until(after_due(10)).history[1:] == [("reminder", after_due(10))]


def test_the_end_of_one_wait_ends_no_other() -> None:
    """An answer that was read lifts neither a hold nor the wait for another answer."""
    story = reminded().when(a_hold(None)).then("HoldPlaced")
    story = story.when(a_reply("mail-1")).then("ReplyReceived")
    story = story.when(a_reply("mail-2", hold_days=5)).then("ReplyReceived")
    first = story.case.tasks[0].task_id
    story = story.when(an_outcome(first, "done")).then("TaskCompleted").next_waits("OnHold")
    story = story.when(a_release()).then("HoldReleased")
    story.next_waits("ReplyReceived", until=after_due(16))


def test_the_hold_stays_when_the_answer_has_been_waited_for() -> None:
    """The days for reading pass under a hold; the hold is there as before."""
    story = reminded().when(a_hold(None)).then("HoldPlaced")
    story = story.when(a_reply()).then("ReplyReceived")
    story.on(after_due(100)).next_waits("OnHold")


def test_the_same_answer_twice_is_one() -> None:
    """A mailbox that is read twice opens one task."""
    story = reminded().when(a_reply()).then("ReplyReceived")
    assert story.when(a_reply()).then().tasks == ["reply-received"]


def test_one_answer_about_several_cases_is_one_task() -> None:
    """The other cases wait for the same days, without a task of their own."""
    story = reminded().when(a_reply(for_a_person=False)).then("ReplyReceived")
    assert story.tasks == []
    story.next_waits("ReplyReceived", until=after_due(12))


def test_a_creditor_may_wait_for_nobody() -> None:
    """No days, no wait: the task alone is there."""
    story = reminded().when(a_reply(hold_days=0)).then("ReplyReceived")
    assert story.tasks == ["reply-received"]
    story.next_waits("NextStepNotDue", until=after_due(10))


def test_an_answer_to_a_closed_case_is_read_all_the_same() -> None:
    """The money came first; what the debtor wrote is still there for a person."""
    story = reminded().when(a_reply("mail-1")).then("ReplyReceived")
    story = story.when(a_payment(str(story.case.outstanding.amount))).then(
        "PaymentReceived", "CaseClosed"
    )
    assert story.tasks == ["reply-received"]
    story = story.when(a_reply("mail-2")).then("ReplyReceived")
    assert story.tasks == ["reply-received", "reply-received"]
    assert story.case.readings == ()


@pytest.mark.parametrize("hold_days", [3, 30])
def test_what_will_leave_is_foretold(hold_days: int) -> None:
    """The forecast shows the day on which the ladder goes on if nobody reads the answer."""
    story = reminded().when(a_reply(hold_days=hold_days)).then("ReplyReceived")
    foretold = forecast(story.case, paris(after_due(8)))[0]
    lived = story.lives_until(after_due(90)).case.steps[1]
    assert (foretold.step, foretold.at) == (lived.step, lived.at)
    assert foretold.at > story.case.readings[0].until
