"""How is a conversation with a mail server protected?"""

from __future__ import annotations

from enum import StrEnum


class SmtpSecurity(StrEnum):
    """How the SMTP conversation is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class InboxSecurity(StrEnum):
    """How the IMAP conversation is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"
