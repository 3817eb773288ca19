"""Does a firm mail carry one statement of account for everything it asks, and each invoice once?"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import pytest

from activities.library import read_creditors
from activities.outgoing_mail import PostRoom
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from domain.enclosures import carries_statement
from engines.mailbox import Mailbox
from schemas.plan import Channel, Charges, DunningPlan, DunningStep
from schemas.settings import SmtpSecurity
from store import correspondence
from store.correspondence import EnclosedDocument
from store.pool import Pool
from tests.support.cases import ALWAYS_OPEN, MORNING, opened
from tests.support.ledger import owe
from tests.support.turns import Turn

PDF = b"%PDF-1.7\n"
RATES = Path("rates/reference-rates.csv")
ROOM = 200_000
"""Bytes of a message's attachments in these tests."""

Due = Callable[..., Awaitable[Turn]]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The folder of the creditor's documents."""
    folder = tmp_path / "documents" / "atelier"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
async def room(mailbox: Mailbox, documents: Path) -> AsyncIterator[PostRoom]:
    """The house's account, and the documents."""
    account = SmtpAccount(
        host=mailbox.host, port=mailbox.port, security=SmtpSecurity.NONE, timeout_seconds=5
    )
    room = PostRoom(Mailer(account), {}, documents.parent, ROOM)
    yield room
    await room.close()


@pytest.fixture
def due(pool: Pool, mailbox: Mailbox, room: PostRoom, documents: Path, tmp_path: Path) -> Due:
    """A case of 1,200 euros with a document, whose only step is due now."""
    creditors = read_creditors(Path("creditors"))
    steps = Steps(pool, creditors, room, Path("templates"), tmp_path / "letters", RATES)

    async def make(number: str, size: int = 1000, **step: object) -> Turn:
        (documents / f"{number}.pdf").write_bytes(PDF + b"x" * (size - len(PDF)))
        fields = {"name": "firm", "day": 3, "channel": Channel.EMAIL, **step}
        plan = DunningPlan(plan="short", steps=(DunningStep.model_validate(fields),))
        await owe(pool, number)
        case = await opened(pool, number, plan=plan, calendar=ALWAYS_OPEN)
        return Turn(pool, mailbox, steps, case)

    return make


def last(mailbox: Mailbox) -> EmailMessage:
    """The latest message."""
    return mailbox.received()[-1].message


def enclosed(message: EmailMessage) -> dict[str, bytes]:
    """What a message carries, by its name; every name once."""
    parts = [(str(one.get_filename()), one.get_content()) for one in message.iter_attachments()]
    assert len(dict(parts)) == len(parts)
    return dict(parts)


def words(message: EmailMessage) -> str:
    """Its plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_a_firm_mail_carries_one_statement_and_each_invoice_once(
    pool: Pool, mailbox: Mailbox, due: Due
) -> None:
    """Three invoices, one mail: one account of all of them, three documents, all on record."""
    turns = [await due(f"F-{place}", charges=Charges.STATE) for place in (1, 2, 3)]
    await turns[0].attempt()
    parts = enclosed(last(mailbox))
    assert list(parts) == ["releve-de-compte-2026-11-20.pdf", "F-1.pdf", "F-2.pdf", "F-3.pdf"]
    pdf = pypdfium2.PdfDocument(parts["releve-de-compte-2026-11-20.pdf"])
    said = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    assert all(number in said for number in ("F-1", "F-2", "F-3"))
    assert "3 600,00 €" in said.replace("\u202f", " ").replace("\u00a0", " ")
    assert "releve-de-compte-2026-11-20.pdf" in words(last(mailbox))
    found = await correspondence.enclosed(pool, turns[0].reference)
    hashes = {one.document: one.sha256 for one in found if one.kind == "invoice"}
    assert set(hashes) == {"F-1", "F-2", "F-3"}
    (account,) = [one for one in found if one.kind == "statement"]
    assert account.sha256 == hashlib.sha256(parts[account.document]).hexdigest()
    for other in turns[1:]:
        await other.attempt()
    assert len([one for one in mailbox.received() if enclosed(one.message)]) == 1


async def test_the_account_goes_first_where_there_is_little_room(
    mailbox: Mailbox, due: Due
) -> None:
    """What is too much beside it falls back to a word or a link; the account itself is there."""
    turn = await due("F-1", size=ROOM - 10)
    await turn.attempt()
    assert list(enclosed(last(mailbox))) == ["releve-de-compte-2026-11-20.pdf"]
    assert "La facture F-1 est trop lourde" in words(last(mailbox))


async def test_an_account_without_room_is_offered(
    pool: Pool, mailbox: Mailbox, due: Due, room: PostRoom
) -> None:
    """A mail that may carry next to nothing says how to get the account, and records none."""
    turn = await due("F-1", size=500)
    object.__setattr__(room, "attachment_bytes", 600)
    await turn.attempt()
    assert list(enclosed(last(mailbox))) == ["F-1.pdf"]
    assert "Le relevé de compte est trop lourd" in words(last(mailbox))
    assert [one.kind for one in await correspondence.enclosed(pool, turn.reference)] == ["invoice"]


async def test_a_message_that_is_tried_again_carries_the_same_account(
    pool: Pool, mailbox: Mailbox, due: Due, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is busy twice: the same account on the same day, the next day's on the next."""
    turn = await due("F-1")

    async def busy(*_: object, **__: object) -> None:
        raise ConnectionError

    made = []
    with monkeypatch.context() as patch:
        patch.setattr(Mailer, "send", busy)
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await turn.attempt()
            made.append(await _account_of(turn))
    assert made[0] == made[1]
    await turn.attempt(turn.order.model_copy(update={"now": MORNING + timedelta(days=1)}))
    last_one = await _account_of(turn)
    assert last_one.document == "releve-de-compte-2026-11-21.pdf"
    sent = enclosed(last(mailbox))[last_one.document]
    assert hashlib.sha256(sent).hexdigest() == last_one.sha256


async def _account_of(turn: Turn) -> EnclosedDocument:
    """The one account that is on record as leaving with a message."""
    found = await correspondence.enclosed(turn.pool, turn.reference)
    (account,) = [one for one in found if one.kind == "statement"]
    return account


async def test_a_later_mail_carries_the_account_as_it_is_then(mailbox: Mailbox, due: Due) -> None:
    """An invoice leaves once in a conversation; the account comes with every firm mail."""
    await (await due("F-1")).attempt()
    later = await due("F-2")
    await later.attempt(later.order.model_copy(update={"now": MORNING + timedelta(days=10)}))
    assert [name[:6] for name in enclosed(last(mailbox))] == ["releve", "F-2.pd"]


@pytest.mark.parametrize(
    ("step", "carries"),
    [
        ({"name": "courtesy"}, False),
        ({"name": "reminder"}, False),
        ({"name": "firm"}, True),
        ({"name": "last-word", "template": "hand-over-notice"}, True),
        ({"name": "courtesy", "charges": Charges.STATE}, True),
        ({"name": "firm", "statement": False}, False),
        ({"name": "courtesy", "statement": True}, True),
    ],
)
def test_the_plan_says_which_steps_carry_an_account(
    *, step: dict[str, object], carries: bool
) -> None:
    """From the firm tone on, and with every figure of interest; unless the plan says otherwise."""
    rung = DunningStep.model_validate({"day": 3, "channel": Channel.EMAIL, **step})
    assert carries_statement(rung) is carries
