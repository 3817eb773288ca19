"""What does the law ask about a case before a court is named? Its invoice's day, its debtor."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.limitation import CourtFacts
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("read_models")


async def court_facts(connection: Pool | Connection, cases: Sequence[str]) -> dict[str, CourtFacts]:
    """By case id; a case whose invoice or debtor is not known is not among them."""
    rows = await connection.fetch(_SQL["court_facts"], list(cases))
    return {
        row["case_id"]: CourtFacts(
            **{name: row[name] for name in ("country", "capacity", "issue_date", "delivery_date")}
        )
        for row in rows
    }
