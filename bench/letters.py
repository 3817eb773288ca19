"""How many letters a second, compared with bare Typst that compiles the same page? And how large?

Both in one process and in turn: ours gathers words from the templates, checks the address, draws
the payment code and compiles; the bare compiler gets the very data that ours had made. Then ours
goes on alone, each letter to another debtor, and says how large the process is after 200, 1,000 and
2,000 letters.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from datetime import time as hour
from decimal import Decimal
from pathlib import Path

from activities import letter_pdf
from activities.letter_pdf import LetterPress
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_letter
from bench.resident import MARKS, QUICK, growth, resident_megabytes
from schemas.money import Money
from schemas.notice import Notice
from schemas.parties import Capacity

TEMPLATES = Path("templates")
TURN = 25
"""So many letters of each, one after the other."""


def main(*, quick: bool) -> None:
    """Print the figures."""
    press = LetterPress(TEMPLATES)
    count = 50 if quick else 300
    ours, bare = _rates(press, count)
    read, printed = {}, 0
    for mark in QUICK if quick else MARKS:
        while printed < mark:
            press.print(_notice(printed))
            printed += 1
        read[mark] = resident_megabytes()
    figure = {
        "bench": "letters",
        "letters": count,
        "letters_per_second": round(count / ours, 1),
        "bare_typst_per_second": round(count / bare, 1),
        "ratio": round(bare / ours, 2),
        **growth(read),
    }
    print(json.dumps(figure), flush=True)


def _rates(press: LetterPress, count: int) -> tuple[float, float]:
    """The seconds that so many letters take us, and the bare compiler, in turn."""
    press.print(_notice(0))
    ours, bare = 0.0, 0.0
    for at in range(0, count, TURN):
        notices = [_notice(number) for number in range(at, min(at + TURN, count))]
        pages = [_page(notice) for notice in notices]
        began = time.perf_counter()
        for notice in notices:
            press.print(notice)
        ours += time.perf_counter() - began
        began = time.perf_counter()
        for page, notice in zip(pages, notices, strict=True):
            press._press.compiler().compile(  # noqa: SLF001 - the very compiler, bare
                sys_inputs={"data": page},
                format="pdf",
                timestamp=datetime.combine(notice.on, hour(), UTC),
                pdf_standards=["a-2a", "ua-1"],
            )
        bare += time.perf_counter() - began
    return ours, bare


def _notice(number: int) -> Notice:
    """A formal notice, to a debtor of its own and with a payment code of its own."""
    debtor = sample_debtor("fr", Capacity.BUSINESS)
    sample = sample_notice("formal-notice", debtor)
    owed = Money(amount=Decimal(number % 900 + 100), currency=sample.total.currency)
    items = tuple(
        item.model_copy(update={"invoice": f"F-{number:06d}", "asked": owed})
        for item in sample.items[:1]
    )
    who = debtor.model_copy(update={"name": f"Menuiserie {number:06d}"})
    changes = {"reference": f"RL{number:06d}", "debtor": who, "items": items}
    return sample.model_copy(update=changes)


def _page(notice: Notice) -> str:
    """The data of a letter, as our press hands it to the compiler."""
    words = render_letter(notice, TEMPLATES)
    page = letter_pdf._page(notice, words, letter_pdf.address_block(notice))  # noqa: SLF001 - as above
    return json.dumps(page, ensure_ascii=False)
