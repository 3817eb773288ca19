"""Is this the document that it should be? What came is kept as it is, with what is odd about it."""

from __future__ import annotations

import hashlib

from schemas.postage import Proof

_SCANS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
_PDF, _PDF_ENDS, _END_WITHIN = b"%PDF-", b"%%EOF", 1024
"""A PDF begins so, and says so where it ends (ISO 32000-1, 7.5.2 and 7.5.5)."""


def proof_of(kind: str, content: bytes) -> Proof:
    """What a provider handed over as a proof, by its bytes and not by what it is said to be.

    Args:
        kind: of the proof.
        content: exactly as it came.
    """
    media_type, doubt = _look_at(content)
    sha256 = hashlib.sha256(content).hexdigest()
    return Proof(kind=kind, content=content, media_type=media_type, sha256=sha256, doubt=doubt)


def _look_at(content: bytes) -> tuple[str, str]:
    """Media type, and what is suspicious."""
    start = content[:_END_WITHIN]
    if not content:
        return "application/octet-stream", "it is empty"
    if start.startswith(_PDF):
        whole = _PDF_ENDS in content[-_END_WITHIN:]
        return "application/pdf", "" if whole else "the PDF has no end: a part of it is missing"
    for sign, media_type in _SCANS.items():
        if start.startswith(sign):
            return media_type, ""
    if b"<html" in start.lower() or b"<!doctype html" in start.lower():
        return "text/html", "it is a web page, not a document"
    return "application/octet-stream", "it is neither a PDF nor a scan"
