"""What happens when a debtor answers? Mailbox, fact, workflow, task, and then the next reminder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from activities.inbox import Inbox
from schemas.case import TaskKind
from schemas.commands import CompleteTask
from tests.support.answers import answer
from tests.support.house import House, at
from tests.support.mail_source import FakeMailbox

TODAY = datetime.now(UTC).date()


@pytest.mark.story
async def test_a_reminder_an_answer_and_the_next_reminder(house: House) -> None:
    """The first reminder is answered: nothing leaves until somebody has read it."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    case = await house.steps("F-1", 1)
    source = FakeMailbox()
    inbox = Inbox(house.pool, house.means.creditors, house.telling, [lambda: source])
    source.put(answer("reply-outlook-french", case.steps[0].reference))
    summary = await inbox.read(lambda _: None)
    assert summary.new == {"reply": 1}
    case = await house.until("F-1", lambda case: bool(case.readings))
    (task,) = case.tasks
    assert task.kind is TaskKind.REPLY_RECEIVED
    assert "Nous contestons cette facture" in task.summary
    done = CompleteTask(command_id="done-1", by="anna", task_id=task.task_id, outcome="answered")
    await house.submit("F-1", done)
    await house.skip_to("F-1", at(TODAY + timedelta(days=14)))
    case = await house.steps("F-1", 2)
    assert [mail.recipients for mail in house.mails()] == [("factures@menuiserie.example",)] * 2
    assert await house.events("F-1") == [
        *("CaseOpened", "StepPerformed", "ReplyReceived", "TaskCompleted", "StepPerformed"),
    ]
