"""What leaves with an e-mail, and to whom? One conversation, its documents once, who gets it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from activities.library import read_creditors
from activities.outgoing_mail import PostRoom
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from engines.mailbox import Mailbox
from engines.mailbox import mailbox as open_mailbox
from schemas.events import StepFailed, StepPerformed
from schemas.plan import Channel, ContactRole, DunningPlan, DunningStep
from schemas.settings import SmtpSecurity
from store import correspondence
from store.pool import Pool
from tests.support.answers import answer
from tests.support.cases import ALWAYS_OPEN, MORNING, opened
from tests.support.ledger import owe
from tests.support.turns import Turn

PDF = b"%PDF-1.7\n"
BILLING, ESCALATION, MANAGER = ContactRole
BOTH = {"to": (BILLING, ESCALATION), "copy_to": (MANAGER,)}

Send = Callable[..., Awaitable[Turn]]


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
    room = PostRoom(Mailer(account), {}, documents.parent)
    yield room
    await room.close()


@pytest.fixture
def send(pool: Pool, mailbox: Mailbox, room: PostRoom, tmp_path: Path) -> Send:
    """Take the first step of a new case of one debtor, so many days later."""

    async def take(
        number: str = "F-1", days: int = 0, file: str = "", link: str = "", **step: Any
    ) -> Turn:
        creditors = read_creditors(Path("creditors"))
        steps = Steps(pool, creditors, room, Path("templates"), tmp_path / "letters")
        await owe(pool, number)
        await pool.execute(
            "update invoices set document = $2, document_link = $3 where number = $1",
            *(number, file, link),
        )
        rung = DunningStep(name="courtesy", day=3, channel=Channel.EMAIL, **step)
        plan = DunningPlan(plan="short", steps=(rung,))
        case = await opened(pool, number, plan=plan, calendar=ALWAYS_OPEN)
        turn = Turn(pool, mailbox, steps, case)
        now = MORNING + timedelta(days=days)
        turn.result = await turn.attempt(turn.order.model_copy(update={"now": now}))
        return turn

    return take


async def contacts_of_debtor(pool: Pool, **addresses: str) -> None:
    """Give the debtor of the next case these addresses."""
    await owe(pool, "F-0")
    for column, address in addresses.items():
        await pool.execute(f"update debtors set {column} = $1", address)  # noqa: S608 - our own names


def last(mailbox: Mailbox) -> EmailMessage:
    """The latest message."""
    return mailbox.received()[-1].message


def enclosed(message: EmailMessage) -> list[tuple[str, int]]:
    """Names and sizes of what a message carries."""
    return [(str(one.get_filename()), len(one.get_content())) for one in message.iter_attachments()]


async def test_messages_to_a_debtor_are_one_conversation(
    pool: Pool, mailbox: Mailbox, send: Send
) -> None:
    """Each follows the one before, also about another invoice, and the debtor's own answer."""
    first = await send("F-1")
    assert last(mailbox)["References"] is None
    await send("F-2", days=8)
    ids = [str(one.message["Message-ID"]) for one in mailbox.received()]
    assert last(mailbox)["In-Reply-To"] == ids[0]
    theirs = "<PR0P264MB00010002000300040005000600070008@PR0P264MB0001.FRAP264.PROD.OUTLOOK.COM>"
    await pool.execute(
        "insert into inbound_messages (inbound_id, message_id, kind, cases, raw) "
        "values ('mail-1', $1, 'reply', array[$2], $3)",
        *(theirs, first.order.case_id, answer("reply-iphone")),
    )
    await send("F-3", days=16)
    assert str(last(mailbox)["References"]).split() == [*ids, theirs]
    assert str(last(mailbox)["In-Reply-To"]) == theirs


async def test_a_debtor_sees_nothing_of_another(pool: Pool, mailbox: Mailbox, send: Send) -> None:
    """Conversations are apart: what was written to one debtor is not named to another."""
    await send("F-1")
    await pool.execute("update contacts set debtor_id = 'D2'")
    await send("F-2", days=8)
    assert last(mailbox)["References"] is None


async def test_ten_megabytes_leave_once(mailbox: Mailbox, send: Send, documents: Path) -> None:
    """The invoice is attached where it is first spoken of, and the next message does without."""
    content = PDF + b"x" * (10 * 1024 * 1024 - len(PDF))
    (documents / "F-1.pdf").write_bytes(content)
    first = await send("F-1")
    assert isinstance(first.result.events[0], StepPerformed)
    assert enclosed(last(mailbox)) == [("F-1.pdf", 10 * 1024 * 1024)]
    assert "F-1.pdf" in str(last(mailbox).get_body(("plain",)).get_content())  # type: ignore[union-attr] # it has one
    before = await correspondence.read_correspondence(first.pool, "atelier", "D1", "another")
    assert before.sent == {"F-1"}


