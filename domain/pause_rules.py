"""What makes a case wait, and what lets it go on? Disputes, promises, holds, stops."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.business_calendar import local_day, working_days_after
from domain.evolve import evolve
from domain.limitation_watch import acknowledged
from domain.money_rules import settled
from domain.refusals import case_is_closed
from domain.resume import is_paused, resumed
from schemas.case import CollectionCase
from schemas.commands import Refusal
from schemas.events import (
    CaseEvent,
    ContactsAllowed,
    ContactsStopped,
    DisputeRaised,
    DisputeResolved,
    HoldPlaced,
    HoldReleased,
    InstalmentsAgreed,
    PromiseMade,
    PromiseWithdrawn,
)
from schemas.money import Money
from schemas.pauses import Arrangement, ContactStop, Dispute, Hold, Instalment, StopKind
from schemas.requests import (
    AgreeInstalments,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    Release,
    ResolveDispute,
    StopContacts,
    WithdrawPromise,
)

DECLARATION_MONTHS = 2
"""To declare a claim after the publication of an insolvency (Code de commerce, R622-24)."""

INSTALMENTS_REACH = timedelta(days=3660)
"""How far ahead an instalment may lie; 120 of them, one a month, take ten years."""

Answer = tuple[CaseEvent, ...] | Refusal


def raise_dispute(case: CollectionCase, command: RaiseDispute, now: datetime) -> Answer:
    """The contested part waits; the rest goes on."""
    if case.is_closed:
        return case_is_closed(case)
    if refusal := _not_asked_for(case, command.amount, "DisputeMoreThanAsked", "contested"):
        return refusal
    dispute = Dispute(
        dispute_id=command.command_id,
        amount=command.amount or case.uncontested,
        reason=command.reason,
        note=command.note,
        owner=command.owner or command.by,
        raised_at=now,
        deadline=command.deadline,
    )
    return (DisputeRaised(at=now, by=command.by, cause=command.command_id, dispute=dispute),)


def resolve_dispute(case: CollectionCase, command: ResolveDispute, now: datetime) -> Answer:
    """For the debtor the part leaves the claim; for the creditor it is asked for again."""
    found = _the_disputes(case, command)
    if isinstance(found, Refusal):
        return found
    decided, left = list[CaseEvent](), case
    for dispute in found:
        event = DisputeResolved(
            at=now,
            by=command.by,
            cause=command.command_id,
            dispute_id=dispute.dispute_id,
            in_favour_of=command.in_favour_of,
            amount=dispute.amount.at_most(left.outstanding),
            note=command.note,
        )
        decided.append(event)
        left = evolve(left, event)
    if command.in_favour_of == "debtor":
        return settled(case, *decided)
    until = now + timedelta(days=command.grace_days)
    if until > now and (case.hold is None or (case.hold.until and case.hold.until < until)):
        hold = Hold(reason="grace after a dispute", by=command.by, since=now, until=until)
        return (*decided, HoldPlaced(at=now, by=command.by, cause=command.command_id, hold=hold))
    if not is_paused(case):  # Only a part was contested: the ladder has gone on all the while.
        return tuple(decided)
    return (*decided, *resumed(left, now, command.command_id))


def arrange(
    case: CollectionCase, command: PromiseToPay | AgreeInstalments | WithdrawPromise, now: datetime
) -> Answer:
    """A promise, an instalment plan, or the withdrawal of one that was recorded by mistake."""
    match command:
        case PromiseToPay():
            return promise(case, command, now)
        case AgreeInstalments():
            return agree_instalments(case, command, now)
        case WithdrawPromise():
            return withdraw_promise(case, command, now)


def promise(case: CollectionCase, command: PromiseToPay, now: datetime) -> Answer:
    """The case waits for the day and the bank; a promise never lifts a dispute."""
    if refusal := _may_not_promise(case):
        return refusal
    if refusal := _not_asked_for(case, command.amount, "PromiseMoreThanAsked", "promised"):
        return refusal
    today = local_day(case.calendar, now)
    if command.on < today:
        return Refusal(
            code="PromiseInThePast", sentence=f"{command.on} has passed; today is {today}."
        )
    latest = today + timedelta(days=case.plan.promise_days_max)
    if command.on > latest:
        return Refusal(
            code="PromiseTooFarOut",
            sentence=f"A promise may reach to {latest} at the latest, not to {command.on}.",
        )
    instalment = Instalment(amount=command.amount or case.uncontested, on=command.on)
    arrangement = _arrangement(case, command.command_id, (instalment,), now).model_copy(
        update={"said_by": command.said_by, "means": command.means}
    )
    made = PromiseMade(at=now, by=command.by, cause=command.command_id, arrangement=arrangement)
    return (made, *acknowledged(case, command, now))


def agree_instalments(case: CollectionCase, command: AgreeInstalments, now: datetime) -> Answer:
    """The case waits as long as every instalment comes in time."""
    if case.is_closed:
        return case_is_closed(case)
    if refusal := _already_promised(case):
        return refusal
    if any(one.amount.currency != case.claim.currency for one in command.instalments):
        return _wrong_currency(case)
    if refusal := _days_do_not_suit([one.on for one in command.instalments], case, now):
        return refusal
    arrangement = _arrangement(case, command.command_id, command.instalments, now).model_copy(
        update={"said_by": command.said_by, "accelerates": command.accelerates}
    )
    if arrangement.total.amount > case.outstanding.amount or not all(
        one.amount.is_positive for one in command.instalments
    ):
        return Refusal(
            code="InstalmentsMoreThanOwed",
            sentence=f"{arrangement.total} in instalments; {case.outstanding} is owed.",
        )
    cause = command.command_id
    agreed = InstalmentsAgreed(at=now, by=command.by, cause=cause, arrangement=arrangement)
    return (agreed, *acknowledged(case, command, now))


def withdraw_promise(case: CollectionCase, command: WithdrawPromise, now: datetime) -> Answer:
    """What was recorded by mistake is neither kept nor broken, and holds nothing up any more."""
    if case.is_closed:
        return case_is_closed(case)
    if case.arrangement is None:
        return _nothing_promised(case)
    withdrawn = PromiseWithdrawn(
        at=now,
        by=command.by,
        cause=command.command_id,
        arrangement_id=case.arrangement.arrangement_id,
        reason=command.reason,
    )
    if not is_paused(case):  # An instalment was missed: the ladder has gone on all the while.
        return (withdrawn,)
    return (withdrawn, *resumed(evolve(case, withdrawn), now, command.command_id))


def place_hold(case: CollectionCase, command: PlaceHold, now: datetime) -> Answer:
    """The clock stops; a new hold takes the place of the one before."""
    if case.is_closed:
        return case_is_closed(case)
    if command.until is not None and command.until <= now:
        return Refusal(
            code="HoldEndsInThePast", sentence=f"{command.until:%Y-%m-%d %H:%M} UTC has passed."
        )
    hold = Hold(reason=command.reason, by=command.by, since=now, until=command.until)
    return (HoldPlaced(at=now, by=command.by, cause=command.command_id, hold=hold),)


def release(case: CollectionCase, command: Release, now: datetime) -> Answer:
    """The clock runs again.

    Whoever releases a case without a word of what forbids contact means the hold: an insolvency
    or a debtor's wish must never be lifted by mistake.
    """
    cause = {"at": now, "by": command.by, "cause": command.command_id}
    kinds = [one.kind for one in case.stops]
    if command.kind is None and case.hold:
        event: CaseEvent = HoldReleased(reason=command.reason, **cause)
    elif command.kind in kinds or (command.kind is None and len(kinds) == 1):
        event = ContactsAllowed(kind=command.kind or kinds[0], reason=command.reason, **cause)
    elif kinds:
        names = ", ".join(kind.value for kind in kinds)
        return Refusal(code="StopNotNamed", sentence=f"Name what no longer holds: {names}.")
    else:
        return Refusal(code="NotOnHold", sentence=f"Case {case.case_id} is not on hold.")
    return (event, *resumed(evolve(case, event), now, command.command_id))


def stop_contacts(case: CollectionCase, fact: StopContacts, now: datetime) -> Answer:
    """Everything that must stop stops; what must be done instead is a task with its day."""
    if any((one.kind, one.on) == (fact.kind, fact.on) for one in case.stops):
        return ()
    insolvent = fact.kind is StopKind.INSOLVENCY
    stop = ContactStop(
        kind=fact.kind,
        on=fact.on,
        since=now,
        deadline=_declaration_day(fact.on) if insolvent else None,
        note=fact.note,
    )
    return (ContactsStopped(at=now, by=fact.by, cause=fact.command_id, stop=stop),)


def _arrangement(
    case: CollectionCase, identity: str, instalments: tuple[Instalment, ...], now: datetime
) -> Arrangement:
    return Arrangement(
        arrangement_id=identity,
        instalments=instalments,
        lapses=tuple(_lapse(case, one.on) for one in instalments),
        made_at=now,
        received=Money.zero(case.claim.currency),
    )


def _days_do_not_suit(days: list[date], case: CollectionCase, now: datetime) -> Refusal | None:
    today = local_day(case.calendar, now)
    if days != sorted(set(days)) or days[0] < today:
        return Refusal(
            code="InstalmentsOutOfOrder",
            sentence="Instalments need ascending days, the first not before today.",
        )
    if days[-1] > today + INSTALMENTS_REACH:
        return Refusal(
            code="InstalmentsTooFarOut",
            sentence=f"Nobody waits until {days[-1]} for an instalment.",
        )
    return None


def _lapse(case: CollectionCase, day: date) -> datetime:
    """The end of the last working day on which the bank may still show the money."""
    last = working_days_after(case.calendar, day, case.plan.bank_days)
    zone = ZoneInfo(case.calendar.time_zone)
    return datetime.combine(last + timedelta(days=1), time(), zone)


def _may_not_promise(case: CollectionCase) -> Refusal | None:
    if case.is_closed:
        return case_is_closed(case)
    if refusal := _already_promised(case):
        return refusal
    if case.promises_broken >= case.plan.promises_in_a_row:
        return Refusal(
            code="TooManyBrokenPromises",
            sentence=f"{case.promises_broken} promises in a row were broken; "
            "no further one makes the case wait.",
        )
    return None


def _not_asked_for(
    case: CollectionCase, amount: Money | None, code: str, word: str
) -> Refusal | None:
    asked = case.uncontested
    if amount is not None and amount.currency != asked.currency:
        return _wrong_currency(case)
    if not asked.is_positive:
        return Refusal(code="NothingAsked", sentence="Nothing is asked for at the moment.")
    if amount is not None and not Money.zero(asked.currency).amount < amount.amount <= asked.amount:
        return Refusal(code=code, sentence=f"{amount} cannot be {word}: {asked} is asked for.")
    return None


def _wrong_currency(case: CollectionCase) -> Refusal:
    return Refusal(code="WrongCurrency", sentence=f"The claim is in {case.claim.currency}.")


def _already_promised(case: CollectionCase) -> Refusal | None:
    """Refuse a second arrangement beside the first, unless that one has missed an instalment."""
    arrangement = case.arrangement
    if arrangement is None or arrangement.missing.is_positive:
        return None
    last = arrangement.instalments[-1].on
    return Refusal(
        code="AlreadyPromised",
        sentence=f"{arrangement.total} is promised already, until {last}.",
    )


def _nothing_promised(case: CollectionCase) -> Refusal:
    if case.kept:
        last = case.kept.arrangement
        words = f"The promise of {last.total} until {last.instalments[-1].on} was kept."
        return Refusal(code="PromiseIsKept", sentence=words)
    if case.promises_broken:
        words = "Nothing waits to be kept; the last promise that ran to its end was broken."
        return Refusal(code="PromiseIsBroken", sentence=words)
    return Refusal(code="NothingPromised", sentence="Nothing is promised that could be withdrawn.")


def _the_disputes(case: CollectionCase, command: ResolveDispute) -> tuple[Dispute, ...] | Refusal:
    wanted, known = command.dispute_id, case.disputes
    exact = [one for one in known if one.dispute_id == wanted]
    fitting = exact or [one for one in known if one.dispute_id.startswith(wanted)]
    if len(fitting) == 1 or (command.every and known and not wanted):
        return tuple(fitting)
    said = "No dispute is open."
    if known:
        each = ", ".join(f"{one.dispute_id} ({one.amount}, {one.reason.value})" for one in known)
        said = f"Name one of the open disputes (--dispute), or decide all of them (--all): {each}."
    return Refusal(code="DisputeUnknown", sentence=said)


def _declaration_day(published: date) -> date | None:
    """The same day two months on, or that month's last; None when no calendar reaches it."""
    month = published.month - 1 + DECLARATION_MONTHS
    year, month = published.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return None
    return date(year, month, min(published.day, monthrange(year, month)[1]))
