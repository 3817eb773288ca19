"""Which cases mislead? Others pay, ties, wrong numbers, returns, fees, money that is no payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bench.matching.cases import company, known, total
from bench.matching.story import Case, Story, Told, documents, returned
from bench.matching.world import CENT, START, Item, Payer, iban

FEES = (Decimal(0), Decimal(0), Decimal("3.00"), Decimal("12.50"))


def by_holding(story: Story, case: str) -> None:
    """A company of the group pays another one's invoice and names the number."""
    payer = story.payer(lambda one: bool(one.group))
    if payer is None:
        return
    others = [one for one in story.world.payers if one.group == payer.group and one is not payer]
    (item,) = story.take(payer, 1)
    text = story.say(story.head(), [item.number], item, payer)
    told = story.tell(others[0], case, "book", item.open, text)
    told.documents = documents([item])
    told.ultimate = payer.name if story.random.random() < 0.3 else ""


def by_treasury(story: Story, case: str) -> None:
    """A public accountant pays for a commune, with the number."""
    payer = story.payer(lambda one: one.kind == "public")
    if payer is None:
        return
    (item,) = story.take(payer, 1)
    text = f"MDT {story.random.randint(100, 9999)} BDX {story.random.randint(10, 99)} {item.number}"
    told = story.tell(payer, case, "book", item.open, text)
    told.name = story.random.choice(
        ("DRFIP ILE DE FRANCE", "DDFIP DU RHONE", "SGC ANNECY", "TRESORERIE MUNICIPALE")
    )
    told.iban = "FR7630001000640000000000000"
    told.documents = documents([item])


def by_factor(story: Story, case: str) -> None:
    """A factor pays two customers' invoices in one sum."""
    first, second = story.payer(company), story.payer(company)
    if first is None or second is None or first is second:
        return
    items = [*story.take(first, 1), *story.take(second, 1)]
    text = "CESSION " + " ".join(one.number for one in items)
    told = story.tell(first, case, "book", total(items), text)
    told.name, told.iban = "EUROFACTOR SA", iban(story.random, "FR")
    told.documents = documents(items)


def name_only(story: Story, case: str) -> None:
    """The name and the amount fit; no number and an unknown account."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        told = story.tell(payer, case, "suggest", item.open, story.random.choice(("", "VIREMENT")))
        story.unknown_iban(told, payer)
        told.documents = documents([item])


def group_of_items(story: Story, case: str) -> None:
    """Several items in one sum, from a known account, without a word."""
    count = story.random.randint(2, 4)
    if payer := story.payer(lambda one: known(one) and len(one.free()) > 4, count):
        items = story.take(payer, count)
        told = story.tell(payer, case, "suggest", total(items), "")
        told.documents = documents(items)


def part_without_word(story: Story, case: str) -> None:
    """Less than the invoice, and nobody says why."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        paid = (item.open * story.random.randint(30, 80) / 100).quantize(CENT)
        if item.open - paid < 35:
            return
        told = story.tell(payer, case, "suggest", paid, story.head() + item.number)
        told.documents = {item.number: paid}


def number_of_another(story: Story, case: str) -> None:
    """The payer types a number that is of another customer; the amount is of its own invoice."""
    payer, other = story.payer(known), story.payer(company)
    if payer is None or other is None or other is payer:
        return
    (item,) = story.take(payer, 1)
    wrong = other.free()[0]
    told = story.tell(payer, case, "suggest", item.open, story.head() + wrong.number)
    told.name, told.documents = payer.name, documents([item])


def another_with_its_amount(story: Story, case: str) -> None:
    """The number and the amount are of another customer's invoice: somebody else's, or an error."""
    payer, other = story.payer(known), story.payer(company)
    if payer is None or other is None or other is payer:
        return
    (item,) = story.take(other, 1)
    told = story.tell(payer, case, "suggest", item.open, story.head() + item.number)
    told.name, told.documents = payer.name, documents([item])


def wrong_digit(story: Story, case: str) -> None:
    """Two digits changed places; the amount is right."""
    if payer := story.payer(known):
        (item,) = story.take(payer, 1)
        text = item.number[:-2] + item.number[-1] + item.number[-2]
        if text == item.number or any(one.number == text for one in payer.items):
            item.is_taken = False
            return
        told = story.tell(payer, case, "suggest", item.open, story.head() + text)
        told.name, told.documents = payer.name, documents([item])


def paid_again(story: Story, case: str) -> None:
    """A second payment of a settled invoice."""
    payer = story.payer(lambda one: company(one) and any(i.open == 0 for i in one.items))
    if payer is None:
        return
    item = next(one for one in payer.items if one.open == 0)
    story.tell(payer, case, "none", item.amount, story.head() + item.number)


def twice(story: Story, case: str) -> None:
    """The same invoice paid twice, some days apart."""
    if payer := story.payer(known):
        (item,) = story.take(payer, 1)
        first = story.tell(payer, "number", "book", item.open, story.head() + item.number)
        first.name, first.documents = payer.name, documents([item])
        first.is_paid_twice = True
        again = replace(first, key=story.key(), case=case, want="none", documents={})
        again.day = first.day + timedelta(days=story.random.randint(1, 4))
        story.told.append(again)


def unknown_number(story: Story, case: str) -> None:
    """A number of our pattern that is none of our invoices, by a stranger."""
    payer = story.payer(company)
    if payer is None:
        return
    last = story.world.items[-1].number
    text = last[:-4] + "9" + last[-3:]
    amount = Decimal(story.random.randint(5000, 900000)) / 100 + CENT
    told = story.tell(payer, case, "none", amount, story.head() + text)
    told.name, told.iban = payer.trading_name, iban(story.random, "FR")


