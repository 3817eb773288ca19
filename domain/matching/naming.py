"""Which items does a text mean, given its amount and payer? One way only, or it is a tie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product

from domain.matching.book import Book, Standing
from domain.matching.mention import Mention, Reading
from domain.matching.numbers import Form
from domain.matching.payers import Payers
from domain.matching.sums import MOST_SINGLE, Combination, subsets, total, ways
from schemas.matching import DocumentType, EvidenceKind

MOST_READINGS = 3000
"""So many readings of one text are tried; a text with more says nothing for certain."""

MOST_CREDIT_NOTES = 3
MOST_PIECES = 8

Choice = tuple[Mention, tuple[str, ...]]
"""A mention with what it is taken to mean."""


@dataclass(frozen=True)
class Named:
    """What a text means.

    Attributes:
        standings: the items meant.
        form: the weakest form in which one of them was named.
    """

    standings: tuple[Standing, ...]
    choices: tuple[Choice, ...]
    form: Form

    @property
    def customers(self) -> tuple[str, ...]:
        """Who owes them."""
        return tuple(dict.fromkeys(one.item.customer for one in self.standings))

    @property
    def is_reference(self) -> bool:
        """Whether each is vouched for by check digits or our own id."""
        return bool(self.choices) and all(one.is_reference for one, _ in self.choices)


@dataclass(frozen=True)
class Meaning:
    """All that a text may mean.

    Attributes:
        exact: every way in which what is named makes the amount, the surest first.
        base: what is certainly named, whatever the amount; None when nothing is.
    """

    exact: tuple[Named, ...] = ()
    base: Named | None = None


def meaning_of(
    reading: Reading, payers: Payers, book: Book, amount: Decimal, currency: str
) -> Meaning:
    """Try what the mentions may mean, and keep what fits."""
    required, optional = _sorted(reading, payers, book, currency)
    if not required and not optional:
        return Meaning()
    exact = _exact(required, optional, book, amount)
    base = _base(required, optional, book)
    said = reading.wording
    if not exact and base is not None and not (said.partial or said.discount):
        # Who says why it is less than the invoice has not taken a credit note off in silence.
        exact = _with_credit_notes(base, book, amount)
    return Meaning(exact=tuple(exact), base=base)


def _sorted(
    reading: Reading, payers: Payers, book: Book, currency: str
) -> tuple[list[Mention], list[Mention]]:
    """The mentions that must be meant, and those that may be."""
    mentions = [*reading.mentions, *_pieces(reading, payers, book)]
    known = [
        one
        for one in (_narrowed(each, payers, book, currency) for each in mentions)
        if one is not None
    ]
    strongest = max(
        (one.form for one in known if not _is_doubtful(one)),
        default=Form.TAIL,
    )
    # What check digits vouch for must be meant; beside it a number only may be.
    required = [one for one in known if one.is_reference] or [
        one
        for one in known
        if strongest is not Form.TAIL and one.form is strongest and not _is_doubtful(one)
    ]
    return required, [one for one in known if one not in required]


def _pieces(reading: Reading, payers: Payers, book: Book) -> Iterator[Mention]:
    """Ends and beginnings of numbers of somebody who may have paid, or whose numbers are named.

    4685 ends 104685; ``FA-2026-001``, cut off by the bank, begins FA-2026-00123.
    """
    whole = [one for one in reading.mentions if one.form is Form.WHOLE and len(one.documents) == 1]
    owners = [book.standing[one.documents[0]].item.customer for one in whole]
    claimed = [one for one, claim in payers.claims.items() if claim.weight > 0]
    customers = list(dict.fromkeys((*claimed, *owners)))[:MOST_PIECES]
    items = [one.item.document for each in customers for one in book.open_items(each)[:MOST_SINGLE]]
    numbers = book.numbers
    for typed in reading.unread[:MOST_PIECES]:
        if ended := [one for one in items if numbers.whole(one).endswith(typed)]:
            yield _piece(typed, ended, is_cut=False)
    if begun := [
        one for one in items if any(numbers.whole(one).startswith(typed) for typed in reading.cut)
    ]:
        yield _piece(reading.cut[0], begun, is_cut=True)


def _piece(typed: str, documents: Sequence[str], *, is_cut: bool) -> Mention:
    return Mention(
        alternatives=tuple((one,) for one in documents),
        form=Form.TAIL,
        typed=typed,
        kind=EvidenceKind.NUMBER,
        is_cut=is_cut,
    )


def _is_doubtful(mention: Mention) -> bool:
    return mention.is_second_reading or mention.is_range or mention.in_list or mention.is_cut


def _narrowed(mention: Mention, payers: Payers, book: Book, currency: str) -> Mention | None:
    """A mention with only the alternatives that the payer and the currency allow."""
    owner: Callable[[str], str] = lambda one: book.standing[one].item.customer  # noqa: E731
    fitting = [
        tuple(one for one in each if book.standing[one].item.currency == currency)
        for each in mention.alternatives
    ]
    if mention.is_range:
        fitting = [_of_one_customer(each, payers, book) for each in fitting]
    fitting = [each for each in dict.fromkeys(fitting) if each]
    supported = [
        each for each in fitting if all(is_supported(owner(one), payers, book) for one in each)
    ]
    if mention.form is Form.TAIL or mention.is_cut or supported:
        fitting = supported
    if not fitting:
        return None
    return Mention(
        alternatives=tuple(fitting),
        form=mention.form,
        typed=mention.typed,
        kind=mention.kind,
        place=mention.place,
        is_range=mention.is_range,
        in_list=mention.in_list,
        is_cut=mention.is_cut,
        is_second_reading=mention.is_second_reading,
    )


def is_supported(customer: str, payers: Payers, book: Book) -> bool:
    """Whether anything says that this customer, or one of its group, paid."""
    if payers.weight(customer) > 0:
        return True
    return book.group_of(customer) in payers.groups or any(
        book.are_related(customer, other)
        for other, claim in payers.claims.items()
        if claim.weight > 1
    )


def _of_one_customer(documents: tuple[str, ...], payers: Payers, book: Book) -> tuple[str, ...]:
    """Of a range only one customer's items: numbers in between belong to others."""
    owners = [book.standing[one].item.customer for one in documents]
    wanted = next((one for one in owners if payers.weight(one) > 0), owners[0] if owners else "")
    return tuple(one for one, owner in zip(documents, owners, strict=True) if owner == wanted)


