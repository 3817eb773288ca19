"""What has this case been through, and what comes next? Its events behind, its forecast ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cli.ahead import look_ahead
from cli.outcome import say, say_json, say_table
from cli.under_way import clock_of, what_keeps
from cli.wording import describe, foretold, in_words
from domain.forecast import Forecast
from domain.inbound_reply import excerpt
from domain.limitation_watch import unwatched
from domain.next_action import next_action
from domain.unknown_messages import left_unknown
from schemas.actions import PerformStep, Wait
from schemas.case import CollectionCase
from schemas.contact import Contact, ContactState
from schemas.events import RecordedEvent
from store import contacts, correspondence, event_store, inbound, read_models, shared_contacts
from store.contact_situation import waiting_steps
from store.pool import Pool

HORIZON = timedelta(days=3650)
"""How far ahead a case is shown: to its end."""


async def show_case(pool: Pool, case_id: str, *, as_json: bool) -> None:
    """Print a case for people or for programs."""
    case = await read_models.case_as_it_stands(pool, case_id)
    async with pool.acquire() as connection:
        events = await event_store.read_stream(connection, case_id)
    left = await contacts.contacts_of(pool, case_id)
    # A case whose clock has been moved ahead is forecast from where its own record ends.
    waits = (await waiting_steps(pool, case_id)).get(case_id)
    now = clock_of(case, waits, datetime.now(UTC))
    ahead = await _ahead(pool, case, now)
    action = next_action(unwatched(case), now)
    if isinstance(action, PerformStep):
        action = await what_keeps(pool, case, action, waits, now)
    why = action.sentence if isinstance(action, Wait) else "Something is due now."
    unknown = left_unknown(case, await contacts.unknown_steps(pool, case_id))
    why = " ".join([why, *unknown])
    back = await inbound.mail_of_case(pool, case_id)
    if as_json:
        told = {"case": case, "why": why, "events": events, "forecast": ahead, "contacts": left}
        say_json({**told, "inbound": back})
        return
    zone = ZoneInfo(case.calendar.time_zone)
    _print(case, events, ahead, why)
    for contact in left:
        if contact.state is not ContactState.ACCEPTED:
            say(f"contact {contact.reference} ({contact.step}): {_unsettled(contact)}")
        for one in await correspondence.recipients(pool, contact.reference):
            if one.state == "refused":
                say(f"contact {contact.reference} ({contact.step}): {one.role} refused: {one.said}")
    for mail in back:
        when = f"{mail.received_at.astimezone(zone):%Y-%m-%d %H:%M}"
        say(f"came back {when}: {mail.kind.value}, {excerpt(mail.subject)} ({mail.inbound_id})")


async def _ahead(pool: Pool, case: CollectionCase, now: datetime) -> tuple[Forecast, ...]:
    """What will leave for a case, joined with and spaced from the debtor's other invoices."""
    if case.is_closed:
        return ()
    async with pool.acquire() as connection:
        others = await shared_contacts.other_cases(connection, case)
    outlook = await look_ahead(pool, [case, *others], now, now + HORIZON)
    return outlook.steps[case.case_id]


def _print(
    case: CollectionCase,
    events: list[RecordedEvent],
    ahead: tuple[Forecast, ...],
    why: str,
) -> None:
    zone = ZoneInfo(case.calendar.time_zone)
    ended = f" ({case.closing.value})" if case.closing else ""
    say(f"{case.case_id}  {case.state.value}{ended}")
    say(f"claim {case.claim} · paid {case.paid} · outstanding {case.outstanding}")
    if case.charges is not None:
        claimed = case.charges.interest + case.charges.indemnity
        say(f"charges claimed {claimed} · owed {case.charges_owed}")
    say(f"due {case.due_date} · level {case.level} · plan {case.plan.plan}")
    if case.interest and case.interest.rate is not None:
        say(f"interest {case.interest.rate} % a year, from {case.interest.origin}")
    say()
    behind = [
        (
            f"{one.event.at.astimezone(zone):%Y-%m-%d %H:%M}",
            in_words(one.event.type),
            describe(one.event, zone),
        )
        for one in events
    ]
    say_table("Behind", (f"when ({zone.key})", "what", ""), behind)
    say()
    if ahead:
        coming = [
            (
                *(f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}", one.channel.value),
                *(foretold(one.step, one.channel.value, one.barred_since), one.asked),
            )
            for one in ahead
        ]
        say_table(
            "Ahead, if nobody pays", (f"when ({zone.key})", "channel", "step", ">asks for"), coming
        )
        say()
    say(why)
    for one in case.disputes:
        since = f"{one.raised_at.astimezone(zone):%Y-%m-%d}"
        note = f", {one.note}" if one.note else ""
        say(f"dispute {one.dispute_id}: {one.amount}, {one.reason.value}, since {since}{note}")
    for task in case.tasks:
        say(f"task {task.task_id}: {task.summary}")


def _unsettled(contact: Contact) -> str:
    error = f"; last error: {contact.last_error}" if contact.last_error else ""
    return f"{contact.state.value}, attempt {contact.attempts}{error}"
