"""How right was it? Decisions joined to the truth by the bank's reference, and counted by case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bench.matching.story import Told

BOOKED = {"book", "book_then_back"}


@dataclass
class Score:
    """What was counted.

    Attributes:
        wrong: booked to an item that it does not settle, or for money that settles nothing.
        by_case: for each case, how many had which result.
        examples: some of each case that went wrong or was missed.
    """

    bookable: int = 0
    right: int = 0
    wrong: int = 0
    transactions: int = 0
    returns: int = 0
    undone: int = 0
    suggestible: int = 0
    suggested_right: int = 0
    duplicates: int = 0
    duplicates_counted: int = 0
    by_case: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    examples: dict[tuple[str, str], list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def figures(self) -> dict[str, object]:
        """The figures that the bar is about, shares in per cent."""
        return {
            "transactions": self.transactions,
            "rightly_booked": _share(self.right, self.bookable),
            "wrongly_booked": _share(self.wrong, self.transactions),
            "returns_undone": _share(self.undone, self.returns),
            "first_suggestion_right": _share(self.suggested_right, self.suggestible),
            "duplicates": self.duplicates,
            "duplicates_counted": self.duplicates_counted,
        }


def score(told: Iterable[Told], decided: Iterable[Mapping[str, Any]]) -> Score:
    """Compare every decision with the truth.

    Args:
        told: what is true.
        decided: the objects of ``starter.py match --json``.
    """
    truth = {one.key: one for one in told}
    found = Score()
    counted: set[str] = set()
    by_key: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in decided:
        by_key[one["key"]].append(one)
    for key, true in truth.items():
        several = by_key.get(key, [])
        effective = [one for one in several if one["status"] not in {"duplicate", "ignored"}]
        found.duplicates += len(several) - 1 if several else 0
        allocated = [one for one in several if one["allocations"]]
        if len(allocated) > 1:
            found.duplicates_counted += len(allocated) - 1
        best = allocated or effective or several
        _one(found, true, best[0] if best else None)
        counted.add(key)
    for key, several in by_key.items():
        if key not in truth and any(one["allocations"] for one in several):
            found.wrong += 1
            found.examples["sum", "wrong"].append(dict(several[0]))
    return found


def _one(found: Score, true: Told, decision: Mapping[str, Any] | None) -> None:
    found.transactions += 1
    result = _result(found, true, decision)
    found.by_case[true.case][result] += 1
    if result not in {"right", "ok"} and len(found.examples[true.case, result]) < 6:
        found.examples[true.case, result].append(
            {"texts": true.texts, "name": true.name, "truth": true.documents, "is": decision}
        )


def _result(found: Score, true: Told, decision: Mapping[str, Any] | None) -> str:
    allocated = _documents(decision["allocations"]) if decision else {}
    first = decision["suggestions"][0] if decision and decision["suggestions"] else []
    if true.want == "reversal":
        found.returns += 1
        is_reversal = bool(decision) and decision["status"] == "reversal"
        return _booked(found, true, allocated if is_reversal else {}, "undone")
    if true.want in BOOKED:
        found.bookable += 1
        return _booked(found, true, allocated, "right")
    same = set(allocated or _documents(first)) == set(true.documents)
    if true.want == "suggest":
        found.suggestible += 1
        found.suggested_right += same
    if allocated:
        found.wrong += not same
        return "booked though open" if same else "wrong"
    if true.want != "suggest" or same:
        return "right" if true.want == "suggest" else "ok"
    return "other suggestion" if first else "no suggestion"


def _booked(found: Score, true: Told, allocated: dict[str, Decimal], what: str) -> str:
    if allocated == true.documents:
        setattr(found, what, getattr(found, what) + 1)
        return "right"
    found.wrong += bool(allocated)
    return "wrong" if allocated else "missed"


def _documents(allocations: Iterable[Mapping[str, str]]) -> dict[str, Decimal]:
    return {one["document"]: Decimal(one["amount"]) for one in allocations}


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} % of {whole}" if whole else "none"
