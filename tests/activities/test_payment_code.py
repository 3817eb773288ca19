"""Does the code on a letter say what to pay, and is it drawn as a reader wants it?"""

from __future__ import annotations

import io
from itertools import groupby, pairwise

import pytest
import segno
from segno import consts

from activities.payment_code import payment_code

IBAN = "FR7630006000011234567890189"
LATER = {
    *(consts.TYPE_FORMAT_DARK, consts.TYPE_FORMAT_LIGHT, consts.TYPE_DARKMODULE),
    *(consts.TYPE_VERSION_DARK, consts.TYPE_VERSION_LIGHT),
}
FINDER = [1, 0, 1, 1, 1, 0, 1]


def penalty(code: segno.QRCode) -> int:
    """Table 11 of ISO/IEC 18004, read module by module, before format and version are written."""
    rows = [
        [int(kind >> 8 > 0 and kind not in LATER) for kind in row]
        for row in code.matrix_iter(border=0, verbose=True)
    ]
    size, total = len(rows), 0
    for line in [*rows, *map(list, zip(*rows, strict=True))]:
        runs = [len(list(run)) for _, run in groupby(line)]
        total += sum(run - 2 for run in runs if run >= 5)
        wide = [0] * 4 + line + [0] * 4
        for at in range(4, size - 2):
            around = wide[at - 4 : at], wide[at + 7 : at + 11]
            if wide[at : at + 7] == FINDER and not all(map(any, around)):
                total += 40
    for above, below in pairwise(rows):
        for at in range(size - 1):
            total += 3 * (len({*above[at : at + 2], *below[at : at + 2]}) == 1)
    dark = 100 * sum(map(sum, rows)) / size**2
    return total + 10 * int(abs(dark - 50) / 5)


@pytest.mark.parametrize(
    ("cents", "reference", "text", "amount"),
    [
        (120_050, "RF18F20260117", "", "EUR1200.5"),
        (123, "", "F-2026-0117 F-2026-0118", "EUR1.23"),
        (500_000, "", "F " * 70, "EUR5000"),
    ],
)
def test_the_code_says_what_to_pay_in_the_mask_that_scans_best(
    cents: int, reference: str, text: str, amount: str
) -> None:
    """The lines of EPC069-12 in their order, and of eight masks the one of lowest penalty."""
    lines = ["BCD", "002", "1", "SCT", "BNPAFRPP", "Atelier Lumière", IBAN, amount, "", reference]
    data = "\n".join(lines + [text] * bool(text)).encode()
    masked = [segno.make_qr(data, error="m", boost_error=False, mask=mask) for mask in range(8)]
    best = io.BytesIO()
    min(masked, key=penalty).save(best, kind="svg", border=0, xmldecl=False)
    drawn = payment_code("Atelier Lumière", IBAN, "BNPAFRPP", cents, reference, text)
    assert drawn == best.getvalue().decode()


def test_what_no_code_can_hold_is_refused() -> None:
    """More than 331 bytes fit no code of the standard, and none is drawn by another."""
    with pytest.raises(ValueError, match="331 bytes"):
        payment_code("Ω" * 70, IBAN, "", 100, "", "Ω" * 140)
