"""What do the doors, the workflow and the activities of the bank feed say to each other?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from schemas.base import Frozen, Instant


class FileState(StrEnum):
    """How far a bank file has come."""

    RECEIVED = "received"
    READ = "read"
    MATCHED = "matched"
    TOLD = "told"
    REFUSED = "refused"


class TransactionState(StrEnum):
    """What has become of a transaction's money: of its parts, what most needs a person.

    A returned one was undone by the bank. A superseded one was told again in more detail: its
    money is with the details.
    """

    NEW = "new"
    BOOKED = "booked"
    SUGGESTED = "suggested"
    ON_ACCOUNT = "on account"
    UNMATCHED = "unmatched"
    IGNORED = "ignored"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


class Place(StrEnum):
    """Where money is; every cent of a booked transaction is in exactly one place."""

    ALLOCATED = "allocated"
    ON_ACCOUNT = "on account"
    UNMATCHED = "unmatched"
    IGNORED = "ignored"
    SUPERSEDED = "superseded"


class FeedRequest(Frozen):
    """Take in one bank file, whose bytes are in the database already.

    Attributes:
        sha256: of its bytes; the workflow's id is ``statement/{sha256}``.
        account: whose statement it is, where the file itself does not say.
        now: the moment that counts as now; None for the workflow's own clock.
    """

    sha256: str
    name: str = ""
    account: str = ""
    now: Instant | None = None


class FeedOrder(Frozen):
    """One activity's part of the work on a file.

    Attributes:
        first_told: so many transactions this file had told first before this work began.
    """

    sha256: str
    name: str = ""
    account: str = ""
    now: Instant
    first_told: int = 0


class ReadSummary(Frozen):
    """What reading a file found.

    Attributes:
        new: transactions that were not known.
        known: transactions that another file, or this one before, had told already.
        replaced: transactions known as a sum, of which the details are known now.
        not_settling: pending and informational lines, which move no money.
        held_back: lines that a file of another format may have told already.
        problems: what a person should look at, in sentences.
    """

    refused: str = ""
    new: int = 0
    known: int = 0
    replaced: int = 0
    not_settling: int = 0
    held_back: int = 0
    accounts: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class MatchSummary(Frozen):
    """How the transactions of a file stand.

    Attributes:
        decided: decisions that were made, also about what other files had told.
        returned: those that take an earlier receipt back, whatever became of them.
    """

    decided: int = 0
    booked: int = 0
    suggested: int = 0
    on_account: int = 0
    unmatched: int = 0
    ignored: int = 0
    returned: int = 0


class TellSummary(Frozen):
    """How many facts cases have heard; the rest is told by the sweep, before any contact."""

    told: int = 0
    untold: int = 0


class FeedSummary(Frozen):
    """What came of a file: the result of its workflow.

    Attributes:
        amounts: by currency and place, the money of the file's transactions.
        gaps: where the balances of an account do not follow, in sentences.
    """

    sha256: str
    name: str = ""
    read: ReadSummary = ReadSummary()
    matched: MatchSummary = MatchSummary()
    told: TellSummary = TellSummary()
    amounts: Mapping[str, Mapping[str, Decimal]] = {}
    gaps: tuple[str, ...] = ()


class StatementLink(Frozen):
    """A statement as a link in the chain of its account's balances."""

    opening: Decimal
    opening_day: date | None = None
    closing: Decimal
    closing_day: date | None = None
    currency: str = ""
    label: str = ""
