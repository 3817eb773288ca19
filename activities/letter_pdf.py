"""How does a notice become a letter? Set by Typst as PDF/A-2a, always to the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from segno.helpers import make_epc_qr
from stdnum import iso11649

from activities.template_engine import TemplateBroken, TemplateMissing, one_line
from activities.text_files import version_of
from activities.texts import LetterText, render_letter
from activities.typography import formats, grouped, locale_of, typographic
from domain.postal_address import envelope_lines
from schemas.money import Money, round_half_up
from schemas.notice import Letter, Notice, NoticeItem

ADDRESS_LINES_MAX = 6
ADDRESS_CHARACTERS_MAX = 38
"""What a window envelope shows and a sorting machine reads (NF Z 10-011)."""

_PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")
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
        self._of_thread = threading.local()

    def print(self, notice: Notice) -> Letter:
        """The letter of a notice, as PDF/A-2a and PDF/UA-1, dated like the notice.

        Raises:
            AddressMissing: when the debtor has no postal address.
            AddressDoesNotFit: when it has more than six lines or one of over 38 characters.
            TemplateMissing, TemplateBroken, TooManyItems: when there is no such text.
        """
        address = address_block(notice)
        words = render_letter(notice, self._templates)
        data = json.dumps(_page(notice, words, address), ensure_ascii=False)
        try:
            pdf = self._compiler().compile(
                sys_inputs={"data": data},
                format="pdf",
                timestamp=datetime.combine(notice.on, time(), UTC),
                pdf_standards=["a-2a", "ua-1"],
            )
        except typst.TypstError as problem:
            path, line = self._templates / "letter.typ", 0
            if found := re.search(r"letter\.typ:(\d+)", problem.diagnostic):
                line = int(found.group(1))
            raise TemplateBroken(path, line, problem.message) from problem
        if not isinstance(pdf, bytes):  # a list of pages, were the format a picture's
            raise TypeError(f"Typst gave {type(pdf).__name__}, not a PDF")
        layout = (self._templates / "letter.typ").read_bytes()
        used = {**words.used, "letter.typ": hashlib.sha256(layout).hexdigest()}
        return Letter(
            pdf=pdf,
            sha256=hashlib.sha256(pdf).hexdigest(),
            pages=len(_PAGES.findall(pdf)),
            language=words.language,
            template_version=version_of(used),
        )

    def _compiler(self) -> typst.Compiler:
        """A compiler belongs to one thread; it keeps fonts and parsed sources between letters."""
        compiler: typst.Compiler | None = getattr(self._of_thread, "compiler", None)
        if compiler is None:
            source = self._templates / "letter.typ"
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
        names = locale_of(notice.creditor.language).territories
        lines.append(names.get(debtor.country, debtor.country).upper())
    if len(lines) > ADDRESS_LINES_MAX:
        raise AddressDoesNotFit(f"{whose}: {len(lines)} lines, at most {ADDRESS_LINES_MAX} fit")
    for number, line in enumerate(lines, 1):
        if len(line) > ADDRESS_CHARACTERS_MAX:
            raise AddressDoesNotFit(
                f"{whose}: address line {number} {line!r} has {len(line)} characters, "
                f"at most {ADDRESS_CHARACTERS_MAX} fit"
            )
    return lines


@lru_cache(maxsize=512)
def payment_code(name: str, iban: str, bic: str, cents: int, reference: str, text: str) -> str:
    """The SEPA payment QR code as SVG (EPC069-12), made once per set of items.

    Args:
        name: of the creditor, at most 70 characters.
        iban: without spaces.
        bic: may be empty within the SEPA area.
        cents: the amount in euro cents, 1 to 99,999,999,999.
        reference: ISO 11649 reference, or empty.
        text: at most 140 characters, empty if there is a reference: the standard takes one.
    """
    code = make_epc_qr(
        name=name,
        iban=iban,
        bic=bic or None,
        amount=Decimal(cents).scaleb(-2),
        reference=reference or None,
        text=text or None,
        encoding="UTF-8",
    )
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


def _payment_code(notice: Notice) -> str:
    """Empty where there is no such code: for another currency than the euro, or no amount."""
    total, items = notice.total, notice.items
    cents = int(total.amount * 100)
    if total.currency != "EUR" or not 1 <= cents <= 99_999_999_999:
        return ""
    creditor = notice.creditor
    reference = items[0].reference.replace(" ", "") if len(items) == 1 else ""
    if not iso11649.is_valid(reference):
        reference = ""
    text = "" if reference else _invoice_numbers(items)
    return payment_code(
        creditor.name, creditor.iban.replace(" ", ""), creditor.bic, cents, reference, text
    )


def _invoice_numbers(items: tuple[NoticeItem, ...]) -> str:
    """As many whole invoice numbers as the 140 characters of a transfer's text hold."""
    text = ""
    for item in items:
        longer = f"{text} {one_line(item.invoice)}".strip()
        if len(longer) > 140:
            break
        text = longer
    return text


