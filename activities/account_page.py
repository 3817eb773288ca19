"""What do letters and statements print of an account? Invoices, interest, sums, how to pay."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from segno.helpers import make_epc_qr
from stdnum import iso11649

from activities.template_engine import one_line
from activities.typography import formats, grouped, typographic
from domain.rates import TO_BE_PUBLISHED
from schemas.interest import ClaimStatement, InterestSegment
from schemas.money import Money, round_half_up
from schemas.notice import Notice, NoticeItem
from schemas.parties import Creditor

Labels = Mapping[str, str]
"""The words around the figures, by name."""


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


def sender(creditor: Creditor) -> dict[str, Any]:
    """Who writes, for the head and the foot of a page."""
    return {
        "name": one_line(creditor.name),
        "lines": [one_line(line) for line in creditor.address],
        "contact": [word for word in (creditor.phone, creditor.reply_to or creditor.email) if word],
        "legal": [word for word in (creditor.legal_form, creditor.registration) if word],
    }


def payment(notice: Notice) -> dict[str, Any]:
    """How to pay what a notice asks for."""
    creditor = notice.creditor
    return {
        "payee": one_line(creditor.name),
        "iban": grouped(creditor.iban),
        "bic": creditor.bic,
        "references": [one_line(item.reference or item.invoice) for item in notice.items],
        "code": _payment_code(notice),
    }


def conventions(notice: Notice, language: str) -> str:
    """How interest was counted; empty where none is told."""
    return typographic(notice.claim.conventions, language) if notice.claim else ""


def claim_sums(notice: Notice, labels: Labels, language: str) -> list[dict[str, str]]:
    """What stands below the invoices: their sum, and what is claimed beside them."""
    money, claim = formats(language)["money"], notice.claim
    if claim is None or not claim.claimed:
        return [{"label": labels["total"], "amount": money(notice.total)}]
    rows = [(labels["principal"], claim.principal), (labels["interest"], claim.interest)]
    if claim.indemnity.is_positive:
        rows.append((labels["indemnity"], claim.indemnity))
    rows.append((labels["total"], notice.total))
    return [{"label": label, "amount": money(amount)} for label, amount in rows]


def whole_account(stated: ClaimStatement, labels: Labels) -> list[tuple[str, Money]]:
    """An invoice's account from what was invoiced to what is owed of everything."""
    return [
        (labels["invoiced"], stated.principal),
        *([(labels["credited"], stated.credited)] if stated.credited.is_positive else []),
        *([(labels["paid"], stated.paid)] if stated.paid.is_positive else []),
        (labels["owed"], stated.principal_owed),
        (labels["interest"], stated.interest_owed),
        *([(labels["indemnity"], stated.indemnity_owed)] if stated.indemnity.is_positive else []),
        (labels["total_owed"], stated.total),
    ]


def charges_account(
    stated: ClaimStatement, labels: Labels, claimed: Money | None = None
) -> list[tuple[str, Money]]:
    """What late payment of an invoice has cost: counted, given up, paid, and still owed.

    Args:
        stated: its account.
        labels: the words.
        claimed: what of it is asked for, where the rest is only stated; None tells nothing apart.
    """
    waived = stated.interest_waived + stated.indemnity_waived
    owed = stated.interest_owed + stated.indemnity_owed
    paid = stated.interest + stated.indemnity - waived - owed
    contingent = stated.contingent_interest + stated.contingent_indemnity
    none = Money.zero(owed.currency)
    return [
        *([(labels["interest"], stated.interest)] if stated.interest != owed else []),
        *([(labels["indemnity"], stated.indemnity)] if stated.indemnity.is_positive else []),
        *([(labels["waived"], none - waived)] if waived.is_positive else []),
        *([(labels["charges_paid"], none - paid)] if paid.is_positive else []),
        *([(labels["contingent"], contingent)] if contingent.is_positive else []),
        (labels["charges_owed"], owed),
        *([(labels["charges_stated"], owed - claimed)] if claimed and claimed != owed else []),
        *([(labels["charges_claimed"], claimed)] if claimed else []),
    ]


def statement_part(
    item: NoticeItem, rows: list[tuple[str, Money]], labels: Labels, language: str
) -> dict[str, Any]:
    """The account of one invoice: its interest by days, base and rate, then these rows."""
    stated = item.statement
    if stated is None:
        raise ValueError(f"{item.invoice} has no statement")
    tools = formats(language)
    return {
        "invoice": one_line(item.invoice),
        "due": tools["day"](stated.due_date),
        "segments": [
            _segment(one, stated.total.currency, labels, language)
            for one in stated.segments
            if one.base > 0
        ],
        "rows": [{"label": label, "amount": tools["money"](amount)} for label, amount in rows],
    }


def _segment(one: InterestSegment, currency: str, labels: Labels, language: str) -> dict[str, str]:
    """Days in a row with one rate; where it is not published yet, that is said in its place."""
    tools = formats(language)

    def cents(exact: Decimal) -> str:
        return tools["money"](Money(amount=round_half_up(exact, currency), currency=currency))

    known = one.rate is not None
    return {
        "first": tools["day"](one.first_day),
        "last": tools["day"](one.last_day),
        "days": str(one.days),
        "base": cents(one.base),
        "rate": tools["rate"](one.rate) if known else "–",  # noqa: RUF001 - a dash, no sign of minus
        "source": _source(one, labels, language),
        "interest": cents(one.interest) if known else "–",  # noqa: RUF001 - as above
    }


def _source(one: InterestSegment, labels: Labels, language: str) -> str:
    """Where a rate comes from, in a few words: series, half-year, and what the law adds to."""
    if one.row is not None:
        series = labels[f"series_{one.row.series.value.lower()}"]
        tools = formats(language)
        return f"{series} {tools['day'](one.row.valid_from)} · {tools['rate'](one.row.value)}"
    if one.rate is None:
        published = one.source == TO_BE_PUBLISHED
        return labels["rate_to_be_published" if published else "rate_unknown"]
    return labels["rate_of_contract"]


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
