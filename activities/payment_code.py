"""How is a payment told to a bank's app? As an EPC code (EPC069-12), in the mask that scans best.

A QR code is drawn in the one of eight masks whose pattern confuses a reader least. The library
weighs them module by module, which takes longer than everything else about a code; here each row
and column stands in one number, and a mask is weighed in a few operations on all of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import segno
from segno import consts

DATA_BYTES_MAX = 331
"""EPC069-12, 4.2: what a code of version 13 with error correction M holds."""

MASKS = range(8)
LIGHT_BORDER = 4
"""So many light modules stand between two rows, as they do around the code."""

_DATA = frozenset({consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT})
_UNKNOWN_YET = frozenset(
    {
        *(consts.TYPE_FORMAT_DARK, consts.TYPE_FORMAT_LIGHT),
        *(consts.TYPE_VERSION_DARK, consts.TYPE_VERSION_LIGHT, consts.TYPE_DARKMODULE),
    }
)
"""What is written after the mask is chosen (ISO/IEC 18004, 7.8)."""


@lru_cache(maxsize=512)
def payment_code(name: str, iban: str, bic: str, cents: int, reference: str, text: str) -> str:
    """The SEPA payment QR code as SVG (EPC069-12), made once per set of items.

    Args:
        name: of the creditor, at most 70 characters.
        iban: without spaces.
        bic: may be empty within the SEPA area.
        cents: the amount in euro cents, 1 to 99,999,999,999.
        reference: ISO 11649 reference, or empty.
        text: at most 140 characters, empty if there is a reference: the standard takes one.

    Raises:
        ValueError: when a code cannot hold all that.
    """
    euros, rest = divmod(cents, 100)
    amount = f"EUR{euros}.{rest:02}".rstrip("0").removesuffix(".") if rest else f"EUR{euros}"
    lines = ["BCD", "002", "1", "SCT", bic, name.strip(), iban, amount, "", reference, text]
    data = "\n".join(lines if text else lines[:-1]).encode()
    if len(data) > DATA_BYTES_MAX:
        raise ValueError(f"a payment code holds {DATA_BYTES_MAX} bytes, not {len(data)}")
    code = _best(data)
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue().decode()


def _best(data: bytes) -> segno.QRCode:
    """The code in the mask of the lowest penalty (ISO/IEC 18004, 7.8.3)."""
    first = _drawn(data, 0)
    grid = _grid(int(first.version))
    rows = grid.joined(first.matrix)
    columns = grid.joined(zip(*first.matrix, strict=True))
    penalties = [
        grid.penalty(
            (rows ^ grid.by_row[mask]) & grid.weighed_by_row,
            (columns ^ grid.by_column[mask]) & grid.weighed_by_column,
        )
        for mask in MASKS
    ]
    best = penalties.index(min(penalties))
    return first if best == 0 else _drawn(data, best)


def _drawn(data: bytes, mask: int, version: int | None = None) -> segno.QRCode:
    return segno.make_qr(data, error="m", boost_error=False, mask=mask, version=version)


class _Grid(NamedTuple):
    """Where a code of one size has its modules, all of them in the bits of one number.

    Attributes:
        size: modules of a row.
        pairs: those that have a neighbour to the right.
        weighed_by_row, weighed_by_column: those that a mask is weighed by.
        by_row, by_column: what each mask turns over, compared with the first.
    """

    size: int
    pairs: int
    weighed_by_row: int
    weighed_by_column: int
    by_row: tuple[int, ...]
    by_column: tuple[int, ...]

    def joined(self, lines: Iterable[Iterable[int]]) -> int:
        """Lines of modules one after another, with light ones between them."""
        between = "0" * LIGHT_BORDER
        words = between.join("".join(map(str, line)) for line in lines)
        return int(words[::-1], 2)

    def penalty(self, rows: int, columns: int) -> int:
        """How much a pattern confuses a reader (table 11 of the standard)."""
        stride = self.size + LIGHT_BORDER
        alike = self._alike(rows)
        blocks = alike & (alike >> stride) & ~(rows ^ (rows >> stride))
        dark = rows.bit_count() / self.size**2
        return (
            sum(_runs(self._alike(lines)) + _finders(lines) for lines in (rows, columns))
            + 3 * blocks.bit_count()
            + 10 * int(abs(dark * 100 - 50) / 5)
        )

    def _alike(self, lines: int) -> int:
        """The modules that are like their neighbour to the right."""
        return ~(lines ^ (lines >> 1)) & self.pairs


def _runs(alike: int) -> int:
    """Five modules of one colour in a row count 3, each more counts 1."""
    five = alike & (alike >> 1)
    five &= five >> 2
    return five.bit_count() + 2 * (five & ~(five << 1)).bit_count()


def _finders(lines: int) -> int:
    """What looks like a corner of the code, with four light modules before or after it: 40."""
    x = lines
    found = x & ~(x >> 1) & (x >> 2) & (x >> 3) & (x >> 4) & ~(x >> 5) & (x >> 6)
    before = ~((x << 1) | (x << 2) | (x << 3) | (x << 4))
    after = ~((x >> 7) | (x >> 8) | (x >> 9) | (x >> 10))
    return 40 * (found & (before | after)).bit_count()


@lru_cache(maxsize=16)
def _grid(version: int) -> _Grid:
    drawn = [_drawn(b"", mask, version) for mask in MASKS]
    size = len(drawn[0].matrix)
    kinds = [list(row) for row in drawn[0].matrix_iter(border=0, verbose=True)]
    empty = _Grid(size, 0, 0, 0, (), ())
    data = [[int(kind in _DATA) for kind in row] for row in kinds]
    weighed = [[int(kind not in _UNKNOWN_YET) for kind in row] for row in kinds]
    turned = [
        [
            [(one ^ other) & is_data for one, other, is_data in zip(*rows, strict=True)]
            for rows in zip(drawn[0].matrix, code.matrix, data, strict=True)
        ]
        for code in drawn
    ]
    return _Grid(
        size=size,
        pairs=empty.joined([[1] * (size - 1) + [0]] * size),
        weighed_by_row=empty.joined(weighed),
        weighed_by_column=empty.joined(zip(*weighed, strict=True)),
        by_row=tuple(map(empty.joined, turned)),
        by_column=tuple(empty.joined(zip(*one, strict=True)) for one in turned),
    )
