"""Is this an e-mail address that a message can be sent to? Its shape only; nobody is asked."""

from __future__ import annotations

import re

EXPECTED_EMAIL = "an e-mail address such as accounts@company.example"

MAX_EMAIL_CHARACTERS = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# RFC 5322's dot-atom. Quoted local parts, comments and address literals are legal and never meant.
_SHAPE = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")


def is_email(text: str) -> bool:
    """Whether a text has the shape of one plain ASCII e-mail address."""
    if len(text) > MAX_EMAIL_CHARACTERS or text.find("@") > 64:
        return False
    return _SHAPE.fullmatch(text) is not None
