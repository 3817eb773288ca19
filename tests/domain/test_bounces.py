"""What when a message that had left comes back? It uses up no step, and a person mends it."""

from __future__ import annotations

import pytest

from domain.case import decide, evolve, fold
from domain.ladder import cycle_of, pending_step
from schemas.case import CaseState, CollectionCase, StepOutcome, TaskKind
from schemas.commands import CompleteTask, Refusal
from schemas.events import CaseClosed, CaseEvent, CaseReferred, ContactBounced
from schemas.plan import Channel
from schemas.requests import BounceKind, ReportBounce
from tests.support.builders import a_case, after_due, an_outcome, paris, performed

LATER = paris(after_due(4))


def _reminded(*, unknown: bool = False) -> CollectionCase:
    return evolve(a_case(), performed("courtesy", after_due(3), unknown=unknown))


def _bounce(case: CollectionCase, command: str = "bounce-1") -> ReportBounce:
    return ReportBounce(
        command_id=command,
        by="mail",
        reference=case.steps[0].reference,
        kind=BounceKind.HARD,
        diagnostic="550 5.1.1 no such user",
    )


def _tell(case: CollectionCase, fact: ReportBounce | CompleteTask) -> CollectionCase:
    events = decide(case, fact, LATER)
    assert not isinstance(events, Refusal), events
    return fold(events, case)


@pytest.mark.parametrize("unknown", [False, True])
def test_a_bounced_message_uses_up_no_step(*, unknown: bool) -> None:
    """The level goes down, one task says what was said, and nothing is asked about its arrival."""
    case = _reminded(unknown=unknown)
    assert case.level == 1
    case = _tell(case, _bounce(case))
    assert (case.level, case.steps[0].outcome) == (0, StepOutcome.FAILED)
    (task,) = case.tasks
    assert task.kind is TaskKind.DELIVERY_FAILED
    assert "550 5.1.1 no such user" in task.summary
    assert pending_step(case) == case.plan.steps[1]


def test_a_bounce_is_heard_once() -> None:
    """The same report again changes nothing; another one of the same contact opens no new task."""
    case = _reminded()
    bounce = _bounce(case)
    case = _tell(case, bounce)
    assert decide(case, bounce, LATER) == ()
    again = _tell(case, _bounce(case, "another"))
    assert (again.tasks, again.steps) == (case.tasks, case.steps)


def test_the_step_is_taken_again_when_a_person_says_so() -> None:
    """Not before the cause is mended, and then under a reference of its own."""
    case = _reminded()
    case = _tell(case, _bounce(case))
    (task,) = case.tasks
    case = _tell(case, an_outcome(task.task_id, "try-again"))
    assert pending_step(case) == case.plan.steps[0]
    assert cycle_of(case, "courtesy") == 2
    assert case.tasks == ()


def test_a_bounce_is_never_refused() -> None:
    """On a closed case, or of a contact it does not know, it is on record and opens no task."""
    case = _reminded()
    stranger = _bounce(case).model_copy(update={"reference": "RUNKNOWN"})
    assert _tell(case, stranger).steps == case.steps
    assert _tell(case, stranger).tasks == ()
    closed = evolve(case, CaseClosed(at=LATER, reason="paid"))
    after = _tell(closed, _bounce(case))
    assert (after.state, after.tasks, after.level) == (CaseState.CLOSED, (), 0)


@pytest.mark.parametrize(
    ("kind", "channel", "words"),
    [
        (BounceKind.HARD, Channel.EMAIL, "never arrived, and the e-mail address is bad ("),
        (BounceKind.HARD, Channel.LETTER, "never arrived, and the postal address is bad ("),
        (BounceKind.SOFT, Channel.EMAIL, "'courtesy' never arrived (550"),
    ],
)
def test_whoever_has_the_case_is_told_that_a_message_never_arrived(
    kind: BounceKind, channel: Channel, words: str
) -> None:
    """Nothing is tried again after the hand-over; the agency writes to the same address."""
    case = evolve(a_case(), performed("courtesy", after_due(3), channel=channel))
    referred = CaseReferred(
        at=LATER, to="Recouvra", outstanding=case.outstanding, reference="R-of-the-hand-over"
    )
    case = fold([referred], case)
    case = case.model_copy(update={"tasks": ()})
    case = _tell(case, _bounce(case).model_copy(update={"kind": kind}))
    (task,) = case.tasks
    assert task.kind is TaskKind.TELL_AGENCY
    assert "tell Recouvra" in task.summary
    assert words in task.summary
    again = _tell(case, _bounce(case, "another"))
    assert (again.tasks, again.state) == (case.tasks, CaseState.REFERRED)
    told = _tell(case, an_outcome(task.task_id, "told"))
    assert told.tasks == ()


def test_it_says_which_step_came_back() -> None:
    """The event names step, channel and cycle as they are on record."""
    case = evolve(a_case(), performed("courtesy", after_due(3), channel=Channel.LETTER, cycle=2))
    (event,) = _events(decide(case, _bounce(case), LATER))
    assert isinstance(event, ContactBounced)
    assert (event.step, event.channel, event.cycle) == ("courtesy", Channel.LETTER, 2)


def _events(decision: tuple[CaseEvent, ...] | Refusal) -> tuple[CaseEvent, ...]:
    assert isinstance(decision, tuple)
    return decision


def test_what_did_arrive_is_no_longer_unknown() -> None:
    """A person has found out: the step counts as performed, and nobody is asked again."""
    case = _reminded(unknown=True)
    (task,) = case.tasks
    case = _tell(case, an_outcome(task.task_id, "arrived"))
    assert (case.steps[0].outcome, case.tasks) == (StepOutcome.PERFORMED, ())
