"""Does the forecast say what the policy will do? Joined, spaced, and none forgotten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from domain.business_calendar import local_day
from domain.debtor_forecast import Standing, WaitedFor, forecast_debtor
from domain.forecast import forecast
from schemas.case import CollectionCase
from schemas.contact_policy import ContactPolicy, ContactRules
from schemas.contact_situation import ContactSituation, PastContact
from schemas.plan import Channel, DunningPlan, DunningStep
from tests.support.builders import DUE, PARIS, a_case, a_plan, after_due, paris

NOW = paris(DUE + timedelta(days=1))
FAR = paris(DUE + timedelta(days=400))
TWO_MAILS = a_plan(("courtesy", 3, Channel.EMAIL), ("reminder", 10, Channel.EMAIL))


def _owes(number: str, late: int = 0, **changes: object) -> CollectionCase:
    """An invoice due so many days after the others."""
    case = a_case(due=DUE + timedelta(days=late), opened_at=NOW, plan=TWO_MAILS)
    return case.model_copy(update={"case_id": f"case/atelier/{number}", **changes})


def _look(
    *cases: CollectionCase,
    policy: ContactPolicy | None = None,
    contacts: tuple[PastContact, ...] = (),
    waited: dict[str, WaitedFor] | None = None,
    until: datetime = FAR,
) -> dict[str, list[date]]:
    standing = {case.case_id: Standing(NOW, (waited or {}).get(case.case_id)) for case in cases}
    situation = ContactSituation(contacts=contacts)
    found = forecast_debtor(cases, standing, policy or ContactPolicy(), situation, until)
    return {
        name.rpartition("/")[2]: [local_day(PARIS, one.at) for one in steps]
        for name, steps in found.items()
    }


def test_one_invoice_is_forecast_as_ever() -> None:
    """A debtor with one invoice and an ordinary plan: the policy changes nothing."""
    case = a_case()
    standing = {case.case_id: Standing(NOW)}
    found = forecast_debtor([case], standing, ContactPolicy(), ContactSituation(), FAR)
    assert found[case.case_id] == forecast(case, NOW)


def test_invoices_due_in_the_gap_are_joined_at_its_end() -> None:
    """Due on Thursday, Friday and the next Monday: one mail on Thursday, one on Monday."""
    days = _look(_owes("A"), _owes("B", 1), _owes("C", 4))
    assert days["A"][0] == after_due(3)
    assert days["B"][0] == days["C"][0] == after_due(7)


def test_contacts_of_the_past_count() -> None:
    """The debtor was contacted yesterday: tomorrow's mail leaves two days after that."""
    yesterday = PastContact(reference="R", channel=Channel.PHONE, at=paris(after_due(2)))
    assert _look(_owes("A"), contacts=(yesterday,))["A"][0] == after_due(4)


def test_what_waits_today_leaves_when_its_gate_said() -> None:
    """A step that is kept back until a day is forecast on that day."""
    said = WaitedFor(paris(after_due(3)), paris(after_due(9), hour=9))
    assert _look(_owes("A"), waited={"case/atelier/A": said})["A"][0] == after_due(9)


def test_a_strict_policy_spreads_a_debtor_over_weeks() -> None:
    """One contact a week: the mails of two invoices due apart lie a week apart."""
    weekly = ContactPolicy(business=ContactRules(gap_days=1, per_week=1))
    days = _look(_owes("A"), _owes("B", 5), policy=weekly)
    every = sorted({day for steps in days.values() for day in steps})
    assert all((later - day).days >= 7 for day, later in pairwise(every))
    assert [len(steps) for steps in days.values()] == [2, 2]


def test_the_forecast_ends_where_it_is_told() -> None:
    """Nothing beyond the last day is worked out."""
    assert _look(_owes("A"), until=paris(after_due(5)))["A"] == [after_due(3)]


def test_a_notice_that_is_too_late_for_court_is_foretold_as_one_that_stays() -> None:
    """Once no court would hear the claim the notice stays, and a person decides of the hand-over.

    The other messages go on.
    """
    case, last = a_case(), after_due(20)
    for coming in (
        forecast(case, NOW, court_until=last),
        forecast_debtor(
            *([case], {case.case_id: Standing(NOW, court_until=last)}),
            *(ContactPolicy(), ContactSituation(), FAR),
        )[case.case_id],
    ):
        told = {one.step: one.barred_since for one in coming}
        assert told.pop("formal-notice") == last
        assert list(told)[-1] == "hand-over"
        assert told.pop("hand-over") == last
        assert set(told.values()) == {None}


@pytest.mark.parametrize(("last", "leaves"), [(3, 3), (2, 7)])
def test_a_barred_invoice_is_foretold_apart_from_a_notice(last: int, leaves: int) -> None:
    """Both are due on one day; the notice takes the other along on its last day for court only."""
    plan = DunningPlan(
        plan="short", steps=(DunningStep(name="last", day=3, channel=Channel.EMAIL),)
    )
    court = plan.model_copy(
        update={"steps": (plan.steps[0].model_copy(update={"threatens_court": True}),)}
    )
    first, old = _owes("A", plan=court), _owes("B", plan=plan)
    found = forecast_debtor(
        [first, old],
        {
            first.case_id: Standing(NOW),
            old.case_id: Standing(NOW, court_until=after_due(last)),
        },
        *(ContactPolicy(), ContactSituation(), FAR),
    )
    days = {name[-1]: [local_day(PARIS, one.at) for one in steps] for name, steps in found.items()}
    assert days["A"] == [after_due(3)]
    assert days["B"] == [after_due(leaves)]
    assert found[old.case_id][0].barred_since is None
