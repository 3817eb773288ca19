"""How does a file reach the database without an engine? Read and matched, as the activities do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from activities.bank_desk import Desk
from activities.bank_matching import Matching
from activities.bank_reading import FileReading
from activities.library import read_creditors
from domain.creditor_reference import rf_reference
from schemas.feed import FeedOrder, ReadSummary
from schemas.parties import Creditor
from store import bank_files, bank_ledger, bank_transactions
from store.facts import UntoldFact
from store.pool import Pool

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ATELIER = "atelier"


@dataclass
class Counter:
    """A bank counter on a database.

    Attributes:
        told: what cases would have been told, in order.
    """

    pool: Pool
    creditors: dict[str, Creditor] = field(
        default_factory=lambda: read_creditors(Path("creditors"))
    )
    told: list[UntoldFact] = field(default_factory=list)
    now: datetime = NOW

    async def debtor(self, debtor: str, name: str) -> None:
        """Put a debtor into the ledger."""
        await self.pool.execute(
            "insert into debtors (creditor, debtor_id, name) values ($1, $2, $3)",
            *(ATELIER, debtor, name),
        )

    async def invoice(self, number: str, amount: str, debtor: str, due: str = "2026-11-01") -> str:
        """Put an invoice into the ledger; its reference."""
        day = datetime.fromisoformat(due).date()
        reference = rf_reference(number)
        await self.pool.execute(
            """insert into invoices (creditor, number, debtor_id, issue_date, due_date, amount,
            currency, reference) values ($1, $2, $3, $4, $4, $5, 'EUR', $6)""",
            *(ATELIER, number, debtor, day, Decimal(amount), reference),
        )
        return reference

    async def read(self, content: bytes, account: str = "") -> ReadSummary:
        """Read a file, without matching."""
        sha256, _ = await bank_files.keep_file(self.pool, content, "file", "test")
        order = FeedOrder(sha256=sha256, name="file", account=account, now=self.now)
        return await FileReading(self.pool, self.creditors, order).read()

    async def feed(self, content: bytes, account: str = "") -> ReadSummary:
        """Read a file and match what is new."""
        summary = await self.read(content, account)
        await self.match()
        return summary

    async def match(self) -> int:
        """Match what is undecided."""
        matching = Matching(self.pool, self.creditors[ATELIER], self.now, self._tell)
        return await matching.match_all("")

    async def again(self) -> int:
        """Look again at what could not be placed."""
        return await Matching(self.pool, self.creditors[ATELIER], self.now, self._tell).look_again()

    async def _tell(self, told: Sequence[UntoldFact]) -> None:
        self.told += told

    def desk(self, author: str = "claire") -> Desk:
        """A person's desk."""
        return Desk(self.pool, self.creditors, author, self.now)

    async def places(self) -> dict[str, Decimal]:
        """Every euro by its place."""
        return (await bank_ledger.sums(self.pool)).get("EUR", {})

    async def names(self) -> list[tuple[str, Decimal, str]]:
        """Name, amount and status of every transaction, in the order of booking."""
        rows = await self.pool.fetch(
            "select tx, amount, status from bank_transactions order by booked_on, amount, tx"
        )
        return [(row["tx"], row["amount"], row["status"]) for row in rows]

    async def money(self) -> list[tuple[Decimal, str]]:
        """Amount and status of every payment that counts, in order."""
        return sorted(
            (amount, status) for _, amount, status in await self.names() if status != "superseded"
        )

    async def tx(self, amount: str) -> str:
        """The name of the one transaction of this amount."""
        [found] = [name for name, money, _ in await self.names() if money == Decimal(amount)]
        return found

    async def status(self, amount: str) -> str:
        """The status of the one transaction of this amount."""
        found = await bank_transactions.find_transaction(self.pool, await self.tx(amount))
        assert found is not None
        return found.status.value
