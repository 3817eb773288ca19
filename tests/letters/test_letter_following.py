"""What becomes of a posted letter? Its proofs are kept, and what came back is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from activities.letter_office import LetterOffice
from engines.mailbox import Mailbox
from schemas.events import StepFailed
from schemas.postage import LetterKind, PostalState
from store import letter_costs, letters
from store.letters import KeptLetter
from store.pool import Pool
from tests.letters.conftest import its_lease_ends, sent, submit_unheard
from tests.support.postal_provider import PostalProvider


@dataclass
class Heard:
    """Who was told of which letter's end."""

    back: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)

    async def came_back(self, letter: KeptLetter) -> bool:
        """It reached nobody."""
        self.back.append(letter.reference)
        return True

    async def notified(self, letter: KeptLetter) -> bool:
        """Its debtor counts as notified."""
        self.served.append(letter.reference)
        return True


async def test_a_letter_rejected_at_once_is_asked_about_no_more(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The step has failed and says so; the letter is at its end, and nobody asks the provider."""
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    await its_lease_ends(pool)
    post.only()["status"] = "REJECTED"
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert failed.reason == "LetterRejected"
    [kept] = await letter_costs.posted(pool)
    assert (kept.state, kept.is_final) == (PostalState.REJECTED, True)
    assert await office.follow(Heard()) == {}


async def test_a_delivered_letter_leaves_its_proofs(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """Each is archived once, the day it is there; a receipt may come days after the postman."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    heard = Heard()
    recipient = post.only()["recipients"][0]
    recipient["deposit_proof_url"] = "x"
    assert await office.follow(heard) == {"submitted": 1}
    recipient["main_delivery_status"] = "DELIVERED"
    assert [await office.follow(heard) for _ in range(2)] == [{"delivered": 1}] * 2
    assert heard.served == [turn.reference]
    recipient["acknowledgement_of_receipt_url"] = "x"
    assert await office.follow(heard) == {"delivered": 1}
    kinds = [proof.kind for proof in await letters.read_proofs(pool, turn.reference)]
    assert sorted(kinds) == ["acknowledgement", "deposit"]
    assert await office.follow(heard) == {}
    assert (heard.served, heard.back) == ([turn.reference] * 2, [])


@pytest.mark.parametrize(
    ("cause", "state", "is_served"),
    [
        ("N02", PostalState.UNDELIVERABLE, False),
        ("N03", PostalState.NOT_CLAIMED, True),
        ("N05", PostalState.REFUSED, True),
    ],
)
async def test_only_what_did_not_notify_comes_back_to_the_case(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    cause: str,
    state: PostalState,
    *,
    is_served: bool,
) -> None:
    """Refused and not claimed count as notified; an unknown address is reported, once."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.only()["recipients"][0].update(main_delivery_status="UNDELIVERED", undelivered_cause=cause)
    heard = Heard()
    for _ in range(2):
        await office.follow(heard)
    assert (heard.served if is_served else heard.back) == [turn.reference]
    assert (heard.back if is_served else heard.served) == []
    [kept] = await letter_costs.posted(pool)
    assert (kept.state, kept.cause) == (state, cause)


async def test_every_letter_is_asked_about_and_one_by_its_id(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """However many are under way, none of them waits behind others for ever."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    await pool.execute(
        """insert into contacts (reference, case_id, step, cycle, channel, state, owner,
        lease_until, creditor, debtor_id) select 'RZ' || n, case_id, step, n + 1, channel, state,
        owner, lease_until, creditor, debtor_id from contacts, generate_series(1, 4) as n"""
    )
    for n in range(1, 5):
        await letters.keep_letter(pool, f"RZ{n}", "maileva", f"other-{n}", LetterKind.REGISTERED)
    pages, last = [], ""
    while page := await letters.under_way(pool, "maileva", after=last, limit=2):
        pages.append([one.reference for one in page])
        last = page[-1].reference
    assert pages == [[turn.reference, "RZ1"], ["RZ2", "RZ3"], ["RZ4"]]
    [found] = await letters.under_way(pool, "maileva", of=post.only()["id"])
    assert found.reference == turn.reference


async def test_a_provider_that_is_away_is_asked_again(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """One letter that cannot be asked about is counted, not forgotten."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.fails = {"GET sending": [503]}
    assert await office.follow(Heard()) == {"not asked": 1}
    assert await office.follow(Heard()) == {"submitted": 1}