def stranger(story: Story, case: str) -> None:
    """Money of nobody, with the amount of somebody's invoice."""
    item = story.random.choice(story.world.items)
    told = story.tell(None, case, "none", item.amount, "VIREMENT")
    told.name = f"{story.random.choice(('MR', 'MME'))} INCONNU {story.number}"
    told.iban = iban(story.random, "FR")


def cheques(story: Story, case: str) -> None:
    """A remittance of cheques: one sum for several customers."""
    amount = Decimal(story.random.randint(50000, 900000)) / 100
    text = f"REMISE CHEQUES N {story.random.randint(1000000, 9999999)}"
    told = story.tell(None, case, "none", amount, text)
    told.code, told.afb = "PMNT/RCHQ/CCHQ", "02"


def tie(story: Story, case: str) -> None:
    """Two items of one amount, and nobody says which."""
    payer = story.payer(lambda one: known(one) and _twins(one) is not None)
    twins = _twins(payer) if payer else None
    if payer is None or twins is None:
        return
    for one in twins:
        one.is_taken = True
    oldest = min(twins, key=lambda one: (one.due, one.number))
    told = story.tell(payer, case, "suggest", oldest.open, "")
    told.name, told.documents = payer.name, documents([oldest])


def _twins(payer: Payer) -> list[Item] | None:
    by_amount: dict[Decimal, list[Item]] = {}
    for one in payer.items:
        if one.open > 0 and not one.is_credit:
            by_amount.setdefault(one.open, []).append(one)
    found = [all_of for all_of in by_amount.values() if len(all_of) > 1]
    return found[0] if found and not any(one.is_taken for one in found[0]) else None


def outgoing(story: Story, case: str) -> None:
    """Money of ours that left, fees and taxes; some of it names numbers like ours."""
    amount = -Decimal(story.random.randint(500, 500000)) / 100
    item = story.random.choice(story.world.items)
    text = story.random.choice(
        (f"VIR FOURNISSEUR {item.number}", "FRAIS REJET PRLV", "COMMISSION MVT", "PRLV DGFIP TVA")
    )
    told = story.tell(None, case, "ignored", amount, text)
    told.code, told.afb, told.name = "PMNT/ICDT/ESCT", "06", "FOURNISSEUR"


def own_return(story: Story, case: str) -> None:
    """A transfer of ours that came back."""
    item = story.random.choice(story.world.items)
    told = story.tell(None, case, "ignored", item.amount, f"VIR REJETE {item.number}")
    told.code, told.afb, told.name = "PMNT/ICDT/RRTN", "12", item.payer.name


def no_sale(story: Story, case: str) -> None:
    """Tax refunds, insurance, interest."""
    text = story.random.choice(
        ("REMBOURSEMENT CREDIT DE TVA", "INDEMNITE SINISTRE 4711", "INTERETS CREDITEURS")
    )
    told = story.tell(None, case, "ignored", Decimal(story.random.randint(100, 99999)) / 100, text)
    told.name = "DGFIP"


def pending(story: Story, case: str) -> None:
    """Announced, not yet booked."""
    if payer := story.payer(company):
        item = payer.free()[0]
        told = story.tell(payer, case, "ignored", item.open, story.head() + item.number)
        told.status = "PDNG"


def back(story: Story, case: str) -> None:
    """A booked payment that comes back days later, told in the ways of different banks."""
    candidates = [
        one
        for one in story.told
        if one.want == "book"
        and not one.is_paid_twice
        and one.case in {"direct_debits", "number", "account_only", "listed", "reference"}
        and one.day < START + timedelta(days=14)
    ]
    if not candidates:
        return
    debits = [one for one in candidates if one.mandate]
    told = story.random.choice(debits if debits and story.random.random() < 0.7 else candidates)
    again = returned(story, told, story.random.randint(2, 5))
    again.case = case
    _as_a_return(story, told, again)
    told.want = "book_then_back"  # one payment comes back once


def _as_a_return(story: Story, told: Told, again: Told) -> None:
    again.batch = ""
    fee = story.random.choice(FEES) if told.mandate else Decimal(0)
    again.amount -= fee
    again.reason = story.random.choice(("AC04", "AM04", "MD06", "MS03"))
    roll = story.random.random()
    if told.mandate:
        again.code, again.afb = "PMNT/IDDT/UPDD", "B3"
        again.texts = (f"IMPAYE {again.reason}",) if roll < 0.5 else told.texts
        if roll < 0.15:
            again.end_to_end = ""
    else:
        again.code, again.afb = "PMNT/RCDT/RRTN", "C4"
        again.texts = told.texts if roll < 0.6 else ("RETOUR VIREMENT RECU",)
    again.is_marked = roll < 0.5
    again.reference = ""


MISLEADING: dict[str, tuple[int, Case]] = {
    "by_holding": (2, by_holding),
    "by_treasury": (2, by_treasury),
    "by_factor": (1, by_factor),
    "name_only": (3, name_only),
    "group_of_items": (2, group_of_items),
    "part_without_word": (2, part_without_word),
    "number_of_another": (1, number_of_another),
    "another_with_its_amount": (1, another_with_its_amount),
    "wrong_digit": (2, wrong_digit),
    "paid_again": (1, paid_again),
    "twice": (1, twice),
    "unknown_number": (1, unknown_number),
    "stranger": (2, stranger),
    "cheques": (1, cheques),
    "tie": (1, tie),
    "outgoing": (4, outgoing),
    "own_return": (1, own_return),
    "no_sale": (1, no_sale),
    "pending": (1, pending),
    "back": (4, back),
}
