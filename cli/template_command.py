"""Are the texts fit to leave, and how do they look? ``template check`` and ``template preview``."""

from __future__ import annotations

import tempfile
import webbrowser
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from activities.delivery import Step
from activities.errors import DeliveryRefused
from activities.letter_pdf import AddressDoesNotFit, AddressMissing, LetterPress
from activities.library import read_creditors, read_plans, read_rate_table
from activities.notices import gather_notice
from activities.press import CharacterMissing
from activities.template_check import KINDS, check_templates, languages_of, texts_of
from activities.template_engine import TemplateBroken, TemplateMissing
from activities.template_samples import sample_debtor, sample_notice
from activities.text_files import text_files
from activities.texts import render_email, render_script
from cli.outcome import CommandFailed, Exit, say, say_error, say_json
from cli.reach import database
from cli.typed import one_of
from domain.countries import country_code
from domain.ladder import cycle_of
from schemas.case import CollectionCase
from schemas.identifiers import contact_reference
from schemas.notice import Notice
from schemas.parties import Capacity
from schemas.plan import Channel, Charges, DunningPlan, DunningStep, NoticeKind
from schemas.settings import Settings
from schemas.turns import StepOrder
from store import read_models
from store.pool import Pool


@dataclass(frozen=True)
class Asked:
    """What a person wants to see; empty where they did not say."""

    step: str
    language: str = ""
    case: str = ""
    creditor: str = ""
    capacity: str = ""
    country: str = ""
    charges: str = ""
    kind: str = ""


async def check(folder: Path | None, *, as_json: bool) -> Exit:
    """Name everything that is wrong with a folder of texts."""
    settings = Settings()
    templates = (folder or settings.templates_folder).absolute()
    if not templates.is_dir():
        raise CommandFailed(Exit.NOT_FOUND, f"there is no folder {templates}")
    plans = read_plans(settings.plans_folder)
    findings = check_templates(templates, list(plans.values()))
    languages = languages_of(templates)
    if as_json:
        say_json({"folder": str(templates), "languages": languages, "findings": findings})
    else:
        for finding in findings:
            say_error(str(finding), Exit.PROBLEMS)
        texts = sum(len(texts_of(templates, language)) for language in languages)
        well = f"{len(findings)} problems" if findings else "all well"
        say(f"{templates}: {texts} texts in {', '.join(languages)}; {well}")
    return Exit.PROBLEMS if findings else Exit.DONE


async def preview(asked: Asked, out: Path | None, *, show: bool) -> Exit:
    """Render a text as it would leave, into files, and show them when asked to."""
    one_of(asked.capacity, tuple(Capacity), "--capacity")
    one_of(asked.charges, tuple(Charges), "--charges")
    one_of(asked.kind, tuple(KINDS), "--kind")
    settings = Settings()
    templates = settings.templates_folder.absolute()
    languages = languages_of(templates)
    if asked.language:
        one_of(asked.language, tuple(languages), "--lang")
    step = _step(asked, read_plans(settings.plans_folder))
    notice = await _of_case(asked, step, settings) if asked.case else _of_sample(asked, step)
    if asked.language:
        debtor = notice.debtor.model_copy(update={"language": asked.language})
        notice = notice.model_copy(update={"debtor": debtor})
    kinds = _kinds(asked, notice, templates)
    folder = out or Path(tempfile.mkdtemp(prefix="relance-preview-"))
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        path = _written(notice, kind, templates, folder)
        say(f"{kind}: {path}")
        if show and not webbrowser.open(path.absolute().as_uri()):
            say_error("there is nothing here that could show it; open the file yourself", Exit.DONE)
    return Exit.DONE


def _step(asked: Asked, plans: dict[str, DunningPlan]) -> DunningStep:
    """The step of a plan of that name; else one made up for the text of that name."""
    found = [step for plan in plans.values() if (step := plan.step(asked.step)) is not None]
    try:
        step = found[0] if found else DunningStep(name=asked.step, day=0, channel=Channel.EMAIL)
    except ValueError as error:
        words = f"{asked.step!r} is no name of a step or a text"
        raise CommandFailed(Exit.USAGE, words) from error
    return step.model_copy(update={"charges": Charges(asked.charges)}) if asked.charges else step


def _of_sample(asked: Asked, step: DunningStep) -> Notice:
    country = country_code(asked.country or "FR")
    if not country:
        raise CommandFailed(Exit.USAGE, f"--country: {asked.country!r} is no country, such as DE")
    capacity = Capacity(asked.capacity or Capacity.BUSINESS)
    debtor = sample_debtor(asked.language or "fr", capacity, country)
    return sample_notice(step.template, debtor, charges=step.charges)


