"""What does HTML say? Its words by lines; what it quotes gets the ``>`` of plain text."""

from __future__ import annotations

from contextlib import suppress
from html.parser import HTMLParser

HTML_CHARACTERS = 60_000
"""So much of a page is looked at; an answer stands in front of what it quotes."""

QUOTED_DEEP = 10

_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "hr", "table", "blockquote"})
_SILENT = frozenset({"style", "script", "title", "head"})


def text_of_html(html: str) -> str:
    """The words of a page; never raises."""
    reader = _Reader()
    with suppress(ValueError, AssertionError):  # the standard parser's words for nonsense
        reader.feed(html[:HTML_CHARACTERS])
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._words: list[str] = []
        self._quoted = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's signature
        if tag in _BREAKS:
            self._end_line()
        if tag == "blockquote":
            self._quoted += 1
        elif tag in _SILENT:
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self._end_line()
        if tag == "blockquote":
            self._quoted = max(self._quoted - 1, 0)
        elif tag in _SILENT:
            self._silent = max(self._silent - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip()

    def _end_line(self) -> None:
        words = " ".join("".join(self._words).split())
        self._words.clear()
        if words or (self._lines and self._lines[-1]):
            self._lines.append(("> " * min(self._quoted, QUOTED_DEEP) + words).rstrip())
