"""How does a debtor answer? With a message of the corpus, about a contact that a test has made."""

from __future__ import annotations

from pathlib import Path

from schemas.case import CollectionCase
from schemas.contact import ContactState
from schemas.identifiers import contact_reference
from store import contacts
from store.contacts import Claim, Settled
from store.pool import Pool
from tests.support.cases import MORNING, opened, performed, put
from tests.support.ledger import owe

CORPUS = Path(__file__).parents[1] / "inbound" / "corpus"
WRITTEN = "RABCDEFGHIJKLMNO"
"""The reference that the messages of the corpus are about."""


def answer(name: str, reference: str = WRITTEN) -> bytes:
    """A message of the corpus, about another contact."""
    raw = (CORPUS / f"{name}.eml").read_bytes()
    old, new = WRITTEN.encode(), reference.encode()
    return raw.replace(old, new).replace(old.lower(), new.lower())


async def written_to(pool: Pool, number: str = "F-1", **changes: str) -> tuple[CollectionCase, str]:
    """A case whose debtor has got an e-mail; the case, and the contact's reference."""
    await owe(pool, number, **changes)  # type: ignore[arg-type] # the test's own words
    case = await opened(pool, number)
    reference = contact_reference(case.case_id, "courtesy", 1)
    async with pool.acquire() as connection, connection.transaction():
        claim = Claim(
            reference=reference,
            case_id=case.case_id,
            creditor=case.creditor,
            debtor_id=case.debtor_id,
            at=MORNING,
            step="courtesy",
            cycle=1,
            channel="email",
            owner="test",
        )
        await contacts.claim(connection, claim, 60)
        accepted = Settled(state=ContactState.ACCEPTED, detail=f"<{reference}@x>")
        await contacts.settle(connection, reference, accepted)
    return await put(pool, case, performed(case)), reference
