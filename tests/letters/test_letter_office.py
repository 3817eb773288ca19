"""Which letter leaves the house, and when may nobody say? One is posted, and it is on record."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from activities.letter_office import LetterOffice
from activities.maileva import Maileva
from engines.mailbox import Mailbox
from schemas.contact import ContactState
from schemas.events import ChargesClaimed, StepFailed, StepPerformed
from schemas.plan import Charges, DunningPlan
from schemas.postage import LetterKind, Made, Posting
from store import contacts, letter_costs, letters, messages
from store.pool import Pool
from store.read_models import case_as_it_stands
from tests.letters.conftest import NOTICE, its_lease_ends, sent, submit_unheard
from tests.support.cases import MORNING, opened, put, received
from tests.support.ledger import owe
from tests.support.postal_provider import PostalProvider


async def test_a_registered_letter_is_posted_once_through_all_retries(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The answer is lost, the attempt is repeated: one letter, paid once, and on record."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST sendings": ["lost"]}
    with pytest.raises(ApplicationError, match="ReadTimeout"):
        await turn.attempt()
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    letter = post.only()
    assert performed.detail == f"maileva {letter['id']}"
    assert (letter["custom_id"], letter["submitted"]) == (turn.reference, 1)
    [kept] = await letter_costs.posted(pool)
    assert (kept.reference, kept.kind) == (turn.reference, LetterKind.REGISTERED)


async def test_two_attempts_at_once_post_one_letter(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    maileva: Maileva,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Believed dead, an attempt made a draft as the next one did: only one of them is posted."""
    turn = await sent(pool, office, mailbox)
    make = maileva.create

    async def beside_another(posting: Posting, provider_id: str = "") -> Made:
        if provider_id:
            return await make(posting, provider_id)
        another = (await make(posting)).provider_id
        await letters.keep_letter(pool, turn.reference, "maileva", another, posting.kind)
        post.letters[another]["custom_id"] = "not found yet"
        return await make(posting)

    monkeypatch.setattr(maileva, "create", beside_another)
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    [kept] = await letter_costs.posted(pool)
    posted = [one["id"] for one in post.letters.values() if one.get("submitted")]
    assert (posted, performed.detail) == ([kept.provider_id], f"maileva {kept.provider_id}")


