"""What does the debtor read? Subject, text, HTML, letter and call script, in their language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mrml

from activities.remote_resources import remote_resources
from activities.template_engine import (
    LETTER_BLOCK,
    LETTER_BOLD,
    LETTER_BULLET,
    LETTER_HEADING,
    TemplateBroken,
    text_environment,
)
from activities.text_files import TextFiles, text_files, version_of
from activities.typography import (
    dates_kept,
    formats,
    grouped,
    in_threes,
    typographic,
    typographic_markup,
)
from domain.telephone import telephone_number
from schemas.notice import EmailMessageText, Notice
from schemas.parties import Capacity

ITEMS_MAX = 500
"""A statement of more invoices than this is no message any more."""

EMAIL, LETTER, SCRIPT = (
    ("subject.txt", "txt", "mjml"),
    ("letter.txt", "subject.txt"),
    ("script.txt",),
)
"""The endings of the files of a text, by what it is."""

LABELS = "_labels.txt"
"""The words around the figures of letters and statements, in each language."""

_LETTER_KINDS = frozenset(
    {"heading", "items", "list", "paragraph", "payment", "signature", "statement"}
)


class TooManyItems(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """One message would list more invoices than anybody reads."""


class LoadsFromElsewhere(TemplateBroken):
    """A mail would load something when it is read, and so tell somebody of it."""


class Labels(dict[str, str]):
    """Words by name; one that a language's file lacks is named with the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def __missing__(self, name: str) -> str:
        """Nothing stands in for a word: a document says everything or is not made.

        Raises:
            TemplateBroken: always.
        """
        raise TemplateBroken(self._path, 0, f"has no word for {name}")


@dataclass(frozen=True)
class LetterText:
    """A letter's words, before they are set.

    Attributes:
        language: of the text.
        labels: the words around the text (table heads, "Page"), by name.
        blocks: paragraphs, headings, lists and the blocks ``items``, ``payment``, ``signature``,
            ``statement``, as ``letter.typ`` reads them.
        used: the hash of each file that the words come from, by name.
    """

    language: str
    subject: str
    labels: dict[str, str]
    blocks: list[dict[str, Any]]
    used: dict[str, str] = field(default_factory=dict)


def render_email(notice: Notice, templates: Path) -> EmailMessageText:
    """The e-mail of a notice: ``NAME.subject.txt``, ``NAME.txt`` and ``NAME.mjml``.

    Raises:
        TemplateMissing: when no language that the debtor could be addressed in has the text.
        TemplateBroken: when the text cannot be rendered.
        LoadsFromElsewhere: when reading it would load a picture, a font or a style from anywhere.
        TooManyItems: when the notice lists more than 500 invoices.
    """
    files = text_files(notice, templates, EMAIL)
    language = files.language
    used: dict[str, str] = {}
    values = text_values(notice, language)
    subject, text, markup = (_fill(values, templates, files, one, used) for one in EMAIL)
    try:
        html = mrml.to_html(typographic_markup(markup, language)).content
    except OSError as problem:
        path = templates / files.names["mjml"]
        raise TemplateBroken(path, 0, f"is not valid MJML: {problem}") from problem
    if found := remote_resources(html):
        path, line = _written_in(templates, (files.names["mjml"], *used), found[0])
        raise LoadsFromElsewhere(path, line, f"would load from elsewhere: {', '.join(found)}")
    return EmailMessageText(
        subject=typographic(" ".join(subject.split("\n")).strip(), language),
        text=typographic(re.sub(r"\n{3,}", "\n\n", text).strip(), language) + "\n",
        html=html,
        language=language,
        template_version=version_of(used),
    )


def _written_in(templates: Path, names: Iterable[str], found: str) -> tuple[Path, int]:
    """The file and line that something which is loaded stands in; else the first file, line 0."""
    where = re.split(r"[\s=\"'(]+", found.rstrip(">\"')"))[-1]
    paths = [templates / name for name in names]
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if where and where in line:
                return path, number
    return paths[0], 0


def render_script(notice: Notice, templates: Path) -> str:
    """What the person who calls has before them: ``NAME.script.txt``, as plain text.

    Raises:
        TemplateMissing, TemplateBroken, TooManyItems: as :func:`render_email`.
    """
    files = text_files(notice, templates, SCRIPT)
    values = text_values(notice, files.language)
    text = _fill(values, templates, files, "script.txt", {})
    return typographic(re.sub(r"\n{3,}", "\n\n", text).strip(), files.language) + "\n"


