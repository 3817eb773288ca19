"""May this account's next message leave now? All processes share its places of a minute."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import TracebackType
from typing import Self

from activities.errors import DeliveryPostponed
from store import mail_pace
from store.pool import Pool

PATIENCE_SECONDS = 5.0
"""A message whose turn comes later does not wait for it here, where others need the place."""

WRITTEN_PATIENCE_SECONDS = 20.0
"""One that is written waits for longer: others were quicker, and it was work."""

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
        self._being_written = 0

    async def wait(self) -> None:
        """Wait for this message's turn; whoever takes a turn and then does not send has lost it.

        Raises:
            DeliveryPostponed: when its turn is too far away; it says when to ask again.
        """
        place = (self._pool, self._account, self._seconds)
        waits = await mail_pace.take_turn(*place, WRITTEN_PATIENCE_SECONDS)
        if waits is None:
            raise await self._sent_away()
        await asyncio.sleep(waits)

    async def expect(self) -> None:
        """See that a turn is near before a message is written; ``forget`` it in any case.

        No turn is taken, so that none is lost with a message that cannot be written. In this
        process, no more messages are written at a time than there are turns near.

        Raises:
            DeliveryPostponed: as above.
        """
        before, self._being_written = self._being_written, self._being_written + 1
        waits = await mail_pace.next_turn(self._pool, self._account)
        if waits + before * self._seconds > PATIENCE_SECONDS:
            raise await self._sent_away()

    def forget(self) -> None:
        """It is no longer being written: it asks for its turn, or does not leave."""
        self._being_written -= 1

    async def _sent_away(self) -> DeliveryPostponed:
        longest = AWAY_MAX.total_seconds()
        away = await mail_pace.come_back(self._pool, self._account, self._seconds, longest)
        words = f"the account's messages for this minute are spent; again in {away:.0f} s"
        return DeliveryPostponed(words, after=timedelta(seconds=away))


class Turn:
    """One message's turn: near before it is written, taken once before it leaves.

    Args:
        pace: of the account; None for one that goes as fast as it can.
    """

    def __init__(self, pace: Pace | None) -> None:
        self._pace = pace
        self._is_written = False

    async def __aenter__(self) -> Self:
        if self._pace is not None:
            try:
                await self._pace.expect()
            except BaseException:
                self._pace.forget()
                raise
        return self

    async def take(self) -> None:
        """Wait for it; a message that is told to the mail server once more has it already.

        Raises:
            DeliveryPostponed: others were quicker, and it is too far away.
        """
        if self._pace is not None and not self._is_written:
            self._end()
            await self._pace.wait()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._pace is not None and not self._is_written:
            self._pace.forget()
        self._is_written = True
