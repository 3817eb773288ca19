"""Who is owed, and can they be paid? What a creditor's file must hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.creditor import CreditorError, doubtful_rates, read_creditor
from domain.email_address import is_email
from tests.support.claims import TABLE

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "creditors/atelier.yaml").read_text("utf-8")


def test_creditor_that_comes_with_the_system_is_read() -> None:
    """The sample creditor is valid; its IBAN is kept without spaces."""
    spaced = GOOD.replace("FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189")
    creditor = read_creditor(spaced, "creditors/atelier.yaml")
    assert creditor.iban == "FR7630006000011234567890189"
    assert creditor == read_creditor(GOOD, "creditors/atelier.yaml")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("890189", "890188", "iban: 'FR7630006000011234567890188' is no IBAN"),
        ("AGRIFRPP", "AGRI", "bic: 'AGRI' is no BIC"),
        ("comptabilite@", "comptabilité @", "is not an e-mail address such as"),
        ("Europe/Paris", "Europe/Pari", "'Europe/Pari' is not a time zone such as Europe/Paris"),
        ("Europe/Paris", "../../etc/passwd", "is not a time zone"),
        ("country: FR", "country: France", "'France' is not a country of two capital letters"),
        ("+33 4 78 00 00 00", "0478000000", "phone: '0478000000'"),
        ("12 rue des Tisseurs", "r" * 39, "address: as a sender of letters: 'rrr"),
        ("12 rue des Tisseurs", "a, b, c, " + "rue " * 12, "take 7 lines of 38 characters"),
    ],
)
def test_creditor_nobody_could_pay_or_answer_is_refused(old: str, new: str, expected: str) -> None:
    """A wrong IBAN, address or time zone is found when the file is read, not in a debtor's mail."""
    if new == "0478000000":
        assert read_creditor(GOOD.replace(old, new), "c.yaml").phone == new
        return
    with pytest.raises(CreditorError) as refused:
        read_creditor(GOOD.replace(old, new), "c.yaml")
    assert expected in str(refused.value)
    assert str(refused.value).startswith("c.yaml:")


def test_a_contract_rate_that_the_law_has_overtaken_is_told_and_stops_nothing() -> None:
    """Below three times the legal rate it is named by line and value; the default is proposed."""
    file = GOOD + "contract_rate:\n  business: 7.5\n  consumer: '5'\n"
    today = date(2026, 3, 1)
    assert read_creditor(file, "c.yaml").contract_rate.business == Decimal("7.5")
    [told] = doubtful_rates(file, "c.yaml", TABLE, today)
    line = len(file.splitlines()) - 1
    assert str(told).startswith(
        f"c.yaml:{line}: contract_rate.business: a contract rate of 7.5 % is below the floor of "
        "7.86 % (3 times the legal rate of 2.62 % from 2026-01-01)"
    )
    assert "own rate of 12.15 % applies; until then accounts count the lower" in str(told)
    assert doubtful_rates(file.replace("7.5", "7.86"), "c.yaml", TABLE, today) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("contract_rate: {business: 0}", "0 is not a number above 0 and at most 100"),
        ("contract_rate: {business: lots}", "'lots' is not a number above 0 and at most 100"),
        ("contract_rate: {public: 12}", "unknown field"),
        ("terms: NET_400", "terms: 'NET_400' is no payment term"),
        ("agreement: usual", "'usual' is not one of nothing, agreed"),
        ("day_count: ACT/360", "'ACT/360' is not one of ACT/365F, ACT/ACT"),
    ],
)
def test_general_terms_that_are_none_are_refused(line: str, expected: str) -> None:
    """A rate, a term or a way of counting that nobody knows is named with what is expected."""
    with pytest.raises(CreditorError) as refused:
        read_creditor(GOOD + line + "\n", "c.yaml")
    assert expected in str(refused.value)


def test_a_creditor_says_how_often_and_when_debtors_are_contacted() -> None:
    """What the file leaves out is the usual for that capacity; impossible hours are named."""
    usual = read_creditor(GOOD, "c.yaml").contact
    assert (usual.business.gap_days, usual.business.per_week) == (2, 3)
    assert (usual.consumer.per_week, usual.consumer.calls_per_30_days) == (2, 4)
    stricter = "contact:\n  bank_feed_max_age_days: 2\n  consumer:\n    per_week: 1\n"
    contact = read_creditor(GOOD + stricter, "c.yaml").contact
    assert (contact.consumer.per_week, contact.consumer.gap_days) == (1, 3)
    assert (contact.business, contact.bank_feed_max_age_days) == (usual.business, 2)
    windows = ("{opens: '14:00', closes: '16:00'}", "{opens: '09:00', closes: '09:00'}")
    hours = "    hours:\n" + "".join(f"    - {window}\n" for window in windows)
    lines = len((GOOD + stricter).splitlines())
    with pytest.raises(CreditorError) as refused:
        read_creditor(GOOD + stricter + hours, "c.yaml")
    assert f"c.yaml:{lines + 3}: contact.consumer.hours[1].closes" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "@b.fr", "a@", "a@b", "a b@c.fr", "a@b..fr", "a.@b.fr", ".a@b.fr", "a..b@c.fr"),
        *("a@b.fr\nBcc: x@y.fr", "a@b.fr,c@d.fr", "A <a@b.fr>", "a@-b.fr", "a@[127.0.0.1]"),
        *(f"{'a' * 65}@b.fr", f"a@{'b.' * 130}fr", "a@b.c1-", '"a"@b.fr', "a@b.fr ", "a@b@c.fr"),
        *("é@b..fr", "-oX@b.example", "-@b.example"),
        "é\u2028@b.fr",
        "é@b\u200b.fr",
    ],
)
def test_what_is_no_address_is_told_so(text: str) -> None:
    """Nothing that could become a second recipient or another header is an e-mail address."""
    assert not is_email(text)


@pytest.mark.parametrize(
    "text",
    ["a@b.fr", "o'brien+billing@mail.company.co.uk", "a.b_c@xn--caf-dma.example", "jérôme@élan.fr"],
)
def test_usual_addresses_are_accepted(text: str) -> None:
    """Addresses that companies really have are accepted."""
    assert is_email(text)


@given(st.emails())
def test_any_address_with_a_plain_local_part_is_accepted(email: str) -> None:
    """Whatever the mail standard calls a dot-atom address is accepted."""
    local = email.partition("@")[0]
    fits = len(local) <= 64 and len(email) <= 254
    assert is_email(email) == (fits and not local.startswith("-"))
