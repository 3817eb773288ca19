"""Does the gate of the last second keep contacts apart, and say until when a step waits?"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio.exceptions import ApplicationError

from activities.steps import Steps
from domain.business_calendar import local_day
from domain.holidays import contact_calendar
from engines.mailbox import Mailbox
from schemas.actions import Wait
from schemas.case import CollectionCase
from schemas.contact import ContactState
from schemas.contact_policy import ContactPolicy, ContactRules
from schemas.events import HoldPlaced, TaskCompleted
from schemas.parties import Capacity
from schemas.pauses import Hold
from schemas.plan import Channel
from schemas.turns import TurnResult
from store import contacts, shared_contacts
from store.contact_situation import WaitingStep, waiting_steps
from store.pool import Pool
from tests.support.cases import MORNING, one_step_plan, opened, put, received
from tests.support.house import at
from tests.support.ledger import owe
from tests.support.turns import Turn

DAY = timedelta(days=1)


class _Debtor:
    """One debtor with many invoices."""

    def __init__(self, pool: Pool, mailbox: Mailbox, steps: Steps) -> None:
        self.pool, self.mailbox, self.steps = pool, mailbox, steps

    async def owes(self, number: str, channel: Channel = Channel.EMAIL) -> Turn:
        """An invoice whose first step is due now."""
        await owe(self.pool, number, debtor="D1")
        case = await opened(self.pool, number, debtor_id="D1", plan=one_step_plan(channel))
        return Turn(self.pool, self.mailbox, self.steps, case)

    async def contacts(self) -> list[tuple[datetime, str]]:
        """What has left, with the clock of its case."""
        rows = await self.pool.fetch(
            "select at, channel from contacts where state = 'accepted' order by at"
        )
        return [(row["at"], row["channel"]) for row in rows]

    def rules(self, **changes: object) -> None:
        """The creditor's file now says something else."""
        policy = ContactPolicy(business=ContactRules.model_validate(changes))
        self.steps._creditors = {
            name: one.model_copy(update={"contact": policy})
            for name, one in self.steps._creditors.items()
        }


@pytest.fixture
def debtor(pool: Pool, mailbox: Mailbox, steps: Steps) -> _Debtor:
    """One debtor with many invoices."""
    return _Debtor(pool, mailbox, steps)


async def _at(turn: Turn, moment: datetime) -> TurnResult:
    return await turn.attempt(turn.order.model_copy(update={"now": moment}))


async def _state(turn: Turn) -> ContactState | None:
    found = await contacts.contacts_of(turn.pool, turn.order.case_id)
    return found[0].state if found else None


async def _waiting(turn: Turn) -> WaitingStep | None:
    return (await waiting_steps(turn.pool, turn.order.case_id)).get(turn.order.case_id)


async def test_a_second_contact_waits_and_says_until_when(debtor: _Debtor) -> None:
    """Five days lie between contacts: the call of Monday waits, and people can read why."""
    debtor.rules(gap_days=5)
    assert (await (await debtor.owes("F-1")).attempt()).events
    call = await debtor.owes("F-2", Channel.PHONE)
    result = await _at(call, MORNING + 3 * DAY)
    assert result.events == ()
    assert isinstance(result.wait, Wait)
    assert result.wait.until is not None
    assert result.wait.until > MORNING + 4 * DAY
    waits = await _waiting(call)
    assert waits
    assert (waits.reason, waits.sentence) == ("MinimumGap", result.wait.sentence)
    assert await _state(call) is None
    assert (await _at(call, result.wait.until)).events
    assert await _waiting(call) is None


async def test_the_longest_gap_is_kept(debtor: _Debtor) -> None:
    """Whatever gap a creditor may set, the contact that began it is still known at its end."""
    limits = ContactRules.model_fields["gap_days"].metadata
    [most] = [one.le for one in limits if hasattr(one, "le")]
    debtor.rules(gap_days=most)
    assert (await (await debtor.owes("F-1")).attempt()).events
    weeks = most // 7
    late = await _at(await debtor.owes("F-2"), MORNING + weeks * 7 * DAY)
    assert late.events == ()
    assert late.wait is not None
    assert late.wait.reason == "MinimumGap"


