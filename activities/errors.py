"""What can go wrong on the way to the world, and would trying again mend it?"""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from schemas.commands import Fact
from schemas.turns import OVERTAKEN


class DeliveryRefused(Exception):  # noqa: N818 - a refusal is the answer, not an accident
    """The contact will never be accepted as it is; a person must look.

    Attributes:
        reason: names the condition, such as ``AddressMissing``.
        explanation: a sentence for that person.
        address: where it was to go, when that is known.
        gone: addresses at which no mail can arrive, whatever it says.
    """

    def __init__(
        self, reason: str, explanation: str, *, address: str = "", gone: tuple[str, ...] = ()
    ) -> None:
        super().__init__(f"{reason}: {explanation}")
        self.reason = reason
        self.explanation = explanation
        self.address = address
        self.gone = gone


class DeliveryPostponed(Exception):  # noqa: N818 - as above
    """The contact certainly did not leave, and may leave later.

    Attributes:
        after: when it is worth another try; None leaves that to the retry policy.
    """

    def __init__(self, problem: str, *, after: timedelta | None = None) -> None:
        super().__init__(problem)
        self.after = after


class DomainDoubted(DeliveryPostponed):
    """The mail server says, for now, that an address's domain does not exist or takes no mail.

    Attributes:
        addresses: that it says so of.
    """

    def __init__(self, problem: str, *addresses: str) -> None:
        super().__init__(problem)
        self.addresses = addresses


class DeliveryUnknown(Exception):  # noqa: N818 - as above
    """Nobody can tell whether the contact left."""


class DeliveryUncertain(DeliveryUnknown):
    """Nobody can tell now; whoever perhaps took the contact says so when asked again."""


class NewsArrived(Exception):  # noqa: N818 - as above
    """Something came in that the case has not heard; the contact waits until it has.

    Attributes:
        facts: what came in, oldest first.
    """

    def __init__(self, facts: tuple[Fact, ...]) -> None:
        super().__init__(f"{len(facts)} facts came in")
        self.facts = facts


class ClaimLost(Exception):  # noqa: N818 - as above
    """Taken over by another attempt, or overtaken by another case's news: not to be handed over."""


def try_again(problem: str, *, after: timedelta | None = None) -> ApplicationError:
    """An expected failure that a retry mends; it does not clutter the logs."""
    return ApplicationError(
        problem,
        type="TryAgain",
        next_retry_delay=after,
        category=ApplicationErrorCategory.BENIGN,
    )


def given_up(problem: str) -> ApplicationError:
    """It was put off for too long; a person looks, and the case goes on."""
    return ApplicationError(
        problem,
        type="DeliveryDeadlinePassed",
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def wrong_expected_version(problem: str) -> ApplicationError:
    """The stream has moved on; the workflow reads it again."""
    return ApplicationError(
        problem,
        type=OVERTAKEN,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )
