"""Who owes, and who is owed?"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.agreed_interest import DayCount, TermsRates
from schemas.base import CountryCode, Frozen, LanguageCode, Name, Strict
from schemas.contact_policy import ContactPolicy
from schemas.mail_server import InboxSecurity, SmtpSecurity
from schemas.payment_terms import Agreement


class Capacity(StrEnum):
    """In which capacity a debtor owes; law and courtesy differ."""

    BUSINESS = "business"
    CONSUMER = "consumer"
    PUBLIC = "public"


class PostalAddress(Frozen):
    """A postal address as lines; the country apart, because the envelope needs it apart.

    Attributes:
        lines: street first, town and postcode last, in the order of their country; at most five.
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
        email_problem: why no mail goes to the address any more, or empty.
        escalation_email: of the person for what has waited too long, or empty.
        account_manager: address of the creditor's own person for this debtor, or empty.
        representative: who speaks for a company in law, as a formal notice addresses them.
        electronic_letters_agreed_on: the day on which a consumer agreed to get registered letters
            electronically (CPCE L100); None when they did not.
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
    email_problem: str = ""
    escalation_email: str = ""
    account_manager: str = ""
    representative: str = ""
    electronic_letters_agreed_on: date | None = None

    @property
    def country(self) -> str:
        """Where the debtor is: whose working days and hours count."""
        return self.address.country


class MailAccount(Strict):
    """The creditor's own account at a mail server, instead of the house's.

    Attributes:
        password_variable: name of the environment variable that holds the password.
        password_file: file that holds it; of the two, one is given where the server asks for one.
        per_minute: at most so many messages a minute, over all workers; 0 for no limit.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    username: str = ""
    password_variable: str = Field(default="", pattern=r"^([A-Z][A-Z0-9_]*)?$")
    password_file: str = ""
    per_minute: int = Field(default=0, ge=0, le=6000)


class MailboxAccount(Strict):
    """The creditor's own mailbox, to which answers and bounces come.

    Attributes:
        password_variable: name of the environment variable that holds the password.
        password_file: file that holds it; of the two, one is given.
        folder: of the mailbox.
    """

    host: str = Field(min_length=1)
    port: int = Field(default=993, ge=1, le=65535)
    security: InboxSecurity = InboxSecurity.TLS
    username: str = Field(min_length=1)
    password_variable: str = Field(default="", pattern=r"^([A-Z][A-Z0-9_]*)?$")
    password_file: str = ""
    folder: str = Field(default="INBOX", min_length=1)


class Creditor(Strict):
    """Who is owed: read from ``creditors/*.yaml``.

    Attributes:
        creditor: the short name that stands in case ids.
        email: the sender of e-mails; answers go to ``reply_to``, or here.
        sender_name: as mail programs show the sender; ``name`` when it is empty.
        account_manager: address of the person for debtors that have none of their own.
        smtp: the account its mail goes through; the house's own when there is none.
        inbox: the mailbox that answers to its mail come to, beside the house's own.
        iban: where payments go; shown in messages and in the payment QR code.
        time_zone: IANA name; "today" is today there.
        signatory: who signs letters; ``contact_name`` when it is empty.
        signatory_role: by which authority they sign, such as ``Head of accounts``.
        reply_hold_days: working days for which contacts wait so that an answer can be read.
        bank_accounts: further accounts whose statements are ours, as IBAN or as the bank writes it.
        bank_hold_days: so many bank days a suggested payment keeps its debtor's contacts waiting
            for a person.
        contact: how often and when debtors may be contacted.
        contract_rate: of late payment in the general terms; an invoice's own goes before it.
        terms: of payment in the general terms, such as ``NET_30``, for invoices that name neither
            a due date nor terms.
        agreement: what was agreed or is sold, as far as it decides how late a payment may fall
            due; None goes by each invoice's terms.
        is_individual: a natural person outside their trade; French consumers then owe the legal
            rate of such creditors.
        day_count: by how many days a year's interest is divided.
    """

    creditor: Name
    name: str = Field(min_length=1, max_length=70)
    legal_form: str = ""
    registration: str = ""
    address: tuple[str, ...] = Field(min_length=1, max_length=5)
    country: CountryCode = "FR"
    email: str
    reply_to: str = ""
    sender_name: str = Field(default="", max_length=70)
    account_manager: str = ""
    smtp: MailAccount | None = None
    inbox: MailboxAccount | None = None
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
    contract_rate: TermsRates = TermsRates()
    terms: str = ""
    agreement: Agreement | None = None
    is_individual: bool = False
    day_count: DayCount = DayCount.ACT_365F
