"""What proves what became of a letter? All that came is kept; what is odd about it is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.responses import Response, StreamingResponse

from activities import maileva_sendings
from activities.letter_office import LetterOffice
from engines.mailbox import Mailbox
from schemas.postage import NamedProof, Proof
from store import letter_costs, letters
from store.pool import Pool
from store.services import read_notice
from tests.letters.conftest import Desk, sent
from tests.letters.test_letter_following import Heard
from tests.support.postal_provider import PostalProvider, a_proof
from tests.support.turns import KilledError, Turn

RECEIPT, DEPOSIT = "acknowledgement_of_receipt", "deposit_proof"


@pytest.fixture
async def turn(pool: Pool, office: LetterOffice, mailbox: Mailbox, post: PostalProvider) -> Turn:
    """A registered letter that was delivered, with a deposit proof and a receipt to be had."""
    turn = await sent(pool, office, mailbox)
    await turn.attempt()
    post.only()["recipients"][0].update(
        {"main_delivery_status": "DELIVERED", f"{DEPOSIT}_url": "x", f"{RECEIPT}_url": "x"}
    )
    return turn


async def _kept(pool: Pool, turn: Turn, kind: str = "acknowledgement") -> list[Proof]:
    found = await letters.read_proofs(pool, turn.reference)
    return [one for one in found if one.kind == kind]


ODD = {
    "empty": (b"", "it is empty"),
    "an error page": (b"<!DOCTYPE html><html>Oops</html>", "it is a web page"),
    "half a PDF": (a_proof("receipt")[:-8], "a part of it is missing"),
    "no document": (b'{"error": "try later"}', "neither a PDF nor a scan"),
}


@pytest.mark.parametrize(("content", "doubt"), ODD.values(), ids=ODD)
async def test_what_is_no_proof_is_kept_and_named_and_fetched_again(
    pool: Pool, office: LetterOffice, post: PostalProvider, turn: Turn, content: bytes, doubt: str
) -> None:
    """Handed over as a receipt with status 200: kept as it came, and it proves nothing to a case.

    The receipt itself is kept beside it as soon as it is there, and is what the cases hear of.
    """
    post.odd_proofs = {RECEIPT: Response(content, media_type="application/pdf")}
    heard = Heard()
    for _ in range(2):
        assert await office.follow(heard) == {"delivered": 1}
    [odd] = await _kept(pool, turn)
    assert (odd.content, doubt in odd.doubt) == (content, True)
    [line] = await letter_costs.posted(pool)
    assert (line.proofs, line.doubted, line.missing) == (2, 1, 1)
    notice = await read_notice(pool, turn.reference)
    assert notice is not None
    assert (notice.proof, heard.served) == ("", [turn.reference])
    post.odd_proofs = {}
    await office.follow(heard)
    [_, good] = await _kept(pool, turn)
    assert (good.content, good.doubt) == (a_proof(RECEIPT), "")
    notice = await read_notice(pool, turn.reference)
    assert notice is not None
    assert (notice.proof, heard.served) == (good.sha256, [turn.reference] * 2)
    assert await office.follow(heard) == {}


@pytest.mark.parametrize("trouble", ["it breaks off", "it is out of order"])
async def test_a_proof_that_cannot_be_fetched_is_not_lost(
    pool: Pool, office: LetterOffice, post: PostalProvider, turn: Turn, trouble: str
) -> None:
    """In the middle of the deposit proof the line breaks: the end is told, the receipt is kept.

    The deposit proof is asked for again, though the letter is at its end and has its receipt.
    """
    if trouble == "it breaks off":
        post.odd_proofs = {
            DEPOSIT: Response(a_proof(DEPOSIT)[:9], headers={"Content-Length": "99"})
        }
    else:
        post.no_proofs = {DEPOSIT: 503}
    heard = Heard()
    assert [await office.follow(heard) for _ in range(2)] == [{"delivered": 1}] * 2
    assert (heard.served, await _kept(pool, turn, "deposit")) == ([turn.reference], [])
    assert [one.doubt for one in await _kept(pool, turn)] == [""]
    post.odd_proofs, post.no_proofs = {}, {}
    await office.follow(heard)
    assert [one.content for one in await _kept(pool, turn, "deposit")] == [a_proof(DEPOSIT)]
    assert await office.follow(heard) == {}


async def test_proofs_that_cannot_be_listed_keep_no_end_from_being_told(
    pool: Pool,
    office: LetterOffice,
    post: PostalProvider,
    turn: Turn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The provider says how the letter ended and then fails: told now, and asked again for them."""
    looks = office._providers["maileva"].look

    async def looks_and_breaks(identity: str) -> object:
        news = await looks(identity)
        post.fails = {"recipients": [503]}
        return news

    heard = Heard()
    with monkeypatch.context() as patch:
        patch.setattr(office._providers["maileva"], "look", looks_and_breaks)
        assert await office.follow(heard) == {"delivered": 1}
    assert (heard.served, await letters.read_proofs(pool, turn.reference)) == ([turn.reference], [])
    await office.follow(heard)
    assert len(await letters.read_proofs(pool, turn.reference)) == 2