async def test_what_is_too_large_is_linked(mailbox: Mailbox, send: Send, documents: Path) -> None:
    """One byte over the limit: the link stands in the text; without a link, the text says so."""
    (documents / "F-1.pdf").write_bytes(PDF + b"x" * (10 * 1024 * 1024))
    (documents / "F-2.pdf").write_bytes(PDF + b"x" * (10 * 1024 * 1024))
    link = "https://portal.example/F-1"
    await send("F-1", link=link)
    assert enclosed(last(mailbox)) == []
    assert link in str(last(mailbox).get_body(("plain",)).get_content())  # type: ignore[union-attr] # it has one
    assert link in str(last(mailbox).get_body(("html",)).get_content())  # type: ignore[union-attr] # it has one
    await send("F-2", days=8)
    assert enclosed(last(mailbox)) == []
    assert "trop lourde" in str(last(mailbox).get_body(("plain",)).get_content())  # type: ignore[union-attr] # it has one


async def test_a_step_may_send_documents_always_or_never(
    mailbox: Mailbox, send: Send, documents: Path
) -> None:
    """As the plan says; by default once."""
    (documents / "F-1.pdf").write_bytes(PDF)
    await send("F-1", enclose="never")
    assert enclosed(last(mailbox)) == []


@pytest.mark.parametrize(
    "file", ["../secret.pdf", "../../secret.pdf", "/etc/passwd", "link.pdf", "text.pdf", "no.pdf"]
)
async def test_only_documents_of_the_creditor_leave(
    mailbox: Mailbox, send: Send, documents: Path, file: str
) -> None:
    """No path, link or false name in an import makes any other file leave the house."""
    secret = documents.parents[1] / "secret.pdf"
    secret.write_bytes(PDF + b"secret")
    (documents.parent / "secret.pdf").write_bytes(PDF + b"secret")
    (documents / "link.pdf").symlink_to(secret)
    (documents / "text.pdf").write_text("no PDF")
    await send("F-1", file=file)
    assert enclosed(last(mailbox)) == []


async def test_recipients_follow_the_rules_of_the_step(
    pool: Pool, mailbox: Mailbox, send: Send
) -> None:
    """Billing and escalation are addressed, the account manager gets a copy that all can see."""
    await contacts_of_debtor(
        pool, escalation_email="direction@menuiserie.example", account_manager="ana@atelier.example"
    )
    await send("F-1", **BOTH)
    message = last(mailbox)
    assert [one.addr_spec for one in message["To"].addresses] == [
        *("factures@menuiserie.example", "direction@menuiserie.example"),
    ]
    assert [one.addr_spec for one in message["Cc"].addresses] == ["ana@atelier.example"]
    assert len(mailbox.received()[-1].recipients) == 3


@pytest.mark.parametrize(
    "missing", ["", "factures@menuiserie.example", "FACTURES@menuiserie.example"]
)
async def test_nobody_gets_a_message_twice_and_nobody_missing_stops_it(
    pool: Pool, mailbox: Mailbox, send: Send, missing: str
) -> None:
    """An escalation without a contact of its own goes to the ordinary one, once."""
    await contacts_of_debtor(pool, escalation_email=missing)
    await send("F-1", to=(ESCALATION,), copy_to=(BILLING,))
    assert len(mailbox.received()[-1].recipients) == 1


async def test_one_refused_recipient_does_not_keep_the_others_from_it(
    pool: Pool, mailbox: Mailbox, send: Send
) -> None:
    """It leaves for those who are there; who was refused, and why, stands with the contact."""
    await contacts_of_debtor(
        pool,
        escalation_email="refused@menuiserie.example",
        account_manager="refused@atelier.example",
    )
    turn = await send("F-1", **BOTH)
    (event,) = turn.result.events
    assert isinstance(event, StepPerformed)
    assert event.detail.endswith("(2 of 3 recipients refused)")
    assert mailbox.received()[-1].recipients == ("factures@menuiserie.example",)
    kept = await correspondence.recipients(pool, turn.reference)
    assert [(one.role, one.state) for one in kept] == [
        *(("billing", "accepted"), ("escalation", "refused"), ("account-manager", "refused")),
    ]
    assert "550" in kept[1].said


