"""How many letters a second, compared with bare Typst that compiles the same page?

Both in one process and in turn: ours gathers words from the templates, checks the address, draws
the payment code and compiles; the bare compiler gets the very data that ours had made.
"""

from __future__ import annotations

import json
import resource
import time
from datetime import UTC, datetime
from datetime import time as hour
from pathlib import Path

from activities import letter_pdf
from activities.letter_pdf import LetterPress
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_letter
from schemas.notice import Notice
from schemas.parties import Capacity

TEMPLATES = Path("templates")
TURN = 25
"""So many letters of each, one after the other."""


def main(count: int) -> None:
    """Print the figures of so many letters."""
    press = LetterPress(TEMPLATES)
    debtor = sample_debtor("fr", Capacity.BUSINESS)
    notices = [
        sample_notice("formal-notice", debtor).model_copy(update={"reference": f"RL{at:06d}"})
        for at in range(count)
    ]
    pages = [_page(notice) for notice in notices]
    press.print(notices[0])
    ours, bare, before = 0.0, 0.0, _memory()
    for at in range(0, count, TURN):
        began = time.perf_counter()
        for notice in notices[at : at + TURN]:
            press.print(notice)
        ours += time.perf_counter() - began
        began = time.perf_counter()
        for page, notice in zip(pages[at : at + TURN], notices[at : at + TURN], strict=True):
            press._press.compiler().compile(  # noqa: SLF001 - the very compiler, bare
                sys_inputs={"data": page},
                format="pdf",
                timestamp=datetime.combine(notice.on, hour(), UTC),
                pdf_standards=["a-2a", "ua-1"],
            )
        bare += time.perf_counter() - began
    figure = {
        "letters": count,
        "letters_per_second": round(count / ours, 1),
        "bare_typst_per_second": round(count / bare, 1),
        "ratio": round(bare / ours, 2),
        "memory_grown_mib": round(_memory() - before, 1),
    }
    print(json.dumps(figure), flush=True)


def _page(notice: Notice) -> str:
    """The data of a letter, as our press hands it to the compiler."""
    words = render_letter(notice, TEMPLATES)
    page = letter_pdf._page(notice, words, letter_pdf.address_block(notice))  # noqa: SLF001 - as above
    return json.dumps(page, ensure_ascii=False)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
