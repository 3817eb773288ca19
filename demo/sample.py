"""What does a small business have outstanding? Sample invoices with due dates around today."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass
from datetime import date, timedelta

PAYMENT_TERM_DAYS = 30

_HEADER = (
    *("number", "issue_date", "due_date", "amount", "currency", "purchase_order", "debtor"),
    *("name", "email", "phone", "address", "postcode", "city", "country", "language", "siren"),
    *("vat_id", "capacity"),
)


@dataclass(frozen=True)
class _Debtor:
    debtor: str
    name: str
    email: str
    phone: str
    address: str
    postcode: str
    city: str
    country: str = "FR"
    language: str = "fr"
    siren: str = ""
    vat_id: str = ""
    capacity: str = "business"


_LEFEVRE = _Debtor(
    *("C001", "Boulangerie Lefèvre", "compta@boulangerie-lefevre.example", "+33 4 78 01 02 03"),
    *("3 rue de la Barre", "69002", "LYON"),
    siren="123456782",
)
_ZOE = _Debtor(  # its mailbox refuses every message, so a person gets to see what then happens
    *("C002", "Zoé Çelik Décoration", "refused@celik-deco.example", "+33 4 91 11 22 33"),
    *("18 quai des Belges", "13001", "MARSEILLE"),
)
_MILL = _Debtor(
    *("C003", "Mill & Sons Ltd", "accounts@mill-sons.example", "+44 20 7946 0011"),
    *("14 Harbour Street", "BS1 4RN", "Bristol"),
    country="GB",
    language="en",
    vat_id="GB980780684",
)
_MAIRIE = _Debtor(
    *("C004", "Mairie de Saint-Étienne-sur-Mer", "finances@saint-etienne-sur-mer.example"),
    *("+33 2 40 55 66 77", "1 place de l'Hôtel de Ville", "44600", "SAINT-ÉTIENNE-SUR-MER"),
    capacity="public",
)
_HELENE = _Debtor(
    *("C005", "Hélène Garçon", "helene.garcon@courriel.example", "+33 6 12 34 56 78"),
    *("27 allée des Mûriers", "31000", "TOULOUSE"),
    capacity="consumer",
)
_GARAGE = _Debtor(  # no e-mail address: its reminders cannot leave, and a person is asked
    *("C006", "Garage Muñoz Frères", "", "+33 5 59 98 87 76"),
    *("Zone artisanale du Gave", "64000", "PAU"),
)
_HARTLEY = _Debtor(
    *("C007", "Hartley Interiors", "office@hartley-interiors.example", "+44 161 496 0022"),
    *("5 Mill Lane", "M3 2BW", "Manchester"),
    country="GB",
    language="en",
)

# Number, days from today to the due date, amount, currency, the customer's order, debtor.
_INVOICES = (
    ("F-2041", -2, "1 284,40", "EUR", "BC-778", _LEFEVRE),
    ("F-2042", -2, "640,00", "EUR", "", _ZOE),
    ("F-2043", -2, "2 150,00", "GBP", "PO 31907", _MILL),
    ("F-2044", -2, "318,75", "EUR", "", _GARAGE),
    ("F-2045", -1, "9 870,00", "EUR", "MAPA-2209", _MAIRIE),
    ("F-2046", 3, "89,90", "EUR", "", _HELENE),
    ("F-2047", 5, "412,00", "EUR", "BC-790", _LEFEVRE),
    ("F-2048", 8, "1 075,50", "GBP", "PO 31944", _MILL),
    ("F-2049", 10, "3 460,00", "GBP", "", _HARTLEY),
    ("F-2050", 13, "1 999,99", "EUR", "", _ZOE),
    ("F-2051", 6, "12 400,00", "EUR", "MAPA-2231", _MAIRIE),
    ("F-2052", 20, "756,20", "EUR", "BC-801", _LEFEVRE),
)


def sample_invoices(today: date) -> str:
    """A dozen invoices of seven French and English debtors, as CSV text for ``import``.

    Some are overdue since a day or two, the others come due within twenty days. Among the debtors
    are a consumer, a public body, one without e-mail address, and one whose mailbox refuses.

    Args:
        today: what the due dates are counted from.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(_HEADER)
    for number, days, amount, currency, order, debtor in _INVOICES:
        due = today + timedelta(days=days)
        issued = due - timedelta(days=PAYMENT_TERM_DAYS)
        row = (number, issued.isoformat(), due.isoformat(), amount, currency, order)
        writer.writerow((*row, *astuple(debtor)))
    return text.getvalue()
