"""How does a page become a document? Set by Typst as PDF/A-2a, always to the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst

from activities.template_engine import TemplateBroken, TemplateMissing
from activities.text_files import version_of
from schemas.notice import Letter

PARTS = "parts.typ"
"""What letters and statements have in common: table, payment box, account, foot of the page."""


class CharacterMissing(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """No font here has a character of the text, and an empty box is never printed."""


_NOT_SHOWN = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")

_PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


class Press:
    """Sets pages by one layout of a templates folder; safe to share between threads.

    Args:
        templates: the folder with the layout, ``parts.typ`` and ``fonts/``.
        layout: the layout's file, such as ``letter.typ``.
    """

    def __init__(self, templates: Path, layout: str) -> None:
        self._templates = templates.absolute()
        self._layout = layout
        self._of_thread = threading.local()

    def set(
        self, page: Mapping[str, object], on: date, language: str, used: Mapping[str, str]
    ) -> Letter:
        """A document as PDF/A-2a and PDF/UA-1.

        Args:
            page: everything that the layout sets, as plain strings.
            on: the day it is dated.
            language: of its words.
            used: the hash of each file that its words come from, by name.

        Raises:
            TemplateMissing, TemplateBroken: when there is no such layout, or it cannot be set.
            CharacterMissing: when no font has a character of it; names where it stands.
        """
        data = json.dumps(page, ensure_ascii=False)
        try:
            pdf = self.compiler().compile(
                sys_inputs={"data": data},
                format="pdf",
                timestamp=datetime.combine(on, time(), UTC),
                pdf_standards=["a-2a", "ua-1"],
            )
        except typst.TypstError as problem:
            if hidden := _NOT_SHOWN.search(problem.message):
                raise CharacterMissing(_missing(hidden.group(1), page)) from problem
            name, line = self._layout, 0
            if found := re.search(r"([a-z]+\.typ):(\d+)", problem.diagnostic):
                name, line = found.group(1), int(found.group(2))
            raise TemplateBroken(self._templates / name, line, problem.message) from problem
        if not isinstance(pdf, bytes):  # a list of pages, were the format a picture's
            raise TypeError(f"Typst gave {type(pdf).__name__}, not a PDF")
        return Letter(
            pdf=pdf,
            sha256=hashlib.sha256(pdf).hexdigest(),
            pages=len(_PAGES.findall(pdf)),
            language=language,
            template_version=version_of({**used, **self._layouts()}),
        )

    def compiler(self) -> typst.Compiler:
        """A compiler belongs to one thread; it keeps fonts and parsed sources between documents.

        Raises:
            TemplateMissing: when there is no such layout.
        """
        compiler: typst.Compiler | None = getattr(self._of_thread, "compiler", None)
        if compiler is None:
            source = self._templates / self._layout
            if not source.is_file():
                raise TemplateMissing(source)
            compiler = typst.Compiler(
                str(source),
                root=str(self._templates),
                ignore_system_fonts=True,
                font_paths=[str(self._templates / "fonts")],
            )
            self._of_thread.compiler = compiler
        return compiler

    def _layouts(self) -> dict[str, str]:
        """The hash of each file of the layout; one of somebody's own may do without the parts."""
        files = (self._templates / name for name in (self._layout, PARTS))
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if path.is_file()
        }


def _missing(shown: str, page: Mapping[str, object]) -> str:
    """Which characters have no glyph, and in which words of the page they stand."""
    text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), shown)
    named = ", ".join(f"{sign!r} (U+{ord(sign):04X})" for sign in dict.fromkeys(text))
    found = next((one for one in _texts(page) if text in one), text)
    return f"no font of this house has {named}, in {found[:200]!r}: correct it, or add a font"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)
