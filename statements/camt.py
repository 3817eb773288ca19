"""What does a camt.052, 053 or 054 say? Every version, any prefix, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from schemas.bank import Balance, BankStatement, Flag, Party, Quarantined
from statements.camt_detail import (
    read_details,
    remainder,
    sign_of,
    transaction,
    unsigned_amount,
)
from statements.camt_entry import Entry, Surroundings, read_entry
from statements.camt_large import LargeEntry, large_entries
from statements.camt_parts import account_of, amount_in, party_of
from statements.errors import BadValueError
from statements.gathering import Piece, Repetitions, StatementDraft
from statements.identity import KeyMaker
from statements.values import iso_day, shown
from statements.xml_stream import Element, Tree, branch, code, elements, groups, text, texts

KINDS = {"Rpt": "report", "Stmt": "statement", "Ntfctn": "notification"}
DETAILS_IN_MEMORY = 2000
"""An entry with more details is told as it is read, once the file was searched for its end."""


def read_camt(content: bytes, encoding: str | None) -> Iterator[Piece]:
    """Read a camt message.

    Args:
        content: the XML.
        encoding: to read with when the file declares a wrong one.

    Yields:
        Transactions, each statement after its own, and what could not be read.
    """
    reader = _CamtReader(lambda: large_entries(content, encoding, DETAILS_IN_MEMORY))
    steps = {"TxDtls": reader.detail, "Ntry": reader.entry}
    try:
        for element in elements(content, ("TxDtls", "Ntry", *KINDS), encoding):
            step = steps.get(element.name, reader.statement)
            yield from step(element)
    except BadValueError as error:
        yield from reader.broken_off(str(error))


class _CamtReader:
    """Where the reading is: the statement, the entry in it, the details of that so far."""

    def __init__(self, look_ahead: Callable[[], Mapping[int, LargeEntry]]) -> None:
        self.keys = KeyMaker()
        self.look_ahead = look_ahead
        self.large: Mapping[int, LargeEntry] | None = None
        self.entries_before = 0
        self.repetitions = Repetitions(self.keys)
        self.number = 0
        self.draft: StatementDraft | None = None
        self.around = Surroundings(0, "", None, self.keys)
        self.entries = 0
        self.details: list[Tree] = []
        self.streamed: _Streamed | None = None
        self.node: Tree = {}

    def detail(self, element: Element) -> Iterator[Piece]:
        """A detail ended; it waits for the end of its entry, unless there are thousands."""
        if self.streamed is not None:
            yield from self.streamed.tell(element.node)
            return
        self.details.append(element.node)
        if len(self.details) > DETAILS_IN_MEMORY:
            yield from self._begin_streaming(element.parents)

    def _begin_streaming(self, parents: tuple[tuple[str, Tree, int], ...]) -> Iterator[Piece]:
        if not parents or parents[-1][0] != "Ntry":
            return
        _, node, line = parents[-1]
        draft = self._statement_of(parents)
        waiting, self.details = self.details, []
        if self.large is None:
            self.large = self.look_ahead()
        # Where the file breaks off before the entry's end, what has been read so far must do.
        whole = self.large.get(self.entries_before, LargeEntry(node))
        try:
            head = read_entry(whole.node, self.around, self.entries + 1, line)
        except BadValueError:
            self.streamed = _Streamed(None, draft)  # the entry's own end will tell why
            return
        head.several = True
        self.streamed = _Streamed(head, draft, as_entry=whole.as_entry)
        for one in waiting:
            yield from self.streamed.tell(one)

    def entry(self, element: Element) -> Iterator[Piece]:
        """An entry ended."""
        draft = self._statement_of(element.parents)
        self.entries += 1
        self.entries_before += 1
        details, self.details = self.details, []
        streamed, self.streamed = self.streamed, None
        try:
            if streamed is not None and streamed.entry is not None:
                yield from streamed.end()
            else:
                yield from self._told(draft, element, details)
        except BadValueError as error:
            yield self._quarantined(element, str(error))

    def _told(
        self, draft: StatementDraft, element: Element, details: list[Tree]
    ) -> Iterator[Piece]:
        node = element.node
        if details:
            # Details were told as they ended, so they are put back for the fingerprint.
            node.setdefault("NtryDtls", []).append({"TxDtls": details})
        entry = read_entry(node, self.around, self.entries, element.line)
        transactions = read_details(entry, details)
        yield from draft.take(transactions, entry.amount, entry.status, reversal=entry.reversal)

    def _quarantined(self, element: Element, reason: str) -> Quarantined:
        return Quarantined(
            statement=self.number,
            place=f"statement {self.number}, entry {self.entries}, line {element.line}",
            reason=reason,
            excerpt=shown(" ".join(_words(element.node)), 200),
        )

    def statement(self, element: Element) -> Iterator[Piece]:
        """A statement ended."""
        draft = self._statement(element.name, element.node)
        yield from self._close(draft, element.node, complete=True)

    def _close(self, draft: StatementDraft, node: Tree, *, complete: bool) -> Iterator[Piece]:
        problems: list[str] = []
        for piece in draft.close(_balances(node, problems), complete=complete):
            if isinstance(piece, BankStatement):
                self.repetitions.ended(piece)
            yield piece
        for problem in problems:
            place = f"statement {self.number}, balance"
            yield Quarantined(statement=self.number, place=place, reason=problem)
        self.draft = None

    def broken_off(self, reason: str) -> Iterator[Piece]:
        """The XML ends in the middle."""
        if self.draft is not None:
            yield from self._close(self.draft, self.node, complete=False)
        yield Quarantined(statement=self.number, place="the rest of the file", reason=reason)

    def _statement_of(self, parents: tuple[tuple[str, Tree, int], ...]) -> StatementDraft:
        if self.draft is not None:
            return self.draft
        around = next((one for one in reversed(parents) if one[0] in KINDS), ("Stmt", {}, 0))
        return self._statement(around[0], around[1])

    def _statement(self, name: str, node: Tree) -> StatementDraft:
        """The statement at its first entry, or at its end when it has none."""
        if self.draft is not None:
            return self.draft
        self.number += 1
        self.entries = 0
        self.node = node
        head = _head(node, self.number, KINDS.get(name, "statement"))
        self.around = Surroundings(self.number, head.account, _day_that_stands_in(node), self.keys)
        opening = next((one for one in _balances(node, []) if one.type in {"OPBD", "PRCD"}), None)
        self.repetitions.look(head, opening)
        self.draft = StatementDraft(head)
        return self.draft


class _Streamed:
    """An entry of thousands of details, told as they are read."""

    def __init__(
        self, entry: Entry | None, draft: StatementDraft, *, as_entry: bool = False
    ) -> None:
        self.entry, self.draft, self.as_entry = entry, draft, as_entry
        self.number = 0
        self.rest = entry.amount if entry else None

    def tell(self, node: Tree) -> Iterator[Piece]:
        """One more detail; an unreadable one is quarantined and left in the remainder."""
        entry = self.entry
        if entry is None or self.rest is None:
            return
        self.number += 1
        try:
            amount, flags = self._amount(entry, node)
            one = transaction(entry, node, amount, number=self.number, flags=flags)
        except BadValueError as error:
            place = f"{entry.shared['place']}, detail {self.number}"
            yield Quarantined(statement=entry.shared["statement"], place=place, reason=str(error))
            return
        self.rest -= one.amount
        yield from self.draft.pass_on([one], reversal=entry.reversal)

    def _amount(self, entry: Entry, node: Tree) -> tuple[Decimal, tuple[Flag, ...]]:
        """What a detail moved, as ``read_details`` would tell it with all of them at hand."""
        amount = unsigned_amount(entry.currency, node)
        if amount is None:
            return Decimal(0), (Flag.AMOUNT_UNKNOWN,)
        if self.as_entry:
            return (-amount if entry.amount < 0 else amount), (Flag.SIGN_OF_ENTRY,)
        return amount * sign_of(entry.amount, node), ()

    def end(self) -> Iterator[Piece]:
        """The entry ended; what its details did not say is told."""
        entry = self.entry
        if entry is None:
            return
        self.draft.count(entry.amount, entry.status, reversal=entry.reversal)
        if self.rest:
            last = remainder(entry, self.rest, self.number + 1)
            yield from self.draft.pass_on([last], reversal=entry.reversal)


def _words(node: Tree) -> Iterator[str]:
    """Every text of an element, for people."""
    for values in node.values():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, dict):
                yield from _words(value)
            elif value:
                yield value


def _head(node: Tree, number: int, kind: str) -> BankStatement:
    account = branch(node, "Acct")
    iban, other = account_of(account)
    institution = branch(account, "Svcr", "FinInstnId")
    period = branch(node, "FrToDt")
    pages = next((branch(node, name) for name in node if name.endswith("Pgntn")), {})
    balances = _balances(node, [])
    return BankStatement(
        number=number,
        kind=kind,
        id=text(node, "Id"),
        sequence=text(node, "ElctrncSeqNb") or text(node, "LglSeqNb"),
        page=text(pages, "PgNb"),
        account=iban or other,
        account_name=text(account, "Nm"),
        owner=_owner(account),
        servicer=text(institution, "BICFI") or text(institution, "BIC"),
        currency=text(account, "Ccy") or next((one.currency for one in balances), ""),
        created=text(node, "CreDtTm"),
        period_from=text(period, "FrDtTm"),
        period_to=text(period, "ToDtTm"),
        copy_duplicate=text(node, "CpyDplctInd"),
        texts=texts(node, f"Addtl{_NAMES.get(kind, 'Stmt')}Inf"),
    )


_NAMES = {kind: name for name, kind in KINDS.items()}


def _owner(account: Tree) -> Party | None:
    return party_of(account, {}, "Ownr")


def _day_that_stands_in(node: Tree) -> date | None:
    """For entries without any date: the closing balance's day, else when it was written."""
    for balance in _balances(node, []):
        if balance.type == "CLBD" and balance.day:
            return balance.day
    try:
        return iso_day(text(node, "CreDtTm"))
    except BadValueError:
        return None


def _balances(node: Tree, problems: list[str]) -> list[Balance]:
    found: list[Balance] = []
    for one in groups(node, "Bal"):
        try:
            amount = amount_in(one, "Amt")
            day = text(one, "Dt", "Dt") or text(one, "Dt", "DtTm") or text(one, "Dt")
            if amount is None:
                continue
            sign = -1 if text(one, "CdtDbtInd") == "DBIT" else 1
            kind = code(branch(one, "Tp", "CdOrPrtry")) or text(one, "Tp", "Cd")
            found.append(
                Balance(
                    type=kind,
                    amount=sign * amount.amount,
                    currency=amount.currency,
                    day=iso_day(day) if day else None,
                )
            )
        except BadValueError as error:
            problems.append(str(error))
    return found
