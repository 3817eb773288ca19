"""How does a letter leave? It is dropped in a folder, with a manifest beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from activities.delivery import Delivered
from schemas.notice import Letter, Notice
from schemas.postage import LetterKind


def drop_letter(
    folder: Path, notice: Notice, letter: Letter, kind: LetterKind = LetterKind.ORDINARY
) -> Delivered:
    """Put a letter where a person or a franking machine takes it, once and durably.

    The file's name is the contact's reference, so that a second drop of the same contact is the
    same file: nothing is posted twice. The manifest comes last; a letter without one is not
    complete yet.

    Raises:
        OSError: when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{notice.on:%Y-%m-%d}-{notice.reference}.pdf"
    known = next(folder.glob(f"*-{notice.reference}.json"), None)
    if known is not None:
        manifest = json.loads(known.read_text("utf-8"))
        return Delivered(detail=manifest["file"], sha256=manifest["sha256"])
    _write(folder / name, letter.pdf)
    manifest = {
        "reference": notice.reference,
        "file": name,
        "sha256": letter.sha256,
        "pages": letter.pages,
        "date": notice.on.isoformat(),
        "kind": kind.value,
        "creditor": notice.creditor.creditor,
        "recipient": [notice.debtor.name, *notice.debtor.address.lines],
        "country": notice.debtor.country,
        **({"email": notice.debtor.email} if kind.is_electronic else {}),
        "invoices": [item.invoice for item in notice.items],
        "asked": str(notice.total),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    _write((folder / name).with_suffix(".json"), text.encode())
    return Delivered(detail=name, sha256=letter.sha256)


def _write(path: Path, content: bytes) -> None:
    """Write so that a file is whole or absent, also after a power cut."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # Else the name, unlike the content, may not survive.
    finally:
        os.close(folder)
