"""Which files are a text? The best language that has it, and in it the text for the capacity."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from activities.template_engine import TemplateMissing
from domain.languages import languages_for
from schemas.notice import Notice
from schemas.parties import Capacity

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class TextFiles:
    """The files of one text.

    Attributes:
        language: of the text.
        names: by ending, relative to the templates folder.
    """

    language: str
    names: Mapping[str, str]


def text_files(notice: Notice, templates: Path, endings: tuple[str, ...]) -> TextFiles:
    """The files of a notice's text.

    The first language that has any part of it is taken: a half-written text is not passed over. In
    it ``NAME.consumer.txt`` goes before ``NAME.txt`` when a consumer is addressed, and so on.

    Args:
        notice: names the text; its debtor says in which languages, and to whom.
        templates: the templates folder.
        endings: such as ``subject.txt`` and ``letter.txt``; the first decides.

    Raises:
        TemplateMissing: when no language that the debtor could be addressed in has the text.
    """
    name, debtor = notice.template, notice.debtor
    if not _NAME.fullmatch(name):
        raise TemplateMissing(f"{name!r} in {templates}")
    languages = languages_for(debtor.language, debtor.country, notice.creditor.language)
    for language in languages:
        first = text_file(templates, language, name, endings[0], debtor.capacity)
        if (templates / first).is_file():
            return TextFiles(
                language,
                {
                    ending: text_file(templates, language, name, ending, debtor.capacity)
                    for ending in endings
                },
            )
    raise TemplateMissing(templates / languages[0] / f"{name}.{endings[0]}")


def text_file(templates: Path, language: str, name: str, ending: str, capacity: Capacity) -> str:
    """One file of a text, relative to the folder: that of the capacity if there is one."""
    special = f"{language}/{name}.{capacity.value}.{ending}"
    return special if (templates / special).is_file() else f"{language}/{name}.{ending}"


def version_of(used: Mapping[str, str]) -> str:
    """The version of the files that a text was made from: twelve digits that follow from them.

    Args:
        used: the hash of each file, by its name.
    """
    listed = "\n".join(f"{name} {used[name]}" for name in sorted(used))
    return hashlib.sha256(listed.encode()).hexdigest()[:12]