async def test_a_step_keeps_its_place_while_it_waits(debtor: _Debtor) -> None:
    """Asked again before its time, it waits on, since when it did, and until when it will."""
    await (await debtor.owes("F-1")).attempt()
    call = await debtor.owes("F-2", Channel.PHONE)
    first = await call.attempt()
    waits = await _waiting(call)
    again = await _at(call, MORNING + timedelta(hours=1))
    assert again.wait == first.wait
    assert await _waiting(call) == waits


async def test_many_invoices_at_once_make_one_contact_a_gap(debtor: _Debtor) -> None:
    """Mails, calls and letters of twelve invoices wake at once: none is within another's gap."""
    debtor.rules(gap_days=2, per_week=3, letters_wait=True)
    channels = [Channel.EMAIL, Channel.PHONE, Channel.LETTER]
    turns = [await debtor.owes(f"F-{n}", channels[n % 3]) for n in range(12)]
    due = dict.fromkeys(range(12), MORNING)

    async def wake(number: int) -> None:
        try:
            result = await _at(turns[number], due[number])
        except ApplicationError:  # another's message that speaks for it is on its way
            return
        if result.events:
            del due[number]
        elif result.wait and result.wait.until:
            due[number] = result.wait.until

    for _ in range(20):
        if not due:
            break
        first = min(due.values())
        awake = [number for number, at in due.items() if at < first + timedelta(hours=2)]
        await asyncio.gather(*(wake(number) for number in awake))
    assert due == {}
    calendar = turns[0].case.calendar
    days = sorted({(local_day(calendar, at), by) for at, by in await debtor.contacts()})
    assert len(debtor.mailbox.received()) == 1
    assert {by for _, by in days} == {"email", "phone", "letter"}
    apart = [(later[0] - one[0]).days for one, later in pairwise(days)]
    assert min(apart) >= 2


async def test_what_waits_is_said_together(debtor: _Debtor) -> None:
    """Two invoices fall due in the gap after a mail: at its end they leave in one message."""
    await (await debtor.owes("F-1")).attempt()
    second, third = await debtor.owes("F-2"), await debtor.owes("F-3")
    wait = (await _at(second, MORNING + timedelta(hours=2))).wait
    assert wait
    assert wait.until
    assert (await _at(third, MORNING + timedelta(hours=3))).wait
    assert (await _at(third, wait.until + timedelta(hours=1))).events
    assert (await _at(second, wait.until + timedelta(hours=2))).events
    assert len(debtor.mailbox.received()) == 2


async def test_a_message_that_does_not_leave_takes_no_reason_away(
    debtor: _Debtor, pool: Pool
) -> None:
    """While another's message speaks for it, and once that is withdrawn, why it waited is known."""
    await (await debtor.owes("F-1")).attempt()
    second, third = await debtor.owes("F-2"), await debtor.owes("F-3")
    wait = (await second.attempt()).wait
    assert wait
    assert wait.until
    waits = await _waiting(second)
    assert waits
    await pool.execute("update debtors set email = 'later@menuiserie.example'")
    with pytest.raises(ApplicationError, match="451"):
        await _at(third, wait.until)
    assert await shared_contacts.covered(pool, third.reference)
    assert await _waiting(second) == waits
    hold = Hold(reason="wait", by="camille", since=MORNING)
    await put(pool, third.case, HoldPlaced(at=MORNING, hold=hold))
    assert await _waiting(second) == waits
    await pool.execute("update debtors set email = 'factures@menuiserie.example'")
    assert (await _at(await debtor.owes("F-4"), wait.until)).events
    assert await _waiting(second) is None


async def test_a_refused_contact_counts_for_nothing(debtor: _Debtor, pool: Pool) -> None:
    """The mail never arrived, so the call of the same day is the debtor's first contact."""
    mail = await debtor.owes("F-1")
    await pool.execute("update debtors set email = ''")
    await mail.attempt()
    assert await _state(mail) is ContactState.REFUSED
    assert (await (await debtor.owes("F-2", Channel.PHONE)).attempt()).events


async def test_a_claim_that_is_tried_still_counts(debtor: _Debtor, pool: Pool) -> None:
    """While a mail waits for its server nothing else leaves; left lying for hours, it is let be."""
    mail = await debtor.owes("F-1")
    await pool.execute("update debtors set email = 'later@menuiserie.example'")
    with pytest.raises(ApplicationError, match="451"):
        await mail.attempt()
    call = await debtor.owes("F-2", Channel.PHONE)
    assert (await call.attempt()).wait
    await pool.execute("update contacts set updated_at = now() - interval '3 hours'")
    assert (await call.attempt()).events
    waits = (await mail.attempt()).wait
    assert waits
    assert await _state(mail) is ContactState.WITHDRAWN


