"""Are the texts fit to leave? Every text is read, and tried on every kind of debtor it may meet."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jinja2 import TemplateSyntaxError

from activities.template_engine import (
    TemplateBroken,
    TemplateMissing,
    leads_out,
    text_environment,
)
from activities.template_samples import COUNTRIES, TRIED, sample_debtor, sample_notice
from activities.template_variables import files_used, unknown_variables
from activities.texts import (
    EMAIL,
    LABELS,
    LETTER,
    SCRIPT,
    LoadsFromElsewhere,
    render_email,
    render_letter,
    render_script,
    text_values,
)
from activities.typography import formats, grouped
from domain.legal_mentions import forbidden_mentions, missing_mentions
from schemas.base import Frozen
from schemas.notice import Notice
from schemas.parties import Capacity
from schemas.plan import Channel, Charges, DunningPlan

KINDS = {"e-mail": EMAIL, "letter": LETTER, "script": SCRIPT}
"""What a text can be, and the endings of its files."""

_CHANNELS = {Channel.EMAIL: "e-mail", Channel.LETTER: "letter", Channel.PHONE: "script"}
_DEMANDS = frozenset({"courtesy", "reminder", "firm", "formal-notice", "hand-over-notice"})
_LABEL = re.compile(r"^([a-z][a-z_]*) *=", re.MULTILINE)
_FIGURE = re.compile(r"€?\d[\d.,\u202f]*[.,]\d{2}\b")


class Finding(Frozen):
    """Something that must be mended before a text leaves.

    Attributes:
        file: relative to the templates folder.
        line: 0 when it is not about one line.
        rule: its short name; ``docs/templates.md`` lists them.
    """

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message}"


def check_templates(templates: Path, plans: Sequence[DunningPlan]) -> list[Finding]:
    """Everything that is wrong with a folder of templates, each thing once.

    Args:
        templates: the folder, with a folder per language.
        plans: whose steps need their texts.
    """
    found = [*_names(templates), *_languages(templates), *_labels(templates)]
    found += _plans(templates, plans)
    for language in languages_of(templates):
        for name, kind in texts_of(templates, language):
            found += _tried(templates, language, name, kind)
    return list(dict.fromkeys(found))


def languages_of(templates: Path) -> list[str]:
    """The languages that have a folder."""
    return sorted(one.name for one in templates.glob("[a-z][a-z]") if one.is_dir())


def texts_of(templates: Path, language: str) -> list[tuple[str, str]]:
    """The texts of a language: each name, and what it is; half a text counts."""
    found: set[tuple[str, str]] = set()
    for kind, endings in KINDS.items():
        # Whatever the kind, a subject alone does not say whether it is a mail's or a letter's.
        for ending in set(endings) - {"subject.txt"}:
            for path in (templates / language).glob(f"[a-z]*.{ending}"):
                name = path.name.removesuffix(f".{ending}")
                stem, _, rest = name.partition(".")
                if not rest or rest in set(Capacity):
                    found.add((stem, kind))
    return sorted(found)


def _names(templates: Path) -> Iterator[Finding]:
    """Names and fields that do not exist, on every branch of every file."""
    sample = sample_notice("courtesy", sample_debtor("en", Capacity.BUSINESS))
    known = frozenset(text_values(sample, "en"))
    for path in sorted([*templates.glob("*.mjml"), *templates.glob("[a-z][a-z]/*.*")]):
        if path.suffix not in {".txt", ".mjml"}:
            continue
        file = str(path.relative_to(templates))
        environment = text_environment(templates, markup=path.suffix == ".mjml")
        if leads_out(path, templates):
            yield _finding(file, 0, "link", "is a link that leads out of the templates folder")
            continue
        try:
            source = path.read_text("utf-8")
            unknown = unknown_variables(environment, source, known)
            used = files_used(environment, source)
        except TemplateSyntaxError as problem:
            yield _finding(file, problem.lineno, "syntax", problem.message or "cannot be read")
        except UnicodeDecodeError:
            yield _finding(file, 0, "syntax", "is not UTF-8")
        else:
            for line, words in unknown:
                yield _finding(file, line, "unknown-variable", words)
            for line, words in _missing(templates, used):
                yield _finding(file, line, "missing-file", words)


def _missing(templates: Path, used: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, str]]:
    """What a text includes, on any branch, and is not there."""
    for line, name in used:
        if name is None:
            yield line, "an include must name its file; one that is computed cannot be looked for"
        elif not (templates / name).is_file():
            yield line, f"there is no {name}"


def _languages(templates: Path) -> Iterator[Finding]:
    """A text that one language has, every language must have, with all its files."""
    languages = languages_of(templates)
    texts = sorted({text for language in languages for text in texts_of(templates, language)})
    for language in languages:
        for name, kind in texts:
            for ending in KINDS[kind]:
                if not _has(templates, language, name, ending):
                    file = f"{language}/{name}.{ending}"
                    yield _finding(file, 0, "missing-language", f"there is no such {kind} here")


def _labels(templates: Path) -> Iterator[Finding]:
    """A word around the figures that one language has, every language must have."""
    named: dict[str, set[str]] = {}
    for language in languages_of(templates):
        path = templates / language / LABELS
        words = path.read_text("utf-8", "replace") if path.is_file() else ""
        named[language] = set(_LABEL.findall(words))
    every = set().union(*named.values())
    for language, names in named.items():
        for name in sorted(every - names):
            file = f"{language}/{LABELS}"
            yield _finding(file, 0, "missing-language", f"there is no word for {name} here")


def _plans(templates: Path, plans: Iterable[DunningPlan]) -> Iterator[Finding]:
    """Each step of a plan that says something must have its text, and the text its charges."""
    for plan in plans:
        wanted = [
            (step.template, _CHANNELS[step.channel])
            for step in plan.steps
            if step.channel in _CHANNELS
        ]
        charged = {step.template for step in plan.steps if step.charges is not Charges.NONE}
        for language in languages_of(templates):
            for name, kind in wanted:
                for ending in KINDS[kind]:
                    if not _has(templates, language, name, ending):
                        file = f"{language}/{name}.{ending}"
                        words = f"plan {plan.plan!r} needs it for a step"
                        yield _finding(file, 0, "missing-text", words)
                file = f"{language}/{name}.{_body(kind)}"
                if name in charged and not _tells_charges(templates, language, name, kind):
                    words = f"plan {plan.plan!r} has charges told that it never mentions (claim)"
                    yield _finding(file, 0, "charges-untold", words)


def _has(templates: Path, language: str, name: str, ending: str) -> bool:
    """For everybody, or for each capacity by itself."""
    folder = templates / language
    return (folder / f"{name}.{ending}").is_file() or all(
        (folder / f"{name}.{capacity.value}.{ending}").is_file() for capacity in Capacity
    )


def _tells_charges(templates: Path, language: str, name: str, kind: str) -> bool:
    """Whether a text looks at what late payment has cost."""
    path = templates / language / f"{name}.{_body(kind)}"
    return path.is_file() and "claim" in path.read_text("utf-8", "replace")


def _body(kind: str) -> str:
    """The ending of the file that has the words."""
    return {"e-mail": "txt", "letter": "letter.txt", "script": "script.txt"}[kind]


def _tried(templates: Path, language: str, name: str, kind: str) -> Iterator[Finding]:
    """One text, for debtors of every capacity and country, with and without charges."""
    told = _tells_charges(templates, language, name, kind)
    for capacity in Capacity:
        for country in TRIED:
            # Abroad texts differ by the sums alone: every way to tell them is tried at home.
            modes = tuple(Charges) if country in COUNTRIES else (Charges.NONE, Charges.CLAIM)
            for charges in modes if told else (Charges.NONE,):
                debtor = sample_debtor(language, capacity, country)
                notice = sample_notice(name, debtor, charges=charges)
                yield from _read(templates, notice, kind)


def _read(templates: Path, notice: Notice, kind: str) -> Iterator[Finding]:
    """What a rendered text says too much, or too little."""
    debtor, name = notice.debtor, notice.template
    file = f"{debtor.language}/{name}.{_body(kind)}"
    try:
        said, markup = _words(templates, notice, kind)
    except TemplateMissing:
        return  # Another rule says which file.
    except TemplateBroken as problem:
        path = Path(problem.path)
        where = str(path.relative_to(templates)) if path.is_relative_to(templates) else str(path)
        rule = "remote-resource" if isinstance(problem, LoadsFromElsewhere) else "broken"
        yield _finding(where, problem.line, rule, problem.problem)
        return
    whom = f"to a {debtor.capacity.value} debtor in {debtor.country}"
    place = (name, debtor.country, debtor.capacity, debtor.language)
    for what in missing_mentions(said, *place):
        yield _finding(file, 0, "missing-mention", f"{whom}: lacks {what}")
    # A call's script tells the caller what not to say.
    for what in forbidden_mentions(said, *place) if kind != "script" else ():
        yield _finding(file, 0, "forbidden-mention", f"{whom}: has {what}")
    for what in _lacking(notice, said, kind):
        yield _finding(file, 0, "incomplete", f"lacks {what}")
    if kind == "e-mail" and (odd := set(_FIGURE.findall(said)) ^ set(_FIGURE.findall(markup))):
        words = f"text and HTML do not name the same figures: {', '.join(sorted(odd))}"
        yield _finding(file, 0, "text-and-html", words)


def _words(templates: Path, notice: Notice, kind: str) -> tuple[str, str]:
    """What a reader sees as plain text; and as HTML, without its markup."""
    if kind == "script":
        return render_script(notice, templates), ""
    if kind == "letter":
        letter = render_letter(notice, templates)
        lines = [
            "".join(run["text"] for run in runs)
            for block in letter.blocks
            for runs in (*block.get("lines", ()), *block.get("entries", ()), block.get("runs", ()))
        ]
        # The table and the box of payment are the layout's, which cannot forget anything.
        kinds = {block["kind"] for block in letter.blocks}
        if "items" in kinds:
            lines += [item.invoice for item in notice.items]
        return "\n".join((letter.subject, *lines, *sorted(f"[{one}]" for one in kinds))), ""
    mail = render_email(notice, templates)
    shown = re.sub(r"<(style|head).*?</\1>|<!--.*?-->|<[^>]*>", " ", mail.html, flags=re.DOTALL)
    return f"{mail.subject}\n{mail.text}", f"{mail.subject}\n{html.unescape(shown)}"


def _lacking(notice: Notice, said: str, kind: str) -> Iterator[str]:
    """What every message needs: invoices and amount; a demand also a date and an account."""
    tools = formats(notice.debtor.language)
    plain = said.replace("\u00a0", " ").replace("\u202f", " ")

    def says(words: str) -> bool:
        return words.replace("\u00a0", " ").replace("\u202f", " ") in plain

    for item in notice.items:
        if not says(item.invoice):
            yield f"the invoice number {item.invoice}"
    if kind != "script" and not _FIGURE.search(said.partition("\n")[0]):
        yield "an amount in its subject"
    if notice.template not in _DEMANDS:
        return
    if not says(tools["money"](notice.total)):
        yield f"the amount {tools['money'](notice.total)}"
    if not (says(tools["day_long"](notice.pay_by)) or says(tools["day"](notice.pay_by))):
        yield f"the date {tools['day_long'](notice.pay_by)}"
    if not (says(grouped(notice.creditor.iban)) or (kind == "letter" and says("[payment]"))):
        yield "the account to pay to"


def _finding(file: str, line: int, rule: str, message: str) -> Finding:
    return Finding(file=file, line=line, rule=rule, message=message)
