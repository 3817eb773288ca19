"""Is a bounce heard by every case of its contact, and is a bad address left in peace?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from activities.steps import Steps
from domain.case import decide
from engines.mailbox import Mailbox
from schemas.commands import Refusal
from schemas.contact import ContactState
from schemas.events import StepFailed, StepPerformed
from schemas.plan import Channel
from schemas.requests import BounceKind, ReportBounce
from store import bounces, facts
from store.bounces import BounceState, KeptBounce
from store.pool import Pool
from store.read_models import case_as_it_stands, list_tasks
from tests.support.cases import MORNING, one_step_plan, opened, put
from tests.support.ledger import owe
from tests.support.turns import Make, Turn


def _report(
    turn: Turn, kind: BounceKind = BounceKind.HARD, address: str = "other@x.example"
) -> ReportBounce:
    return ReportBounce(
        command_id="dsn-1",
        by="mail",
        reference=turn.reference,
        kind=kind,
        address=address,
        diagnostic="550 5.1.1 no such user",
    )


async def _keep(pool: Pool, bounce: ReportBounce) -> KeptBounce:
    async with pool.acquire() as connection, connection.transaction():
        return await bounces.keep_bounce(connection, bounce)


async def _hear(pool: Pool, case_id: str) -> None:
    """The case puts on record what it has not heard, as its workflow does."""
    for fact in await facts.untold(pool, case_id):
        case = await case_as_it_stands(pool, case_id)
        events = decide(case, fact, MORNING + timedelta(days=1))
        assert not isinstance(events, Refusal)
        await put(pool, case, *events)


async def test_a_bounce_refuses_the_contact_and_tells_its_case(pool: Pool, turn: Make) -> None:
    """Accepted yesterday, come back today: it is refused, and the fact names no address."""
    step = await turn()
    await step.attempt()
    kept = await _keep(pool, _report(step))
    assert (kept.state, kept.cases) == (BounceState.KEPT, (step.order.case_id,))
    contact = await step.contact()
    assert (contact.state, contact.last_error) == (ContactState.REFUSED, "550 5.1.1 no such user")
    (fact,) = await facts.untold(pool, step.order.case_id)
    assert "@" not in fact.model_dump_json()
    await _hear(pool, step.order.case_id)
    assert (await case_as_it_stands(pool, step.order.case_id)).level == 0
    (task,) = await list_tasks(pool)
    assert task.kind == "delivery-failed"


async def test_a_bounce_counts_once(pool: Pool, turn: Make) -> None:
    """Reported twice, by two reports of one contact: one fact, one event, one task."""
    step = await turn()
    await step.attempt()
    await _keep(pool, _report(step))
    await _hear(pool, step.order.case_id)
    again = await _keep(pool, _report(step).model_copy(update={"command_id": "dsn-2"}))
    assert again.state is BounceState.KNOWN
    assert await facts.untold(pool, step.order.case_id) == ()
    assert len(await list_tasks(pool)) == 1


async def test_no_more_mail_goes_to_a_bad_address(pool: Pool, turn: Make) -> None:
    """It was sent to the debtor's address, so that one is bad, whatever the report calls it."""
    step = await turn(email="Factures@Menuiserie.example")
    await step.attempt()
    await _keep(pool, _report(step))
    await owe(pool, "F-2", debtor="D-F-1")
    case = await opened(pool, "F-2", debtor_id="D-F-1")
    other = Turn(pool, step.mailbox, step.steps, case)
    (event,) = (await other.attempt()).events
    assert isinstance(event, StepFailed)
    assert event.reason == "EmailAddressBad"
    assert len(step.mailbox.received()) == 1


@pytest.mark.parametrize("kind", [BounceKind.SOFT, BounceKind.BLOCKED, BounceKind.OTHER])
async def test_only_a_hard_bounce_marks_the_address(
    pool: Pool, turn: Make, kind: BounceKind
) -> None:
    """A full mailbox or a filter says nothing about the address."""
    step = await turn()
    await step.attempt()
    await _keep(pool, _report(step, kind))
    assert await pool.fetchval("select count(*) from bad_addresses") == 0


async def test_a_corrected_address_has_its_step_tried_again(pool: Pool, turn: Make) -> None:
    """The next import brings another address: the task is one to be answered; not before."""
    step = await turn()
    await step.attempt()
    await _keep(pool, _report(step))
    await _hear(pool, step.order.case_id)
    assert await bounces.corrected(pool) == []
    await pool.execute("update debtors set email = 'compta@menuiserie.example'")
    (task,) = await bounces.corrected(pool)
    assert task.case_id == step.order.case_id
    async with pool.acquire() as connection, connection.transaction():
        assert await bounces.correct_email(
            connection, "atelier", "D-F-1", "factures@menuiserie.example"
        )
        assert not await bounces.correct_email(connection, "atelier", "nobody", "a@b.example")
    assert await pool.fetchval("select count(*) from bad_addresses") == 0
    assert await bounces.failed_of_debtor(pool, "atelier", "D-F-1") == [task]
    assert await bounces.corrected(pool) == []


