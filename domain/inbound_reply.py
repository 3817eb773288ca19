"""What does an answer say? Its own words, without what it quotes."""

from __future__ import annotations

import re

from mailparser_reply import EmailReplyParser

LINES_MAX = 200
LINE_CHARACTERS = 400
"""Bounds of what is looked at: the patterns of the library are slow on what nobody writes."""

EXCERPT_LINES = 4
EXCERPT_CHARACTERS = 280

LANGUAGES = ["fr", "de", "en", "es", "it", "nl"]

_QUOTED = re.compile(r"\s*>")
_WROTE = re.compile(
    r"(?:(?:le|on|am|el|il|op)\s.{0,250}|.{0,200}<[^<>]{1,100}>.{0,60})"
    r"(?:a écrit|wrote|schrieb|escribió|ha scritto|schreef).{0,100}:\s*",
    re.IGNORECASE | re.DOTALL,
)
_DIVIDER = re.compile(
    r"[\s*>_-]*(?:message (?:d'origine|original|transféré)|original message|forwarded message"
    r"|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht)[\s*:_-]*",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\*?(?:de|from|von|da|van)\s?\*?\s?:\s?\*?\s?\S.*", re.IGNORECASE)
_SECOND_HEADER = re.compile(
    r"\*?(?:envoyé|date|sent|gesendet|datum|à|to|an|objet|subject|betreff|inviato|verzonden)"
    r"(?: le)?\s?\*?\s?:.*",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_=-]{10,}")


def own_words(text: str) -> str:
    """What the sender wrote themselves; all of it when nothing seems quoted.

    Text under a quote counts, as that of people who answer point by point does.

    Args:
        text: the whole plain text of a message.
    """
    lines = _bounded(text)
    kept = _without_attribution(_before_divider(lines))
    answer = "\n".join(line for line in kept if not _QUOTED.match(line)).strip()
    if not answer:
        return ""
    return str(EmailReplyParser(languages=LANGUAGES).read(answer).latest_reply or answer).strip()


def excerpt(text: str) -> str:
    """The first lines of an answer, for a task: at most 280 characters on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    words = " / ".join(lines[:EXCERPT_LINES])
    shown = "".join(letter if letter.isprintable() else " " for letter in words)
    if len(shown) <= EXCERPT_CHARACTERS:
        return shown
    return f"{shown[: EXCERPT_CHARACTERS - 1]}…"


def _bounded(text: str) -> list[str]:
    """Lines of bearable length; one empty line between two paragraphs is enough."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\xa0", " ").split("\n"):
        short = line[:LINE_CHARACTERS].rstrip()
        if short or (lines and lines[-1]):
            lines.append(short)
        if len(lines) == LINES_MAX:
            break
    return lines


def _before_divider(lines: list[str]) -> list[str]:
    """What stands above ``-----Original Message-----`` or above the block of headers."""
    for number, line in enumerate(lines):
        following = next((one for one in lines[number + 1 : number + 4] if one), "")
        is_block = _HEADER.fullmatch(line.strip()) and _SECOND_HEADER.fullmatch(following.strip())
        if _DIVIDER.fullmatch(line) or is_block:
            above = lines[:number]
            while above and (not above[-1] or _RULE.fullmatch(above[-1].strip())):
                above.pop()
            return above
    return lines


def _without_attribution(lines: list[str]) -> list[str]:
    """Drop ``Le … a écrit :`` above a quote, also where it was broken into two or three lines."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        kept.append(line)
        following = next((one for one in lines[number + 1 : number + 3] if one), "")
        if _QUOTED.match(line) or not _QUOTED.match(following):
            continue
        for length in (1, 2, 3):
            if _WROTE.fullmatch(" ".join(kept[-length:])):
                del kept[-length:]
                break
    return kept
