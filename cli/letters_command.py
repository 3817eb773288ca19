"""Where are our letters? ``letters``: with a provider, how far each has come, and its proofs."""

from __future__ import annotations

import re
from pathlib import Path

from activities.letter_office import LetterAccountIncomplete, LetterOffice, providers_of
from activities.letter_results import LetterResults
from cli.outcome import CommandFailed, Exit, say, say_json, say_table
from cli.reach import database, everything
from schemas.postage import Proof
from store import letters

_SAFE = re.compile(r"[^A-Za-z0-9._-]")

ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


async def list_letters(*, as_json: bool) -> Exit:
    """Print letters, those under way first."""
    async with database() as pool:
        lines = await letters.list_letters(pool)
    if as_json:
        say_json(lines)
        return Exit.DONE
    rows = [
        (
            *(line.reference, line.kind.value, line.state.value, line.cause),
            *(f"{line.updated_at:%Y-%m-%d %H:%M}", line.proofs, line.provider_id),
        )
        for line in lines
    ]
    head = ("contact", "kind", "state", "cause", "since (UTC)", ">proofs", "provider's id")
    title = "1 letter" if len(rows) == 1 else f"{len(rows)} letters"
    say_table(f"{title} with a provider; others are in the folder of letters", head, rows)
    return Exit.DONE


async def follow(*, as_json: bool) -> Exit:
    """Ask the provider about every letter under way, and archive the proofs there are."""
    async with everything() as reach:
        try:
            providers = providers_of(reach.settings)
        except LetterAccountIncomplete as error:
            raise CommandFailed(Exit.USAGE, str(error)) from error
        if not providers:
            words = "letters go to a folder (LETTER_PROVIDER); there is nobody to ask"
            raise CommandFailed(Exit.USAGE, words)
        office = LetterOffice(reach.pool, reach.settings.letters, providers)
        found = await office.follow(LetterResults(reach.pool, reach.telling))
        await office.close()
    if as_json:
        say_json(dict(found))
    else:
        say(", ".join(f"{count} {state}" for state, count in sorted(found.items())) or "none")
    return Exit.PROBLEMS if found["not asked"] else Exit.DONE


async def save_proofs(reference: str, folder: Path) -> Exit:
    """Write the archived proofs of a letter into a folder."""
    async with database() as pool:
        proofs = await letters.read_proofs(pool, reference)
    if not proofs:
        raise CommandFailed(Exit.NOT_FOUND, f"no proof of {reference!r} is kept")
    _write(folder, reference, proofs)
    return Exit.DONE


def _write(folder: Path, reference: str, proofs: list[Proof]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for proof in proofs:
        ending = ENDINGS.get(proof.media_type, ".bin")
        name = f"{_SAFE.sub('_', reference)}-{proof.kind}-{proof.sha256[:12]}{ending}"
        place = folder / name
        place.write_bytes(proof.content)
        say(f"{place}  sha256 {proof.sha256}")
