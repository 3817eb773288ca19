"""What did a person type? Days, amounts and choices, read as generously as an import reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from schemas.money import Money


def day(text: str) -> date:
    """A day as ``2026-12-31`` or ``31/12/2026``.

    Raises:
        BadParameter: when there is no such day; it says what was expected.
    """
    from domain.import_values import Unexpected, read_date

    try:
        return read_date(text.strip())
    except Unexpected as error:
        raise typer.BadParameter(f"{text!r}: expected {error}") from error


def moment(text: str) -> datetime:
    """A moment as ``2026-12-31 14:30``, on a clock that the command names.

    Raises:
        BadParameter: when there is no such moment; it says what was expected.
    """
    try:
        return datetime.strptime(text.strip().replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the command knows whose clock it is on
    except ValueError as error:
        words = f"{text!r}: expected a day and an hour, such as 2026-12-31 14:30"
        raise typer.BadParameter(words) from error


def days(most: int) -> Callable[[str], int]:
    """A number of days from 1 to a limit; what is none is refused with what was expected."""

    def read(text: str) -> int:
        typed = str(text).strip()
        if typed.isdecimal() and 1 <= int(typed) <= most:
            return int(typed)
        raise typer.BadParameter(f"{typed!r}: expected a number of days from 1 to {most}")

    return read


def money(text: str, currency: str) -> Money:
    """An amount as ``1234.56``, ``1 234,56`` or ``1,234.56``.

    Raises:
        CommandFailed: when it is none.
    """
    from cli.outcome import CommandFailed, Exit
    from domain.import_values import Unexpected, read_amount
    from schemas.money import Money

    try:
        return Money(amount=read_amount(text.strip(), currency), currency=currency)
    except (Unexpected, ValueError) as error:
        raise CommandFailed(Exit.USAGE, f"{text!r}: expected {error}") from error


def one_of(text: str, known: tuple[str, ...], option: str) -> str:
    """One of the known words; an empty one stands for none.

    Raises:
        CommandFailed: when it is another.
    """
    from cli.outcome import CommandFailed, Exit

    if text and text not in known:
        words = f"{option}: {text!r} is unknown; expected one of: {', '.join(known)}"
        raise CommandFailed(Exit.USAGE, words)
    return text
