"""Who owes, and who is owed?"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from schemas.base import CountryCode, Frozen, LanguageCode, Name, Strict
from schemas.contact_policy import ContactPolicy


class Capacity(StrEnum):
    """In which capacity a debtor owes; law and courtesy differ."""

    BUSINESS = "business"
    CONSUMER = "consumer"
    PUBLIC = "public"


class PostalAddress(Frozen):
    """A postal address as lines; the country apart, because the envelope needs it apart.

    Attributes:
        lines: street first, postcode and city last; at most five.
        country: ISO 3166-1 alpha-2.
    """

    lines: tuple[str, ...] = ()
    country: CountryCode = "FR"


class Debtor(Frozen):
    """Who owes.

    Attributes:
        debtor_id: the creditor's own number for them.
        language: in which messages are written.
        siren: French company number, nine digits, or empty.
        vat_id: VAT identification number, or empty.
        representative: who speaks for a company in law, as a formal notice addresses them.
    """

    creditor: Name
    debtor_id: str
    name: str
    email: str = ""
    phone: str = ""
    address: PostalAddress = PostalAddress()
    language: LanguageCode = "fr"
    siren: str = ""
    vat_id: str = ""
    capacity: Capacity = Capacity.BUSINESS
    representative: str = ""

    @property
    def country(self) -> str:
        """Where the debtor is: whose working days and hours count."""
        return self.address.country


class Creditor(Strict):
    """Who is owed: read from ``creditors/*.yaml``.

    Attributes:
        creditor: the short name that stands in case ids.
        email: the sender of e-mails; answers go to ``reply_to``, or here.
        iban: where payments go; shown in messages and in the payment QR code.
        time_zone: IANA name; "today" is today there.
        signatory: who signs letters; ``contact_name`` when it is empty.
        signatory_role: by which authority they sign, such as ``Head of accounts``.
        reply_hold_days: working days for which contacts wait so that an answer can be read.
        bank_accounts: further accounts whose statements are ours, as IBAN or as the bank writes it.
        bank_hold_days: so many bank days a suggested payment keeps its debtor's contacts waiting
            for a person.
        contact: how often and when debtors may be contacted.
    """

    creditor: Name
    name: str = Field(min_length=1, max_length=70)
    legal_form: str = ""
    registration: str = ""
    address: tuple[str, ...] = Field(min_length=1, max_length=5)
    country: CountryCode = "FR"
    email: str
    reply_to: str = ""
    phone: str = ""
    contact_name: str = ""
    iban: str
    bic: str = ""
    language: LanguageCode = "fr"
    time_zone: str = "Europe/Paris"
    signatory: str = ""
    signatory_role: str = ""
    plan: Name = "standard"
    reply_hold_days: int = Field(default=3, ge=0, le=30)
    bank_accounts: tuple[str, ...] = Field(default=(), max_length=100)
    bank_hold_days: int = Field(default=3, ge=0, le=30)
    contact: ContactPolicy = ContactPolicy()
