"""What does a camt entry of thousands say after its details? Found by reading the file once more.

Such an entry is told while it is read. But its batch, its text and whether its details add up stand
behind them or are known only then, and each of its transactions says them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from statements.camt_detail import sign_of, unsigned_amount
from statements.camt_entry import signed
from statements.errors import BadValueError
from statements.xml_stream import Tree, elements


class LargeEntry(NamedTuple):
    """An entry of which the details are left out.

    Attributes:
        node: all that it says itself.
        as_entry: its details add up only when each moved what it did in the entry's direction.
    """

    node: Tree
    as_entry: bool = False


class _Sums:
    """What the details of one entry add up to, in their own directions and in the entry's."""

    def __init__(self) -> None:
        self.details = 0
        self.own = self.plain = Decimal(0)
        self.all_known = True

    def add(self, entry: Tree, detail: Tree) -> None:
        """One more detail; the entry as far as it has been read."""
        self.details += 1
        if not self.all_known:
            return
        try:
            whole, currency = signed(entry)
            amount = unsigned_amount(currency, detail)
        except BadValueError:
            amount = None
        if amount is None:
            self.all_known = False
            return
        self.own += amount * sign_of(whole, detail)
        self.plain += amount

    def add_up_as(self, entry: Tree) -> bool:
        """Whether they add up only in the entry's direction."""
        if not self.all_known:
            return False
        whole, _ = signed(entry)
        return self.own != whole and self.plain == abs(whole)


def large_entries(content: bytes, encoding: str | None, more_than: int) -> dict[int, LargeEntry]:
    """The entries with more than so many details, by how many entries the file has before each.

    Args:
        content: the XML.
        encoding: to read with when the file declares a wrong one.
        more_than: so many details are not many.

    Returns:
        Those that end before the file breaks off, if it does.
    """
    found: dict[int, LargeEntry] = {}
    number, sums = 0, _Sums()
    try:
        for element in elements(content, ("TxDtls", "Ntry"), encoding):
            if element.name == "TxDtls":
                if element.parents:
                    sums.add(element.parents[-1][1], element.node)
                continue
            if sums.details > more_than:
                found[number] = LargeEntry(element.node, sums.add_up_as(element.node))
            number, sums = number + 1, _Sums()
    except BadValueError:
        pass
    return found
