"""How does a text become an e-mail? The same notice gives the same bytes, whoever sends it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import lru_cache

from activities.template_engine import one_line
from schemas.notice import EmailMessageText, Notice

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


LINE_CHARACTERS_MAX = 78
"""RFC 5322, 2.1.1: what a header's line should not exceed."""


class _Lines(EmailPolicy):
    """As the library writes headers, but a short line of ASCII is not taken apart to be folded."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header with its line end."""
        line = f"{name}: {value}"
        if len(line) <= LINE_CHARACTERS_MAX and line.isascii() and line.isprintable():
            return f"{line}\r\n".encode()
        return _folded(name, value)


@lru_cache(maxsize=256)
def _folded(name: str, value: str) -> bytes:
    return SMTP.fold_binary(name, value)


_MAIL = _Lines(linesep="\r\n")


class EmailAddressMissing(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """Somebody who must have an e-mail address has none."""


class EmailAddressInvalid(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """What stands as an e-mail address is none, or not exactly one."""


def build_email(
    notice: Notice, text: EmailMessageText, *, domain: str, sent_at: datetime
) -> EmailMessage:
    """The complete message, ready for SMTP.

    Deterministic: Message-ID and boundary follow from the notice's reference and the date is
    given, so a message that is sent again is the same message, byte for byte.

    Args:
        notice: who writes to whom; the root of the Message-ID.
        text: as :func:`activities.texts.render_email` gives it.
        domain: the sender's domain, on the right of the Message-ID.
        sent_at: the business moment that the Date header shows; aware.

    Raises:
        EmailAddressMissing: when the debtor or the creditor has no address.
        EmailAddressInvalid: when an address is not exactly one valid address.
        ValueError: when the moment is naive, or the domain or reference unfit for a Message-ID.
    """
    if sent_at.tzinfo is None:
        raise ValueError(f"{notice.reference}: the Date of an e-mail needs a time zone")
    creditor, debtor = notice.creditor, notice.debtor
    sender = f"creditor {creditor.creditor}"
    message = EmailMessage(policy=_MAIL)
    message["From"] = _our_own("From", creditor.name, creditor.email, sender)
    message["To"] = mailbox(
        debtor.name, debtor.email, whose=f"debtor {debtor.creditor}/{debtor.debtor_id}"
    )
    answers = creditor.reply_to or creditor.email
    message["Reply-To"] = _our_own("Reply-To", creditor.name, answers, sender)
    message["Subject"] = one_line(text.subject)
    message["Date"] = sent_at
    message["Message-ID"] = message_id(notice.reference, domain)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Relance-Reference"] = notice.reference
    message.set_content(text.text, cte="quoted-printable")
    digest = hashlib.sha256(notice.reference.encode()).hexdigest()
    message.make_alternative(boundary=f"=_relance_{digest[:32]}")
    message.add_alternative(text.html, subtype="html", cte="base64")
    # After the content, which would drop it as a header of its own.
    message["Content-Language"] = _language(text, notice)
    return message


@lru_cache(maxsize=256)
def _our_own(field: str, name: str, address: str, whose: str) -> BaseHeader:
    """A header that all mails of a creditor share: read once, which takes as long as all the rest.

    Raises:
        EmailAddressMissing, EmailAddressInvalid: as :func:`mailbox`.
    """
    return HeaderRegistry()(field, str(mailbox(name, address, whose=whose)))


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
