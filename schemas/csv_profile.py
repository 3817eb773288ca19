"""Which column says what? The CSV export of one bank, as a person describes it in YAML."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.base import Name, Strict

Role = Literal[
    "booking_date",
    "value_date",
    "amount",
    "debit",
    "credit",
    "currency",
    "text",
    "bank_text",
    "code",
    "reference",
    "counterparty",
    "counterparty_account",
    "account",
    "balance",
    "status",
]
"""What a column may say. Text columns may be several; of the others the first that is there."""


class CsvProfile(Strict):
    """How a bank writes its CSV.

    Attributes:
        profile: its name.
        columns: header texts of each role; case, accents and blanks make no difference.
        optional: roles that the bank leaves out at times; all others must be there.
        account_pattern: finds our account in the lines before the header; the first group that
            matches is it.
        decimal_sign: comma or point; empty where the bank writes both ways.
        day_first: ``03/04/2026`` is the third of April.
        currency: of all rows, where no column says it.
        settled: values of the status column that moved the account; empty for all.
        ignored: values of the status column that never will.
        balance_repeats: the balance column repeats the last balance in every row.
        last: asked only when no other profile fits.
    """

    profile: Name
    bank: str = ""
    columns: dict[Role, tuple[str, ...]] = Field(min_length=2)
    optional: tuple[Role, ...] = ()
    account_pattern: str = ""
    decimal_sign: Literal["", ",", "."] = ""
    day_first: bool = True
    currency: str = ""
    settled: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    balance_repeats: bool = False
    last: bool = False
