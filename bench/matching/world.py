"""Who owes what in the generated world? Customers with their accounts, invoices, credit notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from domain.creditor_reference import rf_reference

START = date(2026, 1, 5)
CENT = Decimal("0.01")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall("[A-Z-]+", text))


FAMILY = _words(
    "DUPONT MARTIN BERNARD LEROY MOREAU GIRARD ROUX FOURNIER LAMBERT BONNET FAURE MERCIER "
    "BLANC GUERIN BOYER GARNIER CHEVALIER FRANCOIS LEGRAND GAUTHIER PERRIN ROBIN CLEMENT "
    "MORIN HENRY ROUSSEL MATHIEU GAUTIER MASSON MARCHAND DUVAL DENIS DUMONT MARIE LEMAIRE "
    "NOEL MEYER DUFOUR MEUNIER BRUN BLANCHARD GIRAUD JOLY RIVIERE LUCAS BRUNET GAILLARD "
    "BARBIER ARNAUD MARTINEZ"
)
TRADES = _words(
    "TRANSPORTS MENUISERIE PLOMBERIE ELECTRICITE IMPRIMERIE BOULANGERIE CONSTRUCTIONS "
    "PEINTURE MACONNERIE LOGISTIQUE NETTOYAGE SECURITE INFORMATIQUE DISTRIBUTION INDUSTRIES "
    "TECHNOLOGIES SERVICES AMENAGEMENT CHARPENTE SERRURERIE TERRASSEMENT METALLERIE OPTIQUE "
    "PHARMACIE GARAGE"
)
PLACES = _words(
    "LYON ATLANTIQUE MEDITERRANEE NORD EST OUEST SUD PARIS BRETAGNE NORMANDIE ALSACE "
    "PROVENCE SAVOIE AQUITAINE ILE-DE-FRANCE RHONE LOIRE GARONNE VOSGES JURA"
)
FORMS = ("SARL", "SAS", "SA", "EURL", "SASU", "SCOP")
FOREIGN = (
    ("DE", "GMBH", "MASCHINENBAU WERKZEUGE TECHNIK HANDEL LOGISTIK"),
    ("BE", "BV", "BOUW TRANSPORT DIENSTEN HANDEL"),
    ("GB", "LTD", "TRADING SUPPLIES ENGINEERING FOODS"),
    ("IT", "SRL", "COSTRUZIONI TESSUTI MOBILI"),
)


@dataclass
class Payer:
    """A customer as the world knows it; the creditor's records know less.

    Attributes:
        iban: the account it pays from.
        is_known: whether the creditor's records have the account.
        reserved: items that an event has already taken.
    """

    number: str
    name: str
    country: str
    siren: str
    iban: str
    is_known: bool
    kind: str = "company"
    group: str = ""
    mandate: str = ""
    trading_name: str = ""
    is_taken: bool = False
    items: list[Item] = field(default_factory=list)

    def free(self) -> list[Item]:
        """Open invoices that no event has taken yet."""
        return [
            one for one in self.items if not one.is_taken and one.open > 0 and not one.is_credit
        ]


@dataclass
class Item:
    """An invoice or a credit note."""

    number: str
    payer: Payer
    issued: date
    due: date
    amount: Decimal
    open: Decimal
    is_credit: bool = False
    order: str = ""
    reference: str = ""
    end_to_end: str = ""
    is_taken: bool = False


@dataclass
class World:
    """Everything there is."""

    random: Random
    pattern: str
    payers: list[Payer] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


def make_world(random: Random, invoices: int, pattern: str) -> World:
    """A world with so many open invoices, numbered by a pattern of ``numbering``."""
    world = World(random, pattern)
    _add_payers(world, max(20, invoices // 9))
    _add_items(world, invoices)
    return world


def _add_payers(world: World, count: int) -> None:
    random = world.random
    used: set[str] = set()
    while len(world.payers) < count:
        payer = _payer(random, len(world.payers) + 1)
        if payer.name in used:
            continue
        used.add(payer.name)
        world.payers.append(payer)
    companies = [one for one in world.payers if one.kind == "company" and one.country == "FR"]
    for at in range(0, len(companies) // 12 * 3, 3):
        members = companies[at : at + 3]
        for one in members:
            one.group = f"G{at // 3 + 1:03d}"


def _payer(random: Random, at: int) -> Payer:
    kind, country = "company", "FR"
    roll = random.random()
    if roll < 0.05:
        kind = "public"
        name = f"COMMUNE DE {random.choice(FAMILY)}{random.choice(('VILLE', 'MONT', 'BOURG', ''))}"
        name = f"{name} SUR {random.choice(PLACES)}" if random.random() < 0.7 else name
    elif roll < 0.13:
        country, form, trades = random.choice(FOREIGN)
        name = f"{random.choice(FAMILY)} {random.choice(trades.split())} {form}"
    elif roll < 0.55:
        name = f"{random.choice(TRADES)} {random.choice(FAMILY)} {random.choice(FORMS)}"
    elif roll < 0.75:
        name = f"{random.choice(FORMS)} {random.choice(FAMILY)} {random.choice(TRADES)}"
    elif roll < 0.9:
        name = f"{random.choice(FAMILY)} ET FILS {random.choice(FORMS)}"
    else:
        name = f"{random.choice(TRADES)} {random.choice(PLACES)} {random.choice(FAMILY)}"
    trading = f"{random.choice(('BATI', 'NOVA', 'EURO', 'PRO', 'TOP', 'MEGA'))}" + random.choice(
        ("LUX", "TEC", "LOG", "SERV", "MAT", "DIS", "CLEAN", "PRINT")
    )
    return Payer(
        number=f"C{at:05d}",
        name=name,
        country=country,
        siren=siren(random),
        iban=iban(random, country),
        is_known=kind != "public" and random.random() < 0.7,
        kind=kind,
        mandate=f"RUM{at:06d}" if kind == "company" and random.random() < 0.25 else "",
        trading_name=f"{trading} {at % 89 + 10}",
    )


def siren(random: Random) -> str:
    """A SIREN with a right check digit."""
    body = [random.randint(1, 9), *(random.randint(0, 9) for _ in range(7))]
    total = sum(
        value if at % 2 == 0 else (value * 2 - 9 if value > 4 else value * 2)
        for at, value in enumerate(body)
    )
    return "".join(map(str, body)) + str(-total % 10)


def iban(random: Random, country: str) -> str:
    """An IBAN with right check digits; the bank's part is of no bank."""
    lengths = {"FR": 23, "DE": 18, "BE": 12, "GB": 18, "IT": 23}
    body = "".join(random.choice("0123456789") for _ in range(lengths[country]))
    if country == "GB":
        body = f"BANK{body[:14]}"
    if country == "IT":
        body = f"X{body[:22]}"
    value = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00"))
    return f"{country}{98 - value % 97:02d}{body}"


