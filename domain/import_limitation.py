"""Is an imported claim already too late for court, or about to be?"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from domain.time_to_sue import court_warning, limitation_of
from schemas.parties import Capacity


@lru_cache(maxsize=65536)
def barred_soon(
    issued_on: date,
    due: date,
    delivered_on: date | None,
    country: str,
    capacity: Capacity,
    today: date,
) -> str:
    """That no court hears a claim any more, or for thirty days at the most; empty for others.

    Part payments and acknowledgements are in no file of invoices: they may have given it new time.

    Args:
        issued_on: the invoice's date.
        due: the day it is due.
        delivered_on: the day of delivery; None when it is not known.
        country: of the debtor.
        capacity: in which the debtor owes.
        today: the day of the import.
    """
    limit = limitation_of(country, capacity, issued_on, due, (), delivered_on)
    words = court_warning(limit, today)
    return f"{words}, unless something gave it new time" if words else ""
