"""Who posts a letter of which kind, to whom? By the office's settings and the debtor's consent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.letter_office import LetterAccountIncomplete, LetterOffice, providers_of
from engines.mailbox import Mailbox
from schemas.events import StepFailed, StepPerformed
from schemas.postage import LetterKind
from schemas.settings import Settings
from store import letter_costs, messages
from store.pool import Pool
from tests.letters.conftest import sent
from tests.support.postal_provider import PostalProvider


@pytest.mark.parametrize(
    ("whom", "posted"),
    [
        ({"capacity": "business"}, LetterKind.ELECTRONIC_QUALIFIED),
        (
            {"capacity": "consumer", "agreed_on": date(2026, 1, 5)},
            LetterKind.ELECTRONIC_QUALIFIED,
        ),
        ({"capacity": "consumer"}, LetterKind.REGISTERED),
    ],
)
async def test_a_formal_notice_goes_electronically_to_whom_it_may(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    whom: dict[str, object],
    posted: LetterKind,
) -> None:
    """A consumer who has not agreed gets it registered on paper, and the timeline says so."""
    turn = await sent(pool, office, mailbox, LetterKind.ELECTRONIC_QUALIFIED, **whom)
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    [kept] = await letter_costs.posted(pool)
    is_paper = posted is LetterKind.REGISTERED
    assert (kept.kind, kept.provider) == (posted, "maileva" if is_paper else "maileva-electronic")
    assert ("not agreed to" in performed.detail) is is_paper
    assert ("email" in post.only()["recipients"][0]) is not is_paper


@pytest.mark.parametrize("address", [(), ("x" * 50, "33000 BORDEAUX")])
async def test_an_electronic_letter_needs_no_postal_address(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    post: PostalProvider,
    address: tuple[str, ...],
) -> None:
    """It goes to an e-mail address, under the name of the debtor: no street, no refusal."""
    kind = LetterKind.ELECTRONIC_QUALIFIED
    turn = await sent(pool, office, mailbox, kind, address=address)
    (performed,) = (await turn.attempt()).events
    assert isinstance(performed, StepPerformed)
    (recipient,) = post.only()["recipients"]
    assert (recipient["company"], post.only()["submitted"]) == ("Menuiserie Dubois", 1)


async def test_what_falls_back_to_paper_needs_a_postal_address(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider
) -> None:
    """A consumer who has not agreed, and of whom nobody knows the address: a person reads both."""
    kind = LetterKind.ELECTRONIC_QUALIFIED
    turn = await sent(pool, office, mailbox, kind, capacity="consumer", address=())
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert (failed.reason, post.letters) == ("AddressMissing", {})
    assert "has not agreed to electronic letters" in failed.explanation
    assert "no postal address" in failed.explanation


async def test_a_letter_that_a_provider_has_is_not_dropped_in_the_folder_too(
    pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider, tmp_path: Path
) -> None:
    """The provider is taken out of the settings after a lost answer: it may have been posted."""
    turn = await sent(pool, office, mailbox)
    post.fails = {"POST submit": ["lost"]}
    with pytest.raises(ApplicationError, match="ReadTimeout"):
        await turn.attempt()
    await pool.execute("update contacts set lease_until = now() - interval '1 second'")
    turn.steps._office = LetterOffice(pool, tmp_path / "folder")
    with pytest.raises(ApplicationError, match="maileva has this letter"):
        await turn.attempt()
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize(
    ("kind", "email", "reason"),
    [
        (LetterKind.ELECTRONIC_SIMPLE, "a@b.example", "LetterKindUnknown"),
        (LetterKind.ELECTRONIC_QUALIFIED, "", "ElectronicAddressMissing"),
    ],
)
async def test_what_nobody_can_post_costs_nothing(
    pool: Pool,
    office: LetterOffice,
    mailbox: Mailbox,
    kind: LetterKind,
    email: str,
    reason: str,
) -> None:
    """A kind that no provider posts, or no address to post to: a named task, and no call made."""
    turn = await sent(pool, office, mailbox, kind, email=email)
    (failed,) = (await turn.attempt()).events
    assert isinstance(failed, StepFailed)
    assert (failed.reason, await letter_costs.posted(pool)) == (reason, [])
    assert await messages.find(pool, turn.reference) == []


def test_half_an_account_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider without its whole account stops the worker, and names what is missing."""
    monkeypatch.setenv("LETTER_PROVIDER", "maileva")
    monkeypatch.setenv("MAILEVA_URL", "http://127.0.0.1:9/v4")
    with pytest.raises(LetterAccountIncomplete, match="MAILEVA_CLIENT_ID, MAILEVA_CLIENT_SECRET"):
        providers_of(Settings())


async def test_one_account_posts_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Electronic letters go by the same sign-in, once the address of their API is set."""
    monkeypatch.setenv("LETTER_PROVIDER", "maileva")
    for name in ("URL", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"MAILEVA_{name}", "http://127.0.0.1:9/v4")
    assert [one.name for one in providers_of(Settings())] == ["maileva"]
    monkeypatch.setenv("MAILEVA_ELECTRONIC_URL", "http://127.0.0.1:9/lre/")
    both = providers_of(Settings())
    assert [one.name for one in both] == ["maileva", "maileva-electronic"]
    for one in both:
        await one.close()
