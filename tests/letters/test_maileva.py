"""Is one reference one letter, whatever the provider does to us?"""

from __future__ import annotations

import hashlib

import pytest

from activities.errors import DeliveryPostponed, DeliveryRefused
from activities.maileva import Maileva
from schemas.postage import LetterKind, PostalState, Posting
from tests.support.postal_provider import PostalProvider


def a_posting(
    kind: LetterKind = LetterKind.REGISTERED, *, street: str = "3 rue du Port"
) -> Posting:
    """A letter to Bordeaux."""
    return Posting(
        reference="RL-1",
        kind=kind,
        recipient=("Menuiserie Dubois", street, "33000 BORDEAUX"),
        country="FR",
        sender=("Atelier Lumière SAS", "12 rue des Tisseurs", "69004 LYON"),
        sender_country="FR",
        pdf=b"%PDF-1.7 a letter",
        pages=1,
    )


async def _posted(maileva: Maileva, posting: Posting) -> PostalState:
    """Create and submit, again after each postponement, as a worker's retries do."""
    for _ in range(8):
        try:
            return (await maileva.submit(await maileva.create(posting))).state
        except DeliveryPostponed:
            continue
    raise AssertionError("never posted")


async def test_a_registered_letter_is_posted(maileva: Maileva, post: PostalProvider) -> None:
    """Document, recipient with the town on its sixth line, postage with receipt; then submitted."""
    assert await _posted(maileva, a_posting()) is PostalState.SUBMITTED
    letter = post.only()
    assert (letter["custom_id"], letter["postage_type"]) == ("RL-1", "REGISTERED_MAIL_J3_AR")
    assert (letter["documents"], letter["submitted"]) == ([1], 1)
    (recipient,) = letter["recipients"]
    assert (recipient["address_line_1"], recipient["address_line_6"]) == (
        "Menuiserie Dubois",
        "33000 BORDEAUX",
    )


@pytest.mark.parametrize(
    "fails",
    [
        {"POST sendings": ["lost"]},
        {"POST sendings": [503, 500]},
        {"documents": [502, "slow"]},
        {"recipients": ["lost"]},
        {"POST submit": ["lost"]},
        {"POST submit": [500, "lost"]},
        {"GET sendings": [429, "slow"]},
        {
            "POST sendings": ["lost"],
            "documents": [500],
            "recipients": [500],
            "POST submit": ["lost"],
        },
    ],
    ids=str,
)
async def test_one_reference_is_one_letter(
    maileva: Maileva, post: PostalProvider, fails: dict[str, list[int | str]]
) -> None:
    """Slow, out of order, answers that are lost: after all retries one letter is posted, once."""
    post.fails = fails
    assert await _posted(maileva, a_posting()) is PostalState.SUBMITTED
    letter = post.only()
    assert (letter["submitted"], letter["documents"]) == (1, [1])
    assert len(letter["recipients"]) == 1


async def test_what_is_posted_is_found_again(maileva: Maileva, post: PostalProvider) -> None:
    """Asked again days later, the same reference is the same letter, and nothing is paid twice."""
    await _posted(maileva, a_posting())
    post.only()["status"] = "PROCESSED"
    assert (await maileva.submit(await maileva.create(a_posting()))).state is PostalState.POSTED
    assert post.only()["submitted"] == 1


async def test_an_address_that_the_provider_refuses_is_for_a_person(maileva: Maileva) -> None:
    """A line that is too long is refused for good, in the provider's words."""
    with pytest.raises(DeliveryRefused, match="a line is too long"):
        await maileva.create(a_posting(street="x" * 39))


@pytest.mark.parametrize("kind", [LetterKind.ELECTRONIC_QUALIFIED, LetterKind.ELECTRONIC_SIMPLE])
async def test_a_kind_that_it_does_not_post_is_refused(maileva: Maileva, kind: LetterKind) -> None:
    """An electronic letter is never silently made a paper one."""
    with pytest.raises(DeliveryRefused, match=kind.value):
        await maileva.create(a_posting(kind))


async def test_a_token_that_has_ended_is_fetched_anew(
    maileva: Maileva, post: PostalProvider
) -> None:
    """The provider forgets who we are: we say so again, and the letter is posted."""
    await maileva.create(a_posting())
    post.tokens += 1
    assert (await maileva.look(post.only()["id"])).state is PostalState.DRAFT


@pytest.mark.parametrize(
    ("status", "delivery", "cause", "state"),
    [
        ("ACCEPTED", "", "", PostalState.ACCEPTED),
        ("PROCESSED", "FIRST_PRESENTATION", "", PostalState.PRESENTED),
        ("PROCESSED", "DELIVERED", "", PostalState.DELIVERED),
        ("PROCESSED", "UNDELIVERED", "N05", PostalState.REFUSED),
        ("PROCESSED", "UNDELIVERED", "N03", PostalState.NOT_CLAIMED),
        ("PROCESSED", "UNDELIVERED", "N02", PostalState.UNDELIVERABLE),
        ("PROCESSED", "UNDELIVERED", "N07", PostalState.UNDELIVERABLE),
        ("REJECTED", "", "", PostalState.REJECTED),
        ("SOMETHING NEW", "", "", PostalState.SUBMITTED),
    ],
)
async def test_what_the_postman_says(
    maileva: Maileva,
    post: PostalProvider,
    status: str,
    delivery: str,
    cause: str,
    state: PostalState,
) -> None:
    """Refused and not claimed are results of their own; a word nobody knows is no end."""
    await _posted(maileva, a_posting())
    letter = post.only()
    letter["status"] = status
    letter["recipients"][0].update(main_delivery_status=delivery, undelivered_cause=cause)
    news = await maileva.look(letter["id"])
    assert (news.state, news.cause, news.reference) == (state, cause, "RL-1")


async def test_proofs_come_with_their_hashes(maileva: Maileva, post: PostalProvider) -> None:
    """Every document there is, and no other, with the hash of exactly these bytes."""
    await _posted(maileva, a_posting())
    letter = post.only()
    assert await maileva.proofs(letter["id"]) == []
    letter["recipients"][0]["deposit_proof_url"] = "somewhere"
    (proof,) = await maileva.proofs(letter["id"])
    assert (proof.kind, proof.content) == ("deposit", b"proof deposit_proof")
    assert proof.sha256 == hashlib.sha256(proof.content).hexdigest()


async def test_nonsense_is_no_answer(maileva: Maileva, post: PostalProvider) -> None:
    """Where the provider is not there at all, the letter waits."""
    gone = maileva._account.model_copy(update={"url": "http://127.0.0.1:9/v4"})
    with pytest.raises(DeliveryPostponed):
        await Maileva(gone, maileva._client).create(a_posting())
    assert post.letters == {}
