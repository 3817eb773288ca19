"""Whom did a message not reach, and will it ever? Reads what mail servers report, in any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from flufl.bounce import all_failures

from domain.inbound_reading import ReadMail, decoded, inside, text_of
from schemas.inbound import FailedRecipient, Failing

SAID_CHARACTERS = 300
RECIPIENTS_MAX = 50
BOUNCE_CHARACTERS = 20_000
"""So much of the text of an odd bounce is looked at."""

_ROBOTS = re.compile(
    r"(mailer-?daemon|postmaster|mail-?daemon|mail\.?delivery|mdaemon|bounces?|mailer|"
    r"microsoftexchange[0-9a-f]*)([+.-]|$)"
)
_SUBJECT = re.compile(
    r"\W*(undeliver(?:able|ed)|mail delivery (?:failed|failure|system|status)|delivery (?:status"
    r" notification|failure|has failed|report)|returned mail|failure notice|non remis"
    r"|message non (?:remis|délivré|distribué)|échec de la remise|notification d'échec"
    r"|avis de non[- ]remise|unzustellbar|nicht zustellbar|unzustellbare|zustellung fehlgeschlagen"
    r"|fehler bei der (?:mail)?zustellung|mail konnte nicht|could not (?:be delivered|send))",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]\S)")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]")
_NOBODY_THERE = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|mailbox|address|local)|no such (?:user|mailbox"
    r"|recipient|address)|(?:user|mailbox|recipient|address|account)\b.{0,40}\b(?:not found"
    r"|does(?: not|n't) exist|not exist|unavailable|is disabled|inactive|rejected)"
    r"|unrouteable address|no mailbox here|invalid (?:recipient|mailbox|address|user)"
    r"|host (?:or domain name )?not found"
    r"|domain (?:not found|does not exist)|(?:adresse|utilisateur|destinataire|boîte).{0,40}"
    r"(?:inconnue?|introuvable|n'existe pas|invalide)|not listed in|isn't listed in"
    r"|wasn't found|couldn't be found|empfänger.{0,30}(?:unbekannt|nicht gefunden)"
    r"|nicht bekannt|existiert nicht|lists? no such",
    re.IGNORECASE,
)
_NOT_THE_ADDRESS = re.compile(
    r"mailbox (?:is )?full|over ?quota|quota (?:exceeded|dépassé)|insufficient (?:system )?storage"
    r"|boîte.{0,30}pleine|postfach.{0,20}voll|blocked|blacklist|listed (?:at|by|on)|spam|policy"
    r"|too large|message size|réputation|reputation|relay|greylist|try again|rate limit|dmarc|spf",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(?:will (?:be retried|retry|keep trying)|still (?:being )?(?:retried|trying)|delayed"
    r"|warning: could not send message for past|do not need to resend|not (?:yet )?been delivered"
    r"|nouvelles? tentatives?|wird weiter versucht|verzögert)\b",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(r"permanent|giving up|gave up|will not (?:be )?retr", re.IGNORECASE)


def is_from_a_robot(mail: ReadMail) -> bool:
    """Whether a mail server wrote it: by its sender, its envelope or its subject."""
    senders = mail.addresses("From", "Sender")
    robot = any(_ROBOTS.match(one.partition("@")[0]) for one in senders)
    empty = mail.header("Return-Path").strip() == "<>"
    named = bool(_SUBJECT.match(mail.header("Subject")))
    return robot or (named and (empty or not senders)) or bool(mail.header("X-Failed-Recipients"))


def reported(mail: ReadMail) -> tuple[list[FailedRecipient], list[str]] | None:
    """What a delivery status notification says (RFC 3464); None when it is none.

    Returns:
        The recipients that did not get it, and the actions that were no failure.
    """
    found: list[FailedRecipient] = []
    fine: list[str] = []
    groups = [group for part in mail.parts() for group in _groups(part)]
    for group in groups[:RECIPIENTS_MAX]:
        recipient = group.get("Original-Recipient") or group.get("Final-Recipient")
        action = decoded(group.get("Action", "")).lower()
        if recipient is None and not action:
            continue
        if action in {"delivered", "relayed", "expanded"}:
            fine.append(action)
            continue
        said = decoded(group.get("Diagnostic-Code") or group.get("Status") or "")
        found.append(
            _failed(_address_in(decoded(recipient or "")), group.get("Status"), said, action)
        )
    return (found, fine) if found or fine else None


def read_between_the_lines(mail: ReadMail) -> list[FailedRecipient]:
    """Whom a bounce without a report is about; empty when nobody can be made out.

    Args:
        mail: written by a mail server.
    """
    text = "\n".join(_texts(mail))[:BOUNCE_CHARACTERS]
    above = re.split(r"\n-{3,}.{0,60}(?:copy|original|Kopie|copie|below)", text, maxsplit=1)[0]
    listed = [one for one in mail.addresses("X-Failed-Recipients") if "@" in one]
    later, permanent = _library(mail)
    own = set(mail.addresses("From", "To", "Delivered-To", "Reply-To"))
    addresses = listed or sorted(permanent | later)
    if not addresses and _tells_of_a_failure(mail.header("Subject"), above):
        addresses = _named(above, own)
    action = "failed" if permanent or listed else "delayed" if later else ""
    return [
        _failed(address, None, _about(address, above), action)
        for address in addresses[:RECIPIENTS_MAX]
    ]


def _tells_of_a_failure(subject: str, text: str) -> bool:
    """A person may write from ``postmaster``, too: an address alone is no bounce."""
    if _SUBJECT.match(subject):
        return True
    signs = (_NOBODY_THERE, _NOT_THE_ADDRESS, _LATER, _GIVEN_UP)
    code = any(found.group(1) in "45" for found in _STATUS.finditer(text))
    return code or any(sign.search(text) for sign in signs)


def _groups(part: Message) -> Iterator[Message]:
    """The groups of fields of a report; some servers write them as plain text."""
    if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
        return
    yield from inside(part)


def _failed(address: str, status: str | None, said: str, action: str) -> FailedRecipient:
    code = _status(decoded(status or ""), said)
    return FailedRecipient(
        address=address.lower(),
        failing=_failing(code, said, action),
        status=code,
        said=said[:SAID_CHARACTERS],
    )


def _status(field: str, said: str) -> str:
    """The enhanced status code: what the far server said is closer to the cause than x.0.0."""
    own = _STATUS.search(field)
    other = _STATUS.search(said)
    if own and (other is None or own.group(0)[1:] not in {".0.0", ".4.7", ".5.0"}):
        return own.group(0)
    return other.group(0) if other else own.group(0) if own else ""


def _failing(status: str, said: str, action: str) -> Failing:  # noqa: PLR0911 - one line a rule
    """RFC 3463: the class says whether for good, the subject whether it is the address."""
    reply = _REPLY.search(said)
    kind = status[:1] or (reply.group(1)[:1] if reply else "")
    if action == "delayed" or (not action and _LATER.search(said) and not _GIVEN_UP.search(said)):
        return Failing.LATER
    if kind == "4":
        return Failing.NOT_DELIVERED if action == "failed" else Failing.LATER
    if status in {"5.2.2", "5.2.3"} or status[1:4] in {".3.", ".6.", ".7."}:
        return Failing.NOT_DELIVERED
    if status[1:4] == ".1." or status in {"5.2.1", "5.4.4", "5.4.310"}:
        return Failing.BAD_ADDRESS
    if _NOT_THE_ADDRESS.search(said):
        return Failing.NOT_DELIVERED
    if _NOBODY_THERE.search(said):
        return Failing.BAD_ADDRESS
    return Failing.NOT_DELIVERED


def _texts(mail: ReadMail) -> Iterator[str]:
    for part in mail.parts():
        if part.get_content_maintype() == "text":
            yield text_of(part)


def _library(mail: ReadMail) -> tuple[set[str], set[str]]:
    """Recipients that the library of odd bounces makes out: temporarily failing, and for good."""
    try:
        later, permanent = all_failures(mail.message)
    except Exception:  # noqa: BLE001 - its detectors were written for messages, not for attacks
        return set(), set()
    return _plain(later), _plain(permanent)


def _plain(found: object) -> set[str]:
    addresses = found if isinstance(found, (set, frozenset)) else set()
    texts = {one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in addresses}
    return {text.lower() for text in texts if _ADDRESS.fullmatch(text)}


def _named(text: str, own: set[str]) -> list[str]:
    """Addresses in the text of the report that are not those of the conversation itself."""
    found = dict.fromkeys(one.lower() for one in _ADDRESS.findall(text))
    return [one for one in found if one not in own and not _ROBOTS.match(one.partition("@")[0])][:5]


def _about(address: str, text: str) -> str:
    """What is said about an address: from its line on, a few lines."""
    place = text.lower().find(address)
    around = text[max(place - 200, 0) : place + 500] if place >= 0 else text[:700]
    return " ".join(around.split())


def _address_in(field: str) -> str:
    """``rfc822; somebody@company.example``, with or without brackets."""
    found = _ADDRESS.search(field.partition(";")[2] or field)
    return found.group(0) if found else ""
