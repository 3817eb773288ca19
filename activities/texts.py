"""What does the debtor read? Subject, text, HTML, letter and call script, in their language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import mrml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_percent

from activities.template_engine import (
    LETTER_BLOCK,
    LETTER_BOLD,
    LETTER_BULLET,
    LETTER_HEADING,
    TemplateBroken,
    TemplateMissing,
    callable_in_templates,
    one_line,
    text_environment,
)
from schemas.money import Money
from schemas.notice import EmailMessageText, Notice
from schemas.parties import Capacity

FALLBACK_LANGUAGE = "en"
ITEMS_MAX = 500
"""A statement of more invoices than this is no message any more."""

_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_LETTER_KINDS = frozenset({"heading", "items", "list", "paragraph", "payment", "signature"})
_DATE = re.compile(r"\b(\d{1,2}(?:er)?) (\w+ \d{4})\b")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class TooManyItems(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """One message would list more invoices than anybody reads."""


@dataclass(frozen=True)
class LetterText:
    """A letter's words, before they are set.

    Attributes:
        language: of the text, which is English when the debtor's own is lacking.
        labels: the words around the text (table heads, "Page"), by name.
        blocks: paragraphs, headings, lists and the blocks ``items``, ``payment``, ``signature``,
            as ``letter.typ`` reads them.
    """

    language: str
    subject: str
    labels: dict[str, str]
    blocks: list[dict[str, Any]]


def render_email(notice: Notice, templates: Path) -> EmailMessageText:
    """The e-mail of a notice: ``NAME.subject.txt``, ``NAME.txt`` and ``NAME.mjml``.

    Raises:
        TemplateMissing: when neither the debtor's language nor English has the text.
        TemplateBroken: when the text cannot be rendered.
        TooManyItems: when the notice lists more than 500 invoices.
    """
    endings = ("subject.txt", "txt", "mjml")
    language = _language(notice, templates, endings)
    subject, text, markup = (_fill(notice, templates, language, ending) for ending in endings)
    try:
        html = mrml.to_html(typographic_markup(markup, language)).content
    except OSError as problem:
        path = templates / language / f"{notice.template}.mjml"
        raise TemplateBroken(path, 0, f"is not valid MJML: {problem}") from problem
    return EmailMessageText(
        subject=typographic(" ".join(subject.split("\n")).strip(), language),
        text=typographic(re.sub(r"\n{3,}", "\n\n", text).strip(), language) + "\n",
        html=html,
    )


def render_script(notice: Notice, templates: Path) -> str:
    """What the person who calls has before them: ``NAME.script.txt``, as plain text.

    Raises:
        TemplateMissing, TemplateBroken, TooManyItems: as :func:`render_email`.
    """
    language = _language(notice, templates, ("script.txt",))
    text = _fill(notice, templates, language, "script.txt")
    return typographic(re.sub(r"\n{3,}", "\n\n", text).strip(), language) + "\n"


def render_letter(notice: Notice, templates: Path) -> LetterText:
    """The words of a letter: ``NAME.subject.txt``, ``NAME.letter.txt``, and ``_labels.txt``.

    A letter's text is written in paragraphs between empty lines; ``# `` begins a heading, ``- ``
    an entry of a list, ``**`` surrounds bold words, ``[items]``, ``[payment]`` and
    ``[signature]`` stand for the table, the payment box and the closing lines.

    Raises:
        TemplateMissing, TemplateBroken, TooManyItems: as :func:`render_email`.
    """
    language = _language(notice, templates, ("letter.txt", "subject.txt"))
    subject = _fill(notice, templates, language, "subject.txt")
    body = typographic(_fill(notice, templates, language, "letter.txt"), language)
    body = _DATE.sub("\\1\u00a0\\2", body)
    blocks = [_block(part) for part in re.split(r"\n[ \t]*\n", body.strip("\n")) if part.strip()]
    for block in blocks:
        if block["kind"] not in _LETTER_KINDS:
            path = templates / language / f"{notice.template}.letter.txt"
            raise TemplateBroken(path, 0, f"a letter has no block [{block['kind']}]")
    labels = text_environment(templates).fill(f"{language}/_labels.txt", _values(notice, language))
    pairs = (line.partition("=") for line in labels.splitlines() if "=" in line)
    return LetterText(
        language=language,
        subject=typographic(" ".join(subject.split("\n")).strip(), language),
        labels={key.strip(): typographic(word.strip(), language) for key, _, word in pairs},
        blocks=blocks,
    )


def typographic(text: str, language: str) -> str:
    """A text with the spaces that its language wants before double signs.

    French: a narrow no-break space before ``;``, ``!`` and ``?``, a no-break space before ``:``
    and inside guillemets (Lexique des règles typographiques, Imprimerie nationale), in "L. 441-10"
    and "40 €". Only spaces that stand there are turned, so that no line end tears these apart.
    """
    if language != "fr":
        return text
    text = re.sub(r" (?=[;!?])", "\u202f", text)
    return re.sub(r"(?<=«) | (?=[:»])|(?<=\b[LRD]\.) (?=\d)|(?<=\d) (?=€)", "\u00a0", text)


def typographic_markup(markup: str, language: str) -> str:
    """As :func:`typographic`, for the words between tags; styles and attributes stay as written."""
    if language != "fr":
        return markup
    parts = re.split(r"(<mj-style.*?</mj-style>|<!--.*?-->|<[^>]*>)", markup, flags=re.DOTALL)
    parts[::2] = [typographic(part, language) for part in parts[::2]]
    return "".join(parts)


def grouped(iban: str) -> str:
    """An IBAN as people read it, in groups of four (ISO 13616)."""
    bare = iban.replace(" ", "")
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def locale_of(language: str) -> Locale:
    """Where a language is at home: fr in France, en in Britain; English for an unknown one."""
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except UnknownLocaleError:
        return Locale.parse(_LOCALES[FALLBACK_LANGUAGE])


@lru_cache(maxsize=32)
def formats(language: str) -> dict[str, Callable[..., str]]:
    """The functions that a text may call, in the reader's conventions (France, Britain).

    ``money`` (1 234,56 €), ``day`` (03/09/2026; English 3 Sep 2026), ``day_long`` (3 septembre
    2026), ``percent`` (10,75 %, from a fraction), ``listed`` (a, b et c).
    """
    locale = locale_of(language)
    short = "dd/MM/yyyy" if language == "fr" else "medium"

    @callable_in_templates
    def money(amount: Money) -> str:
        return format_currency(amount.amount, amount.currency, locale=locale)

    @callable_in_templates
    def day(when: date) -> str:
        return format_date(when, short, locale=locale)

    @callable_in_templates
    def day_long(when: date) -> str:
        long = format_date(when, "long", locale=locale)
        # French counts the first of the month as an ordinal, which the CLDR pattern cannot say.
        return f"1er{long[1:]}" if language == "fr" and when.day == 1 else long

    @callable_in_templates
    def percent(fraction: Decimal) -> str:
        return format_percent(
            fraction, "#,##0.00\u202f%" if language == "fr" else "#,##0.00%", locale
        )

    @callable_in_templates
    def listed(words: list[str]) -> str:
        return format_list([one_line(word) for word in words], locale=locale)

    return {
        "money": money, "day": day, "day_long": day_long, "percent": percent, "listed": listed,
    }  # fmt: skip


def _language(notice: Notice, templates: Path, endings: tuple[str, ...]) -> str:
    """The first language that has any part of the text; a half-written text is not passed over."""
    name = notice.template
    if not _NAME.fullmatch(name):
        raise TemplateMissing(f"{name!r} in {templates}")
    for language in (notice.debtor.language, FALLBACK_LANGUAGE):
        if (templates / language / f"{name}.{endings[0]}").is_file():
            return language
    raise TemplateMissing(templates / notice.debtor.language / f"{name}.{endings[0]}")


def _fill(notice: Notice, templates: Path, language: str, ending: str) -> str:
    name = f"{language}/{notice.template}.{ending}"
    environment = text_environment(templates, markup=ending == "mjml")
    return environment.fill(name, _values(notice, language))


def _values(notice: Notice, language: str) -> dict[str, Any]:
    if len(notice.items) > ITEMS_MAX:
        raise TooManyItems(f"{notice.reference} lists {len(notice.items)} items, not {ITEMS_MAX}")
    debtor = notice.debtor
    in_france = debtor.country == "FR"
    return {
        **formats(language),
        "notice": notice,
        "creditor": notice.creditor,
        "debtor": debtor,
        "items": notice.items,
        "earlier": notice.earlier,
        "total": notice.total,
        "pay_by": notice.pay_by,
        "language": language,
        "iban": grouped(notice.creditor.iban),
        "phone": notice.creditor.phone.replace(" ", "\u00a0"),
        "answer_to": notice.creditor.reply_to or notice.creditor.email,
        "consumer": debtor.capacity is Capacity.CONSUMER,
        # Whom French law charges interest and the fixed indemnity by itself; never a consumer.
        "french_business": in_france and debtor.capacity is Capacity.BUSINESS,
        "french_public": in_france and debtor.capacity is Capacity.PUBLIC,
    }


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
