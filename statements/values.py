"""What does a value in a bank file mean? Amounts, days and references, strictly read."""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from statements.errors import BadValueError

_AMOUNT = re.compile(r"[+-]?(?:[0-9]{1,18}(?:[.][0-9]{0,6})?|[.][0-9]{1,6})")
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_CONSTANTS = frozenset(
    (
        *("NOTPROVIDED", "NONREF", "NOTAVAILABLE", "NONE", "NA", "NULL", "NOREF", "NOREFERENCE"),
        *("NOTAPPLICABLE", "UNKNOWN", "SANSREFERENCE", "NONFOURNI", "NONCOMMUNIQUE", "KREF", "X"),
    )
)
_MEANING = re.compile("[1-9]")
"""No constant has one of these, and most references do."""

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[^A-Z0-9]+")


@lru_cache(maxsize=8192)
def decimal_amount(text: str) -> Decimal:
    """An amount with a decimal point: digits, a sign, nothing else.

    Raises:
        BadValueError: when the text is anything else, such as ``12..34``, ``1e9`` or ``NaN``.
    """
    if _AMOUNT.fullmatch(text) is None:
        raise BadValueError(f"{shown(text)} is no amount")
    return Decimal(text)


@lru_cache(maxsize=4096)
def iso_day(text: str) -> date:
    """The day of an ISO date or date and time, as the bank's own clock has it.

    Raises:
        BadValueError: when it begins with no such day.
    """
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise BadValueError(f"{shown(text)} is no date") from error


@lru_cache(maxsize=4096)
def short_day(year: str, month: str, day: str) -> tuple[date, bool]:
    """A day of a two- or four-digit year, and whether it had to be corrected.

    Banks that count thirty days a month write 30 February; the month's last day stands in.

    Raises:
        BadValueError: when there is no such month, or no month has such a day.
    """
    try:
        years = int(year) if len(year) == 4 else (2000 if int(year) < 80 else 1900) + int(year)
        last = calendar.monthrange(years, int(month))[1]
        asked = int(day)
        if last < asked <= 30:
            return date(years, int(month), last), True
        return date(years, int(month), asked), False
    except (ValueError, calendar.IllegalMonthError) as error:
        raise BadValueError(f"{shown(f'{year}-{month}-{day}')} is no date") from error


def local_amount(text: str, decimal_sign: str = "") -> Decimal:
    """An amount as people write it: ``1 234,56``, ``-1.234,56``, ``1,234.56``, ``12,50 €``.

    Args:
        text: with blanks of any kind between thousands, and a currency sign perhaps.
        decimal_sign: comma or point; empty to take the last of the two that occurs.

    Raises:
        BadValueError: when it is no amount, or could be two.
    """
    plain = "".join(text.split()).replace("\u2212", "-").replace("'", "").strip("€$£")
    plain = plain.removesuffix("EUR").replace("\u202f", "")
    if plain.endswith("-"):  # some banks write the sign behind
        plain = f"-{plain[:-1]}"
    sign = decimal_sign or ("," if plain.rfind(",") > plain.rfind(".") else ".")
    if not decimal_sign and _AMBIGUOUS.fullmatch(plain):
        raise BadValueError(f"{shown(text)} could be thousands or decimals")
    thousands = "." if sign == "," else ","
    whole, _, cents = plain.partition(sign)
    groups = whole.lstrip("+-").split(thousands)
    if len(groups) > 1 and (
        len(groups[0]) not in {1, 2, 3} or any(len(one) != 3 for one in groups[1:])
    ):
        raise BadValueError(f"{shown(text)} is no amount")
    try:
        return decimal_amount(whole.replace(thousands, "") + (f".{cents}" if cents else ""))
    except BadValueError as error:
        raise BadValueError(f"{shown(text)} is no amount") from error


def reference(text: str) -> str:
    """A reference, or empty where the bank fills the field with a constant."""
    plain = text.strip()
    if not plain or _MEANING.search(plain):
        return plain
    letters = _NEITHER_LETTER_NOR_DIGIT.sub("", plain.upper())
    return "" if letters in _CONSTANTS or not letters.strip("0") else plain


def account_number(text: str) -> str:
    """An account number without blanks, in capitals, so that it compares."""
    return "".join(text.split()).upper()


@lru_cache(maxsize=4096)
def is_iban(text: str) -> bool:
    """Whether a text without blanks has the form and the check digits of an IBAN (ISO 13616)."""
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text) is None:
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def shown(text: str, length: int = 60) -> str:
    """A text as a message quotes it."""
    return repr(text if len(text) <= length else text[: length - 1] + "…")
