"""What if a mail server talks without end? It is hung up on: after a while, or after too much."""

from __future__ import annotations

import ssl
from contextlib import suppress
from imaplib import IMAP4, IMAP4_SSL
from socket import SHUT_RDWR
from threading import Timer

from imap_tools import MailBox, MailBoxUnencrypted

MESSAGE_BYTES = 10_000_000
"""So much of a message is fetched and kept; what it says stands in front."""

LINES_BYTES = 50_000_000
"""So much may be said in one conversation beside messages; a million UIDs are eight million."""

LINE_BYTES = 100
"""A line counts for so many bytes at least: a short one costs us as much work and room."""

CONVERSATION_SECONDS = 20 * 60.0
"""Each answer has a timeout of its own, which a server that says a letter a second never meets.
Less than a reading may take; what is left is read by the next one."""


class _Bounded(IMAP4):
    """Hangs up on a server that is endless, so that no thread of ours waits for it for ever."""

    def open(self, host: str = "", port: int | None = None, timeout: float | None = None) -> None:
        """Connect; from now on, the conversation may last so long."""
        super().open(host, port or 0, timeout)
        self._said = 0
        self._watch = Timer(CONVERSATION_SECONDS, self._hang_up)
        self._watch.daemon = True
        self._watch.start()

    def read(self, size: int) -> bytes:
        """A literal of so many bytes.

        Raises:
            IMAP4.abort: it is longer than anything that was asked for.
        """
        if size > MESSAGE_BYTES:
            raise self.abort(f"a message of {size} bytes, where {MESSAGE_BYTES} were asked for")
        return super().read(size)

    def readline(self) -> bytes:
        """One line.

        Raises:
            IMAP4.abort: too much has been said.
        """
        line = super().readline()
        self._said += max(len(line), LINE_BYTES)
        if self._said > LINES_BYTES:
            raise self.abort(f"more than {LINES_BYTES} bytes of answers")
        return line

    def shutdown(self) -> None:
        """Hang up."""
        self._watch.cancel()
        super().shutdown()

    def _hang_up(self) -> None:
        """Whoever waits for an answer finds the line broken."""
        with suppress(OSError):
            self.sock.shutdown(SHUT_RDWR)


class _BoundedOverTls(_Bounded, IMAP4_SSL):
    """The same from the first byte on."""


class TlsMailBox(MailBox):
    """A mailbox that is read over TLS.

    Args:
        trusted: checks the server's certificate; the library would not.
    """

    def __init__(self, host: str, port: int, seconds: float, trusted: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=seconds, ssl_context=trusted)

    def _get_mailbox_client(self) -> IMAP4:
        where = self._host, self._port
        return _BoundedOverTls(*where, ssl_context=self._ssl_context, timeout=self._timeout)


class PlainMailBox(MailBoxUnencrypted):
    """A mailbox that is read without TLS, or before it begins."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)

    def _get_mailbox_client(self) -> IMAP4:
        return _Bounded(self._host, self._port, timeout=self._timeout)
