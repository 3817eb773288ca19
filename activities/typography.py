"""How does the reader write it? Amounts, dates and the spaces around signs, by language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_percent

from activities.template_engine import callable_in_templates, one_line
from domain.languages import LAST_RESORT
from schemas.money import Money

_LOCALES = {"de": "de_DE", "en": "en_GB", "fr": "fr_FR"}
_NARROW = re.compile(r" (?=[;!?])")
_FRENCH = re.compile(
    r" (?:(?=[:»])|(?<=« )|(?<=\d )(?=€)|(?<!\d{4} )(?<=\d )(?=\d{3}(?!\d))"
    r"|(?:(?<=\b[LRD]\. )|(?<=§ )|(?<=\bSIREN ))(?=\d))"
)
_GERMAN = re.compile(
    r" (?:(?:(?<=§ )|(?<=\b[DLR]\. )|(?<=\bAbs\. ))(?=\d)|(?<=\d )(?=€|Abs\. \d|BGB\b))"
)
"""Which spaces are no-break ones; each begins with its space, which is found fast."""

_DATE = re.compile(r"\b(\d{1,2}(?:er|\.)?) (\w{3,}) (\d{4})\b")
_HYPHENED = re.compile(r"(?<![\w./@&#-])\(?(\w[\w./]*-[\w./-]*\w)(?![\w@-])[.,;:)]*")
_KEPT_MARKUP = re.compile(
    r"(<mj-style.*?</mj-style>|<mj-title.*?</mj-title>|<mj-preview.*?</mj-preview>"
    r"|<!--.*?-->|<[^>]*>)",
    re.DOTALL,
)

_SHORT, _LONG = 16, 44
"""Up to so many characters a word with a hyphen is kept whole; a number, where there is room."""

REMEMBERED = 512
"""How many figures and days are remembered as they are written: a message says each often."""


def typographic(text: str, language: str) -> str:
    """A text with the spaces that its language wants around signs.

    French: a narrow no-break space before ``;``, ``!`` and ``?``, a no-break space before ``:``
    and inside guillemets (Lexique des règles typographiques, Imprimerie nationale), in "L. 441-10",
    "50 000" and "40 €". German: a no-break space in "§ 288" and "40 €" (DIN 5008). Only spaces
    that stand there are turned, so that no line end tears these apart.
    """
    if language == "fr":
        return _FRENCH.sub("\u00a0", _NARROW.sub("\u202f", text))
    if language == "de":
        return _GERMAN.sub("\u00a0", text)
    return text


def dates_kept(text: str) -> str:
    """A text whose dates, such as 1er novembre 2026, are not parted at a line's end."""
    return _DATE.sub("\\1\u00a0\\2\u00a0\\3", text)


def typographic_markup(markup: str, language: str) -> str:
    """As :func:`typographic`, for the words between tags; styles and attributes stay as written.

    So does the title: mrml writes its no-break spaces as escapes, which would be read aloud. A
    date stays on its line, and a short word with a hyphen is not torn apart there.
    """
    parts = _KEPT_MARKUP.split(markup)
    parts[::2] = [
        _held(part, language) if part and not part.isspace() else part for part in parts[::2]
    ]
    # A preview is words alone: whoever lists mails shows no markup.
    parts[1::2] = [
        dates_kept(typographic(part, language)) if part.startswith("<mj-preview") else part
        for part in parts[1::2]
    ]
    return "".join(parts)


def _held(text: str, language: str) -> str:
    """The words between tags, with dates and hyphened words each in one piece."""
    text = dates_kept(typographic(text, language))
    return _HYPHENED.sub(_in_one_piece, text) if "-" in text else text


def _in_one_piece(found: re.Match[str]) -> str:
    """A word with a hyphen, such as an invoice's number, with the signs around it."""
    word = found.group(1)
    if len(word) <= _SHORT:
        return f'<span style="white-space:nowrap">{found.group()}</span>'
    if len(word) <= _LONG and any(sign.isdigit() for sign in word):
        return f'<span style="display:inline-block">{found.group()}</span>'
    return found.group()


def grouped(iban: str) -> str:
    """An IBAN as people read it, in groups of four (ISO 13616)."""
    bare = iban.replace(" ", "")
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def in_threes(digits: str) -> str:
    """A French company number as people read it: 123 456 782."""
    return "\u00a0".join(digits[start : start + 3] for start in range(0, len(digits), 3))


def locale_of(language: str) -> Locale:
    """Where a language is at home: fr in France, en in Britain; English for an unknown one."""
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except UnknownLocaleError:
        return Locale.parse(_LOCALES[LAST_RESORT])


@lru_cache(maxsize=32)
def formats(language: str) -> dict[str, Callable[..., str]]:
    """The functions that a text may call, in the reader's conventions (France, Britain, Germany).

    ``money`` (1 234,56 €), ``day`` (03/09/2026; English 3 Sep 2026), ``day_long`` (3 septembre
    2026), ``percent`` (10,75 %, from a fraction), ``rate`` (10,75 %, from per cent), ``listed`` (a,
    b et c).
    """
    locale = locale_of(language)
    short = "dd/MM/yyyy" if language == "fr" else "medium"
    percents = {"de": "#,##0.00\u00a0%", "fr": "#,##0.00\u202f%"}

    @lru_cache(maxsize=REMEMBERED)
    def written(amount: Decimal, currency: str) -> str:
        return format_currency(amount, currency, locale=locale)

    @callable_in_templates
    def money(amount: Money) -> str:
        return written(amount.amount + 0, amount.currency)  # a zero without a sign

    @callable_in_templates
    @lru_cache(maxsize=REMEMBERED)
    def day(when: date) -> str:
        return format_date(when, short, locale=locale)

    @callable_in_templates
    @lru_cache(maxsize=REMEMBERED)
    def day_long(when: date) -> str:
        long = format_date(when, "long", locale=locale)
        # French counts the first of the month as an ordinal, which the CLDR pattern cannot say.
        return f"1er{long[1:]}" if language == "fr" and when.day == 1 else long

    @callable_in_templates
    def percent(fraction: Decimal) -> str:
        return format_percent(fraction, percents.get(language, "#,##0.00%"), locale)

    @callable_in_templates
    def rate(per_cent: Decimal) -> str:
        return format_percent(per_cent / 100, percents.get(language, "#,##0.00%"), locale)

    @callable_in_templates
    def listed(words: list[str]) -> str:
        return format_list([one_line(word) for word in words], locale=locale)

    return {
        "money": money, "day": day, "day_long": day_long, "percent": percent, "rate": rate,
        "listed": listed,
    }  # fmt: skip