def _exact(
    required: Sequence[Mention], optional: Sequence[Mention], book: Book, amount: Decimal
) -> list[Named]:
    found: dict[frozenset[str], Named] = {}
    for choices in islice(_readings(required, optional), MOST_READINGS):
        named = _named(choices, book)
        if not named.standings or total(named.standings) != amount:
            continue
        key = frozenset(one.item.document for one in named.standings if one.open > 0)
        known = found.get(key)
        if key and (known is None or named.form > known.form):
            found[key] = Named(named.standings, named.choices, named.form)
    ranked = sorted(found.values(), key=lambda one: -one.form)
    return [one for one in ranked if one.form is ranked[0].form] if ranked else []


def _readings(
    required: Sequence[Mention], optional: Sequence[Mention]
) -> Iterator[tuple[Choice, ...]]:
    """Every way to take the mentions: all of them first, then without some of the optional."""
    must = [[(one, each) for each in one.alternatives] for one in required]
    may = [[*((one, each) for each in one.alternatives), None] for one in optional[:12]]
    for choices in product(*must, *may):
        yield tuple(one for one in choices if one is not None)


def _named(choices: Sequence[Choice], book: Book) -> Named:
    documents = dict.fromkeys(document for _, each in choices for document in each)
    standings = tuple(book.standing[one] for one in documents)
    form = min((mention.form for mention, _ in choices), default=Form.TAIL)
    return Named(standings, tuple(choices), form)


def _base(required: Sequence[Mention], optional: Sequence[Mention], book: Book) -> Named | None:
    """What is named for certain: every required mention, by its only or likeliest meaning."""
    certain = list(required) or [one for one in optional if len(one.alternatives) == 1]
    certain += [one for one in optional if required and one.in_list and len(one.alternatives) == 1]
    if not certain or any(len(one.alternatives) > 1 and not _is_order(one) for one in certain):
        return None
    return _named([(one, one.alternatives[0]) for one in certain], book)


def _is_order(mention: Mention) -> bool:
    return any(len(each) > 1 for each in mention.alternatives)


def _with_credit_notes(base: Named, book: Book, amount: Decimal) -> list[Named]:
    """What is named, less credit notes of the same customer that nobody named."""
    if len(base.customers) != 1 or not base.standings:
        return []
    named = {one.item.document for one in base.standings}
    others = [
        one
        for one in book.open_items(base.customers[0])
        if one.item.document not in named and one.item.currency == base.standings[0].item.currency
    ]
    rest = amount - total(base.standings)
    found: Sequence[Combination] = ()
    if rest < 0:
        notes = [one for one in others if one.item.type is DocumentType.CREDIT_NOTE]
        found = subsets(notes, rest, MOST_CREDIT_NOTES)
    elif all(one.item.type is DocumentType.CREDIT_NOTE for one in base.standings):
        found = ways([one for one in others if one.sign > 0], rest)
    return [Named((*base.standings, *each), base.choices, base.form) for each in found]
