"""What do all events share? When it happened, who caused it, and from what it came."""

from __future__ import annotations

from schemas.base import Frozen, Instant


class Happened(Frozen):
    """What every event carries.

    Attributes:
        at: the business moment, on the case's own clock.
        by: who or what caused it.
        cause: id of the command, fact or contact it came from; a repeated cause changes nothing.
    """

    at: Instant
    by: str = "relance"
    cause: str = ""
