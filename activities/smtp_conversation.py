"""What is said to a mail server about one message? Who it is for; once agreed, the message."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected
from pydantic import Field

from activities.errors import (
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUnknown,
    DomainDoubted,
)
from activities.mail_domains import DomainVerdict
from activities.smtp_replies import in_words, judged, judged_recipient, said_by, turned_away
from schemas.base import Frozen

GO_AHEAD = 354
"""RFC 5321, 4.2.3: the server waits for the message."""

NEEDS_SMTPUTF8 = "AddressNeedsSmtpUtf8"
"""Why a message is refused whose server takes no addresses beyond ASCII (RFC 6531)."""

ACCEPTED = range(200, 300)
TURNED_DOWN = range(400, 600)

_LINE_END = re.compile(rb"\r\n|\r|\n")


class Handed(Frozen):
    """A message that the server took.

    Attributes:
        left_out: recipients that it did not take, with what it said of each.
        gone: those of them at which no mail can arrive.
    """

    left_out: Mapping[str, str] = Field(default_factory=dict)
    gone: tuple[str, ...] = ()


class Envelope(Frozen):
    """From whom a message is and to whom it goes, as the mail server is told.

    Attributes:
        gone: recipients at whose domain no mail can arrive, by address; they are not asked about.
    """

    sender: str
    recipients: tuple[str, ...]
    copies: tuple[str, ...] = ()
    gone: Mapping[str, str] = Field(default_factory=dict)


async def agree(smtp: aiosmtplib.SMTP, envelope: Envelope) -> Handed:
    """Everything that comes before the message; until its end, nothing has left."""
    sender, recipients, copies = envelope.sender, envelope.recipients, envelope.copies
    everybody = (sender, *recipients, *copies)
    utf8 = not all(address.isascii() for address in everybody)
    if utf8 and not await _offers_utf8(smtp):
        raise DeliveryRefused(
            NEEDS_SMTPUTF8,
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
    answers = [
        nobody_there(envelope, one)
        if one in envelope.gone
        else await _recipient(smtp, one, encoding)
        for one in recipients
    ]
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
    left_out = {one: str(answer) for one, answer in told if answer is not None}
    return Handed(left_out=left_out, gone=_gone([*answers, *copied]))


def nobody_there(envelope: Envelope, address: str) -> DeliveryRefused:
    """No mail can arrive at an address, because of its domain."""
    reason, domain = envelope.gone[address], address.rpartition("@")[2]
    words = {
        DomainVerdict.NO_SUCH_DOMAIN: f"there is no domain {domain}",
        DomainVerdict.NO_MAIL: f"the domain {domain} takes no mail (null MX, RFC 7505)",
    }
    return DeliveryRefused(reason, words[DomainVerdict(reason)], gone=tuple(envelope.gone))


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
        return judged_recipient(error.code, said_by(error), address)
    except (SMTPException, OSError) as error:
        raise DeliveryPostponed(said_by(error)) from error
    return None


def _keeps_it_back(
    answers: Sequence[DeliveryRefused | DeliveryPostponed | None],
) -> DeliveryRefused | DeliveryPostponed | None:
    """Why the message does not leave now: somebody is put off, or nobody is accepted."""
    put_off = [one for one in answers if isinstance(one, DeliveryPostponed)]
    doubts = [one for one in put_off if isinstance(one, DomainDoubted)]
    if doubts and len(doubts) == len(put_off):
        addresses = [address for one in doubts for address in one.addresses]
        return DomainDoubted(str(doubts[0]), *addresses)
    if put_off:
        return next(one for one in put_off if not isinstance(one, DomainDoubted))
    if any(one is None for one in answers):
        return None
    refused = next((one for one in answers if isinstance(one, DeliveryRefused)), None)
    return refused and DeliveryRefused(refused.reason, refused.explanation, gone=_gone(answers))


def _gone(answers: Sequence[DeliveryRefused | DeliveryPostponed | None]) -> tuple[str, ...]:
    """Every address that certainly gets no mail."""
    refused = (one for one in answers if isinstance(one, DeliveryRefused))
    return tuple(dict.fromkeys(address for one in refused for address in one.gone))


def for_the_wire(message: bytes) -> bytes:
    """The message with whole line ends, a dot before each line that begins with one, and the end.

    RFC 5321, 4.5.2: a dot alone on a line ends the message. Documents make messages of 14 megabytes
    and a worker does nothing else meanwhile: so no pattern goes over one that is whole already.
    """
    if not message.count(b"\r\n") == message.count(b"\r") == message.count(b"\n"):
        message = _LINE_END.sub(b"\r\n", message)
    lines = message.removesuffix(b"\r\n") + b"\r\n"
    if lines.startswith(b"."):
        lines = b"." + lines
    return lines.replace(b"\r\n.", b"\r\n..") + b".\r\n"


async def hand_over(smtp: aiosmtplib.SMTP, message: bytes) -> None:
    """The message and the answer to it.

    Written out because aiosmtplib's own ``data`` asks for leave and sends in one breath, so that a
    server that never gave leave could not be told from one that never answered.
    """
    protocol = smtp.protocol
    if protocol is None:
        raise DeliveryPostponed("the mail server hung up before the message")
    try:
        protocol.write(for_the_wire(message))
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
