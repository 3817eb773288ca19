"""Does any file break a reader? Mutated samples: read or refused in words, and sums that hold."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.bank import BankFile, BankStatement
from statements.errors import NotABankFileError
from statements.reader import read_bank_file
from tests.statements.reading import SAMPLES, sample

EXAMPLES = int(os.environ.get("RELANCE_FUZZ_EXAMPLES", "40"))
"""For each sample; a night's run may take thousands."""

HANG_SECONDS = 10.0
"""A sample of a few kilobytes is read in milliseconds; longer than this is no slow machine."""

NAMES = sorted(path.name for path in SAMPLES.iterdir())

_HOSTILE = (
    *(b"\x00", b"\xff\xfe", b"&amp;", b"&x;", b"<", b">", b'"', b";", b":61:", b"-", b"{J", b"}"),
    *(b"99999999999999999999", b"1E999999", b"NaN", b"-0", b"0,00,0", b"\xe2\x82\xac", b"\r"),
    *(b"<Ntry>", b"</Ntry>", b"<!DOCTYPE x>", b"CRDT", b"DBIT", b"20261332", b"[[[[", b"null"),
)

Mutation = Callable[[bytes], bytes]


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """One way in which a file may be damaged, or meant to do damage."""
    wound = draw(st.sampled_from(_WOUNDS))
    first = draw(st.floats(0, 1, exclude_max=True))
    second = draw(st.floats(0, 1, exclude_max=True))
    word = draw(st.one_of(st.sampled_from(_HOSTILE), st.binary(min_size=1, max_size=4)))
    return lambda content: wound(content, first, second, word)


def _replace(content: bytes, first: float, _second: float, word: bytes) -> bytes:
    start = int(first * len(content))
    return content[:start] + word + content[start + len(word) :]


def _insert(content: bytes, first: float, _second: float, word: bytes) -> bytes:
    start = int(first * len(content))
    return content[:start] + word + content[start:]


def _cut(content: bytes, first: float, second: float, _word: bytes) -> bytes:
    start = int(first * len(content))
    return content[:start] + content[start + int(second * 400) :]


def _repeat(content: bytes, first: float, second: float, _word: bytes) -> bytes:
    start = int(first * len(content))
    end = start + int(second * 400)
    return content[:end] + content[start:end] * 3 + content[end:]


def _swap(content: bytes, first: float, second: float, _word: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [content]
    one, other = int(first * len(lines)), int(second * len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _truncate(content: bytes, first: float, _second: float, _word: bytes) -> bytes:
    return content[: int(first * len(content))]


def _digit(content: bytes, first: float, second: float, _word: bytes) -> bytes:
    digits = [place for place, sign in enumerate(content) if chr(sign).isdecimal()]
    if not digits:
        return content
    place = digits[int(first * len(digits))]
    return content[:place] + b"%d" % int(second * 10) + content[place + 1 :]


_WOUNDS = (_replace, _insert, _cut, _repeat, _swap, _truncate, _digit)


@pytest.mark.parametrize("name", NAMES)
def test_no_damaged_file_breaks_a_reader(name: str) -> None:
    """Whatever is done to a file, it is read or refused in words, soon, and its sums hold."""
    original = sample(name)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(mutations(), min_size=1, max_size=4))
    def damaged(wounds: list[Mutation]) -> None:
        content = original
        for wound in wounds:
            content = wound(content)
        began = time.monotonic()
        try:
            read = read_bank_file(content, name)
        except NotABankFileError as refusal:
            assert str(refusal)  # noqa: PT017 - a refusal is one of the two good ends
        else:
            _entries_hold(read)
            for statement in read.statements:
                _holds(read, statement)
        assert time.monotonic() - began < HANG_SECONDS

    damaged()


def _entries_hold(read: BankFile) -> None:
    """The lines of an entry add up to the entry, and each can be told apart."""
    sums: dict[tuple[int, int], Decimal] = {}
    for one in read.transactions:
        where = (one.statement, one.entry)
        sums[where] = sums.get(where, Decimal(0)) + one.amount
        assert one.amount.is_finite()
        assert one.entry_key
    for one in read.transactions:
        assert sums[one.statement, one.entry] == one.entry_amount


def _holds(read: BankFile, statement: BankStatement) -> None:
    """No sum is wrong unsaid: what is told as adding up does, payment by payment."""
    lines = [one for one in read.transactions if one.statement == statement.number and one.settles]
    counted = sum((one.amount for one in lines), Decimal(0))
    assert statement.credit >= 0 >= statement.debit
    if statement.adds_up:
        assert statement.opening is not None
        assert statement.closing is not None
        moved = statement.closing.amount - statement.opening.amount
        assert moved == statement.credit + statement.debit
        unknown = any("amount-unknown" in one.flags for one in read.transactions)
        assert unknown or counted == moved
    keys = [one.item_key for one in lines]
    assert all(keys)
    assert len(set(keys)) == len(keys) or statement.copy_duplicate
