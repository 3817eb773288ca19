"""What does an answer say? Its own words, without what it quotes."""

from __future__ import annotations

import re
from itertools import product

from mailparser_reply import EmailReplyParser

LINES_MAX = 200
LINE_CHARACTERS = 400
"""Bounds of what is looked at: the patterns of the library are slow on what nobody writes."""

EXCERPT_LINES = 4
EXCERPT_CHARACTERS = 280

LANGUAGES = ["fr", "de", "en", "es", "it", "nl"]

_QUOTED = re.compile(r"\s*>")
_VERB = (
    r"(?:a écrit|wrote|schrieb|escribió|ha scritto|schreef|escreveu|napisał(?:\(a\)|a)?)"
    r".{0,100}:\s*"
)
_ON_A_DAY = re.compile(
    r"(?:le|on|am|el|il|op|em|dnia|w dniu)\s.{0,250}" + _VERB, re.IGNORECASE | re.DOTALL
)
_SOMEBODY = re.compile(r".{0,200}<[^<>]{1,100}>.{0,60}" + _VERB, re.IGNORECASE | re.DOTALL)
_DIVIDER = re.compile(
    r"[\s*>_-]*(?:message (?:d'origine|original|transféré)|original message|forwarded message"
    r"|ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht"
    r"|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)"
    r"|(?:oorspronkelijk|doorgestuurd) bericht|mensagem (?:original|encaminhada)"
    r"|(?:wiadomość oryginalna|oryginalna wiadomość))[\s*:_-]*",
    re.IGNORECASE,
)
_HEADERS = {
    "from": "de|from|von|da|van|od|expéditeur|absender|remitente|mittente|afzender|nadawca",
    "sent": "envoyé(?: le)?|date|sent|gesendet(?: am)?|datum|enviado(?: el)?|fecha|inviato|data"
    "|verzonden|enviad[ao](?: em)?|wysłano|wysłane",
    "to": "à|to|an|para|a|aan|do",
    "copy": "cc|copie|kopie|copia|dw|cópia",
    "subject": "objet|subject|betreff|asunto|oggetto|onderwerp|assunto|temat",
}
"""What programs write above the message that is quoted, in the languages of Europe."""

_HEADER = re.compile(
    r"\*?(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _HEADERS.items()) + r")"
    r"\s?\*?\s?:\s?\*?\s*(?P<value>\S.*)?",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"\d.*\d{2}")
HEADERS_MIN = 3
"""So many different ones stand in a row above a quote; two lines may be somebody's own words."""

HEADER_LINES = 10
_RULE = re.compile(r"[_=-]{10,}")


def own_words(text: str) -> str:
    """What the sender wrote themselves; all of it when nothing seems quoted, or everything does.

    Text under a quote counts, as that of people who answer point by point does.

    Args:
        text: the whole plain text of a message.
    """
    lines = _bounded(text)
    kept = _without_attribution(_before_divider(lines))
    answer = "\n".join(line for line in kept if not _QUOTED.match(line)).strip()
    if not answer:
        return "\n".join(lines).strip()
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
        if _DIVIDER.fullmatch(line) or _is_header_block(lines[number:]):
            above = lines[:number]
            while above and (not above[-1] or _RULE.fullmatch(above[-1].strip())):
                above.pop()
            return above
    return lines


def _is_header_block(lines: list[str]) -> bool:
    """Whether the headers of a quoted message begin here: several in a row, with likely values.

    Somebody may begin a sentence with “De :” and the next with “Date:”; no program leaves it at
    that, nor writes a date without figures.
    """
    first = _HEADER.fullmatch(lines[0].strip())
    if first is None or first["from"] is None:
        return False
    found: dict[str, str] = {}
    for line in (one for one in lines[:HEADER_LINES] if one):
        header = _HEADER.fullmatch(line.strip())
        if header is None:
            # A long list of recipients goes on in the next line.
            if "@" in line or line.startswith((" ", "\t")):
                continue
            break
        name = next(name for name in _HEADERS if header[name] is not None)
        found.setdefault(name, header["value"] or "")
    is_likely = _MOMENT.search(found["sent"]) if "sent" in found else "@" in found["from"]
    return len(found) >= HEADERS_MIN and bool(is_likely)


def _without_attribution(lines: list[str]) -> list[str]:
    """Drop ``Le … a écrit :`` above a quote, also where it was broken into two or three lines."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        kept.append(line)
        following = next((one for one in lines[number + 1 : number + 3] if one), "")
        if _QUOTED.match(line) or not _QUOTED.match(following):
            continue
        # One that begins with its day is whole; one that does not may be the end of a longer one.
        for shape, length in product((_ON_A_DAY, _SOMEBODY), (1, 2, 3)):
            if shape.fullmatch(" ".join(kept[-length:])):
                del kept[-length:]
                break
    return kept
