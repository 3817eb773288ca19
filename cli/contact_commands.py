"""What has become of contacts, and where do they go? Lists, settles what nobody knew, corrects."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from activities.bounces import Bounces, one_message
from cli.asking import ask_one
from cli.outcome import CommandFailed, Exit, say, say_error, say_json, say_table
from cli.reach import Reach, author, database, everything, only
from domain.email_address import EXPECTED_EMAIL, is_email
from domain.tasks import ARRIVED, TRY_AGAIN
from schemas.commands import CompleteTask
from schemas.contact import Contact, ContactState
from store import bounces, contacts, read_models, receivables
from store.contacts import UnknownTask

LEFT_LYING = timedelta(hours=1)
"""A claim that nobody has touched for so long deserves a look."""

ANSWERS = {
    "arrived": (ContactState.ACCEPTED, ARRIVED),
    "not-arrived": (ContactState.REFUSED, TRY_AGAIN),
}
"""What a person may find out: the contact's state then, and the answer to its tasks."""

LEAVE = "leave"


async def contacts_or_resolve(words: list[str], by: str, *, unknown: bool, as_json: bool) -> Exit:
    """List contacts, or settle one: ``resolve REFERENCE arrived|not-arrived``."""
    match words:
        case []:
            return await list_contacts("", unknown=unknown, as_json=as_json)
        case [case] if case != "resolve":
            return await list_contacts(case, unknown=unknown, as_json=as_json)
        case ["resolve", reference, answer] if answer in ANSWERS:
            return await resolve(reference, answer, by or author())
        case _:
            usage = "expected nothing, a case, or: resolve REFERENCE arrived|not-arrived"
            raise CommandFailed(Exit.USAGE, usage)


async def list_contacts(text: str, *, unknown: bool, as_json: bool) -> Exit:
    """The contacts of a case, or those about which nobody knows and that were left lying."""
    async with database() as pool:
        if unknown or not text:
            found = await contacts.unsettled(pool, datetime.now(UTC) - LEFT_LYING)
        else:
            found = await contacts.contacts_of(pool, await read_models.find_case(pool, text))
    if as_json:
        say_json(found)
        return Exit.DONE
    rows = [
        (
            *(one.reference, one.case_id, one.step, one.channel, one.state.value),
            *(one.attempts, one.last_error or one.detail),
        )
        for one in found
    ]
    head = ("contact", "case", "step", "channel", "state", ">attempts", "said")
    say_table(f"{len(found)} contacts", head, rows)
    return Exit.DONE


async def resolve(reference: str, answer: str, by: str) -> Exit:
    """Settle a contact of which nobody knew whether it left, and the tasks of all its cases.

    What did not arrive is taken again under a reference of its own. Said again, it changes nothing.
    """
    state, outcome = ANSWERS[answer]
    async with everything() as reach:
        contact, was_unknown = await _settled_as(reach, reference, state)
        tasks = await contacts.unknown_tasks(reach.pool, reference)
        async with one_message(reach.pool, contact.creditor, contact.debtor_id):
            await asyncio.gather(*(_answer(reach, contact, task, outcome, by) for task in tasks))
    if not tasks:
        settled = "settled now; no case asks about it" if was_unknown else "settled already"
        say(f"contact {reference} is {settled}: {state.value}")
    return Exit.DONE


async def _settled_as(reach: Reach, reference: str, state: ContactState) -> tuple[Contact, bool]:
    """The contact, first of all settled itself: cases that still sleep must find it so.

    Returns:
        With it, whether nobody knew of it until now.
    """
    was_unknown = await contacts.find_out(reach.pool, reference, state)
    contact = await contacts.find(reach.pool, reference)
    if contact is None:
        words = f"there is no contact {reference!r}; `starter.py contacts --unknown` lists them"
        raise CommandFailed(Exit.NOT_FOUND, words)
    if contact.state is not state:
        words = f"contact {reference} is {contact.state.value}; only what is unknown is resolved"
        raise CommandFailed(Exit.REFUSED, words)
    return contact, was_unknown


async def _answer(reach: Reach, contact: Contact, task: UnknownTask, outcome: str, by: str) -> None:
    """Answer one case's task; a step that cannot be taken again any more is left as it is."""
    for choice in dict.fromkeys((outcome, LEAVE)):
        request = CompleteTask(
            command_id=f"resolve-{task.task_id}-{choice}",
            by=by,
            task_id=task.task_id,
            outcome=choice,
            note=f"contact {contact.reference}",
        )
        refusal = await ask_one(reach, task.case_id, request)
        if not refusal:
            say(f"{task.case_id}: task {task.task_id} is done: {choice}")
            return
        say_error(f"{task.case_id}: {refusal}", Exit.REFUSED)


async def correct_email(debtor: str, address: str, creditor: str) -> Exit:
    """Correct a debtor's e-mail address; steps whose mail did not arrive there are tried again."""
    if not is_email(address):
        raise CommandFailed(Exit.USAGE, f"{address!r} is not {EXPECTED_EMAIL}")
    async with everything() as reach:
        who = only(reach.creditors, creditor)
        known = await receivables.read_debtor(reach.pool, who.creditor, debtor)
        async with reach.pool.acquire() as connection, connection.transaction():
            found = await bounces.correct_email(connection, who.creditor, debtor, address)
        if known is None or not found:
            words = f"there is no debtor {debtor!r} of {who.creditor}"
            raise CommandFailed(Exit.NOT_FOUND, words)
        tasks = await bounces.failed_of_debtor(reach.pool, who.creditor, debtor)
        again = await Bounces(reach.pool, reach.telling).give_back(tasks, author())
    say(f"{debtor}: {known.email or 'no address'} is now {address}")
    say(f"{again} of {len(tasks)} failed steps are tried again; `tasks` lists what is left")
    say(
        "correct it in the file that is imported, too: the next import would bring the old one back"
    )
    return Exit.DONE