async def test_a_claim_is_withdrawn_when_the_case_pauses(debtor: _Debtor, pool: Pool) -> None:
    """Called back before it left, a contact neither lies about nor keeps others waiting."""
    mail = await debtor.owes("F-1")
    await pool.execute("update debtors set email = 'later@menuiserie.example'")
    with pytest.raises(ApplicationError, match="451"):
        await mail.attempt()
    hold = Hold(reason="wait", by="camille", since=MORNING)
    await put(pool, mail.case, HoldPlaced(at=MORNING, hold=hold))
    assert await _state(mail) is ContactState.WITHDRAWN
    assert (await (await debtor.owes("F-2", Channel.PHONE)).attempt()).events


async def test_unallocated_money_of_another_invoice_holds_the_reminder(
    debtor: _Debtor, pool: Pool
) -> None:
    """Too much was paid for one invoice, enough for the other: a person allocates it first."""
    reminder, paid = await debtor.owes("F-1"), await debtor.owes("F-2")
    case = await put(pool, paid.case, received("2400.00", "pay-1", unallocated="1200.00"))
    wait = (await reminder.attempt()).wait
    assert wait
    assert wait.reason == "MoneyUnallocated"
    await put(pool, case, _allocated(case))
    assert (await reminder.attempt()).events


def _allocated(case: CollectionCase) -> TaskCompleted:
    (task,) = case.tasks
    return TaskCompleted(at=MORNING, cause="c", task_id=task.task_id, outcome="allocated")


async def test_a_held_invoice_is_not_in_the_message_of_another(debtor: _Debtor, pool: Pool) -> None:
    """300 are unallocated: the invoice of 200 waits, and the one of 1200 does not speak for it."""
    big = await debtor.owes("F-1")
    await owe(pool, "F-2", debtor="D1", amount="200.00")
    small = await opened(pool, "F-2", debtor_id="D1", claim=received("200.00", "x").amount)
    paid = await debtor.owes("F-3")
    await put(pool, paid.case, received("1500.00", "pay-1", unallocated="300.00"))
    assert (await big.attempt()).events
    (mail,) = debtor.mailbox.received()
    text = mail.message.get_body(("plain",)).get_content()
    assert "F-1" in text
    assert "F-2" not in text
    waits = (await Turn(pool, debtor.mailbox, debtor.steps, small).attempt()).wait
    assert waits
    assert waits.reason == "MoneyUnallocated"


async def test_a_consumer_is_left_alone_outside_their_hours(pool: Pool, debtor: _Debtor) -> None:
    """Early, at lunch, in the evening, on Sunday and on 1 May a consumer's step waits."""
    await owe(pool, "F-1", debtor="D1")
    calendar = contact_calendar("FR", Capacity.CONSUMER, 2026, 2027, "Europe/Paris")
    case = await opened(pool, "F-1", debtor_id="D1", calendar=calendar)
    turn = Turn(pool, debtor.mailbox, debtor.steps, case)
    friday = date(2026, 11, 20)
    for day, hour in [(friday, 9), (friday, 13), (friday, 20)]:
        assert (await _at(turn, at(day, hour))).not_now
    for day in (friday + 2 * DAY, date(2027, 5, 1)):
        assert (await _at(turn, at(day, 11))).not_now
    assert (await _at(turn, at(friday, 11))).events


async def test_a_consumer_gets_two_contacts_a_week(pool: Pool, debtor: _Debtor) -> None:
    """The third of a week waits, whatever invoice and channel it is about."""
    mail, call = await debtor.owes("F-1"), await debtor.owes("F-2", Channel.PHONE)
    await pool.execute("update debtors set capacity = 'consumer'")
    letter = await debtor.owes("F-3", Channel.LETTER)
    assert (await mail.attempt()).events
    assert (await _at(call, MORNING + 3 * DAY)).events
    wait = (await _at(letter, MORNING + 5 * DAY)).wait
    assert wait
    assert wait.reason == "WeeklyCap"
    assert wait.until
    assert wait.until > MORNING + 6 * DAY
    assert (await _at(letter, wait.until)).events
