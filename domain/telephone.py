"""How is a number dialled? As E.164, read in the debtor's country."""

from __future__ import annotations

from typing import NamedTuple

import phonenumbers

NO_USABLE_NUMBER = "no usable number"
"""What stands where the number on file is none that anybody could dial; events keep it for ever."""


class TelephoneNumber(NamedTuple):
    """A number that exists in some country's numbering plan.

    Attributes:
        e164: as machines dial it, such as ``+33478000000`` (ITU-T E.164).
        spoken: as people of that country write it, with its country code.
        national: as they write it among themselves, such as ``04 78 00 00 00``.
    """

    e164: str
    spoken: str
    national: str

    def __str__(self) -> str:
        return f"{self.e164} ({self.national})"


def telephone_number(text: str, country: str) -> TelephoneNumber | None:
    """The number somebody wrote, or None when nobody could dial it.

    Args:
        text: such as ``04 78 00 00 00``, ``+33 (0)4 78 00 00 00`` or ``0033478000000``.
        country: ISO 3166-1 alpha-2, for numbers written without one.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    form = phonenumbers.PhoneNumberFormat
    return TelephoneNumber(
        e164=phonenumbers.format_number(number, form.E164),
        spoken=phonenumbers.format_number(number, form.INTERNATIONAL),
        national=phonenumbers.format_number(number, form.NATIONAL),
    )
