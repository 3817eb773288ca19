"""What came back, and to which case does it belong? Messages as they came, each kept once."""

from __future__ import annotations

from typing import Any

from schemas.base import Frozen, Instant
from schemas.inbound import FailedRecipient, InboundKind, InboundMail
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("inbound")


class Place(Frozen):
    """Where a message lies: RFC 3501, 2.3.1.1: a UID counts only with its UIDVALIDITY."""

    mailbox: str
    uid_validity: int
    uid: int


class Position(Frozen):
    """How far a mailbox has been read."""

    mailbox: str
    uid_validity: int
    last_uid: int
    read_at: Instant | None = None


class Link(Frozen):
    """The cases that a message is about.

    Attributes:
        by: how that is known: ``message-id``, ``creditor-reference``, ``invoice-number``, or empty.
        reference: of the contact it is about, or empty.
        cases: the contact's own case first; empty when none was found.
        step: of that contact.
    """

    by: str = ""
    reference: str = ""
    cases: tuple[str, ...] = ()
    step: str = ""
    cycle: int = 1


class KeptMail(Frozen):
    """A message that was kept, without its raw bytes.

    Attributes:
        mailboxes: in which it was seen.
    """

    inbound_id: str
    message_id: str
    kind: InboundKind
    evidence: str
    sender: str
    subject: str
    text: str
    sent_at: Instant | None = None
    linked_by: str = ""
    reference: str = ""
    cases: tuple[str, ...] = ()
    failures: tuple[FailedRecipient, ...] = ()
    received_at: Instant
    mailboxes: tuple[str, ...] = ()


class SenderInvoice(Frozen):
    """An invoice whose debtor may have written, by address or by domain."""

    case_id: str
    number: str
    email: str
    escalation_email: str = ""


def inbound_id(mail: InboundMail) -> str:
    """The id under which a message is kept, and under which its cases hear of it."""
    return f"mail-{mail.identity[:24]}"


async def keep(connection: Connection, mail: InboundMail, link: Link, raw: bytes) -> bool:
    """Keep a message; one that is there already, by whatever way it came, changes nothing.

    Args:
        connection: in the transaction that keeps the facts which follow from it.
        mail: understood.
        link: to which cases it belongs.
        raw: as it came.

    Returns:
        Whether it is new.
    """
    failures = [one.model_dump(mode="json") for one in mail.failures]
    new = await connection.fetchval(
        _SQL["keep"],
        *(inbound_id(mail), mail.message_id, mail.kind.value, mail.evidence, mail.sender),
        *(mail.subject, mail.text, mail.date, link.by, link.reference, list(link.cases)),
        *(failures, raw),
    )
    return new is not None


async def link_more(connection: Connection, inbound: str, mailbox: str, link: Link) -> Link:
    """Link a message that came by another mailbox, too, to what only this one may know of.

    Args:
        connection: in the transaction that keeps the facts which follow from it.
        inbound: its id.
        mailbox: the one by which it came now.
        link: to the cases that it is about, as far as this mailbox may say.

    Returns:
        The cases that are new to it; none when this mailbox has shown it before.
    """
    row = await connection.fetchrow(_SQL["known"], inbound, mailbox)
    more = () if row is None else tuple(one for one in link.cases if one not in row["cases"])
    if not more:
        return Link()
    await connection.execute(_SQL["link_more"], inbound, list(more), link.by, link.reference)
    return link.model_copy(update={"cases": more})


async def remember(connection: Connection, place: Place, inbound: str) -> None:
    """Remember where a message was seen, and that everything up to it has been taken in."""
    await connection.execute(
        _SQL["remember_place"], place.mailbox, place.uid_validity, place.uid, inbound
    )
    await advance(connection, place)


async def advance(connection: Pool | Connection, place: Place) -> None:
    """Everything up to this place has been taken in."""
    await connection.execute(_SQL["advance"], place.mailbox, place.uid_validity, place.uid)


async def position(pool: Pool | Connection, mailbox: str) -> Position | None:
    """How far a mailbox has been read; None when never."""
    row = await pool.fetchrow(_SQL["position"], mailbox)
    return None if row is None else Position.model_validate(dict(row))


async def contact_named(
    connection: Connection, references: tuple[str, ...], creditors: tuple[str, ...] = ()
) -> Link | None:
    """The first of these contacts that we made, with every case it speaks for.

    Args:
        connection: any.
        references: that the message names.
        creditors: whose contacts count; all where none is named, here and below.
    """
    if not references:
        return None
    row = await connection.fetchrow(_SQL["contact"], list(references), list(creditors))
    if row is None:
        return None
    return Link(
        by="message-id",
        reference=row["reference"],
        cases=(row["case_id"], *row["others"]),
        step=row["step"],
        cycle=row["cycle"],
    )


async def cases_by_reference(
    connection: Connection, references: tuple[str, ...], creditors: tuple[str, ...] = ()
) -> list[str]:
    """The cases whose creditor reference is one of these, open ones first."""
    if not references:
        return []
    rows = await connection.fetch(_SQL["cases_by_reference"], list(references), list(creditors))
    return [row["case_id"] for row in rows]


async def invoices_of_sender(
    connection: Connection, sender: str, house: str, creditors: tuple[str, ...] = ()
) -> list[SenderInvoice]:
    """The invoices with a case whose debtor has this address or this domain.

    Args:
        connection: any.
        sender: in lower case.
        house: the domain, if it is the sender's own; else empty.
        creditors: as above.
    """
    if not sender:
        return []
    rows = await connection.fetch(_SQL["invoices_of_sender"], sender, house, list(creditors))
    return [SenderInvoice.model_validate(dict(row)) for row in rows]


async def list_mail(pool: Pool, kind: str, limit: int, *, unlinked: bool) -> list[KeptMail]:
    """The latest messages; of one kind, or those of which nobody knows the case."""
    return [_kept(row) for row in await pool.fetch(_SQL["list"], kind, unlinked, limit)]


async def one_mail(pool: Pool, inbound: str) -> KeptMail | None:
    """A message by its id."""
    row = await pool.fetchrow(_SQL["one"], inbound)
    return None if row is None else _kept(row)


async def raw_mail(pool: Pool, inbound: str) -> bytes | None:
    """A message as it came."""
    raw: bytes | None = await pool.fetchval(_SQL["raw"], inbound)
    return raw


async def mail_of_case(pool: Pool, case: str) -> list[KeptMail]:
    """What came back about a case, oldest first."""
    return [_kept(row) for row in await pool.fetch(_SQL["of_case"], case)]


def _kept(row: Any) -> KeptMail:
    return KeptMail.model_validate(dict(row))


async def wait(connection: Connection, inbound: str) -> None:
    """A bounce came before its contact was settled; it is reported again later."""
    await connection.execute(_SQL["wait"], inbound)


async def wait_no_more(connection: Connection, inbound: str) -> None:
    """It has been reported."""
    await connection.execute(_SQL["wait_no_more"], inbound)


async def waiting(pool: Pool) -> list[tuple[str, str, bytes]]:
    """Bounces to report again: the message's id, its contact and its bytes, the oldest first."""
    rows = await pool.fetch(_SQL["waiting"])
    return [(row["inbound_id"], row["reference"], row["raw"]) for row in rows]
