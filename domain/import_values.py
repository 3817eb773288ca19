"""What does a cell say? Amounts, dates and identifiers as people and programs export them.

Every reader returns the value or raises ``Unexpected`` with what was expected instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.numbers import list_currencies
from stdnum.eu import vat as european_vat
from stdnum.fr import siren, siret
from stdnum.gb import vat as british_vat

from domain.countries import country_code, without_accents
from domain.email_address import EXPECTED_EMAIL, is_email
from domain.languages import language_of_country
from schemas.money import minor_unit, round_half_up
from schemas.parties import Capacity

MAX_AMOUNT = Decimal(10) ** 12
"""Above this, an amount is two numbers written together."""

_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2199

_PLAIN_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?")
_AMOUNT = re.compile(
    r"(?P<minus>-?)(?:(?P<first>[0-9]{1,3})(?P<groups>(?:(?P<group> |'|\.|,)[0-9]{3})"
    r"(?:(?P=group)[0-9]{3}){0,5})|(?P<whole>[0-9]{1,18}))(?:(?P<sign>[.,])(?P<cents>[0-9]{1,6}))?"
)
_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY"}
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_DAY_FIRST_DATE = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_PATH = re.compile(r"[^/\\\x00-\x1f][^\x00-\x1f]{0,250}")
_LINK = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[!#-;=?-\[\]_a-z~%]*)?")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{3,30}")
_VAT_SHAPE = re.compile(r"[A-Z]{2}[A-Z0-9]{2,13}")

_CAPACITIES = {
    Capacity.BUSINESS: ("business", "b2b", "company", "entreprise", "societe", "professionnel"),
    Capacity.CONSUMER: ("consumer", "b2c", "individual", "person", "particulier", "consommateur"),
    Capacity.PUBLIC: ("public", "b2g", "public body", "administration", "collectivite"),
}
_CAPACITY_BY_WORD = {word: kind for kind, words in _CAPACITIES.items() for word in words}
_LANGUAGES = {
    "french": "fr",
    "francais": "fr",
    "english": "en",
    "anglais": "en",
    "german": "de",
    "allemand": "de",
    "deutsch": "de",
}


class Unexpected(ValueError):  # noqa: N818 - it reads as a sentence: raise Unexpected("a date")
    """A cell does not hold what it should; its text says what was expected."""


class AmbiguousAmountError(Unexpected):
    """An amount could be one or a thousand; only the rest of its column can tell."""


class NotAboveZeroError(Unexpected):
    """An amount of nothing, or below."""


def read_amount(text: str, currency: str, decimal_sign: str = "") -> Decimal:
    """An amount above zero in the decimals of its currency.

    ``1234.56``, ``1 234,56``, ``1.234,56``, ``1,234.56`` and ``1'234.56`` speak for themselves.
    ``1,234`` and ``1.234`` could be one or a thousand: they are read only when the other amounts
    of the column show which sign they use for decimals, and refused otherwise.

    Args:
        text: the cell.
        currency: ISO 4217 code; a currency sign beside the amount must agree with it.
        decimal_sign: what ``decimal_sign_of`` found in the column.

    Raises:
        AmbiguousAmountError: when the decimal sign is needed and not known.
        Unexpected: when there is no such amount.
    """
    if _PLAIN_AMOUNT.fullmatch(text):
        amount = Decimal(text.replace(",", "."))
    else:
        amount = _grouped_amount(_without_currency(_narrowed(text), currency), decimal_sign)
    if amount <= 0:
        raise NotAboveZeroError("an amount above zero")
    if amount >= MAX_AMOUNT:
        raise Unexpected("an amount below a million million")
    exact = round_half_up(amount, currency)
    if exact != amount:
        decimals = -int(minor_unit(currency).as_tuple().exponent)
        raise Unexpected(f"an amount of at most {decimals} decimals, as {currency} has")
    return exact


def decimal_sign_of(texts: Iterable[str]) -> str:
    """The decimal sign of a column: ``.`` or ``,`` if every amount that shows one agrees."""
    signs: set[str] = set()
    for text in texts:
        if (found := _AMOUNT.fullmatch(_narrowed(text).strip(" €£¥"))) is None:
            continue
        if found["sign"] and not _is_ambiguous(found):
            signs.add(found["sign"])
        elif found["group"] in {".", ","} and found["groups"].count(found["group"]) > 1:
            signs.add("." if found["group"] == "," else ",")
    return signs.pop() if len(signs) == 1 else ""


def _grouped_amount(text: str, decimal_sign: str) -> Decimal:
    found = _AMOUNT.fullmatch(text)
    if found is None or (found["sign"] and found["sign"] == found["group"]):
        raise Unexpected("an amount such as 1234.56 or 1 234,56")
    whole = (found["first"] or "") + re.sub("[^0-9]", "", found["groups"] or found["whole"])
    cents = found["cents"] or "0"
    if _is_ambiguous(found):
        if not decimal_sign:
            raise AmbiguousAmountError(
                "an amount with its decimals, such as 1234.00: this could be one or a thousand, "
                "and the other amounts do not tell"
            )
        if found["group"] == decimal_sign:
            whole, cents = found["first"], found["groups"][1:]
    elif found["first"] == "0":
        whole, cents = "0", found["groups"][1:]
    return Decimal(f"{found['minus']}{whole}.{cents}")


def _is_ambiguous(found: re.Match[str]) -> bool:
    """Whether a dot or comma before three digits could be a decimal sign as well as a group's."""
    return (
        found["group"] in {".", ","}
        and len(found["groups"]) == 4
        and not found["sign"]
        and found["first"] != "0"
    )


