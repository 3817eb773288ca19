"""What does the bank say? ``statement``: bank files read and shown; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from domain.yaml_document import read_model
from schemas.bank import Balance, BankFile, BankStatement, BankTransaction, RefusedFile
from schemas.csv_profile import CsvProfile
from statements.csv_profiles import shipped_profiles
from statements.reader import STANDARD, read_bank_files

SHOWN_TRANSACTIONS = 200
"""So many lines of a statement are printed for people; JSON has them all."""


async def show_statements(files: list[Path], profiles: list[Path], *, as_json: bool) -> Exit:
    """Read files one after the other; a refused one does not hide the others."""
    known = (*(_profile(path) for path in profiles), *shipped_profiles())
    worst, told = Exit.DONE, []
    for path in files:
        for read in read_bank_files(content_of(path), str(path), profiles=known):
            if isinstance(read, RefusedFile) or read.quarantined:
                worst = Exit.PROBLEMS
            if as_json:
                told.append(as_data(read))
            elif isinstance(read, RefusedFile):
                say_error(f"{read.name}: {read.reason}", Exit.PROBLEMS)
            else:
                _say(read)
    if as_json:
        say_json({"files": told})
    return worst


def _profile(path: Path) -> CsvProfile:
    return read_model(content_of(path).decode("utf-8", "replace"), str(path), CsvProfile)


def content_of(path: Path) -> bytes:
    """The bytes of a file; one too large to be read is refused before.

    Raises:
        CommandFailed: when it is too large, or cannot be read.
    """
    try:
        if path.stat().st_size > STANDARD.file_bytes:
            raise CommandFailed(
                Exit.REFUSED, f"{path}: larger than {STANDARD.file_bytes} bytes, which is not read"
            )
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"cannot read {path}: {error.strerror}") from error


def as_data(read: BankFile | RefusedFile) -> dict[str, object]:
    """A file in the JSON shape of docs/bank-statements.md: statements with their lines."""
    if isinstance(read, RefusedFile):
        return {"name": read.name, "refused": read.reason}
    whole = read.model_dump(mode="json", exclude={"statements", "transactions"})
    return {
        **whole,
        "refused": None,
        "statements": [
            {
                **statement.model_dump(mode="json"),
                "transactions": [
                    {**one.model_dump(mode="json"), "settles": one.settles} for one in lines
                ],
            }
            for statement, lines in _by_statement(read)
        ],
    }


def _by_statement(read: BankFile) -> Iterator[tuple[BankStatement, list[BankTransaction]]]:
    lines: dict[int, list[BankTransaction]] = {one.number: [] for one in read.statements}
    for one in read.transactions:
        lines[one.statement].append(one)
    for statement in read.statements:
        yield statement, lines[statement.number]


def _say(read: BankFile) -> None:
    version = f" {read.version}" if read.version else ""
    count = len(read.transactions)
    several = len(read.statements)
    parts = f"{several} statement{'s' * (several != 1)}, {count} line{'s' * (count != 1)}"
    say(f"{read.name}: {read.format}{version}, {parts}")
    for statement, lines in _by_statement(read):
        _say_statement(statement, lines)
    for notice in read.notices:
        say(f"  note: {notice.sentence}")
    for bad in read.quarantined:
        words = f"  {read.name}: {bad.place}: {bad.reason}"
        say_error(f"{words}: {bad.excerpt}" if bad.excerpt else words, Exit.PROBLEMS)


def _say_statement(statement: BankStatement, lines: list[BankTransaction]) -> None:
    checked = {True: ", adds up", False: ", does NOT add up", None: ""}[statement.adds_up]
    title = (
        f"{statement.kind} {statement.id} of {statement.account or 'an unnamed account'}: "
        f"{_balance(statement.opening)} → {_balance(statement.closing)}, "
        f"{statement.entries} entries{checked}"
    )
    rows = [
        (
            *(one.booking_date or "", one.amount, one.currency, one.status, one.kind),
            one.counterparty.name if one.counterparty else "",
            " ".join(one.remittance) or one.bank_text,
            ", ".join(one.flags),
        )
        for one in lines[:SHOWN_TRANSACTIONS]
    ]
    head = ("booked", ">amount", "", "status", "kind", "counterparty", "text", "flags")
    say_table(title, head, rows)
    if len(lines) > SHOWN_TRANSACTIONS:
        say(f"  … and {len(lines) - SHOWN_TRANSACTIONS} more; --json has them all")


def _balance(balance: Balance | None) -> str:
    return f"{balance.amount} {balance.currency} ({balance.day})" if balance else "?"
