"""Where is the bank's money, and what do people decide about it?"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from activities.bank_desk import Desk, UnknownTransaction
from activities.library import read_creditors
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.reach import Reach, author, database, everything, only
from cli.typed import money
from domain.balance_chain import broken_links
from domain.bank_accounts import accounts_of
from domain.bank_days import bank_days_between
from domain.bank_desk import DeskRefusal, Wanted
from schemas.feed import TransactionState
from schemas.matching import Allocation, Decision
from schemas.money import exact
from schemas.settings import Settings
from store import bank_ledger, bank_transactions, read_models, receivables
from store.bank_ledger import WaitingMoney
from store.facts import UntoldFact
from store.pool import Pool

Answer = TypeVar("Answer")

WAITING = (TransactionState.SUGGESTED, TransactionState.ON_ACCOUNT, TransactionState.UNMATCHED)


async def accounts(creditor: str, *, as_json: bool) -> Exit:
    """List accounts with the last booked day, the closing balance, gaps, and the money's places."""
    known = read_creditors(Settings().creditors_folder)
    today = datetime.now(UTC).date()
    shown: list[dict[str, Any]] = []
    async with database() as pool:
        lines = {one.account: one for one in await bank_transactions.list_accounts(pool, creditor)}
        for owner in known.values():
            if creditor in {"", owner.creditor}:
                for account in accounts_of(owner):
                    lines.setdefault(account, _never_fed(account, owner.creditor))
        for one in lines.values():
            broken = broken_links(one.account, await bank_transactions.links_of(pool, one.account))
            broken += await bank_transactions.not_adding_up(pool, one.account)
            age = bank_days_between(one.booked_to, today) if one.booked_to else None
            shown.append({**one.model_dump(), "age_bank_days": age, "gaps": broken})
        sums = await bank_ledger.sums(pool, creditor=creditor)
    gaps = [gap for line in shown for gap in line["gaps"]]
    if as_json:
        say_json({"accounts": shown, "money": sums})
        return Exit.PROBLEMS if gaps else Exit.DONE
    rows = [
        (
            *(line["account"], line["creditor"], line["booked_to"] or "never fed"),
            "" if line["age_bank_days"] is None else line["age_bank_days"],
            "" if line["closing"] is None else f"{line['closing']:,.2f} {line['currency']}",
            *(line["transactions"], len(line["gaps"]) or ""),
        )
        for line in shown
    ]
    head = ("account", "creditor", "booked to", ">bank days old", ">balance", ">payments", ">gaps")
    say_table(f"{len(shown)} accounts", head, rows)
    for currency, places in sums.items():
        say(f"{currency}: " + ", ".join(f"{amount:,.2f} {name}" for name, amount in places.items()))
    for gap in gaps:
        say_error(f"  {gap}", Exit.PROBLEMS)
    return Exit.PROBLEMS if gaps else Exit.DONE


def _never_fed(account: str, creditor: str) -> bank_transactions.AccountLine:
    return bank_transactions.AccountLine(account=account, creditor=creditor)


async def unmatched(creditor: str, *, as_json: bool) -> Exit:
    """List money that waits for a person, with what is known and what may be done."""
    async with database() as pool:
        waiting = await bank_ledger.waiting_money(pool, creditor, WAITING)
    if as_json:
        say_json([_as_data(one) for one in waiting])
        return Exit.DONE
    _say_waiting(waiting)
    return Exit.DONE


async def say_money_that_waits(pool: Pool) -> None:
    """The bank's questions beside the tasks of cases; nothing is said when there are none."""
    if waiting := await bank_ledger.waiting_money(pool, "", WAITING):
        say()
        _say_waiting(waiting)


def _say_waiting(waiting: Sequence[WaitingMoney]) -> None:
    rows = [
        (
            *(one.transaction.tx, one.transaction.booked_on, one.transaction.status.value),
            f"{one.free:,.2f} {one.transaction.currency}",
            *(_payer(one), " ".join(one.transaction.said.remittance)[:80], _may_be(one)),
        )
        for one in waiting
    ]
    head = ("transaction", "booked", "is", ">free", "payer", "text", "may be")
    many = len(waiting) != 1
    title = f"{len(waiting)} bank transaction{'s wait' if many else ' waits'} for a person"
    say_table(title, head, rows)
    if waiting:
        say("`suggest TX` explains one; `allocate TX INVOICE…`, `ignore TX --reason …` settle it")


def _as_data(one: WaitingMoney) -> dict[str, Any]:
    said = one.transaction.said
    return {
        "transaction": one.transaction.tx,
        "creditor": one.transaction.creditor,
        "account": one.transaction.account,
        "booked_on": one.transaction.booked_on,
        "amount": one.transaction.amount,
        "currency": one.transaction.currency,
        "status": one.transaction.status.value,
        "free": one.free,
        "debtors": one.transaction.debtors,
        "hold_until": one.transaction.hold_until
        if one.transaction.status is TransactionState.SUGGESTED
        else None,
        "payer": said.counterparty,
        "remittance": said.remittance,
        "evidence": [evidence.words for evidence in one.decision.evidence],
        "suggestions": one.decision.suggestions,
        "decided_by": one.author,
    }


def _payer(one: WaitingMoney) -> str:
    other = one.transaction.said.counterparty
    return other.name or other.iban if other else ""


def _may_be(one: WaitingMoney) -> str:
    """The likeliest suggestion, or whose money it is, in a few words."""
    if one.decision.suggestions:
        return _shown(one.decision.suggestions[0].allocations)
    if one.transaction.debtors:
        return f"of debtor {', '.join(one.transaction.debtors)}"
    return next((evidence.words for evidence in one.decision.evidence), "")


