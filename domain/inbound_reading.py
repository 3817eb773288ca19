"""What stands in a message? Headers and text of any bytes, in bounded time, never an error.

Whoever knows the address of a mailbox can put anything into it: parts nested a thousand deep,
headers without an end, character sets that do not exist. What is beyond a bound is not looked at.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, HeaderParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

from domain.inbound_html import text_of_html

READ_BYTES = 300_000
"""So much of a message is looked at: its text, and what a server reports, stand in front."""

NESTED_MAX = 20
"""More containers than this are no letter: only the headers are read."""

PARTS_MAX = 50
HEADER_CHARACTERS = 2000
TEXT_CHARACTERS = 100_000
MESSAGE_IDS_MAX = 50

_CONTAINER = re.compile(rb"multipart/|message/(?:rfc822|global|partial)", re.IGNORECASE)
_ABOUT_ITS_FORM = re.compile(
    rb"^content-[a-z-]{1,30}:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_TEXT_CODECS = re.compile(
    r"(utf-?(8|16|32)|ascii|iso8859|cp\d|koi8|gb|big5|shift_jis|euc|iso2022|mac|hz|latin)"
)
_WHO_WROTE_WHAT = ("from", "date", "subject", "message-id")


@dataclass(frozen=True)
class ReadMail:
    """A message as far as it is looked at.

    Attributes:
        message: the parsed tree; only its headers when it is nested too deeply.
        bounded: what was not looked at, in words; empty when all was.
    """

    message: Message
    bounded: str

    def header(self, name: str) -> str:
        """The first header of a name, decoded, on one line; empty when there is none."""
        return decoded(self.message.get(name, ""))

    def addresses(self, *names: str) -> tuple[str, ...]:
        """Addresses of the headers of these names, lower case."""
        headers = [one[:HEADER_CHARACTERS] for name in names for one in self._all(name)]
        try:
            found = getaddresses(headers)
        except RecursionError:  # comments within comments within comments
            return ()
        return tuple(address.lower() for _, address in found if "@" in address)

    def message_ids(self, *names: str) -> tuple[str, ...]:
        """Message-IDs of the headers of these names, in order, each once."""
        found = [one for name in names for one in _MESSAGE_ID.findall(self._one(name))]
        return tuple(dict.fromkeys(found))[:MESSAGE_IDS_MAX]

    def date(self) -> datetime | None:
        """The Date header; None when it is missing or nonsense."""
        try:
            date = parsedate_to_datetime(self._one("Date"))
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return date if date.tzinfo else date.replace(tzinfo=UTC)

    def parts(self) -> Iterator[Message]:
        """The parts of the message itself; not those of a message that it carries."""
        waiting, seen = [self.message], 0
        while waiting and seen < PARTS_MAX:
            part = waiting.pop(0)
            seen += 1
            yield part
            if part.get_content_maintype() == "multipart":
                waiting[:0] = inside(part)

    def text(self) -> str:
        """What a person reads: the first plain text, else the first HTML as text."""
        html = ""
        for part in self.parts():
            if part.get_content_disposition() == "attachment":
                continue
            match part.get_content_type():
                case "text/plain" if text := text_of(part).strip():
                    return text
                case "text/html" if not html:
                    html = text_of_html(text_of(part))
        return html

    def carried(self) -> Iterator[ReadMail]:
        """The headers of messages that this one carries, such as the one that bounced."""
        for part in self.parts():
            kind = part.get_content_type()
            if kind in {"message/rfc822", "message/global"}:
                yield from (ReadMail(one, "") for one in inside(part)[:1])
            elif kind in {"text/rfc822-headers", "message/global-headers"}:
                headers = text_of(part).lstrip()
                yield ReadMail(HeaderParser(policy=compat32).parsestr(headers), "")

    def _one(self, name: str) -> str:
        return str(self.message.get(name, ""))[:HEADER_CHARACTERS]

    def _all(self, name: str) -> list[str]:
        return [str(one) for one in self.message.get_all(name, [])[:10]]


def inside(part: Message) -> list[Message]:
    """The parts of a part; of anything else, its text is not even looked at.

    The library decodes it there and then, and not every name of a character set is one.
    """
    payload = part.get_payload() if part.is_multipart() else []
    return [one for one in payload if isinstance(one, Message)]


def read_mail(raw: bytes) -> ReadMail:
    """Read a message; never raises for what it holds."""
    seen = raw[:READ_BYTES]
    cut = "" if len(raw) <= READ_BYTES else f"only the first {READ_BYTES} bytes were looked at"
    if len(_CONTAINER.findall(seen)) > NESTED_MAX:
        headers = BytesHeaderParser(policy=compat32).parsebytes(seen, headersonly=True)
        return ReadMail(headers, "nested too deeply: only the headers were looked at")
    # The parser takes a minute for a hundred thousand parameters, which no letter has.
    seen = _ABOUT_ITS_FORM.sub(lambda found: found.group(0)[:HEADER_CHARACTERS], seen)
    return ReadMail(message_from_bytes(seen, policy=compat32), cut)


def identity_of(raw: bytes) -> str:
    """SHA-256 of who wrote what: the same when a message comes twice by different ways."""
    headers = BytesHeaderParser(policy=compat32).parsebytes(raw[:READ_BYTES], headersonly=True)
    found = re.search(rb"\r?\n\r?\n", raw)
    digest = hashlib.sha256()
    for name in _WHO_WROTE_WHAT:
        digest.update(str(headers.get(name, "")).encode("utf-8", "replace") + b"\n")
    digest.update(raw[found.end() :].replace(b"\r\n", b"\n") if found else raw)
    return digest.hexdigest()


def decoded(value: object) -> str:
    """A header's value, its encoded words decoded, on one printable line."""
    text = str(value)[:HEADER_CHARACTERS]
    try:
        pieces = decode_header(text)
    except (MessageError, ValueError):  # a broken encoded word stays as it is
        pieces = [(text, None)]
    words = [
        piece if isinstance(piece, str) else in_charset(piece, charset or "utf-8")
        for piece, charset in pieces
    ]
    return " ".join(re.sub(r"[^\S ]+|[\x00-\x1f\x7f]", " ", "".join(words)).split())


def text_of(part: Message) -> str:
    """The text of a part, in whatever character set it says, or lies about."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return in_charset(payload, str(part.get_param("charset") or "utf-8"))[:TEXT_CHARACTERS]


def in_charset(content: bytes, charset: str) -> str:
    """Bytes as text; UTF-8, and where that fails Windows-1252, if the character set is unknown."""
    try:
        name = codecs.lookup(charset.strip(" '\"")).name
    except (LookupError, ValueError, TypeError):
        name = ""
    if not _TEXT_CODECS.match(name):
        name = "utf-8"
    if name == "utf-8":
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content.decode("cp1252", "replace")
    return content.decode(name, "replace")
