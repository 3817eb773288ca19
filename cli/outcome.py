"""How does a command end? With words or JSON, and an exit code that means something."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from pydantic import BaseModel

if TYPE_CHECKING:
    from pydantic import ValidationError


class Exit(IntEnum):
    """What an exit code means; ``starter.py --help`` lists them."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    NOT_FOUND = 5
    NO_READER = 141
    """Whoever read the output has gone, as with `| head`; shells show a death by SIGPIPE so."""


class CommandFailed(Exception):  # noqa: N818 - reads as the condition it names
    """A command cannot go on; the words tell the person what to do next."""

    def __init__(self, code: Exit, words: str) -> None:
        super().__init__(words)
        self.code = code


def finish(work: Coroutine[Any, Any, Exit]) -> NoReturn:
    """Run a command to its end and leave, with everything that was printed flushed.

    The SDK's threads may abort an interpreter that ends in the ordinary way, after all work has
    been done, so the process leaves without it.
    """
    code = _code_of(work)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = Exit.NO_READER
    os._exit(code)


def _code_of(work: Coroutine[Any, Any, Exit]) -> int:
    from asyncpg import PostgresError  # noqa: PLC0415 - heavy; --help must not pay
    from asyncpg.exceptions import ClientConfigurationError  # noqa: PLC0415
    from pydantic import ValidationError  # noqa: PLC0415

    from domain.yaml_document import DocumentError  # noqa: PLC0415
    from engines.addresses import EnginesNotRunning  # noqa: PLC0415
    from store.errors import UnknownStreamError  # noqa: PLC0415
    from store.migrate import MigrationError  # noqa: PLC0415

    try:
        return int(asyncio.run(work))
    except CommandFailed as failure:
        words, code = str(failure), failure.code
    except EnginesNotRunning as error:
        words, code = str(error), Exit.UNREACHABLE
    except UnknownStreamError as error:
        words, code = f"{error}; {error.way_out}", Exit.NOT_FOUND
    except (DocumentError, MigrationError) as error:
        words, code = str(error), Exit.PROBLEMS
    except ValidationError as error:
        words, code = _wrong_settings(error), Exit.USAGE
    except ClientConfigurationError as error:
        words, code = f"DATABASE_URL is no address of a database: {error}", Exit.USAGE
    except BrokenPipeError:
        return int(Exit.NO_READER)  # What is left unsaid, nobody wants to read.
    except (OSError, PostgresError) as error:
        hint = "is the database there, and migrated? Try `starter.py migrate`"
        words, code = f"{type(error).__name__}: {error} ({hint})", Exit.UNREACHABLE
    except KeyboardInterrupt:
        words, code = "Stopped; what was done stays done, run it again to go on.", Exit.PROBLEMS
    return say_error(words, code)


def _wrong_settings(error: ValidationError) -> str:
    """Which variable is wrong, and what was expected."""
    problems = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
    return f"The environment cannot be read: {'; '.join(problems)}"


def say_error(words: str, code: Exit) -> int:
    """Say what went wrong on standard error."""
    sys.stderr.write(f"{words}\n")
    return int(code)


def say(words: str = "") -> None:
    """Print a line for people."""
    sys.stdout.write(f"{words}\n")


def say_json(value: object) -> None:
    """Print a value for programs: amounts as strings, moments in ISO 8601."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def say_table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; columns that begin with ``>`` are numbers and stand to the right."""
    from rich.console import Console  # noqa: PLC0415 - 100 ms; --json must not pay
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in head:
        # Folded, never cut: an id or an amount of which a part is missing is of no use.
        side: Literal["right", "left"] = "right" if name.startswith(">") else "left"
        table.add_column(name.lstrip(">"), justify=side, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    console.print(table)


def _plain(value: object) -> object:
    match value:
        case BaseModel():
            return value.model_dump(mode="json")
        case Decimal() | StrEnum():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case set() | frozenset() | tuple():
            return list(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")
