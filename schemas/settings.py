"""How is it set up? The environment, read once at the doors and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.base import Frozen
from schemas.mail_server import InboxSecurity, SmtpSecurity

__all__ = ["EngineAddresses", "InboxSecurity", "Settings", "SmtpSecurity"]


class Settings(BaseSettings):
    """One frozen model of the environment; an empty address means the engine on this machine.

    Temporal's own part (``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``, ``TEMPORAL_API_KEY``,
    ``TEMPORAL_TLS…``, ``TEMPORAL_PROFILE``) is read by the SDK's standard configuration.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    var: Path = Field(default=Path("var"), validation_alias="RELANCE_VAR")
    database_url: SecretStr = Field(default=SecretStr(""), validation_alias="DATABASE_URL")
    database_owner_url: SecretStr = Field(
        default=SecretStr(""), validation_alias="DATABASE_OWNER_URL"
    )
    database_pool: int = Field(default=10, ge=1, le=200, validation_alias="DATABASE_POOL")
    temporal_address: str = Field(default="", validation_alias="TEMPORAL_ADDRESS")
    payload_keys: SecretStr = Field(default=SecretStr(""), validation_alias="PAYLOAD_KEYS")
    smtp_host: str = Field(default="", validation_alias="SMTP_HOST")
    smtp_port: int = Field(default=587, ge=1, le=65535, validation_alias="SMTP_PORT")
    smtp_security: SmtpSecurity = Field(
        default=SmtpSecurity.STARTTLS, validation_alias="SMTP_SECURITY"
    )
    smtp_username: str = Field(default="", validation_alias="SMTP_USERNAME")
    smtp_password: SecretStr = Field(default=SecretStr(""), validation_alias="SMTP_PASSWORD")
    smtp_timeout_seconds: float = Field(
        default=30, gt=0, le=60, validation_alias="SMTP_TIMEOUT_SECONDS"
    )
    smtp_per_minute: int = Field(default=0, ge=0, le=6000, validation_alias="SMTP_PER_MINUTE")
    inbox_host: str = Field(default="", validation_alias="INBOX_HOST")
    inbox_port: int = Field(default=993, ge=1, le=65535, validation_alias="INBOX_PORT")
    inbox_security: InboxSecurity = Field(
        default=InboxSecurity.TLS, validation_alias="INBOX_SECURITY"
    )
    inbox_username: str = Field(default="", validation_alias="INBOX_USERNAME")
    inbox_password: SecretStr = Field(default=SecretStr(""), validation_alias="INBOX_PASSWORD")
    inbox_folder: str = Field(default="INBOX", validation_alias="INBOX_FOLDER")
    inbox_timeout_seconds: float = Field(
        default=30, gt=0, le=120, validation_alias="INBOX_TIMEOUT_SECONDS"
    )
    inbox_since_days: int = Field(default=30, ge=1, le=3650, validation_alias="INBOX_SINCE_DAYS")
    emails_per_second: float = Field(default=10, gt=0, validation_alias="EMAILS_PER_SECOND")
    attachment_megabytes: int = Field(
        default=10, ge=0, le=50, validation_alias="ATTACHMENT_MEGABYTES"
    )
    documents_folder: Path | None = Field(default=None, validation_alias="DOCUMENTS_FOLDER")
    letters_per_second: float = Field(default=20, gt=0, validation_alias="LETTERS_PER_SECOND")
    letters_folder: Path | None = Field(default=None, validation_alias="LETTERS_FOLDER")
    letter_provider: Literal["folder", "maileva"] = Field(
        default="folder", validation_alias="LETTER_PROVIDER"
    )
    letter_prices_file: Path = Field(
        default=Path("rates/letter-prices.csv"), validation_alias="LETTER_PRICES_FILE"
    )
    letters_in_colour: bool = Field(default=False, validation_alias="LETTERS_IN_COLOUR")
    letters_duplex: bool = Field(default=True, validation_alias="LETTERS_DUPLEX")
    maileva_url: str = Field(default="", validation_alias="MAILEVA_URL")
    maileva_electronic_url: str = Field(default="", validation_alias="MAILEVA_ELECTRONIC_URL")
    maileva_token_url: str = Field(default="", validation_alias="MAILEVA_TOKEN_URL")
    maileva_client_id: str = Field(default="", validation_alias="MAILEVA_CLIENT_ID")
    maileva_client_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias="MAILEVA_CLIENT_SECRET"
    )
    letter_hooks_address: str = Field(default="", validation_alias="LETTER_HOOKS_ADDRESS")
    letter_hooks_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias="LETTER_HOOKS_SECRET"
    )
    plans_folder: Path = Field(default=Path("plans"), validation_alias="PLANS_FOLDER")
    creditors_folder: Path = Field(default=Path("creditors"), validation_alias="CREDITORS_FOLDER")
    templates_folder: Path = Field(default=Path("templates"), validation_alias="TEMPLATES_FOLDER")
    rates_file: Path = Field(
        default=Path("rates/reference-rates.csv"), validation_alias="RATES_FILE"
    )
    task_queue: str = Field(default="relance", validation_alias="TASK_QUEUE")
    health_address: str = Field(default="127.0.0.1:8088", validation_alias="HEALTH_ADDRESS")
    metrics_address: str = Field(default="127.0.0.1:9464", validation_alias="METRICS_ADDRESS")
    drain_seconds: float = Field(default=60, ge=0, validation_alias="DRAIN_SECONDS")
    log_format: str = Field(default="json", validation_alias="LOG_FORMAT")

    @property
    def documents(self) -> Path:
        """Where the documents of invoices lie, a folder for each creditor."""
        return self.documents_folder or self.var / "documents"

    @property
    def letters(self) -> Path:
        """Where letters are dropped."""
        return self.letters_folder or self.var / "letters"


class EngineAddresses(Frozen):
    """Where running engines are: written by ``./run up`` into ``var/engines.json``.

    Attributes:
        pid: of the process that started them and ends with them.
        mailbox: folder in which the SMTP server keeps what it receives as ``.eml``.
    """

    pid: int
    database_url: str
    temporal_address: str
    temporal_ui: str = ""
    smtp_host: str = ""
    smtp_port: int = 0
    mailbox: str = ""
    letters: str = ""
    health: str = ""
    metrics: str = ""
