"""How was it computed, and what should a person know? The sentences under every statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from domain.interest_terms import InterestTerms
from domain.rates import NOT_SHIPPED, TO_BE_PUBLISHED
from schemas.agreed_interest import DayCount
from schemas.interest import (
    ImputationPolicy,
    InterestSegment,
    RateStatus,
    ReferenceRate,
)
from schemas.money import Money

_ARTICLE = re.compile(r"\b([LRD])(\d+-\d+)")

_POLICY = {
    "de": {
        ImputationPolicy.LEGAL_ACCESSORIES_FIRST: (
            "die Pauschale, dann die Zinsen, dann die Hauptforderung"
        ),
        ImputationPolicy.INTEREST_FIRST: "die Zinsen, dann die Hauptforderung, dann die Pauschale",
        ImputationPolicy.PRINCIPAL_FIRST: "die Hauptforderung, dann die Zinsen, dann die Pauschale",
    },
    "en": {
        ImputationPolicy.LEGAL_ACCESSORIES_FIRST: "the fixed sum, then interest, then principal",
        ImputationPolicy.INTEREST_FIRST: "interest, then principal, then the fixed sum",
        ImputationPolicy.PRINCIPAL_FIRST: "principal, then interest, then the fixed sum",
    },
    "fr": {
        ImputationPolicy.LEGAL_ACCESSORIES_FIRST: (
            "l'indemnité forfaitaire, puis les intérêts, puis le principal"
        ),
        ImputationPolicy.INTEREST_FIRST: (
            "les intérêts, puis le principal, puis l'indemnité forfaitaire"
        ),
        ImputationPolicy.PRINCIPAL_FIRST: (
            "le principal, puis les intérêts, puis l'indemnité forfaitaire"
        ),
    },
}

_WORDS = {
    "de": {
        "formula": "Zinsen = offener Bruttobetrag × Jahreszinssatz × Tage / {year}",  # noqa: RUF001 - the sign of times
        "365": "365 (der 29. Februar zählt mit)",
        "actual": "365, in Schaltjahren 366",
        "days": "vom Tag nach der Fälligkeit bis zum Tag des Geldeingangs einschließlich",
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
        "law": "Angewandtes Recht: {law}",
        "and": "und",
        "between": "; ",
    },
    "en": {
        "formula": "Interest = unpaid amount including VAT × annual rate × days / {year}",  # noqa: RUF001 - the sign of times
        "365": "365 (29 February counts as a day)",
        "actual": "365, or 366 in a leap year",
        "days": "from the day after the due date to the day the funds are received, inclusive",
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
        "law": "Law applied: {law}",
        "and": "and",
        "between": "; ",
    },
    "fr": {
        "formula": "Intérêts = montant TTC impayé × taux annuel × jours / {year}",  # noqa: RUF001 - as above
        "365": "365 (le 29 février compte)",
        "actual": "365, ou 366 les années bissextiles",
        "days": "du lendemain de l'échéance au jour de réception des fonds inclus",
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
    orders = _POLICY.get(language, _POLICY["en"])
    year = words["365" if day_count is DayCount.ACT_365F else "actual"]
    if terms.claim.contract_rate is not None:
        movement = words["overtaken" if terms.lower_from else "contract"]
    else:
        movement = words["frozen" if terms.regime.frozen else "moving"]
    parts = (
        words["formula"].format(year=year),
        words["notice" if terms.regime.needs_notice else "days"],
        movement,
        words["compound" if terms.compounds else "simple"],
        words["rounding"],
        words["policy"].format(order=orders[policy]),
    )
    law = terms.law.replace(" and ", f" {words['and']} ")
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
