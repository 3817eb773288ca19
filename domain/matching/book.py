"""What is open now? The items, payers and bookings that decisions look up, and how one moves on.

The indexes are built once and change only through ``apply`` and ``undo``; deciding reads them and
changes nothing. The same items, and the same transactions in the same order, give the same book.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.matching.names import NameIndex, group_words
from domain.matching.numbers import NumberIndex
from domain.matching.plain import compact
from schemas.bank import BankTransaction
from schemas.matching import (
    Allocation,
    Booking,
    Customer,
    Decision,
    Difference,
    DocumentType,
    LearntPayer,
    OpenItem,
    Status,
)

_ZERO = Decimal(0)
_FAR = date.max


@dataclass(slots=True)
class Standing:
    """An item and what is open of it now."""

    item: OpenItem
    open: Decimal

    @property
    def sign(self) -> int:
        """Minus one for a credit note: it takes away from what is to be paid."""
        return -1 if self.item.type is DocumentType.CREDIT_NOTE else 1

    @property
    def signed(self) -> Decimal:
        """What is open, as it counts in a payment."""
        return self.open * self.sign

    @property
    def order(self) -> tuple[date, str]:
        """Oldest due first."""
        return self.item.due_date or self.item.issue_date or _FAR, self.item.document


class Book:
    """Items by everything that may name them, customers by everything that may show them."""

    def __init__(
        self,
        items: Iterable[OpenItem],
        customers: Iterable[Customer],
        learnt: Iterable[LearntPayer] = (),
        bookings: Iterable[Booking] = (),
        *,
        own_accounts: Collection[str] = (),
        own_names: Collection[str] = (),
    ) -> None:
        """Build the indexes.

        Args:
            items: of one creditor, settled ones included as far back as returns may reach.
            customers: of the same creditor.
            learnt: payers learnt from earlier bookings.
            bookings: earlier payments that may yet be returned.
            own_accounts: IBANs of the creditor.
            own_names: names of the creditor.
        """
        self.own_accounts = frozenset(own_accounts)
        self.own_names = frozenset(name.upper() for name in own_names)
        self.standing = {item.document: Standing(item, item.open_amount) for item in items}
        self.customers = {one.customer: one for one in customers}
        self.numbers = NumberIndex(one.item for one in self.standing.values())
        self.names = NameIndex()
        self.by_customer: dict[str, list[Standing]] = {}
        self.by_reference: dict[str, list[Standing]] = {}
        self.by_order: dict[str, list[Standing]] = {}
        self.by_end_to_end: dict[str, list[Standing]] = {}
        self.by_iban: dict[str, set[str]] = {}
        self.by_mandate: dict[str, set[str]] = {}
        self.by_siren: dict[str, set[str]] = {}
        self.by_customer_code: dict[str, set[str]] = {}
        self.by_amount: dict[tuple[Decimal, str], dict[str, Standing]] = {}
        self.by_group: dict[str, list[str]] = {}
        self.by_group_name: dict[str, set[str]] = {}
        self.learnt: dict[tuple[str, str], LearntPayer] = {}
        self.bookings: dict[str, Booking] = {}
        self.bookings_by: dict[tuple[str, str], list[str]] = {}
        for standing in self.standing.values():
            self._index(standing)
        for one in self.by_customer.values():
            one.sort(key=lambda standing: standing.order)
        for customer in self.customers.values():
            self._index_customer(customer)
        for payer in learnt:
            self._learn(payer)
        for booking in bookings:
            self._remember(booking)

    def open_items(self, customer: str) -> list[Standing]:
        """What a customer has open, oldest due first, credit notes included."""
        return [one for one in self.by_customer.get(customer, ()) if one.open > 0]

    def between(self, first: str, last: str) -> tuple[str, ...]:
        """The documents of one customer from one number to another; numbers of others are left."""
        customer = self.standing[first].item.customer
        low, high = self.numbers.place(first), self.numbers.place(last)
        if low is None or high is None or low[0] != high[0]:
            return ()
        if customer != self.standing[last].item.customer or not low[1] < high[1]:
            return ()
        return tuple(
            one.item.document
            for one in self.by_customer[customer]
            if (place := self.numbers.place(one.item.document)) is not None
            and place[0] == low[0]
            and low[1] <= place[1] <= high[1]
        )

    def group_of(self, customer: str) -> str:
        """The group that a customer belongs to; empty for none."""
        found = self.customers.get(customer)
        return found.group if found else ""

    def country_of(self, customer: str) -> str:
        """The country of a customer; empty where it is not known."""
        found = self.customers.get(customer)
        return found.country if found else ""

    def are_related(self, one: str, other: str) -> bool:
        """Whether two customers are the same, or of one group."""
        groups = self.group_of(one), self.group_of(other)
        # Some records name the parent's number as the group.
        is_parent = groups[0] == other or groups[1] == one
        return one == other or is_parent or (groups[0] != "" and groups[0] == groups[1])

    def members(self, group: str) -> Sequence[str]:
        """The customers of a group."""
        return self.by_group.get(group, ())

    def with_open_amount(self, amount: Decimal, currency: str) -> list[Standing]:
        """The invoices of which exactly this is open, oldest due first."""
        found = self.by_amount.get((amount, currency), {})
        return sorted(found.values(), key=lambda one: one.order)

    def groups_named(self, name: str) -> frozenset[str]:
        """The groups of customers that a payer's name is the name of."""
        return frozenset(self.by_group_name.get(" ".join(group_words(name)), ()))

    def customers_of_iban(self, iban: str) -> frozenset[str]:
        """Whose account an IBAN is, by the creditor's records and by what was learnt."""
        return frozenset(self.by_iban.get(iban, ()))

    def earlier(self, kind: str, value: str) -> Sequence[Booking]:
        """Bookings by end-to-end id, mandate, bank reference, payer's IBAN, or document."""
        return [self.bookings[key] for key in self.bookings_by.get((kind, value), ())]

    def apply(self, transaction: BankTransaction, decision: Decision) -> None:
        """Let the book move on: open amounts fall with what is booked, and rise with a reversal."""
        if decision.status is Status.REVERSAL:
            self._move(decision.allocations, decision.differences, -1)
            if decision.reverses:
                self._forget(decision.reverses)
        elif decision.status is Status.MATCHED:
            self._move(decision.allocations, decision.differences, 1)
            if decision.learns is not None:
                self._learn(decision.learns)
            self._remember(booking_of(transaction, decision))
        elif decision.status is Status.ON_ACCOUNT:
            self._remember(booking_of(transaction, decision))

    def undo(self, transaction: str) -> Booking | None:
        """Take a booking back as if it had never been, such as a sum that its items replace.

        Args:
            transaction: the ``item_key`` of the payment.
        """
        booking = self.bookings.get(transaction)
        if booking is not None:
            self._move(booking.allocations, booking.differences, -1)
            self._forget(transaction)
        return booking

    def _move(
        self, allocations: Sequence[Allocation], differences: Sequence[Difference], way: int
    ) -> None:
        # A negative difference is money beyond what was open: nothing of the item is left.
        moved = [(one.document, one.amount) for one in allocations]
        moved += [(one.document, one.amount) for one in differences if one.amount > 0]
        for document, amount in moved:
            standing = self.standing.get(document)
            if standing is not None:
                self._unlist_amount(standing)
                left = standing.open - way * amount * standing.sign
                standing.open = min(max(left, _ZERO), standing.item.amount)
                self._list_amount(standing)

    def _list_amount(self, standing: Standing) -> None:
        key = (standing.open, standing.item.currency)
        if standing.open > 0 and standing.sign > 0:
            self.by_amount.setdefault(key, {})[standing.item.document] = standing

    def _unlist_amount(self, standing: Standing) -> None:
        key = (standing.open, standing.item.currency)
        self.by_amount.get(key, {}).pop(standing.item.document, None)

    def _index(self, standing: Standing) -> None:
        item = standing.item
        self._list_amount(standing)
        self.by_customer.setdefault(item.customer, []).append(standing)
        for text, index in (
            (compact(item.creditor_reference), self.by_reference),
            (compact(item.purchase_order), self.by_order),
            (item.end_to_end_id.strip().upper(), self.by_end_to_end),
        ):
            # Payers drop the leading zeros of a reference of digits.
            for key in {text, text.lstrip("0") if text.isdigit() else text} - {""}:
                index.setdefault(key, []).append(standing)

    def _index_customer(self, customer: Customer) -> None:
        self.names.add(customer)
        for iban in customer.ibans:
            self.by_iban.setdefault(compact(iban), set()).add(customer.customer)
        for mandate in customer.mandates:
            self.by_mandate.setdefault(mandate.strip().upper(), set()).add(customer.customer)
        if customer.siren:
            self.by_siren.setdefault(compact(customer.siren), set()).add(customer.customer)
        self.by_customer_code.setdefault(compact(customer.customer), set()).add(customer.customer)
        if customer.group:
            key = " ".join(group_words(customer.group))
            self.by_group.setdefault(customer.group, []).append(customer.customer)
            self.by_group_name.setdefault(key, set()).add(customer.group)

    def _learn(self, payer: LearntPayer) -> None:
        self.learnt[payer.iban, payer.customer] = payer
        self.by_iban.setdefault(payer.iban, set()).add(payer.customer)

    def _unlearn(self, payer: LearntPayer) -> None:
        if self.learnt.pop((payer.iban, payer.customer), None) is not None:
            self.by_iban[payer.iban].discard(payer.customer)

    def _remember(self, booking: Booking) -> None:
        if booking.transaction in self.bookings:
            return
        self.bookings[booking.transaction] = booking
        for name in _names_of(booking):
            self.bookings_by.setdefault(name, []).append(booking.transaction)

    def _forget(self, transaction: str) -> None:
        booking = self.bookings.pop(transaction, None)
        if booking is None:
            return
        for name in _names_of(booking):
            self.bookings_by[name].remove(transaction)
        if booking.learnt is not None:
            self._unlearn(booking.learnt)


def booking_of(transaction: BankTransaction, decision: Decision) -> Booking:
    """What to remember of a booked payment, so that its return is recognised."""
    other = transaction.counterparty
    return Booking(
        transaction=transaction.item_key,
        entry=transaction.entry_key,
        booked_on=transaction.booking_date,
        amount=transaction.amount,
        currency=transaction.currency,
        customer=decision.customer,
        end_to_end_id=transaction.end_to_end_id,
        mandate=transaction.mandate,
        bank_reference=transaction.bank_reference,
        iban=other.iban if other else "",
        payer_name=other.name if other else "",
        allocations=decision.allocations,
        differences=decision.differences,
        learnt=decision.learns,
    )


def _names_of(booking: Booking) -> list[tuple[str, str]]:
    names = {
        ("end-to-end", booking.end_to_end_id.upper()),
        ("mandate", booking.mandate.upper()),
        ("bank-reference", booking.bank_reference),
        ("iban", booking.iban),
        ("name", compact(booking.payer_name)),
        ("customer", booking.customer),
        *(("document", one.document) for one in booking.allocations),
    }
    return sorted(name for name in names if name[1])
