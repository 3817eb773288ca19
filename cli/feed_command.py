"""How do bank files get in? ``feed``, ``feed --watch`` and ``day``: kept first, then taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from cli import letters_command, upkeep_commands
from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.progress import progress
from cli.reach import Reach, author, everything
from schemas.feed import FeedRequest, FeedSummary, FileState, ReadSummary
from schemas.identifiers import statement_workflow
from statements.errors import NotABankFileError
from statements.reader import STANDARD, unpacked
from store import bank_files
from workflows.options import bank_queue

FEED_WORKFLOW = "BankStatement"
LOOK_SECONDS = 0.3
PATIENCE = timedelta(seconds=90)
"""So long a file may stand still before somebody is told that nobody works on it."""

_NOT_BEGUN = frozenset({FileState.RECEIVED, FileState.TOLD, FileState.REFUSED})

DONE, REFUSED = "done", "refused"
"""Folders into which a watched folder's files are moved."""

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True)
class Delivered:
    """What is fed in one go.

    Attributes:
        account: whose statement it is, where the file does not say.
        now: the moment that counts as now; None for the engine's clock.
    """

    account: str = ""
    now: datetime | None = None


async def feed(paths: list[Path], account: str, on: date | None, *, as_json: bool) -> Exit:
    """Take files in, one after the other; a refused one does not keep the others out."""
    found = list(_files(paths))
    if not found:
        words = f"there is no file in {', '.join(map(str, paths))}"
        raise CommandFailed(Exit.NOT_FOUND, words)
    delivered = Delivered(account, _noon(on))
    summaries: list[FeedSummary] = []
    async with everything() as reach:
        for path in found:
            for summary in await feed_file(reach, path, delivered):
                summaries.append(summary)
                if not as_json:
                    tell(summary)
    if as_json:
        say_json({"files": [one.model_dump(mode="json") for one in summaries]})
    return Exit.PROBLEMS if any(map(_needs_a_look, summaries)) else Exit.DONE


async def day(folder: Path, on: date | None) -> Exit:
    """Feed what has arrived in a folder, then sweep: no case is opened for what was just paid.

    Letters are asked after last: a slow provider keeps neither the bank nor the sweep waiting.
    """
    worst = Exit.DONE
    _must_be_there([folder])
    async with everything() as reach:
        for path in _files([folder]):
            worst = max(worst, await _feed_and_move(reach, path, Delivered(now=_noon(on))))
    worst = max(worst, await upkeep_commands.sweep(on, as_json=False))
    async with everything() as reach:
        letters = await letters_command.follow_letters(reach)
    if letters:
        say(f"letters: {letters_command.in_words(letters)}")
        worst = max(worst, Exit.PROBLEMS if letters.not_asked else Exit.DONE)
    return worst


async def watch(
    folders: list[Path], account: str, every: int, until: Callable[[], bool] = lambda: False
) -> Exit:
    """Take in whatever arrives in folders, until it is ended.

    A file is taken when its size and time have stood still from one look to the next. It is then
    moved into ``done`` or, with a report beside it, into ``refused``.

    Args:
        folders: to look into.
        account: whose statements they are, where the files do not say.
        every: seconds between two looks.
        until: asked after each look whether that is enough.
    """
    _must_be_there(folders)
    before: dict[Path, tuple[int, int]] = {}
    async with everything() as reach:
        say(f"watching {', '.join(map(str, folders))}; Ctrl-C ends it")
        while True:
            now = {path: seen for path in _files(folders) if (seen := _seen(path))}
            for path, seen in now.items():
                if before.get(path) == seen:
                    await _feed_and_move(reach, path, Delivered(account))
            before = now
            if until():
                return Exit.DONE
            await asyncio.sleep(every)


def _must_be_there(folders: list[Path]) -> None:
    for folder in folders:
        if not folder.is_dir():
            raise CommandFailed(Exit.NOT_FOUND, f"there is no folder {folder}")


async def _feed_and_move(reach: Reach, path: Path, delivered: Delivered) -> Exit:
    summaries = await feed_file(reach, path, delivered)
    for summary in summaries:
        tell(summary)
    refused = [one.read.refused for one in summaries if one.read.refused]
    if refused:
        target = _move(path, REFUSED)
        report = target.with_name(f"{target.name}.report.txt")
        report.write_text("\n".join(refused) + "\n", "utf-8")
        return Exit.PROBLEMS
    _move(path, DONE)
    return Exit.PROBLEMS if any(map(_needs_a_look, summaries)) else Exit.DONE


