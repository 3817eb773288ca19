"""What does each process cost? Processor seconds and memory of everything a measurement started."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SECONDS = 0.5
"""How often the processes are looked at."""

KINDS = (
    ("bench.sink", "mail server"),
    ("engines.mailbox", "mail server"),
    ("worker.py", "worker"),
    ("temporal", "temporal"),
    ("postgres", "postgres"),
    ("peer_tryton", "tryton"),
)
"""What a command line contains, and whose process it is; all others are the measurement's own."""


class Watch:
    """Looks at this process and its descendants while a block runs (Linux; elsewhere it is blind).

    Attributes:
        memory: for each kind, the resident megabytes of its largest process, look by look.
    """

    def __init__(self) -> None:
        self.memory: dict[str, list[float]] = defaultdict(list)
        self._spent: dict[int, tuple[str, float]] = {}
        self._before: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._look()
        self._before = {pid: spent for pid, (_, spent) in self._spent.items()}
        self.memory.clear()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End with a last look."""
        self._ended.set()
        self._thread.join()
        self._look()

    @property
    def seconds(self) -> dict[str, float]:
        """Processor seconds of each kind since the block began."""
        totals: dict[str, float] = defaultdict(float)
        for pid, (kind, spent) in self._spent.items():
            totals[kind] += spent - self._before.get(pid, 0.0)
        return {kind: round(spent, 1) for kind, spent in sorted(totals.items())}

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS):
            self._look()

    def _look(self) -> None:
        largest: dict[str, float] = defaultdict(float)
        for pid in _family():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            kind = _kind(pid, words)
            self._spent[pid] = (kind, (int(fields[11]) + int(fields[12])) / TICKS)
            largest[kind] = max(largest[kind], int(fields[21]) * PAGE / 2**20)
        for kind, megabytes in largest.items():
            self.memory[kind].append(round(megabytes, 1))


def _kind(pid: int, words: str) -> str:
    if pid == os.getpid():
        return "bench"
    return next((kind for part, kind in KINDS if part in words), "other")


def _family() -> list[int]:
    """This process and all that descend from it."""
    family, grown = [os.getpid()], 0
    while grown < len(family):
        parent = family[grown]
        grown += 1
        for task in Path(f"/proc/{parent}/task").glob("*"):
            try:
                family += [int(pid) for pid in (task / "children").read_text().split()]
            except OSError:
                continue
    return family
