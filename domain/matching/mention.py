"""What did the payer name? A mention of items, and all that a text says together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.matching.numbers import Form
from domain.matching.wording import Wording
from schemas.matching import Evidence, EvidenceKind


@dataclass(frozen=True, slots=True)
class Mention:
    """A piece of text that names items.

    Attributes:
        alternatives: what it may mean; each is a set of documents that belong together.
        typed: as it stands in the plain text.
        place: where it stands there.
        in_list: a shortened number behind another one.
        is_cut: the end of the number is missing.
        is_second_reading: seen only with parts joined or letters read as digits.
    """

    alternatives: tuple[tuple[str, ...], ...]
    form: Form
    typed: str
    kind: EvidenceKind
    place: int = 0
    is_range: bool = False
    in_list: bool = False
    is_cut: bool = False
    is_second_reading: bool = False

    @property
    def documents(self) -> tuple[str, ...]:
        """Everything it may mean."""
        return tuple(dict.fromkeys(one for each in self.alternatives for one in each))

    @property
    def rank(self) -> tuple[int, bool]:
        """The fuller form first, and a reference before a number."""
        return int(self.form), self.kind is EvidenceKind.REFERENCE

    @property
    def is_reference(self) -> bool:
        """Whether check digits or our own id vouch for it."""
        return self.kind in {EvidenceKind.REFERENCE, EvidenceKind.END_TO_END_ID}

    def as_number(self, form: Form) -> Mention:
        """The same, no surer than a number in this form."""
        return replace(self, kind=EvidenceKind.NUMBER, form=form)

    def evidence(self, documents: tuple[str, ...]) -> Evidence:
        """Why these documents, in words."""
        named = ", ".join(documents[:6]) + (" …" if len(documents) > 6 else "")
        how = {
            EvidenceKind.REFERENCE: "the creditor reference",
            EvidenceKind.END_TO_END_ID: "our own end-to-end id",
            EvidenceKind.PURCHASE_ORDER: "the purchase order",
        }.get(self.kind, "the number")
        if self.kind is EvidenceKind.NUMBER and self.form is not Form.WHOLE:
            how = "a part of the number"
        if self.is_range:
            how = "a range of numbers"
        return Evidence(kind=self.kind, words=f"“{self.typed}” is {how} of {named}.")


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a text says.

    Attributes:
        unknown: numbers of the creditor's pattern that name nothing on record.
        unread: digits that may be a number and were not understood.
        cut: beginnings of numbers whose end is missing.
        may_be_cut: the text is as long as banks let it be, so something may be missing.
    """

    mentions: tuple[Mention, ...]
    unknown: tuple[str, ...]
    wording: Wording
    unread: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    may_be_cut: bool = False


def together_or_one(documents: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What a name of several items may mean: all of them, or one of them."""
    each = tuple((one,) for one in documents)
    return each if len(documents) == 1 else (documents, *each)
