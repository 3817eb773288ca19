"""What has the debtor been answered, outside the ladder?"""

from __future__ import annotations

from typing import Literal

from schemas.base import Text
from schemas.event_base import Happened as _Event
from schemas.plan import Channel, NoticeKind


class NoticeSent(_Event):
    """An event was answered; no level is raised by it.

    Attributes:
        about: the id of the arrangement, the dispute or the last payment.
        reference: the contact's unique reference.
        delivery: ``accepted``, or ``unknown`` when nobody can tell whether the message left.
        detail: where to find it: a Message-ID.
    """

    type: Literal["NoticeSent"] = "NoticeSent"
    kind: NoticeKind
    about: str
    reference: str
    channel: Channel = Channel.EMAIL
    delivery: Literal["accepted", "unknown"] = "accepted"
    detail: Text = ""
    sha256: str = ""


class NoticeNotSent(_Event):
    """An event could not be answered, such as for want of an e-mail address; it is let go.

    Attributes:
        reason: names the condition.
        explanation: a sentence for people.
    """

    type: Literal["NoticeNotSent"] = "NoticeNotSent"
    kind: NoticeKind
    about: str
    reference: str
    reason: str
    explanation: Text
