"""Does a step leave once, whatever dies on the way?"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import step_turn
from activities.library import read_creditors
from activities.smtp import Mailer, SmtpAccount
from activities.step_turn import BeginHandOver, Delivered, Step, StepTurn
from activities.steps import Steps
from engines.mailbox import Mailbox
from schemas.case import CollectionCase
from schemas.events import DisputeRaised, StepFailed, StepPerformed
from schemas.identifiers import contact_reference
from schemas.pauses import Dispute, DisputeReason
from schemas.plan import Channel, IfUnknown
from schemas.settings import SmtpSecurity
from schemas.turns import StepOrder, TurnResult
from store import contacts, facts
from store.contacts import Contact, ContactState
from store.pool import Pool, open_pool
from store.read_models import case_as_it_stands, list_tasks
from tests.support.cases import MORNING, euros, one_step_plan, opened, payment, put, received
from tests.support.ledger import owe

LEASE = 0.2


class KilledError(BaseException):
    """The process dies here; nothing after this line runs, not even a handler."""


class Turn:
    """One step of one case, to be tried as often as a test wants."""

    def __init__(self, pool: Pool, mailbox: Mailbox, steps: Steps, case: CollectionCase) -> None:
        self.pool = pool
        self.mailbox = mailbox
        self.steps = steps
        step = case.plan.steps[0]
        self.order = StepOrder(
            case_id=case.case_id,
            creditor="atelier",
            version=case.version,
            step=step,
            cycle=1,
            level=1,
            now=MORNING,
        )
        self.reference = contact_reference(case.case_id, step.name, 1)
        self.repeatable = step.channel is not Channel.EMAIL

    async def attempt(self, order: StepOrder | None = None, waited: float = 0) -> TurnResult:
        """One attempt of the real activity, as a worker makes it."""
        channel = self.order.step.channel
        effect = {
            Channel.EMAIL: self.steps.send_email,
            Channel.PHONE: self.steps.open_phone_task,
            Channel.LETTER: self.steps.post_letter,
            Channel.REFER: self.steps.refer_case,
        }[channel]
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(
            environment.info,
            started_time=environment.info.scheduled_time + timedelta(seconds=waited),
        )
        return await environment.run(effect, order or self.order)

    async def deliver_with(
        self, deliver: Callable[[Step, BeginHandOver], Awaitable[Delivered]]
    ) -> TurnResult:
        """One attempt that delivers in a way of the test's own."""

        async def run() -> TurnResult:
            return await StepTurn(self.pool, self.order, repeatable=self.repeatable).take(deliver)

        return await ActivityEnvironment().run(run)

    async def contact(self) -> Contact:
        """How its contact stands."""
        (contact,) = await contacts.contacts_of(self.pool, self.order.case_id)
        return contact

    def message_ids(self) -> list[str]:
        """What the mail server accepted for it."""
        return [str(mail.message["Message-ID"]) for mail in self.mailbox.received()]


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 8) as pool:
        yield pool


@pytest.fixture
async def steps(pool: Pool, mailbox: Mailbox, tmp_path: Path) -> AsyncIterator[Steps]:
    """The real channels: an SMTP server, a folder for letters."""
    mailer = Mailer(
        SmtpAccount(
            host=mailbox.host, port=mailbox.port, security=SmtpSecurity.NONE, timeout_seconds=2
        )
    )
    creditors = read_creditors(Path("creditors"))
    yield Steps(pool, creditors, mailer, Path("templates"), tmp_path / "letters")
    await mailer.close()


@pytest.fixture
def turn(pool: Pool, mailbox: Mailbox, steps: Steps) -> Callable[..., Awaitable[Turn]]:
    """A case whose first step is due now."""

    async def make(
        channel: Channel = Channel.EMAIL,
        if_unknown: IfUnknown = IfUnknown.ASK,
        number: str = "F-1",
        email: str = "factures@menuiserie.example",
        address: tuple[str, ...] = ("3 rue du Port", "33000 BORDEAUX"),
    ) -> Turn:
        await owe(pool, number, debtor=f"D-{number}", email=email, address=address)
        case = await opened(
            pool, number, debtor_id=f"D-{number}", plan=one_step_plan(channel, if_unknown)
        )
        return Turn(pool, mailbox, steps, case)

    return make


