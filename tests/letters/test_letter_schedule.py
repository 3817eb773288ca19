"""Does the engine ask after letters by itself? A schedule on a real Temporal, made as typed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import ScheduleHandle
from temporalio.service import RPCError, RPCStatusCode

import worker
from activities.letter_office import LetterOffice
from engines.mailbox import Mailbox
from schemas.turns import LettersSummary
from store import letters
from store.pool import Pool
from tests.cli.conftest import run_starter
from tests.letters.conftest import Desk, sent
from tests.support.house import House
from tests.support.postal_provider import PostalProvider


@pytest.fixture(autouse=True)
def provider(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider that the workers of the house post with; there before they are."""

    def office(pool: Pool, folder: Path, *_more: object) -> LetterOffice:
        return LetterOffice(pool, folder, (desk.paper, desk.electronic))

    monkeypatch.setattr(worker, "LetterOffice", office)


@pytest.fixture
def here(
    house: House, temporal: str, post_house: tuple[PostalProvider, str], tmp_path: Path
) -> dict[str, str]:
    """The environment that names the engines, and the account of the provider."""
    address = post_house[1]
    return {
        "DATABASE_URL": house.owner,
        "TEMPORAL_ADDRESS": temporal,
        "TASK_QUEUE": house.means.settings.task_queue,
        "RELANCE_VAR": str(tmp_path / "var"),
        "MAILEVA_URL": f"{address}/v4",
        "MAILEVA_TOKEN_URL": f"{address}/token",
        "MAILEVA_CLIENT_ID": "us",
        "MAILEVA_CLIENT_SECRET": "s",
    }


async def _round_now(house: House, handle: ScheduleHandle, count: int) -> LettersSummary:
    """The schedule's next round, without waiting for its hours."""
    await handle.trigger()
    for _ in range(500):
        info = (await handle.describe()).info
        if len(info.recent_actions) >= count:
            started = info.recent_actions[-1].action
            a_round = house.client.get_workflow_handle(
                started.workflow_id,  # type: ignore[union-attr] # it starts workflows only
                run_id=started.first_execution_run_id,  # type: ignore[union-attr]
                result_type=LettersSummary,
            )
            return LettersSummary.model_validate(await a_round.result())
        await asyncio.sleep(0.02)
    raise AssertionError("the schedule starts nothing")


@pytest.mark.story
async def test_the_engine_asks_after_letters_and_archives_their_proofs(
    house: House,
    here: dict[str, str],
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    tmp_path: Path,
) -> None:
    """Scheduled twice, it is one; each proof is archived once, by its rounds and by `day`."""
    turn = await sent(house.pool, office, mailbox)
    await turn.attempt()
    post.only()["recipients"][0]["deposit_proof_url"] = "x"
    refused = await run_starter("letters", "schedule", environment=here)
    assert (refused.code, "nobody to ask" in refused.err) == (2, True)
    here["LETTER_PROVIDER"] = "maileva"
    for hours in ("24", "12"):
        made = await run_starter("letters", "schedule", "--every", hours, environment=here)
        assert (made.code, made.err) == (0, "")
    handle = house.client.get_schedule_handle("follow-letters")
    (interval,) = (await handle.describe()).schedule.spec.intervals
    assert interval.every == timedelta(hours=12)
    for number in (1, 2):
        assert (await _round_now(house, handle, number)).states == {"submitted": 1}
        assert len(await letters.read_proofs(house.pool, turn.reference)) == 1
    (tmp_path / "bank").mkdir()
    day = await run_starter("day", str(tmp_path / "bank"), environment=here)
    assert (day.code, "letters: 1 submitted" in day.out) == (0, True), day.err
    post.fails = {"GET sending": [503]}
    assert (await _round_now(house, handle, 3)).not_asked == 1
    for _ in range(2):
        gone = await run_starter("letters", "schedule", "--remove", environment=here)
        assert gone.code == 0
    with pytest.raises(RPCError) as missing:
        await handle.describe()
    assert missing.value.status is RPCStatusCode.NOT_FOUND
