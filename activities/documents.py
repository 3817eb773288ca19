"""Where is an invoice's document? A PDF in its creditor's folder, and nothing outside of it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

PDF_MARK = b"%PDF-"


def find_document(folder: Path, creditor: str, invoice: str, file: str = "") -> Path | None:
    """The PDF of an invoice: the file that the import named, else ``NUMBER.pdf``.

    Args:
        folder: of all documents; each creditor has one of its own in it.
        creditor: its short name.
        invoice: its number; signs that no file name can have are percent-encoded.
        file: as the import names it, below the creditor's folder.

    Returns:
        None when there is no such file, when it is no PDF, or when it lies elsewhere.
    """
    own = (folder / creditor).resolve()
    path = (own / (file or f"{quote(invoice, safe='')}.pdf")).resolve()
    try:
        if not path.is_relative_to(own) or not path.is_file():
            return None
        with path.open("rb") as opened:
            return path if opened.read(len(PDF_MARK)) == PDF_MARK else None
    except OSError:
        return None
