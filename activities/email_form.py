"""How do headers and parts become bytes? As the library writes them, each known piece only once.

The library takes every header apart before it writes it, and writes a body line by line: that was
five sixths of the time that a message takes, and nine of ten headers are those of the one before.
"""

from __future__ import annotations

import binascii
from email import quoprimime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from functools import lru_cache
from typing import Any

LINE_CHARACTERS_MAX = 78
"""RFC 5322, 2.1.1: what a header's line should not exceed."""

LINE_BYTES = 57
"""Of content in a line of base64, which makes 76 characters of them (RFC 2045, 6.8)."""

REMEMBERED = 256
"""How many headers are remembered, as they stand in memory and as they are written."""

Named = tuple[str, str, str]
"""An address as its shown name, what stands left of the at sign, and the domain."""


class _MessageIds(UnstructuredHeader):
    """Message-IDs, one a line: the library would break a long one up into encoded words."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        ids = f"{policy.linesep} ".join(str(self).split())
        return f"{self.name}: {ids}{policy.linesep}"


class _Headers(HeaderRegistry):
    """The library's kinds of headers; it would make a class anew for each header that it reads."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> Any:
        """The class of the headers of a name."""
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


_HEADERS = _Headers()
for _name in ("references", "in-reply-to", "message-id"):
    _HEADERS.map_to_type(_name, _MessageIds)  # type: ignore[arg-type] # it gives them its own base


class _Lines(EmailPolicy):
    """As the library writes headers, but none is taken apart twice.

    A short line of ASCII need not be taken apart to be folded.
    """

    def header_max_count(self, name: str) -> int | None:
        """How often a header may stand in a message; None for as often as one likes."""
        return _max_count(self, name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """A header as it is kept in the message."""
        if type(value) is str:
            return _understood(self, name, value)
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header with its line end."""
        line = f"{name}: {value}"
        if len(line) <= LINE_CHARACTERS_MAX and line.isascii() and line.isprintable():
            return f"{line}\r\n".encode()
        return _folded(self, name, value)


@lru_cache(maxsize=64)
def _max_count(policy: EmailPolicy, name: str) -> int | None:
    return EmailPolicy.header_max_count(policy, name)


@lru_cache(maxsize=REMEMBERED)
def _understood(policy: EmailPolicy, name: str, value: str) -> tuple[str, Any]:
    return EmailPolicy.header_store_parse(policy, name, value)


@lru_cache(maxsize=REMEMBERED)
def _folded(policy: EmailPolicy, name: str, value: str) -> bytes:
    return EmailPolicy.fold_binary(policy, name, value)


IN_ASCII = _Lines(linesep="\r\n", header_factory=_HEADERS)
IN_UTF8 = IN_ASCII.clone(utf8=True)


@lru_cache(maxsize=REMEMBERED)
def addressed(policy: Any, header: str, to: tuple[Named, ...]) -> Any:
    """A header of addresses: as they are given, not as they would be read again."""
    return policy.header_factory(header, [Address(*one) for one in to])


class Form(EmailMessage):
    """A message or a part of one, whose content is all ASCII by now."""

    def as_bytes(self, unixfrom: bool = False, policy: Any = None) -> bytes:  # noqa: FBT001, FBT002 - as the library has it
        """The bytes on the wire, those that the library would write."""
        if unixfrom or policy is not None:
            return super().as_bytes(unixfrom, policy)
        head = [self.policy.fold_binary(name, value) for name, value in self.raw_items()]
        return b"".join([*head, b"\r\n", self._body()])

    def _body(self) -> bytes:
        if not self.is_multipart():
            return str(self.get_payload()).replace("\n", "\r\n").encode("ascii")
        mark = f"--{self.get_boundary()}".encode("ascii")
        parts = b"".join(b"%b\r\n%b\r\n" % (mark, part.as_bytes()) for part in self.iter_parts())
        return b"%b%b--\r\n" % (parts, mark)


def text_part(policy: Policy[Any], text: str) -> Form:
    """Plain text, in which a person can read most of the bytes (RFC 2045, 6.7)."""
    part = Form(policy=policy)
    part["Content-Type"] = 'text/plain; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = b"\n".join(text.encode().splitlines()) + b"\n"
    part.set_payload(quoprimime.body_encode(lines.decode("latin-1"), LINE_CHARACTERS_MAX))
    return part


def html_part(policy: Policy[Any], html: str) -> Form:
    """HTML, in lines of base64."""
    part = Form(policy=policy)
    part["Content-Type"] = 'text/html; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "base64"
    part["MIME-Version"] = "1.0"
    content = b"\r\n".join(html.encode().splitlines()) + b"\r\n"
    starts = range(0, len(content), LINE_BYTES)
    lines = [binascii.b2a_base64(content[at : at + LINE_BYTES]) for at in starts]
    part.set_payload(b"".join(lines).decode("ascii"))
    return part
