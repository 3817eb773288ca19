"""How was it computed, and what should a person know? The sentences under every statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from domain.interest_terms import InterestTerms
from domain.rates import NOT_SHIPPED, TO_BE_PUBLISHED
from schemas.agreed_interest import DayCount
from schemas.interest import (
    CONTRACT_LAW,
    ImputationPolicy,
    InterestSegment,
    RateStatus,
    ReferenceRate,
)
from schemas.money import Money

_ARTICLE = re.compile(r"\b([LRD])(\d+-\d+)")

_ORDERS = {
    ImputationPolicy.LEGAL_ACCESSORIES_FIRST: ("fixed", "interest", "principal"),
    ImputationPolicy.INTEREST_FIRST: ("interest", "principal", "fixed"),
    ImputationPolicy.PRINCIPAL_FIRST: ("principal", "interest", "fixed"),
}

_LAWS = {
    "de": {
        "BGB 247, 288 (1)": "§§ 247, 288 Abs. 1 BGB",
        "BGB 247, 288 (2) and (5)": "§§ 247, 288 Abs. 2 und 5 BGB",
        "BGB 247, 288 (2) of before 29 July 2014": "§§ 247, 288 Abs. 2 BGB a. F. (vor Juli 2014)",
        "Law of 2 August 2002, articles 5 and 6": "Gesetz vom 2. August 2002, Artikel 5 und 6",
        CONTRACT_LAW: "der Vertrag",
    },
    "fr": {
        "Law of 2 August 2002, articles 5 and 6": "loi du 2 août 2002, articles 5 et 6",
        CONTRACT_LAW: "le contrat",
    },
}
"""Laws as each language cites them, where it is not as :mod:`domain.interest_regimes` does."""

_WORDS = {
    "de": {
        "formula": "Zinsen = offener Bruttobetrag × Jahreszinssatz × Tage / {year}",  # noqa: RUF001 - the sign of times
        "365": "365 (der 29. Februar zählt mit)",
        "actual": "365, in Schaltjahren 366",
        "days": "vom Tag nach der Fälligkeit bis zum Tag des Geldeingangs einschließlich",
        "moved": (
            "fällt die Fälligkeit auf einen Samstag, Sonntag oder Feiertag, "
            "gilt der nächste Werktag"
        ),
        "notice": "vom Tag nach der Mahnung bis zum Tag des Geldeingangs einschließlich",
        "contract": "zum vertraglichen Zinssatz",
        "overtaken": (
            "zum vertraglichen Zinssatz, seit dieser eine gesetzliche Grenze verfehlt zum "
            "gesetzlichen, soweit niedriger"
        ),
        "frozen": "zum Zinssatz des Halbjahres, in dem der Verzug begann",
        "moving": "zum Zinssatz des jeweiligen Halbjahres",
        "compound": "die Zinsen jedes vollen Jahres erhöhen die Berechnungsgrundlage",
        "simple": "ohne Zinseszins",
        "rounding": "kaufmännisch gerundet, einmal je Zahlung und Abrechnung",
        "policy": "Zahlungen tilgen {order}",
        "fixed": "die Pauschale",
        "interest": "die Zinsen",
        "principal": "die Hauptforderung",
        "then": ", dann ",
        "law": "Angewandtes Recht: {law}",
        "and": "und",
        "between": "; ",
    },
    "en": {
        "formula": "Interest = unpaid amount including VAT × annual rate × days / {year}",  # noqa: RUF001 - the sign of times
        "365": "365 (29 February counts as a day)",
        "actual": "365, or 366 in a leap year",
        "days": "from the day after the due date to the day the funds are received, inclusive",
        "moved": "a due date on a weekend or holiday moves to the next working day",
        "notice": "from the day after the formal notice to the day the funds are received",
        "contract": "at the contract's rate",
        "overtaken": (
            "at the contract's rate, or the law's own where it is lower since the contract's "
            "fell outside a legal limit"
        ),
        "frozen": "at the rate of the half-year in which the delay began",
        "moving": "at the rate of each half-year",
        "compound": "interest of each full year is added to the base",
        "simple": "simple interest",
        "rounding": "rounded half up once per payment and statement",
        "policy": "payments settle {order}",
        "fixed": "the fixed sum",
        "interest": "interest",
        "principal": "principal",
        "then": ", then ",
        "law": "Law applied: {law}",
        "and": "and",
        "between": "; ",
    },
    "fr": {
        "formula": "Intérêts = montant TTC impayé × taux annuel × jours / {year}",  # noqa: RUF001 - as above
        "365": "365 (le 29 février compte)",
        "actual": "365, ou 366 les années bissextiles",
        "days": "du lendemain de l'échéance au jour de réception des fonds inclus",
        "moved": "une échéance un samedi, un dimanche ou un jour férié passe au jour ouvré suivant",
        "notice": "du lendemain de la mise en demeure au jour de réception des fonds inclus",
        "contract": "au taux du contrat",
        "overtaken": (
            "au taux du contrat, ou au taux supplétif de la loi s'il est plus bas depuis que "
            "celui du contrat est hors d'une limite légale"
        ),
        "frozen": "au taux du semestre où le retard a commencé",
        "moving": "au taux de chaque semestre",
        "compound": "les intérêts de chaque année entière s'ajoutent à la base",
        "simple": "intérêts simples",
        "rounding": "un seul arrondi au centime par paiement et par décompte",
        "policy": "les paiements s'imputent sur {order}",
        "fixed": "l'indemnité forfaitaire",
        "interest": "les intérêts",
        "principal": "le principal",
        "then": ", puis ",
        "law": "Textes appliqués : {law}",
        "and": "et",
        "between": " ; ",
    },
}

LANGUAGES = frozenset(_WORDS)
"""In which the conventions can be said."""


def conventions(
    terms: InterestTerms, policy: ImputationPolicy, day_count: DayCount, language: str = "en"
) -> str:
    """How a statement was computed, to print under it.

    Args:
        terms: what was decided before counting.
        policy: what a part payment settles first.
        day_count: by how many days a year was divided.
        language: ``de``, ``en`` or ``fr``; any other reads English.
    """
    words = _WORDS.get(language, _WORDS["en"])
    year = words["365" if day_count is DayCount.ACT_365F else "actual"]
    if terms.claim.contract_rate is not None:
        movement = words["overtaken" if terms.lower_from else "contract"]
    else:
        movement = words["frozen" if terms.regime.frozen else "moving"]
    # A consumer, who never owes a fixed sum, does not read of one.
    order = [one for one in _ORDERS[policy] if one != "fixed" or terms.regime.fixed_sums]
    parts = (
        words["formula"].format(year=year),
        words["notice" if terms.regime.needs_notice else "days"],
        *([words["moved"]] if terms.regime.moves_to_working_day else []),
        movement,
        words["compound" if terms.compounds else "simple"],
        words["rounding"],
        words["policy"].format(order=words["then"].join(words[one] for one in order)),
    )
    law = _LAWS.get(language, {}).get(terms.law) or terms.law.replace(" and ", f" {words['and']} ")
    said = f"{words['between'].join(parts)}. {words['law'].format(law=law)}."
    # French writes "L. 441-10", for a law's article, and bends its apostrophes.
    return _ARTICLE.sub(r"\1. \2", said).replace("'", "\u2019") if language == "fr" else said


def statement_warnings(
    terms: InterestTerms,
    rows: Iterable[ReferenceRate],
    unknown: Sequence[InterestSegment],
    foreign_sum: Money | None,
) -> tuple[str, ...]:
    """What a person should know before a statement leaves, in sentences."""
    warnings = list(terms.warnings)
    unsure = dict.fromkeys(row for row in rows if row.status is not RateStatus.OFFICIAL)
    warnings += [f"{row.row} is {row.status.value}: {row.value} % ({row.source})" for row in unsure]
    for source in dict.fromkeys(segment.source for segment in unknown):
        days = [segment for segment in unknown if segment.source == source]
        period = f"{days[0].first_day} to {days[-1].last_day}"
        warnings.append(f"not computed from {period}: {source}")
    if any(segment.source == TO_BE_PUBLISHED for segment in unknown):
        warnings.append("state it again when the rate is published: more will be owed")
    if any(segment.source == NOT_SHIPPED for segment in unknown):
        warnings.append("state it again when the rate is imported: more will be owed")
    if foreign_sum is not None:
        warnings.append(f"a fixed sum of {foreign_sum} is owed besides, in another currency")
    return tuple(warnings)