def render_letter(notice: Notice, templates: Path) -> LetterText:
    """The words of a letter: ``NAME.subject.txt``, ``NAME.letter.txt``, and ``_labels.txt``.

    A letter's text is written in paragraphs between empty lines; ``# `` begins a heading, ``- ``
    an entry of a list, ``**`` surrounds bold words, ``[items]``, ``[payment]``, ``[signature]``
    and ``[statement]`` stand for the table, the payment box, the closing lines and the enclosure.

    Raises:
        TemplateMissing, TemplateBroken, TooManyItems: as :func:`render_email`.
    """
    files = text_files(notice, templates, LETTER)
    language = files.language
    used: dict[str, str] = {}
    values = text_values(notice, language)
    subject = _fill(values, templates, files, "subject.txt", used)
    body = typographic(_fill(values, templates, files, "letter.txt", used), language)
    body = dates_kept(body)
    blocks = [_block(part) for part in re.split(r"\n[ \t]*\n", body.strip("\n")) if part.strip()]
    for block in blocks:
        if block["kind"] not in _LETTER_KINDS:
            path = templates / files.names["letter.txt"]
            raise TemplateBroken(path, 0, f"a letter has no block [{block['kind']}]")
    return LetterText(
        language=language,
        subject=typographic(" ".join(subject.split("\n")).strip(), language),
        labels=read_labels(notice, templates, language, used),
        blocks=blocks,
        used=used,
    )


def read_labels(
    notice: Notice, templates: Path, language: str, used: dict[str, str]
) -> dict[str, str]:
    """The words around the figures of letters and statements: ``_labels.txt``, by name.

    Args:
        notice: some of the words depend on it.
        templates: the templates folder.
        language: one that has the file.
        used: takes the hash of each file that was used, by its name.

    Raises:
        TemplateMissing, TemplateBroken, TooManyItems: as :func:`render_email`.
    """
    text = text_environment(templates).fill(
        f"{language}/{LABELS}", text_values(notice, language), used
    )
    words = Labels(templates / language / LABELS)
    for line in text.splitlines():
        key, found, word = line.partition("=")
        if found:
            words[key.strip()] = typographic(word.strip(), language)
    return words


def _fill(
    values: Mapping[str, Any], templates: Path, files: TextFiles, ending: str, used: dict[str, str]
) -> str:
    environment = text_environment(templates, markup=ending == "mjml")
    return environment.fill(files.names[ending], values, used)


def text_values(notice: Notice, language: str) -> dict[str, Any]:
    """Everything that a text may use, as ``docs/templates.md`` lists it."""
    if len(notice.items) > ITEMS_MAX:
        raise TooManyItems(f"{notice.reference} lists {len(notice.items)} items, not {ITEMS_MAX}")
    debtor, creditor = notice.debtor, notice.creditor
    in_france = debtor.country == "FR"
    return {
        **formats(language),
        "notice": notice,
        "creditor": creditor,
        "debtor": debtor,
        "items": notice.items,
        "earlier": notice.earlier,
        "total": notice.total,
        "principal": notice.principal,
        "claim": notice.claim,
        "promise": notice.promise,
        "dispute": notice.dispute,
        "refer_to": notice.refer_to,
        "refer_on": notice.refer_on,
        "pay_by": notice.pay_by,
        "language": language,
        "country": debtor.country,
        "iban": grouped(creditor.iban),
        "dial": _dialled(debtor.phone, debtor.country),
        "phone": creditor.phone.replace(" ", "\u00a0"),
        "answer_to": creditor.reply_to or creditor.email,
        "siren": in_threes(debtor.siren),
        "follows": notice.follows,
        "signatory": creditor.signatory or creditor.contact_name,
        "business": debtor.capacity is Capacity.BUSINESS,
        "consumer": debtor.capacity is Capacity.CONSUMER,
        "public": debtor.capacity is Capacity.PUBLIC,
        # Whom French law charges interest and the fixed indemnity by itself; never a consumer.
        "french_business": in_france and debtor.capacity is Capacity.BUSINESS,
        "french_public": in_france and debtor.capacity is Capacity.PUBLIC,
    }


def _dialled(phone: str, country: str) -> str:
    """The debtor's number as it is dialled, and as it is read; empty when nobody could dial it."""
    number = telephone_number(phone, country) if phone else None
    return str(number) if number else ""


def _block(part: str) -> dict[str, Any]:
    lines = [line.strip(" \t") for line in part.strip("\n").split("\n") if line.strip(" \t")]
    if lines[0].startswith(LETTER_BLOCK):
        kind = lines[0][1:].rstrip("]")
        return {"kind": kind, "lines": [_runs(line) for line in lines[1:]]}
    if lines[0].startswith(LETTER_HEADING):
        return {"kind": "heading", "runs": _runs(" ".join(lines)[1:])}
    if lines[0].startswith(LETTER_BULLET):
        entries = " ".join(lines)[1:].split(LETTER_BULLET)
        return {"kind": "list", "entries": [_runs(entry.strip()) for entry in entries]}
    return {"kind": "paragraph", "runs": _runs(" ".join(lines))}


def _runs(text: str) -> list[dict[str, Any]]:
    parts = text.split(LETTER_BOLD)
    return [{"text": part, "bold": place % 2 == 1} for place, part in enumerate(parts) if part]
