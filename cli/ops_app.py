"""How are requests typed? The options of every command that asks or tells cases something."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from cli import options
from cli.options import a_day

if TYPE_CHECKING:
    from cli.asking import Manner
    from cli.outcome import Exit
    from cli.selection import Selection

app = typer.Typer(rich_markup_mode=None)

Answer = Coroutine[Any, Any, "Exit"]


def _options(  # noqa: PLR0917 - the options that every request has
    cases: options.Cases = None,
    file: options.File = None,
    debtor: options.Debtor = "",
    plan: options.Plan = "",
    state: options.State = "",
    older_than: options.OlderThan = None,
    min_amount: options.MinAmount = None,
    dry_run: options.DryRun = False,  # noqa: FBT002 - an option of the command line
    yes: options.Yes = False,  # noqa: FBT002 - as above
    job: options.Job = "",
    as_json: options.AsJson = False,  # noqa: FBT002 - as above
) -> tuple[Selection, Manner]:
    """Which cases, and in which manner."""
    from decimal import Decimal

    from cli.ops_commands import manner
    from cli.selection import Selection

    selection = Selection(
        cases=tuple(cases or ()),
        file=file,
        debtor=debtor,
        plan=plan,
        state=state,
        older_than=older_than,
        min_amount=None if min_amount is None else Decimal(str(min_amount)),
    )
    return selection, manner(dry_run=dry_run, yes=yes, job=job, as_json=as_json)


def _asks(name: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Make a command of a function: its own options, and those that every request has."""

    def register(body: Callable[..., Answer]) -> Callable[..., Answer]:
        shared = _parameters(_options)
        own = [one for one in _parameters(body) if one.name not in {"selection", "how"}]

        def command(**typed: Any) -> None:
            from cli.outcome import finish

            selection, how = _options(**{one.name: typed[one.name] for one in shared})
            finish(body(selection, how, **{one.name: typed[one.name] for one in own}))

        parameters = [
            one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for one in (shared[0], *own, *shared[1:])
        ]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # typer reads it
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        command.__doc__ = body.__doc__
        app.command(name)(command)
        return body

    return register


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    names = dict.fromkeys(("Selection", "Manner", "Exit"), Any)
    hints = get_type_hints(function, localns=names, include_extras=True)
    found = inspect.signature(function).parameters.values()
    return [one.replace(annotation=hints[one.name]) for one in found]


@_asks("cancel")
def _cancel(selection: Selection, how: Manner, *, reason: options.Reason) -> Answer:
    """Stop pursuing cases."""
    from cli import case_commands

    return case_commands.cancel(selection, how, reason)


@_asks("dispute")
def _dispute(
    selection: Selection,
    how: Manner,
    *,
    reason: options.DisputeReason,
    amount: options.Part = "",
    note: options.Note = "",
    deadline: Annotated[date | None, a_day("By when it is to be decided.")] = None,
) -> Answer:
    """Record that the debtor contests the invoice, or a part of it."""
    from cli import ops_commands

    return ops_commands.dispute(selection, how, reason, amount, note, deadline)


@_asks("resolve")
def _resolve(
    selection: Selection,
    how: Manner,
    *,
    in_favour_of: options.Winner,
    dispute: options.WhichDispute = "",
    every: options.EveryDispute = False,
    grace_days: options.Grace = 0,
    note: options.Note = "",
) -> Answer:
    """Decide the dispute of cases; where several are open, the named one or all."""
    from cli import ops_commands

    words = {"in_favour_of": in_favour_of, "every": every, "grace_days": grace_days, "note": note}
    return ops_commands.resolve(selection, how, dispute, words)


@_asks("promise")
def _promise(
    selection: Selection,
    how: Manner,
    *,
    on: Annotated[date | None, a_day("The day on which the debtor will pay.")] = None,
    amount: options.Part = "",
    said_by: options.SaidBy = "",
    means: options.Means = "",
    acknowledged: options.Proof = "",
    withdraw: options.Withdraw = False,
    reason: options.Reason = "",
) -> Answer:
    """Record that the debtor names a day; or withdraw what was recorded by mistake."""
    from cli import ops_commands

    if withdraw or reason:
        typed = {"--on": on, "--amount": amount, "--said-by": said_by, "--means": means}
        return ops_commands.withdraw(selection, how, reason, typed, withdraw=withdraw)
    words = {"said_by": said_by, "means": means}
    return ops_commands.promise(selection, how, on, amount, words, acknowledged)


