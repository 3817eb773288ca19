"""What has the bank told so far? Accounts, statements, and each payment once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from asyncpg import Record

from domain.bank_verdict import FEED
from schemas.bank import BankStatement, BankTransaction, Flag
from schemas.base import Frozen, Instant, keepable
from schemas.feed import StatementLink, TransactionState
from schemas.identifiers import transaction_id
from schemas.matching import SeenEntry, SeenItem
from schemas.money import INTEGER_DIGITS, exact
from store.pool import Connection, Pool
from store.queries import queries

_SQL = queries("bank_transactions")


class KeptTransaction(Frozen):
    """A bank transaction as it is kept.

    Attributes:
        tx: what people call it.
        said: as the bank told it.
        debtors: whose money it may be.
        hold_until: until then, while it is suggested, the contacts of those debtors wait for a
            person; it stays as the first suggestion set it.
    """

    tx: str
    account: str
    item_key: str
    entry_key: str
    creditor: str
    booked_on: date
    amount: Decimal
    currency: str
    kind: str
    status: TransactionState
    said: BankTransaction
    file: str
    debtors: tuple[str, ...] = ()
    hold_until: Instant | None = None
    decision: int | None = None
    position: int = 0


class AccountLine(Frozen):
    """A bank account and how far it has been fed.

    Attributes:
        booked_to: the last day that a statement, or a booked transaction, is of.
        closing: the last closing balance.
    """

    account: str
    creditor: str
    currency: str = ""
    family: str = ""
    booked_to: date | None = None
    fed_at: Instant | None = None
    transactions: int = 0
    closing: Decimal | None = None
    closing_day: date | None = None


async def lock_creditor(connection: Connection, creditor: str) -> None:
    """Let one at a time read, match or allocate the money of a creditor."""
    await connection.execute(_SQL["lock_creditor"], creditor)


async def keep_account(
    connection: Connection, account: str, creditor: str, currency: str, family: str
) -> None:
    """Remember that an account is fed, and in which family of formats."""
    await connection.execute(_SQL["keep_account"], account, creditor, currency, family)


async def keep_listed(connection: Connection, creditor: str, accounts: Sequence[str]) -> None:
    """Remember which accounts a creditor's file names: those are waited for."""
    await connection.execute(_SQL["list_accounts"], creditor, list(accounts))


async def keep_booked_to(connection: Connection, account: str, day: date) -> None:
    """Remember the last booked day that is known of an account."""
    await connection.execute(_SQL["booked_to"], account, day)


async def keep_statement(
    connection: Connection, account: str, statement: BankStatement, file: str
) -> None:
    """Keep a statement with its balances; the same one again changes nothing."""
    opening, closing = statement.opening, statement.closing
    await connection.execute(
        _SQL["keep_statement"],
        *(account, statement.key, statement.kind, keepable(statement.id)),
        *(keepable(statement.sequence), keepable(statement.currency)),
        *((_fits(opening.amount), opening.day) if opening else (None, None)),
        *((_fits(closing.amount), closing.day) if closing else (None, None)),
        *(statement.entries, statement.adds_up, _fits(statement.difference), statement.complete),
        *(file, statement.number),
    )


async def seen_entries(
    connection: Connection, account: str, entry_keys: Sequence[str]
) -> dict[str, SeenEntry]:
    """What is remembered of these entries of an account, by their keys."""
    entries: dict[str, SeenEntry] = {}
    for row in await connection.fetch(_SQL["seen"], account, list(entry_keys)):
        key = row["entry_key"]
        item = SeenItem(item_key=row["item_key"], amount=row["amount"], detail=row["detail"])
        known = entries.get(key)
        if known is None:
            known = SeenEntry(entry_key=key, amount=row["entry_amount"], is_sum=row["is_sum"])
        entries[key] = known.model_copy(
            update={"items": (*known.items, item), "is_sum": known.is_sum and row["is_sum"]}
        )
    return entries


async def foreign_days(
    connection: Connection, account: str, family: str, days: Iterable[date]
) -> set[date]:
    """Those of the days of which a file of another family of formats has told something."""
    rows = await connection.fetch(_SQL["foreign_days"], account, family, sorted(set(days)))
    return {row["booked_on"] for row in rows}


class NewTransaction(Frozen):
    """A payment that is to be kept.

    Attributes:
        account: as the creditor's file has it.
        detail: how much the bank says about it.
        booked_on: the booking day, or what stands in for it.
    """

    account: str
    creditor: str
    family: str
    told: BankTransaction
    booked_on: date
    detail: int
    file: str


async def keep_transactions(connection: Connection, new: Sequence[NewTransaction]) -> None:
    """Keep payments that were not known."""
    await connection.executemany(
        _SQL["keep_transaction"],
        [
            (
                *(one.account, one.told.item_key, one.told.entry_key, one.told.entry_amount),
                *(is_sum(one.told), one.detail, transaction_id(one.account, one.told.item_key)),
                *(one.creditor, one.family, one.booked_on, one.told.amount, one.told.currency),
                *(one.told.kind.value, _data(one.told), one.file),
            )
            for one in new
        ],
    )


