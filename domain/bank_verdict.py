"""Where does the money of a decided transaction belong? Every cent of it, in exactly one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from schemas.bank import BankTransaction
from schemas.bank_ledger import Holding, Placement, Verdict
from schemas.base import Frozen
from schemas.feed import Place, TransactionState
from schemas.matching import Decision, Difference, Status, Suggestion

FEED = "bank feed"
"""Who decides when nobody else does."""

ROUNDING = "rounding"
FEE = "fee"
_ZERO = Decimal(0)


class Circumstances(Frozen):
    """What a verdict depends on beside the decision.

    Attributes:
        moment: when it is made.
        hold_until: until when a question to a person keeps contacts waiting.
        author: who decides.
        owners: who owes each invoice that the decision names.
    """

    moment: datetime
    hold_until: datetime
    author: str = FEED
    owners: Mapping[str, str] = {}


def verdict_on(amount: Decimal, decision: Decision, around: Circumstances) -> Verdict:
    """What a decision means for a transaction's money; returns of receipts are apart.

    Args:
        amount: of the transaction, signed.
        decision: what matching, or a person, says.
        around: when, by whom, and who owes what.
    """
    if decision.status is Status.MATCHED and not _is_plain(amount, decision):
        # Nothing here knows how to take a credit note off: a person looks at it.
        asked = Suggestion(
            allocations=decision.allocations,
            differences=decision.differences,
            evidence=decision.evidence,
        )
        decision = decision.model_copy(
            update={"status": Status.SUGGESTED, "suggestions": (asked,), "allocations": ()}
        )
    placements = _placements(amount, decision)
    state = _state(decision, placements)
    debtors = _debtors(decision, around.owners)
    waits = amount > 0 and state is TransactionState.SUGGESTED
    return Verdict(
        action=_ACTIONS.get(state, "leave"),
        author=around.author,
        decided_at=around.moment,
        state=state,
        placements=placements,
        debtors=debtors,
        hold_until=around.hold_until if waits and debtors else None,
        data=record_of(decision),
    )


_ACTIONS = {
    TransactionState.BOOKED: "book",
    TransactionState.SUGGESTED: "suggest",
    TransactionState.ON_ACCOUNT: "keep on account",
    TransactionState.IGNORED: "ignore",
}


def record_of(decision: Decision) -> dict[str, object]:
    """A decision as it is kept, with its evidence in words for those who look."""
    return {
        "decision": decision.model_dump(mode="json", exclude_defaults=True),
        "words": [one.words for one in decision.evidence],
    }


def _is_plain(amount: Decimal, decision: Decision) -> bool:
    """Whether it allocates money, and no more of it than there is."""
    allocated = [one.amount for one in decision.allocations]
    return bool(allocated) and min(allocated) > 0 and sum(allocated) <= amount


def _placements(amount: Decimal, decision: Decision) -> tuple[Placement, ...]:
    match decision.status:
        case Status.MATCHED:
            return _allocated(amount, decision)
        case Status.ON_ACCOUNT if decision.customer:
            place, owner = Place.ON_ACCOUNT, decision.customer
        case Status.IGNORED | Status.DUPLICATE:
            place, owner = Place.IGNORED, ""
        case _:
            place, owner = Place.UNMATCHED, ""
    return (Placement(place=place, owner=owner, amount=amount),)


def _allocated(amount: Decimal, decision: Decision) -> tuple[Placement, ...]:
    """What each invoice takes; a rounding beyond it and what nobody takes have their own place."""
    placements: list[Placement] = []
    surplus = _ZERO
    for one in decision.allocations:
        differences = [d for d in decision.differences if d.document == one.document]
        beyond = -sum((d.amount for d in differences if d.amount < 0), _ZERO)
        surplus += beyond
        short = [d for d in differences if d.amount > 0]
        placements.append(
            Placement(
                place=Place.ALLOCATED,
                owner=one.document,
                amount=one.amount - beyond,
                written_off=sum((d.amount for d in short), _ZERO),
                reason=_reason(short),
            )
        )
    if surplus:
        placements.append(Placement(place=Place.IGNORED, owner=ROUNDING, amount=surplus))
    rest = amount - sum((one.amount for one in placements), _ZERO)
    if rest:
        place = Place.ON_ACCOUNT if decision.customer else Place.UNMATCHED
        placements.append(Placement(place=place, owner=decision.customer, amount=rest))
    return tuple(placements)


def _reason(differences: Sequence[Difference]) -> str:
    return ", ".join(f"{one.kind.value} of {one.amount}, accepted" for one in differences)


def _state(decision: Decision, placements: Sequence[Placement]) -> TransactionState:
    places = {one.place for one in placements}
    if decision.status is Status.SUGGESTED:
        return TransactionState.SUGGESTED
    return state_of(places)


def state_of(places: set[Place]) -> TransactionState:
    """What a transaction counts as whose money is in these places."""
    for place, state in (
        (Place.UNMATCHED, TransactionState.UNMATCHED),
        (Place.ON_ACCOUNT, TransactionState.ON_ACCOUNT),
        (Place.ALLOCATED, TransactionState.BOOKED),
    ):
        if place in places:
            return state
    return TransactionState.IGNORED


def _debtors(decision: Decision, owners: Mapping[str, str]) -> tuple[str, ...]:
    """Whose money it may be: the payer, and those who owe what is suggested."""
    named = [one.document for way in decision.suggestions for one in way.allocations]
    named += [one.document for one in decision.allocations]
    found = [decision.customer, *(owners.get(document, "") for document in named)]
    return tuple(dict.fromkeys(one for one in found if one))


def return_verdicts(
    taken_back: BankTransaction,
    original: str,
    name: str,
    held: Sequence[Holding],
    decision: Decision,
    around: Circumstances,
) -> tuple[Verdict, Verdict]:
    """What a return means for the payment that it undoes, and for itself.

    Exactly what the decision takes back is freed; what the bank keeps beyond it is a fee, which no
    invoice bears.

    Args:
        taken_back: the return; its amount is negative.
        original: what people call the payment that is undone.
        name: what people call the return.
        held: where the payment's money is.
        decision: which allocations are taken back, and the fee.
        around: when and by whom.

    Returns:
        The verdict on the payment, and the one on the return.
    """
    total = sum((one.amount for one in held), _ZERO)
    freed = min(total, -taken_back.amount - max(decision.fee, _ZERO))
    staying = _after_return(held, decision, freed)
    freed = total - sum((one.amount for one in staying), _ZERO)
    rest = taken_back.amount + freed
    fee = (Placement(place=Place.IGNORED, owner=FEE, amount=rest),) if rest else ()
    undone = Placement(place=Place.IGNORED, owner=f"returned by {name}", amount=freed)
    itself = Placement(place=Place.IGNORED, owner=f"returns {original}", amount=-freed)
    stays = state_of({one.place for one in staying}) if staying else TransactionState.RETURNED
    common = Verdict(
        action="return",
        author=around.author,
        decided_at=around.moment,
        state=stays,
        placements=(*staying, undone),
        data=record_of(decision),
        reason=why_returned(taken_back),
    )
    booked = {"state": TransactionState.BOOKED, "placements": (itself, *fee)}
    return common, common.model_copy(update=booked)


def _after_return(held: Sequence[Holding], decision: Decision, freed: Decimal) -> list[Placement]:
    """What stays where it was: the named allocations go first, then money that is not allocated."""
    rest = freed
    taken: dict[str, Decimal] = {}
    for one in decision.allocations:
        amount = min(abs(one.amount), rest)
        taken[one.document] = taken.get(one.document, _ZERO) + amount
        rest -= amount
    staying: list[Placement] = []
    for holding in sorted(held, key=lambda one: one.place is Place.ALLOCATED):
        if holding.place is Place.ALLOCATED and taken:
            less = min(taken.get(holding.owner, _ZERO), holding.amount)
        else:
            less = min(rest, holding.amount)
            rest -= less
        if holding.amount - less:
            kept = Placement(place=holding.place, owner=holding.owner, amount=holding.amount - less)
            staying.append(kept)
    return staying


def why_returned(taken_back: BankTransaction) -> str:
    """The bank's reason, code first, such as ``AC04 closed account``."""
    said = taken_back.returned
    words = [said.code, *said.texts] if said else []
    shown = " ".join(word for word in words if word)
    return shown or taken_back.proprietary_code or "returned by the bank"
