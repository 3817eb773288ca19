"""What came back? A contact that had left is refused after all, and its address may be bad."""

from __future__ import annotations

from enum import StrEnum

from schemas.base import Frozen
from schemas.requests import BounceKind, ReportBounce
from store import facts
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("bounces")


class BounceState(StrEnum):
    """What became of the report of a bounce.

    Attributes:
        KEPT: it is in the database; its cases can be told.
        KNOWN: it was there already; telling its cases again does no harm.
        UNDER_WAY: its contact is being handed over right now; report it again in some minutes.
        NO_SUCH_CONTACT: no contact has that reference; it is not ours.
        COPY: only somebody who had a copy did not get it; the debtor did.
    """

    KEPT = "kept"
    KNOWN = "known"
    UNDER_WAY = "under way"
    NO_SUCH_CONTACT = "no such contact"
    COPY = "copy"


class KeptBounce(Frozen):
    """What became of the report of a bounce, and what to tell which cases.

    Attributes:
        cases: all that the contact speaks for.
        fact: for each of them; without the address, which is nobody's business there.
    """

    state: BounceState
    cases: tuple[str, ...] = ()
    fact: ReportBounce | None = None


class FailedTask(Frozen):
    """A task about a message that never arrived."""

    task_id: str
    case_id: str
    creditor: str
    debtor_id: str


async def keep_bounce(connection: Connection, bounce: ReportBounce) -> KeptBounce:
    """Put a bounce into the database: its contact is refused, and a fact for each of its cases.

    A contact bounces once: what is reported again, under whatever id, changes nothing.

    Args:
        connection: in a transaction.
        bounce: ``hard`` marks the address bad: no mail goes there until it is corrected.
    """
    row = await connection.fetchrow(_SQL["contact_for_update"], bounce.reference)
    if row is None:
        return KeptBounce(state=BounceState.NO_SUCH_CONTACT)
    if row["under_way"]:
        return KeptBounce(state=BounceState.UNDER_WAY)
    said = (bounce.diagnostic or bounce.kind.value)[:500]
    is_copy = bounce.address.lower() in row["copies"]
    # A mailbox that passes mails on names another address than the one that was written to.
    address = bounce.address if is_copy else row["address"] or bounce.address
    if bounce.kind is BounceKind.HARD and address:
        await connection.execute(_SQL["is_bad"], row["creditor"], address, said, bounce.reference)
    if is_copy:
        return KeptBounce(state=BounceState.COPY)
    known = row["state"] == "refused"
    if not known:
        await connection.execute(_SQL["came_back"], bounce.reference, said)
    items = await connection.fetch(_SQL["items"], bounce.reference)
    cases = tuple(dict.fromkeys([row["case_id"], *(item["case_id"] for item in items)]))
    identity = f"bounce-{bounce.reference}"
    fact = bounce.model_copy(update={"command_id": identity, "address": ""})
    for case in cases:
        await facts.keep_fact(connection, case, fact)
    state = BounceState.KNOWN if known else BounceState.KEPT
    return KeptBounce(state=state, cases=cases, fact=fact)


async def mark_bad(pool: Pool, creditor: str, address: str, said: str, reference: str) -> None:
    """No mail goes to an address again until it is corrected.

    Args:
        pool: any.
        creditor: whose debtor it is.
        address: as it was imported.
        said: why.
        reference: of the contact that showed it.
    """
    await pool.execute(_SQL["is_bad"], creditor, address, said[:500], reference)


async def correct_email(connection: Connection, creditor: str, debtor_id: str, email: str) -> bool:
    """Write a debtor's address down as a person says it is, and let mail go there again.

    Returns:
        Whether there is such a debtor.
    """
    found = await connection.execute(_SQL["correct_email"], creditor, debtor_id, email)
    await connection.execute(_SQL["is_good"], creditor, email)
    return str(found).endswith(" 1")


async def corrected(pool: Pool) -> list[FailedTask]:
    """Tasks about e-mails that never arrived, whose debtors have had another address since."""
    rows = await pool.fetch(_SQL["corrected"])
    return [FailedTask.model_validate(dict(row)) for row in rows]


async def failed_of_debtor(pool: Pool, creditor: str, debtor_id: str) -> list[FailedTask]:
    """Tasks about e-mails to one debtor that never arrived."""
    rows = await pool.fetch(_SQL["failed_of_debtor"], creditor, debtor_id)
    return [FailedTask.model_validate(dict(row)) for row in rows]
