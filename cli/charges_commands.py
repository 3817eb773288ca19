"""What was claimed beside the invoices, and what becomes of it? ``charges``."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cli.account_command import account_of
from cli.asking import ask_one
from cli.interest_command import Asked as AskedClaim
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.rates_command import read_rates_file
from cli.reach import Reach, author, database, everything, only
from cli.restated_charges import print_restated, restated_claims
from cli.typed import money, one_of
from cli.wording import count
from domain.charge_basis import basis_of, counted_until
from domain.charge_rules import owed_by_part
from schemas.case import CollectionCase
from schemas.commands import Asked, ClaimCharges, ReinstateCharges, WaiveCharges
from schemas.interest import ImputationPolicy, WaivedPart
from schemas.limitation import Limitation
from schemas.settings import Settings
from store import read_models

Make = Callable[[Reach, CollectionCase], Awaitable[Asked]]


async def list_charges(*, owed: bool, as_json: bool) -> Exit:
    """Print the charges of every case that has any, those still owed first."""
    async with database() as pool:
        cases = await read_models.cases_with_charges(pool)
    cases = [case for case in cases if case.charges_owed.is_positive or not owed]
    cases.sort(key=lambda case: (-case.charges_owed.amount, case.case_id))
    if as_json:
        say_json([_plain(case) for case in cases])
        return Exit.DONE
    rows = [
        (
            *(case.invoice, case.closing.value if case.closing else case.state.value),
            *(case.charges.on, case.charges.interest, case.charges.indemnity),
            *(case.charges.waived,),
            *(case.charges_paid, case.charges_owed),
        )
        for case in cases
        if case.charges
    ]
    head = ("invoice", "case", "up to", ">interest", ">fixed sum", ">waived", ">paid", ">owed")
    say_table(f"charges beside {count(len(rows), 'invoice')}", head, rows)
    return Exit.DONE


async def list_restated(*, owed: bool, as_json: bool) -> Exit:
    """Print the claims that rest on rates which have changed, with what they would say today."""
    table = read_rates_file(Settings().rates_file)
    async with database() as pool:
        cases = await read_models.cases_with_charges(pool)
    claims = restated_claims(
        [one for one in cases if one.charges_owed.is_positive or not owed], table
    )
    if as_json:
        say_json([one.plain() for one in claims])
    else:
        print_restated(claims)
    return Exit.DONE


def _plain(case: CollectionCase) -> dict[str, object]:
    interest, indemnity = owed_by_part(case) or (case.charges_owed, case.charges_owed)
    return {
        "case_id": case.case_id,
        "invoice": case.invoice,
        "state": case.state.value,
        "charges": case.charges,
        "paid": case.charges_paid,
        "interest_owed": interest,
        "indemnity_owed": indemnity,
        "owed": case.charges_owed,
    }


async def claim(invoices: list[str], on: date | None, creditor: str) -> Exit:
    """Claim what the account states, counted as the case counts: payments settle invoices first."""

    async def make(reach: Reach, case: CollectionCase) -> Asked:
        who = only(reach.creditors, creditor or case.creditor)
        table = read_rates_file(reach.settings.rates_file)
        today = datetime.now(ZoneInfo(who.time_zone)).date()
        day = on or today
        if day > today:
            words = f"DayToCome: {day} is still to come; interest is claimed up to {today} at most"
            raise CommandFailed(Exit.REFUSED, words)
        counted = AskedClaim(ImputationPolicy.PRINCIPAL_FIRST.value)
        found = await account_of(reach.pool, who, case.invoice, day, table, counted)
        if told := barred_warning(found.limitation, today):
            say_error(f"warning: {case.invoice}: {told}", Exit.DONE)
        stated = found.statement
        return ClaimCharges(
            command_id=f"charges-{uuid.uuid4()}",
            by=author(),
            interest=stated.interest,
            indemnity=stated.indemnity,
            on=counted_until(stated),
            rates=tuple(row.row for row in stated.rates),
            basis=basis_of(stated),
        )

    return await _ask_each(invoices, make, "claimed")


def barred_warning(limit: Limitation | None, today: date) -> str:
    """That what is claimed is too late for court; empty when it is not, or nobody knows."""
    if limit is None or today <= limit.limitation_day:
        return ""
    return f"the last day to go to court was {limit.limitation_day} ({limit.law})"


async def waive(invoices: list[str], reason: str, part: str, amount: str) -> Exit:
    """Give up what is owed, or a part of it."""
    one_of(part, tuple(one.value for one in WaivedPart), "--part")

    async def make(_reach: Reach, case: CollectionCase) -> Asked:
        return WaiveCharges(
            command_id=f"charges-{uuid.uuid4()}",
            by=author(),
            part=WaivedPart(part) if part else None,
            amount=money(amount, case.claim.currency) if amount else None,
            reason=reason,
        )

    return await _ask_each(invoices, make, "waived")


async def reinstate(invoices: list[str], reason: str) -> Exit:
    """Claim again what had been waived."""

    async def make(_reach: Reach, _case: CollectionCase) -> Asked:
        return ReinstateCharges(command_id=f"charges-{uuid.uuid4()}", by=author(), reason=reason)

    return await _ask_each(invoices, make, "claimed again")


async def _ask_each(invoices: list[str], make: Make, done: str) -> Exit:
    """Ask each case; one that refuses does not keep the others from being asked."""
    worst = Exit.DONE
    async with everything() as reach:
        for invoice in dict.fromkeys(invoices):
            found = await read_models.find_case(reach.pool, invoice)
            case = await read_models.case_as_it_stands(reach.pool, found)
            if refusal := await ask_one(reach, found, await make(reach, case)):
                worst = max(worst, Exit(say_error(f"{invoice}: {refusal}", Exit.REFUSED)))
                continue
            after = await read_models.case_as_it_stands(reach.pool, found)
            say(f"{invoice}: {done}; {after.charges_owed} of charges owed")
    return worst
