"""How does a letter leave? It is dropped in a folder, with a manifest beside it."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from activities.delivery import Delivered
from activities.letter_pdf import address_block
from schemas.base import Frozen
from schemas.letter_price import Quote
from schemas.notice import Letter, Notice


class DroppedLetter(Frozen):
    """A letter that lies in the folder, as its manifest says.

    Attributes:
        address: the lines for the envelope; none of an electronic letter.
        country: to which it goes.
        problem: why it is not to be posted as it is; empty when it is.
    """

    reference: str = ""
    file: str = ""
    sha256: str = ""
    pages: int = 0
    date: str = ""
    kind: str = ""
    creditor: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    email: str = ""
    sheets: int = 0
    grams: int = 0
    colour: bool = False
    duplex: bool = True
    price: str = ""
    currency: str = ""
    price_status: str = ""
    problem: str = ""


def drop_letter(folder: Path, notice: Notice, letter: Letter, quote: Quote) -> Delivered:
    """Put a letter where a person or a franking machine takes it, once and durably.

    The file's name is the contact's reference, so that a second drop of the same contact is the
    same file: nothing is posted twice. The manifest comes last; a letter without one is not
    complete yet.

    Args:
        folder: made when it is not there.
        notice: what it says.
        letter: as it was printed.
        quote: how it travels, and what that costs us.

    Raises:
        OSError: when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{notice.on:%Y-%m-%d}-{notice.reference}.pdf"
    if known := _known(folder, notice.reference):
        return known
    _write(folder / name, letter.pdf)
    text = json.dumps(_manifest(name, notice, letter, quote), ensure_ascii=False, indent=2)
    _write((folder / name).with_suffix(".json"), text.encode())
    return Delivered(detail=name, sha256=letter.sha256)


def _manifest(name: str, notice: Notice, letter: Letter, quote: Quote) -> dict[str, object]:
    """What a print shop needs to know of one letter."""
    wanted, price = quote.wanted, quote.price
    return {
        "reference": notice.reference,
        "file": name,
        "sha256": letter.sha256,
        "pages": letter.pages,
        "date": notice.on.isoformat(),
        "kind": wanted.kind.value,
        "creditor": notice.creditor.creditor,
        "recipient": [notice.debtor.name, *notice.debtor.address.lines],
        "country": notice.debtor.country,
        **(
            {"email": notice.debtor.email}
            if wanted.kind.is_electronic
            else {"address": address_block(notice)}
        ),
        "sheets": wanted.sheets,
        "grams": wanted.grams,
        "colour": wanted.colour,
        "duplex": wanted.duplex,
        "price": str(price.amount) if price else "",
        "currency": price.currency if price else "",
        "price_status": quote.status.value if quote.status else "",
        "price_unknown": quote.why,
        "invoices": [item.invoice for item in notice.items],
        "asked": str(notice.total),
    }


def _known(folder: Path, reference: str) -> Delivered | None:
    """The letter that was dropped under this reference, if its manifest can be read."""
    for path in folder.glob(f"*-{reference}.json"):
        try:
            manifest = json.loads(path.read_text("utf-8"))
            return Delivered(detail=str(manifest["file"]), sha256=str(manifest["sha256"]))
        except (ValueError, KeyError, TypeError):
            continue  # Somebody else's file, or spoilt: it is written anew.
    return None


def dropped_letters(folder: Path) -> list[DroppedLetter]:
    """What lies in the folder, by name: each letter held against its file, and what has none.

    Raises:
        OSError: when the folder cannot be read.
    """
    found = {path.stem: _dropped(path) for path in _files(folder, ".json")}
    for path in _files(folder, ".pdf"):
        if path.stem not in found:
            problem = "it has no manifest: it is not whole yet, or not one of ours"
            found[path.stem] = DroppedLetter(file=path.name, problem=problem)
    return [found[name] for name in sorted(found)]


def _files(folder: Path, ending: str) -> list[Path]:
    return [
        path for path in folder.iterdir() if path.suffix == ending and not path.name.startswith(".")
    ]


def _dropped(path: Path) -> DroppedLetter:
    try:
        letter = DroppedLetter.model_validate_json(path.read_bytes())
    except ValueError:
        return DroppedLetter(file=path.name, problem="it is no manifest of a letter")
    if letter.file != f"{path.stem}.pdf":
        return letter.model_copy(update={"problem": f"{path.name} names another file"})
    try:
        content = path.with_suffix(".pdf").read_bytes()
    except OSError as error:
        return letter.model_copy(update={"problem": f"its file cannot be read: {error.strerror}"})
    if hashlib.sha256(content).hexdigest() != letter.sha256:
        return letter.model_copy(update={"problem": "its file is not the one that was written"})
    return letter


def _write(path: Path, content: bytes) -> None:
    """Write so that a file is whole or absent, also after a power cut."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:  # A full disk is not filled further.
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # Else the name, unlike the content, may not survive.
    finally:
        os.close(folder)
