"""How does a notice become a letter? Set by Typst as PDF/A-2a, always to the same bytes."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from pathlib import Path
from typing import Any

from activities.account_page import (
    claim_sums,
    conventions,
    payment,
    sender,
    statement_part,
    whole_account,
)
from activities.press import Press
from activities.template_engine import one_line
from activities.texts import LetterText, render_letter
from activities.typography import formats, locale_of
from domain.postal_address import envelope_lines, town_of
from schemas.notice import Letter, Notice
from schemas.postage import LetterKind

ADDRESS_LINES_MAX = 6
ADDRESS_CHARACTERS_MAX = 38
"""What a window envelope shows and a sorting machine reads (NF Z 10-011)."""

HEAD_LINES_MAX = 8
"""As many lines fit between the window's upper edge and the text; no envelope reads them."""

_SMALL_WORDS = frozenset({"aux", "de", "des", "du", "en", "la", "le", "les", "lès", "sous", "sur"})


class AddressMissing(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """A letter has nowhere to go."""


class AddressDoesNotFit(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """An address has more lines, or longer ones, than an envelope's window shows."""


class LetterPress:
    """Prints letters from a templates folder; safe to share between threads.

    Args:
        templates: the folder with ``letter.typ``, ``fonts/`` and a folder per language.
    """

    def __init__(self, templates: Path) -> None:
        self._templates = templates.absolute()
        self._press = Press(templates, "letter.typ")

    def print(self, notice: Notice, kind: LetterKind = LetterKind.ORDINARY) -> Letter:
        """The letter of a notice, as PDF/A-2a and PDF/UA-1, dated like the notice.

        Args:
            notice: what it says, to whom.
            kind: how it travels; only one on paper needs a postal address.

        Raises:
            AddressMissing: when the debtor has no postal address.
            AddressDoesNotFit: when it has more than six lines or one of over 38 characters.
            CharacterMissing: when no font has a character of it; names where it stands.
            TemplateMissing, TemplateBroken, TooManyItems: when there is no such text.
        """
        address = recipient_lines(notice) if kind.is_electronic else address_block(notice)
        words = render_letter(notice, self._templates)
        page = _page(notice, words, address)
        return self._press.set(page, notice.on, words.language, words.used)


def address_block(notice: Notice) -> list[str]:
    """The lines for the envelope's window: name, street, city, and the country when it is abroad.

    The town stands as its own country wants it (:mod:`domain.postal_address`), the country in
    capitals in the language of the sender (Universal Postal Union, Convention, article 17-101).

    Raises:
        AddressMissing: when there is no line but the name.
        AddressDoesNotFit: when a line or their number is too much; names the line and its length.
    """
    debtor = notice.debtor
    whose = f"debtor {debtor.creditor}/{debtor.debtor_id}"
    lines = [line for line in map(_squeezed, debtor.address.lines) if line]
    if not lines:
        raise AddressMissing(f"{whose} has no postal address")
    abroad = debtor.country != notice.creditor.country
    room = ADDRESS_LINES_MAX - (2 if abroad else 1)
    lines = [_squeezed(debtor.name), *envelope_lines(lines, debtor.country, room)]
    if abroad:
        lines.append(_country(notice))
    if len(lines) > ADDRESS_LINES_MAX:
        raise AddressDoesNotFit(f"{whose}: {len(lines)} lines, at most {ADDRESS_LINES_MAX} fit")
    for number, line in enumerate(lines, 1):
        if len(line) > ADDRESS_CHARACTERS_MAX:
            raise AddressDoesNotFit(
                f"{whose}: address line {number} {line!r} has {len(line)} characters, "
                f"at most {ADDRESS_CHARACTERS_MAX} fit"
            )
    return lines


def recipient_lines(notice: Notice) -> list[str]:
    """Whom an electronic letter names: no envelope shows it, so what is long goes on below.

    A postal address is shown if there is one, and it can be shown whole; the letter goes to the
    e-mail address, which is named in any case (CPCE L100 asks who it is for, not where they live).
    """
    debtor = notice.debtor
    who = [_squeezed(debtor.name), debtor.email.strip()]
    postal = [line for line in map(_squeezed, debtor.address.lines) if line]
    if postal:
        abroad = debtor.country != notice.creditor.country
        postal = envelope_lines(postal, debtor.country, len(postal))
        postal += [_country(notice)] if abroad else []
    found = _wrapped([who[0], *postal, who[1]])
    return found if len(found) <= HEAD_LINES_MAX else _wrapped(who)[:HEAD_LINES_MAX]


def _wrapped(lines: list[str]) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, ADDRESS_CHARACTERS_MAX)]


def _country(notice: Notice) -> str:
    names = locale_of(notice.creditor.language).territories
    country: str = names.get(notice.debtor.country, notice.debtor.country)
    return country.upper()


def _page(notice: Notice, words: LetterText, address: list[str]) -> dict[str, Any]:
    """Everything that ``letter.typ`` sets, as plain strings: nothing in it is ever markup."""
    city = _city(notice.creditor.address)
    labels = {key: word.replace("{city}", city) for key, word in words.labels.items()}
    return {
        "language": words.language,
        "labels": labels,
        "subject": words.subject,
        "blocks": words.blocks,
        "address": address,
        "sender": sender(notice.creditor),
        "reference": notice.reference,
        "customer": one_line(notice.debtor.debtor_id),
        **_account(notice, words),
    }


def _account(notice: Notice, words: LetterText) -> dict[str, Any]:
    language, labels = words.language, words.labels
    money, day = formats(language)["money"], formats(language)["day"]
    return {
        "items": [
            {
                "invoice": one_line(item.invoice),
                "order": one_line(item.purchase_order),
                "issued": day(item.issue_date),
                "due": day(item.due_date),
                "late": labels["days"].replace("{days}", str(item.days_overdue)),
                "amount": money(item.amount),
                "paid": money(item.paid),
                "owed": money(item.asked),
            }
            for item in notice.items
        ],
        "sums": claim_sums(notice, labels, language),
        "statements": [
            statement_part(item, whole_account(item.statement, labels), labels, language)
            for item in notice.items
            if notice.claim and item.statement
        ],
        "conventions": conventions(notice, language),
        "total": money(notice.total),
        "pay_by": labels["pay_by_date"],
        "payment": payment(notice),
    }


def _squeezed(line: str) -> str:
    # A letter and its accent take one place on the envelope, also where macOS wrote them apart.
    return unicodedata.normalize("NFC", " ".join(one_line(line).split()))


def _city(address: tuple[str, ...]) -> str:
    """The city of an address as a letter's date line writes it: "69004 LYON CEDEX" is Lyon."""
    town = town_of(tuple(map(_squeezed, address)))
    city = re.sub(r"\s+CEDEX.*$", "", town, flags=re.IGNORECASE)
    if not city.isupper():
        return city.strip()
    parts = re.split(r"([ -])", city.strip().lower())
    named = [
        word if word in _SMALL_WORDS and place else word.capitalize()
        for place, word in enumerate(parts)
    ]
    return "".join(named)
