"""Is this an e-mail address that a message can be sent to? Its shape only; nobody is asked."""

from __future__ import annotations

import re

EXPECTED_EMAIL = "an e-mail address such as accounts@company.example"

MAX_EMAIL_CHARACTERS = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""

_BEYOND = r"\u00a1-\u167f\u1681-\u1fff\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffc"
"""Letters beyond ASCII (RFC 6531); neither spaces, line ends and marks nor private signs."""

_LOCAL = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_BEYOND}-]+"
_SIGN = rf"[A-Za-z0-9{_BEYOND}]"
_LABEL = rf"{_SIGN}(?:[A-Za-z0-9{_BEYOND}-]{{0,61}}{_SIGN})?"
# RFC 5322's dot-atom. Quoted local parts, comments and address literals are legal and never meant.
_SHAPE = re.compile(
    rf"{_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)+[A-Za-z{_BEYOND}](?:[A-Za-z0-9{_BEYOND}-]*{_SIGN})?"
)


def is_email(text: str) -> bool:
    """Whether a text has the shape of one plain e-mail address, in any script.

    One that begins with a hyphen is legal and never meant: a program that hands mail over would
    take it for an option.
    """
    if text.startswith("-") or len(text) > MAX_EMAIL_CHARACTERS or text.find("@") > 64:
        return False
    return _SHAPE.fullmatch(text) is not None
