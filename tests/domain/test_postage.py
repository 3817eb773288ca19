"""How may a letter travel, and what does the post's news change?"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from domain.postage import later_state, travels_as
from schemas.commands import Refusal
from schemas.parties import Capacity, Debtor
from schemas.postage import LetterKind, PostalNews, PostalState

JOURNEY = (
    PostalState.SUBMITTED,
    PostalState.ACCEPTED,
    PostalState.PRESENTED,
    PostalState.NOT_CLAIMED,
)


def test_news_in_any_order_comes_to_the_same_end() -> None:
    """Late, twice and out of order: a letter that was not claimed ends as not claimed."""
    for order in permutations(JOURNEY):
        state = PostalState.DRAFT
        for one in (*order, *order):
            state = later_state(state, PostalNews(reference="RL-1", state=one))
        assert state is PostalState.NOT_CLAIMED


def test_what_is_final_stays_final() -> None:
    """A letter that was delivered is not lost by a late message about an error."""
    for final in (state for state in PostalState if state.is_final):
        for other in PostalState:
            assert later_state(final, PostalNews(reference="RL-1", state=other)) is final


def test_who_refuses_a_letter_has_had_it() -> None:
    """Refused and not claimed count as notified; an unknown address does not."""
    notified = {state for state in PostalState if state.notifies}
    assert notified == {PostalState.DELIVERED, PostalState.REFUSED, PostalState.NOT_CLAIMED}


TODAY = date(2026, 11, 20)
ELECTRONIC = (LetterKind.ELECTRONIC_QUALIFIED, LetterKind.ELECTRONIC_SIMPLE)


def _debtor(capacity: Capacity, **more: object) -> Debtor:
    known = {"creditor": "atelier", "debtor_id": "D1", "name": "Dubois", "email": "a@b.example"}
    return Debtor.model_validate({**known, "capacity": capacity, **more})


@pytest.mark.parametrize("agreed_on", [None, TODAY + timedelta(days=1)])
def test_a_consumer_who_has_not_agreed_gets_paper(agreed_on: date | None) -> None:
    """Agreed beforehand or not at all (CPCE L100): a registered letter on paper is its equal."""
    who = _debtor(Capacity.CONSUMER, electronic_letters_agreed_on=agreed_on, email="")
    assert travels_as(LetterKind.ELECTRONIC_QUALIFIED, who, TODAY) is LetterKind.REGISTERED
    refusal = travels_as(LetterKind.ELECTRONIC_SIMPLE, who, TODAY)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "ElectronicLetterNotAgreed"


@pytest.mark.parametrize("kind", ELECTRONIC)
def test_who_agreed_or_owes_as_a_business_gets_it_electronically(kind: LetterKind) -> None:
    """Consent is asked of consumers only, and counts from its day."""
    consumer = _debtor(Capacity.CONSUMER, electronic_letters_agreed_on=TODAY)
    for who in (consumer, _debtor(Capacity.BUSINESS), _debtor(Capacity.PUBLIC)):
        assert travels_as(kind, who, TODAY) is kind


@pytest.mark.parametrize("kind", ELECTRONIC)
@pytest.mark.parametrize(
    ("lacks", "code"),
    [
        ({"email": " "}, "ElectronicAddressMissing"),
        ({"email_problem": "550"}, "ElectronicAddressBad"),
        ({"email": "factures at b.example"}, "ElectronicAddressBad"),
        ({"name": " "}, "RecipientUnnamed"),
    ],
)
def test_without_a_good_address_a_person_is_asked(
    kind: LetterKind, lacks: dict[str, str], code: str
) -> None:
    """An electronic letter that would reach nobody is not paid for."""
    refusal = travels_as(kind, _debtor(Capacity.BUSINESS, **lacks), TODAY)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_letters_on_paper_ask_for_no_consent() -> None:
    """Whoever the debtor is, and whatever their e-mail: the postman comes."""
    who = _debtor(Capacity.CONSUMER, email="", email_problem="550")
    for kind in set(LetterKind) - set(ELECTRONIC):
        assert travels_as(kind, who, TODAY) is kind