def _page(notice: Notice, words: LetterText, address: list[str]) -> dict[str, Any]:
    """Everything that ``letter.typ`` sets, as plain strings: nothing in it is ever markup."""
    creditor = notice.creditor
    labels = {
        key: word.replace("{city}", _city(creditor.address)) for key, word in words.labels.items()
    }
    return {
        "language": words.language,
        "labels": labels,
        "subject": words.subject,
        "blocks": words.blocks,
        "address": address,
        "sender": {
            "name": one_line(creditor.name),
            "lines": [one_line(line) for line in creditor.address],
            "contact": [
                word for word in (creditor.phone, creditor.reply_to or creditor.email) if word
            ],
            "legal": [word for word in (creditor.legal_form, creditor.registration) if word],
        },
        "reference": notice.reference,
        "customer": one_line(notice.debtor.debtor_id),
        **_account(notice, words),
    }


def _account(notice: Notice, words: LetterText) -> dict[str, Any]:
    money, day = formats(words.language)["money"], formats(words.language)["day"]
    creditor = notice.creditor
    return {
        "items": [
            {
                "invoice": one_line(item.invoice),
                "order": one_line(item.purchase_order),
                "issued": day(item.issue_date),
                "due": day(item.due_date),
                "late": words.labels["days"].replace("{days}", str(item.days_overdue)),
                "amount": money(item.amount),
                "paid": money(item.paid),
                "owed": money(item.asked),
            }
            for item in notice.items
        ],
        "sums": _sums(notice, words),
        "statements": [
            _statement(item, words) for item in notice.items if notice.claim and item.statement
        ],
        "conventions": typographic(notice.claim.conventions, words.language)
        if notice.claim
        else "",
        "total": money(notice.total),
        "pay_by": words.labels["pay_by_date"],
        "payment": {
            "payee": one_line(creditor.name),
            "iban": grouped(creditor.iban),
            "bic": creditor.bic,
            "references": [one_line(item.reference or item.invoice) for item in notice.items],
            "code": _payment_code(notice),
        },
    }


def _sums(notice: Notice, words: LetterText) -> list[dict[str, str]]:
    """What stands below the invoices: their sum, and what is claimed beside them."""
    money, labels, claim = formats(words.language)["money"], words.labels, notice.claim
    if claim is None or not claim.claimed:
        return [{"label": labels["total"], "amount": money(notice.total)}]
    rows = [(labels["principal"], claim.principal), (labels["interest"], claim.interest)]
    if claim.indemnity.is_positive:
        rows.append((labels["indemnity"], claim.indemnity))
    rows.append((labels["total"], notice.total))
    return [{"label": label, "amount": money(amount)} for label, amount in rows]


def _statement(item: NoticeItem, words: LetterText) -> dict[str, Any]:
    """The account of one invoice, for the enclosure: by days, base and rate."""
    stated = item.statement
    if stated is None:
        raise ValueError(f"{item.invoice} has no statement")
    tools, labels = formats(words.language), words.labels
    money, day = tools["money"], tools["day"]
    currency = stated.total.currency
    rows = [
        (labels["invoiced"], stated.principal),
        *([(labels["credited"], stated.credited)] if stated.credited.is_positive else []),
        *([(labels["paid"], stated.paid)] if stated.paid.is_positive else []),
        (labels["owed"], stated.principal_owed),
        (labels["interest"], stated.interest_owed),
        *([(labels["indemnity"], stated.indemnity_owed)] if stated.indemnity.is_positive else []),
        (labels["total_owed"], stated.total),
    ]
    return {
        "invoice": one_line(item.invoice),
        "due": day(stated.due_date),
        "segments": [
            {
                "first": day(one.first_day),
                "last": day(one.last_day),
                "days": str(one.days),
                "base": money(Money(amount=round_half_up(one.base, currency), currency=currency)),
                "rate": tools["rate"](one.rate),
                "interest": money(
                    Money(amount=round_half_up(one.interest, currency), currency=currency)
                ),
            }
            for one in stated.segments
            # Days whose rate is not published yet bear nothing so far, and are not shown.
            if one.base > 0 and one.rate is not None
        ],
        "rows": [{"label": label, "amount": money(amount)} for label, amount in rows],
    }


def _squeezed(line: str) -> str:
    return " ".join(one_line(line).split())


def _city(address: tuple[str, ...]) -> str:
    """The city of an address as a letter's date line writes it: "69004 LYON CEDEX" is Lyon."""
    bare = re.sub(r"^[A-Z]{0,2}-?\d[\d ]*", "", _squeezed(address[-1]))
    city = re.sub(r"\s+CEDEX.*$", "", bare, flags=re.IGNORECASE)
    if not city.isupper():
        return city.strip()
    parts = re.split(r"([ -])", city.strip().lower())
    named = [
        word if word in _SMALL_WORDS and place else word.capitalize()
        for place, word in enumerate(parts)
    ]
    return "".join(named)