async def test_a_bounce_is_heard_by_all_the_contact_spoke_for(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """Two invoices in one mail: both lose the step, each has its task, also one still asleep."""
    turns = []
    for number in ("F-1", "F-2"):
        await owe(pool, number, debtor="D1")
        case = await opened(pool, number, debtor_id="D1", plan=one_step_plan(Channel.EMAIL))
        turns.append(Turn(pool, mailbox, steps, case))
    first, second = turns
    await first.attempt()
    assert (await second.attempt()).events
    kept = await _keep(pool, _report(first))
    assert set(kept.cases) == {first.order.case_id, second.order.case_id}
    for one in turns:
        await _hear(pool, one.order.case_id)
        assert (await case_as_it_stands(pool, one.order.case_id)).level == 0
    assert len(await list_tasks(pool)) == 2


async def test_what_is_not_ours_or_not_over_is_said_so(pool: Pool, turn: Make) -> None:
    """A reference of nobody's is no bounce of ours; one that is leaving is asked about again."""
    step = await turn()
    assert (await _keep(pool, _report(step))).state is BounceState.NO_SUCH_CONTACT
    await step.attempt()
    await pool.execute("update contacts set state = 'handing over', updated_at = now()")
    assert (await _keep(pool, _report(step))).state is BounceState.UNDER_WAY
    await pool.execute("update contacts set updated_at = now() - interval '1 hour'")
    assert (await _keep(pool, _report(step))).state is BounceState.KEPT


async def test_one_refusal_holds_for_all_it_speaks_for(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """Eight invoices and no such mailbox: the server is asked once, and every step has failed."""
    turns = []
    for number in range(8):
        await owe(pool, f"F-{number}", debtor="D1", email="refused@menuiserie.example")
        case = await opened(pool, f"F-{number}", debtor_id="D1")
        turns.append(Turn(pool, mailbox, steps, case))
    mailer, asked = steps._mail._room.house, []
    send = mailer.send

    async def counted(*message: object, **envelope: object) -> None:
        asked.extend(envelope["recipients"])  # type: ignore[arg-type]
        await send(*message, **envelope)  # type: ignore[arg-type]

    mailer.send = counted  # type: ignore[method-assign, assignment]
    for turn in turns:
        (event,) = (await turn.attempt()).events
        assert isinstance(event, StepFailed)
        assert event.reason == "RefusedByServer"
        assert event.reference == turns[0].reference
        assert (await case_as_it_stands(pool, turn.order.case_id)).level == 0
    assert asked == ["refused@menuiserie.example"]
    assert len(await list_tasks(pool)) == 8


async def test_a_refusal_of_another_address_holds_for_nobody(
    pool: Pool, mailbox: Mailbox, steps: Steps
) -> None:
    """The address was corrected before the second invoice's moment came: its mail leaves."""
    turns = []
    for number in ("F-1", "F-2"):
        await owe(pool, number, debtor="D1", email="refused@menuiserie.example")
        case = await opened(pool, number, debtor_id="D1")
        turns.append(Turn(pool, mailbox, steps, case))
    first, second = turns
    async with pool.acquire() as busy, busy.transaction():
        # Somebody else writes to the second case, so the first does not put its failure there.
        await busy.execute("select from cases where case_id = $1 for update", second.order.case_id)
        await first.attempt()
    await pool.execute("update debtors set email = 'compta@menuiserie.example'")
    (event,) = (await second.attempt()).events
    assert isinstance(event, StepPerformed)
    assert len(mailbox.received()) == 1


async def test_a_copy_that_came_back_fails_no_step(pool: Pool, turn: Make) -> None:
    """The debtor has the mail; the colleague who had a copy has left: only that address is bad."""
    step = await turn()
    await step.attempt()
    await pool.execute("update debtors set escalation_email = 'Boss@menuiserie.example'")
    kept = await _keep(pool, _report(step, address="boss@menuiserie.example"))
    assert (kept.state, kept.cases) == (BounceState.COPY, ())
    assert (await step.contact()).state is ContactState.ACCEPTED
    assert await pool.fetchval("select address from bad_addresses") == "boss@menuiserie.example"


async def _somebody_waits(pool: Pool) -> None:
    """Until a lock is waited for."""
    for _ in range(500):
        if await pool.fetchval("select count(*) from pg_locks where not granted"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits for a lock")


async def test_a_bounce_reported_again_and_its_case_do_not_wait_for_each_other(
    pool: Pool, turn: Make
) -> None:
    """The same report twice, and the case records the first just then: both end, none dies.

    Our own mail server said yes after the first report, so the case still has its contact refused.
    """
    step = await turn()
    await step.attempt()
    await _keep(pool, _report(step))
    await pool.execute("update contacts set state = 'accepted'")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "select from contacts where reference = $1 for update", step.reference
        )
        hearing = asyncio.create_task(_hear(pool, step.order.case_id))
        await _somebody_waits(pool)
        again = await bounces.keep_bounce(connection, _report(step))
    await hearing
    assert again.cases == (step.order.case_id,)
    assert (await step.contact()).state is ContactState.REFUSED
    assert (await case_as_it_stands(pool, step.order.case_id)).level == 0
    assert await facts.untold(pool, step.order.case_id) == ()