def _narrowed(text: str) -> str:
    """An amount with one kind of space and of apostrophe between its groups."""
    spaced = " ".join(text.replace("\u2019", "'").split())
    return spaced.removeprefix("+")


def _without_currency(text: str, currency: str) -> str:
    sign = text[:1] if text[:1] in _SYMBOLS else text[-1:]
    if sign in _SYMBOLS:
        if _SYMBOLS[sign] != currency:
            raise Unexpected(f"an amount in {currency}, the currency of the row")
        return text.strip(f" {sign}")
    return text.removesuffix(currency).removeprefix(currency).strip()


@lru_cache(maxsize=8192)
def read_date(text: str) -> date:
    """A day as ``2027-01-31``, or with the day first as ``31/01/2027``; never the month first.

    Raises:
        Unexpected: when there is no such day.
    """
    if found := _ISO_DATE.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
    elif found := _DAY_FIRST_DATE.fullmatch(text):
        day, month, year = found[1], found[3], found[4]
    else:
        raise Unexpected("a date such as 2027-01-31 or 31/01/2027 (day first)")
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        raise Unexpected(f"a date with a year from {_EARLIEST_YEAR} to {_LATEST_YEAR}")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unexpected("a day that exists, such as 2027-01-31 or 31/01/2027") from None


@lru_cache(maxsize=512)
def read_currency(text: str) -> str:
    """An ISO 4217 code, also from ``€`` and ``£``; EUR for an empty cell."""
    code = _SYMBOLS.get(text, text.upper()) or "EUR"
    if code not in list_currencies() or code in {"XXX", "XTS"}:
        raise Unexpected("a currency code such as EUR or GBP")
    return code


@lru_cache(maxsize=512)
def read_country(text: str) -> str:
    """ISO 3166-1 alpha-2, from a code or an English or French name."""
    if not (code := country_code(text)):
        raise Unexpected("a country code such as FR, or its name")
    return code


@lru_cache(maxsize=512)
def read_language(text: str, country: str) -> str:
    """ISO 639-1; for an empty cell the language of the country, or English."""
    if not text:
        return language_of_country(country)
    plain = without_accents(text)
    code = _LANGUAGES.get(plain, re.split("[-_]", plain)[0])
    if not re.fullmatch("[a-z]{2}", code):
        raise Unexpected("a language code such as fr or en")
    return code


@lru_cache(maxsize=512)
def read_capacity(text: str) -> Capacity:
    """In which capacity a debtor owes; a business for an empty cell."""
    if not text:
        return Capacity.BUSINESS
    if found := _CAPACITY_BY_WORD.get(without_accents(text)):
        return found
    raise Unexpected("business, consumer or public")


def read_email(text: str) -> str:
    """An e-mail address; may be empty."""
    if text and not is_email(text):
        raise Unexpected(EXPECTED_EMAIL)
    return text


def read_file_name(text: str) -> str:
    """A file below the folder of documents, with folders or without; may be empty."""
    parts = text.replace("\\", "/").split("/")
    if text and (not text.lower().endswith(".pdf") or not _PATH.fullmatch(text) or ".." in parts):
        raise Unexpected("a PDF below the folder of documents, such as 2026/F-1001.pdf")
    return "/".join(parts)


def read_date_if_any(text: str) -> date | None:
    """A day as above; may be empty."""
    return read_date(text) if text else None


def read_link(text: str) -> str:
    """An https address; may be empty."""
    if text and (len(text) > 500 or not _LINK.fullmatch(text)):
        raise Unexpected("an address such as https://portal.company.example/invoices/F-1001")
    return text


def read_phone(text: str) -> str:
    """A telephone number as it was written; may be empty."""
    if text and not _PHONE.fullmatch(text):
        raise Unexpected("a telephone number such as +33 4 78 00 00 00")
    return text


def read_siren(text: str) -> str:
    """A SIREN of nine digits, also out of a SIRET of fourteen; may be empty."""
    if not text:
        return ""
    plain = siren.compact(text)
    if len(plain) == 14 and siret.is_valid(plain):
        return str(plain[:9])
    if not siren.is_valid(plain):
        raise Unexpected("a SIREN of nine digits with a right check digit, such as 123456782")
    return str(plain)


def read_vat_id(text: str) -> str:
    """A VAT id without spaces, check digits verified where the country has them; may be empty."""
    if not text:
        return ""
    plain = re.sub("[ .-]", "", text).upper()
    if plain[:2].lower() in {*european_vat.MEMBER_STATES, "el"}:
        valid = european_vat.is_valid(plain)
    elif plain[:2] == "GB":
        valid = british_vat.is_valid(plain)
    else:
        valid = _VAT_SHAPE.fullmatch(plain) is not None
    if not valid:
        raise Unexpected("a VAT id with its country and right check digits, such as FR40303265045")
    return plain
