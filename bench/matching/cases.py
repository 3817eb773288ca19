"""Which cases are there? Those that may be booked, and what each truly settles."""

from __future__ import annotations

import re
from decimal import Decimal

from bench.matching.habits import trap
from bench.matching.story import Case, Story, documents
from bench.matching.world import CENT, Item, Payer


def company(payer: Payer) -> bool:
    """No public body, no group."""
    return payer.kind == "company" and not payer.group


def domestic(payer: Payer) -> bool:
    """Of the creditor's country."""
    return company(payer) and payer.country == "FR"


def known(payer: Payer) -> bool:
    """Its account is on record."""
    return company(payer) and payer.is_known


def number(story: Story, case: str) -> None:
    """One number, typed in the style's way, by the payer itself."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        text = story.say(story.head(), [story.typed(item)], item, payer)
        told = story.tell(payer, case, "book", item.open, text)
        told.documents = documents([item])


def number_of_stranger(story: Story, case: str) -> None:
    """One number, from an account and a name that nobody knows."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        text = story.say(story.head(), [item.number], item, payer)
        told = story.tell(payer, case, "book", item.open, text)
        told.documents = documents([item])
        told.name = payer.trading_name
        story.unknown_iban(told, payer)


def reference(story: Story, case: str) -> None:
    """A creditor reference, in its field or in the text with blanks."""
    payer = story.payer(lambda one: company(one) and any(i.reference for i in one.free()))
    if payer is None:
        return
    item = next(one for one in payer.free() if one.reference)
    item.is_taken = True
    in_field = story.random.random() < 0.5
    spaced = " ".join(re.findall(".{1,4}", item.reference))
    text = "" if in_field else f"{story.random.choice(('', 'REF ', 'CRED REF '))}{spaced}"
    told = story.tell(payer, case, "book", item.open, text)
    told.reference = item.reference if in_field else ""
    told.documents = documents([item])
    if story.random.random() < 0.4:
        told.name, told.iban = payer.trading_name, ""


def listed(story: Story, case: str) -> None:
    """Two to five numbers, each typed whole."""
    count = story.random.randint(2, 5)
    if payer := story.payer(company, count):
        items = story.take(payer, count)
        how = story.random.choice(story.style.mangles)
        numbers = [one.number if how == "same" else story.typed(one) for one in items]
        told = story.tell(
            payer, case, "book", total(items), story.say(story.head(), numbers, items[0], payer)
        )
        told.documents = documents(items)


def shortened(story: Story, case: str) -> None:
    """A list whose further numbers are only their last digits."""
    if payer := story.payer(company, 3):
        items = story.take(payer, 3)
        first, *rest = [one.number for one in items]
        tails = [one[-changed(first, one) :] for one in rest]
        sign = story.random.choice(("/", ",", "-", " ET ", " "))
        text = story.head() + sign.join([first, *tails])
        told = story.tell(payer, case, "book", total(items), text)
        told.documents = documents(items)


def changed(first: str, other: str) -> int:
    """How many last characters differ, at least two."""
    same = 0
    while first[same] == other[same]:
        same += 1
    return max(2, len(other) - same)


def ranged(story: Story, case: str) -> None:
    """From one number to another; those of other customers in between are not meant."""
    if payer := story.payer(company, 3):
        free = payer.free()[:3]
        between = [one for one in payer.items if free[0].issued <= one.issued <= free[-1].issued]
        at, until = payer.items.index(free[0]), payer.items.index(free[-1])
        between = payer.items[at : until + 1]
        if any(one.is_credit or one.is_taken for one in between):
            return
        for one in between:
            one.is_taken = True
        words = story.random.choice(("DU {0} AU {1}", "{0} A {1}", "DE {0} A {1}", "{0} AU {1}"))
        text = f"FACTURES {words.format(free[0].number, free[-1].number)}"
        meant = [one for one in between if one.open > 0]
        told = story.tell(payer, case, "book", total(meant), text)
        told.documents = documents(meant)