async def test_who_dies_between_two_proofs_has_kept_the_first(
    pool: Pool,
    office: LetterOffice,
    turn: Turn,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each is archived as soon as it is there; the next round fetches the rest, and tells all."""
    fetches, fetched = desk.paper.fetch, list[str]()

    async def dies_in_the_second(named: NamedProof) -> Proof:
        fetched.append(named.kind)
        if len(fetched) == 2:
            raise KilledError
        return await fetches(named)

    heard = Heard()
    with monkeypatch.context() as patch:
        patch.setattr(desk.paper, "fetch", dies_in_the_second)
        with pytest.raises(KilledError):
            await office.follow(heard)
    assert [one.kind for one in await letters.read_proofs(pool, turn.reference)] == fetched[:1]
    assert heard.served == []
    await office.follow(heard)
    found = {one.kind for one in await letters.read_proofs(pool, turn.reference)}
    assert (found, heard.served) == ({"deposit", "acknowledgement"}, [turn.reference])


async def test_a_proof_that_changes_is_kept_both_ways(
    pool: Pool, office: LetterOffice, post: PostalProvider, turn: Turn
) -> None:
    """Fetched again it is another document: both are kept, the later one doubted, and told once."""
    heard = Heard()
    post.no_proofs = {DEPOSIT: 503}  # So that the letter is asked about again.
    await office.follow(heard)
    post.odd_proofs = {RECEIPT: Response(a_proof("another"))}
    for _ in range(2):
        await office.follow(heard)
    found = [(one.content, one.doubt) for one in await _kept(pool, turn)]
    assert found == [(a_proof(RECEIPT), ""), (a_proof("another"), letters.ANOTHER_BEFORE)]
    assert heard.served == [turn.reference]


async def test_error_pages_do_not_fill_the_archive(
    pool: Pool, office: LetterOffice, post: PostalProvider, turn: Turn
) -> None:
    """A page that is another one each time is kept ten times, and the receipt after all of them."""
    for number in range(letters.ODD_ONES_MAX + 2):
        post.odd_proofs = {RECEIPT: Response(f"<html>request {number}</html>")}
        await office.follow(Heard())
    assert len(await _kept(pool, turn)) == letters.ODD_ONES_MAX
    post.odd_proofs = {}
    await office.follow(Heard())
    assert (await _kept(pool, turn))[-1].content == a_proof(RECEIPT)


async def test_an_answer_without_end_is_not_read_to_its_end(
    pool: Pool,
    office: LetterOffice,
    post: PostalProvider,
    turn: Turn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Larger than any proof: it is given up on the way, and the other proofs are kept."""
    monkeypatch.setattr(maileva_sendings, "MOST_BYTES", 50_000)

    def without_end() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 10_000

    post.odd_proofs = {RECEIPT: StreamingResponse(without_end())}
    assert await office.follow(Heard()) == {"delivered": 1}
    assert (await _kept(pool, turn), len(await _kept(pool, turn, "deposit"))) == ([], 1)
    [line] = await letter_costs.posted(pool)
    assert line.missing == 1
