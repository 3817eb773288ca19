"""What can be wrong with a bank file? Either the whole of it, or one value at one place."""

from __future__ import annotations


class NotABankFileError(ValueError):
    """The file is refused as a whole; the words say what it looks like and what would be read."""


class BadValueError(ValueError):
    """A value cannot be what it should be; the entry that has it is quarantined."""
