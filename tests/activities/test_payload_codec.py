"""Can nobody but ourselves read what Temporal keeps, and can we always?"""

from __future__ import annotations

import base64
import os

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from activities.payload_codec import (
    EncryptedPayloads,
    Keyring,
    PayloadKeysWrong,
    PayloadUnreadable,
)

SECRET = b'"Boulangerie Lefevre owes 1284.40"'
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=SECRET)


def ring(*names: str) -> Keyring:
    """Keys of these names, the newest first."""
    return Keyring({name: (name * 32)[:32].encode() for name in names})


def coder(keys: Keyring, workflow: str = "case/atelier/F-1") -> EncryptedPayloads:
    """What codes the payloads of one workflow."""
    context = WorkflowSerializationContext(namespace="relance", workflow_id=workflow)
    return EncryptedPayloads(keys).with_context(context)


async def sealed(keys: Keyring) -> Payload:
    """The secret, as the server keeps it."""
    (one,) = await coder(keys).encode([PLAIN])
    return one


async def test_what_leaves_cannot_be_read_and_comes_back_whole() -> None:
    """The server keeps no word of a case, and what was kept comes back to the letter."""
    one = await sealed(ring("a"))
    assert b"Lefevre" not in one.SerializeToString()
    assert await coder(ring("a")).decode([one]) == [PLAIN]


async def test_the_same_word_never_looks_the_same() -> None:
    """Nobody learns from two histories that they say the same."""
    assert (await sealed(ring("a"))).data != (await sealed(ring("a"))).data


async def test_keys_are_exchanged_without_a_stop() -> None:
    """A new key encrypts; what the old one encrypted is read as long as it is on the ring."""
    old = await sealed(ring("old"))
    both = ring("new", "old")
    assert await coder(both).decode([old]) == [PLAIN]
    assert (await sealed(both)).metadata["key"] == b"new"
    with pytest.raises(PayloadUnreadable, match="no key 'old'"):
        await coder(ring("new")).decode([old])


async def test_what_was_written_in_clear_is_read() -> None:
    """Cases that began before there were keys go on, and a signal may come from any client."""
    assert await coder(ring("a")).decode([PLAIN]) == [PLAIN]


async def test_a_payload_is_read_where_it_was_written_for() -> None:
    """Somebody who can write into the server's database cannot move one case's words to another."""
    one = await sealed(ring("a"))
    with pytest.raises(PayloadUnreadable, match="F-2 holds a payload written for"):
        await coder(ring("a"), "case/atelier/F-2").decode([one])
    one.metadata["workflow"] = b"case/atelier/F-2"
    with pytest.raises(PayloadUnreadable, match="was changed"):
        await coder(ring("a"), "case/atelier/F-2").decode([one])


@pytest.mark.parametrize(
    ("workflow", "read"),
    [
        ("inbox-2026-11-22T08:00:00Z", True),
        ("inbox", True),
        ("inbox-2", False),
        ("inboxes", False),
        ("inbox-2026-11-22T08:00:00Z-2", False),
    ],
)
async def test_a_schedule_writes_for_the_workflows_that_it_starts(
    workflow: str, *, read: bool
) -> None:
    """Temporal appends the time to the name; a name that merely begins alike is another's."""
    (one,) = await coder(ring("a"), "inbox").encode([PLAIN])
    reader = coder(ring("a"), workflow)
    if read:
        assert await reader.decode([one]) == [PLAIN]
        return
    with pytest.raises(PayloadUnreadable, match="holds a payload written for"):
        await reader.decode([one])


async def test_an_activity_reads_what_its_workflow_wrote() -> None:
    """A step's order is written by the case and read by the worker that takes the step."""
    context = ActivitySerializationContext(
        namespace="relance",
        activity_id="1",
        activity_type="take_step",
        activity_task_queue="relance-email",
        workflow_id="case/atelier/F-1",
        workflow_type="CollectionCase",
        is_local=False,
    )
    reader = EncryptedPayloads(ring("a")).with_context(context)
    assert await reader.decode([await sealed(ring("a"))]) == [PLAIN]


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
async def test_a_payload_that_was_cut_is_named(cut: int) -> None:
    """Damage is no reason to end a case: its workflow waits until somebody has looked."""
    one = await sealed(ring("a"))
    one.data = one.data[:cut]
    with pytest.raises(PayloadUnreadable, match="was changed"):
        await coder(ring("a")).decode([one])


def test_keys_come_from_one_variable() -> None:
    """The first key of PAYLOAD_KEYS encrypts; without any, payloads are in clear."""
    text = ", ".join(f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in ("b", "a"))
    found = Keyring.read(text)
    assert found is not None
    assert (found.newest, set(found.keys)) == ("b", {"a", "b"})
    assert Keyring.read(" ") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c2VjcmV0", "entry 1 has no name"),
        ("a:", "entry 1, a: its key has 0 bytes"),
        (":c2VjcmV0", "entry 1 has no name"),
        ("a:???", "entry 1, a: its key is not base64"),
        ("a:c2VjcmV0", "entry 1, a: its key has 6 bytes; expected 32"),
    ],
)
def test_a_wrong_key_is_named_and_not_shown(text: str, words: str) -> None:
    """Whoever mistypes a key learns which entry is wrong; the key is in no message."""
    with pytest.raises(PayloadKeysWrong, match="PAYLOAD_KEYS: ") as problem:
        Keyring.read(text)
    assert words in str(problem.value)
    assert "c2VjcmV0" not in str(problem.value)


def test_a_name_stands_for_one_key() -> None:
    """Two keys of one name would make what was encrypted unreadable by chance."""
    key = base64.b64encode(bytes(32)).decode()
    with pytest.raises(PayloadKeysWrong, match="the name a comes twice"):
        Keyring.read(f"a:{key},a:{key}")
