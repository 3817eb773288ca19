"""How are requests typed? The options of every command that asks or tells cases something."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from cli.typed import day

if TYPE_CHECKING:
    from cli.asking import Manner
    from cli.outcome import Exit
    from cli.selection import Selection

app = typer.Typer(rich_markup_mode=None)

Cases = Annotated[list[str] | None, typer.Argument(help="Case ids or invoice numbers.")]
File = Annotated[Path | None, typer.Option(help="A file with one case a line.")]
Debtor = Annotated[str, typer.Option(help="All cases of a debtor's number.")]
Plan = Annotated[str, typer.Option(help="All cases of a plan.")]
State = Annotated[str, typer.Option(help="open, exhausted, referred or closed.")]
OlderThan = Annotated[int | None, typer.Option(min=0, help="Overdue for so many days.")]
MinAmount = Annotated[float | None, typer.Option(min=0, help="Outstanding at least.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which cases, ask nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask many without being asked back.")]
Job = Annotated[str, typer.Option(help="The same name again goes on, and asks nothing twice.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Reason = Annotated[str, typer.Option(help="Kept on record.")]
Needed = Annotated[str, typer.Option(help="Kept on record.")]
Day = Annotated[date | None, typer.Option(parser=day, metavar="YYYY-MM-DD")]
NeededDay = Annotated[date, typer.Option(parser=day, metavar="YYYY-MM-DD")]
Withdraw = Annotated[bool, typer.Option("--withdraw", help="Recorded by mistake; say --reason.")]
Kind = Annotated[str, typer.Option(help="acknowledgement, court-claim, order-served, …")]
Proof = Annotated[str, typer.Option(help="The file that proves it in writing, or where it is.")]
Step = Annotated[str, typer.Option(help="Its name; whichever is next when not given.")]
Part = Annotated[str, typer.Option(help="Only this amount; all that is asked by default.")]
Parts = Annotated[list[str] | None, typer.Option(help="DATE:AMOUNT; once for each instalment.")]
DisputeReason = Annotated[str, typer.Option(help="Such as quality, price, not-received, other.")]
Winner = Annotated[str, typer.Option("--for", help="debtor or creditor.")]
WhichDispute = Annotated[str, typer.Option(help="Its id, or how it begins; see `show`.")]
EveryDispute = Annotated[bool, typer.Option("--all", help="Every open dispute of the case.")]
Grace = Annotated[int, typer.Option(min=0, help="Days, when it is for the creditor.")]
KeepDays = Annotated[bool, typer.Option("--keep-days", help="A missed one hastens no other.")]
To = Annotated[str, typer.Option(help="A destination of the plan; the rules choose by default.")]
WithoutNotice = Annotated[
    bool,
    typer.Option("--without-notice", help="Also when the debtor was not told of the hand-over."),
]
NewPlan = Annotated[str, typer.Option("--to", help="Name of a plan, or a .yaml file.")]
Mode = Annotated[str, typer.Option(help="keep the position, restart, or move to --step.")]
Creditor = Annotated[str, typer.Option(help="Short name; needed when there is more than one.")]

Answer = Coroutine[Any, Any, "Exit"]


def _options(  # noqa: PLR0917 - the options that every request has
    cases: Cases = None,
    file: File = None,
    debtor: Debtor = "",
    plan: Plan = "",
    state: State = "",
    older_than: OlderThan = None,
    min_amount: MinAmount = None,
    dry_run: DryRun = False,  # noqa: FBT002 - an option of the command line
    yes: Yes = False,  # noqa: FBT002 - as above
    job: Job = "",
    as_json: AsJson = False,  # noqa: FBT002 - as above
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
def _cancel(selection: Selection, how: Manner, *, reason: Needed) -> Answer:
    """Stop pursuing cases."""
    from cli import case_commands

    return case_commands.cancel(selection, how, reason)


@_asks("dispute")
def _dispute(
    selection: Selection,
    how: Manner,
    *,
    reason: DisputeReason,
    amount: Part = "",
    note: Reason = "",
    deadline: Day = None,
) -> Answer:
    """Record that the debtor contests the invoice, or a part of it."""
    from cli import ops_commands

    return ops_commands.dispute(selection, how, reason, amount, note, deadline)


@_asks("resolve")
def _resolve(
    selection: Selection,
    how: Manner,
    *,
    in_favour_of: Winner,
    dispute: WhichDispute = "",
    every: EveryDispute = False,
    grace_days: Grace = 0,
    note: Reason = "",
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
    on: Day = None,
    amount: Part = "",
    said_by: Reason = "",
    means: Reason = "",
    acknowledged: Proof = "",
    withdraw: Withdraw = False,
    reason: Reason = "",
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
    part: Parts = None,
    said_by: Reason = "",
    keep_days: KeepDays = False,
    acknowledged: Proof = "",
    withdraw: Withdraw = False,
    reason: Reason = "",
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
    kind: Kind,
    on: NeededDay,
    proof: Proof = "",
    withdraw: Withdraw = False,
    reason: Reason = "",
) -> Answer:
    """Record what starts limitation afresh: an acknowledgement, a court act; or withdraw it."""
    from cli import interrupt_command

    if withdraw or reason:
        return interrupt_command.withdraw(selection, how, kind, on, reason)
    return interrupt_command.interrupt(selection, how, kind, on, proof)


@_asks("hold")
def _hold(selection: Selection, how: Manner, *, reason: Needed, until: Day = None) -> Answer:
    """Stop the clock of cases, until a day or without an end."""
    from cli import ops_commands

    return ops_commands.hold(selection, how, reason, until)


@_asks("release")
def _release(selection: Selection, how: Manner, *, reason: Reason = "") -> Answer:
    """Lift a hold, or what forbids contact."""
    from cli import ops_commands

    return ops_commands.simple("release", selection, how, reason=reason)


@_asks("skip")
def _skip(selection: Selection, how: Manner, *, reason: Needed, step: Step = "") -> Answer:
    """Pass the next step over."""
    from cli import ops_commands

    return ops_commands.simple("skip", selection, how, reason=reason, step=step)


@_asks("do-now")
def _do_now(selection: Selection, how: Manner, *, step: Step = "") -> Answer:
    """Take the next step now, within contact hours."""
    from cli import ops_commands

    return ops_commands.simple("do-now", selection, how, step=step)


@_asks("undo")
def _undo(selection: Selection, how: Manner, *, reason: Reason = "", step: Step = "") -> Answer:
    """Take the last performed step back."""
    from cli import ops_commands

    return ops_commands.simple("undo", selection, how, reason=reason, step=step)


@_asks("replan")
def _replan(
    selection: Selection,
    how: Manner,
    *,
    to: NewPlan,
    mode: Mode = "keep",
    step: Step = "",
    reason: Reason = "",
) -> Answer:
    """Go on by another plan; --dry-run shows each case's next step before and after."""
    from cli import replan_command

    return replan_command.replan(selection, how, to, mode, step, reason)


