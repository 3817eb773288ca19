"""How do people type? Words, separators, mangled numbers, and digits that mislead, by style.

A style is data. The style ``aside`` is held back: rules are never tuned on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bench.matching.world import Item, Payer

Mangle = Callable[[Random, str], str]


@dataclass(frozen=True)
class Style:
    """The habits of a kind of payers."""

    name: str
    before: tuple[str, ...]
    between: tuple[str, ...]
    mangles: tuple[str, ...]
    traps: tuple[str, ...]
    partial: tuple[str, ...]
    discount: tuple[str, ...]
    balance: tuple[str, ...]
    credit: tuple[str, ...]
    empty: tuple[str, ...]
    is_lower: bool = False


FRENCH = Style(
    name="french",
    before=(
        *("FACT ", "FACTURE ", "FACTURE N° ", "FAC ", "FA ", "REGLEMENT FACTURE ", "RGLT FACT "),
        *("VIR ", "VRT FACT.", "REF ", "REF:", "PAIEMENT FACT N ", "N/REF ", "V/FACT ", ""),
    ),
    between=(", ", " ", " ET ", "/", " + ", "-", ";", " & "),
    mangles=("same", "blanks", "glued", "slashes", "no_zeros", "short_year", "no_year", "ocr"),
    traps=(
        *("DU {date}", "TEL {phone}", "CLT {client}", "SIREN {siren}", "{amount} EUR", "LE {day}"),
        *(
            "MONTANT {amount}",
            "DOSSIER {other}",
            "PERIODE {month}",
            "CHANTIER {other}",
            "RIB {rib}",
        ),
    ),
    partial=("ACOMPTE ", "ACPTE ", "REGLT PARTIEL ", "ECHEANCE 1/3 ", "VERSEMENT "),
    discount=("ESCOMPTE 2% ", "ESC 2 PCT ", "DEDUCTION ESCOMPTE "),
    balance=("SOLDE", "SOLDE COMPTE", "SOLDE DE TOUT COMPTE", "RELEVE AU {date}"),
    credit=("MOINS AVOIR ", "AVOIR ", "DEDUIT AVOIR "),
    empty=("", "VIREMENT", "REGLEMENT", "VIR SEPA", "PAIEMENT FOURNISSEUR", "MERCI"),
)
ERP = Style(
    name="erp",
    before=("/INV/", "NOS REF 778{at} VOS REF ", "INVOICE ", "INV ", "RG ", "/ROC/", "DOC "),
    between=(" ", ",", " / ", "+", "; "),
    mangles=("same", "glued", "dots", "blanks", "no_zeros", "short_year"),
    traps=("/DATE/{isodate}", "REF INT {other}", "PAYMENT RUN {compactdate}", "CUST {client}"),
    partial=("PARTIAL PAYMENT ", "INSTALMENT 1 ", "PART PAYMENT "),
    discount=("CASH DISCOUNT 2% ", "SKONTO 2% ", "DISCOUNT TAKEN "),
    balance=("BALANCE", "STATEMENT {date}"),
    credit=("LESS CREDIT NOTE ", "CREDIT NOTE "),
    empty=("", "PAYMENT", "SUPPLIER PAYMENT", "/RFB/{other}"),
)
ASIDE = Style(
    name="aside",
    before=(
        *(
            "rglt de la fact ",
            "Factures : ",
            "votre facture no",
            "s/fact ",
            "paiement fac.",
            "fct ",
        ),
        *("Regt ", "facture(s) ", "re: ", "nos fact n° "),
    ),
    between=(" et ", " - ", ",", " puis ", "  ", "/"),
    mangles=("same", "lower_o", "no_year", "underscores", "blanks", "no_zeros", "no_prefix"),
    traps=(
        *("en date du {date}", "ech. {date}", "dossier n°{other}", "client {client}", "{phone}"),
        *("siret {siren}00017", "ttc {amount}", "bl {other}", "{month}"),
    ),
    partial=("acompte s/ ", "1er versement ", "a valoir sur ", "paiement partiel "),
    discount=("escompte deduit ", "- 2% escompte "),
    balance=("solde de notre compte", "pour solde"),
    credit=("avoir deduit ", "- avoir n° "),
    empty=("", "virement de {name}", "reglement fournisseurs", "vir"),
    is_lower=True,
)
STYLES = {one.name: one for one in (FRENCH, ERP, ASIDE)}
TUNED = ("french", "erp")


def mangled(random: Random, number: str, how: str) -> str:
    """A number as somebody types it; unchanged where it has nothing to be typed otherwise."""
    return _MANGLES[how](random, number)


def _blanks(random: Random, number: str) -> str:
    return re.sub("[^A-Z0-9]+", " ", number) if _bare(number) != number else _parted(random, number)


def _no_year(random: Random, number: str) -> str:
    digits = re.findall("[0-9]+", number)
    letters = "".join(re.findall("[A-Z]+", number))
    if not letters or not _has_year(digits):
        return number
    return f"{letters}{random.choice(('', '-', ' '))}{digits[-1]}"


def _short_year(_random: Random, number: str) -> str:
    digits = re.findall("[0-9]+", number)
    if not _has_year(digits) or len(digits[0]) != 4:
        return number
    return number.replace(digits[0], digits[0][2:], 1)


def _no_prefix(_random: Random, number: str) -> str:
    digits = re.findall("[0-9]+", number)
    return "-".join(digits) if _has_year(digits) else number


def _misread(sign: str, most: int) -> Mangle:
    def typed(_random: Random, number: str) -> str:
        last = re.findall("[0-9]+", number)[-1]
        return number[: -len(last)] + last.replace("0", sign, most)

    return typed


def _parts_by(sign: str) -> Mangle:
    return lambda _random, number: re.sub("[^A-Z0-9]+", sign, number)


def _has_year(digits: list[str]) -> bool:
    return len(digits) > 1 and len(digits[0]) in {2, 4}


def _bare(number: str) -> str:
    return re.sub("[^A-Z0-9]", "", number)


_MANGLES: dict[str, Mangle] = {
    "same": lambda _random, number: number,
    "blanks": _blanks,
    "glued": lambda _random, number: _bare(number),
    "slashes": _parts_by("/"),
    "dots": _parts_by("."),
    "underscores": _parts_by("_"),
    "no_zeros": lambda _random, number: re.sub(r"(?<![0-9])0+(?=[1-9][0-9])", "", number),
    "short_year": _short_year,
    "no_year": _no_year,
    "no_prefix": _no_prefix,
    "ocr": _misread("O", 9),
    "lower_o": _misread("o", 1),
}


def _parted(random: Random, number: str) -> str:
    at = random.randint(2, len(number) - 2)
    return f"{number[:at]} {number[at:]}"


def trap(random: Random, style: Style, payer: Payer, item: Item | None) -> str:
    """Digits that name something else."""
    day = (item.issued if item else None) or payer.items[0].issued
    day += timedelta(days=random.randint(0, 40))
    return random.choice(style.traps).format(
        date=f"{day:%d/%m/%Y}",
        isodate=f"{day:%Y-%m-%d}",
        compactdate=f"{day:%Y%m%d}",
        day=f"{day:%d.%m.%y}",
        month=f"{day:%m/%Y}",
        phone="0" + "".join(f"{random.randint(0, 99):02d} " for _ in range(5)).strip()[1:],
        client=payer.number,
        siren=payer.siren,
        amount=f"{item.amount if item else random.randint(100, 9000)}".replace(".", ","),
        other=random.randint(1000, 99999),
        rib="".join(str(random.randint(0, 9)) for _ in range(11)),
    )


def finished(style: Style, text: str, payer: Payer) -> str:
    """A text as this kind of payer leaves it."""
    text = text.replace("{name}", payer.name).replace("{at}", payer.number[1:])
    text = text.replace("{date}", "31/01/2026").replace("{other}", payer.siren[:5])
    return text.lower() if style.is_lower else text
