"""What may a mail server do? One that says at each stage what a test has it say."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

SILENCE = b""
"""Say nothing, and keep the line open."""

HANG_UP = b"-"
"""Say nothing, and drop the line."""

MESSAGE_BYTES = 32 * 1024 * 1024
"""The longest message that one takes in."""

GOOD = {
    "CONNECT": b"220 ready",
    "EHLO": b"250-here\r\n250 8BITMIME",
    "STARTTLS": b"220 go ahead",
    "AUTH": b"235 welcome",
    "MAIL": b"250 ok",
    "RCPT": b"250 ok",
    "DATA": b"354 go ahead",
    "MESSAGE": b"250 kept",
    "RSET": b"250 ok",
    "NOOP": b"250 ok",
    "QUIT": b"221 bye",
}


@dataclass
class Server:
    """A mail server for one test.

    Attributes:
        says: the answer at each stage, without its line end.
        messages: what it got to the final dot, accepted or not.
        connections: how many were opened so far.
        at_once_max: how many messages were under way at one time, at most.
        pause: seconds before each answer.
    """

    port: int = 0
    says: dict[str, bytes] = field(default_factory=lambda: dict(GOOD))
    messages: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    at_once: int = 0
    at_once_max: int = 0
    pause: float = 0
    tls: ssl.SSLContext | None = None
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def hang_up(self) -> None:
        """Drop every line."""
        for writer in self.writers:
            writer.transport.abort()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self.writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if await self._answer("CONNECT", writer):
                await self._listen(reader, writer)
        self.writers.discard(writer)
        writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            verb = line.split()[0].decode().upper()
            self.heard[verb] += 1
            if verb == "RCPT":
                self.recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
            if not await self._answer(verb, writer):
                return
            if verb == "QUIT":
                return
            if verb == "STARTTLS" and self.tls is not None:
                await writer.start_tls(self.tls)
            if verb == "DATA" and self.says["DATA"].startswith(b"354"):
                self.at_once += 1
                self.at_once_max = max(self.at_once_max, self.at_once)
                try:
                    self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
                    if not await self._answer("MESSAGE", writer):
                        return
                finally:
                    self.at_once -= 1

    async def _answer(self, stage: str, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(self.pause)
        answer = self.says.get(stage, b"502 never heard of it")
        if answer == HANG_UP:
            return False
        if answer != SILENCE:
            writer.write(answer + b"\r\n")
            await writer.drain()
        return True


def by_name(server: Server, says: Callable[[str], bytes]) -> None:
    """Have a server answer each recipient by their address."""
    answer = server._answer

    async def answered(stage: str, writer: asyncio.StreamWriter) -> bool:
        if stage == "RCPT":
            server.says["RCPT"] = says(server.recipients[-1])
        return await answer(stage, writer)

    server._answer = answered  # type: ignore[method-assign] # of this one server


@contextlib.asynccontextmanager
async def smtp_server(
    *, tls: ssl.SSLContext | None = None, from_the_start: bool = False
) -> AsyncIterator[Server]:
    """Serve while the block runs.

    Args:
        tls: with which STARTTLS is answered.
        from_the_start: speak TLS from the first byte instead.
    """
    state = Server(tls=tls)
    server = await asyncio.start_server(
        state.converse,
        "127.0.0.1",
        0,
        ssl=tls if from_the_start else None,
        limit=MESSAGE_BYTES,
    )
    state.port = server.sockets[0].getsockname()[1]
    if tls is not None and not from_the_start:
        state.says["EHLO"] = b"250-here\r\n250 STARTTLS"
    try:
        yield state
    finally:
        server.close()
        state.hang_up()
        await server.wait_closed()
        await asyncio.sleep(0)  # Let the transports close before their loop does.
