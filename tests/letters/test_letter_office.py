"""What becomes of a posted letter? Its proofs are kept, and what came back is told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities.letter_hooks import hook_pages, signature
from activities.letter_office import LetterAccountIncomplete, LetterOffice, provider_of
from activities.library import read_creditors
from activities.maileva import Maileva
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from engines.mailbox import Mailbox
from schemas.events import StepFailed, StepPerformed
from schemas.plan import Channel, DunningPlan, DunningStep
from schemas.postage import LetterKind, PostalState, Posting
from schemas.requests import ReportBounce
from schemas.settings import Settings, SmtpSecurity
from store import letters
from store.contacts import ContactState
from store.pool import Pool, open_pool
from tests.letters.conftest import served
from tests.support.cases import opened
from tests.support.ledger import owe
from tests.support.postal_provider import PostalProvider
from tests.support.turns import Turn

NOW = 1_800_000_000
SECRET = "between us"
NOTICE = DunningStep(
    name="notice",
    day=3,
    channel=Channel.LETTER,
    template="formal-notice",
    letter=LetterKind.REGISTERED,
)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the application has them."""
    async with open_pool(database, 4) as pool:
        yield pool


@pytest.fixture
def office(pool: Pool, maileva: Maileva, tmp_path: Path) -> LetterOffice:
    """An office whose letters go to the provider."""
    return LetterOffice(pool, tmp_path, maileva)


async def sent(pool: Pool, office: LetterOffice, mailbox: Mailbox, **owed: object) -> Turn:
    """A registered letter whose step is due, ready to be taken."""
    nobody = SmtpAccount(host="127.0.0.1", port=9, security=SmtpSecurity.NONE)
    creditors = read_creditors(Path("creditors"))
    steps = Steps(pool, creditors, Mailer(nobody), Path("templates"), office)
    await owe(pool, "F-1", **owed)  # type: ignore[arg-type] # an address, where the story has one
    case = await opened(pool, "F-1", plan=DunningPlan(plan="short", steps=(NOTICE,)))
    return Turn(pool, mailbox, steps, case)


async def nobody_is_told(_report: ReportBounce) -> None:
    """No letter has come back in this story."""
    raise AssertionError("nothing came back")


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
    [kept] = await letters.list_letters(pool)
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

    async def beside_another(posting: Posting) -> str:
        another = await make(posting)
        await letters.keep_letter(pool, turn.reference, "maileva", another, posting.kind)
        post.letters[another]["custom_id"] = "not found yet"
        return await make(posting)

    monkeypatch.setattr(maileva, "create", beside_another)
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    [kept] = await letters.list_letters(pool)
    posted = [one["id"] for one in post.letters.values() if one.get("submitted")]
    assert (posted, performed.detail) == ([kept.provider_id], f"maileva {kept.provider_id}")


async def test_nobody_says_that_a_letter_did_not_leave_when_it_may_have(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The answer to the submission is lost: it may be posted, so its contact is not given back."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST submit": ["lost"]}
    with pytest.raises(ApplicationError, match="ReadTimeout"):
        await turn.attempt()
    assert (await turn.contact()).state is ContactState.HANDING_OVER
    assert post.only()["submitted"] == 1


async def test_what_the_provider_refuses_is_for_a_person(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """The provider will not have it: the step has failed, and a person reads why."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST sendings": [422]}
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert (failed.reason, post.letters) == ("LetterRefused", {})


async def test_a_delivered_letter_leaves_its_proofs(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """Deposit and receipt are archived with their hashes the day they are there, each once."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    recipient = post.only()["recipients"][0]
    recipient["deposit_proof_url"] = "x"
    assert await office.follow(nobody_is_told) == {"submitted": 1}
    recipient.update(main_delivery_status="DELIVERED", acknowledgement_of_receipt_url="x")
    assert await office.follow(nobody_is_told) == {"delivered": 1}
    kinds = [proof.kind for proof in await letters.read_proofs(pool, turn.reference)]
    assert sorted(kinds) == ["acknowledgement", "deposit"]
    assert await office.follow(nobody_is_told) == {}


@pytest.mark.parametrize(
    ("cause", "state", "told"),
    [
        ("N02", PostalState.UNDELIVERABLE, True),
        ("N03", PostalState.NOT_CLAIMED, False),
        ("N05", PostalState.REFUSED, False),
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
    told: bool,
) -> None:
    """Refused and not claimed count as notified; an unknown address is reported, once."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.only()["recipients"][0].update(main_delivery_status="UNDELIVERED", undelivered_cause=cause)
    reports: list[ReportBounce] = []

    async def report(bounce: ReportBounce) -> None:
        reports.append(bounce)

    for _ in range(2):
        await office.follow(report)
    assert [one.reference for one in reports] == ([turn.reference] if told else [])
    [kept] = await letters.list_letters(pool)
    assert (kept.state, kept.cause) == (state, cause)


async def test_a_provider_that_is_away_is_asked_again(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """One letter that cannot be asked about is counted, not forgotten."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.fails = {"GET sending": [503]}
    assert await office.follow(nobody_is_told) == {"not asked": 1}
    assert await office.follow(nobody_is_told) == {"submitted": 1}


async def _call(address: str, body: bytes, *, secret: str = SECRET, at: int = NOW) -> int:
    signed = {"X-Timestamp": str(at), "X-Signature": signature(secret, str(at), body)}
    async with httpx.AsyncClient() as client:
        url = f"{address}/letters/hooks/maileva"
        return (await client.post(url, content=body, headers=signed)).status_code


async def test_calls_are_signed_fresh_and_heard_once(pool: Pool) -> None:
    """A forged, an old or an unreadable call is turned away; the same call twice is heard once."""
    looked: list[str] = []

    async def look_at(letter: str) -> None:
        looked.append(letter)

    app = hook_pages(pool, "maileva", SECRET, look_at, lambda: float(NOW))
    body = json.dumps({"id": "call-1", "resource_id": "id-1", "event": "ON_STATUS"}).encode()
    async with served(app) as address:
        assert await _call(address, body, secret="somebody else's") == 401
        assert await _call(address, body, at=NOW - 3600) == 401
        assert await _call(address, b"not json") == 400
        assert await _call(address, b'{"id": 7, "resource_id": "id-1"}') == 400
        assert await _call(address, b"x" * 100_000) == 413
        assert looked == []
        assert [await _call(address, body) for _ in range(3)] == [200, 200, 200]
    assert looked == ["id-1"]


async def test_nobody_may_call_where_there_is_no_secret(pool: Pool) -> None:
    """Without a secret there is no page: a call that anybody could make is worth nothing."""

    async def look_at(_letter: str) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match="secret"):
        hook_pages(pool, "maileva", "", look_at)


def test_half_an_account_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider without its whole account stops the worker, and names what is missing."""
    monkeypatch.setenv("LETTER_PROVIDER", "maileva")
    monkeypatch.setenv("MAILEVA_URL", "http://127.0.0.1:9/v4")
    with pytest.raises(LetterAccountIncomplete, match="MAILEVA_CLIENT_ID, MAILEVA_CLIENT_SECRET"):
        provider_of(Settings())
