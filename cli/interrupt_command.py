"""What has given a claim new time before a court? ``interrupt``, and what proves it."""

from __future__ import annotations

from datetime import date

from cli.asking import Manner, ask
from cli.ops_commands import checked
from cli.outcome import CommandFailed, Exit
from cli.proofs import proof_of
from cli.reach import author
from cli.selection import Selection
from cli.typed import one_of
from domain.limitation import INTERRUPTING
from schemas.commands import Asked
from schemas.limitation import InterruptionKind
from schemas.limitation_events import RecordInterruption, WithdrawInterruption
from store.read_models import CaseLine

KINDS = tuple(
    kind.value.replace("_", "-")
    for kind in InterruptionKind
    if kind is not InterruptionKind.PART_PAYMENT
)
"""As they are typed; a part payment is recorded with `pay`."""
COUNTED = tuple(kind for kind in KINDS if InterruptionKind(kind.replace("-", "_")) in INTERRUPTING)
"""Those that start limitation afresh by some law; which do by that of a case, the case says."""


async def interrupt(selection: Selection, how: Manner, kind: str, on: date, proof: str) -> Exit:
    """Record what starts limitation afresh."""
    name = _name_of(kind)
    one_of(kind, COUNTED, "--kind")  # Nobody is sent to look for the proof of a mere reminder.
    where, sha256 = proof_of(proof, "--proof")
    told = {"kind": name, "day": on, "proof": where, "sha256": sha256}

    def make(_line: CaseLine, command_id: str) -> Asked:
        fields = {"command_id": command_id, "by": author(), "interruption": told}
        return checked(RecordInterruption, fields)

    return await ask(selection, how, f"interrupted by {kind} of {on}", make)


async def withdraw(selection: Selection, how: Manner, kind: str, on: date, reason: str) -> Exit:
    """Take back what was recorded by mistake."""
    words = {"kind": _name_of(kind), "on": on, "reason": reason}
    if not reason.strip():
        raise CommandFailed(Exit.USAGE, "--withdraw needs --reason; it is kept on record")

    def make(_line: CaseLine, command_id: str) -> Asked:
        return checked(WithdrawInterruption, {"command_id": command_id, "by": author(), **words})

    return await ask(selection, how, f"without the {kind} of {on}", make)


def _name_of(kind: str) -> str:
    one_of(kind, KINDS, "--kind")
    return kind.replace("-", "_")