def list_with_paid(story: Story, case: str) -> None:
    """A list in which one is paid already; the amount is that of the others."""
    payer = story.payer(lambda one: company(one) and any(i.open == 0 for i in one.items), 2)
    if payer is None:
        return
    paid = next(one for one in payer.items if one.open == 0)
    items = story.take(payer, 2)
    numbers = [items[0].number, paid.number, items[1].number]
    text = story.say(story.head(), numbers, items[0], payer)
    told = story.tell(payer, case, "book", total(items), text)
    told.documents = documents(items)


def with_credit(story: Story, case: str) -> None:
    """Invoices less a credit note, named or not."""
    payer = story.payer(
        lambda one: (
            company(one) and any(i.is_credit and i.open > 0 and not i.is_taken for i in one.items)
        )
    )
    if payer is None:
        return
    note = next(one for one in payer.items if one.is_credit and one.open > 0 and not one.is_taken)
    larger = [one for one in payer.free() if one.open > note.open]
    if not larger:
        return
    item, note.is_taken, larger[0].is_taken = larger[0], True, True
    numbers = [item.number]
    text = story.say(story.head(), numbers, item, payer)
    if story.random.random() < 0.6:
        text += f" {story.random.choice(story.style.credit)}{note.number}"
    elif story.random.random() < 0.5:
        text += f" {story.random.choice(story.style.credit)}"
    told = story.tell(payer, case, "book", item.open - note.open, text)
    told.documents = documents([item, note])


def account_only(story: Story, case: str) -> None:
    """No number; the account is known, and one open item has just this amount."""
    if payer := story.payer(known):
        item = payer.free()[0]
        amounts = [one.open for one in payer.items if one.open > 0]
        if amounts.count(item.open) > 1:
            return
        item.is_taken = True
        text = story.random.choice(story.style.empty).replace("{name}", payer.name)
        told = story.tell(payer, case, "book", item.open, text)
        told.documents = documents([item])


def tail(story: Story, case: str) -> None:
    """Only the running number, by a known payer."""
    if payer := story.payer(known):
        (item,) = story.take(payer, 1)
        digits = re.findall("[0-9]+", item.number)[-1]
        short = digits if story.random.random() < 0.5 else digits[-5:].lstrip("0")
        head = story.random.choice(("FACT ", "FACTURE N ", "FACT N°", "INVOICE ", "FACTURE "))
        told = story.tell(payer, case, "book", item.open, f"{head}{short}")
        told.documents = documents([item])


def order(story: Story, case: str) -> None:
    """The purchase order instead of the number."""
    payer = story.payer(lambda one: company(one) and any(i.order for i in one.free()))
    if payer is None:
        return
    item = next(one for one in payer.free() if one.order)
    item.is_taken = True
    head = story.random.choice(("CDE ", "COMMANDE ", "PO ", "BC ", "VOTRE CDE ", ""))
    told = story.tell(payer, case, "book", item.open, f"{head}{item.order}")
    told.documents = documents([item])


def direct_debits(story: Story, case: str) -> None:
    """A collection of direct debits, one entry with many items."""
    batch, day = story.key(), story.day()
    several = []
    for _ in range(story.random.randint(2, 8)):
        if payer := story.payer(lambda one: bool(one.mandate)):
            (item,) = story.take(payer, 1)
            text = story.random.choice(("", item.number))
            told = story.tell(payer, case, "book", item.open, text)
            told.documents = documents([item])
            told.day, told.mandate = day, payer.mandate
            told.end_to_end, told.code, told.afb = item.end_to_end, "PMNT/IDDT/ESDD", "A1"
            several.append(told)
    for told in several if len(several) > 1 else ():
        told.batch = batch


