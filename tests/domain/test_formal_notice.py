"""What puts a debtor in default, and does its way prove that it arrived?"""

from __future__ import annotations

import pytest

from domain.formal_notice import is_formal_notice, unproven_notices
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.postage import LetterKind


@pytest.mark.parametrize(
    ("template", "is_one"),
    [("formal-notice", True), ("formal-notice-rent", True), ("firm", False), ("reminder", False)],
)
def test_a_formal_notice_is_known_by_its_text(template: str, *, is_one: bool) -> None:
    """Whatever the step is called: what it says puts the debtor in default, or does not."""
    assert is_formal_notice(template) is is_one


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("template", ["formal-notice", "firm"])
def test_a_simple_electronic_letter_is_no_proof_of_a_formal_notice(
    kind: LetterKind, template: str
) -> None:
    """Only that kind, and only where the law asks for a registered letter, is warned of."""
    step = DunningStep(name="n", day=1, channel=Channel.LETTER, template=template, letter=kind)
    warned = unproven_notices(DunningPlan(plan="p", steps=(step,)))
    wrong = kind is LetterKind.ELECTRONIC_SIMPLE and template == "formal-notice"
    assert [one.partition(":")[0] for one in warned] == (["n"] if wrong else [])
