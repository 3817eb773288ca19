"""What would a letter cost, and what is to be printed? ``letters quote``, ``letters manifest``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from activities.letter_drop import DroppedLetter, dropped_letters
from activities.letter_office import LetterAccountIncomplete, posted_kinds
from activities.letter_prices import printing_of
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.wording import count
from domain.import_report import harmless
from schemas.letter_price import LetterFormat, PriceStatus, Quote, QuotePart
from schemas.postage import LetterKind
from schemas.settings import Settings

COLUMNS = (
    *("date", "reference", "kind", "file", "sha256", "pages", "sheets", "grams", "colour"),
    *("duplex", "address_1", "address_2", "address_3", "address_4", "address_5", "address_6"),
    *("country", "email", "creditor", "price", "currency", "price_status", "problem"),
)
"""Of the manifest; a column is only ever added."""


class Asked(NamedTuple):
    """What a person asked for, as it was typed."""

    kinds: tuple[str, ...]
    pages: int
    sent_from: str
    country: str
    on: date | None


async def quote(asked: Asked, *, as_json: bool) -> Exit:
    """Print what letters cost, by the office's table; without kinds, all that it posts."""
    settings = Settings()
    printing, day = printing_of(settings), asked.on or datetime.now(UTC).date()
    found: list[Quote] = []
    for kind, provider in _who_posts(settings, asked.kinds):
        wanted = LetterFormat(
            kind=kind,
            pages=asked.pages,
            country=_country(asked.country, "--to"),
            sent_from=_country(asked.sent_from, "--from"),
            colour=printing.colour,
            duplex=printing.duplex,
        )
        found.append(printing.quote(provider, wanted, day))
    if as_json:
        say_json(found)
    else:
        _print(found)
    return Exit.DONE if any(one.price for one in found) else Exit.PROBLEMS


def _who_posts(settings: Settings, wanted: Sequence[str]) -> list[tuple[LetterKind, str]]:
    """The kinds that were asked for, or all, with who posts each.

    Raises:
        CommandFailed: when nobody does, or the account of the provider is not wholly set.
    """
    try:
        posted = posted_kinds(settings)
    except LetterAccountIncomplete as error:
        raise CommandFailed(Exit.USAGE, str(error)) from error
    names = [kind.value for kind in LetterKind if kind in posted]
    if unknown := [kind for kind in wanted if kind not in names]:
        words = f"--kind: nobody of this office posts {unknown[0]!r} letters"
        raise CommandFailed(Exit.USAGE, f"{words}; expected one of {', '.join(names)}")
    return [(LetterKind(name), posted[LetterKind(name)]) for name in wanted or names]


def _country(text: str, option: str) -> str:
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{2}", code):
        raise CommandFailed(Exit.USAGE, f"{option}: {text!r} is not a country such as FR")
    return code


def _print(found: Sequence[Quote]) -> None:
    rows = [
        (
            *(one.wanted.kind.value, one.provider, one.wanted.grams or ""),
            *(one.price or "none known", one.status.value if one.status else ""),
            ", ".join(map(_part, one.parts)),
        )
        for one in found
    ]
    first = found[0].wanted
    title = f"{count(first.pages, 'page')}, from {first.sent_from} to {first.country}"
    head = ("kind", "posted by", ">grams", ">price", "status", "made of")
    say_table(title, head, rows)
    for why in dict.fromkeys(f"{one.wanted.kind.value}: {one.why}" for one in found if one.why):
        say_error(f"no price known: {why}", Exit.PROBLEMS)
    if without := sorted({item for one in found for item in one.without}):
        say(f"not in the price, since the table has no row for it: {', '.join(without)}")
    if any(one.status is PriceStatus.PROVISIONAL for one in found):
        say(f"provisional: put your own prices into {Settings().letter_prices_file}")


def _part(part: QuotePart) -> str:
    row = part.row
    many = f"{part.count} at " if part.count > 1 else ""
    return f"{row.item} {many}{row.price} since {row.valid_from:%Y-%m-%d}"


async def manifest(folder: Path | None) -> Exit:
    """Print a CSV of the letters in the folder, each held against its file."""
    place = folder or Settings().letters
    try:
        found = dropped_letters(place)
    except OSError as error:
        words = f"cannot read {place}: {error.strerror}; LETTERS_FOLDER names the folder"
        raise CommandFailed(Exit.NOT_FOUND, words) from error
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(one) for one in found)
    say(text.getvalue().rstrip("\n"))
    wrong = [one for one in found if one.problem]
    for one in wrong:
        say_error(f"{one.file}: {one.problem}", Exit.PROBLEMS)
    return Exit.PROBLEMS if wrong else Exit.DONE


def _cells(one: DroppedLetter) -> list[str]:
    address = [*one.address, *[""] * 6][:6]
    plain = (
        *(one.date, one.reference, one.kind, one.file, one.sha256, one.pages, one.sheets),
        *(one.grams, "yes" if one.colour else "no", "yes" if one.duplex else "no", *address),
        *(
            one.country,
            one.email,
            one.creditor,
            one.price,
            one.currency,
            one.price_status,
            one.problem,
        ),
    )
    return [harmless(str(cell)) for cell in plain]
