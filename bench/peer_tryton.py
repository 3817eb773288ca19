"""How fast does Tryton dun? Its own wizards, driven by its own client library, in its own Python.

Run by ``bench.tryton`` as ``python peer_tryton.py DSN SMTP_PORT LINES DEBTORS``; prints one line of
JSON. What a person would click is timed: *create dunnings* and *process dunnings*, with one e-mail
a dunning (Tryton's module sends one for each line). Client and server are one process, so that no
call between them is charged to Tryton.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import time
import uuid
from decimal import Decimal
from importlib import import_module
from typing import Any, NamedTuple

DAYS_OVERDUE = 5
LEVEL_DAYS = (3, 10, 30)
"""The days of the e-mails in our standard plan."""

MOVES_AT_ONCE = 500
MODULES = ["account_dunning", "account_dunning_email"]
SENDER = "comptabilite@atelier-lumiere.example"


def main(dsn: str, smtp_port: int, lines: int, debtors: int) -> None:
    """Set up a company, let lines become overdue, dun them, and say how long it took."""
    database = f"tryton_{uuid.uuid4().hex[:8]}"
    os.environ.update(TRYTOND_DATABASE_URI=dsn, DB_NAME=database)
    settings = import_module("trytond.config")
    settings.update_etc()
    settings.set("database", "uri", dsn)
    settings.set("email", "uri", f"smtp://127.0.0.1:{smtp_port}")
    settings.set("email", "from", SENDER)
    today = dt.date.today()  # noqa: DTZ011 - Tryton's own idea of today
    books = _set_up(today)
    _let_overdue(database, books, lines, debtors)
    print(json.dumps({**_dun(today, lines), "debtors": debtors}), flush=True)


class Books(NamedTuple):
    """A company, and what its receivables hang on, as records of Tryton."""

    company: Any
    accounts: Any
    procedure: Any
    due: dt.date


def _set_up(today: dt.date) -> Books:
    """A company with its accounts, this fiscal year, and a procedure of three e-mails."""
    Model = import_module("proteus").Model  # noqa: N806 - a class
    account = import_module("trytond.modules.account.tests.tools")
    company = import_module("trytond.modules.company.tests.tools")
    tools = import_module("trytond.tests.tools")
    tools.activate_modules(MODULES, company.create_company, account.create_chart)
    span = (today - dt.timedelta(days=120), today)
    account.create_fiscalyear(today=span).click("create_period")
    # Tryton's tests hold mails back; outside of them they leave when the transaction is committed.
    import_module("trytond.pool").Pool.test = False
    procedure = Model.get("account.dunning.procedure")(name="standard")
    for number, days in enumerate(LEVEL_DAYS, start=1):
        level = procedure.levels.new()
        level.sequence, level.overdue = number, dt.timedelta(days=days)
        level.send_email, level.email_from = True, SENDER
    procedure.save()
    due = today - dt.timedelta(days=DAYS_OVERDUE)
    return Books(company.get_company(), account.get_accounts(), procedure, due)


def _let_overdue(database: str, books: Books, lines: int, debtors: int) -> None:
    """Debtors with e-mail addresses, and their receivable lines, in one transaction."""
    transaction = import_module("trytond.transaction")
    context = {"company": books.company.id, "companies": [books.company.id]}
    extras: dict[str, Any] = {}
    while True:
        with transaction.Transaction().start(database, 1, context=context, **extras) as current:
            try:
                _seed(books, lines, debtors)
                current.commit()
            except transaction.TransactionError as error:  # it wants to begin anew, with its locks
                current.rollback()
                error.fix(extras)
            else:
                return


def _seed(books: Books, lines: int, debtors: int) -> None:
    get, due = import_module("trytond.pool").Pool().get, books.due
    (period,) = get("account.period").search([("start_date", "<=", due), ("end_date", ">=", due)])
    (journal,) = get("account.journal").search([("code", "=", "REV")])
    address = {"street": "1 rue des Érables", "postal_code": "69004", "city": "LYON"}
    parties = get("party.party").create(
        [
            {
                "name": f"Menuiserie Dubois {number}",
                "dunning_procedure": books.procedure.id,
                "addresses": [("create", [address])],
                "contact_mechanisms": [
                    ("create", [{"type": "email", "value": f"compta@client{number}.example"}])
                ],
            }
            for number in range(debtors)
        ]
    )
    amount, nothing = Decimal("100.00"), Decimal(0)
    sold = {"account": books.accounts["revenue"].id, "debit": nothing, "credit": amount}
    owed = {"account": books.accounts["receivable"].id, "debit": amount, "credit": nothing}
    move = {"period": period.id, "journal": journal.id, "company": books.company.id, "date": due}

    def invoice(number: int) -> dict[str, Any]:
        line = {**owed, "party": parties[number % debtors].id, "maturity_date": due}
        return {**move, "lines": [("create", [sold, line])]}

    for first in range(0, lines, MOVES_AT_ONCE):
        numbers = range(first, min(first + MOVES_AT_ONCE, lines))
        get("account.move").create([invoice(number) for number in numbers])


def _dun(today: dt.date, lines: int) -> dict[str, object]:
    """Create the dunnings and process them, as a person does with two wizards."""
    proteus = import_module("proteus")
    processor = time.process_time()
    began = time.perf_counter()
    create = proteus.Wizard("account.dunning.create")
    create.form.date = today
    create.execute("create_")
    dunnings = proteus.Model.get("account.dunning").find([("state", "=", "draft")])
    created = time.perf_counter()
    proteus.Wizard("account.dunning.process", dunnings).execute("process")
    ended = time.perf_counter()
    left = proteus.Model.get("account.dunning").find([("state", "=", "draft")])
    if len(dunnings) != lines or left:
        raise RuntimeError(f"{len(dunnings)} dunnings, {len(left)} still in draft, of {lines}")
    return {
        "bench": "dunning",
        "who": "tryton",
        "lines": lines,
        "mails": lines,
        "open_seconds": round(created - began, 2),
        "dun_seconds": round(ended - created, 2),
        "opened_per_second": round(lines / (created - began), 1),
        "dunned_per_second": round(lines / (ended - created), 1),
        "lines_per_second": round(lines / (ended - began), 1),
        "cpu_seconds": {"tryton": round(time.process_time() - processor, 1)},
        "worker_megabytes": {
            "most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
    }


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:5]))
