"""How often does Python look for garbage? Seldom, and never among what is there to stay."""

from __future__ import annotations

import gc

LIMITS = 10_000, 20, 20
"""How many objects are made before Python looks among the young ones; and how many such looks go
before one among the older, and among all."""


def look_seldom() -> None:
    """Call it once everything is loaded, in a process that stays.

    Python would look through all that is loaded, and all cases in memory, more than a hundred times
    for eighty cases. Little goes round in circles here: what is let go is gone at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LIMITS)
