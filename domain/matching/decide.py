"""What is done with a transaction? Booked, suggested, kept on account, or left alone, and why.

The order and the table are in docs/matching.md: classification, our own ids and references,
numbers, payer, amount. Ties, an amount alone and another customer's number are never booked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.matching.book import Book, Standing
from domain.matching.classify import Class, classify, is_cheque_deposit, is_foreign
from domain.matching.mention import Reading
from domain.matching.naming import Meaning, Named, is_supported, meaning_of
from domain.matching.numbers import Form
from domain.matching.payers import CERTAIN, NAMED, Payers, payers_of
from domain.matching.reading import read
from domain.matching.returns import decide_return
from domain.matching.settling import Circumstances, Settlement, exact, with_difference
from domain.matching.suggesting import Ground, suggestions_for
from domain.matching.sums import is_pair, large_ways, total, ways
from schemas.bank import BankTransaction
from schemas.matching import Decision, Evidence, EvidenceKind, LearntPayer, Status

_ZERO = Decimal(0)


@dataclass(frozen=True)
class _Payment:
    """A receipt with everything that was found out about it."""

    transaction: BankTransaction
    book: Book
    reading: Reading
    payers: Payers
    meaning: Meaning
    around: Circumstances

    @property
    def amount(self) -> Decimal:
        """What came in."""
        return self.transaction.amount

    def evidence(self, named: Named) -> tuple[Evidence, ...]:
        """Why these items."""
        whose = next((one for one in named.customers if self.payers.weight(one)), "")
        words = tuple(mention.evidence(documents) for mention, documents in named.choices)
        return (*words, *self.payers.evidence(whose))


def decide(transaction: BankTransaction, book: Book) -> Decision:
    """Decide about a transaction; the book is read and not changed.

    Args:
        transaction: one that was not counted before (``domain/bank_identity.py``).
        book: what is open now. ``book.apply(transaction, decision)`` moves it on.
    """
    kind, why = classify(transaction, book.own_accounts, book.own_names)
    evidence = (Evidence(kind=EvidenceKind.CLASSIFICATION, words=why),) if why else ()
    if kind is Class.IGNORED:
        return Decision(status=Status.IGNORED, evidence=evidence)
    if kind is Class.NOT_MATCHED:
        return Decision(status=Status.UNMATCHED, evidence=evidence)
    if kind is Class.RETURNED_RECEIPT:
        return decide_return(transaction, book, evidence)
    return _decide_receipt(transaction, book)


def _decide_receipt(transaction: BankTransaction, book: Book) -> Decision:
    payers = payers_of(transaction, book)
    reading = read(transaction, book)
    payment = _Payment(
        transaction=transaction,
        book=book,
        reading=reading,
        payers=payers,
        meaning=meaning_of(reading, payers, book, transaction.amount, transaction.currency),
        around=Circumstances(
            wording=reading.wording,
            paid_on=transaction.value_date or transaction.booking_date,
            foreign=is_foreign(transaction),
        ),
    )
    return _by_name(payment) or _by_payer(payment) or _rest(payment)


def _by_name(payment: _Payment) -> Decision | None:
    """Book what the text names, if the table allows it."""
    found = payment.meaning.exact
    if len(found) == 1 and _may_book(payment, found[0]):
        return _booked(payment, found[0], exact(found[0].standings, payment.amount))
    base = payment.meaning.base
    if found or base is None or total(base.standings) <= 0:
        return None
    settlement = with_difference(base.standings, payment.amount, _around(payment, base))
    if _may_book_difference(payment, base, settlement):
        return _booked(payment, base, settlement)
    return None


def _around(payment: _Payment, named: Named) -> Circumstances:
    """A customer abroad pays from abroad, also where the bank names no account."""
    own = payment.transaction.account[:2]
    countries = {payment.book.country_of(one) for one in named.customers}
    if own.isalpha() and countries and "" not in countries and own not in countries:
        return replace(payment.around, foreign=True)
    return payment.around


def _may_book(payment: _Payment, named: Named) -> bool:
    if contradiction(payment.payers, payment.book, named):
        return False
    if named.is_reference or named.form >= Form.LOOSE:
        return True
    return all(is_supported(one, payment.payers, payment.book) for one in named.customers)


def _may_book_difference(payment: _Payment, named: Named, settlement: Settlement) -> bool:
    if contradiction(payment.payers, payment.book, named):
        return False
    if named.is_reference:
        return True
    if named.form < Form.LOOSE:
        return False
    supported = all(is_supported(one, payment.payers, payment.book) for one in named.customers)
    if named.form is Form.LOOSE and not supported:
        return False
    if settlement.is_named:
        return supported or len(named.standings) == 1
    return supported and _is_overpaid(payment, named, settlement)


def _is_overpaid(payment: _Payment, named: Named, settlement: Settlement) -> bool:
    """Whether more came in than is named, and nothing else of the customer explains it."""
    over = settlement.on_account
    if not over or over > total(named.standings) or len(named.customers) != 1:
        return False
    meant = {(one.typed, one.place) for one, _ in named.choices}
    said = {(one.typed, one.place) for one in payment.reading.mentions}
    if payment.reading.may_be_cut or said - meant:
        return False
    known = {one.item.document for one in named.standings}
    others = [
        one
        for one in _open_in_currency(payment, named.customers[0])
        if one.item.document not in known
    ]
    return not ways(others, over) and not large_ways(others, over) and total(others) != over


def contradiction(payers: Payers, book: Book, named: Named) -> str:
    """Why the payer cannot mean these items; empty when nothing speaks against it."""
    if named.is_reference or payers.is_pool:
        return ""
    likely = payers.likely
    for customer in named.customers:
        weight = payers.weight(customer)
        meant = (
            not likely
            or weight >= NAMED
            or customer in likely
            or book.group_of(customer) in payers.groups
            or any(book.are_related(customer, one) for one in likely)
        )
        if not meant:
            return f"The number is of {customer}, but {', '.join(likely)} paid."
    return ""


def _booked(payment: _Payment, named: Named, settlement: Settlement) -> Decision:
    customer = named.customers[0] if len(named.customers) == 1 else payment.payers.best
    return Decision(
        status=Status.MATCHED,
        customer=customer,
        allocations=settlement.allocations,
        differences=settlement.differences,
        on_account=settlement.on_account,
        evidence=(*payment.evidence(named), settlement.evidence),
        learns=_lesson(payment, named, customer),
    )


def _lesson(payment: _Payment, named: Named, customer: str) -> LearntPayer | None:
    """An account is learnt only where number and name agree, and nobody's account it is yet."""
    other = payment.transaction.counterparty
    if (
        other is None
        or not other.iban
        or payment.book.customers_of_iban(other.iban)
        or named.form is not Form.WHOLE
        or len(named.customers) != 1
        or customer not in payment.book.names.equal(other.name)
    ):
        return None
    return LearntPayer(iban=other.iban, customer=customer, transaction=payment.transaction.item_key)


