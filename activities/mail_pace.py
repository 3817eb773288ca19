"""May this account's next message leave now? All processes share its places of a minute."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from activities.errors import DeliveryPostponed
from store import mail_pace
from store.pool import Pool

PATIENCE_SECONDS = 5.0
"""A message whose turn comes later does not wait for it here, where others need the place."""

AWAY_MAX = timedelta(hours=1)
"""Whoever is sent away looks again after so long at the latest: others may have given up."""


class Pace:
    """Spreads the messages of one account evenly, whichever process they leave by.

    Args:
        pool: where the processes meet.
        account: names the account; the same in all of them.
        per_minute: at most so many messages; above 0.
    """

    def __init__(self, pool: Pool, account: str, per_minute: int) -> None:
        self._pool = pool
        self._account = account
        self._seconds = 60 / per_minute

    async def wait(self) -> None:
        """Wait for this message's turn; whoever takes a turn and then does not send has lost it.

        Raises:
            DeliveryPostponed: when its turn is too far away; it says when to ask again.
        """
        place = (self._pool, self._account, self._seconds)
        waits = await mail_pace.take_turn(*place, PATIENCE_SECONDS)
        if waits is None:
            away = await mail_pace.come_back(*place, AWAY_MAX.total_seconds())
            after = timedelta(seconds=away)
            words = "the account's messages for this minute are spent; again in"
            raise DeliveryPostponed(f"{words} {after.total_seconds():.0f} s", after=after)
        await asyncio.sleep(waits)
