"""What becomes of what came back? Each message is kept once, and its cases hear of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import structlog
from temporalio import activity

from activities.imap_mailbox import InboxUnreachable
from activities.telling import Telling
from domain.bounce_reports import bounce_reports
from domain.inbound_links import creditor_references, house_of, names_number, of_one_house
from domain.inbound_mail import understand
from domain.inbound_reading import identity_of
from domain.inbound_reply import excerpt
from schemas.base import Frozen
from schemas.commands import Happened, ReceiveReply
from schemas.identifiers import case_parts
from schemas.inbound import InboundKind, InboundMail
from schemas.parties import Creditor
from schemas.turns import InboxSummary
from store import bounces, facts, inbound
from store.bounces import BounceState
from store.facts import UntoldFact
from store.inbound import Link, Place
from store.pool import Connection, Pool

CASES_MAX = 20
"""A message about more cases is linked to the first of them."""

log = structlog.get_logger()

# Each odd message would fill it with the library's mistakes: what it is has another reading then.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


class MailSource(Protocol):
    """A mailbox that can be read; every call blocks, none changes anything in it.

    Attributes:
        name: of the mailbox.
        creditors: about whose invoices its messages may be; empty for anybody's.
    """

    name: str
    creditors: tuple[str, ...]

    def open(self) -> int:
        """Connect, and answer with the mailbox's UIDVALIDITY."""

    def uids(self, after: int, since: date | None) -> list[int]:
        """UIDs greater than one, ascending; those of messages since a day, if one is given."""

    def fetch(self, uid: int) -> bytes | None:
        """The message of this UID, if it is still there."""

    def close(self) -> None:
        """End the conversation."""


class TakenIn(Frozen):
    """What a message was, and whether it was new."""

    kind: InboundKind
    new: bool
    linked: bool
    told: tuple[UntoldFact, ...] = ()


