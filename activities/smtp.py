"""How does an e-mail reach a mail server? One conversation at a time on a few kept connections."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected
from pydantic import Field

from activities.delivery import BeginHandOver
from activities.errors import DeliveryPostponed, DeliveryRefused, DeliveryUnknown
from activities.smtp_replies import in_words, judged, judged_recipient, said_by, turned_away
from schemas.base import Frozen
from schemas.settings import SmtpSecurity

GO_AHEAD = 354
"""RFC 5321, 4.2.3: the server waits for the message."""

ACCEPTED = range(200, 300)
TURNED_DOWN = range(400, 600)

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)
"""RFC 5321, 4.5.2: a dot that begins a line is doubled, since a dot alone ends the message."""

IDLE_SECONDS = 20.0
"""A connection unused for longer is asked whether it still lives before it is used."""


class SmtpAccount(Frozen):
    """Where and as whom mails are sent.

    Attributes:
        timeout_seconds: for each step of the conversation.
        connections: at most so many at once.
        per_minute: at most so many messages a minute from this process; 0 for no limit.
    """

    host: str
    port: int
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str = ""
    password: str = ""
    timeout_seconds: float = 30
    connections: int = 8
    per_minute: int = 0


class Pace:
    """Spreads the messages of one account evenly over each minute."""

    def __init__(self, per_minute: int) -> None:
        self._seconds = 60 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def wait(self, seconds_max: float) -> None:
        """Wait for this message's turn.

        Raises:
            DeliveryPostponed: when that would take longer than so many seconds.
        """
        if not self._seconds:
            return
        now = time.monotonic()
        turn = max(self._next, now)
        if turn - now > seconds_max:
            raise DeliveryPostponed("the account's messages for this minute are spent")
        self._next = turn + self._seconds
        await asyncio.sleep(turn - now)


class Handed(Frozen):
    """A message that the server took.

    Attributes:
        left_out: recipients that it did not take, with what it said of each.
    """

    left_out: Mapping[str, str] = Field(default_factory=dict)


class Mailer:
    """Hands messages to one SMTP account over a few kept connections."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._idle: list[tuple[float, aiosmtplib.SMTP]] = []
        self._places = asyncio.Semaphore(account.connections)
        self._pace = Pace(account.per_minute)

    async def send(
        self,
        message: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        begin: BeginHandOver,
        copies: Sequence[str] = (),
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
            begin: called when the server has agreed to everything and waits for the message, before
                its first byte: from then on, silence means that nobody knows.

        Raises:
            DeliveryRefused: the server will never take it.
            DeliveryPostponed: it certainly did not leave; later it may.
            DeliveryUnknown: the server got the message, and then its answer was lost.
        """
        await self._pace.wait(self._account.timeout_seconds)
        async with self._places, self._connection() as smtp:
            handed = await _agree(smtp, sender, recipients, copies)
            try:
                await begin()
            except BaseException:
                smtp.close()  # The server waits for a message; this is how it is told of none.
                raise
            await _hand_over(smtp, message)
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


async def _agree(
    smtp: aiosmtplib.SMTP, sender: str, recipients: Sequence[str], copies: Sequence[str]
) -> Handed:
    """Everything that comes before the message; until its end, nothing has left."""
    everybody = (sender, *recipients, *copies)
    utf8 = not all(address.isascii() for address in everybody)
    if utf8 and not await _offers_utf8(smtp):
        raise DeliveryRefused(
            "AddressNeedsSmtpUtf8",
            "an address with letters beyond ASCII needs a mail server that offers SMTPUTF8 "
            "(RFC 6531), which ours does not",
        )
    encoding = "utf-8" if utf8 else "ascii"
    try:
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else None
        await smtp.mail(sender, options=options, encoding=encoding)
    except SMTPResponseException as error:
        # Whatever the number: it is about our account, never about this recipient.
        raise turned_away(error.code, f"our sender: {said_by(error)}") from error
    except (SMTPException, OSError) as error:
        raise DeliveryPostponed(said_by(error)) from error
    answers = [await _recipient(smtp, one, encoding) for one in recipients]
    if problem := _keeps_it_back(answers):
        raise problem
    copied = [await _recipient(smtp, one, encoding) for one in copies]
    try:
        reply = await smtp.execute_command(b"DATA")
    except SMTPResponseException as error:
        raise judged(error.code, said_by(error)) from error
    except (SMTPException, OSError) as error:
        raise DeliveryPostponed(said_by(error)) from error
    if reply.code != GO_AHEAD:
        raise judged(reply.code, in_words(reply.code, reply.message))
    told = zip((*recipients, *copies), (*answers, *copied), strict=True)
    return Handed(left_out={one: str(answer) for one, answer in told if answer is not None})


async def _offers_utf8(smtp: aiosmtplib.SMTP) -> bool:
    try:
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
    except (SMTPException, OSError) as error:
        raise DeliveryPostponed(said_by(error)) from error
    return smtp.supports_extension("smtputf8")


async def _recipient(
    smtp: aiosmtplib.SMTP, address: str, encoding: str
) -> DeliveryRefused | DeliveryPostponed | None:
    """What the server says of one recipient; None when it takes them."""
    try:
        await smtp.rcpt(address, encoding=encoding)
    except SMTPResponseException as error:
        if not smtp.is_connected:
            raise DeliveryPostponed(said_by(error)) from error
        return judged_recipient(error.code, said_by(error))
    except (SMTPException, OSError) as error:
        raise DeliveryPostponed(said_by(error)) from error
    return None


def _keeps_it_back(
    answers: Sequence[DeliveryRefused | DeliveryPostponed | None],
) -> DeliveryRefused | DeliveryPostponed | None:
    """Why the message does not leave now: somebody is put off, or nobody is accepted."""
    put_off = next((one for one in answers if isinstance(one, DeliveryPostponed)), None)
    if put_off is not None or any(one is None for one in answers):
        return put_off
    return next((one for one in answers if one is not None), None)


async def _hand_over(smtp: aiosmtplib.SMTP, message: bytes) -> None:
    """The message and the answer to it.

    Written out because aiosmtplib's own ``data`` asks for leave and sends in one breath, so that a
    server that never gave leave could not be told from one that never answered.
    """
    protocol = smtp.protocol
    lines = _LINE_END.sub(b"\r\n", message).removesuffix(b"\r\n") + b"\r\n"
    if protocol is None:
        raise DeliveryPostponed("the mail server hung up before the message")
    try:
        protocol.write(_DOT.sub(b"..", lines) + b".\r\n")
    except SMTPServerDisconnected as error:
        raise DeliveryPostponed(said_by(error)) from error
    try:
        reply = await protocol.read_response(timeout=smtp.timeout)
    except (SMTPException, OSError) as error:
        smtp.close()
        raise DeliveryUnknown(f"no answer after the message: {said_by(error)}") from error
    said = in_words(reply.code, reply.message)
    if reply.code in ACCEPTED:
        return
    if reply.code not in TURNED_DOWN:
        smtp.close()
        raise DeliveryUnknown(f"no answer that says yes or no after the message: {said}")
    raise judged(reply.code, said)


async def _reset(smtp: aiosmtplib.SMTP) -> None:
    """Make a connection fit for the next message, or drop it."""
    if not smtp.is_connected:
        return
    try:
        await smtp.rset(timeout=5)
    except (SMTPException, OSError):
        smtp.close()
