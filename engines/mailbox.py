"""Where does e-mail go on a laptop? To an SMTP server that keeps it as files, to be looked at.

It speaks real SMTP and says 250 only after the message is on the disk. Four local parts of an
address (before a ``+``) let the failing paths be seen:

===============  ================================================================================
``refused``      the recipient is refused for good (550), as a mailbox that does not exist
``later``        refused for now (451) as often as ``later_times`` says, then accepted
``unanswered``   the message is kept, then the line drops before the answer: the sender cannot know
``vanished``     the line drops as well, and nothing is kept: to the sender it looks the same
===============  ================================================================================
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import itertools
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

SIZE_BYTES_MAX = 25 * 1024 * 1024
"""Larger messages are refused (552), as most providers do around this size."""

LATER_TIMES = 2
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Received:
    """A message that was kept.

    Attributes:
        path: of the ``.eml`` file; the order of names is the order of arrival.
        message: with the trace headers ``Return-Path`` and ``X-Envelope-To`` in front.
    """

    path: Path
    message: EmailMessage

    @property
    def sender(self) -> str:
        """The envelope's sender, to whom a bounce would go."""
        return str(self.message["Return-Path"] or "").strip("<>")

    @property
    def recipients(self) -> tuple[str, ...]:
        """The envelope's recipients: who really got it, whatever the headers say."""
        return tuple(str(header) for header in self.message.get_all("X-Envelope-To", []))


@dataclass(frozen=True)
class Mailbox:
    """A mailbox that is open."""

    folder: Path
    host: str
    port: int

    def received(self) -> list[Received]:
        """Return what was kept so far, oldest first."""
        return received(self.folder)


def received(folder: Path, but: Collection[Path] = ()) -> list[Received]:
    """Return the messages kept in a folder, oldest first; none when it does not exist.

    Args:
        folder: of the mailbox.
        but: files to leave out, because they have been read before.
    """
    kept = []
    for path in sorted(set(folder.glob("*.eml")) - set(but)):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        kept.append(Received(path, message))
    return kept


@contextlib.asynccontextmanager
async def mailbox(
    folder: Path,
    *,
    host: str = HOST,
    port: int = 0,
    later_times: int = LATER_TIMES,
    size_bytes_max: int = SIZE_BYTES_MAX,
    smtputf8: bool = True,
) -> AsyncIterator[Mailbox]:
    """Keep e-mail while the block runs.

    Args:
        folder: where the messages go; made, for this user only, if it is missing.
        host: to listen on.
        port: to listen on; 0 takes any that is free.
        later_times: how often each ``later@…`` is refused before it is accepted.
        size_bytes_max: of one message.
        smtputf8: take addresses with letters beyond ASCII (RFC 6531).

    Raises:
        OSError: the port is taken, or the folder cannot be written.
    """
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    keeper = _Keeper(folder, later_times)
    conversations: set[_Conversation] = set()

    def answer() -> _Conversation:
        return _Conversation(
            conversations,
            keeper,
            data_size_limit=size_bytes_max,
            enable_SMTPUTF8=smtputf8,
            hostname="relance.localhost",
            ident="Relance mailbox",
            loop=loop,
        )

    server = await loop.create_server(answer, host, port)
    try:
        yield Mailbox(folder, host, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for conversation in list(conversations):
            conversation.hang_up()
        await server.wait_closed()
        await asyncio.sleep(0)  # let the transports close before their loop does


class _Conversation(SMTP):
    """One connection, which can be ended from outside."""

    def __init__(self, others: set[_Conversation], handler: _Keeper, **settings: Any) -> None:
        super().__init__(handler, **settings)
        self._others = others

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._others.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._others.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Drop the line without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class _Keeper:
    """Decides about recipients and keeps messages; aiosmtpd calls it by these method names."""

    def __init__(self, folder: Path, later_times: int) -> None:
        self._folder = folder
        self._later_times = later_times
        self._refused_for_now: Counter[str] = Counter()
        self._order = itertools.count()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and signature
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        match _local_part(address):
            case "refused":
                return "550 5.1.1 no such mailbox (this one always refuses)"
            case "later" if self._refused_for_now[address] < self._later_times:
                self._refused_for_now[address] += 1
                return "451 4.2.1 mailbox busy, try again later (this one says so a few times)"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if any(_local_part(address) == "vanished" for address in envelope.rcpt_tos):
            server.hang_up()
            return "451 4.3.0 nobody hears this"
        content: bytes = envelope.content
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S.%fZ}-{next(self._order):06d}-{_digest(content)}.eml"
        headers = [("Return-Path", f"<{envelope.mail_from}>")]
        headers += [("X-Envelope-To", address) for address in envelope.rcpt_tos]
        headers += [
            ("Received", f"from {session.host_name} by Relance; {now:%d %b %Y %H:%M:%S +0000}")
        ]
        trace = "".join(f"{field}: {_one_line(value)}\r\n" for field, value in headers)
        try:
            await asyncio.to_thread(_keep, self._folder / name, trace.encode() + content)
        except OSError as error:
            return f"451 4.3.0 the message could not be kept: {error.strerror}"
        if any(_local_part(address) == "unanswered" for address in envelope.rcpt_tos):
            server.hang_up()
        return f"250 2.0.0 kept as {name}"


def _keep(path: Path, content: bytes) -> None:
    """Put a file in its place so that a crash leaves all of it or nothing."""
    half = path.with_name(f".{path.name}.half")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else the name, unlike the content, may not survive
    finally:
        os.close(folder)


def _local_part(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[0].lower()


def _digest(content: bytes) -> str:
    """Return a short name of the Message-ID, or of everything where there is none."""
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(content, headersonly=True)
    identity = str(headers["Message-ID"]).encode() if headers["Message-ID"] else content
    return hashlib.sha256(identity).hexdigest()[:12]


def _one_line(value: str) -> str:
    return "".join(letter for letter in value if letter.isprintable())


async def _serve(folder: Path, host: str, port: int, later_times: int) -> None:
    """Keep e-mail until asked to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with mailbox(folder, host=host, port=port, later_times=later_times) as box:
        sys.stdout.write(f"keeping e-mail for {box.host}:{box.port} in {box.folder}\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    """Run the mailbox as a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m engines.mailbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where messages are kept")
    parser.add_argument("--host", default=HOST, help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=1025, help="0 for any (%(default)s)")
    parser.add_argument("--later-times", type=int, default=LATER_TIMES, help="see above")
    asked = parser.parse_args()
    try:
        asyncio.run(_serve(asked.folder, asked.host, asked.port, asked.later_times))
    except OSError as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
