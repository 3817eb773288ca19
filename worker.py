"""The door of the services: settings, pool, activities, workers; SIGTERM drains and ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import (
    PollerBehaviorAutoscaling,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.bank_feed import BankFeed
from activities.case_record import CaseRecord
from activities.cases import Cases
from activities.engine import connect_temporal, is_configured
from activities.health import health_pages
from activities.inbox import Inbox
from activities.letter_hooks import hook_pages
from activities.letter_office import LetterAccountIncomplete, LetterOffice, providers_of
from activities.letter_prices import printing_of
from activities.letter_results import LetterResults
from activities.letter_rounds import LetterRounds
from activities.library import (
    doubtful_contract_rates,
    read_creditors,
    read_plans,
    read_rate_table,
)
from activities.mail_accounts import (
    MailAccountIncomplete,
    mailboxes_of,
    mailer_at,
    own_mailers,
)
from activities.outgoing_mail import PostRoom
from activities.payload_codec import Keyring, PayloadKeysWrong
from activities.smtp import Mailer, SmtpAccount
from activities.steps import Steps
from activities.sweep import Sweep
from activities.telling import Telling
from activities.web_pages import serving
from domain.yaml_document import DocumentError
from engines.addresses import Engine, EnginesNotRunning, addresses
from schemas.parties import Creditor
from schemas.plan import Channel, DunningPlan
from schemas.settings import Settings, SmtpSecurity
from store.pool import Pool, open_pool
from workflows.bank_statement import BankStatementWorkflow
from workflows.collection_case import CollectionCaseWorkflow
from workflows.inbox import ReadInboxWorkflow
from workflows.letters import FollowLettersWorkflow
from workflows.options import bank_queue, channel_queue
from workflows.overdue_sweep import OverdueSweepWorkflow

PASSED_THROUGH = ("schemas", "domain", "workflows.options")
"""Pure modules, which the house tests keep free of clock, random and I/O."""

WORKFLOWS = [
    CollectionCaseWorkflow,
    OverdueSweepWorkflow,
    BankStatementWorkflow,
    ReadInboxWorkflow,
    FollowLettersWorkflow,
]
"""What is run here, and replayed by the tests."""

FILES_AT_ONCE = 4
"""How many bank files one process takes in at a time."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Means:
    """Everything the workers work with."""

    settings: Settings
    client: Client
    pool: Pool
    creditors: Mapping[str, Creditor]
    plans: Mapping[str, DunningPlan]
    mailer: Mailer | PostRoom
    workflow_runner: WorkflowRunner = field(default_factory=UnsandboxedWorkflowRunner)
    """The sandbox only watches: the code that passes the tests in it runs without it, in less than
    half the time."""
    letters: LetterOffice | None = None
    """None drops letters in the folder of the settings."""


def sandboxed() -> SandboxedWorkflowRunner:
    """The sandbox in which the tests run every workflow, and replay the golden histories.

    It fails a workflow that asks for the clock, for chance or for the world.
    """
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


def build_workers(means: Means) -> list[Worker]:
    """The workers of one process: cases and records, and one for each channel's queue.

    A channel has a queue of its own because only there a rate limit holds, whatever sets it.
    """
    settings, client = means.settings, means.client
    drain = timedelta(seconds=settings.drain_seconds)
    office = means.letters or LetterOffice(means.pool, settings.letters, (), printing_of(settings))
    steps = Steps(
        *(means.pool, means.creditors, means.mailer),
        templates=settings.templates_folder,
        letters=office,
        rates=settings.rates_file,
    )
    record = CaseRecord(means.pool)
    cases = Cases(means.pool, client, means.creditors, means.plans, settings.task_queue)
    telling = Telling(means.pool, client, cases)
    sweep = Sweep(means.pool, cases, telling)
    mailboxes = mailboxes_of(settings, means.creditors, os.environ)
    inbox = Inbox(means.pool, means.creditors, telling, mailboxes, settings.inbox_since_days)
    main = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=[
            record.record_events,
            record.give_up_step,
            record.read_case,
            sweep.sweep_overdue,
            inbox.read_inbox,
            LetterRounds(means.pool, office, telling).follow_letters,
        ],
        workflow_runner=means.workflow_runner,
        graceful_shutdown_timeout=drain,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )
    return [main, *_channel_workers(means, steps), _bank_worker(means, telling, drain)]


def _channel_workers(means: Means, steps: Steps) -> list[Worker]:
    settings = means.settings
    limits = {
        Channel.EMAIL: settings.emails_per_second,
        Channel.LETTER: settings.letters_per_second,
    }
    effects = {
        Channel.EMAIL: [steps.send_email, steps.send_notice],
        Channel.PHONE: [steps.open_phone_task],
        Channel.LETTER: [steps.post_letter],
        Channel.REFER: [steps.refer_case],
    }
    return [
        Worker(
            means.client,
            task_queue=channel_queue(settings.task_queue, channel),
            activities=effect,
            max_task_queue_activities_per_second=limits.get(channel),
            max_concurrent_activities=20,
            graceful_shutdown_timeout=timedelta(seconds=settings.drain_seconds),
        )
        for channel, effect in effects.items()
    ]


