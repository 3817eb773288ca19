"""What do cases hear of a letter's end? A formal notice was served on all it speaks for, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from activities.letter_office import LetterOffice
from activities.letter_results import LetterResults
from activities.telling import Telling
from engines.mailbox import Mailbox
from schemas.identifiers import case_id
from schemas.plan import DunningPlan
from schemas.service import ReportService
from store import facts, letters
from store.facts import UntoldFact
from store.pool import Pool
from tests.letters.conftest import NOTICE, sent
from tests.support.cases import opened
from tests.support.ledger import owe
from tests.support.postal_provider import PostalProvider

BOTH = (case_id("atelier", "F-1"), case_id("atelier", "F-2"))


class NobodyThere(Telling):
    """The engine is away: facts wait in the database for their cases."""

    def __init__(self) -> None: ...

    async def tell(self, waiting: Sequence[UntoldFact], *_: object) -> list[bool]:
        """Nobody hears anything now."""
        return [False] * len(waiting)


@pytest.fixture
def results(pool: Pool) -> LetterResults:
    """Whoever tells cases of letters, while the engine is away."""
    return LetterResults(pool, NobodyThere())


async def on_record(pool: Pool) -> dict[str, list[ReportService]]:
    """What waits to be heard of services, by case."""
    found = {case: await facts.untold(pool, case) for case in BOTH}
    return {
        case: [one for one in waiting if isinstance(one, ReportService)]
        for case, waiting in found.items()
    }


async def test_every_invoice_of_the_letter_hears_when_it_was_presented(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, results: LetterResults
) -> None:
    """Not claimed: served on the first presentation, for both invoices; the return comes later."""
    await owe(pool, "F-2")
    await opened(pool, "F-2", plan=DunningPlan(plan="short", steps=(NOTICE,)))
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    await pool.execute("update contacts set claimed_at = now() - interval '20 days'")
    recipient = post.only()["recipients"][0]
    shown = datetime.now(UTC) - timedelta(days=17)
    recipient.update(
        main_delivery_status="FIRST_PRESENTATION", main_delivery_status_date=shown.isoformat()
    )
    assert await office.follow(results) == {"presented": 1}
    assert await on_record(pool) == {one: [] for one in BOTH}
    recipient.update(
        main_delivery_status="UNDELIVERED",
        undelivered_cause="N03",
        main_delivery_status_date=datetime.now(UTC).isoformat(),
    )
    for _ in range(2):
        await office.follow(results)
    day = shown.astimezone(ZoneInfo("Europe/Paris")).date()
    for [heard] in (await on_record(pool)).values():
        assert (heard.reference, heard.outcome) == (turn.reference, "not-claimed")
        assert (heard.on, heard.letter, heard.by_hand) == (day, "registered", False)
    recipient["undelivered_mail_url"] = "x"
    await office.follow(results)
    [proof] = await letters.read_proofs(pool, turn.reference)
    for heard in (await on_record(pool)).values():
        assert [one.sha256 for one in heard] == ["", proof.sha256]


async def test_a_letter_that_is_no_formal_notice_serves_nothing(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    results: LetterResults,
) -> None:
    """A registered reminder is delivered: no interest runs from it."""
    turn = await sent(pool, office, mailbox, template="firm")
    await turn.attempt()
    post.only()["recipients"][0]["main_delivery_status"] = "DELIVERED"
    assert await office.follow(results) == {"delivered": 1}
    assert (await on_record(pool))[BOTH[0]] == []