@_asks("instalments")
def _instalments(
    selection: Selection,
    how: Manner,
    *,
    part: options.Parts = None,
    said_by: options.SaidBy = "",
    keep_days: options.KeepDays = False,
    acknowledged: options.Proof = "",
    withdraw: options.Withdraw = False,
    reason: options.Reason = "",
) -> Answer:
    """Record an instalment plan; or withdraw what was recorded by mistake."""
    from cli import ops_commands

    if withdraw or reason:
        typed = {"--part": part, "--said-by": said_by, "--keep-days": keep_days}
        return ops_commands.withdraw(selection, how, reason, typed, withdraw=withdraw)
    parts = part or []
    return ops_commands.instalments(
        selection, how, parts, said_by, acknowledged, accelerates=not keep_days
    )


@_asks("interrupt")
def _interrupt(
    selection: Selection,
    how: Manner,
    *,
    kind: options.Kind,
    on: Annotated[date, a_day("The day on which it happened.")],
    proof: options.Proof = "",
    withdraw: options.Withdraw = False,
    reason: options.Reason = "",
) -> Answer:
    """Record what starts limitation afresh: an acknowledgement, a court act; or withdraw it."""
    from cli import interrupt_command

    if withdraw or reason:
        return interrupt_command.withdraw(selection, how, kind, on, reason)
    return interrupt_command.interrupt(selection, how, kind, on, proof)


@_asks("hold")
def _hold(
    selection: Selection,
    how: Manner,
    *,
    reason: options.Reason,
    until: Annotated[date | None, a_day("The day on which it ends; else `release` does.")] = None,
) -> Answer:
    """Stop the clock of cases, until a day or without an end."""
    from cli import ops_commands

    return ops_commands.hold(selection, how, reason, until)


@_asks("release")
def _release(selection: Selection, how: Manner, *, reason: options.Reason = "") -> Answer:
    """Lift a hold, or what forbids contact."""
    from cli import ops_commands

    return ops_commands.simple("release", selection, how, reason=reason)


@_asks("skip")
def _skip(
    selection: Selection, how: Manner, *, reason: options.Reason, step: options.NextStep = ""
) -> Answer:
    """Pass the next step over."""
    from cli import ops_commands

    return ops_commands.simple("skip", selection, how, reason=reason, step=step)


@_asks("do-now")
def _do_now(selection: Selection, how: Manner, *, step: options.NextStep = "") -> Answer:
    """Take the next step now, within contact hours."""
    from cli import ops_commands

    return ops_commands.simple("do-now", selection, how, step=step)


@_asks("undo")
def _undo(
    selection: Selection, how: Manner, *, reason: options.Reason = "", step: options.LastStep = ""
) -> Answer:
    """Take the last performed step back."""
    from cli import ops_commands

    return ops_commands.simple("undo", selection, how, reason=reason, step=step)


@_asks("replan")
def _replan(
    selection: Selection,
    how: Manner,
    *,
    to: options.NewPlan,
    mode: options.Mode = "keep",
    step: options.ToStep = "",
    reason: options.Reason = "",
) -> Answer:
    """Go on by another plan; --dry-run shows each case's next step before and after."""
    from cli import replan_command

    return replan_command.replan(selection, how, to, mode, step, reason)


@_asks("refer")
def _refer(
    selection: Selection,
    how: Manner,
    *,
    to: options.To = "",
    reason: options.Reason = "",
    without_notice: options.WithoutNotice = False,
) -> Answer:
    """Hand cases to an agency or a lawyer, or propose it where another must agree."""
    from cli import ops_commands

    words = {"to": to, "reason": reason}
    return ops_commands.simple("refer", selection, how, **words, without_notice=without_notice)


@_asks("approve")
def _approve(selection: Selection, how: Manner, *, note: options.Note = "") -> Answer:
    """Agree to the hand-over that somebody else has proposed."""
    from cli import ops_commands

    return ops_commands.simple("approve", selection, how, note=note)


@_asks("reject")
def _reject(selection: Selection, how: Manner, *, reason: options.Reason) -> Answer:
    """Decide against a hand-over; a person then decides what follows."""
    from cli import ops_commands

    return ops_commands.simple("reject", selection, how, reason=reason)


@_asks("uncollectible")
def _uncollectible(selection: Selection, how: Manner, *, reason: options.Reason) -> Answer:
    """Close cases that the agency or the lawyer gives up."""
    from cli import ops_commands

    return ops_commands.simple("uncollectible", selection, how, reason=reason)


@_asks("write-off")
def _write_off(selection: Selection, how: Manner, *, reason: options.Reason) -> Answer:
    """Stop asking for what is left."""
    from cli import ops_commands

    return ops_commands.simple("write-off", selection, how, reason=reason)


@_asks("recall")
def _recall(selection: Selection, how: Manner, *, reason: options.Reason) -> Answer:
    """Take referred cases back."""
    from cli import ops_commands

    return ops_commands.simple("recall", selection, how, reason=reason)


@_asks("reopen")
def _reopen(selection: Selection, how: Manner, *, reason: options.Reason) -> Answer:
    """Pursue closed cases again."""
    from cli import ops_commands

    return ops_commands.simple("reopen", selection, how, reason=reason)
