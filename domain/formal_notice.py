"""What is a formal notice, and does the way it travels prove that it arrived?"""

from __future__ import annotations

from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.postage import LetterKind

FORMAL_TEMPLATE = "formal-notice"
"""The text that puts the debtor in default (Code civil 1344), and texts whose names begin so."""


def is_formal_notice(template: str) -> bool:
    """Whether a message of this text puts the debtor in default, once it has reached them."""
    return template.startswith(FORMAL_TEMPLATE)


def unproven_notices(plan: DunningPlan) -> tuple[str, ...]:
    """A sentence for each formal notice that travels as what is no registered letter in law."""
    return tuple(
        f"{step.name}: a simple electronic registered letter (eIDAS art. 43) proves nothing where "
        "the law asks for a registered one; say electronic-qualified or registered"
        for step in plan.steps
        if _is_simple(step)
    )


def _is_simple(step: DunningStep) -> bool:
    wanted = step.channel is Channel.LETTER and is_formal_notice(step.template)
    return wanted and step.letter is LetterKind.ELECTRONIC_SIMPLE
