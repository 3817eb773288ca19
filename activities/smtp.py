"""How does an e-mail reach a mail server? One conversation at a time on a few kept connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiosmtplib
from aiosmtplib import SMTPException

from activities.delivery import BeginHandOver
from activities.errors import DeliveryPostponed, DeliveryUnknown, DomainDoubted
from activities.mail_domains import DomainVerdict, MailDomains
from activities.mail_pace import Pace, Turn
from activities.smtp_conversation import Envelope, Handed, agree, hand_over, nobody_there
from activities.smtp_replies import said_by
from schemas.base import Frozen
from schemas.settings import SmtpSecurity

IDLE_SECONDS = 20.0
"""A connection unused for longer is asked whether it still lives before it is used."""


class SmtpAccount(Frozen):
    """Where and as whom mails are sent.

    Attributes:
        timeout_seconds: for each step of the conversation.
        connections: at most so many at once.
    """

    host: str
    port: int
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str = ""
    password: str = ""
    timeout_seconds: float = 30
    connections: int = 8

    @property
    def name(self) -> str:
        """Names the account, without its secret."""
        return f"{self.username}@{self.host}:{self.port}"


class Mailer:
    """Hands messages to one SMTP account over a few kept connections.

    Args:
        account: where and as whom.
        pace: how fast; None for as fast as it goes.
        domains: whom to ask about a domain that the mail server doubts.
    """

    def __init__(
        self, account: SmtpAccount, pace: Pace | None = None, domains: MailDomains | None = None
    ) -> None:
        self._account = account
        self._idle: list[tuple[float, aiosmtplib.SMTP]] = []
        self._places = asyncio.Semaphore(account.connections)
        self._pace = pace
        self._domains = domains or MailDomains()

    def turn(self) -> Turn:
        """The turn of one message, to be entered before it is written."""
        return Turn(self._pace)

    async def send(
        self,
        message: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        begin: BeginHandOver,
        copies: Sequence[str] = (),
        turn: Turn | None = None,
    ) -> Handed:
        """Hand one message over.

        Every recipient is told before the message. It leaves when one of them is accepted and none
        of the others is merely put off; a copy that is not accepted is left out, whatever the
        reason, because it must not keep the message from whom it is for.

        Args:
            message: the complete bytes.
            sender: the envelope's sender.
            recipients: to whom it goes; at least one.
            copies: who else gets it.
            turn: the message's, which is taken now; None for one that asks no pace.
            begin: called when the server has agreed to everything and waits for the message, before
                its first byte: from then on, silence means that nobody knows.

        Raises:
            DeliveryRefused: the server will never take it.
            DeliveryPostponed: it certainly did not leave; later it may.
            DeliveryUnknown: the server got the message, and then its answer was lost.
        """
        if turn is not None:
            await turn.take()
        envelope = Envelope(sender=sender, recipients=tuple(recipients), copies=tuple(copies))
        try:
            return await self._converse(message, envelope, begin)
        except DomainDoubted as doubt:
            # Asked when the connection is free again: nobody waits for a slow resolver.
            gone = await self._gone(doubt, sender)
        return await self._converse(message, envelope.model_copy(update={"gone": gone}), begin)

    async def _gone(self, doubt: DomainDoubted, sender: str) -> dict[str, str]:
        """The doubted recipients, once it is certain that no mail can reach any of them.

        The mail server has a name and the sender a domain: a resolver that knows neither of them is
        not believed when it knows no recipient's.

        Raises:
            DomainDoubted: it is not.
        """
        domains = dict.fromkeys(address.rpartition("@")[2] for address in doubt.addresses)
        known = (self._account.host, sender.rpartition("@")[2])
        verdicts = await asyncio.gather(*(self._domains.look_up(one, known) for one in domains))
        if DomainVerdict.UNCERTAIN in verdicts:
            raise doubt
        found = dict(zip(domains, verdicts, strict=True))
        return {one: found[one.rpartition("@")[2]].value for one in doubt.addresses}

    async def _converse(self, message: bytes, envelope: Envelope, begin: BeginHandOver) -> Handed:
        """One conversation with the mail server about one message."""
        if all(one in envelope.gone for one in envelope.recipients):
            raise nobody_there(envelope, envelope.recipients[0])
        async with self._places, self._connection() as smtp:
            handed = await agree(smtp, envelope)
            try:
                await begin()
            except BaseException:
                smtp.close()  # The server waits for a message; this is how it is told of none.
                raise
            await hand_over(smtp, message)
        return handed

    async def close(self) -> None:
        """Say good-bye on every kept connection."""
        while self._idle:
            _, smtp = self._idle.pop()
            try:
                await smtp.quit(timeout=2)
            except (SMTPException, OSError):
                smtp.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        smtp = await self._living() or await self._connected()
        try:
            yield smtp
        except DeliveryUnknown:
            smtp.close()
            raise
        except BaseException:
            await _reset(smtp)
            raise
        finally:
            if smtp.is_connected:
                self._idle.append((time.monotonic(), smtp))

    async def _living(self) -> aiosmtplib.SMTP | None:
        while self._idle:
            since, smtp = self._idle.pop()
            if not smtp.is_connected:
                continue
            if time.monotonic() - since < IDLE_SECONDS:
                return smtp
            try:
                await smtp.noop(timeout=5)
            except (SMTPException, OSError):
                smtp.close()
            else:
                return smtp
        return None

    async def _connected(self) -> aiosmtplib.SMTP:
        account = self._account
        smtp = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            timeout=account.timeout_seconds,
            use_tls=account.security is SmtpSecurity.TLS,
            start_tls=account.security is SmtpSecurity.STARTTLS,
            username=account.username or None,
            password=account.password or None,
        )
        try:
            await smtp.connect()
        except (SMTPException, OSError) as error:
            smtp.close()
            raise DeliveryPostponed(
                f"cannot reach {account.host}:{account.port}: {said_by(error)}"
            ) from error
        return smtp


async def _reset(smtp: aiosmtplib.SMTP) -> None:
    """Make a connection fit for the next message, or drop it."""
    if not smtp.is_connected:
        return
    try:
        await smtp.rset(timeout=5)
    except (SMTPException, OSError):
        smtp.close()
