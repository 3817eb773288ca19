"""Which event is a debtor answered? Once each, soon, by e-mail, and only as the plan says."""

from __future__ import annotations

from datetime import timedelta

from domain.business_calendar import local_day
from domain.case import evolve
from domain.forecast import forecast
from domain.next_action import next_action
from domain.notices import answered_with, due_notice
from domain.steps import order_of
from schemas.actions import PerformStep, SendNotice, Wait
from schemas.case import CollectionCase
from schemas.events import NoticeNotSent, NoticeSent
from schemas.identifiers import contact_reference
from schemas.plan import NoticeKind, Notices
from tests.support.asking import a_dispute, a_promise
from tests.support.builders import (
    a_case,
    a_payment,
    a_plan,
    after_due,
    paris,
    performed,
)
from tests.support.given import Given, given

LITTLE = timedelta(minutes=5)


def answering(*, settlement: bool = False) -> CollectionCase:
    """A case whose plan has promises and disputes answered."""
    notices = Notices(promise=True, dispute=True, settlement=settlement)
    return a_case(plan=a_plan().model_copy(update={"notices": notices}))


def promised() -> Given:
    """A reminder, then a promise on a working day at noon."""
    story = given(answering(), performed("courtesy", after_due(3))).on(after_due(4))
    return story.when(a_promise(on=after_due(11))).then("PromiseMade")


def due(story: Given) -> SendNotice:
    """The answer that is due a little later."""
    action = next_action(story.case, story.now + LITTLE)
    assert isinstance(action, SendNotice), f"nothing is answered: {action!r}"
    return action


def answered(case: CollectionCase, action: SendNotice) -> CollectionCase:
    """The case when the answer is on record."""
    reference = contact_reference(case.case_id, action.step.name, action.cycle)
    return evolve(
        case,
        NoticeSent(at=action.due_at, kind=action.kind, about=action.about, reference=reference),
    )


def test_a_promise_is_confirmed_a_little_later_and_once() -> None:
    """Five minutes after it was promised, once; the level stays, and the case waits as before."""
    story = promised()
    assert story.next_moment == story.now + LITTLE
    action = due(story)
    assert action.kind is NoticeKind.PROMISE
    after = answered(story.case, action)
    assert after.level == story.case.level == 1
    assert after.steps == story.case.steps
    Given(case=after, now=story.now + LITTLE).next_waits("Promised", until=after_due(16))


def test_what_could_not_be_answered_is_let_go() -> None:
    """A debtor without an e-mail address is not asked for one, and no task is opened."""
    story = promised()
    action = due(story)
    missing = NoticeNotSent(
        at=story.now,
        kind=action.kind,
        about=action.about,
        reference="R1",
        reason="EmailAddressMissing",
        explanation="no address",
    )
    after = evolve(story.case, missing)
    assert after.tasks == story.case.tasks
    Given(case=after, now=story.now + LITTLE).next_waits("Promised")


def test_an_answer_waits_for_the_contact_hours() -> None:
    """Promised on a Friday night: confirmed on Monday within the debtor's hours."""
    story = given(answering(), performed("courtesy", after_due(3))).on(after_due(4), hour=22)
    story = story.when(a_promise(on=after_due(11))).then("PromiseMade")
    story.next_waits("Promised")
    assert story.next_moment > story.now + timedelta(hours=8)
    assert isinstance(next_action(story.case, story.next_moment), SendNotice)


def test_a_stale_answer_is_not_given() -> None:
    """A week after the promise nobody is surprised by its confirmation."""
    story = promised()
    assert isinstance(next_action(story.case, story.now + timedelta(days=7)), Wait)


def test_every_dispute_is_answered_once() -> None:
    """Two disputes of a part each: two answers, then the undisputed part goes on."""
    story = given(answering(), performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_dispute("30.00", request="D-1")).then("DisputeRaised")
    story = story.when(a_dispute("20.00", request="D-2")).then("DisputeRaised")
    first = due(story)
    case = answered(story.case, first)
    second = due(Given(case=case, now=story.now))
    assert {first.about, second.about} == {"D-1", "D-2"}
    assert first.step.name != second.step.name
    case = answered(case, second)
    assert isinstance(next_action(case, story.now + LITTLE), Wait)


def test_nothing_is_answered_on_hold_or_when_the_plan_does_not_ask_for_it() -> None:
    """A plan without notices, as every older case has it, answers nothing."""
    story = given(a_case(), performed("courtesy", after_due(3))).on(after_due(4))
    story = story.when(a_promise(on=after_due(11))).then("PromiseMade")
    assert isinstance(next_action(story.case, story.now + LITTLE), Wait)


def test_thanks_come_before_the_end_and_only_after_a_message() -> None:
    """Paid after a reminder: thanked, then closed. Paid before any message: closed at once."""
    silent = given(answering(settlement=True)).on(after_due(1)).when(a_payment("100.00"))
    silent.then("PaymentReceived", "CaseClosed")
    story = given(answering(settlement=True), performed("courtesy", after_due(3)))
    paid = story.on(after_due(4)).when(a_payment("100.00")).then("PaymentReceived")
    action = next_action(paid.case, paid.now)
    assert isinstance(action, SendNotice)
    assert action.kind is NoticeKind.SETTLEMENT
    after = answered(paid.case, action)
    Given(case=after, now=paid.now).next_records("CaseClosed")


def test_a_forecast_looks_past_an_answer() -> None:
    """What will be sent next is still foretold when an answer comes first."""
    story = promised()
    coming = forecast(story.case, story.now)
    assert [one.step for one in coming][:1] == ["reminder"]
    assert local_day(story.case.calendar, coming[0].at) >= local_day(
        story.case.calendar, paris(after_due(16))
    )


def test_one_message_answers_what_was_said_alike() -> None:
    """A promise for the same day is answered together; one for another day by itself."""
    story = promised()
    joined = story.case.model_copy(update={"case_id": "case/atelier/other"})
    later = (
        given(answering()).on(after_due(4)).when(a_promise(on=after_due(12))).then("PromiseMade")
    )
    assert answered_with(story.case, joined, story.now) is not None
    assert answered_with(story.case, later.case, story.now) is None


def test_the_order_of_an_answer_says_what_is_answered() -> None:
    """Whoever carries it out must still find that promise standing; a step answers nothing."""
    story = promised()
    answer = due_notice(story.case, story.now + LITTLE)
    assert answer is not None
    order = order_of(story.case, answer, story.now)
    assert story.case.arrangement is not None
    assert (order.answers, order.about) == (
        NoticeKind.PROMISE,
        story.case.arrangement.arrangement_id,
    )
    step = next_action(a_case(), paris(after_due(4)))
    assert isinstance(step, PerformStep)
    assert order_of(a_case(), step, story.now).answers is None
