"""Must a person find out whether a message arrived? Only while something hangs on the answer.

While a case is pursued, its step asks: that is a task. A case that has ended takes no step again,
raises no level and claims nothing by a message of which nobody knows (decision 14), so nobody is
sent to find out. It is said where people look, for whoever has the debtor on the telephone.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.case import CollectionCase


def left_unknown(case: CollectionCase, steps: Iterable[str]) -> tuple[str, ...]:
    """What is said of messages of which nobody knows whether they left; nothing of an open case.

    Args:
        case: as it stands.
        steps: the names of those for which they spoke, in their order.
    """
    if not case.is_closed:
        return ()
    return tuple(
        f"Nobody knows whether the message of step {step!r} arrived; "
        "the case has ended, so nothing hangs on it."
        for step in dict.fromkeys(steps)
    )