def _shown(allocations: Sequence[Allocation]) -> str:
    return " ".join(f"{one.document}:{one.amount}" for one in allocations)


async def suggest(tx: str, *, as_json: bool) -> Exit:
    """What matching says of a transaction now, with the command that would follow it."""
    async with database() as pool:
        desk = _desk(pool)
        transaction, decision = await _asked(desk.suggest(tx))
    if as_json:
        say_json({"transaction": tx, "status": transaction.status.value, "decision": decision})
        return Exit.DONE
    said = transaction.said
    say(f"{tx}: {transaction.amount} {transaction.currency} on {transaction.booked_on}")
    say(f"  {' '.join(said.remittance) or said.bank_text}")
    say(f"  it is {transaction.status.value}; looked at now it would be {decision.status.value}")
    _say_ways(tx, decision)
    return Exit.DONE


def _say_ways(tx: str, decision: Decision) -> None:
    for evidence in decision.evidence:
        say(f"  - {evidence.words}")
    if decision.allocations:
        say(f"  starter.py allocate {tx} {_shown(decision.allocations)}")
    for way in decision.suggestions:
        say(f"  starter.py allocate {tx} {_shown(way.allocations)}")
        for evidence in way.evidence:
            say(f"    - {evidence.words}")


async def allocate(tx: str, documents: list[str], on_account: str) -> Exit:
    """Allocate to invoices, tell their cases, and say where all of the money is now."""
    if not documents and not on_account:
        raise CommandFailed(Exit.USAGE, "name invoices, as INVOICE or INVOICE:AMOUNT")
    async with everything() as reach:
        transaction = await bank_transactions.find_transaction(reach.pool, tx)
        currency = transaction.currency if transaction else "EUR"
        wanted = [_wanted(text, currency) for text in documents]
        desk = Desk(reach.pool, reach.creditors, author(), datetime.now(UTC))
        _, told = await _asked(desk.allocate(tx, wanted, on_account))
        await _tell(reach, told)
        await _say_places(reach.pool, tx)
    return Exit.DONE


def _wanted(text: str, currency: str) -> Wanted:
    """An invoice number may hold a colon itself; what follows the last one is an amount or not."""
    document, colon, amount = text.rpartition(":")
    if not colon:
        return Wanted(document=text)
    return Wanted(document=document, amount=money(amount, currency).amount)


async def unallocate(tx: str, documents: list[str]) -> Exit:
    """Take allocations back; the cases are owed again."""
    async with everything() as reach:
        desk = Desk(reach.pool, reach.creditors, author(), datetime.now(UTC))
        _, told = await _asked(desk.unallocate(tx, documents))
        await _tell(reach, told)
        await _say_places(reach.pool, tx)
    return Exit.DONE


async def ignore(tx: str, reason: str) -> Exit:
    """Say that a transaction concerns no invoice."""
    async with database() as pool:
        await _asked(_desk(pool).ignore(tx, reason))
        await _say_places(pool, tx)
    return Exit.DONE


async def payers(creditor: str, *, as_json: bool) -> Exit:
    """List the accounts that debtors were seen to pay from."""
    async with database() as pool:
        found = await bank_ledger.list_payers(pool, creditor)
    if as_json:
        say_json(found)
        return Exit.DONE
    rows = [
        (*(one.iban, one.debtor_id, one.name, one.learnt_by), f"{one.learnt_at:%Y-%m-%d}", one.tx)
        for one in found
    ]
    head = ("account", "debtor", "name there", "learnt by", "on", "from")
    say_table(f"{len(found)} payers are known", head, rows)
    return Exit.DONE


async def forget_payer(iban: str, debtor: str, creditor: str) -> Exit:
    """Forget that a debtor pays from an account."""
    who = only(read_creditors(Settings().creditors_folder), creditor)
    plain = iban.replace(" ", "").upper()
    async with database() as pool:
        found = await bank_ledger.forget_payer(pool, who.creditor, plain, debtor, author())
    if not found:
        words = f"no payer is known by {plain}; `starter.py payers` lists them"
        raise CommandFailed(Exit.NOT_FOUND, words)
    say(f"{plain} no longer stands for {', '.join(found)}")
    return Exit.DONE


def _desk(pool: Pool) -> Desk:
    creditors = read_creditors(Settings().creditors_folder)
    return Desk(pool, creditors, author(), datetime.now(UTC))


async def _asked(work: Awaitable[Answer]) -> Answer:
    try:
        return await work
    except UnknownTransaction as unknown:
        raise CommandFailed(Exit.NOT_FOUND, str(unknown)) from unknown
    except DeskRefusal as refusal:
        raise CommandFailed(Exit.REFUSED, str(refusal)) from refusal


async def _tell(reach: Reach, told: Sequence[UntoldFact]) -> None:
    """Tell the cases that are on record; the others hear of it when they are opened."""
    known = [one for one in told if await receivables.is_on_record(reach.pool, one.case_id)]
    heard = await reach.telling.tell(known)
    for case in dict.fromkeys(one.case_id for one in known):
        folded = await read_models.case_as_it_stands(reach.pool, case)
        say(f"{case}: {folded.state.value}, {folded.outstanding} outstanding")
    if not all(heard):
        words = "not every case could be told now; they hear of it before any contact leaves"
        say_error(words, Exit.DONE)


async def _say_places(pool: Pool, tx: str) -> None:
    transaction = await bank_transactions.find_transaction(pool, tx)
    if transaction is None:
        return
    places: list[str] = []
    for one in await bank_ledger.holdings(pool, tx):
        of = f" ({one.owner})" if one.owner else ""
        places.append(f"{exact(one.amount, transaction.currency)} {one.place.value}{of}")
    say(f"{tx}: {', '.join(places)}")