def _bank_worker(means: Means, telling: Telling, drain: timedelta) -> Worker:
    """The worker of the bank feed's queue: a few files at a time."""
    feed = BankFeed(means.pool, means.creditors, telling)
    return Worker(
        means.client,
        task_queue=bank_queue(means.settings.task_queue),
        activities=[
            *(feed.look_at_bank_file, feed.read_bank_file, feed.match_bank_file),
            *(feed.tell_bank_file, feed.sum_up_bank_file),
        ],
        max_concurrent_activities=FILES_AT_ONCE,
        graceful_shutdown_timeout=drain,
    )


@asynccontextmanager
async def gather_means(settings: Settings) -> AsyncIterator[Means]:
    """Read the files, open the pool, connect to Temporal and to the mail server's account.

    Raises:
        DocumentError: when a plan or creditor file is wrong.
        EnginesNotRunning: when the environment names no engine and none runs here.
        PayloadKeysWrong: when PAYLOAD_KEYS cannot be used.
        LetterAccountIncomplete: when the account of the letter provider is not wholly set.
        MailAccountIncomplete: when the password of a creditor's own account is missing.
    """
    found = addresses(settings, needed_engines())
    account = SmtpAccount(
        host=found.smtp_host,
        port=found.smtp_port,
        security=settings.smtp_security if settings.smtp_host else SmtpSecurity.NONE,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        timeout_seconds=settings.smtp_timeout_seconds,
    )
    creditors = read_creditors(settings.creditors_folder)
    warn_of_rates(settings)
    plans = read_plans(settings.plans_folder)
    client = await connect_temporal(
        found.temporal_address,
        metrics_address=settings.metrics_address,
        keys=Keyring.read(settings.payload_keys.get_secret_value()),
    )
    async with open_pool(found.database_url, settings.database_pool) as pool:
        room = PostRoom(
            mailer_at(account, pool, settings.smtp_per_minute),
            own_mailers(pool, creditors, os.environ, settings.smtp_timeout_seconds),
            settings.documents,
            settings.attachment_megabytes * 1024 * 1024,
        )
        office = LetterOffice(pool, settings.letters, providers_of(settings), printing_of(settings))
        try:
            yield Means(settings, client, pool, creditors, plans, room, letters=office)
        finally:
            await room.close()
            await office.close()


def warn_of_rates(settings: Settings) -> None:
    """Name the contract rates that a legal limit has overtaken; nothing stands still."""
    table, today = read_rate_table(settings.rates_file), datetime.now(UTC).date()
    for one in doubtful_contract_rates(settings.creditors_folder, table, today):
        place = f"{one.file}:{one.line}"
        log.warning("contract rate outside the law", file=place, field=one.field, why=one.message)


@asynccontextmanager
async def running(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """Run workers; leaving drains them all at once."""
    async with AsyncExitStack() as stack:
        for worker in workers:
            await stack.enter_async_context(worker)
        try:
            yield
        finally:
            await asyncio.gather(*(worker.shutdown() for worker in workers))


def needed_engines() -> tuple[Engine, ...]:
    """Every engine; but Temporal's place may also stand in a profile of the SDK's own file."""
    return tuple(
        engine for engine in Engine if engine is not Engine.TEMPORAL or not is_configured()
    )


async def serve(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what has begun and end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with gather_means(settings) as means:
        workers = build_workers(means)
        checks = {
            "database": lambda: means.pool.fetchval("select 1"),
            "engine": means.client.service_client.check_health,
            "workers": lambda: _all_running(workers),
        }
        pages = health_pages(settings.health_address, checks)
        async with running(workers), pages, _letter_calls(means):
            log.info("ready", queues=[worker.task_queue for worker in workers])
            await stop.wait()
            log.info("draining", seconds=settings.drain_seconds)
    log.info("ended")


@asynccontextmanager
async def _letter_calls(means: Means) -> AsyncIterator[None]:
    """The page for the calls of the letter provider, where one is wanted."""
    settings, office = means.settings, means.letters
    if not settings.letter_hooks_address or office is None:
        yield
        return
    cases = Cases(means.pool, means.client, means.creditors, means.plans, settings.task_queue)
    results = LetterResults(means.pool, Telling(means.pool, means.client, cases))
    secret = settings.letter_hooks_secret.get_secret_value()
    app = hook_pages(
        *(means.pool, settings.letter_provider, secret),
        lambda letter: office.look_at(letter, results),
    )
    async with serving(app, settings.letter_hooks_address):
        yield


async def _all_running(workers: Sequence[Worker]) -> None:
    if not all(worker.is_running for worker in workers):
        raise RuntimeError("a worker has ended")


def set_up_logs(log_format: str) -> None:
    """Structured lines on standard error; ids and names of conditions, no personal data."""
    console = log_format == "console"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # The SDK adds workflow and activity ids to its messages; payloads it never logs.
    logging.basicConfig(
        level=logging.WARNING,
        stream=sys.stderr,
        format='{"level":"%(levelname)s","logger":"%(name)s","event":%(message)r}',
    )


def main() -> int:
    """Run the service; 0 after a clean end, 2 when it could not begin."""
    settings = Settings()
    set_up_logs(settings.log_format)
    try:
        asyncio.run(serve(settings))
    except (
        DocumentError,
        EnginesNotRunning,
        LetterAccountIncomplete,
        PayloadKeysWrong,
        MailAccountIncomplete,
    ) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # The SDK's threads may abort an interpreter that ends in the ordinary way.
