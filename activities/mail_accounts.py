"""By which account does a creditor's mail leave and come in? Its own, if its file names one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from activities.imap_mailbox import ImapMailbox, InboxAccount
from activities.mail_pace import Pace
from activities.smtp import Mailer, SmtpAccount
from schemas.parties import Creditor, MailAccount, MailboxAccount
from schemas.settings import Settings
from store.pool import Pool


class MailAccountIncomplete(ValueError):  # noqa: N818 - the name says the condition
    """A creditor's account names a password that is not there."""


def mailer_at(account: SmtpAccount, pool: Pool, per_minute: int) -> Mailer:
    """A mailer that keeps to the pace of its account, over all processes; 0 for no limit."""
    return Mailer(account, Pace(pool, account.name, per_minute) if per_minute else None)


def own_mailers(
    pool: Pool,
    creditors: Mapping[str, Creditor],
    environment: Mapping[str, str],
    timeout_seconds: float,
) -> dict[str, Mailer]:
    """A mailer for each creditor that has an account of its own, by short name.

    Args:
        pool: where all processes that use an account meet.
        creditors: by short name.
        environment: where the passwords are that the files name by variable.
        timeout_seconds: for each step of the conversation.

    Raises:
        MailAccountIncomplete: a password is not where the creditor's file says; it is never shown.
    """
    return {
        name: mailer_at(_account(name, own, environment, timeout_seconds), pool, own.per_minute)
        for name, creditor in creditors.items()
        if (own := creditor.smtp) is not None
    }


def _account(
    creditor: str, own: MailAccount, environment: Mapping[str, str], timeout_seconds: float
) -> SmtpAccount:
    return SmtpAccount(
        host=own.host,
        port=own.port,
        security=own.security,
        username=own.username,
        password=_password(f"creditor {creditor}: smtp", own, environment),
        timeout_seconds=timeout_seconds,
    )


def mailboxes_of(
    settings: Settings, creditors: Mapping[str, Creditor], environment: Mapping[str, str]
) -> list[Callable[[], ImapMailbox]]:
    """How to open each mailbox there is: the house's, then the creditors' own, none of them twice.

    One that several creditors name is theirs together; if it is the house's, too, it is for all.

    Args:
        settings: name the house's mailbox, if there is one.
        creditors: by short name.
        environment: where the passwords are that the files name by variable.

    Raises:
        MailAccountIncomplete: a password is not where the creditor's file says; it is never shown.
    """
    seconds = settings.inbox_timeout_seconds
    accounts = [_house(settings)] if settings.inbox_host else []
    accounts += [
        _mailbox(name, own, environment, seconds)
        for name, creditor in creditors.items()
        if (own := creditor.inbox) is not None
    ]
    by_name: dict[str, InboxAccount] = {}
    for account in accounts:
        first = by_name.setdefault(account.name, account)
        if first.creditors and first is not account:
            both = (*first.creditors, *account.creditors)
            by_name[account.name] = first.model_copy(update={"creditors": both})
    return [partial(ImapMailbox, account) for account in by_name.values()]


def _house(settings: Settings) -> InboxAccount:
    return InboxAccount(
        host=settings.inbox_host,
        port=settings.inbox_port,
        security=settings.inbox_security,
        username=settings.inbox_username,
        password=settings.inbox_password.get_secret_value(),
        folder=settings.inbox_folder,
        timeout_seconds=settings.inbox_timeout_seconds,
    )


def _mailbox(
    creditor: str, own: MailboxAccount, environment: Mapping[str, str], timeout_seconds: float
) -> InboxAccount:
    return InboxAccount(
        host=own.host,
        port=own.port,
        security=own.security,
        username=own.username,
        password=_password(f"creditor {creditor}: inbox", own, environment),
        folder=own.folder,
        timeout_seconds=timeout_seconds,
        creditors=(creditor,),
    )


def _password(place: str, own: MailAccount | MailboxAccount, environment: Mapping[str, str]) -> str:
    if own.password_variable:
        if password := environment.get(own.password_variable, ""):
            return password
        raise MailAccountIncomplete(
            f"{place}.password_variable names {own.password_variable}, which is not set"
        )
    if not own.password_file:
        return ""
    try:
        return Path(own.password_file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MailAccountIncomplete(
            f"{place}.password_file {own.password_file} cannot be read"
        ) from error
