"""Is the e-mail correct, the same every time, and safe from what stands in names and addresses?"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from activities.email_message import (
    EmailAddressInvalid,
    EmailAddressMissing,
    build_email,
    mailbox,
    message_id,
)
from activities.texts import render_email
from schemas.money import Money
from schemas.notice import EmailMessageText, Notice, NoticeItem
from schemas.parties import Creditor, Debtor

TEMPLATES = Path(__file__).parents[2] / "templates"
SENT_AT = datetime(2026, 10, 21, 8, 0, tzinfo=UTC)
OWED = Money(amount=Decimal("1234.56"), currency="EUR")
CREDITOR = {
    "creditor": "atelier",
    "name": "Atelier Lumière SAS",
    "address": ("12 rue des Tisseurs", "69004 LYON"),
    "email": "comptabilite@atelier-lumiere.example",
    "iban": "FR7630006000011234567890189",
}
DEBTOR = {
    "creditor": "atelier",
    "debtor_id": "C-0042",
    "name": "Menuiserie Vasseur & Fils",
    "email": "compta@vasseur.example",
}


def notice(
    debtor: dict[str, str] | None = None, creditor: dict[str, str] | None = None, **changes: object
) -> Notice:
    """A courteous reminder of one invoice."""
    fields = {
        "reference": "RABCDEFGHIJKLMNO",
        "template": "courtesy",
        "level": 1,
        "on": date(2026, 10, 21),
        "pay_by": date(2026, 11, 1),
        "creditor": Creditor.model_validate(CREDITOR | (creditor or {})),
        "debtor": Debtor.model_validate(DEBTOR | (debtor or {})),
        "items": (
            NoticeItem(
                invoice="F-2026-0117",
                issue_date=date(2026, 8, 7),
                due_date=date(2026, 9, 6),
                amount=OWED,
                paid=Money.zero("EUR"),
                asked=OWED,
                days_overdue=45,
            ),
        ),
    }
    return Notice.model_validate(fields | changes)


def sent(about: Notice, text: EmailMessageText | None = None) -> EmailMessage:
    """The message as the receiver's mail program reads it from the bytes on the wire."""
    text = text or render_email(about, TEMPLATES)
    built = build_email(about, text, domain="Relance.example", sent_at=SENT_AT)
    return message_from_bytes(built.as_bytes(), policy=default)


def test_the_headers_say_who_writes_what_to_whom_and_when() -> None:
    """Sender, receiver, answers, subject, moment, language and reference are in the headers."""
    message = sent(notice(creditor={"reply_to": "camille@atelier-lumiere.example"}))
    assert message["From"] == "Atelier Lumière SAS <comptabilite@atelier-lumiere.example>"
    assert message["To"] == "Menuiserie Vasseur & Fils <compta@vasseur.example>"
    assert message["Reply-To"] == "Atelier Lumière SAS <camille@atelier-lumiere.example>"
    assert message["Subject"].startswith("Rappel\u00a0: facture F-2026-0117")
    assert message["Date"].datetime == SENT_AT
    assert message["Message-ID"] == "<rabcdefghijklmno@relance.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Relance-Reference"] == "RABCDEFGHIJKLMNO"
    assert message["Content-Language"] == "fr"


def test_answers_go_to_the_sender_by_default() -> None:
    """Without an address for answers they go to the creditor's own."""
    assert sent(notice())["Reply-To"].addresses[0].addr_spec == CREDITOR["email"]


def test_text_and_html_say_the_same_to_every_mail_program() -> None:
    """Both parts arrive whole: UTF-8, CRLF, no line over the 998 characters of RFC 5322."""
    about = notice()
    text = render_email(about, TEMPLATES)
    raw = build_email(about, text, domain="relance.example", sent_at=SENT_AT).as_bytes()
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=default)
    assert message.get_content_type() == "multipart/alternative"
    parts = {
        part.get_content_type(): part.get_content().replace("\r\n", "\n").rstrip("\n")
        for part in message.iter_parts()
    }
    assert list(parts) == ["text/plain", "text/html"]
    assert parts["text/plain"] == text.text.rstrip("\n")
    assert parts["text/html"] == text.html.rstrip("\n")


