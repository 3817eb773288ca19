"""What came back? A message that somebody, or somebody's mail server, sent to us."""

from __future__ import annotations

from enum import StrEnum

from schemas.base import Frozen, Instant, Text


class InboundKind(StrEnum):
    """What an inbound message is."""

    BOUNCE = "bounce"
    DELAY = "delay"
    REPLY = "reply"
    OUT_OF_OFFICE = "out-of-office"
    RECEIPT = "receipt"
    OTHER = "other"


class Failing(StrEnum):
    """What a mail server says of a recipient it did not deliver to.

    ``bad address``: nobody is there, and nobody will be. ``not delivered``: it has given up, for a
    reason that is not the address (a full mailbox, a policy, a size). ``later``: it still tries.
    """

    BAD_ADDRESS = "bad address"
    NOT_DELIVERED = "not delivered"
    LATER = "later"


class FailedRecipient(Frozen):
    """One recipient that a bounce is about.

    Attributes:
        address: as the reporting server names it; lower case; may be empty.
        status: enhanced status code of RFC 3463, such as ``5.1.1``; empty when none was given.
        said: what the server said, one line.
    """

    address: Text = ""
    failing: Failing = Failing.NOT_DELIVERED
    status: Text = ""
    said: Text = ""


class InboundMail(Frozen):
    """An inbound message, understood.

    Attributes:
        evidence: why it is taken for what it is, for people.
        identity: SHA-256 of what the sender wrote, whatever way it took: hexadecimal.
        message_id: its own, with angle brackets; empty when it has none.
        refers_to: Message-IDs that it names, the nearest first.
        contacts: references of our contacts that it names, the nearest first.
        sender: address, lower case.
        words: subject and text, for finding references in.
        text: what the sender wrote, without what they quote.
        failures: whom a bounce is about.
    """

    kind: InboundKind
    evidence: Text
    identity: str
    message_id: Text = ""
    refers_to: tuple[Text, ...] = ()
    contacts: tuple[str, ...] = ()
    sender: Text = ""
    subject: Text = ""
    date: Instant | None = None
    words: Text = ""
    text: Text = ""
    failures: tuple[FailedRecipient, ...] = ()
