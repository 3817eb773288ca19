"""What does a debtor owe, on paper? The statement of account of a message, or for a person."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from activities.account_page import (
    Labels,
    charges_account,
    conventions,
    payment,
    sender,
    statement_part,
)
from activities.press import Press
from activities.template_engine import TemplateMissing, one_line
from activities.texts import LABELS, read_labels
from activities.typography import formats, locale_of
from domain.languages import languages_for
from schemas.account import ItemAccount, Movement
from schemas.interest import ReferenceRate
from schemas.money import Money
from schemas.notice import Letter, Notice, NoticeItem


class StatementPress:
    """Prints statements of account from a templates folder; safe to share between threads.

    Args:
        templates: the folder with ``statement.typ``, ``fonts/`` and a folder per language.
    """

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._press = Press(templates, "statement.typ")

    def print(self, notice: Notice, *, language: str = "", deadline: bool = True) -> Letter:
        """The statement of everything that a notice asks for, as PDF/A-2a and PDF/UA-1.

        Args:
            notice: what is owed, by whom; its items have accounts.
            language: of the words; by default the first of the debtor's that there is.
            deadline: it is asked for by a day.

        Raises:
            TemplateMissing, TemplateBroken, TooManyItems: when it cannot be set.
        """
        language = language or self.language_of(notice)
        used: dict[str, str] = {}
        labels = read_labels(notice, self._templates, language, used)
        page = _page(notice, labels, language)
        if not deadline:
            page["pay_by"] = ""
        return self._press.set(page, notice.on, language, used)

    def language_of(self, notice: Notice) -> str:
        """The first language in which the debtor could be addressed, and there are words.

        Raises:
            TemplateMissing: when there is none.
        """
        debtor, creditor = notice.debtor, notice.creditor
        wanted = languages_for(debtor.language, debtor.country, creditor.language)
        for language in wanted:
            if (self._templates / language / LABELS).is_file():
                return language
        raise TemplateMissing(self._templates / wanted[0] / LABELS)

    def file_name(self, notice: Notice) -> str:
        """The name under which the statement is attached, in the language of its words."""
        language = self.language_of(notice)
        labels = read_labels(notice, self._templates, language, {})
        return f"{labels['account_file']}-{notice.on}.pdf"


def _page(notice: Notice, labels: Labels, language: str) -> dict[str, object]:
    """Everything that ``statement.typ`` sets, as plain strings: nothing in it is ever markup."""
    money = formats(language)["money"]
    accounts = [_account_of(item) for item in notice.items]
    total = [_sum(one.invoiced for one in accounts), _sum(one.settled for one in accounts)]
    total += [_sum(one.outstanding for one in accounts), _sum(one.disputed for one in accounts)]
    debtor, claim = notice.debtor, notice.claim
    stated = [item for item in notice.items if claim and item.statement]
    return {
        "language": language,
        "labels": labels,
        "sender": sender(notice.creditor),
        "reference": notice.reference,
        "customer": one_line(debtor.debtor_id),
        "debtor": [one_line(debtor.name), *_address(notice)],
        "items": [
            _row(item, account, labels, language)
            for item, account in zip(notice.items, accounts, strict=True)
        ],
        "totals": [money(amount) for amount in total],
        "some_disputed": total[3].is_positive,
        "sums": _sums(notice, accounts, labels, language),
        "told": labels["account_told"],
        "statements": [
            statement_part(
                one, charges_account(one.statement, labels, one.claimed), labels, language
            )
            for one in stated
            if one.statement
        ],
        "rates": _rates(stated, labels, language),
        "conventions": conventions(notice, language),
        "total": money(notice.total),
        "owes": notice.total.is_positive,
        "pay_by": labels["pay_by_date"],
        "payment": payment(notice),
    }


def _account_of(item: NoticeItem) -> ItemAccount:
    if item.account is None:
        raise ValueError(f"{item.invoice} has no account")
    return item.account


def _sum(amounts: Iterable[Money]) -> Money:
    first, *rest = amounts
    return sum(rest, first)


def _address(notice: Notice) -> list[str]:
    lines = [one_line(line) for line in notice.debtor.address.lines if line.strip()]
    if notice.debtor.country != notice.creditor.country:
        names = locale_of(notice.creditor.language).territories
        lines.append(names.get(notice.debtor.country, notice.debtor.country).upper())
    return lines


def _row(
    item: NoticeItem, account: ItemAccount, labels: Labels, language: str
) -> dict[str, object]:
    tools = formats(language)
    money, day = tools["money"], tools["day"]
    late = labels["days"].replace("{days}", str(item.days_overdue)) if item.days_overdue else ""
    return {
        "invoice": one_line(item.invoice),
        "order": one_line(item.purchase_order),
        "issued": day(item.issue_date),
        "due": day(item.due_date),
        "late": late,
        "amount": money(account.invoiced),
        "settled": money(account.settled) if account.movements else "",
        "owed": money(account.outstanding),
        "disputed": money(account.disputed) if account.disputed.is_positive else "",
        "movements": [_movement(one, labels, language) for one in account.movements],
    }


def _movement(one: Movement, labels: Labels, language: str) -> dict[str, str]:
    tools = formats(language)
    day = tools["day"](one.on) if one.on else ""
    words = labels[f"movement_{one.kind.value.replace('-', '_')}"]
    return {"words": f"{words} · {day}" if day else words, "amount": tools["money"](one.amount)}


def _sums(
    notice: Notice, accounts: list[ItemAccount], labels: Labels, language: str
) -> list[dict[str, str]]:
    """From what is outstanding to what is asked for."""
    money, claim = formats(language)["money"], notice.claim
    owed = _sum(one.outstanding for one in accounts)
    disputed = _sum(one.disputed for one in accounts)
    to_come = _sum(one.to_come for one in accounts)
    none = Money.zero(owed.currency)
    rows: list[tuple[str, Money]] = []
    if disputed.is_positive or to_come.is_positive:
        rows.append((labels["owed"], owed))
    if disputed.is_positive:
        rows.append((labels["disputed"], none - disputed))
    if to_come.is_positive:
        rows.append((labels["to_come"], none - to_come))
    if claim is not None and claim.claimed:
        rows.append((labels["principal"], notice.principal))
        rows.append((labels["interest"], claim.interest))
        if claim.indemnity.is_positive:
            rows.append((labels["indemnity"], claim.indemnity))
    rows.append((labels["total"], notice.total))
    return [{"label": label, "amount": money(amount)} for label, amount in rows]


def _rates(stated: list[NoticeItem], labels: Labels, language: str) -> list[dict[str, str]]:
    """The published rates that were applied, each once: of which half-year, and how sure it is.

    The file's remark about a rate is for the house alone.
    """
    rows: dict[str, ReferenceRate] = {}
    for item in stated:
        for row in item.statement.rates if item.statement else ():
            rows[row.row] = row
    tools = formats(language)
    return [
        {
            "series": labels[f"series_{row.series.value.lower()}"],
            "from": tools["day"](row.valid_from),
            "value": tools["rate"](row.value),
            "status": labels[row.status.value],
        }
        for _, row in sorted(rows.items())
    ]