async def test_nobody_says_that_a_letter_did_not_leave_when_it_may_have(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The answer to the submission is lost: it may be posted, so its contact is not given back."""
    turn = await sent(pool, office, mailbox, LetterKind.ELECTRONIC_QUALIFIED)
    await submit_unheard(turn, post)
    assert (await turn.contact()).state is ContactState.HANDING_OVER
    assert post.only()["submitted"] == 1
    # Nor does the next attempt, whatever the provider or the debtor's address say by then.
    await its_lease_ends(pool)
    await pool.execute("update debtors set email = ''")
    post.fails = {"GET sending": [503]}
    with pytest.raises(ApplicationError, match="503"):
        await turn.attempt()
    assert (await turn.contact()).state is ContactState.HANDING_OVER
    await its_lease_ends(pool)
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    assert post.only()["submitted"] == 1


async def test_a_letter_that_may_have_left_is_no_failure_when_it_cannot_be_printed_again(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """Posted, and the answer lost; then the address is gone: nobody knows, and a person asks."""
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    await its_lease_ends(pool)
    await pool.execute("update debtors set address_lines = '{}'")
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    assert performed.delivery == "unknown"
    assert (await turn.contact()).state is ContactState.UNKNOWN


@pytest.mark.parametrize("trouble", ["the provider is away", "it is not set up any more"])
async def test_a_letter_of_which_nobody_can_say_is_for_a_person_in_the_end(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, trouble: str
) -> None:
    """It may be posted, and its provider says nothing for days, nights between: a person asks."""
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    night, later = MORNING + timedelta(hours=14), MORNING + timedelta(days=5)
    assert (await turn.attempt(turn.order.model_copy(update={"now": night}))).not_now
    if trouble == "the provider is away":
        post.fails = {"GET sending": [503, 503]}
    else:
        await pool.execute("update letters set kind = 'electronic-simple'")
    for now in (MORNING + timedelta(days=2, hours=23), later):
        await its_lease_ends(pool)
        order = turn.order.model_copy(update={"now": now})
        if now != later:
            with pytest.raises(ApplicationError):
                await turn.attempt(order)
            continue
        (performed,) = (await turn.attempt(order)).events
        assert isinstance(performed, StepPerformed)
        assert performed.delivery == "unknown"
    assert (await turn.contact()).state is ContactState.UNKNOWN


@pytest.mark.parametrize("problem", ["the answer is lost", "it is not posted"])
async def test_what_is_claimed_is_what_the_posted_letter_says(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, problem: str
) -> None:
    """Printed again three days later with more interest: the record claims what was posted."""
    turn = await sent(pool, office, mailbox, charges=Charges.CLAIM)
    post.fails = {"POST submit": ["lost" if problem == "the answer is lost" else 503]}
    with pytest.raises(ApplicationError):
        await turn.attempt()
    [first] = (await turn.contact()).charges
    await its_lease_ends(pool)
    later = turn.order.model_copy(update={"now": MORNING + timedelta(days=2, hours=23)})
    performed, claimed = (await turn.attempt(later)).events
    assert isinstance(performed, StepPerformed)
    assert isinstance(claimed, ChargesClaimed)
    [document] = post.only()["documents"]
    assert hashlib.sha256(document["pdf"]).hexdigest() == performed.sha256
    if problem == "the answer is lost":
        assert (claimed.on, claimed.interest) == (first.on, first.interest)
    else:
        assert claimed.on == later.now.date()
        assert claimed.interest.amount > first.interest.amount


async def test_a_letter_that_may_have_left_speaks_for_nobody_else(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """Posted for one invoice, then two attempts die: what is due by then is not in that letter."""
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    await its_lease_ends(pool)
    await contacts.take_over(pool, turn.reference, "an attempt that dies before it begins", 0)
    await owe(pool, "F-2")
    other = await opened(pool, "F-2", plan=DunningPlan(plan="short", steps=(NOTICE,)))
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    assert post.only()["submitted"] == 1
    assert not (await case_as_it_stands(pool, other.case_id)).steps


async def test_what_the_provider_refuses_is_for_a_person(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The provider will not have it: the step has failed, and a person reads why."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST sendings": [422]}
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert (failed.reason, post.letters) == ("LetterRefused", {})


@pytest.mark.parametrize("posted", [True, False], ids=["posted", "a draft still"])
async def test_a_letter_that_its_provider_knows_no_more_may_have_been_posted(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, *, posted: bool
) -> None:
    """Submitted unheard, and then "404": nobody says that it failed, unless it is a draft still."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST submit": ["lost" if posted else 503]}
    with pytest.raises(ApplicationError):
        await turn.attempt()
    await its_lease_ends(pool)
    if posted:
        post.fails = {"GET sending": [404, 404]}
        with pytest.raises(ApplicationError, match="404"):
            await turn.attempt()
        assert (await turn.contact()).state is ContactState.HANDING_OVER
        return
    post.fails = {"documents": [422]}
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert failed.reason == "LetterRefused"


async def test_what_leaves_is_the_letter_that_was_kept(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """We died between upload and submission, then money came: the new letter leaves, as kept."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST submit": [503]}
    with pytest.raises(ApplicationError, match="503"):
        await turn.attempt()
    (old,) = post.only()["documents"]
    await its_lease_ends(pool)
    case = await put(pool, turn.case, received("200.00", "pay-1"))
    order = turn.order.model_copy(update={"version": case.version})
    (performed,) = (await turn.attempt(order)).events
    assert isinstance(performed, StepPerformed)
    (new,) = post.only()["documents"]
    assert new["pdf"] != old["pdf"]
    [settled] = [one for one in await messages.find(pool, turn.reference) if one.is_settled]
    assert (settled.content, settled.sha256) == (new["pdf"], performed.sha256)


async def test_what_had_left_stays_what_was_kept(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The answer to the submission was lost, then money came: on record is what the post has."""
    turn = await sent(pool, office, mailbox)
    await submit_unheard(turn, post)
    await its_lease_ends(pool)
    case = await put(pool, turn.case, received("200.00", "pay-1"))
    order = turn.order.model_copy(update={"version": case.version})
    (performed,) = (await turn.attempt(order)).events
    assert isinstance(performed, StepPerformed)
    (posted,) = post.only()["documents"]
    assert performed.sha256 == hashlib.sha256(posted["pdf"]).hexdigest()
    kept = await messages.find(pool, turn.reference)
    assert [one.content for one in kept if one.is_settled] == [posted["pdf"]]
    assert (len(kept), post.only()["submitted"]) == (2, 1)
