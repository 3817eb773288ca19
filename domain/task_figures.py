"""What does an open task say of money? Always the figure of now, not that of the day it began."""

from __future__ import annotations

from collections.abc import Callable

from schemas.case import CollectionCase, OpenTask, TaskKind
from schemas.money import Money
from schemas.referral import Proposal


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
    """What somebody talks about with who agreed to pay in parts."""
    return f"An instalment was missed: {amount} is lacking"


def charges_left(amount: Money) -> str:
    """What is to be done about charges when the case has ended."""
    return f"{amount} of interest and fixed sum are owed still: pursue or waive them"


def _missing(case: CollectionCase) -> str:
    return instalment_missed(case.arrangement.missing) if case.arrangement else ""


def _approval(case: CollectionCase) -> str:
    return to_approve(case.outstanding, case.proposal) if case.proposal else ""


_WORDS: dict[TaskKind, tuple[Callable[[CollectionCase], str], ...]] = {
    TaskKind.CALL: (lambda case: to_call_about(case.asked),),
    TaskKind.DECIDE: (
        lambda case: plan_at_its_end(case.outstanding),
        lambda case: nothing_awaited(case.outstanding),
    ),
    TaskKind.HAND_OVER: (lambda case: to_hand_over(case.referred_to, case.outstanding),),
    TaskKind.APPROVE: (_approval,),
    TaskKind.PROMISE_BROKEN: (_missing,),
    TaskKind.CHARGES_LEFT: (lambda case: charges_left(case.charges_owed),),
}


def with_figures_of_now(
    tasks: tuple[OpenTask, ...], before: CollectionCase, after: CollectionCase
) -> tuple[OpenTask, ...]:
    """Tasks whose words name a figure of the case, with the one that holds after an event.

    A task that says something else, or names what a figure was on a day, keeps its words.
    """
    return tuple(_now(task, before, after) for task in tasks)


def _now(task: OpenTask, before: CollectionCase, after: CollectionCase) -> OpenTask:
    for words in _WORDS.get(task.kind, ()):
        if task.summary == words(before) and (now := words(after)):
            return task if now == task.summary else task.model_copy(update={"summary": now})
    return task
