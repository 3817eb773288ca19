"""What becomes of a case for which another invoice's message has spoken?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case import evolve
from domain.ladder import level_of, pending_steps
from domain.spoken_for import as_said, said_for, speaks_still, to_be_told
from domain.steps import order_of
from schemas.actions import PerformStep
from schemas.case import CollectionCase
from schemas.contact import Contact, ContactState, CoveredStep
from schemas.events import HoldPlaced, StepFailed, StepGivenBack, StepPerformed
from schemas.identifiers import contact_reference
from schemas.pauses import Hold
from schemas.turns import StepOrder
from tests.support.builders import a_case, after_due, failed, paris, performed

NOW = paris(after_due(3))
COURTESY = performed("courtesy", after_due(3))


def covered(case: CollectionCase, cycle: int = 1) -> CoveredStep:
    """The case, spoken for with its first step."""
    return CoveredStep(case=case, step="courtesy", cycle=cycle)


def order(case: CollectionCase) -> StepOrder:
    """The turn of the case's own first step."""
    [step, *_] = pending_steps(case)
    due = PerformStep(step=step, cycle=1, level=level_of(case, step), due_at=NOW)
    return order_of(case, due, NOW)


def left(state: ContactState, problem: str = "") -> Contact:
    """The other invoice's message, as far as it has come."""
    return Contact(
        reference="R-OTHER",
        case_id="case/atelier/other",
        step="notice",
        cycle=1,
        channel="email",
        state=state,
        owner="x",
        lease_until=NOW,
        last_error=problem,
        detail="<other@mail>",
    )


def test_only_a_step_that_is_still_to_be_taken_is_told() -> None:
    """One that is on record, or that was given back since, is no more the one that was covered."""
    case = a_case()
    taken = evolve(case, COURTESY)
    missed = evolve(case, failed("courtesy", after_due(3)))
    again = evolve(missed, StepGivenBack(at=NOW, by="claire", step="courtesy"))
    assert to_be_told([covered(case), covered(taken), covered(again)]) == [covered(case)]
    assert to_be_told([covered(again, cycle=2)]) == [covered(again, cycle=2)]


def test_a_message_taken_over_names_no_case_that_waits() -> None:
    """Held meanwhile, an invoice is not asked for in a message that was written before."""
    hold = HoldPlaced(at=NOW, hold=Hold(reason="wait", by="camille", since=NOW))
    assert speaks_still([covered(a_case()), covered(evolve(a_case(), hold))]) == [covered(a_case())]


@pytest.mark.parametrize(
    ("state", "delivery"),
    [
        (ContactState.ACCEPTED, "accepted"),
        (ContactState.UNKNOWN, "unknown"),
        (ContactState.HANDING_OVER, "unknown"),
    ],
)
def test_what_nobody_knows_of_the_message_nobody_knows_of_the_step(
    state: ContactState, delivery: str
) -> None:
    """The step is taken as far as the message left, under the message's own reference."""
    case = a_case()
    said = as_said(left(state), case, order(case), NOW)
    assert isinstance(said, StepPerformed)
    assert (said.delivery, said.reference, said.asked) == (delivery, "R-OTHER", case.asked)
    assert said.cause == contact_reference(case.case_id, "courtesy", 1)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [("EmailAddressBad: no such mailbox", "EmailAddressBad"), ("451 too busy", "CameBack")],
)
def test_a_refused_message_fails_the_step_for_a_reason_of_the_address(
    problem: str, reason: str
) -> None:
    """A refusal is known by its name; whatever else was said, the message came back."""
    case = a_case()
    said = as_said(left(ContactState.REFUSED, problem), case, order(case), NOW)
    assert isinstance(said, StepFailed)
    assert (said.reason, said.reference) == (reason, "R-OTHER")


def test_the_others_own_turn_recognises_what_was_said_for_it() -> None:
    """It has the cause that its own event would have had, and asks for its own money."""
    other = covered(a_case(owing="70.00").model_copy(update={"case_id": "case/atelier/other"}))
    said = COURTESY.model_copy(update={"at": NOW + timedelta(minutes=1)})
    [event] = said_for(other, said)
    assert isinstance(event, StepPerformed)
    assert event.cause == contact_reference("case/atelier/other", "courtesy", 1)
    assert (event.reference, str(event.asked)) == (said.reference, "70.00 EUR")
