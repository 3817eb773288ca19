"""What do cases hear of a letter's end? A formal notice was served on all it speaks for, once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from activities.letter_office import LetterOffice
from activities.letter_results import LetterResults
from activities.telling import Telling
from domain.formal_notice import notice_sent
from engines.mailbox import Mailbox
from schemas.identifiers import case_id
from schemas.plan import DunningPlan
from schemas.postage import Proof
from schemas.service import ReportService
from store import facts, letters
from store.facts import UntoldFact
from store.pool import Pool
from store.read_models import case_as_it_stands
from store.services import read_notice
from tests.letters.conftest import NOTICE, sent
from tests.support.cases import opened
from tests.support.ledger import owe
from tests.support.postal_provider import PostalProvider
from tests.support.turns import KilledError

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


async def test_a_receipt_is_told_also_when_the_telling_dies_once(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    results: LetterResults,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The receipt is archived, and the process ends: the next round tells what proves the day."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    recipient = post.only()["recipients"][0]
    recipient["main_delivery_status"] = "DELIVERED"
    await office.follow(results)
    recipient["acknowledgement_of_receipt_url"] = "x"

    async def dies(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(results, "notified", dies)
        with pytest.raises(KilledError):
            await office.follow(results)
    await office.follow(results)
    [proof] = await letters.read_proofs(pool, turn.reference)
    assert [one.sha256 for one in (await on_record(pool))[BOTH[0]]] == ["", proof.sha256]
    await office.follow(results)
    assert len((await on_record(pool))[BOTH[0]]) == 2


async def test_a_proof_that_cannot_be_had_keeps_nothing_else_from_being_heard(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, results: LetterResults
) -> None:
    """One is announced and is not there: the others are kept, and the day of service is told."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.only()["recipients"][0].update(
        main_delivery_status="DELIVERED",
        deposit_proof_url="x",
        acknowledgement_of_receipt_url="x",
    )
    post.no_proofs = {"deposit_proof": 404}
    assert await office.follow(results) == {"delivered": 1}
    assert [one.outcome for one in (await on_record(pool))[BOTH[0]]] == ["delivered"]
    [proof] = await letters.read_proofs(pool, turn.reference)
    assert proof.kind == "acknowledgement"


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


async def test_the_receipt_of_a_letter_posted_by_hand_is_kept_with_it(
    pool: Pool, mailbox: Mailbox, tmp_path: Path
) -> None:
    """No provider has it: its receipt is archived by the contact, for every invoice of it."""
    await owe(pool, "F-2")
    await opened(pool, "F-2", plan=DunningPlan(plan="short", steps=(NOTICE,)))
    turn = await sent(pool, LetterOffice(pool, tmp_path), mailbox)
    await turn.attempt()
    case = await case_as_it_stands(pool, BOTH[0])
    assert notice_sent(case) == turn.reference
    scan = b"\x89PNG a receipt"
    proof = Proof(
        kind="acknowledgement",
        content=scan,
        media_type="image/png",
        sha256=hashlib.sha256(scan).hexdigest(),
    )
    assert [await letters.keep_proof(pool, turn.reference, proof) for _ in "ab"] == [True, False]
    notice = await read_notice(pool, turn.reference)
    assert notice is not None
    assert (notice.template, notice.cases, notice.proof) == ("formal-notice", BOTH, proof.sha256)
    assert await letters.read_proofs(pool, turn.reference) == [proof]
    assert await read_notice(pool, "R-of-nobody") is None
