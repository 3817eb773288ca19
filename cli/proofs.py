"""What proves what a person says? A file, of which the hash is kept, or where the proof lies."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cli.outcome import CommandFailed, Exit


def proof_of(text: str, option: str) -> tuple[str, str]:
    """Where a proof is kept, and the hash of it when it is a file.

    Raises:
        CommandFailed: when nothing is said, or a file cannot be read.
    """
    if not text.strip():
        words = f"{option} is missing: the file that proves it, or where the proof is kept"
        raise CommandFailed(Exit.USAGE, words)
    path = Path(text)
    try:
        if not path.is_file():
            return text.strip(), ""
        with path.open("rb") as file:
            return path.name, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CommandFailed(Exit.NOT_FOUND, f"{option}: cannot read {path}: {error}") from error
