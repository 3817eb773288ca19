"""Which invoices does a file hold? Bytes to debtors and invoices; every bad cell is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from operator import itemgetter
from typing import TypeVar

from domain.creditor_reference import rf_reference
from domain.import_columns import DEBTOR_FIELDS, FIELDS
from domain.import_contact import read_contact
from domain.import_rows import ImportRow, InvoiceFile
from domain.import_table import Cells, RowProblem, Table, UnreadableFileError, read_table
from domain.import_terms import FIELDS_OF_TERMS, HouseTerms, RowTerms, read_rate, read_terms
from domain.import_text import SHORT_ENOUGH, read_text
from domain.import_values import (
    AmbiguousAmountError,
    NotAboveZeroError,
    Unexpected,
    decimal_sign_of,
    read_amount,
    read_capacity,
    read_country,
    read_currency,
    read_date,
    read_date_if_any,
    read_email,
    read_file_name,
    read_language,
    read_link,
    read_phone,
    read_siren,
    read_vat_id,
)
from domain.postal_address import town_lines
from domain.steady_memory import without_collector
from schemas.base import of_checked
from schemas.invoice import Invoice
from schemas.money import Money
from schemas.parties import Capacity, Debtor, PostalAddress

__all__ = ["ImportRow", "InvoiceFile", "RowProblem", "read_invoices"]

PROGRESS_EVERY = 1000
"""Rows between two calls of ``progress``."""

_MAX_ADDRESS_LINES = 5
_MOST_NOTICES = 50
_SHOWN_CHARACTERS = 80
_DEBTOR_FROM = FIELDS.index("email")
_CONTRACT_RATE = FIELDS.index("contract_rate")

_OF_INVOICE, _OF_MONEY = set(Invoice.model_fields), set(Money.model_fields)

Value = TypeVar("Value")


def read_invoices(
    content: bytes,
    file: str,
    creditor: str,
    *,
    home_country: str = "FR",
    house: HouseTerms | None = None,
    progress: Callable[[int], None] | None = None,
) -> InvoiceFile:
    """Read debtors and invoices from CSV or JSON Lines; never raises for what a file holds.

    Args:
        content: the file's bytes: UTF-8, UTF-16 with its mark, or Windows-1252.
        file: its name; tells JSON Lines from CSV.
        creditor: whose invoices they are.
        home_country: of debtors whose country the file leaves empty.
        house: the creditor's general terms, and what contract rates are held against.
        progress: is told how many rows have been read, now and then.
    """
    try:
        house = house or HouseTerms()
        table = read_table(content, file, due_dates_follow=bool(house.terms))
    except UnreadableFileError as unreadable:
        return InvoiceFile(problems=(unreadable.problem,))
    reading = _Reading(table, creditor, home_country, RowTerms(house))
    with without_collector():
        for count, (line, cells) in enumerate(table.rows(reading.problems), 1):
            reading.take(line, cells)
            if progress is not None and count % PROGRESS_EVERY == 0:
                progress(count)
        return InvoiceFile(
            rows=tuple(reading.rows),
            problems=tuple(sorted(reading.problems, key=lambda problem: problem.line)),
            notices=(*table.notices, *reading.notices()),
            fields=frozenset(table.places).intersection((*FIELDS_OF_TERMS, *DEBTOR_FIELDS)),
            warnings=tuple(reading.warnings()),
        )


class _Reading:
    """One pass over a table: what has been read, and what must not contradict it."""

    def __init__(self, table: Table, creditor: str, home_country: str, terms: RowTerms) -> None:
        self._terms = terms
        self.table = table
        self.creditor = creditor
        self.home_country = home_country
        self.rows: list[ImportRow] = []
        self.problems: list[RowProblem] = []
        # What the file has no column for is taken from an empty cell behind the last one.
        self._pick = itemgetter(*(table.places.get(field, -1) for field in FIELDS))
        self._first_of: dict[str, ImportRow] = {}
        # By their number: the cells a debtor was last read from, what came of them, and the line.
        self._debtors: dict[str, tuple[Cells, Debtor, int]] = {}
        # The same by the number as it is written: name and cells before anything was read of them.
        self._seen: dict[str, tuple[str, tuple[str, ...], Debtor]] = {}
        self._contradictions: dict[tuple[str, str], str] = {}
        self._repeated = 0
        self._padded = 0

    def take(self, line: int, cells: Cells) -> None:
        """Read a row: it becomes a good row, or one problem for each of its bad cells."""
        already = len(self.problems)
        written = self._pick([*cells, ""])
        seen = self._seen.get(written[1])
        # Most rows say of their debtor what the row before did: then it need not be read again.
        again = (
            seen
            and (seen[0], seen[1]) == (written[2], written[_DEBTOR_FROM:])
            and self._debtors[seen[2].debtor_id][1] is seen[2]
        )
        row = list(map(str.strip, written[:_DEBTOR_FROM] if again else written))
        if not "".join(row).isprintable() or max(map(len, row)) > SHORT_ENOUGH:
            row = [
                self._read(line, field, text, partial(read_text, field), "")
                for field, text in zip(FIELDS, row, strict=False)
            ]
        if len(self.problems) > already:
            return
        invoice = self._invoice(line, row)
        debtor = seen[2] if seen and again else self._debtor(line, row)
        good = len(self.problems) == already
        if good and (refusal := self._terms.look_at(line, invoice, debtor)):
            self._problem(line, "contract_rate", row[_CONTRACT_RATE], refusal, refused=True)
        if len(self.problems) > already:
            return
        if not again:
            self._note_debtor(line, row, debtor)
            self._seen[written[1]] = written[2], written[_DEBTOR_FROM:], debtor
        read = ImportRow(line, debtor, invoice)
        first = self._first_of.setdefault(invoice.number, read)
        if first is read:
            self.rows.append(read)
        elif first.invoice == invoice:
            self._repeated += 1
        else:
            expected = f"a number of its own; line {first.line} has it with other data"
            self._problem(line, "number", invoice.number, expected)

    def warnings(self) -> Iterator[RowProblem]:
        """What a person should know of rows that go in."""
        bad = {problem.line for problem in self.problems}
        for line, field, sentence in self._terms.found:
            if line not in bad:
                yield RowProblem(line, self.table.names.get(field, field), "", sentence)

    def notices(self) -> list[str]:
        """What was decided while reading, in sentences."""
        found = list(self._contradictions.values())
        notices = found[:_MOST_NOTICES]
        if len(found) > _MOST_NOTICES:
            notices.append(f"And {len(found) - _MOST_NOTICES} more debtors contradict themselves.")
        if self._repeated:
            notices.append(f"Rows left out because they repeat an earlier one: {self._repeated}.")
        if self._padded:
            notices.append(
                "French postcodes of four digits that were given back the leading zero "
                f"which spreadsheets drop: {self._padded}."
            )
        return notices

    @cached_property
    def _decimal_sign(self) -> str:
        """Looked for only when an amount cannot be read without it."""
        return decimal_sign_of(self.table.column("amount"))

    def _invoice(self, line: int, row: Cells) -> Invoice:
        number, debtor_id, _name, issued, due, amount, currency_text, order = row[:8]
        document, link, step, terms_text, rate, delivered = row[8:_DEBTOR_FROM]
        currency = self._read(line, "currency", currency_text, read_currency, "")
        issue_date = self._read(line, "issue_date", issued, read_date, date.min)
        terms = self._read(line, "terms", terms_text, read_terms, "") if terms_text else ""
        follows = read_date if due else partial(self._terms.due_date, terms, issue_date)
        due_date = self._read(line, "due_date", due, follows, date.max)
        exact = self._amount(line, amount, currency) if currency else Decimal(0)
        if due_date < issue_date:
            self._problem(line, "due_date", due, f"a day on or after the issue date {issue_date}")
        if not number:
            self._problem(line, "number", "", "an invoice number")
        # Every field has been checked above; checking it again would take most of the time.
        fields = {
            "creditor": self.creditor,
            "number": number,
            "debtor_id": debtor_id,
            "issue_date": issue_date,
            "due_date": due_date,
            "amount": of_checked(Money, {"amount": exact, "currency": currency}, _OF_MONEY),
            "purchase_order": order,
            "reference": rf_reference(number),
            "document": document and self._read(line, "document", document, read_file_name, ""),
            "document_link": link and self._read(line, "document_link", link, read_link, ""),
            "next_step": step,
            "terms": terms,
            "contract_rate": self._read(line, "contract_rate", rate, read_rate, None)
            if rate
            else None,
            "delivery_date": self._read(line, "delivery_date", delivered, read_date, None)
            if delivered
            else None,
        }
        return of_checked(Invoice, fields, _OF_INVOICE)

    def _amount(self, line: int, text: str, currency: str) -> Decimal:
        try:
            return read_amount(text, currency)
        except AmbiguousAmountError:
            sign = self._decimal_sign
        except Unexpected as unexpected:
            credit = isinstance(unexpected, NotAboveZeroError)
            words = " (credit notes are not imported)" if credit else ""
            self._problem(line, "amount", text, f"{unexpected}{words}")
            return Decimal(0)
        return self._read(
            line, "amount", text, lambda cell: read_amount(cell, currency, sign), Decimal(0)
        )

    def _debtor(self, line: int, row: Cells) -> Debtor:
        debtor_id, name = row[1], row[2]
        known = self._debtors.get(debtor_id)
        if known and known[0][_DEBTOR_FROM:] == row[_DEBTOR_FROM:] and known[0][2] == name:
            return known[1]
        if not debtor_id:
            self._problem(line, "debtor", "", "the number of a debtor")
        if not name:
            self._problem(line, "name", "", "the name of a debtor")
        cell = dict(zip(FIELDS, row, strict=True))

        def read(field: str, reader: Callable[[str], Value], otherwise: Value) -> Value:
            return self._read(line, field, cell[field], reader, otherwise)

        def contact(field: str, reader: Callable[[str], str]) -> str:
            value, told = read_contact(row[0], field, cell[field], reader)
            if told:
                self._terms.found.append((line, field, told))
            return value

        cell["country"] = cell["country"] or self.home_country
        country = read("country", read_country, "")
        return Debtor.model_construct(
            creditor=self.creditor,
            debtor_id=debtor_id,
            name=name,
            email=contact("email", read_email),
            escalation_email=contact("escalation_email", read_email),
            account_manager=contact("account_manager", read_email),
            phone=contact("phone", read_phone),
            address=PostalAddress.model_construct(
                lines=self._address(line, cell, country), country=country
            ),
            language=read("language", lambda text: read_language(text, country), ""),
            siren=read("siren", read_siren, ""),
            vat_id=read("vat_id", read_vat_id, ""),
            capacity=read("capacity", read_capacity, Capacity.BUSINESS),
            representative=" ".join(cell["representative"].split())[:200],
            electronic_letters_agreed_on=read(
                "electronic_letters_agreed_on", read_date_if_any, None
            ),
        )

    def _address(self, line: int, cell: dict[str, str], country: str) -> tuple[str, ...]:
        postcode = cell["postcode"]
        if country == "FR" and len(postcode) == 4 and postcode.isdecimal():
            postcode = f"0{postcode}"
            self._padded += 1
        written = [*cell["address"].split("\n"), cell["address_2"], cell["address_3"]]
        lines = tuple(text for part in written if (text := " ".join(part.split())))
        lines += town_lines(postcode, cell["city"], country)
        if len(lines) > _MAX_ADDRESS_LINES:
            expected = f"an address of at most {_MAX_ADDRESS_LINES} lines"
            self._problem(line, "address", ", ".join(lines), expected)
        return lines

    def _note_debtor(self, line: int, row: Cells, debtor: Debtor) -> None:
        """Keep what a row says of its debtor; where it contradicts an earlier row, say so."""
        known = self._debtors.get(debtor.debtor_id)
        if known and known[1] is debtor:
            return
        self._debtors[debtor.debtor_id] = (row, debtor, line)
        if known is None:
            return
        for field in Debtor.model_fields:
            before, now = getattr(known[1], field), getattr(debtor, field)
            if before != now:
                self._contradictions[debtor.debtor_id, field] = (
                    f"Debtor {debtor.debtor_id}: {field} is {_short(before)} in line {known[2]} "
                    f"and {_short(now)} in line {line}; the last one counts."
                )

    def _read(
        self,
        line: int,
        field: str,
        text: str,
        reader: Callable[[str], Value],
        otherwise: Value,
    ) -> Value:
        """What a reader makes of a cell; a stand-in and a problem, if it makes nothing of it."""
        try:
            return reader(text)
        except Unexpected as unexpected:
            self._problem(line, field, text, str(unexpected))
            return otherwise

    def _problem(
        self, line: int, field: str, value: str, expected: str, *, refused: bool = False
    ) -> None:
        column = self.table.names.get(field, field)
        self.problems.append(RowProblem(line, column, _clipped(value), expected, refused))


def _short(value: object) -> str:
    text = ", ".join(value.lines) if isinstance(value, PostalAddress) else str(value)
    return repr(_clipped(text))


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
