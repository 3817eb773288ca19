"""What must a text say, and what must it never say? By level, country and capacity of the debtor.

A table of words to look for, not legal advice: it finds what was forgotten, never what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.parties import Capacity

_ANY = frozenset(Capacity)
_BUSINESS = frozenset({Capacity.BUSINESS})
_CONSUMER = frozenset({Capacity.CONSUMER})
_PUBLIC = frozenset({Capacity.PUBLIC})


@dataclass(frozen=True)
class Mention:
    """Words that a text needs, or may not have.

    Attributes:
        what: it, in words, with its source.
        pattern: a regular expression over the rendered text; case does not matter.
        templates: the names of the texts it is about; empty for all.
        country: of the debtor; empty for all.
        capacities: of the debtor.
        language: of the text; empty for all.
        abroad: it is about debtors of any country but this one; empty for all.
    """

    what: str
    pattern: str
    templates: frozenset[str] = frozenset()
    country: str = ""
    capacities: frozenset[Capacity] = _ANY
    language: str = ""
    abroad: str = ""

    def is_about(self, template: str, country: str, capacity: Capacity, language: str) -> bool:
        """Whether it applies to a text of this name, to this debtor, in this language."""
        return (
            (not self.templates or template in self.templates)
            and (not self.country or country == self.country)
            and (not self.abroad or country != self.abroad)
            and capacity in self.capacities
            and (not self.language or language == self.language)
        )

    def is_in(self, text: str) -> bool:
        """Whether the words stand in a text."""
        return re.search(self.pattern, text, re.IGNORECASE) is not None


_FIRM = frozenset({"firm", "formal-notice"})
_FORMAL = frozenset({"formal-notice"})

REQUIRED = (
    Mention("article L. 441-10 (penalties)", r"L\.?\s?441-10", _FIRM, "FR", _BUSINESS),
    Mention("article D. 441-5 (EUR 40)", r"D\.?\s?441-5", _FIRM, "FR", _BUSINESS),
    Mention("article L. 2192-13 (interest)", r"L\.?\s?2192-1[03]", _FIRM, "FR", _PUBLIC),
    Mention("article D. 2192-35 (EUR 40)", r"D\.?\s?2192-35", _FIRM, "FR", _PUBLIC),
    Mention("article 1344 of the Code civil", r"\b1344\b", _FORMAL, "FR", _BUSINESS | _CONSUMER),
    Mention("article 1344-1 (interest from the notice)", r"1344-1", _FORMAL, "FR", _CONSUMER),
    Mention("section 288 BGB", r"\b288\b", _FIRM, "DE", _BUSINESS | _PUBLIC),
    Mention("section 286 BGB (default)", r"\b286\b", _FORMAL, "DE", _CONSUMER),
    Mention("the Act of 1998", r"Act 1998", _FIRM, "GB", _BUSINESS | _PUBLIC),
    Mention(
        "the Pre-Action Protocol and its 30 days",
        r"Pre-Action Protocol.*\b30\b",
        *(_FORMAL, "GB", _CONSUMER),
    ),
    Mention("the words “mise en demeure”", "mettons en demeure", _FORMAL, language="fr"),
    Mention("the words “formal notice”", "give you formal notice", _FORMAL, language="en"),
    Mention("the words „letzte Mahnung“", "letzte mahnung", _FORMAL, language="de"),
)
"""What must stand there; sources are the articles themselves and docs/interest.md, section 3."""

FORBIDDEN = (
    Mention(
        "the fixed sum or its articles, which no consumer owes",
        r"(?<![\d.,\u202f\u00a0])40(?:[.,]00)?\s?(?:€|EUR\b|euros?\b)"
        r"|(?:€|\bEUR|\beuros?)\s?40\b(?![.,]?\d)|£\s?(?:40|70|100)\b(?![.,]?\d)"
        r"|quarante[\s-]euros?|forty[\s-]euros?|vierzig[\s-]?euro"
        r"|(?:forty|seventy|(?:one|a) hundred)[\s-](?:pounds?|quid)"
        r"|(?:vierzig|siebzig|(?:ein)?hundert)[\s-]?pfund|(?:quarante|soixante-dix|cent) livres"
        r"|441-10|441-5|2192|indemnit|pauschale|fixed (?:compensation|sum)|somme forfaitaire",
        capacities=_CONSUMER,
    ),
    Mention(
        "a fee for reminding, which the debtor does not owe (CPCE L111-8)",
        r"(?<!pour )frais (?:de )?(?:relance|dossier|mise en demeure|rappel|gestion|traitement"
        r"|courrier|recouvrement|administratifs?|postaux|poste|retard)"
        r"|(?:administrati(?:on|ve)|admin|collection|dunning|handling|late(?: payment)?|letter"
        r"|postage|processing|recovery|reminder)[\s-](?:fee|charge)s?\b|collection costs"
        r"|(?:bearbeitungs|inkasso|mahn|rücklast|verwaltungs|verzugs)-?(?:gebühr|kosten|spesen)"
        r"|(?:mahn|bearbeitungs)pauschale|\bportokosten",
    ),
    Mention(
        "a word of lateness before anything is due",
        r"retard|pénalit|overdue|\blate\b|penalt|verzug|mahn",
        frozenset({"before-due"}),
    ),
    Mention(
        "a threat after everything is paid",
        r"mise en demeure|juridiction|tribuna|\bjuge\b|judiciaire|\ben justice|saisirons|saisissons"
        r"|poursuites|poursuivrons|assign(?:er|ation)|huissier|commissaire de justice|\bavocat"
        r"|contentieux|injonction de payer|recouvrement forcé|société de recouvrement"
        r"|formal notice|\bcourts?\b|legal (?:action|proceedings|steps)|\bsue\b|lawsuit|litigation"
        r"|lawyer|solicitor|attorney|bailiff|collection agency|debt collector"
        r"|mahn|gericht|rechtsanw|anwält|anwalt|inkasso|\b(?:ver)?klag(?:e|en)\b|einklagen"
        r"|rechtliche schritte|vollstreck",
        frozenset({"settlement"}),
    ),
    Mention(
        "French law, to a debtor elsewhere",
        r"441-10|441-5|2192|1231-6|1344|code civil(?! allemand)|french|français|französisch"
        r"|chorus|mandatement|ordonnateur|authorising officer",
        abroad="FR",
    ),
    Mention(
        "German law, to a debtor elsewhere",
        r"\bbgb\b|§|basiszins|base rate|german law|droit allemand|mahnverfahren",
        abroad="DE",
    ),
    Mention(
        "British law, to a debtor elsewhere",
        r"act 1998|pre-action|letter before claim|droit britannique|britischem recht",
        abroad="GB",
    ),
)
"""What may not stand there."""


def missing_mentions(
    text: str, template: str, country: str, capacity: Capacity, language: str
) -> list[str]:
    """What a rendered text should say and does not."""
    place = (template, country, capacity, language)
    return [one.what for one in REQUIRED if one.is_about(*place) and not one.is_in(text)]


def forbidden_mentions(
    text: str, template: str, country: str, capacity: Capacity, language: str
) -> list[str]:
    """What a rendered text says and may not."""
    place = (template, country, capacity, language)
    return [one.what for one in FORBIDDEN if one.is_about(*place) and one.is_in(text)]