Make = Callable[..., Awaitable[Turn]]


@pytest.fixture(autouse=True)
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_turn, "LEASE_SECONDS", LEASE)
    monkeypatch.setattr(step_turn, "SETTLE_PAUSE_SECONDS", 0.05)


# What happens when nothing goes wrong, and when it happens twice.


async def test_a_step_leaves_once_and_is_on_record(pool: Pool, turn: Make) -> None:
    """One e-mail at the server, one contact, one event; another attempt changes nothing."""
    step = await turn()
    result = await step.attempt()
    (event,) = result.events
    assert isinstance(event, StepPerformed)
    assert step.message_ids() == [event.detail]
    assert (await step.contact()).state is ContactState.ACCEPTED
    assert (await step.attempt()).events == result.events
    assert len(step.message_ids()) == 1
    assert (await case_as_it_stands(pool, step.order.case_id)).version == 2


async def test_a_message_never_asks_for_what_is_contested(pool: Pool, turn: Make) -> None:
    """Of 1200 with 200 contested, the e-mail and the record of it ask for 1000."""
    step = await turn()
    case = await case_as_it_stands(pool, step.order.case_id)
    dispute = Dispute(
        dispute_id="D-1", amount=euros("200.00"), reason=DisputeReason.PRICE, raised_at=MORNING
    )
    case = await put(pool, case, DisputeRaised(at=MORNING, cause="D-1", dispute=dispute))
    result = await step.attempt(step.order.model_copy(update={"version": case.version}))
    (event,) = result.events
    assert isinstance(event, StepPerformed)
    assert event.asked == euros("1000.00")
    (mail,) = step.mailbox.received()
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert "1000,00" in "".join(body.get_content().split())


async def test_many_attempts_at_once_send_one_message(turn: Make) -> None:
    """However many workers take the step at one time, one message leaves."""
    step = await turn()
    await asyncio.gather(*(step.attempt() for _ in range(6)), return_exceptions=True)
    assert len(step.message_ids()) <= 1
    await asyncio.sleep(LEASE)
    result = await step.attempt()
    assert len(step.message_ids()) == 1
    assert isinstance(result.events[0], StepPerformed)
    assert result.events[0].delivery == "accepted"


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.REFER])
async def test_what_stays_in_the_house_is_done_once(
    pool: Pool, turn: Make, channel: Channel
) -> None:
    """A call to make, or a file to hand over, is one task, also after a second attempt."""
    step = await turn(channel)
    first = await step.attempt()
    assert (await step.attempt()).events == first.events
    (task,) = await list_tasks(pool)
    assert task.kind == {"phone": "call", "refer": "hand-over"}[channel.value]


# Where a process may die.


