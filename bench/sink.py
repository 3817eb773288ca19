"""Where do the mails of a measurement go? To a plain SMTP server that notes each and keeps none.

It agrees to everything at once, as a mail server nearby does, and speaks PIPELINING (RFC 2920). Of
each message it writes a line of JSON: to whom, its Message-ID, its size, and the words in it that
fit a pattern, so that a measurement can check afterwards what has really left.

Run it as ``python -m bench.sink FILE PORT [PATTERN]``.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from io import TextIOWrapper
from pathlib import Path

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"
_GREETING = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"


class Conversation(asyncio.Protocol):
    """One connection: commands, and then a message, in turn."""

    def __init__(self, notes: TextIOWrapper, pattern: re.Pattern[bytes] | None) -> None:
        self._notes = notes
        self._pattern = pattern
        self._waiting = bytearray()
        self._recipients: list[str] = []
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP server gives
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and take a whole message."""
        self._waiting += data
        while True:
            if self._in_message:
                # A message that is nothing but its end begins with the dot.
                start = max(len(self._waiting) - len(data) - len(_END), 0)
                end = self._waiting.find(_END, start)
                if end < 0:
                    return
                self._note(bytes(self._waiting[:end]))
                del self._waiting[: end + len(_END)]
                self._in_message = False
                self._transport.write(b"250 taken\r\n")
            end = self._waiting.find(b"\r\n")
            if end < 0:
                return
            line = bytes(self._waiting[:end])
            del self._waiting[: end + 2]
            self._answer(line)
            data = bytes(self._waiting)

    def _answer(self, line: bytes) -> None:
        match line[:4].upper():
            case b"EHLO":
                self._transport.write(_GREETING)
            case b"MAIL":
                self._recipients = []
                self._transport.write(b"250 ok\r\n")
            case b"RCPT":
                address = line.partition(b"<")[2].partition(b">")[0]
                self._recipients.append(address.decode("utf-8", "replace"))
                self._transport.write(b"250 ok\r\n")
            case b"DATA":
                self._in_message = True
                self._transport.write(b"354 go ahead\r\n")
            case b"QUIT":
                self._transport.write(b"221 bye\r\n")
                self._transport.close()
            case _:
                self._transport.write(b"250 ok\r\n")

    def _note(self, message: bytes) -> None:
        found = _MESSAGE_ID.search(message)
        words: list[str] = []
        if self._pattern:
            whole = message.replace(b"=\r\n", b"")  # quoted-printable breaks words at line ends
            words = sorted({word.decode() for word in self._pattern.findall(whole)})
        note = {
            "to": self._recipients,
            "id": found.group(1).decode("utf-8", "replace") if found else "",
            "bytes": len(message),
            "words": words,
        }
        self._notes.write(json.dumps(note) + "\n")
        self._notes.flush()


async def serve(file: Path, port: int, pattern: str) -> None:
    """Take mails until asked to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    words = re.compile(pattern.encode()) if pattern else None
    with file.open("a", encoding="utf-8") as notes:
        server = await loop.create_server(lambda: Conversation(notes, words), "127.0.0.1", port)
        async with server:
            await ended.wait()


if __name__ == "__main__":
    file, port, *rest = sys.argv[1:]
    asyncio.run(serve(Path(file), int(port), rest[0] if rest else ""))
