"""Which claims of charges rest on rates that have changed since? Told, never changed by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from cli.outcome import say_table
from domain.charge_corrections import restated
from domain.rates import RateTable, changed_since
from schemas.case import CollectionCase
from schemas.interest import ClaimStatement


class RestatedClaim(NamedTuple):
    """A claim and the rows it used that say something else today.

    Attributes:
        rows: their ids.
        stated: the account of the claim's own day by today's rates; None where it cannot be stated.
    """

    case: CollectionCase
    rows: tuple[str, ...]
    stated: ClaimStatement | None

    def plain(self) -> dict[str, object]:
        """For programs."""
        charges = self.case.charges
        return {
            "case_id": self.case.case_id,
            "invoice": self.case.invoice,
            "on": charges.on if charges else None,
            "changed_rows": self.rows,
            "interest_claimed": charges.interest if charges else None,
            "interest_by_rates_of_today": self.stated.interest if self.stated else None,
        }


def restated_claims(cases: Iterable[CollectionCase], table: RateTable) -> list[RestatedClaim]:
    """The claims that were counted with a row which is different today, or was not published."""
    found = []
    for case in cases:
        basis = case.charges.basis if case.charges else None
        if basis and (changed := changed_since(basis.rates, basis.lacking, table)):
            rows = tuple(row.row for row in changed)
            found.append(RestatedClaim(case, rows, restated(case, table)))
    return found


def claims_on_rows(
    cases: Iterable[CollectionCase], rows: Collection[str], table: RateTable
) -> Iterator[RestatedClaim]:
    """The claims that rest on some rows which a file has just changed.

    A claim from before its rows were kept as they stood names them all the same.
    """
    known = list(cases)
    for one in restated_claims(known, table):
        if mine := tuple(row for row in one.rows if row in rows):
            yield one._replace(rows=mine)
    for case in known:
        charges = case.charges
        if charges is None or charges.basis is not None:
            continue
        if mine := tuple(row for row in charges.rates if row in rows):
            yield RestatedClaim(case, mine, None)


def print_restated(claims: list[RestatedClaim]) -> None:
    """Print the claims with what they say and what they would say today."""
    lines = [
        (
            *(one.case.invoice, one.case.charges.on, one.case.charges.interest),
            *(one.stated.interest if one.stated else "?", ", ".join(one.rows)),
        )
        for one in claims
        if one.case.charges
    ]
    head = ("invoice", "up to", ">interest claimed", ">by today's rates", "rows that changed")
    say_table(f"{len(claims)} claims with rates that changed", head, lines)
