"""Do open tasks name what is owed now? Whatever came in since they were opened."""

from __future__ import annotations

from datetime import date

from schemas.commands import Refusal
from schemas.pauses import StopKind
from schemas.plan import Channel
from store.projections import task_changes
from tests.support.asking import (
    a_credit_note,
    a_dispute,
    a_release,
    a_reversal,
    a_stop,
    for_the_creditor,
    instalments,
)
from tests.support.builders import a_case, a_payment, a_plan, after_due, euros, performed
from tests.support.given import Given, given
from tests.support.stated import claim_stated

DUE = date(2026, 10, 1)
TODAY = date(2026, 11, 22)


def test_charges_that_are_left_are_named_as_they_are_now() -> None:
    """57.67 were left when the case ended; 50.00 come in, and the task says 7.67."""
    story = given(a_case(owing="1000.00", due=DUE)).on(TODAY)
    claimed = story.when(claim_stated(story.case, TODAY)).then("ChargesClaimed")
    ended = claimed.when(a_payment("1000.00", on=TODAY)).then("PaymentReceived", "CaseClosed")
    assert ended.task("charges-left").summary.startswith("57.67 EUR of interest")
    part = ended.when(a_payment("50.00", payment="P-2", on=TODAY)).then("PaymentReceived")
    assert part.task("charges-left").summary.startswith("7.67 EUR of interest")
    rest = part.when(a_payment("7.67", payment="P-3", on=TODAY)).then("PaymentReceived")
    assert rest.tasks == []


def test_a_call_is_about_what_is_asked_now() -> None:
    """Sixty of a hundred come in, thirty are contested: the caller asks for ten, then for forty."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), call).on(after_due(16))
    assert story.task("call").summary == "Call about 100.00 EUR"
    part = story.when(a_payment("60.00")).then("PaymentReceived")
    assert part.task("call").summary == "Call about 40.00 EUR"
    contested = part.when(a_dispute("30.00")).then("DisputeRaised")
    assert contested.task("call").summary == "Call about 10.00 EUR"
    decided = contested.when(for_the_creditor()).then("DisputeResolved")
    assert decided.task("call").summary == "Call about 40.00 EUR"


def test_a_decision_is_about_what_is_left() -> None:
    """The plan is at its end with a hundred owed; after a credit note it is seventy."""
    story = given(a_case(plan=a_plan(("call", 1, Channel.EMAIL))))
    ended = story.lives_until(after_due(20))
    assert "100.00 EUR still owed" in ended.task("decide").summary
    noted = ended.when(a_credit_note("30.00")).then("CreditNoteIssued")
    assert noted.task("decide").summary == "The plan is at its end, 70.00 EUR still owed"
    assert noted.case.outstanding == euros("70.00")


def test_the_worklist_is_told_the_new_words() -> None:
    """The row of the task changes its words, and is neither opened nor ended again."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    story = given(a_case(), call).on(after_due(16))
    decided = story.when(a_payment("60.00"))
    after = decided.then("PaymentReceived")
    assert not isinstance(decided.decision, Refusal)
    [event] = decided.decision
    changes = task_changes(story.case, event, after.case)
    assert (changes.opened, changes.ended) == ([], [])
    assert [words for _, words in changes.reworded] == ["Call about 40.00 EUR"]


def in_other_words(story: Given) -> Given:
    """The same case, its tasks worded by an earlier version of the program."""
    tasks = tuple(one.model_copy(update={"summary": "once"}) for one in story.case.tasks)
    return Given(case=story.case.model_copy(update={"tasks": tasks}), now=story.now)


def test_words_of_an_earlier_version_keep_no_task_open() -> None:
    """A task ends with what it is about, whatever it was called when it was opened."""
    paid = given(a_case()).when(a_payment("130.00")).then("PaymentReceived", "CaseClosed")
    assert paid.tasks == ["unallocated-cash"]
    back = in_other_words(paid).when(a_reversal()).then("PaymentReversed", "CaseReopened")
    assert back.tasks == []
    stopped = given(a_case()).when(a_stop(StopKind.DECEASED)).then("ContactsStopped")
    stopped = stopped.when(a_stop(StopKind.INSOLVENCY, request="I-2")).then("ContactsStopped")
    lifted = in_other_words(stopped).when(a_release(StopKind.INSOLVENCY)).then("ContactsAllowed")
    assert [one.about for one in lifted.case.tasks] == ["deceased"]


def test_words_of_an_earlier_version_name_the_figure_of_now() -> None:
    """The next fact finds the task by what it is about, and says it in the words of today."""
    call = performed("call", after_due(15), channel=Channel.PHONE)
    called = in_other_words(given(a_case(), call).on(after_due(16)))
    part = called.when(a_payment("60.00")).then("PaymentReceived")
    assert part.task("call").summary == "Call about 40.00 EUR"
    story = given(a_case(plan=a_plan(("call", 1, Channel.EMAIL)))).lives_until(after_due(20))
    noted = in_other_words(story).when(a_credit_note("30.00")).then("CreditNoteIssued")
    assert noted.task("decide").summary == "The plan is at its end, 70.00 EUR still owed"


def test_a_late_instalment_of_what_was_agreed_before_keeps_its_figure() -> None:
    """Forty were missed; the parts that are agreed afresh do not turn that into nothing."""
    parts = instalments(("40.00", 10), ("60.00", 40), accelerates=False)
    story = given(a_case()).on(after_due(1)).when(parts).then("InstalmentsAgreed")
    missed = story.on(after_due(17)).next_records("InstalmentMissed")
    assert missed.task("promise-broken").summary == "An instalment was missed: 40.00 EUR is lacking"
    anew = instalments(("50.00", 30), ("50.00", 60), accelerates=False, request="IN-2")
    agreed = missed.when(anew).then("InstalmentsAgreed")
    assert agreed.task("promise-broken").summary == missed.task("promise-broken").summary