async def _dies(step: Turn, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One attempt that dies at a point."""
    mailer, settle = step.steps._mailer, StepTurn._settle_together

    async def send(*_: object, begin: BeginHandOver, **__: object) -> None:
        if point == "began":
            await begin()
        raise KilledError

    async def never(*_: object) -> None:
        raise KilledError

    async def settle_and_die(self: StepTurn, *arguments: object) -> None:
        await settle(self, *arguments)  # type: ignore[arg-type]
        raise KilledError

    with monkeypatch.context() as patch:
        if point == "looked":
            patch.setattr(contacts, "claim", never)
        elif point in {"claimed", "began"}:
            patch.setattr(mailer, "send", send)
        elif point == "accepted":
            patch.setattr(StepTurn, "_settle_together", never)
        elif point == "settled":
            patch.setattr(StepTurn, "_settle_together", settle_and_die)
        with pytest.raises(KilledError):
            await step.attempt()


@pytest.mark.parametrize("if_unknown", IfUnknown)
@pytest.mark.parametrize(
    ("point", "left", "certain"),
    [
        ("looked", 0, True),
        ("claimed", 0, True),
        ("began", 0, False),
        ("accepted", 1, False),
        ("settled", 1, True),
    ],
)
async def test_wherever_a_process_dies_nothing_leaves_twice(  # noqa: PLR0917 - a table
    pool: Pool,
    turn: Make,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    left: int,
    certain: bool,  # noqa: FBT001 - a column of the table above
    if_unknown: IfUnknown,
) -> None:
    """Certain: it is done once. Uncertain: a person is asked, or it is the same message again."""
    step = await turn(if_unknown=if_unknown)
    await _dies(step, point, monkeypatch)
    assert len(step.message_ids()) == left
    if not certain:
        with pytest.raises(ApplicationError, match="may still be handing over") as waiting:
            await step.attempt()
        assert waiting.value.next_retry_delay is not None
        assert not waiting.value.non_retryable
        await asyncio.sleep(LEASE)
        if if_unknown is IfUnknown.RESEND:
            with pytest.raises(ApplicationError, match="sent again under its own Message-ID"):
                await step.attempt()
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepPerformed)
    asked = not certain and if_unknown is IfUnknown.ASK
    assert event.delivery == ("unknown" if asked else "accepted")
    assert len(step.message_ids()) == (left if asked or point == "settled" else left + 1)
    assert len(set(step.message_ids())) <= 1
    assert (await step.contact()).state.value == ("unknown" if asked else "accepted")
    kinds = [task.kind for task in await list_tasks(pool)]
    assert kinds == (["delivery-unknown"] if asked else [])


async def test_a_lost_answer_asks_a_person(pool: Pool, turn: Make) -> None:
    """The server took the message and the line broke: nobody knows, and nobody guesses."""
    step = await turn(email="unanswered@menuiserie.example")
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepPerformed)
    assert event.delivery == "unknown"
    assert len(step.message_ids()) == 1
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-unknown"


async def test_a_former_owner_sends_nothing(turn: Make) -> None:
    """An attempt that was believed dead comes back: it finds its claim gone before it sends."""
    step = await turn()
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_step: Step, begin: BeginHandOver) -> Delivered:
        looked.set()
        await go_on.wait()
        await begin()
        raise AssertionError("it must not come here")

    former = asyncio.create_task(step.deliver_with(slowly))
    await looked.wait()
    result = await step.attempt()
    go_on.set()
    with pytest.raises(ApplicationError, match="another attempt has taken the contact over"):
        await former
    assert step.message_ids() == [result.events[0].detail]
    assert (await step.contact()).state is ContactState.ACCEPTED


async def test_two_answers_tell_one_story(pool: Pool, turn: Make) -> None:
    """Two attempts come to different ends: the first on record holds, the other reads it again."""
    step = await turn()
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_step: Step, begin: BeginHandOver) -> Delivered:
        await begin()
        began.set()
        await go_on.wait()
        return Delivered(detail="accepted after all")

    former = asyncio.create_task(step.deliver_with(slowly))
    await began.wait()
    await asyncio.sleep(LEASE)
    (event,) = (await step.attempt()).events
    assert event.delivery == "unknown"
    go_on.set()
    with pytest.raises(ApplicationError) as clash:
        await former
    assert (clash.value.type, clash.value.non_retryable) == ("WrongExpectedVersion", True)
    assert (await step.contact()).state is ContactState.UNKNOWN
    assert (await case_as_it_stands(pool, step.order.case_id)).version == 2


async def test_the_answer_survives_a_restart_of_the_database(
    database: str, pool: Pool, turn: Make
) -> None:
    """The server accepted, and just then the database went away: the answer is not forgotten."""
    step = await turn()
    ended = 0

    async def cut_off(_step: Step, begin: BeginHandOver) -> Delivered:
        nonlocal ended
        await begin()
        ended = await _cut(database)
        return Delivered(detail="accepted")

    (event,) = (await step.deliver_with(cut_off)).events
    assert ended > 0
    assert event.delivery == "accepted"
    assert (await step.contact()).state is ContactState.ACCEPTED


async def test_a_draining_worker_finishes_what_it_began(turn: Make) -> None:
    """Asked to stop in the middle of the conversation, it ends the conversation and records it."""
    step = await turn()
    beats: list[object] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = beats.append
    sending = asyncio.create_task(environment.run(step.steps.send_email, step.order))
    while not sending.done():
        await asyncio.sleep(0.01)
        environment._cancelled = False
        environment.cancel()
    assert isinstance((await sending).events[0], StepPerformed)
    assert len(step.message_ids()) == 1


# What keeps a step from being taken.


async def test_news_comes_before_the_step(pool: Pool, turn: Make) -> None:
    """A payment the case has not heard of: it is told, and nothing is sent or claimed."""
    step = await turn()
    async with pool.acquire() as connection, connection.transaction():
        await facts.keep_payment(connection, "atelier", "F-1", payment("1200.00"))
    result = await step.attempt()
    assert [fact.command_id for fact in result.facts] == ["pay-1"]
    assert (result.events, step.message_ids()) == ((), [])
    assert await contacts.contacts_of(pool, step.order.case_id) == []


async def test_news_at_the_last_second_comes_before_the_step(pool: Pool, turn: Make) -> None:
    """A payment that arrives while the message is being written still stops it."""
    step = await turn()

    async def meanwhile(_step: Step, begin: BeginHandOver) -> Delivered:
        async with pool.acquire() as connection, connection.transaction():
            await facts.keep_payment(connection, "atelier", "F-1", payment("1200.00"))
        await begin()
        raise AssertionError("it must not come here")

    result = await step.deliver_with(meanwhile)
    assert [fact.command_id for fact in result.facts] == ["pay-1"]
    assert (await step.contact()).state is ContactState.CLAIMED
    assert (await step.attempt()).facts == result.facts


async def test_what_the_case_has_heard_is_no_news(pool: Pool, turn: Make) -> None:
    """A fact that came in after the case had it from elsewhere does not stop it for ever."""
    step = await turn()
    case = await case_as_it_stands(pool, step.order.case_id)
    await put(pool, case, received("10.00", "pay-9"))
    async with pool.acquire() as connection:
        await facts.keep_fact(connection, case.case_id, payment("10.00", "pay-9"))
    result = await step.attempt(step.order.model_copy(update={"version": 2}))
    assert isinstance(result.events[0], StepPerformed)
    assert await facts.all_untold(pool) == []


async def test_a_case_that_moved_on_is_looked_at_again(pool: Pool, turn: Make) -> None:
    """The order is of an older case: nothing is sent, and no retry of it ever would be."""
    step = await turn()
    case = await case_as_it_stands(pool, step.order.case_id)
    await put(pool, case, received("10.00", "pay-9"))
    with pytest.raises(ApplicationError) as clash:
        await step.attempt()
    assert (clash.value.type, clash.value.non_retryable) == ("WrongExpectedVersion", True)
    assert step.message_ids() == []


async def test_nothing_leaves_outside_contact_hours(pool: Pool, turn: Make) -> None:
    """The order waited in its queue until the evening: it waits on, and nothing was claimed."""
    step = await turn()
    result = await step.attempt(waited=10 * 3600)
    assert result == TurnResult(not_now=True)
    assert step.message_ids() == []
    assert await contacts.contacts_of(pool, step.order.case_id) == []


# What the other side says.


@pytest.mark.parametrize(
    ("channel", "changes", "reason"),
    [
        (Channel.EMAIL, {"email": "refused@menuiserie.example"}, "RefusedByServer"),
        (Channel.EMAIL, {"email": ""}, "EmailAddressMissing"),
        (Channel.EMAIL, {"email": "no address"}, "EmailAddressInvalid"),
        (Channel.LETTER, {"address": ()}, "AddressMissing"),
        (Channel.LETTER, {"address": ("very long " * 40, "33000 BORDEAUX")}, "AddressDoesNotFit"),
    ],
)
async def test_what_will_never_arrive_is_for_a_person(
    pool: Pool, turn: Make, channel: Channel, changes: dict[str, str], reason: str
) -> None:
    """No address, no such mailbox: the step has failed, and a person finds out why."""
    step = await turn(channel, **changes)
    (event,) = (await step.attempt()).events
    assert isinstance(event, StepFailed)
    assert event.reason == reason
    assert (await step.contact()).state is ContactState.REFUSED
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-failed"
    assert (await step.attempt()).events == (event,)


async def test_a_busy_server_is_asked_again(turn: Make) -> None:
    """The server says later: the contact stays claimed with the reason, and then it leaves."""
    step = await turn(email="later@menuiserie.example")
    with pytest.raises(ApplicationError, match="451") as later:
        await step.attempt()
    assert not later.value.non_retryable
    contact = await step.contact()
    assert (contact.state, "451" in contact.last_error) == (ContactState.CLAIMED, True)
    assert isinstance((await step.attempt()).events[0], StepPerformed)
    assert len(step.message_ids()) == 1


async def test_a_server_that_is_away_is_asked_again(pool: Pool, turn: Make, tmp_path: Path) -> None:
    """Nobody listens: nothing left, nothing failed for good."""
    step = await turn()
    account = SmtpAccount(host="127.0.0.1", port=9, security=SmtpSecurity.NONE)
    step.steps = Steps(
        pool, read_creditors(Path("creditors")), Mailer(account), Path("templates"), tmp_path
    )
    with pytest.raises(ApplicationError, match=r"cannot reach 127\.0\.0\.1:9") as away:
        await step.attempt()
    assert not away.value.non_retryable
    assert (await step.contact()).state is ContactState.CLAIMED


async def test_the_envelope_has_the_address_of_the_header(turn: Make) -> None:
    """Spaces around an address or a domain with accents do not keep a message from leaving."""
    step = await turn(email=" factures@menuiserie-été.example ")
    assert isinstance((await step.attempt()).events[0], StepPerformed)
    (mail,) = step.mailbox.received()
    (recipient,) = mail.recipients
    assert recipient == "factures@" + "menuiserie-été.example".encode("idna").decode()


# Letters are repeatable: the file's name is the reference.


async def test_a_letter_is_dropped_once(
    turn: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The process died after the drop: the next attempt finds the same file and adds none."""
    step = await turn(Channel.LETTER)
    await _dies(step, "accepted", monkeypatch)
    (dropped,) = (tmp_path / "letters").glob("*.pdf")
    content = dropped.read_bytes()
    with pytest.raises(ApplicationError, match="may still be handing over"):
        await step.attempt()
    await asyncio.sleep(LEASE)
    tomorrow = step.order.model_copy(update={"now": MORNING + timedelta(days=3)})
    (event,) = (await step.attempt(tomorrow)).events
    assert isinstance(event, StepPerformed)
    assert (event.delivery, event.detail) == ("accepted", dropped.name)
    assert [path.name for path in (tmp_path / "letters").glob("*.pdf")] == [dropped.name]
    assert dropped.read_bytes() == content


async def test_a_folder_that_cannot_be_written_is_tried_again(turn: Make, tmp_path: Path) -> None:
    """The disk of the letters is away: nothing left, nothing failed for good."""
    step = await turn(Channel.LETTER)
    (tmp_path / "letters").write_text("not a folder")
    with pytest.raises(ApplicationError, match="cannot write to"):
        await step.attempt()
    assert (await step.contact()).state is ContactState.CLAIMED
    (tmp_path / "letters").unlink()
    assert isinstance((await step.attempt()).events[0], StepPerformed)


async def _cut(database: str) -> int:
    """End every connection to the database, as its restart does."""
    owner = await asyncpg.connect(database)
    try:
        ended: int = await owner.fetchval(
            """select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()"""
        )
    finally:
        await owner.close()
    return ended