async def _of_case(asked: Asked, step: DunningStep, settings: Settings) -> Notice:
    creditors = read_creditors(settings.creditors_folder)
    rates = read_rate_table(settings.rates_file)
    async with database() as pool:
        case = await _case(pool, asked.case)
        answers, about = _said_in(case, step.template)
        step = case.plan.step(step.name) or step
        if asked.charges:
            step = step.model_copy(update={"charges": Charges(asked.charges)})
        if not answers:
            case = _with_step(case, step)
        cycle = cycle_of(case, step.name)
        order = StepOrder(
            case_id=case.case_id,
            creditor=case.creditor,
            version=case.version,
            step=step,
            cycle=cycle,
            level=case.level,
            now=datetime.now(UTC),
            answers=answers,
            about=about,
        )
        reference = contact_reference(case.case_id, step.name, cycle)
        subject = Step(order=order, case=case, reference=reference, now=order.now)
        try:
            return await gather_notice(pool, creditors, subject, rates)
        except DeliveryRefused as refusal:
            raise CommandFailed(Exit.REFUSED, refusal.explanation) from refusal


def _with_step(case: CollectionCase, step: DunningStep) -> CollectionCase:
    """The case as if its ladder had this step; a text that is none of it comes first."""
    steps = [step if one.name == step.name else one for one in case.plan.steps]
    if step not in steps:
        steps.insert(0, step)
    plan = case.plan.model_copy(update={"steps": tuple(steps)})
    return case.model_copy(update={"plan": plan})


def _said_in(case: CollectionCase, template: str) -> tuple[NoticeKind | None, str]:
    """What a text answers that the case shows; nothing for a text of the ladder.

    Raises:
        CommandFailed: when there is nothing to answer.
    """
    if template not in set(NoticeKind):
        return None, ""
    kind = NoticeKind(template)
    if kind is NoticeKind.SETTLEMENT:
        return kind, ""
    if kind is NoticeKind.PROMISE and case.arrangement:
        return kind, case.arrangement.arrangement_id
    if kind is NoticeKind.DISPUTE and case.disputes:
        return kind, case.disputes[-1].dispute_id
    raise CommandFailed(Exit.NOT_FOUND, f"{case.case_id} has no {kind.value} to answer")


async def _case(pool: Pool, text: str) -> CollectionCase:
    return await read_models.case_as_it_stands(pool, await read_models.find_case(pool, text))


def _kinds(asked: Asked, notice: Notice, templates: Path) -> list[str]:
    """What the text is: an e-mail, a letter, a script, or several of them."""
    found = []
    for kind, endings in KINDS.items():
        if asked.kind not in {"", kind}:
            continue
        # A mail and a letter share their subject: its body says whether there is such a text.
        bodies = tuple(one for one in endings if one != "subject.txt")
        try:
            text_files(notice, templates, bodies)
        except TemplateMissing:
            continue
        found.append(kind)
    if not found:
        raise CommandFailed(Exit.NOT_FOUND, _unknown(asked, notice, templates))
    return found


def _unknown(asked: Asked, notice: Notice, templates: Path) -> str:
    """Why there is nothing to show: no such text, or it is something else."""
    texts = texts_of(templates, notice.debtor.language)
    if kinds := [kind for name, kind in texts if name == notice.template]:
        return f"there is no {asked.kind} {notice.template!r}, only: {', '.join(kinds)}"
    known = ", ".join(sorted({name for name, _ in texts}))
    return f"there is no text {notice.template!r}; expected one of: {known}"


def _written(notice: Notice, kind: str, templates: Path, folder: Path) -> Path:
    """One text as a file that can be looked at; its words are also printed."""
    name = f"{notice.template}.{notice.debtor.language}.{notice.debtor.capacity.value}"
    try:
        if kind == "letter":
            path = folder / f"{name}.pdf"
            path.write_bytes(LetterPress(templates).print(notice).pdf)
            return path
        if kind == "script":
            text = render_script(notice, templates)
            path = folder / f"{name}.script.txt"
            path.write_text(text, "utf-8")
            say(text)
            return path
        mail = render_email(notice, templates)
    except (
        *(AddressDoesNotFit, AddressMissing, CharacterMissing),
        *(TemplateBroken, TemplateMissing),
    ) as problem:
        raise CommandFailed(Exit.PROBLEMS, str(problem)) from problem
    path = folder / f"{name}.html"
    path.write_text(mail.html, "utf-8")
    say(f"{mail.subject}\n\n{mail.text}")
    return path
