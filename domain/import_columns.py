"""Which column is which? The names, English and French, under which files carry our fields."""

from __future__ import annotations

import re
from functools import lru_cache

from domain.countries import without_accents

ALIASES: dict[str, tuple[str, ...]] = {
    "number": (
        *("number", "numéro", "invoice", "invoice number", "invoice no", "invoice id", "facture"),
        *("numéro facture", "numéro de facture", "no facture", "n° facture", "num facture"),
    ),
    "debtor": (
        *("debtor", "client", "debtor id", "customer", "customer id", "client id", "id client"),
        *("code client", "numéro client", "n° client", "débiteur", "account", "compte"),
    ),
    "name": (
        *("name", "nom", "debtor name", "customer name", "client name", "company"),
        *("nom client", "nom du client", "raison sociale", "société"),
    ),
    "issue_date": (
        *("issue date", "date facture", "invoice date", "issued", "date de facture"),
        *("date d'émission", "date émission", "date"),
    ),
    "due_date": ("due date", "échéance", "due", "due on", "date échéance", "date d'échéance"),
    "amount": (
        *("amount", "montant", "amount incl vat", "total", "total incl vat", "gross amount"),
        *("montant ttc", "total ttc", "ttc"),
    ),
    "currency": ("currency", "devise", "monnaie"),
    "purchase_order": (
        *("purchase order", "commande", "po", "po number", "order", "bon de commande"),
        *("numéro commande", "numéro de commande", "n° commande"),
    ),
    "document": ("document", "pdf", "fichier", "invoice file", "fichier facture"),
    "document_link": (
        *("document link", "lien", "invoice link", "url", "lien facture", "lien document"),
    ),
    "next_step": ("next step", "prochaine étape", "step", "étape", "prochaine relance"),
    "terms": (
        *("terms", "conditions de paiement", "payment terms", "conditions", "délai de paiement"),
    ),
    "contract_rate": (
        *("contract rate", "taux contractuel", "late payment rate", "penalty rate"),
        *("taux de pénalité", "taux de retard", "taux pénalités de retard"),
    ),
    "delivery_date": (
        *("delivery date", "date de livraison", "delivered on", "performed on"),
        *("date livraison", "date de prestation", "date d'exécution"),
    ),
    "email": ("email", "courriel", "e-mail", "mail", "contact email", "adresse email"),
    "escalation_email": (
        *("escalation email", "courriel escalade", "second email", "email direction"),
    ),
    "account_manager": (*("account manager", "account manager email", "email commercial"),),
    "phone": ("phone", "téléphone", "tel", "telephone number", "contact phone", "mobile"),
    "address": ("address", "adresse", "street", "rue", "address 1", "adresse 1", "address line 1"),
    "address_2": ("address 2", "adresse 2", "address line 2", "complément", "complément adresse"),
    "address_3": ("address 3", "adresse 3", "address line 3"),
    "postcode": ("postcode", "code postal", "postal code", "zip", "zip code", "cp"),
    "city": ("city", "ville", "town", "commune", "localité"),
    "country": ("country", "pays", "country code", "code pays"),
    "language": ("language", "langue", "lang"),
    "siren": ("siren", "siret", "numéro siren", "n° siren"),
    "vat_id": (
        *("vat id", "tva", "vat", "vat number", "vat no", "n° tva", "numéro tva"),
        *("tva intracommunautaire", "n° tva intracommunautaire"),
    ),
    "capacity": ("capacity", "qualité", "kind", "type", "type client", "catégorie"),
    "representative": (
        *("representative", "représentant", "legal representative", "représentant légal"),
        *("dirigeant", "director", "gérant"),
    ),
    "electronic_letters_agreed_on": (
        *("electronic letters agreed on", "accord lre", "consentement lre"),
        *("accord lettre recommandée électronique", "date accord lre"),
    ),
}
"""Each field with its names; the first is English, the second French where they differ."""

FIELDS = tuple(ALIASES)
"""Every field that a file may carry."""

REQUIRED = ("number", "debtor", "name", "issue_date", "due_date", "amount")
"""Fields without which there is no invoice to pursue."""

DEBTOR_FIELDS = tuple(FIELDS[FIELDS.index("email") :])
"""Fields that say something of the debtor besides its number and name."""


@lru_cache(maxsize=4096)
def field_of(name: str) -> str:
    """The field that a column of that name holds, or empty; case and accents do not matter."""
    return _FIELD_BY_NAME.get(_plain(name), "")


def _plain(name: str) -> str:
    """Letters and digits only, with one space between words: ``N° Facture`` is ``n facture``."""
    return " ".join(re.findall("[a-z0-9]+", without_accents(name)))


_FIELD_BY_NAME = {
    _plain(alias): field for field, aliases in ALIASES.items() for alias in (field, *aliases)
}
