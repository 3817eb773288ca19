"""Who can read what Temporal keeps? With keys set, nobody but workers and the command line."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

ENCODING = b"binary/encrypted"
KEY_BYTES = 32
NONCE_BYTES = 12
"""Random for each payload, as AES-GCM asks for (NIST SP 800-38D, 8.2.2)."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

_STARTED_BY_SCHEDULE = re.compile(r"-\d{4}-\d{2}-\d{2}T[\d:.]+Z")
"""What Temporal appends to the workflow id that a Schedule names: the moment it was due."""


class PayloadKeysWrong(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """PAYLOAD_KEYS cannot be used; says which entry and why, never the key itself."""


class PayloadUnreadable(RuntimeError):  # noqa: N818 - as above
    """A payload was encrypted by a key that is not here, for another workflow, or was changed.

    It is no failure of the SDK's own on purpose: a workflow that meets it waits, and goes on once
    the key is there, instead of ending.
    """


@dataclass(frozen=True)
class Keyring:
    """Keys by name; the first encrypts, each decrypts what it has encrypted.

    Args:
        keys: 32 bytes each.
    """

    keys: Mapping[str, bytes]

    @classmethod
    def read(cls, text: str) -> Keyring | None:
        """Keys as ``PAYLOAD_KEYS`` names them: ``name:base64,…``; None when there are none.

        Raises:
            PayloadKeysWrong: when an entry is no key, or a name comes twice.
        """
        keys: dict[str, bytes] = {}
        for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
            name, colon, encoded = entry.partition(":")
            place = f"PAYLOAD_KEYS: entry {number}"
            if not colon or not _NAME.fullmatch(name):  # Without a colon it may be a key itself.
                raise PayloadKeysWrong(f"{place} has no name; expected NAME:BASE64")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise PayloadKeysWrong(f"{place}, {name}: its key is not base64") from error
            if len(key) != KEY_BYTES:
                words = f"its key has {len(key)} bytes; expected {KEY_BYTES}"
                raise PayloadKeysWrong(f"{place}, {name}: {words} (openssl rand -base64 32)")
            if name in keys:
                raise PayloadKeysWrong(f"{place}: the name {name} comes twice")
            keys[name] = key
        return cls(keys) if keys else None

    @property
    def newest(self) -> str:
        """The name of the key that encrypts."""
        return next(iter(self.keys))


@dataclass(frozen=True)
class EncryptedPayloads(PayloadCodec, WithSerializationContext):
    """Encrypts what is sent to Temporal by AES-256-GCM, and reads what was sent in clear too.

    A payload is bound to the workflow it was written for: one that somebody copied into another
    workflow's history is not read there.

    Args:
        ring: the keys.
        workflow: whose payloads are being coded; empty when nobody says.
    """

    ring: Keyring
    workflow: str = ""

    def with_context(self, context: SerializationContext) -> Self:
        """The same for the payloads of one workflow."""
        match context:
            case WorkflowSerializationContext() | ActivitySerializationContext():
                return replace(self, workflow=context.workflow_id or "")
            case _:
                return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each."""
        return [self._encrypted(one) for one in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt each that is encrypted.

        Raises:
            PayloadUnreadable: when its key is not here, or it is not what was written for this.
        """
        return [
            self._decrypted(one) if one.metadata.get("encoding") == ENCODING else one
            for one in payloads
        ]

    def _encrypted(self, payload: Payload) -> Payload:
        name, nonce = self.ring.newest, os.urandom(NONCE_BYTES)
        metadata = {
            "encoding": ENCODING,
            "key": name.encode(),
            "workflow": self.workflow.encode(),
        }
        sealed = AESGCM(self.ring.keys[name]).encrypt(
            nonce, payload.SerializeToString(), _bound_to(metadata)
        )
        return Payload(metadata=metadata, data=nonce + sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        metadata = dict(payload.metadata)
        name, written_for = (
            metadata.get("key", b"").decode(),
            metadata.get("workflow", b"").decode(),
        )
        key = self.ring.keys.get(name)
        if key is None:
            raise PayloadUnreadable(f"PAYLOAD_KEYS has no key {name!r}, by which this is encrypted")
        if not _is_the_same(written_for, self.workflow):
            raise PayloadUnreadable(f"{self.workflow} holds a payload written for {written_for}")
        nonce, sealed = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            opened = AESGCM(key).decrypt(nonce, sealed, _bound_to(metadata))
        except (InvalidTag, ValueError) as error:
            words = f"a payload of {self.workflow or 'a workflow'} was changed"
            raise PayloadUnreadable(f"{words}, or {name!r} is another key here") from error
        return Payload.FromString(opened)


def _bound_to(metadata: Mapping[str, bytes]) -> bytes:
    """What is authenticated beside the content: nobody can exchange it."""
    return b"\0".join((metadata.get("key", b""), metadata.get("workflow", b"")))


def _is_the_same(written_for: str, workflow: str) -> bool:
    """A Schedule writes for a name to which Temporal appends the time; some readers name none."""
    if not written_for or not workflow or written_for == workflow:
        return True
    appended = workflow.removeprefix(written_for)
    return appended != workflow and bool(_STARTED_BY_SCHEDULE.fullmatch(appended))


def data_converter(ring: Keyring | None) -> DataConverter:
    """How payloads are written and read: pydantic models, encrypted where there are keys.

    With keys, the words of failures are encrypted too: they may name people and amounts.
    """
    if ring is None:
        return DataConverter(payload_converter_class=PydanticPayloadConverter)
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        payload_codec=EncryptedPayloads(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
