"""How may a letter travel, and what does the post's news change?"""

from __future__ import annotations

from datetime import date, datetime

from domain.email_address import is_email
from schemas.commands import Refusal
from schemas.parties import Capacity, Debtor
from schemas.postage import LetterKind, PostalNews, PostalState

_ORDER = list(PostalState)


def travels_as(wanted: LetterKind, debtor: Debtor, on: date) -> LetterKind | Refusal:
    """How a letter to a debtor travels, where a plan wants one of this kind.

    A consumer must have agreed beforehand to get registered letters electronically (CPCE L100).
    Without that, a qualified one travels on paper, registered with receipt: the law holds the two
    equal, so the debtor loses nothing and the ladder waits for nobody. A simple one (eIDAS art. 43)
    equals nothing on paper, so a person decides.

    What travels electronically needs a name and an e-mail address, and no postal one; what must
    travel on paper instead is held to the postal address when it is printed.

    Args:
        wanted: by the plan's step.
        debtor: to whom it goes.
        on: the day it leaves; an agreement of a later day is none.

    Returns:
        The kind, or by name why nobody may send it as it is.
    """
    if not wanted.is_electronic:
        return wanted
    agreed_on = debtor.electronic_letters_agreed_on
    if debtor.capacity is Capacity.CONSUMER and (agreed_on is None or agreed_on > on):
        if wanted is LetterKind.ELECTRONIC_QUALIFIED:
            return LetterKind.REGISTERED
        words = f"debtor {debtor.debtor_id} is a consumer who has not agreed to electronic letters"
        return Refusal(
            code="ElectronicLetterNotAgreed",
            sentence=f"{words}: import electronic_letters_agreed_on, or write on paper",
        )
    return _unaddressed(debtor) or wanted


def _unaddressed(debtor: Debtor) -> Refusal | None:
    """Why an electronic letter would reach nobody; None when it would."""
    whose = f"debtor {debtor.debtor_id}"
    if not debtor.name.strip():
        sentence = f"{whose} has no name, and an electronic letter is handed to whom it names"
        return Refusal(code="RecipientUnnamed", sentence=sentence)
    if not debtor.email.strip():
        sentence = f"{whose} has no e-mail address, to which an electronic letter would go"
        return Refusal(code="ElectronicAddressMissing", sentence=sentence)
    if not is_email(debtor.email.strip()):
        sentence = f"{whose}: {debtor.email!r} is no e-mail address; correct it first"
        return Refusal(code="ElectronicAddressBad", sentence=sentence)
    if debtor.email_problem:
        sentence = f"mail to {debtor.email} came back: {debtor.email_problem}; correct it first"
        return Refusal(code="ElectronicAddressBad", sentence=sentence)
    return None


def later_state(known: PostalState, news: PostalNews) -> PostalState:
    """How far a letter has come, given what is known and what is said now.

    News may come twice, late and in any order: what was final stays final.
    """
    if known.is_final or _ORDER.index(news.state) <= _ORDER.index(known):
        return known
    return news.state


def presentation(news: PostalNews) -> datetime | None:
    """When a letter was first presented, as far as this news says."""
    if news.presented_at is None and news.state is PostalState.PRESENTED:
        return news.at
    return news.presented_at
