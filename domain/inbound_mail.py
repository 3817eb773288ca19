"""What is this message? A bounce, an answer, a notice of absence, or nothing for us; and why."""

from __future__ import annotations

import re

from domain.inbound_bounce import is_from_a_robot, read_between_the_lines, reported
from domain.inbound_reading import ReadMail, identity_of, read_mail
from domain.inbound_reply import own_words
from schemas.inbound import FailedRecipient, Failing, InboundKind, InboundMail

WORDS_CHARACTERS = 20_000

_REFERENCE = re.compile(r"\bR[A-Z2-7]{15}\b")
_OUR_MESSAGE_ID = re.compile(r"<(r[a-z2-7]{15})@[a-z0-9.-]{1,255}>")
_ABSENT = re.compile(
    r"\W*(?:(?:re|tr|aw|fwd?|r|i|rif|rv|res|enc|antw|odp|pd)\s?:\s*)*\W*(?:"
    r"out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply"
    r"|on (?:annual |maternity |parental )?leave\b|away from (?:the |my )?(?:office|desk)"
    r"|réponse automatique|message d'absence|absence du bureau|absente?s? du bureau"
    r"|notification d'absence|en congés?\b|fermeture annuelle|je suis absente?\b"
    r"|abwesenheit(?:snotiz|sassistent|sbenachrichtigung)?\b|automatische (?:antwort|rückmeldung)"
    r"|nicht im (?:büro|haus)|außer haus|(?:im )?urlaub\b"
    r"|risposta automatica|risponditore automatico|(?:sono )?fuori (?:dall'|dalla )?(?:ufficio"
    r"|sede)|assen(?:te|za) dall'ufficio|sono assente\b|in ferie\b"
    r"|chiusura (?:estiva|natalizia|per ferie)"
    r"|respuesta autom[aá]tica|(?:estoy |estaré )?fuera de (?:la )?oficina"
    r"|ausen(?:te|cia) de (?:la )?oficina|de vacaciones\b|cerrado por vacaciones"
    r"|automatische? (?:antwoord|beantwoording|reactie)|afwezig(?:heids(?:bericht|melding))?\b"
    r"|afwezigheid(?:\s*$|\s+(?:tot|wegens)\b)"
    r"|(?:ik ben )?niet (?:aanwezig|op kantoor)|buiten kantoor|(?:met|op) vakantie\b"
    r"|automatyczna odpowied[zź]|odpowied[zź] automatyczna|autoodpowied[zź]|poza biurem"
    r"|nieobecno[sś][cć](?:\s*$|\s+(?:w (?:biurze|pracy)|do)\b)|(?:jestem )?nieobecn[ya]\b"
    r"|(?:jestem )?na urlopie\b"
    r"|resposta autom[aá]tica|fora do escritório|ausen(?:te|cia|ência) do escritório|de férias\b)",
    re.IGNORECASE,
)
_ABSENT_WORDS = re.compile(
    r"out of (?:the )?office|on (?:annual |maternity )?leave|away until|absente?s?\b|en congés?\b"
    r"|de retour le|fermé|abwesend|nicht im (?:büro|haus)|außer haus|im urlaub|wieder erreichbar"
    r"|back (?:in the office )?on|fuori (?:ufficio|sede)|assente\b|in ferie\b"
    r"|fuera de (?:la )?oficina|ausente\b|de vacaciones\b|afwezig|niet (?:aanwezig|op kantoor)"
    r"|(?:met|op) vakantie|nieobecn|na urlopie|poza biurem|fora do escritório|de férias\b",
    re.IGNORECASE,
)
_READ_RECEIPT = re.compile(
    r"\W*(?:read|lu|gelesen|not read|non lu|ungelesen|accusé de lecture"
    r"|return receipt|lesebestätigung)\s*[:(]",
    re.IGNORECASE,
)
_BY_ITSELF = frozenset({"auto_reply", "auto-reply", "bulk", "junk", "list"})

Understood = tuple[InboundKind, str, tuple[FailedRecipient, ...]]


def understand(raw: bytes) -> InboundMail:
    """Say what a message is; the same bytes, the same answer, and never an error.

    Args:
        raw: the message as it lies in the mailbox.
    """
    mail = read_mail(raw)
    kind, evidence, failures = _judged(mail)
    text = mail.text()
    subject = mail.header("Subject")
    carried = list(mail.carried())
    refers = mail.message_ids("In-Reply-To")
    refers += tuple(reversed(mail.message_ids("References")))
    refers += tuple(one for inner in carried for one in inner.message_ids("Message-ID"))
    sender = mail.addresses("From") or mail.addresses("Sender") or ("",)
    words = f"{subject}\n{text}"[:WORDS_CHARACTERS]
    own = mail.message_ids("Message-ID")
    return InboundMail(
        kind=kind,
        evidence="; ".join(one for one in (evidence, mail.bounded) if one),
        identity=identity_of(raw),
        message_id=own[0] if own else "",
        refers_to=tuple(dict.fromkeys(refers)),
        contacts=_contacts(refers, carried, words),
        sender=sender[0],
        subject=subject,
        date=mail.date(),
        words=words,
        text=own_words(text) if kind in {InboundKind.REPLY, InboundKind.OUT_OF_OFFICE} else "",
        failures=failures,
    )