def _by_payer(payment: _Payment) -> Decision | None:
    """Book one item, or the whole balance, of a payer whose account or mandate is known."""
    best = payment.payers.best
    weight = payment.payers.weight(best)
    if (
        not best
        or weight < NAMED
        or _text_contradicts(payment)
        or is_cheque_deposit(payment.transaction)
    ):
        return None
    items = _open_in_currency(payment, best)
    single = [one for one in items if one.signed == payment.amount]
    chosen: Sequence[Standing] = ()
    if weight >= CERTAIN and len(single) == 1 and not is_pair(items, payment.amount):
        chosen = single
    elif (
        not single
        and len(items) > 1
        and (weight >= CERTAIN or payment.reading.wording.balance)
        and total(items) == payment.amount
    ):
        chosen = items
    if not chosen:
        return None
    settlement = exact(chosen, payment.amount)
    if len(chosen) > 1:
        settlement = settlement.with_words(f"{payment.amount} is the whole balance of {best}.")
    return Decision(
        status=Status.MATCHED,
        customer=best,
        allocations=settlement.allocations,
        evidence=(*payment.payers.evidence(best), settlement.evidence),
    )


def _text_contradicts(payment: _Payment) -> bool:
    """Whether the text names something, and so it is not simply the one open item."""
    reading = payment.reading
    return bool(
        reading.unknown
        or reading.wording.names_invoice
        or any(one.form > Form.TAIL for one in reading.mentions)
        or payment.meaning.exact
        or payment.meaning.base
    )


def _open_in_currency(payment: _Payment, customer: str) -> list[Standing]:
    currency = payment.transaction.currency
    return [one for one in payment.book.open_items(customer) if one.item.currency == currency]


def _rest(payment: _Payment) -> Decision:
    """What could not be booked: suggestions, money on account, or nothing known."""
    base = payment.meaning.base
    best = payment.payers.best
    settled = _settled_only(payment)
    evidence = list(payment.payers.evidence(best))
    for named in payment.meaning.exact or ((base,) if base else ()):
        why = contradiction(payment.payers, payment.book, named)
        evidence += [Evidence(kind=EvidenceKind.CONTRADICTION, words=why)] if why else []
    if payment.reading.unknown:
        words = f"No item has the number {', '.join(payment.reading.unknown)}."
        evidence.append(Evidence(kind=EvidenceKind.CONTRADICTION, words=words))
    if settled is not None:
        documents = ", ".join(one.item.document for one in settled.standings)
        words = f"{documents} is paid already; the money stays on account."
        evidence.append(Evidence(kind=EvidenceKind.CONTRADICTION, words=words))
        return Decision(
            status=Status.ON_ACCOUNT,
            customer=best or settled.customers[0],
            evidence=tuple(evidence),
            on_account=payment.amount,
        )
    suggestions = suggestions_for(
        Ground(
            *(payment.transaction, payment.book, payment.payers, payment.reading),
            *(payment.meaning, payment.around),
        )
    )
    status = Status.SUGGESTED if suggestions else Status.ON_ACCOUNT if best else Status.UNMATCHED
    on_account = payment.amount if status is Status.ON_ACCOUNT else _ZERO
    if not evidence and not suggestions:
        words = "Neither the payer nor any open item is known."
        evidence.append(Evidence(kind=EvidenceKind.PAYER, words=words))
    return Decision(
        status=status,
        customer=best,
        suggestions=suggestions,
        evidence=tuple(evidence),
        on_account=on_account,
    )


def _settled_only(payment: _Payment) -> Named | None:
    """What the text names, if all of it is paid already."""
    base = payment.meaning.base
    if base is None or base.form < Form.LOOSE or any(one.open > 0 for one in base.standings):
        return None
    if contradiction(payment.payers, payment.book, base):
        return None
    paid = sum((one.item.amount * one.sign for one in base.standings), start=_ZERO)
    others = (
        one for customer in payment.payers.claims for one in _open_in_currency(payment, customer)
    )
    # Another amount than that of the paid invoice, and exactly that of an open one: a wrong number.
    if paid != payment.amount and any(one.signed == payment.amount for one in others):
        return None
    return base
