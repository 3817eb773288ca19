"""What have letters cost? A quote for each, kept as it is posted; no debtor's account reads it."""

from __future__ import annotations

from schemas.base import Frozen, Instant
from schemas.letter_price import LetterCost, Quote
from schemas.money import Money
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("letter_costs")


class PostedLetter(Frozen):
    """A letter that left the house, or may have.

    Attributes:
        reference: of its contact.
        provider: who has it; ``folder`` for ourselves.
        provider_id: the provider's own id, or the file in the folder.
        state: how far it has come with a provider; ``in the folder``, or what is known of it.
        cause: why it could not be delivered.
        sha256: of the document, hexadecimal.
        presented_at: when it was first presented, if somebody said so.
        ended_at: when it came to its end, as the provider says.
        cost: what it costs us; None when no price was known.
        cost_status: how sure that is.
        cost_unknown: why no price was known.
        proofs: how many are kept.
        doubted: how many of them are suspicious.
        missing: how many were named by the provider and could not be had.
    """

    reference: str
    creditor: str = ""
    debtor_id: str = ""
    kind: str = ""
    provider: str = ""
    provider_id: str = ""
    state: str = ""
    cause: str = ""
    is_final: bool = False
    sha256: str = ""
    presented_at: Instant | None = None
    ended_at: Instant | None = None
    updated_at: Instant
    proofs: int = 0
    doubted: int = 0
    missing: int = 0
    pages: int = 0
    cost: Money | None = None
    cost_status: str = ""
    cost_unknown: str = ""


async def keep(connection: Pool | Connection, reference: str, quote: Quote, *, again: bool) -> None:
    """Remember what a letter costs.

    Args:
        connection: of the database.
        reference: of its contact.
        quote: what it costs as it is about to leave.
        again: it has not left yet, so that what was kept of an earlier attempt is replaced.
    """
    price, wanted = quote.price, quote.wanted
    await connection.execute(
        _SQL["keep_again" if again else "keep"],
        *(reference, quote.provider, wanted.kind, wanted.pages, wanted.sheets),
        *(price.amount if price else None, price.currency if price else ""),
        *(quote.status.value if quote.status else "", quote.why),
    )


async def posted(pool: Pool, limit: int = 1000) -> list[PostedLetter]:
    """Letters, those under way first."""
    found = []
    for row in await pool.fetch(_SQL["posted"], limit):
        known = dict(row)
        amount, currency = known.pop("price"), known.pop("currency")
        cost = None if amount is None else Money(amount=amount, currency=currency)
        found.append(PostedLetter.model_validate({**known, "cost": cost}))
    return found


async def sums(pool: Pool) -> list[LetterCost]:
    """What all letters have cost, by currency, and how many of which no price was known."""
    return [
        LetterCost(
            letters=row["letters"],
            price=Money(amount=row["price"], currency=row["currency"]) if row["currency"] else None,
            provisional=row["provisional"],
        )
        for row in await pool.fetch(_SQL["sums"])
    ]
