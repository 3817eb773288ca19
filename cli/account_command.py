"""What is owed for these invoices today? ``account``: from the database, with interest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from activities.library import read_creditors
from cli.account_document import Owed, TypedPaper, paper_of, write_document
from cli.claim_print import print_statement, print_totals
from cli.interest_command import Asked, claim_of, state
from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.rates_command import read_rates_file
from cli.reach import database, only
from domain.agreed_interest import agreed_at_opening, agreed_interest
from domain.import_terms import due_warnings
from domain.item_account import account_of_case, account_of_invoice
from domain.ledger_figures import LedgerFigures, ledger_beside
from domain.limitation import limitation_alarm
from domain.notice_claim import claim_of_case
from domain.rates import RateTable
from domain.time_to_sue import limitation_of, part_payment
from schemas.agreed_interest import AgreedInterest
from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.identifiers import case_id
from schemas.interest import (
    FIRST_DAY,
    LAST_DAY,
    Claim,
    ClaimStatement,
    Credit,
    CreditKind,
    Receipt,
)
from schemas.invoice import Invoice
from schemas.limitation import Limitation, LimitationAlarm
from schemas.parties import Creditor, Debtor
from schemas.requests import IssueCreditNote
from schemas.settings import Settings
from store import receivables
from store.facts import credit_notes
from store.pool import Pool
from store.read_models import case_if_any
from store.receivables import KnownPayment


class Account(Frozen):
    """An invoice's account, and until when it can be brought to court.

    Attributes:
        limitation: None where no law is known.
        rate_of: who gives the contract rate; None where the law's own is applied.
        notices: what a person should know beside the statement's own warnings.
        ledger: what was claimed beside the invoice; None when nothing was, and nothing waits.
        claim: that was stated.
        owed: what a document says besides.
    """

    invoice: str
    statement: ClaimStatement
    limitation: Limitation | None
    rate_of: str | None = None
    notices: tuple[str, ...] = ()
    ledger: LedgerFigures | None = None
    claim: Claim = Field(exclude=True)
    owed: Owed = Field(exclude=True)


async def account(
    numbers: list[str],
    creditor: str,
    on: date | None,
    asked: Asked,
    typed: TypedPaper,
    *,
    as_json: bool,
) -> Exit:
    """Print the account of each invoice; one that cannot be stated does not hide the others.

    On paper it would: a document is written for all of them or not at all.
    """
    paper, settings = paper_of(typed), Settings()
    who = only(read_creditors(settings.creditors_folder), creditor)
    table = read_rates_file(settings.rates_file)
    day = on or datetime.now(ZoneInfo(who.time_zone)).date()
    accounts: list[Account] = []
    worst = Exit.DONE
    async with database() as pool:
        for number in dict.fromkeys(numbers):
            try:
                accounts.append(await account_of(pool, who, number, day, table, asked))
            except CommandFailed as failure:
                worst = max(worst, Exit(say_error(f"{number}: {failure}", failure.code)))
    if as_json:
        say_json([_as_data(one) for one in accounts])
    else:
        for one in accounts:
            _print(one)
        print_totals([one.statement for one in accounts])
    if paper is not None:
        if worst is not Exit.DONE:
            raise CommandFailed(worst, f"{paper.file} was not written: an invoice would be missing")
        write_document(
            *(paper, who, day, [one.owed for one in accounts]),
            lambda place, language: state(accounts[place].claim, day, table, asked, language),
        )
    return worst


async def account_of(
    pool: Pool, who: Creditor, number: str, day: date, table: RateTable, asked: Asked
) -> Account:
    """The account of one invoice; as its case knows it, where it has one.

    Raises:
        CommandFailed: when it is not known, or cannot be stated.
    """
    invoice = await receivables.read_invoice(pool, who.creditor, number)
    if invoice is None:
        raise CommandFailed(Exit.NOT_FOUND, f"there is no such invoice of {who.creditor}")
    debtor = await receivables.read_debtor(pool, who.creditor, invoice.debtor_id)
    if debtor is None:
        raise CommandFailed(Exit.NOT_FOUND, f"its debtor {invoice.debtor_id!r} is not known")
    known = await receivables.payments_of(pool, who.creditor, number)
    payments, notices = _receipts(invoice.amount.currency, known)
    case, noted = await case_if_any(pool, case_id(who.creditor, number)), list[Credit]()
    agreed = agreed_at_opening(who, debtor.capacity, invoice.contract_rate) or AgreedInterest()
    if case is not None:
        agreed = agreed_interest(case, debtor.capacity)
        fields = _claim_so_far(case, debtor, day)
    else:
        noted = _credits(invoice, await credit_notes(pool, case_id(who.creditor, number)))
        fields = _claim(invoice, debtor, payments, agreed)
        fields["credits"] = [_from_the_origin(one, invoice) for one in noted]
    claim = claim_of(fields, asked)
    statement = state(claim, day, table, asked)
    limit = _limit(invoice, debtor, case, payments, day)
    ledger = ledger_beside(case, statement) if case else None
    told = ledger.in_words if ledger else ()
    return Account(
        invoice=number,
        statement=statement,
        limitation=limit,
        rate_of="the command" if asked.rate else agreed.origin,
        notices=(*notices, *told, *_due(who, debtor, invoice), *_alarm(limit, day)),
        ledger=ledger,
        claim=claim,
        owed=Owed(
            invoice=invoice,
            debtor=debtor,
            principal=account_of_case(case, day)
            if case
            else account_of_invoice(invoice.amount, payments, noted, day),
            due_date=claim.due_date,
            ledger=ledger,
        ),
    )


def _limit(
    invoice: Invoice,
    debtor: Debtor,
    case: CollectionCase | None,
    payments: Iterable[Receipt],
    day: date,
) -> Limitation | None:
    """Until when it can be brought to court, as one knows on a day."""
    paid = [part_payment(one.day, one.reference) for one in payments]
    happened = [*paid, *(case.interruptions if case else ())]
    return limitation_of(
        *(debtor.country, debtor.capacity, invoice.issue_date, invoice.due_date),
        [one for one in happened if one.day <= day],
        invoice.delivery_date,
    )


def _credits(invoice: Invoice, notes: Iterable[IssueCreditNote]) -> list[Credit]:
    """The credit notes that no case has heard of; together no more than the invoice."""
    found, room = list[Credit](), invoice.amount
    for note in notes:
        if note.amount.currency != room.currency:
            continue
        amount = note.amount.at_most(room)
        if amount.is_positive:
            room -= amount
            day = note.on if FIRST_DAY <= note.on <= LAST_DAY else invoice.due_date
            reference = note.command_id
            found.append(Credit(day=day, amount=amount, kind=note.kind, reference=reference))
    return found


def _claim(
    invoice: Invoice, debtor: Debtor, payments: list[Receipt], agreed: AgreedInterest
) -> dict[str, object]:
    """The claim of an invoice that nobody pursues."""
    return {
        "country": debtor.country,
        "capacity": debtor.capacity,
        "amount": invoice.amount,
        "due_date": invoice.due_date,
        "payments": payments,
        "contract_rate": agreed.rate,
        "creditor_is_individual": agreed.creditor_is_individual,
        "day_count": agreed.day_count,
    }


def _due(who: Creditor, debtor: Debtor, invoice: Invoice) -> tuple[str, ...]:
    """What a person should know of the due date."""
    return due_warnings(
        *(invoice.issue_date, invoice.due_date, invoice.delivery_date, invoice.terms, who.terms),
        *(debtor.country, debtor.capacity, who.agreement),
    )


def _from_the_origin(one: Credit, invoice: Invoice) -> Credit:
    """What was never owed counts from the due date, as in the claim of a case."""
    never = one.kind is CreditKind.ERROR
    return one.model_copy(update={"day": invoice.due_date}) if never else one


def _claim_so_far(case: CollectionCase, debtor: Debtor, day: date) -> dict[str, object]:
    """The claim as its case knows it: credits, disputes, waivers, an insolvency; as on a day."""
    claim = claim_of_case(case, debtor)
    fields = claim.model_dump(exclude={"holidays"})
    fields["payments"] = [one for one in claim.payments if FIRST_DAY <= one.day <= LAST_DAY]
    fields["waivers"] = [one for one in claim.waivers if one.day <= day]
    return fields


def _receipts(currency: str, known: Iterable[KnownPayment]) -> tuple[list[Receipt], list[str]]:
    """The payments that an account can take, and a sentence for each that a person must look at."""
    receipts, left = [], []
    for one in known:
        likely = FIRST_DAY <= one.received_on <= LAST_DAY
        if likely and one.amount.is_positive and one.amount.currency == currency:
            reference, day = one.payment_id, one.received_on
            receipts.append(Receipt(day=day, amount=one.amount, reference=reference))
        else:
            told = f"{one.payment_id} of {one.amount} on {one.received_on}"
            left.append(f"payment {told} is left out of the account")
    return receipts, left


def _alarm(limit: Limitation | None, day: date) -> list[str]:
    if limit is None:
        return ["until when it can be brought to court is not known for this country"]
    match limitation_alarm(limit.limitation_day, day):
        case LimitationAlarm.NONE:
            return []
        case LimitationAlarm.BARRED:
            return [f"barred since {limit.limitation_day}: threaten no court ({limit.law})"]
        case near:
            left = near.value.replace("_", " ")
            return [f"less than {left} to go to court: {limit.limitation_day} ({limit.law})"]


def _as_data(one: Account) -> dict[str, object]:
    data = one.model_dump(mode="json")
    return {"invoice": data.pop("invoice"), **data.pop("statement"), **data}


def _print(one: Account) -> None:
    print_statement(one.invoice, one.statement)
    if one.rate_of is not None and one.statement.segments:
        rate = one.claim.contract_rate
        say(f"  rate of the contract: {rate} % a year, from {one.rate_of}")
    if one.ledger is not None and one.ledger.claimed_on is not None:
        stated = one.ledger.only_stated
        more = f"; {stated} is stated, not claimed" if stated.is_positive else ""
        say(f"  claimed up to {one.ledger.claimed_on}: {one.ledger.owed} owed{more}")
    if one.limitation is not None:
        limit = one.limitation
        since = f"from {limit.start} {limit.counted_from}"
        if anew := [step.interruption for step in limit.steps if step.counted]:
            since = f"anew from {anew[-1].kind.value.replace('_', ' ')} on {anew[-1].day}"
        say(f"  last day to go to court, {since}: {limit.limitation_day}")
    for notice in one.notices:
        say_error(f"  warning: {notice}", Exit.DONE)
    say()
