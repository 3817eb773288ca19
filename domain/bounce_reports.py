"""What does a bounce say about its contact? Why it came back, for each address that failed."""

from __future__ import annotations

from schemas.inbound import FailedRecipient, Failing, InboundKind, InboundMail
from schemas.requests import BounceKind, ReportBounce

ADDRESS_CHARACTERS = 320


def bounce_reports(mail: InboundMail, identity: str, reference: str) -> tuple[ReportBounce, ...]:
    """A report for each recipient that will never get the message; none for a delay.

    Args:
        mail: understood.
        identity: of the message, under which it is kept.
        reference: of the contact that came back.
    """
    if mail.kind is not InboundKind.BOUNCE:
        return ()
    return tuple(
        ReportBounce(
            command_id=identity,
            by="inbox",
            reference=reference,
            kind=_kind(one),
            address=one.address[:ADDRESS_CHARACTERS],
            diagnostic=one.said,
        )
        for one in mail.failures
        if one.failing is not Failing.LATER
    )


def _kind(failed: FailedRecipient) -> BounceKind:
    """RFC 3463: 5.7 is a policy, 5.2.2 a full mailbox, and 4 a server that was away for days."""
    if failed.failing is Failing.BAD_ADDRESS:
        return BounceKind.HARD
    if failed.status.startswith("5.7."):
        return BounceKind.BLOCKED
    if failed.status == "5.2.2" or failed.status.startswith("4."):
        return BounceKind.SOFT
    return BounceKind.OTHER
