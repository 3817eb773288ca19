"""Who is called first? Money at risk, broken promises before it, legal days before everything."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.telephone import telephone_number
from domain.worklist import Place, Urgency, money_at_risk, place
from schemas.pauses import StopKind
from schemas.plan import Channel
from schemas.requests import StopContacts
from tests.support.asking import a_promise
from tests.support.builders import DUE, a_case, a_plan, after_due, an_outcome, performed
from tests.support.given import Given, given

CALLED = after_due(15)


def a_call(owing: str = "100.00", **plan: str) -> Given:
    """A case whose call is on the worklist, after so many reminders."""
    made = a_plan().model_copy(update=plan)
    case = a_case(owing=owing, plan=made)
    return given(case, performed("call", CALLED, channel=Channel.PHONE)).on(CALLED)


def standing(story: Given, kind: str = "call") -> Place:
    """Where the task stands."""
    return place(story.case, story.task(kind), story.now)


def test_more_money_comes_first() -> None:
    """Of two debtors who behave alike, the one who owes more is called first."""
    assert standing(a_call("900.00")).order < standing(a_call("100.00")).order


def test_older_money_weighs_more() -> None:
    """The same hundred is twice as urgent after ninety days as on its due date."""
    case = a_case()
    assert money_at_risk(case, DUE) == Decimal(100)
    assert money_at_risk(case, DUE + timedelta(days=90)) == Decimal(200)
    ten_years = money_at_risk(case, DUE + timedelta(days=3650))
    assert ten_years == money_at_risk(case, DUE + timedelta(days=365))


def test_what_had_no_effect_raises_the_risk() -> None:
    """Who was written to four times in vain is twice as urgent as who was never written to."""
    story = a_call()
    steps = [performed(name, after_due(1)) for name in ("courtesy", "reminder", "firm")]
    heard = given(story.case, *steps)
    assert money_at_risk(heard.case, DUE) == 2 * money_at_risk(a_case(), DUE)


def test_a_broken_promise_comes_before_larger_sums() -> None:
    """Who broke their word is called before anybody who owes a thousand times as much."""
    story = given(a_case(owing="10.00"), performed("courtesy", after_due(3))).on(after_due(4))
    promised = story.when(a_promise(on=after_due(11))).then("PromiseMade")
    broken = promised.lives_until(after_due(17))
    assert standing(broken, "promise-broken").urgency is Urgency.BROKEN_PROMISE
    assert standing(broken, "promise-broken").order < standing(a_call("10000.00")).order


def test_a_legal_day_comes_before_everything() -> None:
    """The last fortnight to declare a claim in an insolvency is nothing to put off."""
    stop = StopContacts(command_id="S-1", kind=StopKind.INSOLVENCY, on=after_due(20))
    stopped = a_call().on(after_due(21)).when(stop).then("ContactsStopped")
    assert standing(stopped, "contact-stopped").urgency is Urgency.MONEY
    near = stopped.on(after_due(20 + 50))
    assert standing(near, "contact-stopped").urgency is Urgency.LEGAL_DEADLINE


def test_a_call_for_later_waits_at_the_end() -> None:
    """Nobody there this morning: the call leaves the top of the list until tomorrow afternoon."""
    story = a_call("9000.00")
    tried = story.when(an_outcome(story.task("call").task_id, "no-answer")).then("CallTried")
    assert standing(tried).urgency is Urgency.LATER
    assert standing(a_call("1.00")).order < standing(tried).order
    assert standing(tried.on(after_due(16), hour=15)).urgency is Urgency.MONEY


def test_a_task_not_done_in_time_passes_to_somebody_else() -> None:
    """Claire's call that is not made by Thursday evening is Paul's from then on."""
    story = a_call(tasks_go_to="claire", tasks_pass_to="paul")
    for moment in (story, story.on(after_due(17), hour=23)):
        assert (standing(moment).owner, standing(moment).overdue) == ("claire", False)
    late = standing(story.on(after_due(18)))
    assert (late.owner, late.passed_on, late.overdue) == ("paul", True, True)


def test_without_anybody_to_pass_to_a_late_task_stays_and_shows() -> None:
    """Where the plan names nobody else, a late task stays whose it is, and is shown as late."""
    late = standing(a_call(tasks_go_to="claire").on(after_due(18)))
    assert (late.owner, late.passed_on, late.overdue) == ("claire", False, True)


@pytest.mark.parametrize(
    ("written", "country", "dialled"),
    [
        ("04 78 00 00 00", "FR", "+33478000000"),
        ("+33 (0)4 78 00 00 00", "FR", "+33478000000"),
        ("0033 4.78.00.00.00", "DE", "+33478000000"),
        ("030 901820", "DE", "+4930901820"),
        ("020 7946 0018", "GB", "+442079460018"),
    ],
)
def test_numbers_are_dialled_as_e164(written: str, country: str, dialled: str) -> None:
    """However a number was written in its country, it is dialled in one way (ITU-T E.164)."""
    number = telephone_number(written, country)
    assert number is not None
    assert number.e164 == dialled


@pytest.mark.parametrize("written", ["", "0478", "none", "+33 4 78 00 00 00 00 00", "1" * 400])
def test_what_nobody_can_dial_is_no_number(written: str) -> None:
    """A number that no plan of any country has is shown as one to be found."""
    assert telephone_number(written, "FR") is None