def discount(story: Story, case: str) -> None:
    """A discount of two per cent, taken in time and named."""
    payer = story.payer(lambda one: domestic(one) and any(i.due > story.day() for i in one.free()))
    if payer is None:
        return
    late = max(payer.free(), key=lambda one: one.due)
    late.is_taken = True
    text = story.random.choice(story.style.discount) + late.number
    paid = (late.open * Decimal("0.98")).quantize(CENT)
    told = story.tell(payer, case, "book", paid, finished_text(story, text, payer))
    if late.due < told.day or late.open - paid <= Decimal("0.05"):
        story.told.pop()
        return
    told.documents = {late.number: paid}


def finished_text(story: Story, text: str, payer: Payer) -> str:
    """A text in the style's case, sometimes with a trap."""
    if story.random.random() < 0.2:
        text = f"{text} {trap(story.random, story.style, payer, None)}"
    return text.lower() if story.style.is_lower else text


def charges(story: Story, case: str) -> None:
    """Money from abroad, from which banks kept a few euros."""
    payer = story.payer(lambda one: company(one) and one.country != "FR")
    if payer is None:
        return
    (item,) = story.take(payer, 1)
    kept = Decimal(story.random.randint(300, 2500)) / 100
    if item.open < kept * 3:
        return
    text = story.say(story.head(), [item.number], item, payer)
    told = story.tell(payer, case, "book", item.open - kept, text)
    told.documents = {item.number: item.open - kept}


def rounding(story: Story, case: str) -> None:
    """A few cents more or less."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        cents = Decimal(story.random.choice((-4, -2, -1, 1, 2, 3))) / 100
        if item.open <= 1:
            return
        text = story.say(story.head(), [item.number], item, payer)
        told = story.tell(payer, case, "book", item.open + cents, text)
        told.documents = {item.number: min(item.open, item.open + cents)}


def partial(story: Story, case: str) -> None:
    """A part, called so."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        paid = (item.open * story.random.randint(20, 70) / 100).quantize(CENT)
        if item.open - paid < 31:
            return
        text = story.random.choice(story.style.partial) + story.head() + item.number
        told = story.tell(payer, case, "book", paid, finished_text(story, text, payer))
        told.documents = {item.number: paid}


def overpaid(story: Story, case: str) -> None:
    """More than the invoice; the rest stays on account."""
    if payer := story.payer(company):
        (item,) = story.take(payer, 1)
        more = Decimal(story.random.randint(1000, 20000)) / 100
        if more >= item.open:
            return
        text = story.say(story.head(), [item.number], item, payer)
        told = story.tell(payer, case, "book", item.open + more, text)
        told.documents = {item.number: item.open}


def balance(story: Story, case: str) -> None:
    """Everything that is open, credit notes taken off."""
    payer = story.payer(lambda one: known(one) and not any(i.is_taken for i in one.items), 2)
    if payer is None:
        return
    items = [one for one in payer.items if one.open > 0]
    if total(items) <= 0 or len(items) > 12:
        return
    payer.is_taken = True
    for one in items:
        one.is_taken = True
    text = story.random.choice(story.style.balance).replace("{date}", "31/01/2026")
    told = story.tell(payer, case, "book", total(items), text)
    told.documents = documents(items)


def total(items: list[Item]) -> Decimal:
    """What is open together."""
    return sum((-one.open if one.is_credit else one.open for one in items), start=Decimal(0))


BOOKED: dict[str, tuple[int, Case]] = {
    "number": (26, number),
    "number_of_stranger": (5, number_of_stranger),
    "reference": (6, reference),
    "listed": (9, listed),
    "shortened": (3, shortened),
    "ranged": (2, ranged),
    "list_with_paid": (2, list_with_paid),
    "with_credit": (3, with_credit),
    "account_only": (6, account_only),
    "tail": (4, tail),
    "order": (4, order),
    "direct_debits": (1, direct_debits),
    "discount": (2, discount),
    "charges": (2, charges),
    "rounding": (2, rounding),
    "partial": (3, partial),
    "overpaid": (2, overpaid),
    "balance": (2, balance),
}
