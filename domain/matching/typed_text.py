"""What was typed? A plain text in its runs of letters and digits, with what misleads in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.matching.book import Book
from domain.matching.plain import Run, runs
from domain.matching.traps import Span, bare_traps, is_inside, traps

KEYWORDS = frozenset(
    (
        *("FACT", "FACTURE", "FACTURES", "FACTS", "FAC", "FA", "F", "FCT", "FCTS", "FT", "FTS"),
        *("FACTUR", "FCTRE", "FRE", "FRES", "INV", "INVOICE", "INVOICES", "INVS", "RECHNUNG"),
        *("RECHNUNGEN", "RG", "RE", "RN", "RNR", "REF", "REFS", "REFERENCE", "VREF", "NREF"),
        *("PIECE", "PIECES", "PCE", "BILL", "FTE", "FTRE", "AVOIR", "AVOIRS", "AV", "FATTURA"),
        *("FACTUUR", "NOS", "VOS", "DOC", "DOCS", "VOTRE"),
    )
)
FILLERS = frozenset(("N", "NO", "NR", "NUM", "NUMERO", "NUMEROS", "DU", "DE", "DES", "LES", "NUMS"))


@dataclass
class TypedText:
    """A text on its way to be read."""

    text: str
    book: Book
    runs: list[Run] = field(default_factory=list)
    traps: list[Span] = field(default_factory=list)
    bare_traps: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.runs = runs(self.text)
        self.traps = traps(self.text)
        self.bare_traps = bare_traps(self.text)

    def gap(self, at: int) -> str:
        """The signs between a run and the one before it."""
        return self.text[self.runs[at - 1].end : self.runs[at].start] if at else ""

    def is_trap(self, first: int, last: int) -> bool:
        """Whether the digits of these runs are part of a date, an amount, a telephone …."""
        return self._touches(first, last, self._traps_at(first, last)) or self.may_be_date(
            first, last
        )

    def _traps_at(self, first: int, last: int) -> list[Span]:
        """``FACT 123 842,13`` is no amount of a hundred thousand, though it looks like one."""
        if not self.follows_keyword(first):
            return self.traps
        start, end = self.runs[first].start, self.runs[last - 1].end
        return [(low, high) for low, high in self.traps if low != start or high <= end]

    def is_only_bare(self, first: int, last: int) -> bool:
        """Whether nothing but bare digits that may be a date makes them doubtful."""
        return not self._touches(first, last, self.traps)

    def may_be_date(self, first: int, last: int) -> bool:
        """Whether the digits may be a date or a SIREN, and no word for invoice says otherwise."""
        return not self.follows_keyword(first) and self._touches(first, last, self.bare_traps)

    def _touches(self, first: int, last: int, spans: list[Span]) -> bool:
        return any(
            one.is_digits and is_inside(one.start, one.end, spans) for one in self.runs[first:last]
        )

    def typed(self, first: int, last: int) -> str:
        """The runs as they stand in the text."""
        return self.text[self.runs[first].start : self.runs[last - 1].end]

    def follows_keyword(self, at: int) -> bool:
        """Whether a word for invoice stands just before."""
        for one in reversed(self.runs[max(0, at - 3) : at]):
            if one.is_digits:
                return False
            if one.text in KEYWORDS:
                return True
            if one.text not in FILLERS:
                return False
        return False
