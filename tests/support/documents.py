"""What does a printed account say? Its words and figures, read back from the PDF and the JSON."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest


def moment(day: date) -> datetime:
    """Noon of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def paper(file: Path) -> str:
    """What is printed in a document, special spaces made ordinary."""
    pdf = pypdfium2.PdfDocument(file)
    pages = [page.get_textpage().get_text_bounded() for page in pdf]
    pdf.close()
    return re.sub(r"[\s\u00a0\u202f]+", " ", " ".join(pages).replace("\ufffe", "-"))


def figure(text: str, pattern: str) -> Decimal:
    """The one amount behind these words, however its language groups thousands."""
    found = re.search(pattern + r" €?(-?[\d., ]*\d[.,]\d\d)", text)
    assert found is not None, pattern
    return Decimal(re.sub(r"[ ,.](?=\d{3})", "", found.group(1)).replace(",", "."))


def json_of(capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command printed for programs."""
    return json.loads(capsys.readouterr().out)