class Inbox:
    """Reads every mailbox there is; reading them again changes nothing more."""

    def __init__(
        self,
        pool: Pool,
        creditors: Mapping[str, Creditor],
        telling: Telling,
        mailboxes: Sequence[Callable[[], MailSource]],
        since_days: int = 30,
    ) -> None:
        self._pool = pool
        self._creditors = creditors
        self._telling = telling
        self._mailboxes = mailboxes
        self._since_days = since_days

    @activity.defn(name="read_inbox")
    async def read_inbox(self) -> InboxSummary:
        """Read what is new; a Temporal Schedule asks for it again and again.

        Raises:
            InboxUnreachable: no mailbox could be read; the reading is tried again.
        """
        summary = await self.read(activity.heartbeat)
        if unreachable := summary.unreachable:
            log.warning("mailboxes not read", count=len(unreachable), of=summary.mailboxes)
        if len(unreachable) == summary.mailboxes:
            raise InboxUnreachable("; ".join(unreachable.values()))
        return summary

    async def read(self, progress: Callable[[int], None]) -> InboxSummary:
        """Take in every message that has not been seen, oldest first, and tell its cases.

        A mailbox whose UIDVALIDITY has changed is looked through again from some days ago: what is
        known is recognised by who wrote what, not by its number. One that cannot be read is named
        and keeps no other from being read; nothing of it is lost.

        Args:
            progress: told how many messages were looked at so far.
        """
        if not self._mailboxes:
            return InboxSummary(configured=False, mailboxes=0)
        await self._report_again()
        taken: list[TakenIn] = []
        unreachable: dict[str, str] = {}
        for opened in self._mailboxes:
            source = opened()
            try:
                await self._read(source, taken, progress)
            except InboxUnreachable as error:
                unreachable[source.name] = str(error)
            finally:
                await asyncio.to_thread(source.close)
        new = [one for one in taken if one.new]
        await self._telling.tell([fact for one in taken for fact in one.told])
        counted = [one.kind.value for one in new]
        return InboxSummary(
            seen=len(taken),
            new={kind: counted.count(kind) for kind in sorted(set(counted))},
            unlinked=sum(not one.linked for one in new if one.kind is InboundKind.REPLY),
            unreachable=unreachable,
            mailboxes=len(self._mailboxes),
        )

    async def _read(
        self, source: MailSource, taken: list[TakenIn], progress: Callable[[int], None]
    ) -> None:
        """Take in what is new in one mailbox."""
        validity = await asyncio.to_thread(source.open)
        known = await inbound.position(self._pool, source.name)
        renumbered = known is None or known.uid_validity != validity
        after = 0 if renumbered or known is None else known.last_uid
        since = datetime.now(UTC).date() - timedelta(days=self._since_days) if renumbered else None
        uids = await asyncio.to_thread(source.uids, after, since)
        for uid in uids:  # One at a time: ten megabytes each are enough to hold.
            raw = await asyncio.to_thread(source.fetch, uid)
            if raw is None:
                continue
            place = Place(mailbox=source.name, uid_validity=validity, uid=uid)
            taken.append(await self.take_in(raw, place, source.creditors))
            progress(len(taken))
        if renumbered or uids:
            last = Place(mailbox=source.name, uid_validity=validity, uid=max(uids, default=after))
            await inbound.advance(self._pool, last)

    async def take_in(self, raw: bytes, place: Place, creditors: tuple[str, ...] = ()) -> TakenIn:
        """Keep one message and the facts that follow from it, in one transaction.

        Args:
            raw: as it lies in its mailbox.
            place: where it lies.
            creditors: about whose invoices it may be; empty for anybody's.
        """
        mail = await asyncio.to_thread(_understood, raw)
        identity = inbound.inbound_id(mail)
        async with self._pool.acquire() as connection, connection.transaction():
            link = await self._link(connection, mail, creditors)
            new = await inbound.keep(connection, mail, link, raw)
            if not new:  # Another creditor's mailbox may have shown it, and could not say.
                link = await inbound.link_more(connection, identity, place.mailbox, link)
            await inbound.remember(connection, place, identity)
            told = self._answers(mail, link)
            for one in told:
                await facts.keep_fact(connection, one.case_id, one.fact)
            told += await self._bounces(connection, mail, link)
        return TakenIn(kind=mail.kind, new=new, linked=bool(link.cases), told=tuple(told))

    async def _link(
        self, connection: Connection, mail: InboundMail, creditors: tuple[str, ...]
    ) -> Link:
        """By what it answers; else by a reference of ours; else by a number and its sender."""
        if link := await inbound.contact_named(connection, mail.contacts, creditors):
            return link.model_copy(update={"cases": link.cases[:CASES_MAX]})
        if creditors and await inbound.contact_named(connection, mail.contacts):
            return Link()  # It is about another creditor's message, whatever numbers it names.
        if mail.kind not in {InboundKind.REPLY, InboundKind.OUT_OF_OFFICE}:
            return Link()
        words = creditor_references(mail.words)
        if cases := await inbound.cases_by_reference(connection, words, creditors):
            return Link(by="creditor-reference", cases=tuple(cases[:CASES_MAX]))
        house = house_of(mail.sender)
        found = await inbound.invoices_of_sender(connection, mail.sender, house, creditors)
        named = tuple(
            one.case_id
            for one in found
            if of_one_house(mail.sender, one.email)
            or of_one_house(mail.sender, one.escalation_email)
            if names_number(mail.words, one.number)
        )
        return Link(by="invoice-number", cases=named[:CASES_MAX]) if named else Link()

    async def _report_again(self) -> None:
        """Bounces that came before anybody knew whether their contact had left."""
        for identity, reference, raw in await inbound.waiting(self._pool):
            mail = await asyncio.to_thread(_understood, raw)
            link = Link(by="message-id", reference=reference)
            async with self._pool.acquire() as connection, connection.transaction():
                await inbound.wait_no_more(connection, identity)
                told = await self._bounces(connection, mail, link)
            await self._telling.tell(told)

    async def _bounces(
        self, connection: Connection, mail: InboundMail, link: Link
    ) -> list[UntoldFact]:
        """The contact never arrived: kept for each of its cases, or later if it is under way."""
        told: list[UntoldFact] = []
        identity = inbound.inbound_id(mail)
        for report in bounce_reports(mail, identity, link.reference) if link.reference else ():
            kept = await bounces.keep_bounce(connection, report)
            if kept.state is BounceState.UNDER_WAY:
                await inbound.wait(connection, identity)
            if kept.fact is not None:
                told += [UntoldFact(case_id=case, fact=kept.fact) for case in kept.cases]
        return told

    def _answers(self, mail: InboundMail, link: Link) -> list[UntoldFact]:
        """What the cases must hear of an answer; of an absence, nothing."""
        if mail.kind is not InboundKind.REPLY:
            return []
        return [
            UntoldFact(case_id=case, fact=self._reply(mail, case, lead=case == link.cases[0]))
            for case in link.cases
        ]

    def _reply(self, mail: InboundMail, case: str, *, lead: bool) -> Happened:
        creditor = self._creditors.get(case_parts(case)[0])
        return ReceiveReply(
            command_id=inbound.inbound_id(mail),
            by="inbox",
            excerpt=excerpt(mail.text),
            hold_days=creditor.reply_hold_days if creditor else 3,
            for_a_person=lead,
        )


def _understood(raw: bytes) -> InboundMail:
    """What a message is; one that breaks the rules themselves is left to a person."""
    try:
        return understand(raw)
    except Exception as error:  # noqa: BLE001 - one message must never keep the others from coming in
        log.warning("inbound message not understood", problem=type(error).__name__)
        return InboundMail(
            kind=InboundKind.OTHER,
            evidence=f"it could not be read: {type(error).__name__}",
            identity=identity_of(raw),
        )
