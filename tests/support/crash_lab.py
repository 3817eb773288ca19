"""What is left when a process is killed? ``python -m tests.support.crash_lab DSN FOLDER``.

Feeds every file of a folder, again and again: the first time the process is killed before its first
statement to the database, the second time before its second, and so on, until it comes to the end.
Each attempt is a child of its own and dies by SIGKILL; how many there were is printed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg

from activities.library import read_creditors
from store.pool import open_pool
from tests.support.bank import Counter

MOST_ATTEMPTS = 400
CREDITORS = read_creditors(Path("creditors"))
_QUESTIONS = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


def die_at(number: int) -> None:
    """Have this process killed just before a statement, counted from 1."""
    asked = 0

    def counted(question: Callable[..., Any]) -> Callable[..., Any]:
        async def ask(*words: Any, **options: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return await question(*words, **options)

        return ask

    for name in _QUESTIONS:
        setattr(asyncpg.Connection, name, counted(getattr(asyncpg.Connection, name)))


async def feed_all(dsn: str, folder: Path) -> None:
    """Keep, read and match every file, in the order of their names."""
    async with open_pool(dsn, 1) as pool:
        counter = Counter(pool, CREDITORS)
        for path in sorted(folder.iterdir()):  # noqa: ASYNC240 - a few small files
            await counter.feed(path.read_bytes())


def attempt(dsn: str, folder: Path, number: int) -> bool:
    """One attempt in a child of its own; whether it came to the end."""
    child = os.fork()
    if child == 0:
        die_at(number)
        asyncio.run(feed_all(dsn, folder))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and status != 0:
        raise SystemExit(f"attempt {number} failed by itself")
    return status == 0


def main() -> int:
    """Die until it is done."""
    dsn, folder = sys.argv[1], Path(sys.argv[2])
    done = next((n for n in range(1, MOST_ATTEMPTS) if attempt(dsn, folder, n)), 0)
    sys.stdout.write(f"{done}\n")
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
