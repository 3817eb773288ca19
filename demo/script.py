"""Who does what on which day of the demo? The bank's credits, and what people decide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from schemas.money import Money

LAST_DAY = 74
"""The demo ends so many days after it began: the oldest ladder has reached its end by then."""


@dataclass(frozen=True)
class Credit:
    """Money that the bank reports."""

    day: int
    invoice: str
    money: Money


@dataclass(frozen=True)
class Deed:
    """Something that a person does.

    Attributes:
        kind: ``answer`` a task, ``cancel`` a case, ``address``: learn an e-mail address,
            ``dispute`` a part, ``resolve`` it, ``promise`` to pay within so many days.
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


CREDITS = (
    Credit(4, "F-2047", _eur("412.00")),  # in time: no case is ever opened
    Credit(12, "F-2041", _eur("1284.40")),  # after the second reminder
    Credit(14, "F-2043", _gbp("1000.00")),  # a part; the rest is still asked for
    Credit(26, "F-2048", _gbp("1100.50")),  # too much; the rest waits for a person
    Credit(34, "F-2043", _gbp("1150.00")),
    Credit(41, "F-2045", _eur("9870.00")),
    Credit(31, "F-2051", _eur("12400.00")),  # as promised on the telephone
)

DEEDS = (
    Deed(3, "address", "F-2044", "compta@garage-munoz.example"),
    Deed(3, "answer", "F-2044", "try-again", task="delivery-failed"),
    Deed(6, "answer", "F-2042", "leave", task="delivery-failed"),
    Deed(19, "answer", "F-2044", "voicemail", task="call"),
    Deed(18, "dispute", "F-2049", "460.00"),
    Deed(27, "resolve", "F-2049", "creditor"),
    Deed(20, "cancel", "F-2046", "goodwill: the parcel came late"),
    Deed(25, "answer", "F-2051", "promised in 7", task="call"),
    Deed(68, "answer", "F-2044", "handed-over", task="hand-over"),
)