def _judged(mail: ReadMail) -> Understood:
    if mail.message.get("X-Relance-Reference"):
        return InboundKind.OTHER, "one of our own messages", ()
    return (
        _notified(mail) or _written_by_a_server(mail) or _automatic(mail) or _by_its_headers(mail)
    )


def _by_its_headers(mail: ReadMail) -> Understood:
    """A person's, unless it went to many; an answer through a group's address is an answer."""
    if mail.message.get("In-Reply-To") or mail.message.get("References"):
        return InboundKind.REPLY, "it answers a message", ()
    precedence = mail.header("Precedence").lower()
    if mail.message.get("List-Unsubscribe") or mail.message.get("List-Id"):
        return InboundKind.OTHER, "sent to a list", ()
    if precedence in _BY_ITSELF:
        return InboundKind.OTHER, f"Precedence: {precedence}", ()
    return InboundKind.REPLY, "a person wrote it, as far as one can tell", ()


def _notified(mail: ReadMail) -> Understood | None:
    """A report that programs can read: about delivery, or about reading."""
    kind = str(mail.message.get_param("report-type") or "").lower()
    if kind == "disposition-notification" or any(
        part.get_content_type() == "message/disposition-notification" for part in mail.parts()
    ):
        return InboundKind.RECEIPT, "a receipt of reading (RFC 8098)", ()
    report = reported(mail)
    if report is None:
        return None
    failures, fine = report
    if not failures:
        return InboundKind.RECEIPT, f"a notice of delivery: {', '.join(fine)} (RFC 3464)", ()
    return _bounced(failures, "a delivery status notification (RFC 3464)")


def _written_by_a_server(mail: ReadMail) -> Understood | None:
    if not is_from_a_robot(mail):
        return None
    if failures := read_between_the_lines(mail):
        return _bounced(failures, "a mail server's words")
    if _ABSENT.match(mail.header("Subject")):
        return None
    return InboundKind.REPLY, "a mail server's words that no rule understands: a person reads", ()


def _bounced(failures: list[FailedRecipient], evidence: str) -> Understood:
    final = [one for one in failures if one.failing is not Failing.LATER]
    kind = InboundKind.BOUNCE if final else InboundKind.DELAY
    said = (final or failures)[0]
    words = f"{evidence}: {said.failing}, {said.status or 'no status'}"
    return kind, words, tuple(failures)


def _automatic(mail: ReadMail) -> Understood | None:
    """An answer that no person wrote now (RFC 3834), or that says so in its subject."""
    subject = mail.header("Subject")
    if _READ_RECEIPT.match(subject) and not mail.text().strip():
        return InboundKind.RECEIPT, "a receipt of reading, by its subject", ()
    absent = bool(_ABSENT.match(subject))
    sign = _sign_of_a_program(mail)
    if sign and (absent or _ABSENT_WORDS.search(mail.text()[:1500])):
        return InboundKind.OUT_OF_OFFICE, sign, ()
    if absent:
        return InboundKind.OUT_OF_OFFICE, "by its subject", ()
    if sign:
        return InboundKind.OTHER, f"an automatic message ({sign})", ()
    return None


def _sign_of_a_program(mail: ReadMail) -> str:
    """The header that says that a program wrote it; empty when none does."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From"):
        value = mail.header(name).lower()
        if value and value != "no":
            return name
    precedence = mail.header("Precedence").lower()
    return f"Precedence: {precedence}" if precedence in {"auto_reply", "auto-reply"} else ""


def _contacts(refers: tuple[str, ...], carried: list[ReadMail], words: str) -> tuple[str, ...]:
    """Our own references: in what it answers, in what it carries, in what it says."""
    found = [match.group(1).upper() for one in refers if (match := _OUR_MESSAGE_ID.fullmatch(one))]
    found += [inner.header("X-Relance-Reference") for inner in carried]
    found += [one.upper() for one in _OUR_MESSAGE_ID.findall(words)]
    found += _REFERENCE.findall(words)
    return tuple(dict.fromkeys(one for one in found if _REFERENCE.fullmatch(one)))[:20]
