"""What would a mail load when it is read? Nothing may be: who loads a picture is being watched.

A mail may carry links that a reader chooses to follow, and pictures of its own (``data:``,
``cid:``). Everything that a mail program would fetch by itself tells somebody who read what, when
and where; it is found in the HTML as it leaves, wherever it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

DEPTH_MAX = 4
"""Comments in comments: what Outlook reads in them counts, too."""

_LOADING = frozenset(
    {
        *("archive", "background", "classid", "code", "codebase", "data", "dynsrc", "icon"),
        *("imagesrcset", "lowsrc", "manifest", "ping", "poster", "src", "srcdoc", "srcset"),
    }
)
"""Attributes whose value is fetched; ``ping`` tells of a click."""

_WORDS = frozenset({"alt", "content", "href", "title"})
"""Attributes that are read by people, or looked at by themselves; no style stands in them."""

_CHOSEN = frozenset({"a", "area"})
"""Elements whose ``href`` a reader follows or not; that of any other is fetched."""

_OWN = re.compile(r"\s*(?:data:(?:image|font)/|cid:|#|$)", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_CSS_LOADS = re.compile(
    r"url\(\s*[\"']?(?P<url>[^)\"']*)|@import\s*[\"']?(?P<sheet>[^;\"']*)"
    r"|(?:image-set|cross-fade|image|src)\(\s*[\"'](?P<image>[^\"']*)"
    r"|[\"'](?P<quoted>\s*(?:https?:)?//[^\"']*)",
    re.IGNORECASE,
)
_SIGNS = ("url", "@import", "image-set", "cross-fade", "refresh", "href", "&#", "\\")
_ENDINGS = tuple(_LOADING)


def remote_resources(markup: str) -> list[str]:
    """What an HTML mail would load from elsewhere, each thing as it is written, once.

    Args:
        markup: the whole HTML, as it leaves.

    Returns:
        Such as ``<img src=https://elsewhere.example/pixel.gif>``; empty when it loads nothing.
    """
    # To parse a mail takes as long as to fill it in: most can be seen to have nothing that loads.
    lowered = markup.lower()
    named = lowered.split("=")[:-1]  # What stands before a sign of equality may be such a name.
    if not any(sign in lowered for sign in _SIGNS) and not any(
        words.rstrip().endswith(_ENDINGS) for words in named
    ):
        return []
    return list(dict.fromkeys(_Reader(0).read(markup)))


class _Reader(HTMLParser):
    def __init__(self, depth: int) -> None:
        super().__init__(convert_charrefs=True)
        self._depth = depth
        self._in_style = False
        self._found: list[str] = []

    def read(self, markup: str) -> list[str]:
        self.feed(markup)
        self.close()
        return self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        refreshes = tag == "meta" and any(
            name == "http-equiv" and (value or "").strip().lower() == "refresh"
            for name, value in attrs
        )
        for name, value in attrs:
            if value is None:
                continue
            if _loads(tag, name, value, refreshes=refreshes):
                self._found.append(f"<{tag} {name}={value.strip()}>")
            elif name not in _WORDS:
                self._found += _in_css(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._in_style = False

    def handle_endtag(self, _tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._found += _in_css(data)

    def handle_comment(self, data: str) -> None:
        self._inside(data)

    def unknown_decl(self, data: str) -> None:
        self._inside(data)

    def _inside(self, data: str) -> None:
        if self._depth < DEPTH_MAX:
            self._found += _Reader(self._depth + 1).read(data)


def _loads(tag: str, name: str, value: str, *, refreshes: bool) -> bool:
    local = name.rpartition(":")[2]
    if local == "href":
        return tag not in _CHOSEN and not _OWN.match(value)
    if name == "content":
        return refreshes
    several = local.endswith("srcset") and "//" in value
    return local in _LOADING and (several or not _OWN.match(value))


def _in_css(text: str) -> Iterator[str]:
    plain = _CSS_ESCAPE.sub(_unescaped, _CSS_COMMENT.sub("", text))
    for found in _CSS_LOADS.finditer(plain):
        where = next(one for one in found.groups() if one is not None).strip()
        if found["sheet"] is not None or not _OWN.match(where):
            yield f"style {found.group(0).strip()}"


def _unescaped(found: re.Match[str]) -> str:
    if not found[1]:
        return found[2]
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
