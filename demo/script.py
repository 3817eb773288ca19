"""Who does what on which day of the demo? The bank's credits, and what people decide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from demo.bank_file import Received
from schemas.money import Money

LAST_DAY = 74
"""The demo ends so many days after it began: the oldest ladder has reached its end by then."""


@dataclass(frozen=True)
class Credit:
    """Money that the bank's statement of a day tells of."""

    day: int
    received: Received


@dataclass(frozen=True)
class Deed:
    """Something that a person does.

    Attributes:
        kind: ``answer`` a task, ``cancel`` a case, ``address``: learn an e-mail address,
            ``dispute`` a part, ``resolve`` it, ``promise`` to pay within so many days, ``allocate``
            the money that the bank feed asked about.
        words: an outcome, a reason, an address, an amount, a winner, a number of days.
        task: which kind of task is answered.
    """

    day: int
    kind: str
    invoice: str
    words: str
    task: str = ""


def _eur(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def _gbp(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="GBP")


def _lefevre(amount: str, text: str) -> Received:
    return Received(_eur(amount), "SARL BOULANGERIE LEFEVRE", "FR1420041010050500013M02606", text)


def _mill(amount: str, text: str) -> Received:
    return Received(_gbp(amount), "MILL AND SONS LIMITED", "GB33BUKB20201555555555", text)


def _treasury(amount: str, text: str) -> Received:
    return Received(_eur(amount), "DRFIP PAYS DE LA LOIRE", "FR4330001007941234567890185", text)


CREDITS = (
    Credit(4, _lefevre("412.00", "FACTURE F-2047")),  # in time: no case is ever opened
    # After the second reminder, by the baker himself, without a number: a person is asked.
    Credit(
        12,
        Received(_eur("1284.40"), "M JEAN LEFEVRE", "FR7630004000031234567890143", "BOULANGERIE"),
    ),
    Credit(14, _mill("1000.00", "PART PAYMENT F-2043")),  # the rest is still asked for
    Credit(26, _mill("1100.50", "INV F-2048")),  # too much; the rest waits for a person
    Credit(31, _treasury("12400.00", "MAIRIE ST ETIENNE SUR MER MAPA-2231 F-2051")),  # as promised
    Credit(34, _mill("1150.00", "WITH OUR APOLOGIES")),  # a known account, and no number
    Credit(41, _treasury("9870.00", "MAIRIE ST ETIENNE SUR MER MAPA-2209 F-2045")),
)

DEEDS = (
    Deed(3, "address", "F-2044", "compta@garage-munoz.example"),
    Deed(3, "answer", "F-2044", "try-again", task="delivery-failed"),
    Deed(6, "answer", "F-2042", "leave", task="delivery-failed"),
    Deed(12, "allocate", "F-2041", ""),
    Deed(19, "answer", "F-2044", "voicemail", task="call"),
    Deed(18, "dispute", "F-2049", "460.00"),
    Deed(27, "resolve", "F-2049", "creditor"),
    Deed(20, "cancel", "F-2046", "goodwill: the parcel came late"),
    Deed(25, "answer", "F-2051", "promised in 7 days", task="call"),
    Deed(68, "answer", "F-2044", "handed-over", task="hand-over"),
)
