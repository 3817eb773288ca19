"""What is owed, interest included? ``interest`` for a claim as typed, ``account`` for invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.rates_command import read_rates_file
from domain.contract_rate import ContractRateRefusedError
from domain.interest import DayOutOfRangeError, state_claim
from domain.interest_regimes import UnknownRegimeError
from domain.rates import RateTable
from schemas.interest import (
    Claim,
    ClaimStatement,
    Credit,
    CreditKind,
    ImputationPolicy,
    Receipt,
)
from schemas.money import Money
from schemas.parties import Capacity
from schemas.settings import Settings

if TYPE_CHECKING:
    from store.receivables import KnownPayment


@dataclass(frozen=True)
class Asked:
    """What a person says about a claim that no file knows; empty when nothing was said."""

    policy: str
    rate: str = ""
    formal_notice: date | None = None
    insolvency: date | None = None


@dataclass(frozen=True)
class TypedClaim:
    """A claim as it is typed, without a database."""

    country: str
    capacity: str
    amount: str
    currency: str
    due: date
    payments: Sequence[str] = ()
    credits: Sequence[str] = ()


async def interest(typed: TypedClaim, paid: date | None, asked: Asked, *, as_json: bool) -> Exit:
    """Compute one claim without a database."""
    currency = typed.currency or ("GBP" if typed.country.upper() == "GB" else "EUR")
    claim = _claim(
        {
            "country": typed.country.upper(),
            "capacity": typed.capacity,
            "amount": _money(typed.amount, currency, "--amount"),
            "due_date": typed.due,
            "payments": [_payment(text, currency) for text in typed.payments],
            "credits": [_credit(text, currency) for text in typed.credits],
        },
        asked,
    )
    on = paid or datetime.now(UTC).date()
    statement = _state(claim, on, read_rates_file(Settings().rates_file), asked)
    if as_json:
        say_json(statement)
    else:
        _print("claim", statement)
    return Exit.DONE


async def account(
    numbers: list[str], creditor: str, on: date | None, asked: Asked, *, as_json: bool
) -> Exit:
    """Print the account of invoices, with what came in for them."""
    from activities.library import read_creditors  # noqa: PLC0415 - heavy
    from cli.reach import database, only  # noqa: PLC0415 - heavy
    from store import receivables  # noqa: PLC0415 - heavy

    settings = Settings()
    who = only(read_creditors(settings.creditors_folder), creditor)
    table = read_rates_file(settings.rates_file)
    day = on or datetime.now(ZoneInfo(who.time_zone)).date()
    stated: dict[str, ClaimStatement] = {}
    worst = Exit.DONE
    async with database() as pool:
        for number in dict.fromkeys(numbers):
            invoice = await receivables.read_invoice(pool, who.creditor, number)
            if invoice is None:
                words = f"there is no invoice {number!r} of {who.creditor}"
                worst = max(worst, Exit(say_error(words, Exit.NOT_FOUND)))
                continue
            debtor = await receivables.read_debtor(pool, who.creditor, invoice.debtor_id)
            known = await receivables.payments_of(pool, who.creditor, number)
            fields: dict[str, object] = {
                "country": debtor.country if debtor else who.country,
                "capacity": debtor.capacity if debtor else Capacity.BUSINESS,
                "amount": invoice.amount,
                "due_date": invoice.due_date,
                "payments": _receipts(number, invoice.amount.currency, known),
            }
            try:
                stated[number] = _state(_claim(fields, asked), day, table, asked)
            except CommandFailed as failure:
                worst = max(worst, Exit(say_error(f"{number}: {failure}", failure.code)))
    if as_json:
        say_json(
            [{"invoice": number, **one.model_dump(mode="json")} for number, one in stated.items()]
        )
    else:
        for number, one in stated.items():
            _print(number, one)
        _print_totals(list(stated.values()))
    return worst


def _claim(fields: dict[str, object], asked: Asked) -> Claim:
    try:
        return Claim.model_validate(
            {
                **fields,
                "holidays": _holidays(str(fields["country"]), fields["due_date"]),
                "contract_rate": _decimal(asked.rate, "--rate") if asked.rate else None,
                "formal_notice_on": asked.formal_notice,
                "insolvency_on": asked.insolvency,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        words = ": ".join(part for part in (place, first["msg"]) if part)
        raise CommandFailed(Exit.USAGE, f"{words}, found {str(first['input'])[:80]!r}") from error


def _holidays(country: str, due: object) -> tuple[date, ...]:
    """The holidays around a German due date: there, one on a holiday moves (BGB 193)."""
    if country != "DE" or not isinstance(due, date):
        return ()
    from domain.holidays import contact_calendar  # noqa: PLC0415 - heavy

    calendar = contact_calendar(country, Capacity.BUSINESS, due.year, due.year + 1, "Europe/Berlin")
    return tuple(holiday.day for holiday in calendar.holidays)


def _state(claim: Claim, on: date, table: RateTable, asked: Asked) -> ClaimStatement:
    try:
        policy = ImputationPolicy(asked.policy)
    except ValueError as error:
        names = ", ".join(ImputationPolicy)
        words = f"--policy {asked.policy!r} is unknown; expected one of: {names}"
        raise CommandFailed(Exit.USAGE, words) from error
    try:
        return state_claim(claim, on, table, policy=policy)
    except ContractRateRefusedError as error:
        raise CommandFailed(Exit.REFUSED, f"ContractRateRefused: {error}") from error
    except UnknownRegimeError as error:
        raise CommandFailed(Exit.PROBLEMS, str(error)) from error
    except DayOutOfRangeError as error:
        raise CommandFailed(Exit.USAGE, str(error)) from error


def _receipts(number: str, currency: str, known: Iterable[KnownPayment]) -> list[Receipt]:
    """The payments that an account can take; a person looks after the others."""
    receipts = []
    for one in known:
        if one.amount.is_positive and one.amount.currency == currency:
            reference, day = one.payment_id, one.received_on
            receipts.append(Receipt(day=day, amount=one.amount, reference=reference))
        else:
            words = f"payment {one.payment_id} of {one.amount} is left out of the account"
            say_error(f"{number}: warning: {words}", Exit.DONE)
    return receipts


def _payment(text: str, currency: str) -> Receipt:
    day, _, amount = text.partition(":")
    place = f"--payment {text!r}"
    return Receipt(day=_day(day, place), amount=_money(amount, currency, place))


def _credit(text: str, currency: str) -> Credit:
    day, _, rest = text.partition(":")
    amount, _, kind = rest.partition(":")
    place = f"--credit {text!r}"
    if kind not in set(CreditKind):
        words = f"{place}: expected DATE:AMOUNT:KIND, KIND one of {', '.join(CreditKind)}"
        raise CommandFailed(Exit.USAGE, words)
    money = _money(amount, currency, place)
    return Credit(day=_day(day, place), amount=money, kind=CreditKind(kind))


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        words = f"{place}: {text!r} is no day; expected something like 2025-04-30"
        raise CommandFailed(Exit.USAGE, words) from error


def _money(text: str, currency: str, place: str) -> Money:
    try:
        money = Money(amount=_decimal(text, place), currency=currency)
    except ValueError as error:
        words = f"{place}: {text!r} is no amount in {currency!r}; expected something like 1234.56"
        raise CommandFailed(Exit.USAGE, words) from error
    if not money.is_positive:
        raise CommandFailed(Exit.USAGE, f"{place}: {text!r} is not more than nothing")
    return money


def _decimal(text: str, place: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise CommandFailed(Exit.USAGE, f"{place}: {text!r} is no number") from error
    if not number.is_finite() or abs(number) > Decimal(10) ** 12:
        raise CommandFailed(Exit.USAGE, f"{place}: {text!r} is out of range")
    return number


def _print(title: str, one: ClaimStatement) -> None:
    say(f"{title}: account on {one.on}, due {one.due_date}, {one.country} {one.capacity.value}")
    lines = [("principal", one.principal)]
    lines += [("credits", one.credited)] if one.credited.is_positive else []
    lines += [("payments", one.paid)] if one.paid.is_positive else []
    lines += [("interest", one.interest)]
    lines += [("  waived", one.interest_waived)] if one.interest_waived.is_positive else []
    lines += [("fixed sum", one.indemnity)]
    lines += [("unallocated", one.unallocated)] if one.unallocated.is_positive else []
    lines += [("total owed", one.total)]
    for name, amount in lines:
        say(f"  {name:<12} {amount!s:>18}")
    _print_segments(one)
    _print_entries(one)
    increment = "not published yet" if one.daily_increment is None else f"{one.daily_increment}"
    say(f"  interest of the next day: {increment}")
    say(f"  {one.conventions}")
    for warning in one.warnings:
        say_error(f"  warning: {warning}", Exit.DONE)
    say()


def _print_segments(one: ClaimStatement) -> None:
    rows = [
        (
            *(part.first_day, part.last_day, part.days, f"{part.base:.2f}"),
            *("?" if part.rate is None else f"{part.rate} %", f"{part.interest:.6f}"),
            *(part.row.row if part.row else part.wanted, part.source),
        )
        for part in one.segments
    ]
    if rows:
        head = ("from", "to", ">days", ">on", ">rate", ">interest", "row", "source")
        say_table("Interest", head, rows)


def _print_entries(one: ClaimStatement) -> None:
    rows = [
        (part.day, part.kind, part.amount, part.principal, part.interest, part.indemnity)
        for part in one.entries
    ]
    if rows:
        head = ("day", "entry", ">amount", ">principal", ">interest", ">fixed sum")
        say_table("Payments, credits and waivers", head, rows)


def _print_totals(stated: list[ClaimStatement]) -> None:
    if len(stated) < 2:
        return
    for currency in sorted({one.total.currency for one in stated}):
        amounts = [one.total.amount for one in stated if one.total.currency == currency]
        total = Money(amount=sum(amounts, Decimal(0)), currency=currency)
        say(f"total of {len(amounts)} invoices: {total}")