async def test_nobody_left_is_a_failed_step(pool: Pool, mailbox: Mailbox, send: Send) -> None:
    """Everybody addressed is refused: no message leaves, though a copy would have been taken."""
    await contacts_of_debtor(pool, email="refused@a.example", account_manager="ana@atelier.example")
    turn = await send("F-1", copy_to=(MANAGER,))
    assert isinstance(turn.result.events[0], StepFailed)
    assert mailbox.received() == []


async def test_international_addresses_arrive(pool: Pool, mailbox: Mailbox, send: Send) -> None:
    """The domain in ASCII, the rest as it is, where the server offers it (RFC 6531)."""
    await contacts_of_debtor(pool, email="jérôme@élan.example")
    turn = await send("F-1")
    assert isinstance(turn.result.events[0], StepPerformed)
    (mail,) = mailbox.received()
    assert mail.recipients == ("jérôme@xn--lan-9la.example",)
    assert "<jérôme@xn--lan-9la.example>".encode() in mail.path.read_bytes()


@pytest.fixture
async def plain_mailbox(room: PostRoom, tmp_path: Path) -> AsyncIterator[Mailbox]:
    """The creditor's mail leaves by a server that takes no letters beyond ASCII."""
    async with open_mailbox(tmp_path / "plain", smtputf8=False) as box:
        account = room.house._account.model_copy(update={"port": box.port})
        mailer = Mailer(account)
        room.accounts["atelier"] = mailer  # type: ignore[index] # a test may
        yield box
        await mailer.close()


async def test_an_international_address_needs_a_server_that_takes_it(
    pool: Pool, plain_mailbox: Mailbox, send: Send
) -> None:
    """Ours does not: the step fails at once, by name; an international domain is no hindrance."""
    await contacts_of_debtor(pool, email="jérôme@élan.example")
    (event,) = (await send("F-1")).result.events
    assert isinstance(event, StepFailed)
    assert event.reason == "AddressNeedsSmtpUtf8"
    assert plain_mailbox.received() == []
    await pool.execute("update debtors set email = 'jerome@élan.example'")
    await send("F-2")
    assert plain_mailbox.received()[-1].recipients == ("jerome@xn--lan-9la.example",)


async def test_who_can_be_reached_gets_it_all_the_same(
    pool: Pool, plain_mailbox: Mailbox, send: Send
) -> None:
    """A copy to é@ does not keep a message from whom it is for; it is on record as refused."""
    await contacts_of_debtor(
        pool,
        email="billing@a.example",
        escalation_email="é@a.example",
        account_manager="ü@b.example",
    )
    turn = await send("F-1", **BOTH)
    (event,) = turn.result.events
    assert isinstance(event, StepPerformed)
    assert event.detail.endswith("(2 of 3 recipients refused)")
    (mail,) = plain_mailbox.received()
    assert mail.recipients == ("billing@a.example",)
    assert mail.path.read_bytes().isascii()
    recorded = await correspondence.recipients(pool, turn.reference)
    assert {one.address: one.state for one in recorded} == {
        "billing@a.example": "accepted",
        "é@a.example": "refused",
        "ü@b.example": "refused",
    }


async def test_the_sender_is_the_creditors_own(
    mailbox: Mailbox, send: Send, room: PostRoom
) -> None:
    """Its name, its address, its address for answers, its own account."""
    used = []
    own = Mailer(room.house._account)
    hand_over = own.send

    async def noted(*arguments: Any, **more: Any) -> Any:
        used.append(more["sender"])
        return await hand_over(*arguments, **more)

    own.send = noted  # type: ignore[method-assign] # to see that it is used
    room.accounts["atelier"] = own  # type: ignore[index] # a test may
    await send("F-1")
    assert used == ["comptabilite@atelier-lumiere.example"]
    assert last(mailbox)["From"].addresses[0].display_name == "Atelier Lumière SAS"
    await own.close()


async def test_nobody_is_spied_upon(mailbox: Mailbox, send: Send) -> None:
    """No picture from elsewhere, no link with a number of its own: nothing reports the reading."""
    await send("F-1")
    html = str(last(mailbox).get_body(("html",)).get_content())  # type: ignore[union-attr] # it has one
    assert "<img" not in html
    assert not re.search(r"(?:src|href|url)\W{1,3}http", html)
    assert last(mailbox)["Disposition-Notification-To"] is None
    assert last(mailbox)["Return-Receipt-To"] is None
