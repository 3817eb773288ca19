"""What does an open task say of money? Always the figure of now, not that of the day it began."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from schemas.case import CollectionCase, OpenTask, TaskKind
from schemas.money import Money
from schemas.referral import Proposal

PLAN_AT_ITS_END, NOTHING_AWAITED = "plan-at-its-end", "nothing-awaited"
"""What a decision is about that names what is owed."""


class NewTask(NamedTuple):
    """A task that an event opens.

    Attributes:
        kind: what a person is asked to do.
        summary: the same in words.
        about: what it belongs to besides its step; see ``OpenTask``.
    """

    kind: TaskKind
    summary: str
    about: str = ""


def to_call_about(amount: Money) -> str:
    """What a caller is asked to do."""
    return f"Call about {amount}"


def plan_at_its_end(amount: Money) -> str:
    """What a person decides when every step was taken."""
    return f"The plan is at its end, {amount} still owed"


def nothing_awaited(amount: Money) -> str:
    """The same, when what had kept the case waiting has ended."""
    return f"{plan_at_its_end(amount)}, and nothing is awaited"


def to_hand_over(to: str, amount: Money) -> str:
    """What is to be done for an agency or a lawyer."""
    return f"Hand the file to: {to} ({amount})"


def to_approve(amount: Money, proposal: Proposal) -> str:
    """What a second person is asked, with everything that speaks against it."""
    who = proposal.by or "the plan"
    but = f"; but {', '.join(proposal.against)}" if proposal.against else ""
    return f"Hand {amount} over to {proposal.to}? Proposed by {who}{but}"


def instalment_missed(amount: Money) -> str:
    """What is said of an instalment that did not come."""
    return f"An instalment was missed: {amount} is lacking"


def charges_left(amount: Money) -> str:
    """What is to be done about charges when the case has ended."""
    return f"{amount} of interest and fixed sum are owed still: pursue or waive them"


def with_figures_of_now(tasks: tuple[OpenTask, ...], case: CollectionCase) -> tuple[OpenTask, ...]:
    """Tasks that name a figure of the case, with the one that holds now.

    A task that says something else, or names what a figure was on a day, keeps its words.

    Args:
        tasks: the open ones.
        case: after an event.
    """
    return tuple(_now(task, case) for task in tasks)


def _now(task: OpenTask, case: CollectionCase) -> OpenTask:
    words = _words(task, case)
    return task if words is None else task.model_copy(update={"summary": words})


def _words(task: OpenTask, case: CollectionCase) -> str | None:  # noqa: PLR0911 - one branch a kind
    match task.kind:
        case TaskKind.CALL:
            return to_call_about(case.asked)
        case TaskKind.DECIDE if task.about in _AT_ITS_END:
            return _AT_ITS_END[task.about](case.outstanding)
        case TaskKind.HAND_OVER:
            return to_hand_over(case.referred_to, case.outstanding)
        case TaskKind.APPROVE if case.proposal:
            return to_approve(case.outstanding, case.proposal)
        case TaskKind.PROMISE_BROKEN:
            agreed = case.arrangement
            still = agreed and agreed.arrangement_id == task.about
            return instalment_missed(agreed.missing) if agreed and still else None
        case TaskKind.CHARGES_LEFT:
            return charges_left(case.charges_owed)
        case _:
            return None


_AT_ITS_END: dict[str, Callable[[Money], str]] = {
    PLAN_AT_ITS_END: plan_at_its_end,
    NOTHING_AWAITED: nothing_awaited,
}
