"""Has this message left? One row a contact, claimed before the effect and settled after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.charges import StatedCharges
from schemas.contact import Contact, ContactState
from store.messages import NO_MESSAGE, PackedMessage
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("contacts")


class Claim(Frozen):
    """What an attempt claims.

    Attributes:
        at: the moment on the case's own clock, by which contacts keep their distances.
    """

    reference: str
    case_id: str
    creditor: str = ""
    debtor_id: str = ""
    at: Instant
    step: str
    cycle: int
    channel: str
    owner: str


async def claim(connection: Connection, wanted: Claim, lease_seconds: float) -> Contact:
    """Claim a contact, or find how far a former attempt came.

    A claim that was not being handed over changes its owner; the former owner can no longer begin
    a hand-over. One that was being handed over is returned as it stands.
    """
    row = await connection.fetchrow(
        _SQL["claim"],
        *(wanted.reference, wanted.case_id, wanted.step, wanted.cycle, wanted.channel),
        *(wanted.owner, lease_seconds, wanted.creditor, wanted.debtor_id, wanted.at),
    )
    if row is None:
        row = await connection.fetchrow(_SQL["contact"], wanted.reference)
    return Contact.model_validate(dict(row)) if row else _impossible(wanted.reference)


class Leaving(NamedTuple):
    """What is handed over with a contact.

    Attributes:
        others: cases for which the message speaks too, as they stood when it was written.
        charges: what the message claims; if nobody knows afterwards whether it left, this is known.
        message: its exact bytes, kept if the hand-over begins.
    """

    others: Sequence[CollectionCase] = ()
    charges: Sequence[StatedCharges] | None = None
    message: PackedMessage = NO_MESSAGE


ALONE = Leaving()
"""For no other case, claiming nothing, with nothing that is kept."""


async def begin_hand_over(
    connection: Pool | Connection,
    reference: str,
    owner: str,
    lease_seconds: float,
    leaving: Leaving = ALONE,
) -> bool:
    """Begin the hand-over: until it is settled, nobody can tell whether the message left.

    Args:
        connection: any.
        reference: of the contact.
        owner: the attempt that claimed it.
        lease_seconds: how long the hand-over may take.
        leaving: what is handed over.

    Returns:
        False when this attempt must not hand over: the claim has another owner by now, a fact has
        come in that a case has not heard, or another case has moved on since.
    """
    others, charges, message = leaving
    written = [one.case_id for one in others], [one.version for one in others]
    claimed = None if charges is None else [one.model_dump(mode="json") for one in charges]
    return bool(
        await connection.fetchval(
            _SQL["begin_hand_over"], reference, owner, lease_seconds, *written, claimed, *message
        )
    )


async def take_over(pool: Pool, reference: str, owner: str, lease_seconds: float) -> None:
    """Claim a contact again whose hand-over never ended, because repeating it does no harm."""
    await pool.execute(_SQL["take_over"], reference, owner, lease_seconds)


async def take_back(
    pool: Pool, reference: str, owner: str, problem: str, now: datetime | None = None
) -> datetime | None:
    """The hand-over certainly did not happen: the contact is merely claimed again.

    Args:
        pool: any.
        reference: of the contact.
        owner: the attempt that claimed it.
        problem: for people.
        now: the case's own clock, when the receiving side put the contact off.

    Returns:
        Since when it has been put off; None when it was not, or is somebody else's.
    """
    since: datetime | None = await pool.fetchval(
        _SQL["take_back"], reference, owner, problem[:500], now
    )
    return since


async def put_off(
    pool: Pool, reference: str, owner: str, problem: str, now: datetime
) -> datetime | None:
    """What became of a hand-over cannot be found out now; it is still under way.

    Args:
        pool: any.
        reference: of the contact.
        owner: the attempt that claimed it.
        problem: for people.
        now: the case's own clock.

    Returns:
        Since when it has been put off; None when it is somebody else's.
    """
    since: datetime | None = await pool.fetchval(
        _SQL["put_off"], reference, owner, problem[:500], now
    )
    return since


async def withdraw(
    connection: Pool | Connection, reference: str, problem: str = "", *, overnight: bool = False
) -> None:
    """Nothing of a claim has left, nor will for now: it holds nobody up and speaks for nobody.

    One of which an earlier attempt may have left is unknown from then on.

    Args:
        connection: any.
        reference: of the contact.
        problem: why, for people.
        overnight: it goes on as it was when the contact hours begin again.
    """
    await connection.execute(_SQL["withdraw"], reference, problem[:500], overnight)


class Settled(Frozen):
    """What became of a contact.

    Attributes:
        detail: where to find it: a Message-ID, a file name.
        sha256: of the exact bytes that left, hexadecimal.
        address: where it went, or would have.
        problem: why it was refused, by name and in words.
    """

    state: ContactState
    detail: str = ""
    sha256: str = ""
    address: str = ""
    problem: str = ""


async def settle(connection: Connection, reference: str, settled: Settled) -> None:
    """Say what became of a contact; in one transaction with the events that tell its case."""
    await connection.execute(
        _SQL["settle"],
        *(reference, settled.state.value, settled.detail, settled.sha256, settled.address),
        settled.problem[:500],
    )


class UnknownTask(Frozen):
    """A task that asks a person whether a contact arrived."""

    task_id: str
    case_id: str


async def find(pool: Pool | Connection, reference: str) -> Contact | None:
    """A contact by its reference."""
    row = await pool.fetchrow(_SQL["contact"], reference)
    return None if row is None else Contact.model_validate(dict(row))


async def find_out(pool: Pool, reference: str, state: ContactState) -> bool:
    """A person says what became of a contact of which nobody knew; any other stays as it is.

    Returns:
        Whether nobody knew until now.
    """
    return bool(await pool.fetchval(_SQL["find_out"], reference, state.value))


async def unknown_steps(pool: Pool, case: str) -> list[str]:
    """The steps of a case of whose message nobody knows whether it left, oldest first."""
    return [row["step"] for row in await pool.fetch(_SQL["unknown_steps"], case)]


async def unknown_tasks(pool: Pool, reference: str) -> list[UnknownTask]:
    """The open tasks of every case that a contact spoke for, which ask whether it arrived."""
    rows = await pool.fetch(_SQL["unknown_tasks"], reference)
    return [UnknownTask.model_validate(dict(row)) for row in rows]


async def may_have_left(connection: Pool | Connection, reference: str) -> bool:
    """Whether a contact may have left: its hand-over began, and no answer has settled it."""
    return bool(await connection.fetchval(_SQL["may_have_left"], reference))


async def unsettled(pool: Pool, older_than: datetime) -> list[Contact]:
    """Contacts about which nobody knows, or that were claimed and then left lying."""
    rows = await pool.fetch(_SQL["unsettled"], older_than)
    return [Contact.model_validate(dict(row)) for row in rows]


async def contacts_of(pool: Pool, case: str) -> list[Contact]:
    """Every contact of a case, oldest first."""
    rows = await pool.fetch(_SQL["of_case"], case)
    return [Contact.model_validate(dict(row)) for row in rows]


def _impossible(reference: str) -> Contact:
    raise AssertionError(f"contact {reference} was neither claimed nor there")
