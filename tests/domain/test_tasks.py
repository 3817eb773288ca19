"""What needs a person, and when? Each event that leaves a question opens one task."""

from __future__ import annotations

import pytest

from domain.tasks import OUTCOMES, OUTLIVES_THE_CASE, TRY_AGAIN, task_opened_by
from schemas.case import TaskKind
from schemas.events import (
    CaseEvent,
    CaseReferred,
    FactUnreadable,
    PaymentReceived,
    PlanExhausted,
    StepGivenBack,
)
from schemas.plan import Channel
from tests.support.builders import (
    DUE,
    a_case,
    a_correction,
    a_payment,
    after_due,
    euros,
    failed,
    paris,
    performed,
)
from tests.support.given import given

NOW = paris(after_due(20))


def received(unallocated: str) -> PaymentReceived:
    """A payment of which so much found no place."""
    return PaymentReceived(
        at=NOW,
        payment_id="P-1",
        amount=euros("100.00"),
        received_on=DUE,
        allocated=euros("60.00"),
        unallocated=euros(unallocated),
    )


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (performed("call", after_due(15), channel=Channel.PHONE), TaskKind.CALL),
        (performed("firm", after_due(30), unknown=True), TaskKind.DELIVERY_UNKNOWN),
        (failed("firm", after_due(30)), TaskKind.DELIVERY_FAILED),
        (PlanExhausted(at=NOW, outstanding=euros("1.00")), TaskKind.DECIDE),
        (
            CaseReferred(at=NOW, to="agency", outstanding=euros("1.00"), reference="R"),
            TaskKind.HAND_OVER,
        ),
        (received("40.00"), TaskKind.UNALLOCATED_CASH),
        (FactUnreadable(at=NOW, name="bounce", problem="unknown"), TaskKind.UNREADABLE_FACT),
    ],
)
def test_question_becomes_a_task(event: CaseEvent, kind: TaskKind) -> None:
    """A call to make, a doubt, a failure, an end, odd money: each waits for a person by name."""
    task = task_opened_by(a_case(), event)
    assert task is not None
    assert (task.kind, task.opened_at) == (kind, event.at)
    assert task.summary


@pytest.mark.parametrize(
    "event",
    [
        performed("courtesy", after_due(3)),
        received("0.00"),
        StepGivenBack(at=NOW, step="courtesy"),
    ],
)
def test_ordinary_event_is_nobodys_task(event: CaseEvent) -> None:
    """What went as planned is on record and asks nothing of anybody."""
    assert task_opened_by(a_case(), event) is None


def test_task_keeps_its_step_and_cycle() -> None:
    """A task about a step says which one and which time, so that an answer fits it."""
    task = task_opened_by(a_case(), failed("firm", after_due(30), cycle=2))
    assert task is not None
    assert (task.step, task.cycle) == ("firm", 2)


def test_every_kind_of_task_has_outcomes() -> None:
    """Whatever task there is, a person can end it."""
    assert set(OUTCOMES) == set(TaskKind)
    assert all(OUTCOMES.values())


def test_only_what_did_not_arrive_is_tried_again() -> None:
    """Only a step that did not surely arrive, or a call to a wrong number, can be given back."""
    again = {kind for kind, outcomes in OUTCOMES.items() if TRY_AGAIN in outcomes}
    failed = {TaskKind.DELIVERY_FAILED, TaskKind.DELIVERY_UNKNOWN, TaskKind.CORRECT_NUMBER}
    assert again == failed


def test_money_and_messages_outlive_a_case() -> None:
    """When a case ends, its calls and doubts end with it; odd money and odd messages stay."""
    story = given(
        a_case(),
        failed("courtesy", after_due(3)),
        performed("reminder", after_due(10), unknown=True),
        performed("call", after_due(15), channel=Channel.PHONE),
        FactUnreadable(at=NOW, name="bounce", problem="unknown"),
    )
    assert len(story.tasks) == 4
    ended = story.when(a_payment("130.00")).then("PaymentReceived", "CaseClosed")
    left = {task.kind for task in ended.case.tasks}
    assert left == {TaskKind.UNALLOCATED_CASH, TaskKind.UNREADABLE_FACT}
    assert left < OUTLIVES_THE_CASE


def test_money_that_comes_in_directly_is_told_to_the_agency() -> None:
    """Handed over, then paid to us: the agency must hear of it, also when it ends the case."""
    referred = CaseReferred(at=NOW, to="agency", outstanding=euros("100.00"), reference="R1")
    paid = given(a_case(owing="100.00"), referred).when(a_payment("100.00"))
    ended = paid.then("PaymentReceived", "CaseClosed")
    assert [task.kind for task in ended.case.tasks] == [TaskKind.TELL_AGENCY]


def test_the_same_money_is_shown_once() -> None:
    """A credit leaves 30 too much, then the due date changes: still one task about 30."""
    story = given(a_case(owing="100.00")).when(a_payment("80.00")).then("PaymentReceived")
    story = story.when(a_correction("50.00")).then("InvoiceCorrected", "CaseClosed")
    later = a_correction("50.00", due=after_due(30), correction="C-2")
    assert story.when(later).then("InvoiceCorrected").tasks == ["unallocated-cash"]


def test_tasks_have_ids_of_their_own() -> None:
    """Two questions of one case are two tasks, even about the same step."""
    story = given(a_case(), failed("courtesy", after_due(3)), failed("reminder", after_due(10)))
    first, second = story.case.tasks
    assert first.task_id != second.task_id
