"""What does this late payment cost? ``interest``, for a claim as it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from cli.claim_print import print_statement
from cli.outcome import CommandFailed, Exit, say_error, say_json
from cli.rates_command import read_rates_file
from cli.typed import one_of
from domain.agreed_interest import hold_rate
from domain.contract_rate import ContractRateRefusedError
from domain.import_values import Unexpected, read_amount, read_currency
from domain.interest import DayOutOfRangeError, state_claim
from domain.interest_regimes import UnknownRegimeError
from domain.rates import RateTable
from schemas.interest import (
    FIRST_DAY,
    LAST_DAY,
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
    country = _country(typed.country)
    currency = _currency(typed.currency) or ("GBP" if country == "GB" else "EUR")
    claim = claim_of(
        {
            "country": country,
            "capacity": one_of(typed.capacity, tuple(Capacity), "--capacity"),
            "amount": _money(typed.amount, currency, "--amount"),
            "due_date": typed.due,
            "payments": [_payment(text, currency) for text in typed.payments],
            "credits": [_credit(text, currency) for text in typed.credits],
        },
        asked,
    )
    on = paid or datetime.now(UTC).date()
    statement = state(claim, on, read_rates_file(Settings().rates_file), asked)
    for told in _left_out(claim, on):
        say_error(f"warning: {told}", Exit.DONE)
    if as_json:
        say_json(statement)
    else:
        print_statement("claim", statement)
    return Exit.DONE


def claim_of(fields: dict[str, object], asked: Asked) -> Claim:
    """A claim of these fields and of what a person said.

    Raises:
        CommandFailed: when something of it cannot be; names the field and what was found.
    """
    try:
        return Claim.model_validate(
            {
                **fields,
                "holidays": _holidays(str(fields["country"]), fields["due_date"]),
                "contract_rate": _decimal(asked.rate.strip().removesuffix("%"), "--rate")
                if asked.rate
                else fields.get("contract_rate"),
                "formal_notice_on": asked.formal_notice or fields.get("formal_notice_on"),
                "insolvency_on": asked.insolvency or fields.get("insolvency_on"),
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        words = ": ".join(part for part in (place, first["msg"]) if part)
        raise CommandFailed(Exit.USAGE, f"{words}, found {str(first['input'])[:80]!r}") from error


def _country(text: str) -> str:
    """A country's two letters; one whose law is not known is refused later, by name."""
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        words = f"--country: {text!r} is no country code; expected two letters such as FR"
        raise CommandFailed(Exit.USAGE, words)
    return code


def _currency(text: str) -> str:
    """The currency that was typed; empty when none was."""
    try:
        return read_currency(text.strip()) if text.strip() else ""
    except Unexpected as unexpected:
        words = f"--currency: {text!r} is not {unexpected}"
        raise CommandFailed(Exit.USAGE, words) from unexpected


def _left_out(claim: Claim, on: date) -> Iterator[str]:
    """What was typed and is in no figure, because of its day."""
    if on <= claim.due_date:
        yield f"nothing is late on {on}: it is due on {claim.due_date}"
    happened: tuple[Receipt | Credit, ...] = (*claim.payments, *claim.credits)
    for one in happened:
        never_owed = isinstance(one, Credit) and one.kind is CreditKind.ERROR
        if one.day > on and not (never_owed and one.day <= claim.due_date):
            yield f"{one.amount} of {one.day} is left out: the account is of {on} (see --paid)"
    if claim.formal_notice_on is not None and claim.formal_notice_on > on:
        yield f"the formal notice of {claim.formal_notice_on} is left out: the account is of {on}"


def _holidays(country: str, due: object) -> tuple[date, ...]:
    """The holidays around a German due date: there, one on a holiday moves (BGB 193)."""
    if country != "DE" or not isinstance(due, date) or not FIRST_DAY <= due <= LAST_DAY:
        return ()
    from domain.holidays import contact_calendar  # noqa: PLC0415 - heavy

    calendar = contact_calendar(country, Capacity.BUSINESS, due.year, due.year + 1, "Europe/Berlin")
    return tuple(holiday.day for holiday in calendar.holidays)


def state(
    claim: Claim, on: date, table: RateTable, asked: Asked, language: str = "en"
) -> ClaimStatement:
    """The account of a claim on a day, its conventions said in a language.

    Raises:
        CommandFailed: when the rate is refused, or no law is known, or the day or policy is none.
    """
    try:
        policy = ImputationPolicy(asked.policy)
    except ValueError as error:
        names = ", ".join(ImputationPolicy)
        words = f"--policy {asked.policy!r} is unknown; expected one of: {names}"
        raise CommandFailed(Exit.USAGE, words) from error
    try:
        if asked.rate:
            _hold_typed(claim, on, table)
        return state_claim(claim, on, table, policy=policy, language=language)
    except ContractRateRefusedError as error:
        raise CommandFailed(Exit.REFUSED, f"ContractRateRefused: {error}") from error
    except UnknownRegimeError as error:
        raise CommandFailed(Exit.PROBLEMS, str(error)) from error
    except DayOutOfRangeError as error:
        raise CommandFailed(Exit.USAGE, str(error)) from error


def _hold_typed(claim: Claim, on: date, table: RateTable) -> None:
    """Refuse a rate that was not lawful on the first day of delay, when somebody types it."""
    rate, due = claim.contract_rate, claim.due_date
    if rate is not None and claim.capacity is not Capacity.PUBLIC:
        late = due + timedelta(days=1)
        hold_rate(rate, claim.country, claim.capacity, due, late, on, table)


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
        money = Money(amount=_amount(text, currency, place), currency=currency)
    except ValueError as error:
        words = f"{place}: {text!r} is no amount in {currency!r}; expected something like 1234.56"
        raise CommandFailed(Exit.USAGE, words) from error
    if not money.is_positive:
        raise CommandFailed(Exit.USAGE, f"{place}: {text!r} is not more than nothing")
    return money


def _amount(text: str, currency: str, place: str) -> Decimal:
    """An amount; with signs between its thousands it is read as an import reads it."""
    if len(re.findall("[.,']", text)) < 2:
        return _decimal(text, place)
    try:
        return read_amount(text.strip(), currency)
    except Unexpected as unexpected:
        words = f"{place}: {text!r} is not {unexpected}"
        raise CommandFailed(Exit.USAGE, words) from unexpected


def _decimal(text: str, place: str) -> Decimal:
    try:
        number = Decimal(re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", "."))
    except InvalidOperation as error:
        raise CommandFailed(
            Exit.USAGE, f"{place}: {text!r} is no number, such as 1234.56"
        ) from error
    if not number.is_finite() or abs(number) > Decimal(10) ** 12:
        raise CommandFailed(Exit.USAGE, f"{place}: {text!r} is out of range")
    return number