def _move(path: Path, name: str) -> Path:
    """Into a folder beside it; a file of the same name there is kept."""
    folder = path.parent / name
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{path.name}"
    return path.rename(target)


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files meant, in the order of their names; hidden and unfinished ones are left out."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for inner in sorted(path.iterdir()):
            hidden = inner.name.startswith(".") or inner.name.lower().endswith(_UNFINISHED)
            if inner.is_file() and not hidden:
                yield inner


def _seen(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if found.st_size else None


async def feed_file(reach: Reach, path: Path, delivered: Delivered) -> list[FeedSummary]:
    """Take in a file, or each file of an archive; what came of each."""
    content = _content(path)
    summaries: list[FeedSummary] = []
    try:
        for inner, name in unpacked(content, path.name):
            summaries.append(await feed_content(reach, inner, name, delivered))
    except NotABankFileError as error:
        refused = ReadSummary(refused=str(error))
        summaries.append(FeedSummary(sha256="", name=path.name, read=refused))
    return summaries


async def feed_content(
    reach: Reach, content: bytes, name: str, delivered: Delivered
) -> FeedSummary:
    """Keep the bytes, have the engine take them in, and wait for what comes of it."""
    sha256, _new = await bank_files.keep_file(reach.pool, content, name, author())
    handle: WorkflowHandle[object, FeedSummary] = await reach.client.start_workflow(
        FEED_WORKFLOW,
        FeedRequest(sha256=sha256, name=name, account=delivered.account, now=delivered.now),
        id=statement_workflow(sha256),
        task_queue=reach.settings.task_queue,
        result_type=FeedSummary,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    try:
        return await _wait(reach, handle, sha256, name)
    except WorkflowFailureError as error:
        words = f"{name} could not be taken in: {error.cause}"
        raise CommandFailed(Exit.PROBLEMS, words) from error


async def _wait(
    reach: Reach, handle: WorkflowHandle[object, FeedSummary], sha256: str, name: str
) -> FeedSummary:
    result = asyncio.create_task(handle.result())
    began = datetime.now(UTC)
    try:
        with progress(f"Feeding {name}", total=None) as advance:
            while not (await asyncio.wait({result}, timeout=LOOK_SECONDS))[0]:
                file = await bank_files.file_of(reach.pool, sha256)
                if file is None:
                    continue
                advance(max(file.lines_read, file.lines_decided))
                still = datetime.now(UTC) - max(file.changed_at, began)
                if still > PATIENCE and file.state in _NOT_BEGUN:
                    words = f"nobody has begun with {name} for {still.seconds} s; does a worker "
                    words += f"serve {bank_queue(reach.settings.task_queue)}? It will go on then."
                    raise CommandFailed(Exit.UNREACHABLE, words)
        return await result
    finally:
        result.cancel()


def tell(summary: FeedSummary) -> None:
    """Say what came of a file, for people."""
    read, matched = summary.read, summary.matched
    if read.refused:
        say_error(f"{summary.name}: refused: {read.refused}", Exit.PROBLEMS)
        return
    again = f", {read.known} known before" if read.known else ""
    say(
        f"{summary.name}: {read.new} new payments{again}; of this file's: {matched.booked} booked, "
        f"{matched.suggested} suggested, {matched.on_account} on account, {matched.unmatched} "
        f"unmatched, {matched.ignored} ignored; {matched.returned} returns"
    )
    for currency, places in summary.amounts.items():
        money = ", ".join(f"{amount:,.2f} {place}" for place, amount in places.items())
        say(f"  {currency}: {money}")
    if summary.told.untold:
        say(f"  {summary.told.untold} facts wait to be told; no contact leaves before")
    for problem in (*read.problems, *summary.gaps):
        say_error(f"  {problem}", Exit.PROBLEMS)
    if matched.suggested + matched.on_account + matched.unmatched:
        say("  `starter.py unmatched` lists what waits for a person")


def _needs_a_look(summary: FeedSummary) -> bool:
    return bool(summary.read.refused or summary.read.problems or summary.gaps)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > STANDARD.file_bytes:
            words = f"{path}: larger than {STANDARD.file_bytes} bytes, which is not read"
            raise CommandFailed(Exit.REFUSED, words)
        return path.read_bytes()
    except OSError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"cannot read {path}: {error.strerror}") from error


def _noon(on: date | None) -> datetime | None:
    return datetime.combine(on, time(12), ZoneInfo("UTC")) if on else None
