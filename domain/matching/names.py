"""Who is that? Names without legal forms and connecting words, equal, contained or close."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from domain.matching.plain import words
from schemas.matching import Customer

CLOSE = 88
"""From this similarity (0 to 100, rapidfuzz's ratio) two names are close."""

LEAD = 4
"""By so much the closest name must be closer than that of another customer."""

MOST_CANDIDATES = 400
CUT_NAME = 18
"""A name of at least so many characters may be one that was cut."""

_LEGAL = frozenset(
    (
        *("SARL", "SAS", "SASU", "SA", "EURL", "SCI", "SNC", "SCP", "SELARL", "SELAS", "SCOP"),
        *("SCA", "SCS", "GIE", "EIRL", "EI", "EARL", "GAEC", "SCEA", "SPRL", "SRL", "SPA", "BVBA"),
        *("GMBH", "MBH", "AG", "KG", "OHG", "UG", "EK", "KGAA", "LTD", "LIMITED", "PLC", "LLP"),
        *("INC", "LLC", "CORP", "BV", "NV", "SL", "SLU", "AB", "OY", "AS", "APS", "SE", "VOF"),
        *("ETS", "ETABLISSEMENTS", "ETABLISSEMENT", "STE", "SOCIETE", "SOC", "ENTREPRISE", "ENT"),
        *("MONSIEUR", "MADAME", "MR", "MME", "MLLE", "M", "CO", "CIE", "COMPAGNIE", "COMP"),
    )
)
_CONNECTING = frozenset(
    ("ET", "AND", "UND", "DE", "DU", "DES", "LA", "LE", "LES", "D", "L", "EN", "THE", "OF")
)
_HOLDING = frozenset(
    (
        "GROUPE",
        "GROUP",
        "GRP",
        "HOLDING",
        "HOLD",
        "PARTICIPATIONS",
        "FINANCE",
        "TRESORERIE",
        "GESTION",
    )
)
_ONE_WORD = {
    "INTL": "INTERNATIONAL",
    "INTER": "INTERNATIONAL",
    "FCE": "FRANCE",
    "FR": "FRANCE",
    "ST": "SAINT",
    "IND": "INDUSTRIE",
    "INDUSTRIES": "INDUSTRIE",
    "TRANSP": "TRANSPORT",
    "TRANSPORTS": "TRANSPORT",
    "SCES": "SERVICE",
    "SERVICES": "SERVICE",
    "TECH": "TECHNIQUE",
    "TECHNIQUES": "TECHNIQUE",
    "CONSTR": "CONSTRUCTION",
    "CONSTRUCTIONS": "CONSTRUCTION",
    "BAT": "BATIMENT",
    "BATIMENTS": "BATIMENT",
    "DISTRIB": "DISTRIBUTION",
    "FRERES": "FRERE",
}


@lru_cache(maxsize=65536)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from others."""
    all_words = words(name)
    # S.A.R.L. falls apart into letters; together they are a legal form again.
    joined = _joined_letters(all_words)
    kept = [_ONE_WORD.get(one, one) for one in joined if one not in _LEGAL | _CONNECTING]
    return tuple(kept or joined)


def group_words(name: str) -> tuple[str, ...]:
    """The words of a group's or holding's name that tell it from others."""
    kept = tuple(one for one in name_words(name) if one not in _HOLDING)
    return kept or name_words(name)


def _joined_letters(found: Sequence[str]) -> list[str]:
    whole: list[str] = []
    letters = ""
    for one in found:
        if len(one) == 1 and one.isalpha():
            letters += one
            continue
        if letters:
            whole.append(letters)
            letters = ""
        whole.append(one)
    return [*whole, letters] if letters else whole


class NameIndex:
    """Customers by the words of their names."""

    def __init__(self) -> None:
        self._by_key: dict[str, set[str]] = {}
        self._by_word: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        self._by_start: dict[str, list[tuple[str, tuple[str, ...]]]] = {}

    def add(self, customer: Customer) -> None:
        """Know a customer by each of its names."""
        for name in (customer.name, *customer.names):
            found = name_words(name)
            if not found:
                continue
            for key in _keys(found):
                self._by_key.setdefault(key, set()).add(customer.customer)
            for word in dict.fromkeys(found):
                self._by_word.setdefault(word, []).append((customer.customer, found))
            self._by_start.setdefault(found[0][:4], []).append((customer.customer, found))

    def equal(self, name: str) -> frozenset[str]:
        """The customers of exactly this name, legal form and word order apart."""
        found = name_words(name)
        if not found:
            return frozenset()
        hits: set[str] = set()
        for key in _keys(found):
            hits |= self._by_key.get(key, set())
        if not hits and len(name) >= CUT_NAME:
            start = "".join(found)
            hits = {
                customer
                for customer, other in self._by_start.get(found[0][:4], ())[:MOST_CANDIDATES]
                if "".join(other).startswith(start)
            }
        return frozenset(hits)

    def close(self, name: str) -> tuple[str, int]:
        """The customer of the closest name and how close it is; empty when two are as close."""
        found = name_words(name)
        best: dict[str, int] = {}
        for customer, other in self._near(found):
            score = _similarity(found, other)
            if score >= CLOSE and score > best.get(customer, 0):
                best[customer] = score
        ranked = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < LEAD):
            return "", 0
        return ranked[0]

    def inside(self, text: str) -> dict[str, str]:
        """The customers whose whole name stands in a text, with the words found."""
        found = name_words(text)
        hits: dict[str, str] = {}
        for start in range(len(found)):
            for length in range(min(6, len(found) - start), 0, -1):
                piece = found[start : start + length]
                if length == 1 and (len(piece[0]) < 5 or not piece[0].isalpha()):
                    continue
                for customer in sorted(self._by_key.get(" ".join(piece), ())):
                    hits.setdefault(customer, " ".join(piece))
        return hits

    def _near(self, found: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        lists = [self._by_word.get(word, []) for word in found if len(word) > 2]
        if found:
            lists.append(self._by_start.get(found[0][:4], []))
        for one in sorted(lists, key=len):
            if len(one) <= MOST_CANDIDATES:
                yield from one


def _keys(found: Sequence[str]) -> Iterable[str]:
    return {" ".join(found), " ".join(sorted(found)), "".join(found)}


def _similarity(found: Sequence[str], other: Sequence[str]) -> int:
    if len(found) == len(other) and all(
        one.startswith(two) or two.startswith(one) for one, two in zip(found, other, strict=True)
    ):
        shared = sum(min(len(one), len(two)) for one, two in zip(found, other, strict=True))
        return 95 if shared >= 5 else 80
    straight = fuzz.ratio(" ".join(found), " ".join(other))
    sorted_ratio = fuzz.token_sort_ratio(" ".join(found), " ".join(other))
    return int(max(straight, sorted_ratio))
