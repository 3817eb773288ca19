"""What do a turn and its channel say to each other? What is to leave, when, and what became."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from schemas.base import Frozen
from schemas.case import CollectionCase
from schemas.contact import Contact, CoveredStep
from schemas.notice import KeptMessage
from schemas.turns import StepOrder


class BeginHandOver(Protocol):
    """Called just before nobody could tell any more whether the message left."""

    async def __call__(self, message: KeptMessage | None = None) -> None:
        """Begin, or say why not; keep the exact bytes of what is about to leave."""


class Delivered(Frozen):
    """What the receiving side took.

    Attributes:
        detail: where to find it: a Message-ID, a file name.
        sha256: of the exact bytes that left, hexadecimal.
        address: to which they went.
    """

    detail: str = ""
    sha256: str = ""
    address: str = ""


class Step(Frozen):
    """What a delivery needs to know.

    Attributes:
        others: the debtor's other cases that the message speaks for.
    """

    order: StepOrder
    case: CollectionCase
    reference: str
    now: datetime
    others: tuple[CoveredStep, ...] = ()


class Held(NamedTuple):
    """A contact that a turn has claimed.

    Attributes:
        others: the debtor's other cases that it speaks for.
    """

    case: CollectionCase
    contact: Contact
    others: list[CoveredStep]


Deliver = Callable[[Step, BeginHandOver], Awaitable[Delivered]]
