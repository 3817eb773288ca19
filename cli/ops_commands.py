"""What do people ask of cases? Disputes, promises, holds, steps; one case or thousands."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from cli.asking import Manner, ask
from cli.local_time import morning_of
from cli.outcome import CommandFailed, Exit
from cli.proofs import proof_of
from cli.reach import Reach, author
from cli.selection import Selection
from cli.typed import money
from domain.time_to_sue import barred_among
from schemas.commands import Asked
from schemas.pauses import DisputeReason, Instalment
from schemas.requests import (
    AgreeInstalments,
    ApproveReferral,
    DeclareUncollectible,
    DoStepNow,
    PlaceHold,
    PromiseToPay,
    RaiseDispute,
    RecallCase,
    ReferCase,
    RejectReferral,
    Release,
    ReopenCase,
    ResolveDispute,
    SkipStep,
    UndoStep,
    WithdrawPromise,
    WriteOff,
)
from store.court_facts import court_facts
from store.read_models import CaseLine, case_as_it_stands

SIMPLE: dict[str, tuple[type[Asked], str]] = {
    "release": (Release, "released"),
    "skip": (SkipStep, "told to skip its next step"),
    "do-now": (DoStepNow, "told to take its next step as soon as it may (see `why`)"),
    "undo": (UndoStep, "told to take its last step back"),
    "write-off": (WriteOff, "written off"),
    "refer": (ReferCase, "referred, or proposed where another person must agree (see `show`)"),
    "approve": (ApproveReferral, "approved for the hand-over"),
    "reject": (RejectReferral, "kept: the hand-over is rejected"),
    "uncollectible": (DeclareUncollectible, "closed as uncollectible"),
    "recall": (RecallCase, "recalled"),
    "reopen": (ReopenCase, "reopened"),
}
"""Requests that carry words only, and what the cases then are."""


def manner(*, dry_run: bool, yes: bool, job: str, as_json: bool) -> Manner:
    """How it is asked; a job without a name is a new one."""
    return Manner(dry_run=dry_run, yes=yes, job=job or f"job-{uuid.uuid4().hex}", as_json=as_json)


async def simple(kind: str, selection: Selection, how: Manner, **words: str | bool) -> Exit:
    """Ask what carries words only, such as release, skip, undo, refer or write-off."""
    model, said = SIMPLE[kind]
    given = {name: text for name, text in words.items() if text}

    def make(_line: CaseLine, command_id: str) -> Asked:
        return checked(model, {"command_id": command_id, "by": author(), **given})

    return await ask(selection, how, said, make, warn=_barred if kind == "refer" else None)


async def _barred(reach: Reach, lines: Sequence[CaseLine]) -> list[str]:
    """Cases that nobody could take to court any more: an agency or a lawyer would be told so."""
    facts = await court_facts(reach.pool, [line.case_id for line in lines])
    cases = [await case_as_it_stands(reach.pool, case) for case in facts]
    return [
        f"{case}: the last day to go to court was {limit.limitation_day} ({limit.law})"
        for case, limit in barred_among(cases, facts, datetime.now(UTC)).items()
    ]


async def hold(selection: Selection, how: Manner, reason: str, until: date | None) -> Exit:
    """Stop the clock; until the morning of a day, or open-ended."""

    def make(line: CaseLine, command_id: str) -> Asked:
        end = morning_of(until, line.time_zone) if until else None
        return PlaceHold(command_id=command_id, by=author(), reason=reason, until=end)

    return await ask(selection, how, "on hold", make)


async def dispute(
    selection: Selection,
    how: Manner,
    reason: str,
    amount: str,
    note: str,
    deadline: date | None,
) -> Exit:
    """Record that the debtor contests the invoice or a part of it."""
    if reason not in set(DisputeReason):
        known = ", ".join(DisputeReason)
        raise CommandFailed(Exit.USAGE, f"{reason!r} is no reason; expected one of: {known}")

    def make(line: CaseLine, command_id: str) -> Asked:
        return RaiseDispute(
            command_id=command_id,
            by=author(),
            amount=money(amount, line.currency) if amount else None,
            reason=DisputeReason(reason),
            note=note,
            owner=author(),
            deadline=morning_of(deadline, line.time_zone) if deadline else None,
        )

    return await ask(selection, how, "in dispute", make)


async def resolve(
    selection: Selection, how: Manner, dispute_id: str, words: Mapping[str, object]
) -> Exit:
    """Decide the one open dispute of each case, the named one, or every one."""
    in_favour_of = words["in_favour_of"]
    if dispute_id and words["every"]:
        raise CommandFailed(Exit.USAGE, "--dispute names one and --all means every one: choose")
    given = {"by": author(), "dispute_id": dispute_id, **words}

    def make(_line: CaseLine, command_id: str) -> Asked:
        return checked(ResolveDispute, {"command_id": command_id, **given})

    return await ask(selection, how, f"decided for the {in_favour_of}", make)


async def promise(
    selection: Selection,
    how: Manner,
    on: date | None,
    amount: str,
    words: Mapping[str, str],
    acknowledged: str,
) -> Exit:
    """Record that the debtor names a day, and acknowledges the debt where that is written."""
    if on is None:
        missing = "--on is missing: the day that was promised (or --withdraw with --reason)"
        raise CommandFailed(Exit.USAGE, missing)
    day, written = on, _written(acknowledged)

    def make(line: CaseLine, command_id: str) -> Asked:
        return PromiseToPay(
            command_id=command_id,
            by=author(),
            amount=money(amount, line.currency) if amount else None,
            on=day,
            **words,
            **written,
        )

    return await ask(selection, how, "promised", make)


async def instalments(
    selection: Selection,
    how: Manner,
    parts: list[str],
    said_by: str,
    acknowledged: str,
    *,
    accelerates: bool,
) -> Exit:
    """Record an instalment plan, each part as DATE:AMOUNT; a signed one acknowledges the debt."""
    if not parts:
        words = "--part is missing: DATE:AMOUNT of each instalment (or --withdraw with --reason)"
        raise CommandFailed(Exit.USAGE, words)
    written = _written(acknowledged)

    def make(line: CaseLine, command_id: str) -> Asked:
        return AgreeInstalments(
            command_id=command_id,
            by=author(),
            instalments=tuple(_instalment(part, line.currency) for part in parts),
            said_by=said_by,
            accelerates=accelerates,
            **written,
        )

    return await ask(selection, how, "paying by instalments", make)


def _written(acknowledged: str) -> dict[str, str]:
    """What a request says of a written acknowledgement."""
    if not acknowledged:
        return {}
    proof, sha256 = proof_of(acknowledged, "--acknowledged")
    return {"acknowledged": proof, "acknowledged_sha256": sha256}


async def withdraw(
    selection: Selection, how: Manner, reason: str, typed: Mapping[str, object], *, withdraw: bool
) -> Exit:
    """Take back a promise or instalments that were recorded by mistake.

    Args:
        selection: which cases.
        how: in which manner.
        reason: why; must be given.
        typed: what else was typed that only a new promise takes, by option.
        withdraw: whether it was asked for by name.
    """
    besides = [name for name, value in typed.items() if value]
    if not withdraw:
        raise CommandFailed(Exit.USAGE, "--reason goes with --withdraw; a promise needs none")
    if besides:
        words = f"{', '.join(besides)} cannot go with --withdraw: withdraw it, then record anew"
        raise CommandFailed(Exit.USAGE, words)
    if not reason.strip():
        raise CommandFailed(Exit.USAGE, "--withdraw needs --reason; it is kept on record")

    def make(_: CaseLine, command_id: str) -> Asked:
        return WithdrawPromise(command_id=command_id, by=author(), reason=reason)

    return await ask(selection, how, "no longer waiting for a promise", make)


def _instalment(part: str, currency: str) -> Instalment:
    day, _, amount = part.partition(":")
    try:
        return Instalment(on=date.fromisoformat(day), amount=money(amount, currency))
    except ValueError as error:
        words = f"{part!r} is no instalment; expected DATE:AMOUNT, such as 2026-12-31:500.00"
        raise CommandFailed(Exit.USAGE, words) from error


def checked(model: type[Asked], data: dict[str, Any]) -> Asked:
    """A request out of typed words.

    Raises:
        CommandFailed: when a word is missing, or says something the request does not know.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - with its only use

    try:
        return model.model_validate(data)
    except ValidationError as error:
        problem: Mapping[str, Any] = dict(error.errors()[0])
        field = str(problem["loc"][0]).replace("_", "-").replace("in-favour-of", "for")
        raise CommandFailed(Exit.USAGE, f"--{field}: {_expected(problem)}") from error


def _expected(problem: Mapping[str, Any]) -> str:
    """What is wrong with a word, and what it may be instead."""
    given, limits = problem["input"], problem.get("ctx", {})
    match problem["type"]:
        case "literal_error" | "enum":
            return f"{given!r} is unknown; expected {limits['expected']}"
        case "string_too_short":
            return "nothing is said; expected some words, which are kept on record"
        case "string_too_long":
            return f"too long; expected {limits['max_length']} characters at most"
        case "less_than_equal":
            return f"{given!r} is too much; expected {limits['le']} at most"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")
