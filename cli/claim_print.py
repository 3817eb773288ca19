"""How does an account read on a terminal? In the order in which a debtor would check it."""

from __future__ import annotations

from decimal import Decimal

from cli.outcome import Exit, say, say_error, say_table
from cli.wording import count
from schemas.interest import ClaimStatement
from schemas.money import Money


def print_statement(title: str, one: ClaimStatement) -> None:
    """Print an account: its parts, its segments, its entries, its conventions and warnings."""
    say(f"{title}: account on {one.on}, due {one.due_date}, {one.country} {one.capacity.value}")
    lines = [("principal", one.principal)]
    lines += [("credits", one.credited)] if one.credited.is_positive else []
    lines += [("payments", one.paid)] if one.paid.is_positive else []
    lines += [("interest", one.interest)]
    lines += [("  waived", one.interest_waived)] if one.interest_waived.is_positive else []
    lines += [("fixed sum", one.indemnity)]
    lines += [("unallocated", one.unallocated)] if one.unallocated.is_positive else []
    lines += [("total owed", one.total)]
    lines += _contested(one)
    for name, amount in lines:
        say(f"  {name:<20} {amount!s:>18}")
    _print_segments(one)
    _print_entries(one)
    increment = "not published yet" if one.daily_increment is None else f"{one.daily_increment}"
    say(f"  interest of the next day: {increment}")
    say(f"  {one.conventions}")
    for warning in one.warnings:
        say_error(f"  warning: {warning}", Exit.DONE)


def _contested(one: ClaimStatement) -> list[tuple[str, Money]]:
    """What the debtor contests, and what it bears if that is decided for the creditor."""
    parts = [
        ("  of it disputed", one.disputed),
        ("contingent interest", one.contingent_interest),
        ("contingent fixed sum", one.contingent_indemnity),
    ]
    return [(name, amount) for name, amount in parts if amount and amount.is_positive]


def _print_segments(one: ClaimStatement) -> None:
    contested = any(part.contingent_base for part in one.segments)
    rows = [
        (
            *(part.first_day, part.last_day, part.days, f"{part.base:.2f}"),
            *("?" if part.rate is None else f"{part.rate} %", f"{part.interest:.6f}"),
            *((f"{part.contingent_base:.2f}",) if contested else ()),
            *((f"{part.contingent_interest:.6f}",) if contested else ()),
            *(part.row.row if part.row else part.wanted, part.source),
        )
        for part in one.segments
    ]
    if rows:
        more = (">disputed", ">contingent") if contested else ()
        head = ("from", "to", ">days", ">on", ">rate", ">interest", *more, "row", "source")
        say_table("Interest", head, rows)


def _print_entries(one: ClaimStatement) -> None:
    rows = [
        (part.day, part.kind, part.amount, part.principal, part.interest, part.indemnity)
        for part in one.entries
    ]
    if rows:
        head = ("day", "entry", ">amount", ">principal", ">interest", ">fixed sum")
        say_table("Payments, credits and waivers", head, rows)


def print_totals(stated: list[ClaimStatement]) -> None:
    """Print what several accounts come to, by currency."""
    if len(stated) < 2:
        return
    for currency in sorted({one.total.currency for one in stated}):
        amounts = [one.total.amount for one in stated if one.total.currency == currency]
        total = Money(amount=sum(amounts, Decimal(0)), currency=currency)
        say(f"total of {count(len(amounts), 'invoice')}: {total}")
