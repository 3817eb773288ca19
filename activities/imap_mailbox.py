"""How is a mailbox read? By IMAP, without changing anything in it, never for longer than agreed."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from imaplib import IMAP4

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from activities.imap_client import MESSAGE_BYTES, PlainMailBox, TlsMailBox
from schemas.base import Frozen
from schemas.mail_server import InboxSecurity

NUMBERS_BELOW = 2**32
"""RFC 3501, 2.3.1.1: a UID, and the validity of UIDs, have 32 bits."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


TROUBLES = (OSError, IMAP4.error, ImapToolsError, ValueError)
"""What a conversation with a mail server may end in, an answer that nobody can read included."""


class InboxUnreachable(OSError):  # noqa: N818 - the name says the condition
    """The mail server does not answer, or answers with no; the password is never repeated."""


class InboxAccount(Frozen):
    """Where a mailbox is, and as whom it is read.

    Attributes:
        timeout_seconds: for the connection and for each answer.
        creditors: whose files name it; what lies in it is about their invoices alone. Empty for the
            house's, which may be about anybody's.
    """

    host: str
    port: int = 993
    security: InboxSecurity = InboxSecurity.TLS
    username: str = ""
    password: str = ""
    folder: str = "INBOX"
    timeout_seconds: float = 30
    creditors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Names the mailbox in our records: who, where, which folder."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


class ImapMailbox:
    """One conversation with the server of a mailbox; every call blocks.

    Attributes:
        name: of the account.
        creditors: about whose invoices its messages may be; empty for anybody's.
    """

    def __init__(self, account: InboxAccount) -> None:
        self._account = account
        self._box: BaseMailBox | None = None
        self.name, self.creditors = account.name, account.creditors

    def open(self) -> int:
        """Connect, log in and choose the folder, read-only.

        Returns:
            The UIDVALIDITY of the folder (RFC 3501, 2.3.1.1).

        Raises:
            InboxUnreachable: the server cannot be reached, is not trusted, or says no.
        """
        account = self._account
        try:
            self._box = _connected(account)
            self._box.login(account.username, account.password, initial_folder=None)
            self._box.folder.set(account.folder, readonly=True)
            validity = self._box.client.response("UIDVALIDITY")[1]
        except MailboxLoginError as error:
            raise InboxUnreachable(f"{account.host} refuses {account.username!r}") from error
        except TROUBLES as error:
            words = f"cannot read {account.folder} at {account.host}:{account.port}: {error}"
            raise InboxUnreachable(words[:300]) from error
        if not validity or validity[0] is None or not bytes(validity[0]).isdigit():
            raise InboxUnreachable(f"{account.host} names no UIDVALIDITY of {account.folder}")
        return _number(int(validity[0]))

    def uids(self, after: int, since: date | None) -> list[int]:
        """UIDs greater than one, ascending; only of messages that came in since a day."""
        criteria = f"UID {after + 1}:*"
        if since is not None:
            criteria += f" SINCE {since.day}-{MONTHS[since.month - 1]}-{since.year}"
        with _answers():
            found = [_number(int(uid)) for uid in self._opened().uids(criteria, charset=None)]
        # RFC 3501, 6.4.8: `n:*` always holds the last message, also when its UID is below n.
        return sorted(uid for uid in found if uid > after)

    def fetch(self, uid: int) -> bytes | None:
        """A message by its UID, unmarked; None when it has been deleted meanwhile.

        Raises:
            InboxUnreachable: the server will not show it, which does not mean that it is gone.
        """
        with _answers():
            said, parts = self._opened().client.uid(
                "FETCH", str(uid), f"(BODY.PEEK[]<0.{MESSAGE_BYTES}>)"
            )
        if said != "OK":
            raise InboxUnreachable(f"the mail server does not show message {uid}: {parts}"[:300])
        # A server may put news about flags beside the answer, which is the pair.
        return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)

    def close(self) -> None:
        """Say good-bye, if there is anybody."""
        if self._box is None:
            return
        try:
            self._box.logout()
        except TROUBLES:
            self._box.client.shutdown()
        self._box = None

    def _opened(self) -> BaseMailBox:
        if self._box is None:
            raise InboxUnreachable("the mailbox is not open")
        return self._box


def _number(said: int) -> int:
    if not 0 < said < NUMBERS_BELOW:
        raise InboxUnreachable(f"the mail server numbers by {str(said)[:40]}, beyond 32 bits")
    return said


@contextmanager
def _answers() -> Iterator[None]:
    """Whatever goes wrong in a conversation is one thing: the server cannot be read now."""
    try:
        yield
    except TROUBLES as error:
        raise InboxUnreachable(f"the mail server stopped answering: {error}"[:300]) from error


def _connected(account: InboxAccount) -> BaseMailBox:
    """The library leaves certificates unchecked unless it is given a context that checks them."""
    seconds = account.timeout_seconds
    match account.security:
        case InboxSecurity.TLS:
            trusted = ssl.create_default_context()
            return TlsMailBox(account.host, account.port, seconds, trusted)
        case InboxSecurity.STARTTLS:
            box = PlainMailBox(account.host, account.port, seconds)
            try:
                box.client.starttls(ssl.create_default_context())
            except BaseException:
                box.client.shutdown()
                raise
            return box
        case InboxSecurity.NONE:
            return PlainMailBox(account.host, account.port, seconds)
