"""Where are our letters? ``letters``: with a provider, how far each has come, and its proofs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from activities.letter_office import LetterAccountIncomplete, LetterOffice, providers_of
from activities.letter_rounds import LetterRounds
from cli.outcome import CommandFailed, Exit, say, say_json, say_table
from cli.reach import Reach, database, everything
from cli.schedules import drop_schedule, every, keep_schedule
from cli.wording import count
from schemas.letter_price import LetterCost, PriceStatus
from schemas.postage import Proof
from schemas.turns import LettersSummary
from store import letter_costs, letters
from store.letter_costs import PostedLetter

LETTERS_SCHEDULE = "follow-letters"
LETTERS_WORKFLOW = "FollowLetters"
NOBODY_TO_ASK = "letters go to a folder (LETTER_PROVIDER); there is nobody to ask"

_SAFE = re.compile(r"[^A-Za-z0-9._-]")

ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
ENDINGS |= {"image/tiff": ".tif", "text/html": ".txt"}


async def list_letters(*, as_json: bool) -> Exit:
    """Print letters with what each cost, those under way first, and the sum of all."""
    async with database() as pool:
        lines, sums = await letter_costs.posted(pool), await letter_costs.sums(pool)
    if as_json:
        say_json(lines)
        return Exit.DONE
    rows = [
        (
            *(line.reference, line.debtor_id, line.kind, line.state, line.cause),
            *(f"{line.updated_at:%Y-%m-%d %H:%M}", _proofs(line), _cost(line), line.provider_id),
        )
        for line in lines
    ]
    head = (
        *("contact", "debtor", "kind", "state", "cause", "since (UTC)", ">proofs", ">cost"),
        "provider's id, or file",
    )
    say_table(count(len(rows), "letter"), head, rows)
    for one in sums:
        say(_sum(one))
    for why in dict.fromkeys(line.cost_unknown for line in lines if line.cost_unknown):
        say(f"  {why}")
    return Exit.DONE


def _proofs(line: PostedLetter) -> str:
    doubted = f", {line.doubted} doubted" if line.doubted else ""
    missing = f", {line.missing} missing" if line.missing else ""
    return f"{line.proofs}{doubted}{missing}"


def _cost(line: PostedLetter) -> str:
    if line.cost is None:
        return "none known"
    return f"{line.cost} ~" if line.cost_status == PriceStatus.PROVISIONAL else str(line.cost)


def _sum(one: LetterCost) -> str:
    letters_ = count(one.letters, "letter")
    if one.price is None:
        return f"no price known of {letters_}"
    unsure = f", {one.provisional} of them by a provisional price (~)" if one.provisional else ""
    return f"{one.price} for {letters_}{unsure}; ours to bear, no debtor owes it"


async def follow(*, as_json: bool) -> Exit:
    """Ask the provider about every letter under way, and archive the proofs there are."""
    async with everything() as reach:
        summary = await follow_letters(reach)
    if summary is None:
        raise CommandFailed(Exit.USAGE, NOBODY_TO_ASK)
    if as_json:
        say_json(summary)
    else:
        say(in_words(summary))
    return Exit.PROBLEMS if summary.not_asked else Exit.DONE


async def follow_letters(reach: Reach) -> LettersSummary | None:
    """Do a round here and now; None when letters go to a folder.

    Raises:
        CommandFailed: when the account of the provider is not wholly set.
    """
    try:
        providers = providers_of(reach.settings)
    except LetterAccountIncomplete as error:
        raise CommandFailed(Exit.USAGE, str(error)) from error
    if not providers:
        return None
    office = LetterOffice(reach.pool, reach.settings.letters, providers)
    try:
        return await LetterRounds(reach.pool, office, reach.telling).follow()
    finally:
        await office.close()


def in_words(summary: LettersSummary) -> str:
    """What a round found, on one line."""
    parts = [f"{number} {state}" for state, number in summary.states.items()]
    if summary.not_asked:
        parts.append(f"{summary.not_asked} not asked: the next round asks again")
    return ", ".join(parts) or "no letter is under way"


async def schedule(hours: int, *, remove: bool) -> Exit:
    """Have the engine ask after letters every so many hours, or no more."""
    async with everything() as reach:
        if remove:
            await drop_schedule(reach.client, LETTERS_SCHEDULE)
            say("the engine asks after letters no more by itself")
            return Exit.DONE
        if reach.settings.letter_provider == "folder":
            raise CommandFailed(Exit.USAGE, NOBODY_TO_ASK)
        wanted = every(
            *(timedelta(hours=hours), LETTERS_WORKFLOW, "letters", reach.settings.task_queue),
            catch_up=timedelta(hours=12),
        )
        await keep_schedule(reach.client, LETTERS_SCHEDULE, wanted)
    say(f"the engine asks after letters every {hours} hours; its workers need the same account")
    return Exit.DONE


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
        doubt = f"  DOUBTED: {proof.doubt}" if proof.doubt else ""
        say(f"{place}  sha256 {proof.sha256}{doubt}")
