"""Can anything said to a case get lost, or stop it? Every signal is a fact or a person's task."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case import decide
from domain.facts import EXCERPT_CHARACTERS, FACT_BYTES, read_fact
from schemas.commands import CorrectInvoice, NoteUnreadableFact, RecordPayment, Refusal
from schemas.events import EVENT
from tests.support.builders import a_case, euros, paris

SHORT = {
    "payment_id": "P-1",
    "amount": "40.00",
    "currency": "EUR",
    "received_on": "2027-01-08",
}


def told(data: object, name: str = "payment_received") -> object:
    """What a case understands when a signal carries this."""
    return read_fact(name, [json.dumps(data).encode()], "fallback")


def unreadable(data: object, name: str = "payment_received") -> NoteUnreadableFact:
    """The note that is made of something nobody can read."""
    fact = told(data, name)
    assert isinstance(fact, NoteUnreadableFact), f"it was read: {fact!r}"
    assert fact.command_id == "fallback"
    return fact


def test_payment_in_the_short_form() -> None:
    """What somebody types at a command line is a payment."""
    assert told(SHORT) == RecordPayment(
        command_id="P-1", by="signal", amount=euros("40.00"), received_on=date(2027, 1, 8)
    )


def test_payment_in_the_long_form() -> None:
    """What a program sends, with the amount as an object and its own author, is a payment."""
    payment = RecordPayment(
        command_id="P-1", by="bank", amount=euros("40.00"), received_on=date(2027, 1, 8)
    )
    assert told(payment.model_dump(mode="json")) == payment


def test_payment_as_a_number_is_exact() -> None:
    """An amount that JSON carries as a number is the amount that was typed, to the cent."""
    fact = told({**SHORT, "amount": 0.1})
    assert isinstance(fact, RecordPayment)
    assert fact.amount.amount == Decimal("0.10")


def test_correction_as_a_signal() -> None:
    """The ledger may correct an invoice by a plain signal."""
    data = {"command_id": "C-1", "amount": "90.00", "currency": "EUR", "due_date": "2027-02-01"}
    assert told(data, "invoice_corrected") == CorrectInvoice(
        command_id="C-1", by="signal", amount=euros("90.00"), due_date=date(2027, 2, 1)
    )


def test_unknown_fields_are_ignored() -> None:
    """A newer sender may say more than this version understands."""
    assert told({**SHORT, "valued_on": "2027-01-09"}) == told(SHORT)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"amount": "lots"}, "amount"),
        ({"amount": "1.005"}, "more decimals than EUR allows"),
        ({"amount": "NaN"}, "finite"),
        ({"amount": "1e40"}, "at most 16 digits"),
        ({"amount": "1e999999999"}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "euros"}, "currency"),
        ({"received_on": "08/01/2027"}, "received_on"),
        ({"payment_id": ""}, "command_id"),
        ({"payment_id": "P" * 201}, "command_id"),
        ({"payment_id": 7}, "command_id"),
        ({"payment_id": "\ud800"}, "command_id"),
        ({"source": ["bank"]}, "source"),
    ],
)
def test_wrong_field_is_named(changed: dict[str, object], problem: str) -> None:
    """What is wrong with a payment is said by the name of the field, and what came is kept."""
    note = unreadable({**SHORT, **changed})
    assert problem in note.problem
    assert "received_on" in note.excerpt


@pytest.mark.parametrize("missing", sorted(SHORT))
def test_missing_field_is_named(missing: str) -> None:
    """A payment without its id, amount, currency or day is a task that says what is missing."""
    note = unreadable({name: value for name, value in SHORT.items() if name != missing})
    assert {"payment_id": "command_id", "currency": "amount"}.get(missing, missing) in note.problem


def test_unknown_signal_is_named() -> None:
    """A signal that no version knows is a task that lists those there are."""
    note = unreadable(SHORT, "payment_recieved")
    assert note.name == "payment_recieved"
    assert "payment_received" in note.problem


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [b""],
        [b"\xff\xfe"],
        [b"null"],
        [b"[]"],
        [b"{"],
        [b"{}", b"{}"],
        [b"[" * 15_000],
        [b'{"a":' * 3_000],
        [b"1" * 5_000],
        [b" " * (FACT_BYTES + 1)],
    ],
)
def test_no_payload_is_too_strange(arguments: list[bytes]) -> None:
    """Empty, broken, binary, endless or nested without end: a task, never an error."""
    fact = read_fact("payment_received", arguments, "fallback")
    assert isinstance(fact, NoteUnreadableFact)
    assert len(fact.excerpt) <= EXCERPT_CHARACTERS
    assert len(fact.problem) <= EXCERPT_CHARACTERS


def test_a_fact_that_is_too_long_is_for_a_person() -> None:
    """Spaces alone make a payment longer than anything that the engine should carry further."""
    payment = json.dumps(SHORT).encode()
    for length, kind in ((FACT_BYTES, RecordPayment), (FACT_BYTES + 1, NoteUnreadableFact)):
        fact = read_fact("payment_received", [payment.ljust(length)], "fallback")
        assert isinstance(fact, kind)


def test_what_the_database_cannot_keep_is_replaced() -> None:
    """A NUL in a signal would stop the case at its record for ever; it does not get that far."""
    paid = told({**SHORT, "payment_id": "P\0", "source": "a\0b", "by": "c\0"})
    assert isinstance(paid, RecordPayment)
    assert "\0" not in paid.command_id + paid.source + paid.by
    broken = read_fact("na\0me", [b"a\0b"], "fallback")
    assert isinstance(broken, NoteUnreadableFact)
    assert "\0" not in broken.name + broken.excerpt + broken.problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(SHORT)), inner)
    ),
    max_leaves=5,
)
ALMOST = st.fixed_dictionaries({}, optional=dict.fromkeys([*SHORT, "due_date", "by"], JSON))
NAMES = st.sampled_from(["payment_received", "invoice_corrected"]) | st.text(max_size=8)


@given(
    NAMES,
    st.lists(st.binary(max_size=30) | ALMOST.map(lambda data: json.dumps(data).encode())),
)
def test_every_signal_goes_on_record(name: str, arguments: list[bytes]) -> None:
    """Whatever is signalled, the case decides on events that can be kept and read back."""
    decision = decide(a_case(), read_fact(name, arguments, "fallback"), paris(date(2027, 1, 8)))
    assert not isinstance(decision, Refusal)
    for event in decision:
        assert EVENT.validate_json(event.model_dump_json()) == event
        assert not any("\0" in str(value) for value in event.model_dump().values())


@given(st.dictionaries(st.sampled_from([*SHORT, "due_date"]), st.text(max_size=20)))
def test_almost_a_payment_goes_on_record(changed: dict[str, str]) -> None:
    """A payment with some fields that make no sense is a payment or a task, never nothing."""
    fact = read_fact("payment_received", [json.dumps({**SHORT, **changed}).encode()], "fallback")
    decision = decide(a_case(), fact, paris(date(2027, 1, 8)))
    assert isinstance(decision, tuple)
    assert len(decision) >= 1
