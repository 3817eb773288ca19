"""What does a mail server's answer mean? A refusal of this recipient, or one of ourselves."""

from __future__ import annotations

import re

import structlog
from aiosmtplib import SMTPResponseException

from activities.errors import DeliveryPostponed, DeliveryRefused, DomainDoubted

log = structlog.get_logger()

FINAL_REPLY = 500
"""RFC 5321, 4.2.1: replies from here on are final; those below say "later"."""

SAID_CHARACTERS = 500
"""How much of what a server says is kept."""

ABOUT_OURSELVES = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})
"""Replies about our account or protocol, not about the recipient: never the contact's end."""

_POLICY = re.compile(r"\b5\.7\.\d{1,3}\b|\brelay", re.IGNORECASE)
"""RFC 3463, X.7: security or policy. Said of a recipient before any message, it is about who we are
to that server (no relaying, a list of blocked senders), never about the mailbox."""

NO_SERVICE = 554
"""RFC 5321, 4.2.2: as an answer to a recipient, "no": servers say it of relaying and of blocks."""

_NO_DOMAIN = re.compile(r"4\d\d [45]\.1\.(2|10)\b")
"""RFC 3463, X.1.2: bad destination system; RFC 7505, X.1.10: null MX. As a 4xx it may be nothing
but a DNS that fails, so whether it is final is asked elsewhere."""


_NOBODY = re.compile(r"5\d\d 5\.1\.(1|2|3|6|10)\b")
"""RFC 3463, X.1: no such mailbox, no such system, no address, moved; RFC 7505: takes no mail."""


def judged(code: int, said: str) -> DeliveryRefused | DeliveryPostponed:
    """A final no is a refusal, unless it is about our own account or protocol."""
    if code >= FINAL_REPLY and code not in ABOUT_OURSELVES:
        return DeliveryRefused("RefusedByServer", f"the mail server refused it: {said}")
    return DeliveryPostponed(f"the mail server put it off: {said}")


def judged_recipient(code: int, said: str, address: str) -> DeliveryRefused | DeliveryPostponed:
    """A recipient is turned down: because of them, of their domain, or because of us?"""
    if _NO_DOMAIN.match(said):
        return DomainDoubted(f"the mail server put it off: {said}", address)
    if code == NO_SERVICE or (code >= FINAL_REPLY and _POLICY.search(said)):
        return turned_away(code, said)
    if _NOBODY.match(said):
        words = f"the mail server refused it: {said}"
        return DeliveryRefused("RefusedByServer", words, gone=(address,))
    return judged(code, said)


def turned_away(code: int, said: str) -> DeliveryPostponed:
    """Our own account is not let through: no debtor is to blame, and whoever runs it must know."""
    if code >= FINAL_REPLY:
        log.error("mail account turned away", code=code)
    return DeliveryPostponed(f"the mail server turns our account away: {said}")


def said_by(error: Exception) -> str:
    """What a mail server said, or what went wrong with it."""
    if isinstance(error, SMTPResponseException):
        return in_words(error.code, error.message)
    return in_words(str(error) or type(error).__name__)


def in_words(*parts: object) -> str:
    """What a stranger said, fit for the record: one line of whole, printable characters."""
    text = " ".join(str(part) for part in parts).encode("utf-8", "surrogateescape")
    return "".join(
        letter if letter.isprintable() else " " for letter in text.decode("utf-8", "replace")
    )[:SAID_CHARACTERS]
