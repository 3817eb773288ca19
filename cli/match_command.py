"""What would be booked? ``match``: statements against open items, dry, without any database."""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cli.outcome import CommandFailed, Exit, say, say_error, say_table
from cli.progress import progress
from cli.statement_command import content_of
from domain.matching.book import Book
from domain.matching.feed import Feed
from domain.matching.plain import plain
from domain.matching.tables import Read, UnreadableTableError, read_customers, read_items
from schemas.bank import BankFile, BankStatement, BankTransaction, RefusedFile
from schemas.matching import Allocation, Decision, Status
from statements.reader import read_bank_files

SHOWN = 200
"""So many transactions are printed for people; JSON has them all."""

SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class Delivered:
    """A transaction with where and when it was told.

    Attributes:
        order: booking day, then the statement's day, then the order of files and lines.
    """

    file: str
    transaction: BankTransaction
    order: tuple[str, str, int, int]


async def match_statements(
    invoices: Path, customers: Path, files: Sequence[Path], *, as_json: bool
) -> Exit:
    """Match the files' transactions in the order of their booking days; change nothing."""
    if not files:
        raise CommandFailed(Exit.USAGE, "name at least one bank file behind --statements")
    # Nearly everything that is made from here on stays; looking for what does not costs a third.
    gc.disable()
    items, known = _table(invoices, read_items), _table(customers, read_customers)
    read, worst = _read(files)
    if items.problems or known.problems:
        worst = Exit.PROBLEMS
    book = Book(
        items.items,
        known.customers,
        own_accounts={one.account for _, bank in read for one in bank.statements if one.account},
        own_names={
            plain(name) for _, bank in read for one in bank.statements for name in _owner_names(one)
        },
    )
    feed = Feed(book)
    told: list[tuple[Delivered, Decision]] = []
    delivered = sorted(_delivered(read), key=lambda one: one.order)
    with progress("Matching", len(delivered)) as advance:
        for number, one in enumerate(delivered, 1):
            told.append((one, feed.deliver(one.transaction)))
            if number % 100 == 0:
                advance(number)
    if as_json:
        _say_json([as_data(one, decision) for one, decision in told])
    else:
        _say(told)
    return worst


def _table(path: Path, read: Callable[[bytes], Read]) -> Read:
    try:
        found = read(content_of(path))
    except UnreadableTableError as error:
        raise CommandFailed(Exit.USAGE, f"{path}: {error}") from error
    for problem in found.problems[:SHOWN_PROBLEMS]:
        say_error(f"{path}: {problem}; the row is left out", Exit.PROBLEMS)
    if len(found.problems) > SHOWN_PROBLEMS:
        more = len(found.problems) - SHOWN_PROBLEMS
        say_error(f"{path}: {more} more rows are left out", Exit.PROBLEMS)
    return found


def _read(files: Sequence[Path]) -> tuple[list[tuple[int, BankFile]], Exit]:
    read: list[tuple[int, BankFile]] = []
    worst = Exit.DONE
    for number, path in enumerate(files):
        for one in read_bank_files(content_of(path), str(path)):
            if isinstance(one, RefusedFile):
                say_error(f"{one.name}: {one.reason}", Exit.PROBLEMS)
                worst = Exit.PROBLEMS
                continue
            for bad in one.quarantined:
                say_error(f"{one.name}: {bad.place}: {bad.reason}", Exit.PROBLEMS)
                worst = Exit.PROBLEMS
            read.append((number, one))
    return read, worst


def _owner_names(statement: BankStatement) -> list[str]:
    owner = statement.owner
    return [owner.name] if owner is not None and owner.name else []


def _delivered(read: Sequence[tuple[int, BankFile]]) -> list[Delivered]:
    found: list[Delivered] = []
    for file_number, bank_file in read:
        days = {one.number: _day_of(one) for one in bank_file.statements}
        for place, one in enumerate(bank_file.transactions):
            stated = days.get(one.statement, "")
            booked = _day_text(one.booking_date or one.value_date) or stated[:10]
            order = (booked, stated, file_number, place)
            found.append(Delivered(bank_file.name, one, order))
    return found


def _day_of(statement: BankStatement) -> str:
    """When a statement speaks of: its end, else its closing balance, else when it was made."""
    closing = statement.closing
    return (
        (closing and _day_text(closing.day)) or statement.period_to[:10] or statement.created[:10]
    )


def _day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


def as_data(delivered: Delivered, decision: Decision) -> dict[str, object]:
    """One transaction in the JSON shape of docs/matching.md."""
    one = delivered.transaction
    return {
        "file": delivered.file,
        "key": key_of(one),
        "status": decision.status,
        "allocations": _allocations(decision.allocations),
        "suggestions": [_allocations(each.allocations) for each in decision.suggestions],
        "evidence": [each.words for each in decision.evidence],
        "differences": [
            {"document": each.document, "kind": each.kind, "amount": str(each.amount)}
            for each in decision.differences
        ],
        "customer": decision.customer,
        "on_account": str(decision.on_account),
        "fee": str(decision.fee),
        "amount": str(one.amount),
        "currency": one.currency,
        "booking_date": _day_text(one.booking_date),
        "entry": one.entry,
        "detail": one.detail,
        "end_to_end_id": one.end_to_end_id,
        "item_key": one.item_key,
    }


def key_of(transaction: BankTransaction) -> str:
    """The account servicer's reference; else the entry's, else our own key of the payment."""
    own = dict(transaction.other_references).get("AcctSvcrRef", "")
    # A payment of a batch has a name of its own; one that is the entry goes by the entry's.
    is_entry = transaction.item_key == transaction.entry_key
    named = (transaction.bank_reference, own) if is_entry else (own, transaction.bank_reference)
    return next(filter(None, (*named, transaction.entry_reference)), transaction.item_key)


def _allocations(allocations: Sequence[Allocation]) -> list[dict[str, str]]:
    return [{"document": one.document, "amount": str(one.amount)} for one in allocations]


def _say_json(told: Sequence[dict[str, object]]) -> None:
    """A list with one transaction a line, for programs that read lines."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in told)
    sys.stdout.write(f"[\n{lines}\n]\n" if told else "[]\n")


def _say(told: Sequence[tuple[Delivered, Decision]]) -> None:
    rows = [
        (
            *(one.transaction.booking_date or "", one.transaction.amount, decision.status),
            _documents(decision),
            decision.evidence[-1].words if decision.evidence else "",
        )
        for one, decision in told[:SHOWN]
    ]
    say_table("What would be booked", ("booked", ">amount", "status", "documents", "why"), rows)
    if len(told) > SHOWN:
        say(f"… and {len(told) - SHOWN} more; --json has them all")
    count = Counter(decision.status for _, decision in told)
    counted = ", ".join(f"{count[status]} {status}" for status in Status if count[status])
    say(f"{len(told)} transactions: {counted or 'none'}. Nothing was stored.")


def _documents(decision: Decision) -> str:
    if decision.allocations:
        return ", ".join(f"{one.document} {one.amount}" for one in decision.allocations)
    if decision.suggestions:
        first = decision.suggestions[0].allocations
        return "perhaps " + ", ".join(f"{one.document} {one.amount}" for one in first)
    return ""
