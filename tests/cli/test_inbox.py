"""Does a person find what came back? Read, listed, shown, and in the case's own timeline."""

from __future__ import annotations

from activities.inbox import Inbox
from store import inbound
from tests.cli.conftest import Type
from tests.support.answers import answer, written_to
from tests.support.house import House
from tests.support.mail_source import FakeMailbox, Listening


async def test_what_came_back_is_found(house: House, starter: Type) -> None:
    """An absence and an answer: listed, shown with their words, and in the case's timeline."""
    case, reference = await written_to(house.pool)
    source = FakeMailbox()
    source.put(answer("absent-exchange-french", reference))
    source.put(answer("reply-outlook-french", reference))
    reader = Inbox(house.pool, house.means.creditors, Listening(), lambda: source)  # type: ignore[arg-type] # it tells
    await reader.read(lambda _: None)
    listed = await starter("inbox", "list", "--kind", "reply", "--json")
    (mail,) = listed.data
    shown = await starter("inbox", "show", mail["inbound_id"])
    assert "Nous contestons cette facture" in shown.out
    raw = await starter("inbox", "show", mail["inbound_id"], "--raw")
    kept = await inbound.raw_mail(house.pool, mail["inbound_id"])
    assert kept is not None
    assert raw.out == kept.decode()
    timeline = await starter("show", case.case_id)
    assert "out-of-office" in timeline.out
    unread = await starter("inbox", "read")
    assert (unread.code, "INBOX_HOST" in unread.err) == (2, True)
    nothing = await starter("inbox", "show", "mail-x")
    assert nothing.code == 5