@_asks("refer")
def _refer(
    selection: Selection,
    how: Manner,
    *,
    to: To = "",
    reason: Reason = "",
    without_notice: WithoutNotice = False,
) -> Answer:
    """Hand cases to an agency or a lawyer, or propose it where another must agree."""
    from cli import ops_commands

    words = {"to": to, "reason": reason}
    return ops_commands.simple("refer", selection, how, **words, without_notice=without_notice)


@_asks("approve")
def _approve(selection: Selection, how: Manner, *, note: Reason = "") -> Answer:
    """Agree to the hand-over that somebody else has proposed."""
    from cli import ops_commands

    return ops_commands.simple("approve", selection, how, note=note)


@_asks("reject")
def _reject(selection: Selection, how: Manner, *, reason: Needed) -> Answer:
    """Decide against a hand-over; a person then decides what follows."""
    from cli import ops_commands

    return ops_commands.simple("reject", selection, how, reason=reason)


@_asks("uncollectible")
def _uncollectible(selection: Selection, how: Manner, *, reason: Needed) -> Answer:
    """Close cases that the agency or the lawyer gives up."""
    from cli import ops_commands

    return ops_commands.simple("uncollectible", selection, how, reason=reason)


@_asks("write-off")
def _write_off(selection: Selection, how: Manner, *, reason: Needed) -> Answer:
    """Stop asking for what is left."""
    from cli import ops_commands

    return ops_commands.simple("write-off", selection, how, reason=reason)


@_asks("recall")
def _recall(selection: Selection, how: Manner, *, reason: Needed) -> Answer:
    """Take referred cases back."""
    from cli import ops_commands

    return ops_commands.simple("recall", selection, how, reason=reason)


@_asks("reopen")
def _reopen(selection: Selection, how: Manner, *, reason: Needed) -> Answer:
    """Pursue closed cases again."""
    from cli import ops_commands

    return ops_commands.simple("reopen", selection, how, reason=reason)
