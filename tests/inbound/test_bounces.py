"""What does a message that came back do to its case? It never arrived: its step is not taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from activities.inbox import Inbox
from schemas.case import StepOutcome, TaskKind
from schemas.contact import ContactState
from schemas.requests import BounceKind, ReportBounce
from store import facts
from store.contacts import contacts_of
from store.pool import Pool
from tests.support.answers import answer, written_to
from tests.support.house import House, at
from tests.support.mail_source import FakeMailbox, Listening

TODAY = datetime.now(UTC).date()


async def bad_addresses(pool: Pool) -> list[str]:
    """Where no mail goes any more."""
    return [row["address"] for row in await pool.fetch("select address from bad_addresses")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bounce-postfix-unknown-user", BounceKind.HARD),
        ("bounce-qmail", BounceKind.HARD),
        ("bounce-postfix-unknown-domain", BounceKind.HARD),
        ("bounce-gmail-quota", BounceKind.SOFT),
        ("bounce-postfix-expired", BounceKind.SOFT),
        ("bounce-orange-spam", BounceKind.BLOCKED),
    ],
)
async def test_a_bounce_fails_its_contact(
    pool: Pool, inbox: Inbox, source: FakeMailbox, name: str, kind: BounceKind
) -> None:
    """The contact is refused after all; only an address where nobody is becomes bad."""
    case, reference = await written_to(pool)
    source.put(answer(name, reference))
    source.put(answer(name, reference).replace(b"Message-ID: <bounce", b"Message-ID: <again"))
    await inbox.read(lambda _: None)
    (fact,) = await facts.untold(pool, case.case_id)
    assert isinstance(fact, ReportBounce)
    assert fact.kind is kind
    (contact,) = await contacts_of(pool, case.case_id)
    assert contact.state is ContactState.REFUSED
    expected = ["factures@menuiserie.example"] if kind is BounceKind.HARD else []
    assert await bad_addresses(pool) == expected


@pytest.mark.parametrize("name", ["delay-postfix", "delay-exim-warning", "receipt-delivered"])
async def test_what_may_still_arrive_changes_nothing(
    pool: Pool, inbox: Inbox, source: FakeMailbox, name: str
) -> None:
    """A server that still tries, or has delivered: noted with the case, and no more."""
    case, reference = await written_to(pool)
    source.put(answer(name, reference))
    await inbox.read(lambda _: None)
    assert await facts.untold(pool, case.case_id) == ()
    (contact,) = await contacts_of(pool, case.case_id)
    assert contact.state is ContactState.ACCEPTED


async def test_a_bounce_that_comes_too_early_waits(
    pool: Pool, inbox: Inbox, source: FakeMailbox, listening: Listening
) -> None:
    """It overtook the answer of the mail server: reported again once that is known."""
    case, reference = await written_to(pool)
    await pool.execute("update contacts set state = 'handing over', updated_at = now()")
    source.put(answer("bounce-exim", reference))
    await inbox.read(lambda _: None)
    assert await facts.untold(pool, case.case_id) == ()
    await pool.execute("update contacts set state = 'accepted'")
    await inbox.read(lambda _: None)
    assert len(await facts.untold(pool, case.case_id)) == 1
    await inbox.read(lambda _: None)
    assert len(listening.heard) == 1


async def test_a_bounce_about_nothing_of_ours_is_kept_for_a_person(
    pool: Pool, inbox: Inbox, source: FakeMailbox
) -> None:
    """A reference that no contact has: nobody's step fails."""
    source.put(answer("bounce-exim"))
    await inbox.read(lambda _: None)
    assert await bad_addresses(pool) == []


@pytest.mark.story
async def test_a_reminder_that_came_back_is_a_task(house: House) -> None:
    """The step counts as failed, the level goes down, and a person is asked for an address."""
    await house.invoice("F-1", due=TODAY)
    await house.open("F-1", datetime.now(UTC))
    await house.skip_to("F-1", at(TODAY + timedelta(days=9)))
    case = await house.steps("F-1", 1)
    source = FakeMailbox()
    source.put(answer("bounce-exchange-unknown", case.steps[0].reference))
    inbox = Inbox(house.pool, house.means.creditors, house.telling, [lambda: source])
    await inbox.read(lambda _: None)
    case = await house.until("F-1", lambda case: bool(case.tasks))
    assert case.tasks[0].kind is TaskKind.DELIVERY_FAILED
    assert case.steps[0].outcome is StepOutcome.FAILED
    assert case.level == 0
