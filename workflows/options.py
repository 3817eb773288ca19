"""How long, how often, on which queue? Every timeout and retry policy, by name."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

from domain.notices import NOTICE_TRIED_FOR
from domain.steps import STEP_TRIED_FOR
from schemas.plan import Channel
from schemas.turns import OVERTAKEN

STEP_ACTIVITY: dict[Channel, str] = {
    Channel.EMAIL: "send_email",
    Channel.PHONE: "open_phone_task",
    Channel.LETTER: "post_letter",
    Channel.REFER: "refer_case",
}
"""Which activity carries out a step of each channel."""


NOTICE_ACTIVITY = "send_notice"
"""Which activity answers an event."""


def channel_queue(task_queue: str, channel: Channel) -> str:
    """The activity queue of a channel: its own, so that its rate limit holds."""
    return f"{task_queue}-{channel.value}"


def bank_queue(task_queue: str) -> str:
    """The activity queue of the bank feed: reading a large file keeps nothing else waiting."""
    return f"{task_queue}-bank"


class Options(TypedDict):
    """What a call of an activity is given beside its argument."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta | None
    heartbeat_timeout: timedelta | None
    retry_policy: RetryPolicy
    cancellation_type: ActivityCancellationType


RECORD = Options(
    start_to_close_timeout=timedelta(seconds=30),
    schedule_to_close_timeout=None,
    heartbeat_timeout=None,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(minutes=1),
        non_retryable_error_types=[OVERTAKEN],
    ),
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""The record is written however long it takes: a case never forgets what it was told."""

STEP = Options(
    start_to_close_timeout=timedelta(minutes=5),
    schedule_to_close_timeout=STEP_TRIED_FOR,
    heartbeat_timeout=timedelta(seconds=15),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=5),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(hours=1),
        non_retryable_error_types=[OVERTAKEN],
    ),
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""A step is tried for three days; then a person looks, and the case goes on.

Nights end an attempt without a result; the next order of the step keeps to the same three days.
"""

NOTICE = Options(
    start_to_close_timeout=timedelta(minutes=5),
    schedule_to_close_timeout=NOTICE_TRIED_FOR,
    heartbeat_timeout=timedelta(seconds=15),
    retry_policy=STEP["retry_policy"],
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""An answer is tried for a day; later it would surprise more than help."""

SWEEP = Options(
    start_to_close_timeout=timedelta(hours=6),
    schedule_to_close_timeout=None,
    heartbeat_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=10), maximum_interval=timedelta(minutes=10)
    ),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""A sweep that dies begins again; what it did before stays done."""

READ_INBOX = Options(
    start_to_close_timeout=timedelta(minutes=30),
    schedule_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=None,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=30),
        maximum_interval=timedelta(minutes=5),
        maximum_attempts=3,
    ),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""A reading that fails begins again; after a few times the next one of the schedule does."""

FOLLOW_LETTERS = Options(
    start_to_close_timeout=timedelta(hours=2),
    schedule_to_close_timeout=timedelta(hours=3),
    heartbeat_timeout=timedelta(seconds=30),
    retry_policy=READ_INBOX["retry_policy"],
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""A round that dies begins again; what a provider could not be asked, the next round asks."""

BANK = Options(
    start_to_close_timeout=timedelta(hours=6),
    schedule_to_close_timeout=None,
    heartbeat_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)
    ),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""A bank file is taken in however long it takes; an attempt that dies is noticed in seconds."""

LOOK_AGAIN = timedelta(minutes=15)
"""When a step is looked at again that its gate held back although the case's clock allowed it."""
