"""Does a person find what came back? Read, listed, shown, and in the case's own timeline."""

from __future__ import annotations

from pathlib import Path

from activities.inbox import Inbox
from engines.ports import free_ports
from store import inbound
from tests.cli.conftest import Type, run_starter
from tests.support.answers import answer, written_to
from tests.support.dovecot import PASSWORD, USER, dovecot
from tests.support.house import House
from tests.support.mail_source import FakeMailbox, Listening

ATELIER = Path("creditors/atelier.yaml").read_text("utf-8")


async def test_what_came_back_is_found(house: House, starter: Type) -> None:
    """An absence and an answer: listed, shown with their words, and in the case's timeline."""
    case, reference = await written_to(house.pool)
    first, second = FakeMailbox("the house's"), FakeMailbox("the atelier's")
    first.put(answer("absent-exchange-french", reference))
    second.put(answer("reply-outlook-french", reference))
    ways = [lambda: first, lambda: second]
    reader = Inbox(house.pool, house.means.creditors, Listening(), ways)  # type: ignore[arg-type] # it tells
    await reader.read(lambda _: None)
    both = await starter("inbox", "list")
    assert ("the house's" in both.out, "the atelier's" in both.out) == (True, True)
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


async def test_a_mailbox_that_is_away_is_named(
    house: House, environment: dict[str, str], tmp_path: Path
) -> None:
    """The house's mailbox is read, a creditor's is not: said with its name, and in the exit code.

    Alone it is an engine that cannot be reached.
    """
    _, reference = await written_to(house.pool)
    folder = tmp_path / "creditors"
    folder.mkdir()
    port = free_ports(1)[0]
    own = (
        f"\ninbox:\n  host: 127.0.0.1\n  port: {port}\n  username: compta\n"
        "  security: none\n  password_variable: COMPTA_PASSWORD\n"
    )
    (folder / "atelier.yaml").write_text(ATELIER + own, "utf-8")
    here = environment | {"CREDITORS_FOLDER": str(folder)}
    unset = await run_starter("inbox", "read", environment=here)
    assert (unset.code, "COMPTA_PASSWORD" in unset.err) == (2, True)
    here |= {"COMPTA_PASSWORD": "s3cret"}
    alone = await run_starter("inbox", "read", environment=here)
    assert alone.code == 3
    with dovecot() as server:
        server.deliver("1.one.here", answer("absent-exchange-french", reference))
        here |= {
            "INBOX_HOST": "127.0.0.1",
            "INBOX_PORT": str(server.port),
            "INBOX_SECURITY": "none",
            "INBOX_USERNAME": USER,
            "INBOX_PASSWORD": PASSWORD,
        }
        read = await run_starter("inbox", "read", "--json", environment=here)
    assert (read.code, read.data["new"]) == (1, {"out-of-office": 1})
    for said in (alone, read):
        assert f"not read: compta@127.0.0.1:{port}/INBOX: " in said.err
        assert "s3cret" not in said.err