async def enrich(connection: Connection, account: str, told: BankTransaction, detail: int) -> None:
    """Keep what a later file says beyond the first; what no person decided is matched again."""
    await connection.execute(
        _SQL["enrich"], account, told.item_key, _data(told), detail, is_sum(told), FEED
    )


def is_sum(told: BankTransaction) -> bool:
    """Whether it is one sum for several payments."""
    return Flag.NO_DETAILS in told.flags


async def find_transaction(connection: Pool | Connection, tx: str) -> KeptTransaction | None:
    """The transaction that people call so."""
    row = await connection.fetchrow(_SQL["transaction"], tx)
    return None if row is None else kept(row)


async def transaction_of(
    connection: Connection, account: str, item_key: str
) -> KeptTransaction | None:
    """The transaction with this key."""
    return await find_transaction(connection, transaction_id(account, item_key))


async def of_entry(connection: Connection, account: str, entry_key: str) -> list[KeptTransaction]:
    """The transactions that an entry of an account is made of now."""
    return [kept(row) for row in await connection.fetch(_SQL["of_entry"], account, entry_key)]


async def undecided(connection: Connection, creditor: str, limit: int) -> list[KeptTransaction]:
    """Transactions that no decision was made about yet, oldest first."""
    return [kept(row) for row in await connection.fetch(_SQL["undecided"], creditor, limit)]


async def waiting_for_better(
    connection: Connection, creditor: str, since: date, after: int, limit: int
) -> list[tuple[KeptTransaction, dict[str, Any]]]:
    """Transactions that the feed could not place, each with its decision, in pages by position."""
    rows = await connection.fetch(_SQL["waiting_for_better"], creditor, FEED, since, after, limit)
    return [(kept(row), row["decided"] or {}) for row in rows]


async def creditors_waiting(pool: Pool) -> list[str]:
    """Creditors with transactions that no decision was made about yet."""
    return [row["creditor"] for row in await pool.fetch(_SQL["creditors_waiting"])]


async def told_first_by(pool: Pool, file: str) -> list[KeptTransaction]:
    """The transactions that a file was the first to tell, in its order."""
    return [kept(row) for row in await pool.fetch(_SQL["told_first_by"], file)]


async def first_told_by(pool: Pool, file: str) -> int:
    """Of how many transactions a file was the first to tell."""
    return int(await pool.fetchval(_SQL["first_told_by"], file))


async def accounts_of_file(pool: Pool, file: str) -> list[str]:
    """The accounts that a file was the first to tell something of."""
    return [row["account"] for row in await pool.fetch(_SQL["accounts_of_file"], file)]


async def list_accounts(pool: Pool | Connection, creditor: str = "") -> list[AccountLine]:
    """The accounts that have been fed, of one creditor or of all."""
    rows = await pool.fetch(_SQL["accounts"], creditor)
    return [AccountLine.model_validate(dict(row)) for row in rows]


async def links_of(pool: Pool | Connection, account: str) -> list[StatementLink]:
    """The statements of an account that have both balances."""
    return [
        StatementLink(
            opening=exact(row["opening"], row["currency"]),
            opening_day=row["opening_day"],
            closing=exact(row["closing"], row["currency"]),
            closing_day=row["closing_day"],
            currency=row["currency"],
            label=" ".join(part for part in ("statement", row["id"] or row["sequence"]) if part),
        )
        for row in await pool.fetch(_SQL["links"], account)
    ]


async def not_adding_up(pool: Pool | Connection, account: str) -> list[str]:
    """Statements whose entries do not lead from one balance to the other, in sentences."""
    return [
        f"{account}: statement {row['id'] or row['sequence']} of {row['closing_day']} does not add "
        f"up: {row['difference']} between its entries and its balances"
        for row in await pool.fetch(_SQL["not_adding_up"], account)
    ]


def kept(row: Record | Mapping[str, Any]) -> KeptTransaction:
    """A transaction out of its row."""
    data = dict(row)
    said = BankTransaction.model_validate(data.pop("data"))
    data["amount"] = exact(row["amount"], row["currency"])
    return KeptTransaction.model_validate({**data, "said": said})


def _data(told: BankTransaction) -> dict[str, Any]:
    """What is kept of it as JSON; fields that say nothing are left out."""
    found: dict[str, Any] = _cleaned(told.model_dump(mode="json", exclude_defaults=True))
    return found


def _cleaned(value: Any) -> Any:
    """Without what no database keeps: a NUL in a text would stop a file for ever."""
    match value:
        case str():
            return keepable(value)
        case list():
            return [_cleaned(one) for one in value]
        case dict():
            return {name: _cleaned(one) for name, one in value.items()}
        case _:
            return value


def _fits(amount: Decimal | None) -> Decimal | None:
    """A balance that the database's columns can hold; another is none."""
    return amount if amount is not None and amount.adjusted() < INTEGER_DIGITS else None
