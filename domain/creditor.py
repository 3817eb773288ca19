"""Who is owed, and can they be paid? Reads a creditor's file and checks what a debtor relies on."""

from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from domain.agreed_interest import hold_rate, rate_for
from domain.contract_rate import ContractRateRefusedError
from domain.email_address import EXPECTED_EMAIL, is_email
from domain.payment_terms import UnknownTermError, read_term
from domain.postal_address import sender_lines
from domain.rates import RateTable
from domain.yaml_document import Document, DocumentError, Problem, read_model, shown
from schemas.parties import Capacity, Creditor


class CreditorError(DocumentError):
    """A creditor's file cannot be used; ``problems`` names file, line, field and value."""


def read_creditor(text: str, file: str) -> Creditor:
    """Read a creditor from YAML 1.2 text; IBAN and BIC come back without spaces.

    Args:
        text: what the file holds.
        file: its name, for messages only.

    Raises:
        CreditorError: with every problem found, such as a wrong check digit of the IBAN.
    """
    creditor = read_model(text, file, Creditor, check=_reachable_and_payable, error=CreditorError)
    bic = str(BIC(creditor.bic)) if creditor.bic else ""
    return creditor.model_copy(update={"iban": str(IBAN(creditor.iban)), "bic": bic})


def doubtful_rates(text: str, file: str, table: RateTable, today: date) -> tuple[Problem, ...]:
    """The contract rates of a creditor's file that the law of its own country lets nobody agree on.

    They stop nothing: a rate that was lawful when it was agreed is overtaken when a half-year's
    legal rate is published. Accounts count the lower of it and the law's own (decision 0024).

    Args:
        text: what the file holds.
        file: its name, for messages only.
        table: the reference rates.
        today: whose half-year the rates are held against.

    Returns:
        One for each: file, line and field, the limit, its half-year, and what is proposed.

    Raises:
        CreditorError: when the file cannot be used at all.
    """
    seen: list[Document] = []
    creditor = read_model(text, file, Creditor, check=seen.append, error=CreditorError)
    document = seen[0]
    for capacity in (Capacity.BUSINESS, Capacity.CONSUMER):
        rate, _ = rate_for(creditor, capacity, None)
        if rate is None:
            continue
        try:
            hold_rate(rate, creditor.country, capacity, today, today, today, table)
        except ContractRateRefusedError as refused:
            counted = "until then accounts count the lower of the two"
            document.problem(("contract_rate", capacity.value), f"{refused}; {counted}")
    return tuple(document.problems)


def _reachable_and_payable(document: Document) -> None:
    """Note what a type cannot tell: check digits, addresses, time zones."""
    if (iban := document.text("iban")) and (reason := _iban_problem(iban)):
        document.problem(("iban",), f"{shown(iban)} is no IBAN: {reason}")
    if bic := document.text("bic"):
        try:
            BIC(bic)
        except (SchwiftyException, ValueError) as invalid:
            document.problem(("bic",), f"{shown(bic)} is no BIC: {invalid}")
    for field in ("email", "reply_to", "account_manager"):
        if (email := document.text(field)) and not is_email(email):
            document.problem((field,), f"{shown(email)} is not {EXPECTED_EMAIL}")
    zone = document.text("time_zone")
    if zone and zone not in available_timezones():
        document.problem(("time_zone",), f"{shown(zone)} is not a time zone such as Europe/Paris")
    _terms_are_known(document)
    _hours_follow_each_other(document)
    _stands_on_an_envelope(document)
    if document.value.get("email") == "":
        document.problem(("email",), f"'' is not {EXPECTED_EMAIL}")
    if document.value.get("iban") == "":
        document.problem(("iban",), "'' is not an IBAN such as FR7630006000011234567890189")


def _stands_on_an_envelope(document: Document) -> None:
    """Note a sender that no envelope has room for, before a letter is paid."""
    lines = document.value.get("address")
    count = len(lines) if isinstance(lines, list) else 0
    address = tuple(document.text("address", place) for place in range(count))
    try:
        sender_lines(document.text("name"), address)
    except ValueError as problem:
        document.problem(("address",), f"as a sender of letters: {problem}")


def _terms_are_known(document: Document) -> None:
    """Note terms of payment that are none."""
    try:
        read_term(document.text("terms") or "NET_0")
    except UnknownTermError as unknown:
        document.problem(("terms",), str(unknown))


def _hours_follow_each_other(document: Document) -> None:
    """Note hours of contact that end before they begin, or that overlap."""
    contact = document.value.get("contact")
    for capacity, rules in contact.items() if isinstance(contact, dict) else ():
        hours = rules.get("hours") if isinstance(rules, dict) else None
        latest = ""
        for place in range(len(hours) if isinstance(hours, list) else 0):
            at = ("contact", capacity, "hours", place)
            opens, closes = document.text(*at, "opens"), document.text(*at, "closes")
            if opens and closes and closes <= opens:
                document.problem((*at, "closes"), f"{shown(closes)} is not after {shown(opens)}")
            elif opens and opens < latest:
                document.problem((*at, "opens"), f"{shown(opens)} comes before {shown(latest)}")
            latest = max(latest, closes)


def _iban_problem(iban: str) -> str:
    try:
        IBAN(iban, validate_bban=True)
    except (SchwiftyException, ValueError) as invalid:
        return str(invalid)
    return ""
