"""What may go wrong with the record? A race or a bug, each by its name."""

from __future__ import annotations


class StoreError(Exception):
    """Anything the store refuses."""


class WrongExpectedVersionError(StoreError):
    """Somebody else has written to the stream since the caller last looked.

    Attributes:
        stream: the case id.
        expected: the version the caller knew.
        found: the version on record.
    """

    def __init__(self, stream: str, expected: int, found: int) -> None:
        super().__init__(f"{stream} is at version {found}, not at {expected}")
        self.stream = stream
        self.expected = expected
        self.found = found


class UnknownStreamError(StoreError):
    """There is no such case on record.

    Attributes:
        stream: the case id, or what was said in its place.
        way_out: what a person does next.
    """

    way_out = "`starter.py list` shows those there are"

    def __init__(self, stream: str) -> None:
        super().__init__(f"there is no case {stream!r} on record")
        self.stream = stream


class NoCaseYetError(UnknownStreamError):
    """The invoice is known, but nothing was ever pursued of it."""

    def __init__(self, stream: str, words: str, way_out: str) -> None:
        super().__init__(stream)
        self.args, self.way_out = (words,), way_out
