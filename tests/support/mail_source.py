"""What lies in a mailbox? Whatever a test puts there; read as an IMAP server would have it read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from activities.imap_mailbox import InboxUnreachable
from store.facts import UntoldFact


@dataclass
class FakeMailbox:
    """A mailbox with messages by UID.

    Attributes:
        validity: its UIDVALIDITY.
        fetched: how often a message was fetched.
        creditors: about whose invoices its messages may be; empty for anybody's.
        fails_at: a UID that cannot be fetched, as when the line drops there.
    """

    name: str = "relance@mail.example/INBOX"
    validity: int = 1
    messages: dict[int, bytes] = field(default_factory=dict)
    fetched: list[int] = field(default_factory=list)
    since: list[date | None] = field(default_factory=list)
    fails_at: int = 0
    creditors: tuple[str, ...] = ()

    def put(self, raw: bytes) -> int:
        """Let a message arrive; its UID."""
        uid = max(self.messages, default=0) + 1
        self.messages[uid] = raw
        return uid

    def renumber(self) -> None:
        """As after a restore of the server: new numbers, in another order, a new UIDVALIDITY."""
        self.validity += 1
        raws = list(self.messages.values())[::-1]
        self.messages = dict(enumerate(raws, start=100))

    def open(self) -> int:
        """Its UIDVALIDITY."""
        return self.validity

    def uids(self, after: int, since: date | None) -> list[int]:
        """The UIDs beyond one."""
        self.since.append(since)
        return sorted(uid for uid in self.messages if uid > after)

    def fetch(self, uid: int) -> bytes | None:
        """One, if it is there."""
        if uid == self.fails_at:
            raise InboxUnreachable("the line dropped")
        self.fetched.append(uid)
        return self.messages.get(uid)

    def close(self) -> None:
        """Nothing to end."""


class Listening:
    """Hears what cases would be told."""

    def __init__(self) -> None:
        self.heard: list[UntoldFact] = []

    async def tell(self, waiting: Sequence[UntoldFact]) -> list[bool]:
        """Remember them."""
        self.heard += waiting
        return [True] * len(waiting)
