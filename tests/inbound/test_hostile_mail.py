"""Can a message stop the mailbox? Anybody may write to it, and anything may stand in it."""

from __future__ import annotations

import time

import pytest

from domain.inbound_mail import WORDS_CHARACTERS, understand
from domain.inbound_reply import EXCERPT_CHARACTERS, excerpt
from schemas.inbound import InboundKind

HEAD = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
ROBOT = b"From: mailer-daemon@x.example\r\nReturn-Path: <>\r\n\r\n"
BEARABLE_SECONDS = 6.0
"""Some take a second on this machine; the patterns they are made against took minutes."""


def nested(deep: int) -> bytes:
    """A message in a message in a message."""
    parts = (
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(deep)
    )
    return HEAD + b"".join(parts) + b"Content-Type: text/plain\r\n\r\nhi\r\n"


def of(kind: bytes, body: bytes) -> bytes:
    """A message with one part."""
    return HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + body


PLAIN = b"text/plain"
HTML = b"text/html"

ATTACKS: dict[str, bytes] = {
    "parts nested 2,000 deep": nested(2000),
    "parts nested and endless lines": nested(18) + b"\n" * 300_000,
    "a header of 5 MB": b"Subject: " + b"x" * 5_000_000 + b"\r\n\r\nhi",
    "60,000 headers": HEAD + b"X: y\r\n" * 60_000 + b"\r\nhi",
    "a header on 80,000 lines": b"Subject: a\r\n" + b" b\r\n" * 80_000 + b"\r\nhi",
    "encoded words without an end": b"Subject: " + b"=?utf-8?q?=41?= " * 20_000 + b"\r\n\r\nhi",
    "broken encoded words": b"Subject: =?utf-8?b?////=?= =?nope?q?x?= =?utf-8?b?a?=\r\n\r\nhi",
    "a character set that does not exist": of(b"text/plain; charset=nope", b"h\xe9"),
    "a character set that unpacks": of(b"text/plain; charset=zlib_codec", b"h\xe9"),
    "a character set that is slow": of(b"text/plain; charset=punycode", b"a-" * 100_000),
    "nothing but line ends": of(PLAIN, b"\n" * 300_000),
    "the beginning of a quote, again and again": of(PLAIN, b"On " * 100_000),
    "and on many lines": of(PLAIN, (b"On " * 130 + b"\n") * 199),
    "quote marks": of(PLAIN, b"> " * 100_000),
    "tags that never end": of(HTML, b"<a " * 100_000),
    "comments that never end": of(HTML, b"<!--" * 70_000),
    "quotes in quotes": of(HTML, b"<blockquote>" * 30_000),
    "comments in an address": b"From: " + b"((((" * 50_000 + b"\r\n\r\n",
    "50,000 senders": b"From: " + b"a@b.example," * 50_000 + b"\r\n\r\n",
    "50,000 references": b"References: " + b"<a@b.example> " * 50_000 + b"\r\n\r\n",
    "a day that is none": b"Date: Wed, 99 Oct 99999 99:99:99 +9999\r\n\r\n",
    "100,000 parameters in quotes": of(b'text/plain; a="' + b"a;" * 100_000, b"hi"),
    "and in a part": of(
        b"multipart/mixed; boundary=b", b'--b\r\nContent-Type: x/y; a="' + b"a;" * 90_000
    ),
    "parameters on 50,000 lines": of(b'text/plain; a="' + b"a;\r\n " * 50_000, b"hi"),
    "a character set in three pieces": of(b"text/plain; charset*=x'y'utf-8", b"h\xe9"),
    "a character set with a NUL": of(b'text/plain; charset="a\0b"', b"h\xe9"),
    "half of base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"====\n" * 50_000,
    "a robot that stutters": ROBOT + b"user " * 60_000,
    "a robot that lists": ROBOT + b"<a@b.example>\n" * 20_000,
    "nothing": b"",
    "any byte": bytes(range(256)) * 1000,
}


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_no_message_stops_the_mailbox(name: str) -> None:
    """Whatever it holds: an answer, in bearable time and of bearable size."""
    began = time.monotonic()
    mail = understand(ATTACKS[name])
    assert time.monotonic() - began < BEARABLE_SECONDS
    assert isinstance(mail.kind, InboundKind)
    assert len(mail.words) <= WORDS_CHARACTERS
    assert len(excerpt(mail.text)) <= EXCERPT_CHARACTERS
    assert "\x00" not in mail.model_dump_json()
    assert mail.subject.isprintable()


@pytest.mark.parametrize("charset", [b'="a\0b"', b"*=x'y'utf-8", b"*=''%00"])
def test_a_character_set_that_is_none_hides_no_answer(charset: bytes) -> None:
    """An answer stays an answer, and its words are read, whatever they are said to be in."""
    mail = understand(of(b"text/plain; charset" + charset, b"Pay\xe9 hier, F-2026-0117"))
    assert mail.kind is InboundKind.REPLY
    assert "F-2026-0117" in mail.text


def test_what_was_not_looked_at_is_said() -> None:
    """A person who wonders finds that a bound was reached."""
    assert "nested too deeply" in understand(nested(2000)).evidence
    assert "first" in understand(of(PLAIN, b"x" * 400_000)).evidence


def test_a_reader_of_the_task_is_shown_text_only() -> None:
    """Control characters and line ends of an answer do not reach a terminal or a summary."""
    shown = excerpt("One\x1b[31m\r\n\n\u202etwo\n" + "three " * 200)
    assert shown.isprintable()
    assert shown.startswith("One [31m / ")
    assert len(shown) == EXCERPT_CHARACTERS
