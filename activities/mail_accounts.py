"""By which account does a creditor's mail leave? Its own, if its file names one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from activities.smtp import Mailer, SmtpAccount
from schemas.parties import Creditor, MailAccount


class MailAccountIncomplete(ValueError):  # noqa: N818 - the name says the condition
    """A creditor's account names a password that is not there."""


def own_mailers(
    creditors: Mapping[str, Creditor], environment: Mapping[str, str], timeout_seconds: float
) -> dict[str, Mailer]:
    """A mailer for each creditor that has an account of its own, by short name.

    Args:
        creditors: by short name.
        environment: where the passwords are that the files name by variable.
        timeout_seconds: for each step of the conversation.

    Raises:
        MailAccountIncomplete: a password is not where the creditor's file says; it is never shown.
    """
    return {
        name: Mailer(_account(name, creditor.smtp, environment, timeout_seconds))
        for name, creditor in creditors.items()
        if creditor.smtp is not None
    }


def _account(
    creditor: str, own: MailAccount, environment: Mapping[str, str], timeout_seconds: float
) -> SmtpAccount:
    return SmtpAccount(
        host=own.host,
        port=own.port,
        security=own.security,
        username=own.username,
        password=_password(creditor, own, environment),
        timeout_seconds=timeout_seconds,
        per_minute=own.per_minute,
    )


def _password(creditor: str, own: MailAccount, environment: Mapping[str, str]) -> str:
    if own.password_variable:
        if password := environment.get(own.password_variable, ""):
            return password
        raise MailAccountIncomplete(
            f"creditor {creditor}: smtp.password_variable names {own.password_variable}, "
            "which is not set"
        )
    if not own.password_file:
        return ""
    try:
        return Path(own.password_file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MailAccountIncomplete(
            f"creditor {creditor}: smtp.password_file {own.password_file} cannot be read"
        ) from error