def test_the_same_notice_gives_the_same_bytes() -> None:
    """A message that is sent again is the same message, byte for byte; another one is not."""
    text = render_email(notice(), TEMPLATES)

    def raw(about: Notice) -> bytes:
        return build_email(about, text, domain="relance.example", sent_at=SENT_AT).as_bytes()

    assert raw(notice()) == raw(notice())
    other = raw(notice(reference="RBBBBBBBBBBBBBBB"))
    assert re.findall(rb'boundary="(.*?)"', other) != re.findall(
        rb'boundary="(.*?)"', raw(notice())
    )


def test_the_fallback_language_is_declared() -> None:
    """A Hungarian debtor who gets another language's text gets a message that says which."""
    assert sent(notice({"language": "hu"}))["Content-Language"] == "fr"


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_names_and_subjects_cannot_add_headers(line_break: str) -> None:
    """A line break in a name or subject adds neither a header nor a receiver."""
    evil = f"Evil{line_break}Bcc: everybody@evil.example"
    text = EmailMessageText(subject=f"Hello{line_break}X-Evil: yes", text="t", html="<p>h</p>")
    message = sent(notice({"name": evil}, {"name": evil}), text)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "compta@vasseur.example"


def test_a_name_that_looks_like_an_address_stays_a_name() -> None:
    """Quotes, commas and brackets in a name are quoted, so the mail goes to one address only."""
    evil = '"Boss" <boss@evil.example>, ceo@evil.example'
    addresses = sent(notice({"name": evil}))["To"].addresses
    assert [address.addr_spec for address in addresses] == ["compta@vasseur.example"]
    assert addresses[0].display_name == evil


def test_international_domains_are_written_in_ascii() -> None:
    """A domain with an accent reaches mail servers that only know ASCII."""
    address = mailbox("Élan", "compta@élan-menuiserie.example", whose="debtor atelier/C-1")
    assert address.addr_spec == "compta@xn--lan-menuiserie-9jb.example"


@pytest.mark.parametrize(
    "address",
    [
        "compta",
        "@vasseur.example",
        "compta@",
        "compta@localhost",
        "a@b@vasseur.example",
        "a b@vasseur.example",
        "a@vasseur.example, b@vasseur.example",
        "a@vasseur.example;b@vasseur.example",
        "Vasseur <a@vasseur.example>",
        "a@vasseur.example\r\nBcc: b@evil.example",
        "a\r\n@vasseur.example",
        "a..b@vasseur.example",
        ".a@vasseur.example",
        "a@vasseur..example",
        "a@-vasseur.example",
        "a@vas_seur.example",
        "a@[127.0.0.1]",
        "a@" + "x" * 64 + ".example",
        "a@" + ".".join(["xxxxxxx"] * 40),
        "x" * 65 + "@vasseur.example",
    ],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    """Anything but exactly one address is refused, with the debtor it stands at."""
    with pytest.raises(EmailAddressInvalid, match="debtor atelier/C-0042"):
        sent(notice({"email": address}))


def test_an_address_with_letters_beyond_ascii_is_written_in_utf8() -> None:
    """RFC 6532: such an address stands in the headers as it is, and the domain in ASCII."""
    raw = build_email(
        notice({"email": "é.durand@élan.example"}),
        render_email(notice(), TEMPLATES),
        domain="relance.example",
        sent_at=SENT_AT,
    ).as_bytes()
    assert "To: Menuiserie Vasseur & Fils <é.durand@xn--lan-9la.example>".encode() in raw


def test_a_missing_address_is_named() -> None:
    """A debtor or creditor without an address is named, so that somebody can find one."""
    with pytest.raises(EmailAddressMissing, match="debtor atelier/C-0042"):
        sent(notice({"email": ""}))
    with pytest.raises(EmailAddressMissing, match="creditor atelier"):
        sent(notice(creditor={"email": " "}))


def test_a_moment_without_zone_is_refused() -> None:
    """The Date header is a moment; one without a time zone would lie somewhere."""
    text = EmailMessageText(subject="s", text="t", html="h")
    with pytest.raises(ValueError, match="time zone"):
        build_email(notice(), text, domain="relance.example", sent_at=datetime(2026, 10, 21))  # noqa: DTZ001 - the point


@pytest.mark.parametrize(
    ("reference", "domain"), [("R>\r\nX: y", "relance.example"), ("R1", "re lance"), ("R1", "")]
)
def test_a_message_id_cannot_be_forged(reference: str, domain: str) -> None:
    """A reference or a domain that cannot stand in a Message-ID is refused."""
    with pytest.raises(ValueError, match=r"Message-ID|no domain"):
        message_id(reference, domain)
