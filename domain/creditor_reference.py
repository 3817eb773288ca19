"""Which reference does a debtor quote? ISO 11649 (``RF…``), made from the invoice number alone."""

from __future__ import annotations

import hashlib
import re
from string import ascii_uppercase

MAX_BODY_CHARACTERS = 21
"""ISO 11649: what may follow ``RF`` and the two check digits."""

_SEPARATORS = re.compile("[^A-Z0-9]+")
# ISO 7064: A is 10, B is 11, …, Z is 35.
_VALUES = str.maketrans({sign: str(value) for value, sign in enumerate(ascii_uppercase, 10)})
# Without 0, O, 1 and I, which people mistake for one another when they type a reference.
_DIGEST_SIGNS = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789" * 8
_SHORT_DIGEST = 4
_LONG_DIGEST = 10


def rf_reference(number: str) -> str:
    """The creditor reference of an invoice: the same for the same number, for ever.

    A number that consists of at most 21 capital letters and digits is the reference's body as it
    stands. From any other number separators are removed and letters capitalised, and since ``F-1``
    and ``F1`` then look alike, four characters of a digest of the exact number follow. A number too
    long for that keeps its first eleven characters and ten of the digest: enough for a hundred
    thousand long numbers of one prefix, where four would collide.

    Args:
        number: the creditor's invoice number, exactly as it is known.

    Returns:
        ``RF``, two check digits by ISO 7064 MOD 97-10, and at most 21 letters and digits.
    """
    body = _body(number)
    value = int(f"{body}RF00".translate(_VALUES))
    return f"RF{98 - value % 97:02d}{body}"


def _body(number: str) -> str:
    plain = _SEPARATORS.sub("", number.upper())
    if plain == number and 0 < len(plain) <= MAX_BODY_CHARACTERS:
        return plain
    digest = _digest(number)
    if len(plain) + _SHORT_DIGEST <= MAX_BODY_CHARACTERS:
        return plain + digest[:_SHORT_DIGEST]
    return plain[: MAX_BODY_CHARACTERS - _LONG_DIGEST] + digest


def _digest(number: str) -> str:
    digest = hashlib.sha256(number.encode("utf-8", "surrogatepass")).digest()
    return digest[:_LONG_DIGEST].translate(_DIGEST_SIGNS).decode()
