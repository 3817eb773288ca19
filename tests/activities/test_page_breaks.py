"""Where may a page end? Never between a sum and the last row that it adds."""

from __future__ import annotations

import re

import pytest

from activities.letter_pdf import LetterPress
from activities.template_samples import sample_debtor, sample_notice
from schemas.account import Movement, MovementKind
from schemas.notice import Notice
from schemas.parties import Capacity
from schemas.plan import Charges
from tests.activities.test_statement_pdf import DAY, PRESS, TEMPLATES, owed, pages_of
from tests.support.cases import euros

LETTERS = LetterPress(TEMPLATES)
AFTER_INVOICE = re.compile(rf"Facture F-2026-\d{{4}} · Échéance {DAY} (\S+)")
AFTER_HEAD = re.compile(r"Reste dû(?: Contesté)? ([^\W\d]\S*)")
ROW = re.compile(r"F-2026-\d{4}")


@pytest.mark.parametrize("invoices", range(10, 17))
def test_days_of_interest_stay_with_their_sums(invoices: int) -> None:
    """Below an invoice's head stand days on every page, however long a statement is."""
    pages = pages_of(PRESS.print(owed(charges=Charges.CLAIM, invoices=invoices)))
    began = [first for page in pages for first in AFTER_INVOICE.findall(page)]
    assert len(began) >= invoices
    assert all(re.fullmatch(DAY, first) for first in began)


@pytest.mark.parametrize("invoices", range(37, 42))
def test_the_sum_of_a_statement_stays_with_its_last_invoice(invoices: int) -> None:
    """Below the head of the invoices stands an invoice on every page."""
    pages = pages_of(PRESS.print(owed(invoices=invoices)))
    began = [first for page in pages for first in AFTER_HEAD.findall(page)]
    assert len(pages) == 2
    assert began
    assert all(map(ROW.fullmatch, began))


@pytest.mark.parametrize("invoices", range(20, 29))
def test_the_sum_of_a_letter_stays_with_its_last_invoice(invoices: int) -> None:
    """Principal, interest, fixed sum and total are on one page, with an invoice before them."""
    debtor = sample_debtor("fr", Capacity.BUSINESS)
    notice = sample_notice("formal-notice", debtor, charges=Charges.CLAIM, invoices=invoices)
    pages = pages_of(LETTERS.print(notice))
    summed = [page for page in pages if re.search(r"Total à régler [\d ]+,\d\d €", page)]
    assert len(summed) == 1
    assert re.search(r"F-2026-\d{4} .*Principal [\d ]+,\d\d € .*Total à régler", summed[0])


@pytest.mark.parametrize("invoices", range(30, 38))
def test_what_came_in_stays_with_its_invoice(invoices: int) -> None:
    """A payment is printed on the page of the invoice that it was for."""
    notice = _all_paid_in_part(owed(invoices=invoices))
    pages = pages_of(PRESS.print(notice))
    began = [first for page in pages for first in AFTER_HEAD.findall(page)]
    assert began
    assert all(map(ROW.fullmatch, began))


def test_an_invoice_with_many_payments_fills_more_than_a_page() -> None:
    """Where so much came in that no page holds it, every payment is printed all the same."""
    notice = _all_paid_in_part(owed(invoices=1), times=120)
    pages = pages_of(PRESS.print(notice))
    assert len(pages) > 2
    assert " ".join(pages).count("Paiement reçu · ") == 120
    assert any(re.search(r"Paiement reçu · \S+ 1,00 € Total [\d ]+,\d\d €", page) for page in pages)


def _all_paid_in_part(notice: Notice, times: int = 1) -> Notice:
    """The same invoices, a euro paid for each so many times."""
    paid = Movement(kind=MovementKind.PAYMENT, amount=euros("1.00"), on=notice.on)
    items = []
    for item in notice.items:
        assert item.account is not None
        account = item.account.model_copy(update={"movements": (paid,) * times})
        items.append(item.model_copy(update={"account": account}))
    return notice.model_copy(update={"items": tuple(items)})
