"""Do registered letters go electronically as the law wants them, and what proves it?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from activities.errors import DeliveryRefused
from schemas.postage import LetterKind, PostalState
from tests.letters.conftest import Desk
from tests.letters.test_maileva import a_posting
from tests.support.postal_provider import PostalProvider, a_proof

LRE = LetterKind.ELECTRONIC_QUALIFIED


@pytest.mark.parametrize(
    ("is_professional", "kind", "named"),
    [(True, "PROFESSIONAL", "company"), (False, "INDIVIDUAL", "last_name")],
)
async def test_the_provider_knows_whether_a_consumer_gets_it(
    desk: Desk, post: PostalProvider, kind: str, named: str, *, is_professional: bool
) -> None:
    """A consumer and a business are identified in different ways before they may read it."""
    await desk.electronic.create(a_posting(LRE, is_professional=is_professional))
    (recipient,) = post.only()["recipients"]
    assert (recipient["type"], recipient[named]) == (kind, "Menuiserie Dubois")
    assert recipient["email"] == "factures@menuiserie.example"
    assert not any("address" in field for field in recipient)


@pytest.mark.parametrize("kind", [kind for kind in LetterKind if kind is not LRE])
async def test_no_other_kind_is_made_a_qualified_one(desk: Desk, kind: LetterKind) -> None:
    """A simple electronic letter is a lesser one, and a paper one is paper."""
    with pytest.raises(DeliveryRefused, match=f"posts no {kind.value} letters"):
        await desk.electronic.create(a_posting(kind))


@pytest.mark.parametrize(
    ("sending", "recipient", "state"),
    [
        ("PENDING", "PENDING", PostalState.SUBMITTED),
        ("PROCESSED", "PROCESSED", PostalState.PRESENTED),
        ("PROCESSED", "ACCEPTED", PostalState.DELIVERED),
        ("PROCESSED", "REFUSED", PostalState.REFUSED),
        ("PROCESSED", "NOT_CLAIMED", PostalState.NOT_CLAIMED),
        ("REJECTED", "PENDING", PostalState.REJECTED),
        ("ERROR", "DRAFT", PostalState.ERROR),
        ("PROCESSED", "SOMETHING NEW", PostalState.PRESENTED),
    ],
)
async def test_what_the_provider_says_of_an_electronic_letter(
    desk: Desk, post: PostalProvider, sending: str, recipient: str, state: PostalState
) -> None:
    """Refused and not claimed are results of their own, with the day of the first notice kept."""
    identity = (await desk.electronic.create(a_posting(LRE))).provider_id
    letter = post.only()
    letter.update(status=sending, processed_date="2026-11-23T09:15:00+01:00")
    letter["recipients"][0].update(status=recipient, status_date="2026-12-09T00:05:00+01:00")
    news = await desk.electronic.look(identity)
    assert (news.state, news.reference) == (state, "RL-1")
    assert news.presented_at == datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
    if state in {PostalState.DELIVERED, PostalState.REFUSED, PostalState.NOT_CLAIMED}:
        assert news.at == datetime(2026, 12, 8, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize("nonsense", ["yesterday", 17, None, {"at": 1}, "2026-13-01"])
async def test_a_day_that_cannot_be_read_is_no_day(
    desk: Desk, post: PostalProvider, nonsense: object
) -> None:
    """What the provider writes where a moment belongs keeps nobody from asking about letters."""
    for provider, kind in ((desk.electronic, LRE), (desk.paper, LetterKind.REGISTERED)):
        identity = (await provider.create(a_posting(kind))).provider_id
        post.letters[identity].update(modification_date=nonsense, custom_id="another")
        assert (await provider.look(identity)).at is None


async def test_each_proof_is_kept_under_its_own_name(desk: Desk, post: PostalProvider) -> None:
    """Deposit, receipt, refusal and non-claim; what nobody knows is not taken for any of them."""
    identity = (await desk.electronic.create(a_posting(LRE))).provider_id
    names = ["DEPOSIT_PROOF", "ACKNOWLEDGMENT_OF_RECEIPT", "REFUSAL_PROOF", "NOT_CLAIMED_PROOF"]
    post.only()["proofs"] = [
        {"id": f"p{at}", "type": name} for at, name in enumerate([*names, "INVOICE"])
    ]
    found = [await desk.electronic.fetch(named) for named in await desk.electronic.proofs(identity)]
    assert [(one.kind, one.content) for one in found] == [
        ("deposit", a_proof("p0")),
        ("acknowledgement", a_proof("p1")),
        ("refusal", a_proof("p2")),
        ("not-claimed", a_proof("p3")),
    ]
