"""What has come back from a debtor?"""

from __future__ import annotations

from typing import Literal

from schemas.base import Instant, Text
from schemas.event_base import Happened as _Event


class ReplyReceived(_Event):
    """The debtor has answered a message; a person reads it before the next contact.

    Attributes:
        message: under which the inbound message is kept, with all its text.
        excerpt: its first lines.
        hold_until: when the ladder goes on although nobody has read it; None for no wait.
        for_a_person: whether it opens a task; where one answer is about several cases, one does.
    """

    type: Literal["ReplyReceived"] = "ReplyReceived"
    message: Text
    excerpt: Text = ""
    hold_until: Instant | None = None
    for_a_person: bool = True
