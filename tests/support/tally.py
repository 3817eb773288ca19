"""Has each contact left once? What is on record, held against what the mail server has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engines.mailbox import Received, received
from schemas.case import CollectionCase, StepOutcome
from schemas.plan import Channel

_WORD = re.compile(r"[\w-]+")


@dataclass
class Tally:
    """The e-mails of some cases, counted twice: as the cases tell it and as the server has it.

    Attributes:
        contacts: references under which the cases say that an e-mail left, or may have.
        mails: messages that the server kept.
        unknown: references of which nobody knows, each with the copies the server kept.
        lost: steps that are not on record, and messages on record that the server never got.
        doubled: steps on record twice, and messages that came twice or asked twice at one step.
        strangers: messages that no case has on record.
    """

    contacts: int = 0
    mails: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every contact left exactly once, or is among the unknown."""
        return not (self.lost or self.doubled or self.strangers)


def tally(
    cases: Sequence[CollectionCase], mails: Sequence[Received], steps: Collection[str]
) -> Tally:
    """Count what left.

    Args:
        cases: as their events say they are.
        mails: all that the server kept.
        steps: names of the steps that every case should have taken, whatever their channel.
    """
    found = Tally(mails=len(mails))
    kept: dict[str, list[set[str]]] = defaultdict(list)
    for mail in mails:
        kept[str(mail.message["X-Relance-Reference"])].append(_words(mail))
    named = Counter(word for texts in kept.values() for words in texts for word in words)
    told: dict[str, StepOutcome] = {}
    for case in cases:
        counts = Counter(one.step for one in case.steps)
        found.lost += [f"{case.invoice} {name}: not on record" for name in set(steps) - set(counts)]
        twice = [name for name, count in counts.items() if count > 1]
        found.doubled += [f"{case.invoice} {name}: on record twice" for name in twice]
        written = [one for one in case.steps if one.channel is Channel.EMAIL]
        for one in written:
            if told.get(one.reference) is not StepOutcome.UNKNOWN:
                told[one.reference] = one.outcome
            arrived = any(case.invoice in words for words in kept.get(one.reference, ()))
            if one.outcome is StepOutcome.PERFORMED and not arrived:
                found.lost.append(f"{case.invoice} {one.step}: no message {one.reference}")
        if named[case.invoice] > len(written):
            found.doubled.append(f"{case.invoice}: asked for {named[case.invoice]} times")
    found.contacts = len(told)
    found.unknown = {
        reference: len(kept.get(reference, ()))
        for reference, outcome in told.items()
        if outcome is StepOutcome.UNKNOWN
    }
    found.doubled += [f"{one}: {len(texts)} messages" for one, texts in kept.items() if texts[1:]]
    found.strangers = sorted(set(kept) - set(told))
    return found


def _words(mail: Received) -> set[str]:
    """Every word of the text, whole: no number of an invoice is the beginning of another's."""
    body = mail.message.get_body(("plain",))
    return set() if body is None else set(_WORD.findall(body.get_content()))


class Arrivals:
    """What has arrived in a mailbox, each message read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words: dict[Path, set[str]] = {}

    def naming(self, word: str) -> int:
        """How many messages hold a word, such as an invoice's number."""
        for mail in received(self._folder, but=self._words):
            self._words[mail.path] = _words(mail)
        return sum(1 for words in self._words.values() if word in words)
