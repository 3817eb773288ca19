"""Is one reference one letter, whatever the provider does to us?"""

from __future__ import annotations

import hashlib

import pytest

from activities.errors import DeliveryPostponed, DeliveryRefused
from activities.maileva import Maileva
from activities.maileva_electronic import MailevaElectronic
from activities.maileva_sendings import MailevaAccount
from schemas.postage import LetterKind, PostalState, Posting
from tests.letters.conftest import Desk
from tests.support.postal_provider import PostalProvider, a_proof

BOTH = pytest.mark.parametrize(
    "kind", [LetterKind.REGISTERED, LetterKind.ELECTRONIC_QUALIFIED], ids=str
)
"""The same faults, over the API for paper and the one for electronic letters."""


def a_posting(
    kind: LetterKind = LetterKind.REGISTERED,
    *,
    street: str = "3 rue du Port",
    pdf: bytes = b"%PDF-1.7 a letter",
    email: str = "factures@menuiserie.example",
    is_professional: bool = True,
) -> Posting:
    """A letter to Bordeaux."""
    return Posting(
        reference="RL-1",
        kind=kind,
        recipient=("Menuiserie Dubois", street, "33000 BORDEAUX"),
        country="FR",
        sender=("Atelier Lumière SAS", "12 rue des Tisseurs", "69004 LYON"),
        sender_country="FR",
        pdf=pdf,
        pages=1,
        email=email,
        is_professional=is_professional,
    )


async def _posted(maileva: Maileva | MailevaElectronic, posting: Posting) -> PostalState:
    """Create and submit, again after each postponement, as a worker's retries do."""
    for _ in range(10):
        try:
            made = await maileva.create(posting)
            return (await maileva.submit(made.provider_id, posting)).state
        except DeliveryPostponed:
            continue
    raise AssertionError("never posted")


async def test_a_registered_letter_is_posted(maileva: Maileva, post: PostalProvider) -> None:
    """Document, recipient with the town on its sixth line, postage with receipt; then submitted."""
    assert await _posted(maileva, a_posting()) is PostalState.SUBMITTED
    letter = post.only()
    assert (letter["custom_id"], letter["postage_type"]) == ("RL-1", "REGISTERED_MAIL_J3_AR")
    (document,) = letter["documents"]
    assert (document["pdf"], letter["submitted"]) == (b"%PDF-1.7 a letter", 1)
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
@BOTH
async def test_one_reference_is_one_letter(
    desk: Desk, post: PostalProvider, fails: dict[str, list[int | str]], kind: LetterKind
) -> None:
    """Slow, out of order, answers that are lost: after all retries one letter is posted, once."""
    post.fails = fails
    assert await _posted(desk.of(kind), a_posting(kind)) is PostalState.SUBMITTED
    letter = post.only()
    assert [one["pdf"] for one in letter["documents"]] == [a_posting().pdf]
    assert (letter["submitted"], len(letter["recipients"])) == (1, 1)


@BOTH
async def test_what_is_posted_is_the_letter_that_was_printed_last(
    desk: Desk, post: PostalProvider, kind: LetterKind
) -> None:
    """Between upload and submission we died, then money and the address changed: no old letter."""
    maileva = desk.of(kind)
    await maileva.create(a_posting(kind, pdf=b"%PDF-1.7 asks for 1,200", email="old@b.example"))
    post.fails = {"DELETE documents": ["lost"], "documents": [503]}
    posting = a_posting(kind, pdf=b"%PDF-1.7 asks for 900", street="9 quai des Queyries")
    assert await _posted(maileva, posting) is PostalState.SUBMITTED
    (document,), (recipient,) = post.only()["documents"], post.only()["recipients"]
    assert document["pdf"] == b"%PDF-1.7 asks for 900"
    assert "9 quai des Queyries" in recipient.values() or recipient["email"] == posting.email


@BOTH
async def test_a_draft_that_holds_another_letter_is_not_submitted(
    desk: Desk, post: PostalProvider, kind: LetterKind
) -> None:
    """Whoever put another document into it meanwhile: what we did not keep does not leave."""
    maileva, posting = desk.of(kind), a_posting(kind)
    made = await maileva.create(posting)
    post.only()["documents"].append({"id": "d9", "name": "another.pdf", "pdf": b"%PDF-"})
    with pytest.raises(DeliveryPostponed, match="holds another letter"):
        await maileva.submit(made.provider_id, posting)
    assert "submitted" not in post.only()


@BOTH
async def test_what_is_posted_is_found_again(
    desk: Desk, post: PostalProvider, kind: LetterKind
) -> None:
    """Asked again days later, the same reference is the same letter, and nothing is paid twice."""
    await _posted(desk.of(kind), a_posting(kind))
    post.only()["status"] = "PROCESSED"
    later = await _posted(desk.of(kind), a_posting(kind, pdf=b"%PDF-1.7 another day"))
    paper = kind is LetterKind.REGISTERED
    assert later is (PostalState.POSTED if paper else PostalState.PRESENTED)
    assert (post.only()["submitted"], post.only()["documents"][0]["pdf"]) == (1, a_posting().pdf)


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
    (named,) = await maileva.proofs(letter["id"])
    proof = await maileva.fetch(named)
    assert (proof.kind, proof.content) == ("deposit", a_proof("deposit_proof"))
    assert proof.sha256 == hashlib.sha256(proof.content).hexdigest()


async def test_nonsense_is_no_answer(maileva: Maileva, post: PostalProvider) -> None:
    """Where the provider is not there at all, the letter waits."""
    gone = MailevaAccount(
        url="http://127.0.0.1:9/v4",
        token_url="http://127.0.0.1:9/t",
        client_id="",
        client_secret="",
    )
    with pytest.raises(DeliveryPostponed):
        await Maileva(gone).create(a_posting())
    assert post.letters == {}
