"""Which cases are meant? Named ones, or a filter over the read models; blank means none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from cli.outcome import CommandFailed, Exit
from cli.typed import one_of
from schemas.case import CaseState
from store import read_models
from store.pool import Pool
from store.read_models import CaseLine


@dataclass(frozen=True)
class Selection:
    """What a person typed to say which cases they mean.

    Attributes:
        cases: case ids or invoice numbers.
        file: one of these a line.
        older_than: overdue for at least so many days.
        min_amount: outstanding at least, in each case's own currency.
    """

    cases: tuple[str, ...] = ()
    file: Path | None = None
    debtor: str = ""
    plan: str = ""
    state: str = ""
    older_than: int | None = None
    min_amount: Decimal | None = None

    @property
    def is_filter(self) -> bool:
        """Whether it names no case by itself, so that a person should see what it means."""
        return bool(
            self.file
            or self.debtor
            or self.plan
            or self.state
            or self.older_than is not None
            or self.min_amount is not None
        )

    async def find(self, pool: Pool) -> list[CaseLine]:
        """The cases that are meant, each once, in order.

        Raises:
            CommandFailed: when nothing was said, or a file cannot be read.
            UnknownStreamError: when a named case is not there.
        """
        if not self.cases and not self.is_filter:
            words = "name cases, or say which with --debtor, --plan, --state, --older-than, …"
            raise CommandFailed(Exit.USAGE, f"Nothing was selected, so nothing is done: {words}")
        one_of(self.state, tuple(CaseState), "--state")
        named = [*self.cases, *self._from_file()]
        ids = [await read_models.find_case(pool, text) for text in named]
        lines = await read_models.list_cases(
            pool, state=self.state, debtor=self.debtor, limit=10_000_000
        )
        wanted = set(ids)
        return [line for line in lines if self._fits(line, wanted)]

    def _fits(self, line: CaseLine, wanted: set[str]) -> bool:
        if (self.cases or self.file) and line.case_id not in wanted:
            return False
        if not self.cases and not self.state and line.state == "closed":
            return False  # A filter means cases that are pursued, unless it says otherwise.
        if self.plan and line.plan != self.plan:
            return False
        if self.older_than is not None:
            today = datetime.now(UTC).date()
            if line.due_date > today - timedelta(days=self.older_than):
                return False
        return self.min_amount is None or line.outstanding >= self.min_amount

    def _from_file(self) -> list[str]:
        if self.file is None:
            return []
        try:
            text = self.file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(Exit.NOT_FOUND, f"cannot read {self.file}: {error}") from error
        return [line.strip() for line in text.splitlines() if line.strip()]
