"""What sleeps, what will leave, what left, and why did nothing leave today?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.ahead import Outlook, look_ahead
from cli.local_time import LocalTimes
from cli.outcome import CommandFailed, Exit, say, say_json, say_table
from cli.reach import database
from cli.under_way import what_keeps
from cli.wording import count, foretold, in_words
from domain.business_calendar import local_day
from domain.ladder import taken_today
from domain.limitation_watch import unwatched
from domain.next_action import next_action
from domain.unknown_messages import left_unknown
from schemas.actions import PerformStep, SendNotice, Wait
from schemas.base import Frozen, Instant
from schemas.case import CollectionCase
from schemas.money import Money
from store import contacts, read_models
from store.contact_situation import WaitingStep, waiting_steps
from store.pool import Pool

SHOWN_TOO_LATE = 10
"""So many barred claims a forecast names; ``limitation`` lists all of them."""

PAUSES = frozenset(
    {
        *("OnHold", "Promised", "PayingByInstalments", "Disputed", "ContactsStopped"),
        *("ReplyReceived", "AwaitingApproval", "ReferralWaitsForDispute"),
    }
)
"""The named waits of a case that somebody or something has put to sleep."""


class Sleeper(Frozen):
    """A case that is paused, as a list shows it.

    Attributes:
        since: when its longest pause began.
        wakes_at: by itself; None when only a person can wake it.
        time_zone: of the debtor's clock (IANA).
    """

    case_id: str
    invoice: str
    reason: str
    sentence: str
    since: Instant
    age_days: int
    wakes_at: Instant | None
    outstanding: Money
    time_zone: str


class Reason(Frozen):
    """The one reason why nothing was sent for a case today."""

    case_id: str
    invoice: str
    reason: str
    sentence: str
    next_at: Instant | None


async def asleep(*, as_json: bool) -> Exit:
    """List everything that is paused: open-ended first, then the longest asleep."""
    now = datetime.now(UTC)
    async with database() as pool:
        found = [one async for case in _open_cases(pool) if (one := _sleeper(case, now))]
    found.sort(key=lambda one: (one.wakes_at is not None, one.since))
    if as_json:
        say_json(found)
        return Exit.DONE
    times = LocalTimes(one.time_zone for one in found if one.wakes_at)
    rows = [
        (
            *(one.invoice, in_words(one.reason), f"{one.age_days} d", one.outstanding),
            times.show(one.wakes_at, one.time_zone) if one.wakes_at else "never by itself",
            one.sentence,
        )
        for one in found
    ]
    head = ("invoice", "asleep", ">for", ">outstanding", times.head("wakes"), "why")
    say_table(f"Asleep: {count(len(found), 'case')}", head, rows)
    return Exit.DONE


async def why(text: str, *, every: bool, as_json: bool) -> Exit:
    """Say the one reason why nothing was sent today: of a case, or of all that are open."""
    now = datetime.now(UTC)
    if not every and not text:
        raise CommandFailed(Exit.USAGE, "name a case, or say --all")
    async with database() as pool:
        if every:
            waits = await waiting_steps(pool)
            found = [
                await _reason(pool, case, waits.get(case.case_id), now)
                async for case in _open_cases(pool)
            ]
        else:
            name = await read_models.find_case(pool, text)
            case = await read_models.case_as_it_stands(pool, name)
            waits = await waiting_steps(pool, name)
            found = [await _reason(pool, case, waits.get(name), now)]
    if as_json:
        say_json(found)
        return Exit.DONE
    for one in found:
        say(f"{one.invoice}: {one.sentence}" if every else one.sentence)
    return Exit.DONE


async def forecast(days: int, debtor: str, *, as_json: bool) -> Exit:
    """What will leave, when, to whom and for how much, if nobody pays or says anything."""
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    async with database() as pool:
        cases = [case async for case in _open_cases(pool) if debtor in {"", case.debtor_id}]
        if debtor and not cases:
            words = f"debtor {debtor!r} has no open case; `starter.py list` shows those there are"
            raise CommandFailed(Exit.NOT_FOUND, words)
        ahead = await look_ahead(pool, cases, now, until)
    coming: list[dict[str, Any]] = [
        {
            "at": one.at,
            "time_zone": case.calendar.time_zone,
            "invoice": case.invoice,
            "debtor": ahead.names[case.creditor, case.debtor_id] or case.debtor_id,
            "channel": one.channel.value,
            "step": one.step,
            "asked": one.asked,
            "barred_since": one.barred_since,
        }
        for case in cases
        for one in ahead.steps[case.case_id]
        if one.at <= until
    ]
    coming.sort(key=lambda one: (one["at"], one["invoice"]))
    if as_json:
        say_json(coming)
        return Exit.DONE
    times = LocalTimes(one["time_zone"] for one in coming)
    rows = [
        (
            *(times.show(one["at"], one["time_zone"]), one["invoice"], one["debtor"]),
            one["channel"],
            foretold(one["step"], one["channel"], one["barred_since"]),
            one["asked"],
        )
        for one in coming
    ]
    head = (times.head("when"), "invoice", "debtor", "channel", "step", ">asks for")
    say_table(
        f"{count(len(coming), 'step')} within {count(days, 'day')}, if nobody pays", head, rows
    )
    _say_too_late(cases, ahead, now)
    return Exit.DONE


def _say_too_late(cases: list[CollectionCase], ahead: Outlook, now: datetime) -> None:
    """Below what will leave: for which claims it is too late to go to court, or nearly."""
    ends = sorted(
        (ahead.too_late[case.case_id], case.invoice, local_day(case.calendar, now))
        for case in cases
        if case.case_id in ahead.too_late
    )
    for day, invoice, today in ends[:SHOWN_TOO_LATE]:
        words = "was" if day < today else "is"
        say(f"{invoice}: the last day to go to court {words} {day}")
    if (left := len(ends) - SHOWN_TOO_LATE) > 0:
        say(f"{count(left, 'more claim')} barred or about to be")
    if ends:
        say("`starter.py limitation` lists them")


async def _open_cases(pool: Pool) -> AsyncIterator[CollectionCase]:
    after = ""
    while page := await read_models.open_cases(pool, after):
        after = page[-1].case_id
        for case in page:
            yield case


def _sleeper(case: CollectionCase, now: datetime) -> Sleeper | None:
    action = next_action(unwatched(case), now)
    if not isinstance(action, Wait) or action.reason not in PAUSES:
        return None
    since = _asleep_since(case)
    return Sleeper(
        case_id=case.case_id,
        invoice=case.invoice,
        reason=action.reason,
        sentence=action.sentence,
        since=since,
        age_days=max(0, (now - since).days),
        wakes_at=action.until,
        outstanding=case.outstanding,
        time_zone=case.calendar.time_zone,
    )


def _asleep_since(case: CollectionCase) -> datetime:
    began = [dispute.raised_at for dispute in case.disputes]
    if case.hold:
        began.append(case.hold.since)
    if case.arrangement:
        began.append(case.arrangement.made_at)
    began.extend(stop.since for stop in case.stops)
    began.extend(one.since for one in case.readings)
    if case.proposal:
        began.append(case.proposal.at)
    return min(began, default=case.opened_at)


async def _reason(
    pool: Pool, case: CollectionCase, waits: WaitingStep | None, now: datetime
) -> Reason:
    # A case whose clock has been moved ahead is asked as of where its own record ends.
    now = max(now, case.changed_at or case.opened_at, waits.since if waits else now)
    action = next_action(unwatched(case), now)
    if isinstance(action, PerformStep):
        action = await what_keeps(pool, case, action, waits, now)
    if isinstance(action, Wait):
        reason, sentence, at = action.reason, action.sentence, action.until
        if reason == "NextStepNotDue" and (sent := taken_today(case, now)):
            reason, sentence = "SentToday", f"Step {sent.step!r} was taken today. {sentence}"
    elif isinstance(action, SendNotice):
        reason, at = "NoticeDue", action.due_at
        sentence = f"The {action.kind.value} is about to be acknowledged by e-mail."
    else:
        reason, at = action.events[0].type, None
        sentence = f"About to be put on record: {in_words(reason)}."
    unknown = left_unknown(case, await contacts.unknown_steps(pool, case.case_id))
    sentence = " ".join([sentence, *unknown])
    return Reason(
        case_id=case.case_id, invoice=case.invoice, reason=reason, sentence=sentence, next_at=at
    )
