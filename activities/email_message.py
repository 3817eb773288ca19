"""How does a text become an e-mail? The same notice gives the same bytes, whoever sends it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache

from activities.template_engine import one_line
from domain.recipients import Recipient
from schemas.notice import EmailMessageText, Notice
from schemas.plan import ContactRole

_LOCAL_PART = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
    r"(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+)*"
)
"""RFC 5322's dot-atom, with the letters beyond ASCII that RFC 6532 adds."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")

LINE_CHARACTERS_MAX = 78
"""RFC 5322, 2.1.1: what a header's line should not exceed."""


class _MessageIds(UnstructuredHeader):
    """Message-IDs, one a line: the library would break a long one up into encoded words."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        ids = f"{policy.linesep} ".join(str(self).split())
        return f"{self.name}: {ids}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("references", "in-reply-to", "message-id"):
    _HEADERS.map_to_type(_name, _MessageIds)  # type: ignore[arg-type] # it gives them its own base


class _Lines(EmailPolicy):
    """As the library writes headers, but a short line of ASCII is not taken apart to be folded.

    That took longer than everything else about a message.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header with its line end."""
        line = f"{name}: {value}"
        if len(line) <= LINE_CHARACTERS_MAX and line.isascii() and line.isprintable():
            return f"{line}\r\n".encode()
        return _folded(self, name, value)


@lru_cache(maxsize=256)
def _folded(policy: EmailPolicy, name: str, value: str) -> bytes:
    return EmailPolicy.fold_binary(policy, name, value)


_IN_ASCII = _Lines(linesep="\r\n", header_factory=_HEADERS)
_IN_UTF8 = _IN_ASCII.clone(utf8=True)


@dataclass(frozen=True)
class Attachment:
    """A document that a message carries: a PDF, under a name that is safe on any machine."""

    name: str
    content: bytes


class EmailAddressMissing(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """Somebody who must have an e-mail address has none."""


class EmailAddressInvalid(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """What stands as an e-mail address is none, or not exactly one."""


@dataclass(frozen=True)
class Dispatch:
    """With what, to whom and after what a message goes.

    Attributes:
        recipients: everybody it goes to; without any, the debtor's ordinary address.
        follows: Message-IDs of the conversation, oldest first; those that are none are left out.
        attachments: documents it carries.
    """

    recipients: Sequence[Recipient] = ()
    follows: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()


ALONE = Dispatch()


def build_email(
    notice: Notice,
    text: EmailMessageText,
    *,
    domain: str,
    sent_at: datetime,
    dispatch: Dispatch = ALONE,
) -> EmailMessage:
    """The complete message, ready for SMTP.

    Deterministic: Message-ID and boundary follow from the notice's reference and the date is
    given, so a message that is sent again is the same message, byte for byte.

    Args:
        notice: who writes to whom; the root of the Message-ID.
        text: as :func:`activities.texts.render_email` gives it.
        domain: the sender's domain, on the right of the Message-ID.
        sent_at: the business moment that the Date header shows; aware.
        dispatch: with what, to whom and after what it goes.

    Raises:
        EmailAddressMissing: when the debtor or the creditor has no address.
        EmailAddressInvalid: when an address is not exactly one valid address.
        ValueError: when the moment is naive, or the domain or reference unfit for a Message-ID.
    """
    if sent_at.tzinfo is None:
        raise ValueError(f"{notice.reference}: the Date of an e-mail needs a time zone")
    headers = _parties(notice, dispatch.recipients)
    utf8 = not all(one.addr_spec.isascii() for group in headers.values() for one in group)
    message = EmailMessage(policy=_IN_UTF8 if utf8 else _IN_ASCII)
    for header, addresses in headers.items():
        message[header] = addresses
    message["Subject"] = one_line(text.subject)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = message_id(notice.reference, domain)
    if conversation := [one for one in dispatch.follows if _MESSAGE_ID.fullmatch(one)]:
        message["In-Reply-To"] = conversation[-1]
        message["References"] = " ".join(conversation)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Relance-Reference"] = notice.reference
    message.set_content(text.text, cte="quoted-printable")
    message.add_alternative(text.html, subtype="html", cte="base64")
    for one in dispatch.attachments:
        message.add_attachment(
            one.content, maintype="application", subtype="pdf", filename=one.name
        )
    # After the content, which would drop it as a header of its own.
    message["Content-Language"] = _language(text, notice)
    _bound(message, hashlib.sha256(notice.reference.encode()).hexdigest())
    return message


def _parties(notice: Notice, recipients: Sequence[Recipient]) -> dict[str, tuple[Address, ...]]:
    """From, To, Cc and Reply-To; an empty one is left out."""
    creditor, debtor = notice.creditor, notice.debtor
    sender, whose = f"creditor {creditor.creditor}", f"debtor {debtor.creditor}/{debtor.debtor_id}"
    shown = creditor.sender_name or creditor.name
    answers = creditor.reply_to or creditor.email
    if not recipients:
        ordinary = Recipient(address=debtor.email, role=ContactRole.BILLING, name=debtor.name)
        recipients = (ordinary,)
    parties = {
        "From": (mailbox(shown, creditor.email, whose=sender),),
        "To": tuple(mailbox(r.name, r.address, whose=whose) for r in recipients if not r.copied),
        "Cc": tuple(mailbox(r.name, r.address, whose=whose) for r in recipients if r.copied),
        "Reply-To": (mailbox(shown, answers, whose=sender),),
    }
    return {header: addresses for header, addresses in parties.items() if addresses}


def _bound(message: EmailMessage, digest: str) -> None:
    """Give each container a boundary that follows from the reference: the outer one, the inner."""
    message.set_boundary(f"=_relance_{digest[:32]}")
    for part in message.iter_parts():
        if part.is_multipart():
            part.set_boundary(f"=_relance_{digest[32:]}")


def message_id(reference: str, domain: str) -> str:
    """The Message-ID of a contact: ``<reference@domain>``, in lower case (RFC 5322, 3.6.4).

    Raises:
        ValueError: when the reference or the domain cannot stand in one.
    """
    if not _REFERENCE.fullmatch(reference):
        raise ValueError(f"reference {reference!r} cannot stand in a Message-ID")
    return f"<{reference.lower()}@{_ascii_domain(domain)}>"


def mailbox(name: str, address: str, *, whose: str) -> Address:
    """A name and an address as a header shows them.

    The name loses line breaks and control characters; the domain is written in ASCII (IDNA).

    Args:
        name: shown by mail programs; may be empty.
        address: exactly one address, without a name.
        whose: names the owner in errors.

    Raises:
        EmailAddressMissing: when the address is empty.
        EmailAddressInvalid: when it is no address, or more than one.
    """
    address = address.strip(" ")
    if not address:
        raise EmailAddressMissing(f"{whose} has no e-mail address")
    local, _, domain = address.rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise EmailAddressInvalid(f"{whose}: {address!r} is no e-mail address")
    try:
        domain = _ascii_domain(domain)
    except ValueError as problem:
        raise EmailAddressInvalid(f"{whose}: {address!r} is no e-mail address") from problem
    if "." not in domain or len(local) + len(domain) > 253:
        raise EmailAddressInvalid(f"{whose}: {address!r} is no e-mail address")
    return Address(display_name=one_line(name), username=local, domain=domain)


def _ascii_domain(domain: str) -> str:
    """A domain in ASCII, lower case; the standard library's IDNA refuses empty and long labels."""
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as problem:
        raise ValueError(f"{domain!r} is no domain") from problem
    if not all(_LABEL.fullmatch(label) for label in ascii_domain.split(".")):
        raise ValueError(f"{domain!r} is no domain")
    return ascii_domain


def _language(text: EmailMessageText, notice: Notice) -> str:
    """The language the HTML says it is in: English, when the debtor's own is lacking."""
    found = re.search(r'<html lang="([a-z]{2})"', text.html)
    return found.group(1) if found else notice.debtor.language