def _add_items(world: World, count: int) -> None:
    random = world.random
    weights = [random.paretovariate(1.2) for _ in world.payers]
    weights = [min(one, 12.0) for one in weights]
    owners = random.choices(world.payers, weights, k=count)
    prices = [Decimal(random.randint(2000, 40000)) / 100 for _ in range(12)]
    day = START - timedelta(days=150)
    for at, payer in enumerate(owners, 1):
        issued = day + timedelta(days=at * 150 // count)
        amount = (
            random.choice(prices)
            if random.random() < 0.12
            else (Decimal(int(random.lognormvariate(11, 1.1))) / 100 + CENT).quantize(CENT)
        )
        is_credit = random.random() < 0.05
        number = numbering(world.pattern, at, issued, is_credit=is_credit)
        left = amount
        roll = random.random()
        if roll < 0.08:
            left = Decimal(0)
        elif roll < 0.11:
            left = (amount * Decimal(random.randint(20, 80)) / 100).quantize(CENT)
        item = Item(
            number=number,
            payer=payer,
            issued=issued,
            due=issued + timedelta(days=random.choice((30, 45, 60))),
            amount=amount,
            open=left,
            is_credit=is_credit,
        )
        if not is_credit:
            _name(random, item, at)
        world.items.append(item)
        payer.items.append(item)


def _name(random: Random, item: Item, at: int) -> None:
    if random.random() < 0.2:
        item.reference = rf_reference(item.number)
    if random.random() < 0.25:
        item.order = random.choice(
            (f"45{at:08d}", f"PO-{at:05d}", f"CMD{at:06d}", f"BC{at:05d}/26")
        )
    if item.payer.mandate:
        item.end_to_end = f"SDD-{item.number}" if random.random() < 0.5 else f"E2E{at:08d}"


def numbering(pattern: str, at: int, day: date, *, is_credit: bool) -> str:
    """The number of the at-th document by a creditor's pattern."""
    match pattern:
        case "dashed":
            return f"{'AV' if is_credit else 'FA'}-{day:%Y}-{at:05d}"
        case "monthly":
            return f"{'A' if is_credit else 'F'}{day:%y%m}{at:05d}"
        case "plain":
            return f"{'AVO' if is_credit else ''}{100000 + at}"
        case "slashed":
            return f"{'NC' if is_credit else 'INV'}/{day:%Y}/{at:06d}"
        case "letters":
            return f"{'CR' if is_credit else 'VTE'}{at:07d}"
        case _:
            return f"{'N' if is_credit else 'R'}{day:%y}-{at:06d}"
