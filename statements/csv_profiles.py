"""Which bank wrote this CSV? The profile whose headers it has, shipped or the reader's own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from ruamel.yaml import YAML

from schemas.csv_profile import CsvProfile, Role
from statements.errors import NotABankFileError
from statements.values import shown

SHIPPED = (
    *("banque-populaire-caisse-epargne", "banque-postale", "bnp-paribas", "boursobank"),
    *("credit-agricole", "credit-mutuel-cic", "qonto-english", "qonto-french"),
    *("societe-generale", "plain"),
)
"""The profiles that come with Relance."""


@dataclass(frozen=True)
class Layout:
    """A profile and where its columns stand in one file.

    Attributes:
        columns: role → column numbers, in the profile's order.
        width: how many columns the header has.
    """

    profile: CsvProfile
    columns: dict[Role, tuple[int, ...]]
    width: int


@lru_cache(maxsize=1)
def shipped_profiles() -> tuple[CsvProfile, ...]:
    """The profiles that come with Relance, in the order in which they are asked."""
    folder = files("statements") / "profiles"
    texts = ((folder / f"{name}.yaml").read_text("utf-8") for name in SHIPPED)
    return tuple(
        CsvProfile.model_validate(YAML(typ="safe", pure=True).load(text)) for text in texts
    )


def same_header(text: str) -> str:
    """A header without case, accents and doubled blanks."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").lstrip("\ufeff"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(plain.casefold().split()).strip("\"' ")


def layout_of(header: Sequence[str], profile: CsvProfile) -> Layout | None:
    """Where a profile's columns stand under a header; None when it does not fit."""
    names: dict[str, int] = {}
    for number, cell in enumerate(header):
        names.setdefault(same_header(cell), number)
    columns: dict[Role, tuple[int, ...]] = {}
    for role, wanted in profile.columns.items():
        numbers = [names[same_header(one)] for one in wanted if same_header(one) in names]
        if numbers:
            columns[role] = tuple(dict.fromkeys(numbers))
        elif role not in profile.optional:
            return None
    has_amount = "amount" in columns or {"debit", "credit"} <= columns.keys()
    return Layout(profile, columns, len(header)) if has_amount else None


def choose(header: Sequence[str], profiles: Sequence[CsvProfile]) -> Layout | None:
    """The profile that explains most of a header; one marked as last only if no other fits."""
    found = [layout for one in profiles if (layout := layout_of(header, one)) is not None]
    return max(found, key=lambda one: (not one.profile.last, len(one.columns)), default=None)


def refuse_unknown(rows: Sequence[Sequence[str]], profiles: Sequence[CsvProfile]) -> None:
    """Refuse a CSV of an unknown bank, with its headers and what is expected of each bank.

    Raises:
        NotABankFileError: always.
    """
    widest = max(rows, key=lambda row: sum(1 for cell in row if cell.strip()), default=())
    headers = ", ".join(shown(cell.strip(), 40) for cell in widest[:40])
    known = "; ".join(
        f"{one.profile}: "
        + ", ".join(names[0] for role, names in one.columns.items() if role not in one.optional)
        for one in profiles
    )
    raise NotABankFileError(
        f"this is CSV of an unknown bank; its headers may be {headers}; expected {known}; "
        "a profile in YAML adds another bank"
    )
