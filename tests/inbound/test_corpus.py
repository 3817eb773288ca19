"""Is each kind of inbound message taken for what it is? A corpus in the shapes of common servers.

The name of a message's file begins with what it is: ``bounce``, ``delay``, ``reply``, ``absent``,
``receipt`` or ``other``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.inbound_mail import understand
from schemas.inbound import Failing, InboundKind, InboundMail

CORPUS = Path(__file__).parent / "corpus"
REFERENCE = "RABCDEFGHIJKLMNO"
ADDRESS = "factures@menuiserie.example"

KINDS = {
    "bounce": InboundKind.BOUNCE,
    "delay": InboundKind.DELAY,
    "reply": InboundKind.REPLY,
    "absent": InboundKind.OUT_OF_OFFICE,
    "receipt": InboundKind.RECEIPT,
    "other": InboundKind.OTHER,
}

NAMES = sorted(path.stem for path in CORPUS.glob("*.eml"))

NOT_THE_ADDRESS = {
    "bounce-gmail-quota",
    "bounce-office365-not-allowed",
    "bounce-orange-spam",
    "bounce-ovh-full",
    "bounce-postfix-expired",
}
"""The message did not arrive, but somebody is there."""

WORDS = {
    "reply-gmail-french": "Bonjour,\n\nLe virement est parti hier, vous devriez le voir demain.\n\n"
    "Cordialement,\nJean Dubois",
    "reply-outlook-french": "Bonjour,\n\nNous contestons cette facture : la livraison était "
    "incomplète.\n\nJean Dubois\nMenuiserie Dubois",
    "reply-outlook-english-rule": "Paid this morning, please confirm.\n\nKind regards\nBob",
    "reply-thunderbird-german": "Guten Tag,\n\ndie Rechnung wurde am 20.10. überwiesen.\n\n"
    "Mit freundlichen Grüßen\nHans Weber",
    "reply-iphone": "C'est réglé.\n\nEnvoyé de mon iPhone",
    "reply-below-the-quote": "Nous ne l'avons jamais reçue.\n\n\n"
    "D'accord, dès réception de la facture.",
    "reply-original-message": "We will pay on Friday.",
    "reply-html-only": "Bonjour,\n\nMerci d'adresser vos factures à compta2@menuiserie.example.",
    "reply-latin1-no-charset": "Bonjour, déjà réglé le 15.",
    "reply-outlook-spanish": "Buenos días,\n\nPagaremos el viernes.\n\nAna Ruiz",
    "reply-outlook-italian": "Buongiorno,\n\nil bonifico è partito ieri.\n\nAnna Conti",
    "reply-outlook-dutch": "Goedemorgen,\n\nDe factuur is gisteren betaald.\n\nJan de Wit",
    "reply-outlook-portuguese": "Bom dia,\n\nO pagamento segue na sexta-feira.\n\nRui Sousa",
    "reply-outlook-polish": "Dzień dobry,\n\nprzelew wyszedł wczoraj.\n\nEwa Nowak",
    "reply-gmail-spanish": "Ya está pagada.",
    "reply-gmail-italian": "Già pagata.",
    "reply-gmail-dutch": "Is al betaald.",
    "reply-gmail-portuguese": "Já está paga.",
    "reply-that-looks-like-headers": "De : notre part, tout est réglé.\nDate: demain",
    "reply-nothing-but-a-quote": "> La facture F-2026-0117 reste due.\n> Merci de la régler.",
}
"""What people wrote themselves, above, below and between what they quote."""


def message(name: str) -> InboundMail:
    """A message of the corpus, understood."""
    return understand((CORPUS / f"{name}.eml").read_bytes())


def test_the_corpus_is_large_enough() -> None:
    """At least 25 messages, of every kind."""
    assert len(NAMES) >= 25
    assert {name.partition("-")[0] for name in NAMES} == set(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_each_message_is_taken_for_what_it_is(name: str) -> None:
    """No bounce is taken for an answer, no absence holds a case, no answer is overlooked."""
    assert message(name).kind is KINDS[name.partition("-")[0]]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("bounce", "delay"))])
def test_a_bounce_names_the_contact_and_the_address(name: str) -> None:
    """Whatever server wrote it: which contact, which address, and whether it will ever work."""
    mail = message(name)
    assert mail.contacts[0] == REFERENCE
    (failure,) = mail.failures
    assert failure.address == ADDRESS
    if name.startswith("delay"):
        assert failure.failing is Failing.LATER
    elif name in NOT_THE_ADDRESS:
        assert failure.failing is Failing.NOT_DELIVERED
    else:
        assert failure.failing is Failing.BAD_ADDRESS


@pytest.mark.parametrize("name", sorted(WORDS))
def test_what_is_quoted_is_cut(name: str) -> None:
    """A person reads what the debtor wrote, not our own reminder again."""
    assert message(name).text == WORDS[name]


def test_an_answer_names_what_it_answers() -> None:
    """By In-Reply-To and References, the nearest first, or by what stands in the text."""
    assert message("reply-gmail-french").contacts == (REFERENCE,)
    assert message("reply-gmail-french").sender == "jean@menuiserie.example"
    assert message("reply-new-message-with-number").contacts == ()
    assert "F-2026-0117" in message("reply-new-message-with-number").words


def test_the_same_words_are_the_same_message_by_whatever_way() -> None:
    """Trace headers differ when a message comes twice; who wrote what does not."""
    raw = (CORPUS / "reply-iphone.eml").read_bytes()
    twice = b"Received: from elsewhere by here\r\nDelivered-To: b@atelier.example\r\n" + raw
    assert understand(raw).identity == understand(twice).identity
    assert understand(raw).identity != understand(raw.replace(b"C'est", b"Est-ce")).identity
